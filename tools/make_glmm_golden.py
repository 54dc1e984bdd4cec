"""Make the regression's golden results by R's glmmTMB, an independent implementation.

Needs Rscript with glmmTMB (Debian: apt-get install r-cran-glmmtmb) and, for the second data set, X-FaKT's
flat table of judged answers, which is not part of the project.

Run: python tools/make_glmm_golden.py judged.parquet
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import polars as pl

from scriptgap.explain.prepare import prepare
from scriptgap.explain.regression.design import FIXED_TERMS
from scriptgap.ingest.xfakt import ingest_xfakt

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from tests.explain.regression.simulated import simulated  # noqa: E402

GOLDEN = ROOT / "tests" / "explain" / "regression" / "glmm_golden.json"

FIT = """
library(glmmTMB)
arguments <- commandArgs(TRUE)
d <- read.csv(arguments[1])
fitted <- glmmTMB(as.formula(arguments[2]), data = d, family = binomial)
s <- summary(fitted)$coefficients$cond
deviations <- sapply(VarCorr(fitted)$cond, function(v) attr(v, "stddev"))
cat(sprintf("version %s\\n", packageVersion("glmmTMB")))
cat(sprintf("coefficient %s %.10f %.10f\\n", rownames(s), s[, 1], s[, 2]), sep = "")
cat(sprintf("deviation %s %.10f\\n", sub("\\\\..*", "", names(deviations)), deviations), sep = "")
cat(sprintf("likelihood %.8f\\n", logLik(fitted)))
"""


def golden(name: str, frame: pl.DataFrame, fixed: list[str], grouped: list[str]) -> dict[str, object]:
    """Fit one model in R and return what it found."""
    formula = " + ".join([f"correct ~ {' + '.join(fixed)}", *(f"(1|{group})" for group in grouped)])
    columns = [*(pl.col(term).cast(pl.Int8) for term in fixed), pl.col("correct").cast(pl.Int8)]
    table = frame.select(
        *columns, pl.col("question_group").rank("dense").alias("question"), "model", "query_lang"
    )
    with tempfile.TemporaryDirectory() as folder:
        table.write_csv(f"{folder}/data.csv")
        Path(f"{folder}/fit.R").write_text(FIT)
        command = ["Rscript", f"{folder}/fit.R", f"{folder}/data.csv", formula]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    result: dict[str, object] = {"data": name, "n": frame.height, "right": int(frame["correct"].sum())}
    result |= {"fixed": fixed, "random": grouped, "coefficients": {}, "se": {}, "deviations": {}}
    for line in output.splitlines():
        kind, *rest = line.split()
        if kind == "coefficient":
            result["coefficients"][rest[0]] = float(rest[1])  # type: ignore[index]
            result["se"][rest[0]] = float(rest[2])  # type: ignore[index]
        elif kind == "deviation":
            result["deviations"][rest[0]] = float(rest[1])  # type: ignore[index]
        else:
            result["log_likelihood" if kind == "likelihood" else "glmmTMB"] = (
                float(rest[0]) if kind == "likelihood" else rest[0]
            )
    return result


def main() -> None:
    """Fit every model and write the file."""
    data = {"simulated": simulated(), "xfakt": prepare(ingest_xfakt(sys.argv[1]).table)}
    found = []
    for name, frame in data.items():
        for grouped in (["question", "model", "query_lang"], ["question", "model"]):
            for fixed in (list(FIXED_TERMS), list(FIXED_TERMS)[:2]):
                found.append(golden(name, frame, fixed, grouped))
                print(found[-1], flush=True)
    GOLDEN.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

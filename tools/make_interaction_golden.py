"""Make the golden result of the hint's interaction by R's glmmTMB, an independent implementation.

Needs Rscript with glmmTMB (Debian: apt-get install r-cran-glmmtmb).

Run: python tools/make_interaction_golden.py
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import polars as pl

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from tests.explain.conftest import LANGUAGES, _observe  # noqa: E402
from tests.explain.regression.test_interaction import GOLDEN, SPREAD, simulated  # noqa: E402

FIT = """
library(glmmTMB)
d <- read.csv(commandArgs(TRUE)[1])
fitted <- glmmTMB(correct ~ hinted * differ + (1|question) + (1|pair) + (1|pair:hinted), d, binomial)
s <- summary(fitted)$coefficients$cond
cat(sprintf("%s %.10f %.10f %.8f\\n", packageVersion("glmmTMB"), s[4, 1], s[4, 2], logLik(fitted)))
"""


def main() -> None:
    """Fit each data set in R, answer by answer, and write what it found."""
    found = []
    for seed in range(3):
        frame = simulated(_observe, LANGUAGES, seed, 1.0, 60, SPREAD)
        table = frame.filter(pl.col("match_class") != "same_language").select(
            pl.col("correct").cast(pl.Int8),
            hinted=(pl.col("condition") == "hint").cast(pl.Int8),
            differ=(pl.col("match_class") == "cross_script").cast(pl.Int8),
            question="question_id",
            pair="query_lang",
        )
        with tempfile.TemporaryDirectory() as folder:
            table.write_csv(f"{folder}/data.csv")
            Path(f"{folder}/fit.R").write_text(FIT)
            command = ["Rscript", f"{folder}/fit.R", f"{folder}/data.csv"]
            output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        version, logit, se, likelihood = output.split()
        row = {"seed": seed, "n": table.height, "right": int(table["correct"].sum()), "glmmTMB": version}
        row |= {"logit": float(logit), "se": float(se), "log_likelihood": float(likelihood)}
        found.append(row)
        print(row, flush=True)
    GOLDEN.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""Make the golden results of gpboost's regression and pyfixest's linear probabilities.

Both are independent implementations, fitted to one row for each answer. Needs gpboost and pyfixest
(pip install gpboost pyfixest) and, for the second data set, X-FaKT's flat table of judged answers, which is
not part of the project.

Run: python tools/make_gpboost_golden.py judged.parquet
"""

import json
import sys
from importlib.metadata import version
from pathlib import Path

import gpboost
import numpy as np
import polars as pl
import pyfixest

from scriptgap.explain.prepare import prepare
from scriptgap.explain.regression.design import FIXED_TERMS, RANDOM_TERMS
from scriptgap.ingest.xfakt import ingest_xfakt

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from tests.explain.regression.simulated import simulated  # noqa: E402

GOLDEN = ROOT / "tests" / "explain" / "regression" / "gpboost_golden.json"


def golden(name: str, frame: pl.DataFrame) -> dict[str, object]:
    """Fit both models and return what they found."""
    table = frame.select(
        *(pl.col(term).cast(pl.Float64) for term in FIXED_TERMS),
        pl.col("correct").cast(pl.Float64),
        pl.col("question_group").alias("question"),
        "model",
        "query_lang",
    )
    model = gpboost.GPModel(
        group_data=table.select(RANDOM_TERMS).to_numpy().astype(str),
        likelihood="bernoulli_logit",
        matrix_inversion_method="cholesky",
        num_parallel_threads=1,
    )
    predictors = np.column_stack([np.ones(table.height), table.select(FIXED_TERMS).to_numpy()])
    model.fit(y=table["correct"].to_numpy(), X=predictors, params={"delta_rel_conv": 1e-12})
    estimates, errors = np.asarray(model.get_coef(std_err=True, format_pandas=False)).reshape(2, -1)
    deviations = np.sqrt(np.asarray(model.get_cov_pars(format_pandas=False)).ravel())
    linear = pyfixest.feols(
        f"correct ~ {' + '.join(FIXED_TERMS)} | {' + '.join(RANDOM_TERMS)}",
        table.to_pandas(),
        vcov={"CRV1": "question"},
    )
    terms = ["(Intercept)", *FIXED_TERMS]
    return {
        "data": name,
        "n": table.height,
        "right": int(table["correct"].sum()),
        "gpboost": version("gpboost"),
        "coefficients": dict(zip(terms, estimates.tolist(), strict=True)),
        "se": dict(zip(terms, errors.tolist(), strict=True)),
        "deviations": dict(zip(RANDOM_TERMS, deviations.tolist(), strict=True)),
        "log_likelihood": -float(model.get_current_neg_log_likelihood()),
        "pyfixest": version("pyfixest"),
        "linear": {term: float(linear.coef()[term]) for term in FIXED_TERMS},
        "linear_se": {term: float(linear.se()[term]) for term in FIXED_TERMS},
    }


def main() -> None:
    """Fit every data set and write the file."""
    found = []
    for name, frame in {"simulated": simulated(), "xfakt": prepare(ingest_xfakt(sys.argv[1]).table)}.items():
        found.append(golden(name, frame))
        print(found[-1], flush=True)
    GOLDEN.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

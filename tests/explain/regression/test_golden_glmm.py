"""The regression against R's glmmTMB: results that `tools/make_glmm_golden.py` made."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from scriptgap.explain.regression.collapse import collapse
from scriptgap.explain.regression.fit import fit
from tests.explain.regression.simulated import TRUTH, simulated

XFAKT = Path(__file__).parents[3] / "../shared/data/xfakt/judged.parquet"
GOLDEN: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "glmm_golden.json").read_text(encoding="utf-8")
)


@pytest.fixture(scope="module")
def data() -> dict[str, pl.DataFrame]:
    found = {"simulated": collapse(simulated())}
    if XFAKT.is_file():
        from scriptgap.ingest.xfakt import ingest_xfakt

        found["xfakt"] = collapse(ingest_xfakt(XFAKT).table)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("golden", GOLDEN, ids=lambda g: f"{g['data']}-{len(g['fixed'])}-{len(g['random'])}")
def test_every_slope_and_standard_error_is_glmmtmbs(
    golden: dict[str, Any], data: dict[str, pl.DataFrame]
) -> None:
    if golden["data"] not in data:
        pytest.skip(f"{XFAKT.name} is absent: X-FaKT's answers are no part of the project")
    cells = data[golden["data"]]
    assert (cells["right"].sum() + cells["wrong"].sum(), cells["right"].sum()) == (
        golden["n"],
        golden["right"],
    )
    fitted = fit(cells, golden["fixed"], golden["random"])
    assert fitted.converged
    for place, name in enumerate(["(Intercept)", *golden["fixed"]]):
        # The slopes; the intercept's flat direction is settled by the stopping rules.
        tolerance = 1e-3 if place else 5e-3
        assert fitted.coefficients[place] == pytest.approx(golden["coefficients"][name], abs=tolerance)
        assert fitted.covariance[place, place] ** 0.5 == pytest.approx(golden["se"][name], abs=tolerance)
    for group, deviation in golden["deviations"].items():
        assert fitted.deviations[group] == pytest.approx(deviation, rel=1e-2)


def test_the_simulated_effects_are_found_within_their_errors() -> None:
    golden = next(g for g in GOLDEN if g["data"] == "simulated" and len(g["fixed"]) == 3)
    for name, value in TRUTH.items():
        assert abs(golden["coefficients"][name] - value) < 2.5 * golden["se"][name]

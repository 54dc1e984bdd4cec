"""The regression against gpboost and pyfixest: live, and what `tools/make_gpboost_golden.py` found."""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from scriptgap.explain.regression.collapse import collapse
from scriptgap.explain.regression.crosscheck import COLUMNS, TOLERANCE, crosscheck, crosscheck_lines
from scriptgap.explain.regression.design import FIXED_TERMS, RANDOM_TERMS
from scriptgap.explain.regression.fit import fit
from scriptgap.explain.regression.linear_probability import linear_probability
from tests.explain.regression.simulated import simulated

XFAKT = Path(__file__).parents[3] / "../shared/data/xfakt/judged.parquet"
GOLDEN: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "gpboost_golden.json").read_text(encoding="utf-8")
)


@pytest.fixture(scope="module")
def cells() -> pl.DataFrame:
    return collapse(simulated())


@pytest.fixture(
    scope="module",
    params=[GOLDEN[0], pytest.param(GOLDEN[1], marks=pytest.mark.slow)],
    ids=lambda g: g["data"],
)
def golden(request: pytest.FixtureRequest, cells: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, Any]]:
    if request.param["data"] == "simulated":
        return cells, request.param
    if not XFAKT.is_file():
        pytest.skip(f"{XFAKT.name} is absent: X-FaKT's answers are no part of the project")
    from scriptgap.ingest.xfakt import ingest_xfakt

    return collapse(ingest_xfakt(XFAKT).table), request.param


def test_the_regression_is_gpboosts(golden: tuple[pl.DataFrame, dict[str, Any]]) -> None:
    cells, expected = golden
    assert (cells["right"].sum() + cells["wrong"].sum(), cells["right"].sum()) == (
        expected["n"],
        expected["right"],
    )
    fitted = fit(cells, FIXED_TERMS, RANDOM_TERMS)
    for term in FIXED_TERMS:
        place = fitted.position(term)
        assert fitted.coefficients[place] == pytest.approx(expected["coefficients"][term], abs=TOLERANCE)
        assert fitted.covariance[place, place] ** 0.5 == pytest.approx(expected["se"][term], abs=TOLERANCE)
    for group, deviation in expected["deviations"].items():
        assert fitted.deviations[group] == pytest.approx(deviation, rel=1e-3)
    assert fitted.log_likelihood == pytest.approx(expected["log_likelihood"], abs=1e-5)


def test_the_linear_probability_model_is_pyfixests(golden: tuple[pl.DataFrame, dict[str, Any]]) -> None:
    cells, expected = golden
    for term, found in linear_probability(cells, FIXED_TERMS, RANDOM_TERMS).items():
        assert found.effect == pytest.approx(expected["linear"][term], abs=1e-9)
        assert found.se == pytest.approx(expected["linear_se"][term], abs=1e-9)


def test_gpboost_agrees(cells: pl.DataFrame) -> None:
    pytest.importorskip("gpboost")
    found, notes = crosscheck(cells, "plain")
    assert found is not None
    assert found["agrees"] is found["same_sign"] is True
    assert [row["term"] for row in found["rows"]] == FIXED_TERMS
    assert all(list(row) == COLUMNS for row in found["rows"])
    assert set(notes) == {f"rows.{i}.gpboost_se_joint" for i in range(3)}
    for row in found["rows"]:
        assert abs(row["gpboost_logit"] - GOLDEN[0]["coefficients"][row["term"]]) < 1e-4
        assert abs(row["gpboost_se"] - GOLDEN[0]["se"][row["term"]]) < 1e-4
        assert row["lpm_effect"] == pytest.approx(GOLDEN[0]["linear"][row["term"]], abs=1e-9)
    lines = crosscheck_lines(found)
    assert len(lines) == 4
    assert "agrees with glmm" in lines[0]
    assert "11,520 answers" in lines[0]
    assert "+12.8 (95 % interval +10.4 to +15.1) by the linear probability model" in lines[1]


def test_repeated_samples_count_as_answers(cells: pl.DataFrame) -> None:
    """Twice the answers in the same shares: gpboost, which is given shares and weights, still agrees."""
    pytest.importorskip("gpboost")
    few = cells.filter(pl.col("question").str.ends_with("3"))
    found, _ = crosscheck(few.with_columns(pl.col("right", "wrong") * 2), "plain")
    assert found is not None
    assert found["agrees"]
    assert found["n"] == 2 * found["n_cells"]


def test_few_languages_need_the_errors_with_variances_estimated(cells: pl.DataFrame) -> None:
    """gpboost's own errors hold the variances; from its likelihood follow those of glmm."""
    pytest.importorskip("gpboost")
    few = cells.filter(
        pl.col("query_lang").is_in(["en", "tr", "ru", "uk", "hi"]),
        pl.col("question").str.contains("q.?5$"),
        pl.col("model") < "model-2",
    )
    found, _ = crosscheck(few, "plain")
    assert found is not None
    own = [abs(row["gpboost_se"] - row["se"]) for row in found["rows"]]
    joint = [abs(row["gpboost_se_joint"] - row["se"]) for row in found["rows"]]
    assert max(own) > TOLERANCE
    assert max(joint) < TOLERANCE / 10
    assert found["agrees"]


def test_one_random_effect_is_integrated_by_each_in_its_way(cells: pl.DataFrame) -> None:
    pytest.importorskip("gpboost")
    one = cells.filter(query_lang="en", model="model-1").with_columns(pl.col("right", "wrong") * 2)
    found, _ = crosscheck(one, "plain")
    assert found is not None
    assert found["agrees"] is False
    assert crosscheck_lines(found)[-1] == "They integrate the random effect by different approximations."


def test_without_gpboost_the_rest_is_given(cells: pl.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gpboost", None)
    found, notes = crosscheck(cells, "plain")
    assert found is not None
    assert found["agrees"] is found["engines"]["gpboost"] is None
    assert "pip install 'scriptgap[crosscheck]'" in notes["engines.gpboost"]
    assert "pip install 'scriptgap[crosscheck]'" in crosscheck_lines(found)[0]
    for i, row in enumerate(found["rows"]):
        assert row["same_sign"]
        nulls = {key for key, value in row.items() if value is None}
        assert nulls == {key for key in COLUMNS if "gpboost" in key or "difference" in key or key == "agrees"}
        assert all(notes[f"rows.{i}.{key}"] for key in nulls)


def test_what_cannot_be_told_is_said(cells: pl.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    """With one source language the query languages' own effects take up every match."""
    monkeypatch.setitem(sys.modules, "gpboost", None)
    found, notes = crosscheck(cells.filter(pl.col("source_lang") == "en"), "plain")
    assert found is not None
    assert found["same_sign"] is None
    assert all(row["lpm_effect"] is None for row in found["rows"])
    assert "nothing of it varies" in notes["rows.0.lpm_effect"]
    assert "cannot tell script_match" in crosscheck_lines(found)[1]


@pytest.mark.parametrize(
    ("keep", "words"),
    [
        (pl.col("condition") == "hint", "no answer was scored"),
        (pl.col("right") == 1, "answers are right"),
        (pl.col("query_lang") == "zz", "no answer was scored"),
        (pl.col("source_lang") == pl.col("query_lang"), "no predictor"),
    ],
)
def test_nothing_to_check(cells: pl.DataFrame, keep: pl.Expr, words: str) -> None:
    found, notes = crosscheck(cells.filter(keep), "plain")
    assert found is None
    assert words in notes[""]
    assert crosscheck_lines(found) == []


def test_a_difference_is_said(cells: pl.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gpboost", None)
    found, _ = crosscheck(cells, "plain")
    assert found is not None
    found["problems"], found["agrees"], found["engines"]["gpboost"] = {}, False, "gpboost 9"
    found["rows"][0] |= {"agrees": False, "logit_difference": 0.02, "se_difference": -0.004}
    found["rows"][1] |= {"agrees": True}
    said = [line for line in crosscheck_lines(found) if "do not agree" in line]
    assert len(said) == 1
    assert "script_match: the slope differs by +0.02 logits, the standard error by -0.004" in said[0]


def test_numbers_are_plain_floats(cells: pl.DataFrame) -> None:
    found, _ = crosscheck(cells.filter(pl.col("model") < "model-2"), "plain")
    assert found is not None
    assert not any(isinstance(value, np.generic) for row in found["rows"] for value in row.values())
    json.dumps(found, allow_nan=False)

import numpy as np
import polars as pl
import pytest

from scriptgap.explain.regression import specification_curve as module
from scriptgap.explain.regression.collapse import collapse
from scriptgap.explain.regression.effects import effects
from scriptgap.explain.regression.specification_curve import agreement, specification_curve
from scriptgap.languages import language
from tests.explain.regression.simulated import simulated


@pytest.fixture(scope="module")
def cells():
    return collapse(simulated(questions=60, models=2))


@pytest.fixture(scope="module")
def curve(cells):
    return specification_curve(cells, "plain")


def chosen(curve, controls, sample="all", predictor="script_match"):
    return next(
        row
        for row in curve
        if (row["controls"], row["sample"], row["predictor"]) == (controls, sample, predictor)
    )


def test_every_set_of_controls_and_every_sample(curve):
    """3 (none, question, source) x (2 (model) x 3 (language) + 2 (pairs)) controls, 3 samples."""
    assert len(curve) == 3 * (2 * 3 + 2) * 3
    keys = {(row["predictor"], tuple(row["controls"]), row["sample"]) for row in curve}
    assert len(keys) == len(curve)
    assert {row["predictor"] for row in curve} == {"script_match"}
    assert all(row["converged"] for row in curve)


def test_the_primary_specification_is_the_regression(cells, curve):
    primary = [row for row in curve if row["primary"]]
    assert len(primary) == 1
    main, _ = effects(cells, "plain")
    for effect in ("script", "language", "family"):
        for key in ("logit", "se", "ame", "ame_low", "ame_high"):
            assert primary[0][f"{effect}_{key}"] == pytest.approx(main[f"{effect}_match"][key], abs=1e-6)


def test_the_bare_comparison_is_by_hand(cells, curve):
    """Without controls and within one family pattern, the model of few cells is the logit of shares."""
    row = chosen(curve, [], "different_language")
    assert row["n_cells"] == 4
    assert row["language_ame"] is None
    assert (
        row["n"]
        == cells.filter(pl.col("language_match") == 0).select("right", "wrong").sum_horizontal().sum()
    )


def test_known_in_source_keeps_what_the_same_model_knew(cells, curve):
    unit = ["model", "question"]
    source = cells.filter(pl.col("language_match") == 1)
    known = source.filter(pl.col("right") == 1).select(unit)
    expected = cells.filter(pl.col("language_match") == 0).join(known, on=unit, how="semi").height
    assert chosen(curve, [], "known_in_source")["n"] == expected
    assert 0 < expected < cells.height


def test_other_predictors_are_used_where_they_differ(observe):
    random = np.random.default_rng(3)
    frame = observe(
        lambda *_: bool(random.random() < 0.6), ["en", "ja", "zh", "ru"], 20, sources=("ja", "en")
    )
    frame = frame.with_columns(
        entity_source=pl.when(pl.col("source_lang") == "en").then(pl.lit("Ghana")).otherwise(pl.lit("日本")),
        entity_query=pl.when(pl.col("query_lang") == "en").then(pl.lit("Ghana")).otherwise(pl.lit("Гана")),
    )
    rows = specification_curve(collapse(frame), "plain")
    assert {row["predictor"] for row in rows} == {"script_match", "script_overlap", "entity_script_match"}


def test_resource_size_is_known_only_where_the_language_has_a_wikipedia(observe):
    random = np.random.default_rng(3)
    assert language("tlh").wikipedia_articles is None
    frame = observe(
        lambda *_: bool(random.random() < 0.6), ["en", "es", "ru", "tlh"], 20, sources=("en", "ru")
    )
    row = chosen(specification_curve(collapse(frame), "plain"), ["question", "resource_size"])
    assert row["n"] == 3 * 20


def test_large_tables_are_fitted_to_a_sample_of_questions(cells, monkeypatch):
    monkeypatch.setattr(module, "MOST_CELLS", 500)
    rows = specification_curve(cells, "plain")
    sampled = chosen(rows, ["question", "model", "query_lang"])
    assert sampled["questions_sampled"]
    assert 10 < sampled["n_questions"] < 30
    whole = chosen(rows, ["model", "query_lang"])
    assert (whole["n"], whole["questions_sampled"]) == (cells.height, False)


def test_empty_and_hopeless_data(observe):
    frame = observe(lambda *_: True)
    assert specification_curve(collapse(frame), "hint") == []
    rows = specification_curve(collapse(frame), "plain")
    assert rows
    assert all(row["script_ame"] is None and row["note"] for row in rows)
    assert agreement(rows)["n"] == 0
    assert agreement([])["median"] is None


def row(ame, controls=(), sample="all", language=0.15, width=0.05):
    return {
        "controls": list(controls), "sample": sample, "predictor": "script_match", "script_ame": ame,
        "script_ame_low": ame - width, "script_ame_high": ame + width, "language_ame": language,
        "family_ame": 0.0,
    }  # fmt: skip


def test_agreement_by_hand():
    rows = [row(0.2), row(0.3, ["model"]), row(-0.1, ["query_lang"]), row(0.02, ["query_lang", "model"])]
    found = agreement(rows)
    assert (found["n"], found["positive"], found["negative"]) == (4, 3, 1)
    assert (found["above_zero"], found["below_zero"]) == (2, 1)
    assert (found["lowest"], found["highest"]) == (-0.1, 0.3)
    assert found["median"] == pytest.approx(0.11)
    assert found["leading_without_query_language"] == {"n": 2, "script": 2, "language": 0, "family": 0}
    assert found["leading_with_query_language"] == {"n": 2, "script": 0, "language": 2, "family": 0}
    first = found["choices"][0]
    assert (first["choice"], first["kind"]) == ("query_lang", "control")
    assert (first["negative"], first["n"], first["negative_otherwise"], first["n_otherwise"]) == (1, 2, 0, 2)
    assert (first["median"], first["median_otherwise"]) == (pytest.approx(-0.04), pytest.approx(0.25))


def test_the_most_important_choice_where_no_sign_flips():
    rows = [row(0.2), row(0.25, ["model"]), row(0.05, ["query_lang"]), row(0.06, ["query_lang", "model"])]
    assert agreement(rows)["choices"][0]["choice"] == "query_lang"


def test_a_predictor_that_is_known_of_some_rows_only(cells):
    some = pl.when(pl.col("query_lang") > "h").then(1 - pl.col("script_match"))
    rows = specification_curve(cells.with_columns(entity_script_match=some), "plain")
    known = [row for row in rows if row["predictor"] == "entity_script_match"]
    assert known
    assert all(row["n"] < rows[0]["n"] for row in known)

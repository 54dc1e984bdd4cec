import numpy as np
import polars as pl
import pytest

from scriptgap.explain.regression.by_model import effects_by_model
from scriptgap.explain.regression.collapse import collapse
from scriptgap.explain.regression.effects import effects


def test_each_model_by_itself(drawn):
    frame = drawn(3, models=3, script=1.0)
    rows = effects_by_model(collapse(frame), "plain")
    assert [row["model"] for row in rows] == ["model-0", "model-1", "model-2"]
    own = frame.filter(pl.col("model") == "model-1")
    alone, _ = effects(collapse(own), "plain")
    for key in ("logit", "se", "low", "high", "ame", "ame_low", "ame_high"):
        assert rows[1][key] == pytest.approx(alone["script_match"][key])
    assert rows[1]["n"] == own.height
    assert rows[1]["n_right"] == own["correct"].sum()
    assert "(1|model)" not in rows[1]["formula"]


def test_a_model_that_knows_nothing_has_a_note(observe):
    random = np.random.default_rng(1)
    frame = observe(
        lambda model, *_: model == "a" and bool(random.random() < 0.5),
        models=("a", "b"),
        sources=("en", "ru"),
    )
    some, none = effects_by_model(collapse(frame), "plain")
    assert some["logit"] is not None
    assert none["logit"] is None
    assert "wrong" in none["note"]


def test_no_answers():
    assert effects_by_model(collapse(pl.DataFrame(schema={
        "condition": pl.String, "dataset": pl.String, "model": pl.String, "question_id": pl.String,
        "source_lang": pl.String, "query_lang": pl.String, "correct": pl.Boolean,
    })), "plain") == []  # fmt: skip

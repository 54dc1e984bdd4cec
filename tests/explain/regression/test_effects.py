import math

import numpy as np
import polars as pl
import pytest

from scriptgap.explain.regression import effects as module
from scriptgap.explain.regression.collapse import collapse
from scriptgap.explain.regression.design import design
from scriptgap.explain.regression.effects import effects, effects_with_language_pairs
from scriptgap.explain.regression.estimate import estimate
from tests.explain.regression.simulated import TRUTH, simulated


@pytest.mark.slow
def test_known_truth(drawn):
    """Estimates are unbiased and their intervals cover: 24 draws of the model with known effects."""
    truth = {"script": 1.0, "language": 0.8, "family": -0.3}
    estimates, covered = [], []
    for seed in range(24):
        found = estimate(design(collapse(drawn(seed, **truth))))
        assert not found.problem
        terms = [found.terms[f"{name}_match"] for name in truth]
        estimates.append([term["logit"] for term in terms])
        covered.append([t["low"] <= true <= t["high"] for t, true in zip(terms, truth.values(), strict=True)])
    error = np.std(estimates, axis=0) / math.sqrt(24)
    bias = np.mean(estimates, axis=0) - list(truth.values())
    assert np.all(np.abs(bias) < 3.5 * error + 0.01), (bias, error)
    assert np.mean(covered) > 0.88


@pytest.mark.parametrize(
    ("languages", "sources", "gone", "words"),
    [
        (["en", "es"], ["en"], "script_match", "always of the same script"),
        (["ru", "ko"], ["en"], "script_match", "never of the same script"),
        (["en", "id", "ko"], ["en"], "family_match", "equals language_match"),
        (["en", "ko"], ["en"], "language_match", "equals script_match"),
    ],
)
def test_terms_that_cannot_be_identified(observe, languages, sources, gone, words):
    generator = np.random.default_rng(2)
    frame = observe(lambda *_: bool(generator.random() < 0.5), languages, 40, sources=sources)
    found, notes = effects(collapse(frame), "plain")
    assert all(value is None for value in found[gone].values())
    assert words in notes[gone]
    assert any(d["term"] == gone and words in d["reason"] for d in found["specification"]["dropped"])
    assert gone not in found["specification"]["formula"]


def test_one_model_is_said(observe):
    generator = np.random.default_rng(2)
    frame = observe(lambda *_: bool(generator.random() < 0.5))
    found, _ = effects(collapse(frame), "plain")
    assert {"term": "(1|model)", "reason": found["specification"]["dropped"][0]["reason"]} in found[
        "specification"
    ]["dropped"]
    assert "only one model" in found["specification"]["dropped"][0]["reason"]
    assert "one query language: en" in found["specification"]["identified_by"]["language_match"]


def test_two_languages_have_an_estimate_but_no_interval(observe):
    generator = np.random.default_rng(2)
    frame = observe(
        lambda m, q, lang, c, s: bool(generator.random() < (0.8 if lang == "en" else 0.3)), ["en", "ko"], 60
    )
    found, notes = effects(collapse(frame), "plain")
    assert found["script_match"]["logit"] > 1
    assert found["script_match"]["low"] is None
    assert found["script_match"]["lr_p"] is None
    assert "comparing query languages" in notes["script_match.se"]


def test_separation_is_said_and_the_rest_is_fitted(observe):
    generator = np.random.default_rng(2)
    latin = ("en", "es", "fr", "id", "tr", "sw")
    frame = observe(lambda m, q, lang, c, s: lang in latin and bool(generator.random() < 0.6))
    found, notes = effects(collapse(frame), "plain")
    assert found["script_match"]["logit"] is None
    assert "separation" in notes["script_match"]
    assert found["family_match"]["logit"] is not None
    assert found["specification"]["n"] == 6 * 20


def test_singular_fit_keeps_its_effects(observe):
    generator = np.random.default_rng(5)
    frame = observe(lambda *_: bool(generator.random() < 0.5), questions=60)
    found, _ = effects(collapse(frame), "plain")
    assert found["specification"]["singular"]
    assert min(found["specification"]["random_effects"].values()) == 0
    assert found["script_match"]["logit"] is not None


def test_large_tables_are_tested_on_a_sample_of_questions(monkeypatch):
    cells = collapse(simulated(models=3))
    whole, _ = effects(cells, "plain")
    monkeypatch.setattr(module, "MOST_CELLS", 2000)
    part, _ = effects(cells, "plain")
    assert whole["specification"]["nested_n"] == whole["specification"]["n"] == 160 * 12 * 3
    assert 1900 < part["specification"]["nested_n"] <= 2000
    for term in TRUTH:
        assert part[term]["logit"] == whole[term]["logit"]
        assert part[term]["shapley_share"] == pytest.approx(whole[term]["shapley_share"], abs=0.3)
        assert part[term]["shapley_share"] != whole[term]["shapley_share"]


def test_leaving_out_the_query_language(drawn):
    found, _ = effects(collapse(drawn(2, script=1.0)), "plain", ["question", "model"])
    assert found["specification"]["formula"].endswith("(1|question) + (1|model)")
    assert set(found["specification"]["random_effects"]) == {"question", "model"}


def test_another_condition_has_no_answers(drawn):
    found, notes = effects(collapse(drawn(2)), "hint")
    assert found["specification"]["n"] == 0
    assert notes["script_match"] == "no answer was scored"


def test_an_effect_of_the_language_pair_widens_the_interval_where_pairs_differ(drawn):
    """Pairs differ by a standard deviation of 1: the plain interval is too sure, that with pairs is not."""
    frame = drawn(5, questions=80, models=1, script=1.0)
    random = np.random.default_rng(0)
    pairs = frame.select("source_lang", "query_lang").unique().sort("source_lang", "query_lang")
    shift = pairs.with_columns(shift=random.normal(size=pairs.height))
    chance = frame.join(shift, on=["source_lang", "query_lang"], how="left", maintain_order="left")
    flipped = (chance["shift"] < 0) & pl.Series(random.random(frame.height) < 0.5)
    frame = frame.with_columns(correct=frame["correct"] & ~flipped)
    cells = collapse(frame)
    plain, _ = effects(cells, "plain", tests=False)
    found, notes = effects_with_language_pairs(cells, "plain")
    assert found["specification"]["random_effects"]["language_pair"] > 0.3
    assert found["script_match"]["se"] > 1.2 * plain["script_match"]["se"]
    assert notes["script_match.lr_p"] == "not computed for this fit"


def test_pairs_of_one_source_language_are_query_languages(drawn):
    found, notes = effects_with_language_pairs(collapse(drawn(5, sources=("en",), questions=30)), "plain")
    assert found is None
    assert "exactly as (1|query_lang)" in notes[""]

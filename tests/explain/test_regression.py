import math
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from scriptgap.explain.design import collapse, design
from scriptgap.explain.prepare import prepare
from scriptgap.explain.regression import effects, fit, marginal_effect, mean_probability

XFAKT = Path(__file__).parents[2] / "../shared/data/xfakt/judged.parquet"


@pytest.fixture
def drawn(observe, languages):
    """Observations from the model itself, with known effects and random deviations 1, .5 and .7."""

    def build(seed, sources=("en", "ru", "id", "hi"), questions=120, models=2, **beta):
        generator = np.random.default_rng(seed)
        question = generator.normal(size=questions)
        model = generator.normal(size=models) * 0.5
        spoken = dict(zip(languages, generator.normal(size=len(languages)) * 0.7, strict=True))
        names = [f"model-{i}" for i in range(models)]
        frame = prepare(observe(lambda *_: True, questions=questions, models=names, sources=sources))
        logit = (
            -0.4
            + sum(frame[f"{name}_match"].cast(pl.Float64).to_numpy() * value for name, value in beta.items())
            + question[[int(q[1:]) for q in frame["question_id"]]]
            + model[[names.index(m) for m in frame["model"]]]
            + np.array([spoken[lang] for lang in frame["query_lang"]])
        )
        draw = generator.random(frame.height) < 1 / (1 + np.exp(-logit))
        return frame.with_columns(correct=pl.Series(draw))

    return build


def test_cbind_counts_successes_and_failures(observe):
    """Three right of ten, without groups: logit(.3), whatever the counts are called."""
    frame = prepare(observe(lambda m, q, lang, c, s: int(q[1:]) < 3, ["en"], 10))
    plan = design(frame)
    assert fit(plan, []).coefficients[0] == pytest.approx(math.log(3 / 7), abs=1e-6)


def test_collapsed_counts_give_the_same_estimates(observe):
    frame = prepare(observe(lambda *_: True, samples=3))
    generator = np.random.default_rng(1)
    frame = frame.with_columns(correct=pl.Series(generator.random(frame.height) < 0.6))
    cells = collapse(frame)
    assert cells.height == frame.height / 3
    assert (cells["right"] + cells["wrong"] == 3).all()
    assert cells["right"].sum() == frame["correct"].sum()


def test_known_truth(drawn):
    """Estimates are unbiased and their intervals cover: 24 draws of the model with known effects."""
    truth = {"script": 1.0, "language": 0.8, "family": -0.3}
    estimates, covered = [], []
    for seed in range(24):
        found, _ = effects(drawn(seed, **truth), "plain")
        assert found["specification"]["converged"]
        terms = [found[f"{name}_match"] for name in truth]
        estimates.append([term["logit"] for term in terms])
        covered.append([t["low"] <= true <= t["high"] for t, true in zip(terms, truth.values(), strict=True)])
    error = np.std(estimates, axis=0) / math.sqrt(24)
    bias = np.mean(estimates, axis=0) - list(truth.values())
    assert np.all(np.abs(bias) < 3.5 * error + 0.01), (bias, error)
    assert np.mean(covered) > 0.88


def test_few_languages_covered_by_student(drawn):
    """Predictors constant within languages: the interval covers although the languages are twelve."""
    covered = []
    for seed in range(60):
        frame = drawn(seed, sources=("en",), questions=40, models=1, script=1.0)
        found, _ = effects(frame, "plain")
        assert found["specification"]["degrees_of_freedom"]["script_match"] == 8
        covered.append(found["script_match"]["low"] <= 1.0 <= found["script_match"]["high"])
    assert np.mean(covered) > 0.86


def test_marginal_effect_without_groups_is_the_difference_of_shares(observe):
    def right(model, question, query, condition, sample):
        return int(question[1:]) % 10 < (8 if query in ("es", "fr") else 3)

    frame = prepare(observe(right, ["es", "fr", "id", "ru", "ko"], 20, sources=["es"]))
    plan = design(frame)
    plan = type(plan)(plan.cells, ["family_match"], [], [], {}, {})
    fitted = fit(plan, ["family_match"])
    same = frame.filter(pl.col("family_match"))["correct"].mean()
    other = frame.filter(~pl.col("family_match"))["correct"].mean()
    effect, error = marginal_effect(plan, fitted, "family_match")
    assert effect == pytest.approx(same - other, abs=1e-6)
    n = [frame["family_match"].sum(), (~frame["family_match"]).sum()]
    by_hand = math.sqrt(same * (1 - same) / n[0] + other * (1 - other) / n[1])
    assert error == pytest.approx(by_hand, rel=1e-3)


def test_delta_method_agrees_with_simulation(drawn):
    frame = drawn(3, script=1.0, language=0.5)
    plan = design(frame)
    fitted = fit(plan, plan.fixed)
    effect, error = marginal_effect(plan, fitted, "script_match")
    generator = np.random.default_rng(0)
    draws = generator.multivariate_normal(fitted.coefficients, fitted.covariance, 600)
    simulated = []
    for draw in draws:
        moved = type(fitted)(draw, fitted.covariance, fitted.deviations, 0.0, True, False, [])
        simulated.append(marginal_effect(plan, moved, "script_match")[0])
    assert np.std(simulated) == pytest.approx(error, rel=0.12)
    assert np.mean(simulated) == pytest.approx(effect, abs=0.2 * error)


def test_mean_probability():
    mean, slope = mean_probability(np.array([0.0, 1.0]), 1.5)
    draws = np.random.default_rng(0).normal(size=2_000_000) * 1.5
    assert mean[0] == pytest.approx(0.5, abs=1e-12)
    assert mean[1] == pytest.approx(float((1 / (1 + np.exp(-1 - draws))).mean()), abs=1e-3)
    step = mean_probability(np.array([1.001]), 1.5)[0][0] - mean_probability(np.array([0.999]), 1.5)[0][0]
    assert slope[1] == pytest.approx(step / 0.002, rel=1e-4)


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
    frame = prepare(observe(lambda *_: bool(generator.random() < 0.5), languages, 40, sources=sources))
    found, notes = effects(frame, "plain")
    assert all(value is None for value in found[gone].values())
    assert words in notes[gone]
    assert any(d["term"] == gone and words in d["reason"] for d in found["specification"]["dropped"])
    assert gone not in found["specification"]["formula"]


def test_one_model_is_said(observe):
    generator = np.random.default_rng(2)
    frame = prepare(observe(lambda *_: bool(generator.random() < 0.5)))
    found, _ = effects(frame, "plain")
    assert {"term": "(1|model)", "reason": found["specification"]["dropped"][0]["reason"]} in found[
        "specification"
    ]["dropped"]
    assert "only one model" in found["specification"]["dropped"][0]["reason"]
    assert "one query language: en" in found["specification"]["identified_by"]["language_match"]


def test_two_languages_have_an_estimate_but_no_interval(observe):
    generator = np.random.default_rng(2)
    frame = prepare(
        observe(
            lambda m, q, lang, c, s: bool(generator.random() < (0.8 if lang == "en" else 0.3)),
            ["en", "ko"],
            60,
        )
    )
    found, notes = effects(frame, "plain")
    assert found["script_match"]["logit"] > 1
    assert found["script_match"]["low"] is None
    assert found["script_match"]["lr_p"] is None
    assert "comparing query languages" in notes["script_match.se"]


def test_separation_is_said_and_the_rest_is_fitted(observe):
    generator = np.random.default_rng(2)
    latin = ("en", "es", "fr", "id", "tr", "sw")
    frame = prepare(observe(lambda m, q, lang, c, s: lang in latin and bool(generator.random() < 0.6)))
    found, notes = effects(frame, "plain")
    assert found["script_match"]["logit"] is None
    assert "separation" in notes["script_match"]
    assert found["family_match"]["logit"] is not None
    assert found["specification"]["n"] == 6 * 20


def test_singular_fit_keeps_its_effects(observe):
    generator = np.random.default_rng(5)
    frame = prepare(observe(lambda *_: bool(generator.random() < 0.5), questions=60))
    found, _ = effects(frame, "plain")
    assert found["specification"]["singular"]
    assert min(found["specification"]["random_effects"].values()) == 0
    assert found["script_match"]["logit"] is not None


def test_question_identifiers_of_two_datasets_differ(observe):
    generator = np.random.default_rng(6)
    frame = observe(lambda *_: bool(generator.random() < 0.5), questions=5)
    both = pl.concat([frame, frame.with_columns(dataset=pl.lit("other"))])
    assert prepare(both)["question_group"].n_unique() == 10


@pytest.mark.skipif(not XFAKT.is_file(), reason="the X-FaKT judgements are not beside the repository")
def test_xfakt_depends_on_the_query_language():
    """Script match shrinks and language match grows once query languages may differ.

    The reference values are a separate fit of the 93,834 single answers, not collapsed (`glmm.fit` on 0/1).
    """
    judged = pl.read_parquet(XFAKT)
    frame = prepare(
        judged.select(
            "model",
            "source_lang",
            query_lang="lang",
            dataset=pl.lit("xfakt"),
            question_id=pl.col("fact_id").cast(pl.String),
            condition=pl.lit("plain"),
            sample=pl.lit(0),
            correct=pl.col("rating") != 4,
        )
    )
    plan = design(frame)
    assert plan.random == ["question", "model", "query_lang"]
    without = type(plan)(plan.cells, plan.fixed, ["question", "model"], [], {}, {})
    order = ["(Intercept)", *plan.fixed]
    assert order == ["(Intercept)", "script_match", "language_match", "family_match"]
    assert fit(without, plan.fixed).coefficients == pytest.approx([-0.421, 1.562, -0.105, 0.416], abs=0.002)
    assert fit(plan, plan.fixed).coefficients == pytest.approx([-0.218, 0.589, 1.576, 0.117], abs=0.002)

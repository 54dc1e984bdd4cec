import math
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from scriptgap.explain.prepare import prepare
from scriptgap.explain.regression.collapse import collapse
from scriptgap.explain.regression.fit import fit
from scriptgap.explain.regression.marginal import marginal_effect, mean_probability

TERMS = ["script_match", "language_match", "family_match"]
GROUPS = ["question", "model", "query_lang"]


def test_marginal_effect_without_groups_is_the_difference_of_shares(observe):
    def right(model, question, query, condition, sample):
        return int(question[1:]) % 10 < (8 if query in ("es", "fr") else 3)

    frame = prepare(observe(right, ["es", "fr", "id", "ru", "ko"], 20, sources=["es"]))
    cells = collapse(frame)
    fitted = fit(cells, ["family_match"], [])
    same = frame.filter(pl.col("family_match"))["correct"].mean()
    other = frame.filter(~pl.col("family_match"))["correct"].mean()
    effect, error = marginal_effect(cells, fitted, "family_match")
    assert effect == pytest.approx(same - other, abs=1e-6)
    n = [frame["family_match"].sum(), (~frame["family_match"]).sum()]
    by_hand = math.sqrt(same * (1 - same) / n[0] + other * (1 - other) / n[1])
    assert error == pytest.approx(by_hand, rel=1e-3)


def test_delta_method_agrees_with_simulation(drawn):
    frame = drawn(3, script=1.0, language=0.5)
    cells = collapse(frame)
    fitted = fit(cells, TERMS, GROUPS)
    effect, error = marginal_effect(cells, fitted, "script_match")
    generator = np.random.default_rng(0)
    draws = generator.multivariate_normal(fitted.coefficients, fitted.covariance, 600)
    simulated = []
    for draw in draws:
        moved = replace(fitted, coefficients=draw)
        simulated.append(marginal_effect(cells, moved, "script_match")[0])
    assert np.std(simulated) == pytest.approx(error, rel=0.12)
    assert np.mean(simulated) == pytest.approx(effect, abs=0.2 * error)


def test_mean_probability():
    mean, slope = mean_probability(np.array([0.0, 1.0]), 1.5)
    draws = np.random.default_rng(0).normal(size=2_000_000) * 1.5
    assert mean[0] == pytest.approx(0.5, abs=1e-12)
    assert mean[1] == pytest.approx(float((1 / (1 + np.exp(-1 - draws))).mean()), abs=1e-3)
    step = mean_probability(np.array([1.001]), 1.5)[0][0] - mean_probability(np.array([0.999]), 1.5)[0][0]
    assert slope[1] == pytest.approx(step / 0.002, rel=1e-4)

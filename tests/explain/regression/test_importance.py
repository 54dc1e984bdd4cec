import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scriptgap.explain.regression import importance as module
from scriptgap.explain.regression.collapse import collapse
from scriptgap.explain.regression.design import design
from scriptgap.explain.regression.estimate import estimate
from scriptgap.explain.regression.importance import importance, shapley_shares, subsets
from tests.explain.regression.simulated import simulated

TERMS = ("a", "b", "c")


def test_shapley_shares_by_hand():
    """Two players: a alone 6, b alone 2, both 10; a gets (6 + 8) / 2, b (2 + 4) / 2."""
    explained = {(): 0.0, ("a",): 6.0, ("b",): 2.0, ("a", "b"): 10.0}
    shares = shapley_shares(("a", "b"), {key: np.array(value) for key, value in explained.items()})
    assert {key: float(value) for key, value in shares.items()} == {"a": 0.7, "b": 0.3}


@given(st.lists(st.floats(0, 10), min_size=7, max_size=7), st.integers(0, 2))
def test_shapley_shares_sum_to_one_and_nothing_gets_nothing(values, dummy):
    explained = dict(zip(subsets(TERMS), [0.0, *values], strict=True))
    explained[TERMS] += 1.0
    shares = shapley_shares(TERMS, {key: np.array(value) for key, value in explained.items()})
    assert sum(shares.values()) == pytest.approx(1)
    name = TERMS[dummy]
    without = {key: explained[tuple(t for t in key if t != name)] for key in explained}
    without[tuple(t for t in TERMS if t != name)] += 1e-9
    without[TERMS] = without[tuple(t for t in TERMS if t != name)]
    again = shapley_shares(TERMS, {key: np.array(value) for key, value in without.items()})
    if without[TERMS] > 1e-6:
        assert again[name] == pytest.approx(0, abs=1e-6)


@pytest.fixture(scope="module")
def found():
    return estimate(design(collapse(simulated(models=3))))


def test_shares_tests_and_intervals(found):
    rows, notes = importance(found)
    assert not notes
    assert sum(row["shapley_share"] for row in rows.values()) == pytest.approx(1)
    assert max(rows, key=lambda term: rows[term]["shapley_share"]) == "script_match"
    for row in rows.values():
        assert row["shapley_low"] < row["shapley_share"] < row["shapley_high"]
    assert rows["script_match"]["lr_p"] < 1e-6
    assert importance(found)[0] == rows


def test_linearised_shares_are_near_the_exact_ones(found, monkeypatch):
    exact, _ = importance(found)
    drawn = module._resampled(found)
    near = shapley_shares(found.design.fixed, drawn)
    for term, row in exact.items():
        assert near[term][0] == pytest.approx(row["shapley_share"], abs=0.03)


def test_nothing_explained_has_no_shares(observe):
    random = np.random.default_rng(4)
    frame = observe(lambda *_: bool(random.random() < 0.5), sources=("en", "ru"), questions=40)
    rows, notes = importance(estimate(design(collapse(frame))))
    assert all(row["shapley_share"] is None for row in rows.values())
    assert "no more than chance" in notes["script_match.shapley_share"]
    assert rows["script_match"]["lr_p"] > 0.01


@pytest.mark.slow
def test_the_interval_holds_the_share_of_many_questions():
    """Over samples of 80 questions: the share that 1,500 questions of the same population have."""
    population = simulated(seed=5, questions=1500, models=2)
    truth, _ = importance(estimate(design(collapse(population))))
    random, covered = np.random.default_rng(2), []
    questions = population["question_group"].unique().sort()
    for _ in range(30):
        chosen = questions.sample(80, seed=int(random.integers(1 << 30)))
        sample = population.filter(pl.col("question_group").is_in(chosen.implode()))
        rows, _ = importance(estimate(design(collapse(sample))))
        share = truth["script_match"]["shapley_share"]
        covered.append(rows["script_match"]["shapley_low"] <= share <= rows["script_match"]["shapley_high"])
    assert np.mean(covered) > 0.85

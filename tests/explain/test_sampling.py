import json
from itertools import combinations

import numpy as np
import polars as pl
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from scriptgap.explain.intervals import clustered, wilson
from scriptgap.explain.prepare import prepare
from scriptgap.explain.sampling import SCORES, sampling, sampling_notes, variance_share

from .conftest import observations


def answered(shares, n):
    """Answers to questions in languages, of whose n samples so many are right."""
    return prepare(
        observations([(q, tag, i < right) for (q, tag), right in shares.items() for i in range(n)])
    )


def share_of(right, n, questions=None):
    """The variance share of units with so many of n samples right, each of its own question by default."""
    p = np.asarray(right) / n
    questions = range(len(p)) if questions is None else questions
    apart = 2 * n / (n - 1) * p * (1 - p)
    return variance_share(
        clustered(questions, [1.0] * len(p), p), clustered(questions, [1.0] * len(p), apart)
    )


def test_by_hand():
    same, cross = {(0, "es"): 4, (1, "es"): 2, (2, "es"): 3}, {(0, "ru"): 3, (1, "ru"): 1, (2, "ru"): 0}
    shares = {**same, **cross, (0, "en"): 4}
    (row,) = sampling(answered(shares, 4))
    assert (row["model"], row["dataset"], row["condition"], row["n_samples"]) == ("m", "atlas", "plain", 4)
    assert (row["n_units_same_script"], row["n_units_cross_script"]) == (3, 3)
    assert [row[f"same_script_{score}"] for score in SCORES] == pytest.approx([3 / 4, 2.5 / 3, 1])
    assert [row[f"cross_script_{score}"] for score in SCORES] == pytest.approx([1 / 3, 1 / 3, 2 / 3])
    assert [row[f"gap_{score}"] for score in SCORES] == pytest.approx([5 / 12, 1 / 2, 1 / 3])
    within = 4 / 3 * (3 / 16 + 3 / 16 + 0) / 3
    assert row["variance_share"] == pytest.approx(within / (1 / 3 * 2 / 3))
    assert sampling_notes([row]) == {}


def test_any_and_majority_of_an_odd_number():
    (row,) = sampling(answered({(0, "ru"): 1, (1, "ru"): 2, (2, "ru"): 0}, 3))
    assert [row[f"cross_script_{score}"] for score in SCORES] == pytest.approx([1 / 3, 1 / 3, 2 / 3])


def test_units_with_the_most_common_number_of_samples():
    rows = [(q, "ru", i == 0) for q, n in enumerate([2, 2, 3, 3, 1, 1, 1, 4]) for i in range(n)]
    rows += [(2, "ru", None), (7, "ru", None)]
    (row,) = sampling(prepare(observations(rows)))
    assert (row["n_samples"], row["n_units_cross_script"]) == (3, 2)
    assert row["cross_script_one"] == pytest.approx(1 / 3)


def test_one_sample_each():
    assert sampling(answered({(0, "ru"): 1, (1, "es"): 0}, 1)) == []
    assert sampling(answered({(0, "en"): 1, (1, "en"): 0}, 3)) == []


def test_rows_by_model_and_condition(observe):
    frame = observe(lambda *_: True, ["es", "ru"], 3, ["hint", "plain"], ["b", "a"], samples=2)
    frame = frame.filter((pl.col("model") == "b") | (pl.col("condition") == "plain"))
    rows = sampling(prepare(frame))
    assert [(row["model"], row["condition"]) for row in rows] == [
        ("a", "plain"),
        ("b", "plain"),
        ("b", "hint"),
    ]


def test_notes_say_what_is_absent():
    (row,) = sampling(answered({(0, "es"): 1, (1, "es"): 0}, 2))
    notes = sampling_notes([row])
    assert notes["sampling.0.gap_any_low"] == notes["sampling.0.variance_share"]
    assert notes["sampling.0.variance_share"] == "no cross-script question has 2 scored samples"
    (row,) = sampling(answered({(0, "ru"): 2, (1, "ru"): 2}, 2))
    notes = sampling_notes([row])
    assert notes["sampling.0.gap_one"] == "no same-script question has 2 scored samples"
    assert notes["sampling.0.variance_share"] == "all answers across scripts are right, or all are wrong"


def test_variance_share_of_pairs():
    """The same from its meaning: pairs of samples that disagree, and two answers of any units."""
    generator = np.random.default_rng(3)
    answers = generator.random((30, 5)) < generator.random((30, 1))
    apart = np.mean([a != b for unit in answers for a, b in combinations(unit, 2)])
    p = answers.mean()
    assert share_of(answers.sum(axis=1), 5).estimate == pytest.approx(apart / (2 * p * (1 - p)))


def test_variance_share_is_one_minus_fleiss_and_cuzick():
    right, n = np.array([0, 1, 1, 2, 3, 3, 3, 0]), 3
    p = right / n
    mean = right.sum() / (n * len(right))
    correlation = 1 - (n * p * (1 - p)).sum() / ((n - 1) * len(right) * mean * (1 - mean))
    assert share_of(right, n).estimate == pytest.approx(1 - correlation)


def test_variance_share_jackknife():
    """Two units of each question; the size of Wilson's interval from leaving out one question at a time."""
    right, n, questions = np.array([0, 1, 1, 2, 3, 4, 4, 2]), 4, np.repeat(np.arange(4), 2)
    p = right / n

    def ratio(kept):
        apart = 2 * n / (n - 1) * p[kept] * (1 - p[kept])
        return apart.mean() / (2 * p[kept].mean() * (1 - p[kept].mean()))

    without = np.array([ratio(questions != question) for question in range(4)])
    variance = 3 / 4 * ((without - without.mean()) ** 2).sum()
    freedom = min(3, ((without - without.mean()) ** 2).sum() ** 2 / ((without - without.mean()) ** 4).sum())
    quantile = scipy.stats.t.ppf(0.975, freedom)
    single = 2 * p.mean() * (1 - p.mean())
    d = ratio(np.full(8, True)) * single
    size = (1.959964 / quantile) ** 2 * d * (1 - d) / (variance * single**2)
    interval, limits = share_of(right, n, questions), wilson(d * size, size)
    assert interval.estimate == pytest.approx(d / single)
    assert interval.low == pytest.approx(limits.low / single, rel=1e-6)
    assert interval.high == pytest.approx(min(1, limits.high / single), rel=1e-6)


def test_agreement_of_all_samples_is_not_certainty():
    interval = share_of([0, 3] * 10, 3)
    assert (interval.estimate, interval.low) == (0, 0)
    assert interval.high == pytest.approx(wilson(0, 20).high / 0.5)


def test_units_that_do_not_differ():
    assert share_of([1, 1, 1, 1], 2).estimate == 1
    assert share_of([1, 1, 1, 1], 2).high == 1


def test_one_question_knows_all():
    interval = share_of([3, 0, 0, 0], 4)
    assert interval.estimate == pytest.approx(1 / 8 / (2 * 3 / 16 * 13 / 16))
    assert (interval.low, interval.high) == (0.0, 1.0)
    assert (share_of([1], 2).low, share_of([1], 2).high) == (0.0, 1.0)
    assert share_of([2, 2], 2).estimate is share_of([0], 2).low is None


UNITS = st.tuples(st.integers(0, 5), st.sampled_from(["es", "fr", "ru", "hi"]))


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(UNITS, st.integers(0, 3), min_size=1), st.integers(2, 3))
def test_invariants(shares, n):
    (row,) = rows = sampling(answered({key: min(right, n) for key, right in shares.items()}, n))
    notes = sampling_notes(rows)
    json.dumps([rows, notes], allow_nan=False)
    assert {f"sampling.0.{key}" for key, value in row.items() if value is None} == notes.keys()
    assert row["n_units_same_script"] + row["n_units_cross_script"] == len(shares)
    for name in ("same_script", "cross_script"):
        if row[f"n_units_{name}"]:
            assert 0 <= row[f"{name}_one"] <= row[f"{name}_any"] <= 1
            assert 0 <= row[f"{name}_majority"] <= row[f"{name}_any"]
    if row["variance_share"] is not None:
        assert 0 <= row["variance_share_low"] <= row["variance_share"] <= row["variance_share_high"] <= 1


@pytest.mark.parametrize(("spread", "mean", "n"), [(1.0, 0.3, 4), (4.0, 0.5, 2), (0.3, 0.2, 8)])
def test_interval_of_the_variance_share_holds_the_truth(spread, mean, n):
    """Beta-binomial units: within and between samples in the proportion of spread to 1."""
    generator, runs, inside = np.random.default_rng(7), 500, 0
    truth = spread / (spread + 1)
    for _ in range(runs):
        knows = generator.beta(spread * mean, spread * (1 - mean), size=60)
        interval = share_of(generator.binomial(n, knows), n)
        inside += interval.low <= truth <= interval.high
    assert 0.92 <= inside / runs <= 0.99, inside / runs

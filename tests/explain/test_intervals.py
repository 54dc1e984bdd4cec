import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scriptgap.explain.intervals import (
    Clustered,
    clustered,
    contrast,
    effective_sample_size,
    student_quantile,
    wilson,
    wilson_clustered,
)


def singletons(scores, prefix="q"):
    return clustered([f"{prefix}{i}" for i in range(len(scores))], [1.0] * len(scores), scores)


@pytest.mark.parametrize(
    ("right", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, table I, method 3
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_published(right, n, low, high):
    interval = wilson(right, n)
    assert interval.low == pytest.approx(low, abs=5e-5)
    assert interval.high == pytest.approx(high, abs=5e-5)


@pytest.mark.parametrize(
    ("df", "quantile"),
    [(1, 12.7062047), (2, 4.30265273), (3, 3.18244631), (4, 2.77644511), (5, 2.57058184), (10, 2.22813885),
     (29, 2.04522964), (100, 1.98397152), (200, 1.97189622), (201, 1.97183653), (1000, 1.96233908)],
)  # fmt: skip
def test_student_quantile_published(df, quantile):
    assert student_quantile(df) == pytest.approx(quantile, abs=2e-7)


def test_student_quantile_limits():
    assert student_quantile(math.inf) == pytest.approx(1.959963985)
    with pytest.raises(ValueError, match="at least 1"):
        student_quantile(0)


def test_newcombe_independent_difference():
    # Newcombe 1998 (independent), table II, method 10, example (a): 56/70 - 48/80, 0.0524 to 0.3339
    first = singletons([1.0] * 56 + [0.0] * 14, "a")
    second = singletons([1.0] * 48 + [0.0] * 32, "b")
    interval = contrast([first, second], [1, -1])
    assert interval.estimate == pytest.approx(0.2)
    assert interval.low == pytest.approx(0.0524, abs=5e-5)
    assert interval.high == pytest.approx(0.3339, abs=5e-5)


def test_design_effect_of_copies():
    # ten copies of each of 40 answers tell as much as the 40 answers: the design effect is 40/39 * 399/40
    scores = [1.0] * 25 + [0.0] * 15
    copies = clustered([f"q{i}" for i in range(40)], [10.0] * 40, [10 * s for s in scores])
    size = 400 / (40 / 39 * 399 / 40 * 1.0)
    adjustment = (student_quantile(399) / student_quantile(39)) ** 2
    assert effective_sample_size(copies) == pytest.approx(size * adjustment, rel=1e-9)
    assert effective_sample_size(singletons(scores)) == 40


def test_negative_correlation_within_clusters_does_not_help():
    pairs = clustered(["a", "b", "c"], [2.0] * 3, [1.0] * 3)
    assert effective_sample_size(pairs) < 6
    assert wilson_clustered(pairs).estimate == 0.5


def test_all_right_counts_questions():
    group = clustered(["a", "b", "c"], [5.0] * 3, [5.0] * 3)
    assert wilson_clustered(group) == wilson(3, 3)


def test_difference_in_differences_by_hand():
    # cross script: base .2, hint .6; same script: base .7, hint .8; difference (.6-.2) - (.8-.7) = .3
    groups = [
        singletons([1.0] * right + [0.0] * (10 - right), prefix)
        for right, prefix in ((6, "a"), (2, "b"), (8, "c"), (7, "d"))
    ]
    interval = contrast(groups, [1, -1, -1, 1])
    limits = [wilson_clustered(group) for group in groups]
    below = math.sqrt(
        (0.6 - limits[0].low) ** 2 + (limits[1].high - 0.2) ** 2
        + (limits[2].high - 0.8) ** 2 + (0.7 - limits[3].low) ** 2
    )  # fmt: skip
    assert interval.estimate == pytest.approx(0.3)
    assert interval.low == pytest.approx(0.3 - below)


def test_empty():
    assert wilson_clustered(Clustered({})).estimate is None
    assert contrast([Clustered({}), singletons([1.0])], [1, -1]).low is None


def test_agreement_is_not_certainty():
    always = singletons([1.0] * 10)
    never = singletons([0.0] * 10)
    assert contrast([always, never], [1, -1]).low < 0.8
    assert contrast([never, never], [1, -1]).high > 0.2
    half = singletons([1.0] * 5 + [0.0] * 5)
    assert contrast([half, half], [1, -1]).high > 0.1


@given(st.lists(st.tuples(st.integers(0, 5), st.floats(0, 1), st.integers(0, 3)), min_size=1, max_size=30))
def test_intervals_hold_their_estimate(rows):
    groups = [
        clustered([f"q{q}" for q, _, g in rows if g % 2 == k], [1.0] * sum(g % 2 == k for *_, g in rows),
                  [s for _, s, g in rows if g % 2 == k])
        for k in (0, 1)
    ]  # fmt: skip
    for group in groups:
        interval = wilson_clustered(group)
        if interval.estimate is not None:
            assert 0 <= interval.low <= interval.estimate <= interval.high <= 1
    interval = contrast(groups, [1, -1])
    if interval.estimate is not None:
        assert -1 <= interval.low <= interval.estimate + 1e-12
        assert interval.estimate - 1e-12 <= interval.high <= 1


def test_coverage_with_clusters():
    """Questions of differing difficulty, five answers each under two conditions."""
    generator = np.random.default_rng(4)
    inside, inside_difference, runs = 0, 0, 600
    true = [0.0, 0.0]
    grid = np.random.default_rng(5).normal(size=400_000)
    for k, shift in enumerate((-1.0, 0.0)):
        true[k] = float((1 / (1 + np.exp(-(1.5 * grid + shift)))).mean())
    for _ in range(runs):
        difficulty = generator.normal(size=40) * 1.5
        groups = []
        for shift in (-1.0, 0.0):
            right = generator.binomial(5, 1 / (1 + np.exp(-(difficulty + shift))))
            groups.append(clustered(range(40), [5.0] * 40, right.astype(float)))
        interval, difference = wilson_clustered(groups[0]), contrast(groups[::-1], [1, -1])
        inside += interval.low <= true[0] <= interval.high
        inside_difference += difference.low <= true[1] - true[0] <= difference.high
    assert inside / runs == pytest.approx(0.95, abs=0.025)
    assert 0.93 <= inside_difference / runs <= 0.99, inside_difference / runs

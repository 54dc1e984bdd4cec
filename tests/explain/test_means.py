import pytest

from scriptgap.explain.intervals import clustered, contrast, wilson_clustered
from scriptgap.explain.metrics.means import difference_of_means, mean_of_shares


def share(right, n, prefix="q"):
    return clustered([f"{prefix}{i}" for i in range(n)], [1.0] * n, [float(i < right) for i in range(n)])


def test_a_mean_of_one_share_is_that_share():
    group = share(7, 20)
    found = mean_of_shares([group]).interval
    assert (found.estimate, found.low, found.high) == pytest.approx(
        (0.35, wilson_clustered(group).low, wilson_clustered(group).high)
    )


def test_equal_shares_of_other_questions_are_one_larger_share():
    found = mean_of_shares([share(6, 30, "a"), share(6, 30, "b")]).interval
    assert found.low == pytest.approx(wilson_clustered(share(12, 60)).low)


def test_shares_of_the_same_answers_tell_no_more_than_one():
    once, twice = mean_of_shares([share(6, 30)]), mean_of_shares([share(6, 30)] * 2)
    assert twice.interval.low == pytest.approx(once.interval.low)


@pytest.mark.parametrize("right", [0, 12])
def test_all_alike_is_not_certain(right):
    found = mean_of_shares([share(right, 12, "a"), share(right, 12, "b")]).interval
    assert found.high - found.low > 0.1
    assert found.low <= found.estimate <= found.high


def test_shares_of_nought_and_one_are_not_certain():
    found = mean_of_shares([share(0, 5, "a"), share(5, 5, "b")]).interval
    assert found.low < 0.4
    assert found.high > 0.6


def test_difference_is_that_of_two_shares():
    one, other = share(30, 40), share(22, 40)
    found = difference_of_means(mean_of_shares([one]), mean_of_shares([other]))
    want = contrast([one, other], [1, -1])
    assert found.estimate == pytest.approx(want.estimate)
    assert found.low == pytest.approx(want.low, abs=0.01)
    assert found.high == pytest.approx(want.high, abs=0.01)


def test_nothing_gives_none():
    empty = mean_of_shares([])
    assert empty.interval.estimate is None
    assert difference_of_means(empty, mean_of_shares([share(1, 2)])).low is None

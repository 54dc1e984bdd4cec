import numpy as np
import pytest

from scriptgap.candidates.language_model import END, NgramModel

_TEXTS = [[2, 3, 2], [2, 3, 3], [3, 2], [2, 3, 2, 3], [4]]


@pytest.mark.parametrize("order", [2, 3, 5])
@pytest.mark.parametrize("context", [(0, 0, 0, 0), (2, 0, 0, 0), (3, 2, 0, 0), (2, 3, 2, 0), (4, 4, 4, 4)])
def test_probabilities_sum_to_one_after_any_context(order: int, context: tuple[int, ...]) -> None:
    model = NgramModel([np.array(text) for text in _TEXTS], order, 5)
    tokens = np.arange(1, 5)  # all but START, which never follows
    contexts = np.array([context[: order - 1]])
    logs = model.log_probabilities(contexts, np.zeros(4, np.int64), tokens)
    missing = np.exp(logs).sum()
    assert missing <= 1 + 1e-9
    assert missing >= 1 - model.base[0]  # START keeps its share of the base distribution


def test_bigram_of_a_hand_made_text() -> None:
    # Two texts "a": after START a is met twice, so P = (2 - D) / 2 + D / 2 * P(a), with D clipped to 0.1.
    model = NgramModel([np.array([2]), np.array([2])], 2, 3)
    (log,) = model.log_probabilities(np.zeros((1, 1), np.int64), np.array([0]), np.array([2]))
    # Continuation counts: a and END each in one context: D = 1 / (1 + 0) clipped to 0.95.
    unigram = (1 - 0.95) / 2 + 0.95 * (1 / 3)
    # Both bigrams are met twice, so no count is 1 and D is at its least, 0.1.
    assert np.exp(log) == pytest.approx((2 - 0.1) / 2 + 0.1 / 2 * unigram)


def test_what_was_met_is_likelier() -> None:
    model = NgramModel([np.array(text) for text in _TEXTS], 3, 5)
    contexts = np.array([[2, 0]])
    logs = model.log_probabilities(contexts, np.zeros(2, np.int64), np.array([3, 4]))
    assert logs[0] > logs[1]
    assert END == 1

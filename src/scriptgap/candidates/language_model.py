"""An n-gram model of number sequences with interpolated Kneser-Ney smoothing, looked up in whole arrays."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

START, END = 0, 1
"""The two tokens that are not content: before the first, and after the last."""

_Keys = npt.NDArray[np.uint64]
_PLACES = np.array(
    [
        0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F,
        0xE7037ED1A0B428DB, 0x8EBC6AF09C88C6E3, 0x589965CC75374CC3, 0x1D8E4E27C47D124F, 0xEB44ACCAB455D165,
    ],
    dtype=np.uint64,
)  # fmt: skip


def _mixed(tokens: npt.NDArray[np.int64]) -> _Keys:
    keys = (tokens.astype(np.uint64) + np.uint64(1)) * np.uint64(0xBF58476D1CE4E5B9)
    keys ^= keys >> np.uint64(31)
    keys *= np.uint64(0x94D049BB133111EB)
    return keys ^ (keys >> np.uint64(29))


class NgramModel:
    """Interpolated Kneser-Ney with one discount for each order (Kneser & Ney 1995; Chen & Goodman 1999).

    n-grams are kept as sorted 64-bit hashes, so that many are looked up at once.
    """

    def __init__(self, sequences: Sequence[npt.NDArray[np.int64]], order: int, vocabulary: int) -> None:
        """Count the n-grams of `sequences`.

        Args:
            sequences: Tokens from 2 up to `vocabulary`, without `START` and `END`.
            order: Length of the longest n-gram, 2 to 9.
            vocabulary: Number of tokens, `START` and `END` included.
        """
        self.order = order
        self.base = np.full(vocabulary, 1 / vocabulary)
        tokens, position, before = _in_one(sequences, order)
        contexts = [np.zeros(tokens.size, np.uint64)]
        for back in range(1, order):
            contexts.append(contexts[-1] + _mixed(before[:, back - 1]) * _PLACES[back])
        # A context ends at the start of its sequence: one START is enough.
        depth = np.minimum(position + 1, order - 1)
        token_keys = _mixed(tokens) * _PLACES[0]
        self._tables = [self._table(length, contexts, token_keys, depth) for length in range(order)]

    def _table(
        self, length: int, contexts: list[_Keys], token_keys: _Keys, depth: npt.NDArray[np.int64]
    ) -> tuple[_Keys, npt.NDArray[np.float64], _Keys, npt.NDArray[np.float64]]:
        """Discounted probabilities of n-grams with `length` tokens of context, and what is left over."""
        keys = contexts[length] + token_keys
        if length == self.order - 1:
            chosen = np.flatnonzero(depth >= length)
        else:  # lower orders count in how many contexts a token is new, not how often it occurs
            deeper = np.flatnonzero(depth >= length + 1)
            _, first = np.unique(contexts[length + 1][deeper] + token_keys[deeper], return_index=True)
            whole = np.flatnonzero(depth == length) if length else np.zeros(0, np.int64)
            chosen = np.concatenate([deeper[first], whole])
        ngrams, first, inverse = np.unique(keys[chosen], return_index=True, return_inverse=True)
        counts = np.bincount(inverse).astype(np.float64)
        once, twice = int((counts == 1).sum()), int((counts == 2).sum())
        discount = min(max(once / (once + 2 * twice + 1e-9), 0.1), 0.95)
        seen, places = np.unique(contexts[length][chosen][first], return_inverse=True)
        totals = np.bincount(places, weights=counts)
        left_over = np.bincount(places, weights=np.minimum(counts, discount)) / totals
        return ngrams, np.maximum(counts - discount, 0) / totals[places], seen, left_over

    def of_sequences(self, sequences: Sequence[npt.NDArray[np.int64]]) -> npt.NDArray[np.float64]:
        """Return (sequences,) the log probability of each whole sequence, its end included."""
        tokens, _, before = _in_one(sequences, self.order)
        logs = self.log_probabilities(before, np.arange(tokens.size), tokens)
        owner = np.repeat(np.arange(len(sequences)), [len(sequence) + 1 for sequence in sequences])
        return np.bincount(owner, weights=logs, minlength=len(sequences)).astype(np.float64)

    def log_probabilities(
        self,
        contexts: npt.NDArray[np.int64],
        which: npt.NDArray[np.int64],
        tokens: npt.NDArray[np.int64],
    ) -> npt.NDArray[np.float64]:
        """Return the log probability of each token after its context.

        Args:
            contexts: (contexts, order - 1) tokens, the latest first, `START` where there is none.
            which: (tokens,) row of `contexts` that each token follows.
            tokens: (tokens,) what follows.
        """
        token_keys = _mixed(tokens) * _PLACES[0]
        probability = self.base[tokens].copy()
        alive = np.arange(tokens.size)
        key = np.zeros(len(contexts), np.uint64)
        for length, (ngrams, values, seen, left_over) in enumerate(self._tables):
            if length:
                key = key + _mixed(contexts[:, length - 1]) * _PLACES[length]
            place, known = _find(seen, key)
            alive = alive[known[which[alive]]]
            if not alive.size:
                break
            rows = which[alive]
            at, found = _find(ngrams, key[rows] + token_keys[alive])
            probability[alive] = probability[alive] * left_over[place[rows]] + np.where(found, values[at], 0)
        logs: npt.NDArray[np.float64] = np.log(probability)
        return logs


def _in_one(
    sequences: Sequence[npt.NDArray[np.int64]], order: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Join sequences, each with its `END`.

    Returns:
        (tokens,) all tokens; (tokens,) the place of each in its sequence; and (tokens, order - 1) what comes
        before each, the latest first, `START` where there is nothing.
    """
    lengths = np.array([len(sequence) + 1 for sequence in sequences])
    tokens = np.concatenate([np.append(sequence, END) for sequence in sequences]).astype(np.int64)
    position = np.arange(tokens.size) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    before = np.full((tokens.size, order - 1), START, np.int64)
    for back in range(1, order):
        shifted = np.concatenate([np.zeros(back, np.int64), tokens[:-back]])[: tokens.size]
        before[:, back - 1] = np.where(position >= back, shifted, START)
    return tokens, position, before


def _find(sorted_keys: _Keys, keys: _Keys) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    place = np.minimum(np.searchsorted(sorted_keys, keys), len(sorted_keys) - 1)
    return place, sorted_keys[place] == keys

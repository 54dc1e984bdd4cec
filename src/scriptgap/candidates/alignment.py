"""Which letters of a source spelling each letter of a query name stands for, learned from name pairs.

Many-to-many alignment by expectation-maximisation (Jiampojamarn, Kondrak & Sherif 2007), vectorised over the
pairs of one length. A unit is one or a few query letters with none or some source letters.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from scriptgap.errors import UsageError

Encoded = tuple[list[int], list[int]]
"""A pair as numbers: letters of the query name (below 8192), of the source spelling (1 to 63)."""

Floats = npt.NDArray[np.float64]
_Arc = tuple[tuple[int, int, int, int], npt.NDArray[Any]]
_Group = tuple[int, int, int, list[_Arc]]

Spans = list[tuple[int, int, int, int]]
"""Units of one aligned pair: first and last (exclusive) query letter, first and last source letter."""

_TABLE_BITS = 23
_ROUNDS = 6
_LEARN_FROM = 40_000
# Counts below this are noise of the first rounds; without it units grow without bound.
_SHRINK = 0.3
# Long units explain everything and say nothing: each letter beyond the first costs so much more.
_LONG_UNIT = 0.3
_BATCH = 20_000
_UNSEEN = 1e-12


class Alignment:
    """Probabilities of units, and the best alignment of pairs under them."""

    def __init__(self, query_letters: int, source_letters: int) -> None:
        """Set how long a unit may be.

        Args:
            query_letters: Most query letters in a unit, 1 or 2.
            source_letters: Most source letters in a unit, up to 7.
        """
        self.query_letters = query_letters
        self.source_letters = source_letters
        self._probability: npt.NDArray[np.float64] | None = None

    def learn(self, pairs: Sequence[Encoded]) -> None:
        """Estimate the probabilities, from a sample of 40,000 pairs where there are more."""
        rng = np.random.default_rng(0)
        chosen = rng.permutation(len(pairs))[:_LEARN_FROM]
        groups: list[_Group] = []
        for (n, m), members in _by_length([pairs[i] for i in chosen]).items():
            if not self._possible(n, m):
                continue
            query, source = np.array([q for q, _ in members]), np.array([s for _, s in members])
            arcs = [(arc, self._slots(query, source, *arc)) for arc in self._arcs(n, m)]
            groups.append((n, m, len(members), arcs))
        if not groups:
            raise UsageError("no name pair can be aligned: a spelling is too long for its name in every pair")
        # Only the slots in use take part in the rounds; the table is large.
        used = np.unique(np.concatenate([np.unique(slots) for *_, arcs in groups for _, slots in arcs]))
        groups = [
            (n, m, size, [(arc, np.searchsorted(used, slots)) for arc, slots in arcs])
            for n, m, size, arcs in groups
        ]
        probability: Floats | None = None
        for _ in range(_ROUNDS):
            probability = _round(groups, probability, used.size)
        self._probability = np.full(1 << _TABLE_BITS, _UNSEEN)
        self._probability[used] = probability

    def align(self, pairs: Sequence[Encoded]) -> tuple[list[Spans | None], npt.NDArray[np.float64]]:
        """Return the best units of each pair, and its log probability by letter (of both names).

        A pair whose lengths no alignment can bridge has None and minus infinity.
        """
        assert self._probability is not None, "learn first"
        spans: list[Spans | None] = [None] * len(pairs)
        scores = np.full(len(pairs), -np.inf)
        lengths: dict[tuple[int, int], list[int]] = defaultdict(list)
        for index, (query, source) in enumerate(pairs):
            lengths[len(query), len(source)].append(index)
        for (n, m), indices in lengths.items():
            if not self._possible(n, m):
                continue
            for start in range(0, len(indices), _BATCH):
                batch = indices[start : start + _BATCH]
                best, came = self._viterbi([pairs[i] for i in batch], n, m)
                for place, index in enumerate(batch):
                    if np.isfinite(best[place]):
                        spans[index] = _trace(came[:, :, place], n, m)
                        scores[index] = best[place] / (n + m)
        return spans, scores

    def _viterbi(
        self, pairs: list[Encoded], n: int, m: int
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int8]]:
        assert self._probability is not None
        query, source = np.array([q for q, _ in pairs]), np.array([s for _, s in pairs])
        best = np.full((n + 1, m + 1, len(pairs)), -np.inf)
        best[0, 0] = 0
        came = np.zeros((n + 1, m + 1, len(pairs)), np.int8)
        for i, j, a, b in self._arcs(n, m):
            logs = np.log(self._probability[self._slots(query, source, i, j, a, b)])
            value = best[i, j] + logs * (1 + _LONG_UNIT * (max(a, b) - 1))
            better = value > best[i + a, j + b]
            best[i + a, j + b] = np.where(better, value, best[i + a, j + b])
            came[i + a, j + b] = np.where(better, a * 8 + b, came[i + a, j + b])
        return best[n, m], came

    def _possible(self, n: int, m: int) -> bool:
        return n > 0 and 0 < m <= self.source_letters * n

    def _arcs(self, n: int, m: int) -> Iterator[tuple[int, int, int, int]]:
        """Units that can be part of an alignment of `n` with `m` letters, in order of their start."""
        for i in range(n):
            for a in range(1, min(self.query_letters, n - i) + 1):
                last = i + a == n
                for j in range(m + 1 if i else 1):
                    if j > self.source_letters * i:
                        break
                    for b in range(0 if a == 1 else 1, min(self.source_letters, m - j) + 1):
                        left = m - j - b
                        if left <= self.source_letters * (n - i - a) and (not last or left == 0):
                            yield i, j, a, b

    def _slots(
        self, query: npt.NDArray[np.int64], source: npt.NDArray[np.int64], i: int, j: int, a: int, b: int
    ) -> npt.NDArray[np.int32]:
        """Place of each pair's unit in the table of probabilities, by hash; few units collide."""
        key = np.zeros(len(query), np.uint64)
        for x in range(a):
            key = key * np.uint64(8192) + (query[:, i + x] + 1).astype(np.uint64)
        for x in range(b):
            key = key * np.uint64(64) + source[:, j + x].astype(np.uint64)
        key = (key * np.uint64(16) + np.uint64(a * 8 + b)) * np.uint64(0x9E3779B97F4A7C15)
        return (key >> np.uint64(64 - _TABLE_BITS)).astype(np.int32)


def _round(groups: list[_Group], probability: Floats | None, slots_in_use: int) -> Floats:
    """One round of expectation-maximisation; at first a letter takes its share of the spelling."""
    counts = np.zeros(slots_in_use)
    for n, m, size, arcs in groups:
        forward, backward = np.zeros((n + 1, m + 1, size)), np.zeros((n + 1, m + 1, size))
        forward[0, 0] = backward[n, m] = 1
        weights = []
        for (i, j, a, b), slots in arcs:
            if probability is None:
                weight = np.full(size, np.exp(-0.5 * abs(b - a * m / n) - (a > 1) - 2 * (b == 0)))
            else:
                weight = probability[slots]
            weights.append(weight)
            forward[i + a, j + b] += forward[i, j] * weight
        for ((i, j, a, b), _), weight in zip(reversed(arcs), reversed(weights), strict=True):
            backward[i, j] += backward[i + a, j + b] * weight
        total = forward[n, m]
        share = np.where(total > 1e-250, 1 / np.maximum(total, 1e-250), 0)
        values = [
            forward[i, j] * weight * backward[i + a, j + b] * share
            for ((i, j, a, b), _), weight in zip(arcs, weights, strict=True)
        ]
        own = np.concatenate([slots for _, slots in arcs])
        counts += np.bincount(own, weights=np.concatenate(values), minlength=slots_in_use)
    if probability is not None:
        counts = np.maximum(counts - _SHRINK, 0)
    shares: Floats = counts / max(counts.sum(), 1e-9) + _UNSEEN
    return shares


def _by_length(pairs: Sequence[Encoded]) -> dict[tuple[int, int], list[Encoded]]:
    groups: dict[tuple[int, int], list[Encoded]] = defaultdict(list)
    for pair in pairs:
        groups[len(pair[0]), len(pair[1])].append(pair)
    return groups


def _trace(came: npt.NDArray[np.int8], n: int, m: int) -> Spans:
    spans: Spans = []
    i, j = n, m
    while i > 0:
        a, b = divmod(int(came[i, j]), 8)
        spans.append((i - a, i, j - b, j))
        i, j = i - a, j - b
    return spans[::-1]

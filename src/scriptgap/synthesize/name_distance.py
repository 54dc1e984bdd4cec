"""How far apart two names sound: alignments of `sounds`, many at once, weighed by their scripts."""

import functools
from collections.abc import Sequence
from itertools import product

import numpy as np
import numpy.typing as npt

from scriptgap.synthesize.name_keys import SOUNDS

Floats = npt.NDArray[np.float32]

VOWELS = "aeiouy"
WRITTEN = ("alphabet", "abjad", "syllables", "greek")
"""How scripts write a name: all sounds; mostly consonants (Arabic, Hebrew); syllables that add vowels and
merge consonants (kana, Hangul, Han); Greek, which writes b and d with a nasal before them."""

_ABJADS = frozenset({"Arab", "Hebr", "Syrc", "Mand", "Samr", "Tfng"})
_SYLLABLES = frozenset({"Jpan", "Hira", "Kana", "Hani", "Hang", "Bopo"})
_LONGEST = 40
_AT_ONCE = 4_000

# Sounds that spellings of one name exchange, at a cost from 0 (the same) to 1 (another sound).
_ALIKE: list[tuple[str, float]] = [
    ("ck", 0.05), ("cs", 0.1), ("cS", 0.3), ("cC", 0.2), ("cQ", 0.1), ("Ck", 0.2), ("Cx", 0.2), ("CS", 0.2),
    ("CQ", 0.3), ("Cj", 0.4), ("Cs", 0.4), ("Ct", 0.5), ("sS", 0.25), ("sz", 0.15), ("sZ", 0.4), ("sQ", 0.3),
    ("zQ", 0.15), ("zZ", 0.25), ("zj", 0.3), ("zS", 0.4), ("SZ", 0.3), ("Zj", 0.1), ("Zg", 0.3), ("gj", 0.2),
    ("jy", 0.1), ("ji", 0.3), ("jx", 0.3), ("jh", 0.3), ("gy", 0.4), ("gx", 0.3), ("gh", 0.3), ("gk", 0.4),
    ("gc", 0.4), ("xh", 0.1), ("xk", 0.2), ("hf", 0.5), ("Tt", 0.1), ("Ts", 0.3), ("Tz", 0.4), ("Tf", 0.5),
    ("Td", 0.4), ("td", 0.4), ("dz", 0.6), ("bv", 0.3), ("bp", 0.4), ("vw", 0.1), ("vf", 0.3), ("fp", 0.3),
    ("wu", 0.1), ("wo", 0.15), ("wb", 0.5), ("wf", 0.5), ("vu", 0.4), ("wg", 0.5), ("lr", 0.7), ("mn", 0.5),
    ("yi", 0.05), ("ye", 0.15), ("ei", 0.15), ("ou", 0.15), ("ae", 0.2), ("ao", 0.2), ("au", 0.25),
    ("ai", 0.25), ("eo", 0.25), ("eu", 0.25), ("iu", 0.25), ("io", 0.3), ("ya", 0.3), ("yu", 0.2),
    ("yo", 0.3),
]  # fmt: skip
_BY_ABJAD = [("vo", 0.1), ("vu", 0.1), ("vb", 0.05), ("wo", 0.05), ("wu", 0.05), ("vw", 0.05), ("wv", 0.05),
             ("gj", 0.05), ("pb", 0.1), ("pf", 0.1), ("pv", 0.3), ("gh", 0.2), ("gk", 0.2), ("Cx", 0.1),
             ("Ch", 0.2), ("ch", 0.3), ("yj", 0.1)]  # fmt: skip
_BY_SYLLABLES = [("lr", 0.05), ("bv", 0.05), ("vu", 0.1), ("Ts", 0.1), ("fh", 0.2), ("pf", 0.2), ("zj", 0.1),
                 ("sS", 0.1), ("hx", 0.1), ("xf", 0.3), ("vf", 0.3), ("tQ", 0.15), ("td", 0.3), ("tC", 0.2),
                 ("dj", 0.2), ("mn", 0.3), ("Zj", 0.1), ("wu", 0.05)]  # fmt: skip
_LEFT_OUT = {**dict.fromkeys("aeiou", 0.25), "y": 0.2, "w": 0.3, "h": 0.2, "x": 0.35, "j": 0.3, "v": 0.8}
_LEFT_OUT_BY_ABJAD = dict.fromkeys("aeiouy", 0.05)
_LEFT_OUT_BY_SYLLABLES = {"r": 0.4, "h": 0.2, "l": 0.6, "t": 0.7, "d": 0.7, "w": 0.2}
_ADDED_BY_SYLLABLES = {"u": 0.08, "o": 0.12, "i": 0.15, "a": 0.2, "e": 0.2}
_BY_GREEK = [("bv", 0.05), ("yu", 0.1), ("uw", 0.1), ("ow", 0.1), ("Td", 0.3), ("gj", 0.2), ("SQ", 0.3),
             ("sS", 0.1), ("xh", 0.05), ("zj", 0.2)]  # fmt: skip
_ADDED_BY_GREEK = {"m": 0.15, "n": 0.15, "g": 0.4}
_FIRST_VOWEL = np.float32(0.3)
_VOWEL = np.array([False] + [sound in "aeiou" for sound in SOUNDS])
_ADDED_BY_ABJAD = {"a": 0.1, "y": 0.1, "v": 0.3, "w": 0.1, "h": 0.1}


def written(script: str | None) -> int:
    """Return the index in `WRITTEN` of how a script (of `scriptgap.scripts.script_of`) writes names."""
    if script in _ABJADS:
        return 1
    return 2 if script in _SYLLABLES else 3 if script == "Grek" else 0


@functools.cache
def _costs() -> tuple[Floats, Floats, Floats]:
    """Return the cost of each exchange, and of each sound that only the one or the other name has.

    Indexed by how the names are written (``3 * one + other``) and by sound.
    """
    size = len(SOUNDS) + 1
    at = {sound: index for index, sound in enumerate(SOUNDS, 1)}
    kinds = list(product(range(len(WRITTEN)), repeat=2))
    exchange = np.ones((len(kinds), size, size), dtype=np.float32)
    only = np.ones((2, len(kinds), size), dtype=np.float32)
    for kind, sides in enumerate(kinds):
        np.fill_diagonal(exchange[kind], 0)
        for first, second in product(VOWELS, repeat=2):
            exchange[kind, at[first], at[second]] = 0.3 * (first != second)
        alike = list(_ALIKE)
        alike += _BY_ABJAD if 1 in sides else []
        alike += _BY_SYLLABLES if 2 in sides else []
        alike += _BY_GREEK if 3 in sides else []
        for letters, cost in alike:
            one, other = at[letters[0]], at[letters[1]]
            for pair in ((one, other), (other, one)):
                exchange[kind][pair] = min(cost, exchange[kind][pair])
        for side, (own, others) in enumerate((sides, sides[::-1])):
            costs = dict(_LEFT_OUT)
            extra = [_LEFT_OUT_BY_ABJAD] if others == 1 else [_LEFT_OUT_BY_SYLLABLES] if others == 2 else []
            extra += [_ADDED_BY_ABJAD] if own == 1 else [_ADDED_BY_SYLLABLES] if own == 2 else []
            extra += [_ADDED_BY_GREEK] if own == 3 else []
            for cheaper in extra:
                costs = {**costs, **{key: min(costs.get(key, 1), cost) for key, cost in cheaper.items()}}
            for sound, cost in costs.items():
                only[side, kind, at[sound]] = cost
    return exchange, only[0], only[1]


def _codes(texts: Sequence[str], width: int) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    at = {sound: index for index, sound in enumerate(SOUNDS, 1)}
    codes = np.zeros((len(texts), width), dtype=np.uint8)
    for row, text in enumerate(texts):
        codes[row, : len(text[:width])] = [at.get(sound, 0) for sound in text[:width]]
    return codes, np.array([min(len(text), width) for text in texts])


def distances(pairs: Sequence[tuple[str, str, int, int]]) -> Floats:
    """Return how far apart names sound, per sound of the longer one.

    Args:
        pairs: Two texts of `sounds`, and how each is `written`.

    Returns:
        For each pair the cost of the cheapest alignment over the weight of the heavier text (a consonant is
        1, a vowel, h or w 0.4): 0 for the same sounds, about 1 for nothing in common.
    """
    result = np.zeros(len(pairs), dtype=np.float32)
    order = sorted(range(len(pairs)), key=lambda row: (len(pairs[row][0]), len(pairs[row][1])))
    for start in range(0, len(order), _AT_ONCE):
        rows = order[start : start + _AT_ONCE]
        result[rows] = _aligned([pairs[row] for row in rows])
    return result


def _aligned(pairs: Sequence[tuple[str, str, int, int]]) -> Floats:
    exchange, only_first, only_second = _costs()
    longest = max(len(one) for one, *_ in pairs), max(len(other) for _, other, *_ in pairs)
    widths = [min(_LONGEST, max(1, length)) for length in longest]
    first, first_length = _codes([pair[0] for pair in pairs], widths[0])
    second, second_length = _codes([pair[1] for pair in pairs], widths[1])
    kind = np.array([len(WRITTEN) * pair[2] + pair[3] for pair in pairs], dtype=np.int32)
    # Sounds by pairs, so that each step reads memory in order.
    first, second = np.ascontiguousarray(first.T), np.ascontiguousarray(second.T)
    skip_first, skip_second = only_first[kind, first], only_second[kind, second]
    # A vowel that begins only one of two names tells them apart, if both write vowels.
    spelled_out = (kind // len(WRITTEN) != 1) & (kind % len(WRITTEN) != 1)
    skip_first[0] += _FIRST_VOWEL * (spelled_out & _VOWEL[first[0]])
    skip_second[0] += _FIRST_VOWEL * (spelled_out & _VOWEL[second[0]])
    rows = np.arange(len(pairs))
    above = np.zeros((widths[1] + 1, len(pairs)), dtype=np.float32)
    np.cumsum(skip_second, axis=0, out=above[1:])
    result = np.where(first_length == 0, above[second_length, rows], np.float32(0))
    size = len(SOUNDS) + 1
    flat, at_kind = exchange.ravel(), kind * (size * size)
    for index in range(widths[0]):
        costs = flat[at_kind + first[index] * np.int32(size) + second]
        below = np.empty_like(above)
        below[0] = above[0] + skip_first[index]
        np.minimum(above[:-1] + costs, above[1:] + skip_first[index], out=below[1:])
        for column in range(widths[1]):
            np.minimum(below[column + 1], below[column] + skip_second[column], out=below[column + 1])
        above = below
        ended = first_length == index + 1
        result[ended] = above[second_length[ended], rows[ended]]
    heavier = np.maximum(_weights(first), _weights(second))
    return (result / np.maximum(heavier, 1)).astype(np.float32)


def _weights(codes: npt.NDArray[np.uint8]) -> Floats:
    of_sound = np.array([0.0, *map(weight, SOUNDS)], dtype=np.float32)
    weights: Floats = of_sound[codes].sum(axis=0, dtype=np.float32)
    return weights


def weight(sounded: str) -> float:
    """Return the weight of a text of `sounds`: a consonant is 1, a vowel, h or w 0.4."""
    return sum(0.4 if sound in "aeiouywh" else 1.0 for sound in sounded[:_LONGEST])

"""A joint n-gram model of names and their spellings: pairs of letters are its tokens, beams its search.

Joint n-gram transduction as in Bisani & Ney (2008, "Joint-sequence models for grapheme-to-phoneme
conversion"), here from a name in the query script to its source spellings. Many names are searched at once.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scriptgap.candidates.alignment import Alignment, Encoded, Spans
from scriptgap.candidates.language_model import END, NgramModel
from scriptgap.candidates.letters import SOURCE_LETTERS

_CODE = {letter: number + 1 for number, letter in enumerate(SOURCE_LETTERS)}
# Pairs below this log probability by letter are no transliterations (Deutschland, Germany), or errors.
_LEAST = -4.5
_OPTIONS, _OPTIONS_OF_LEXICON = 60, 1000
_NAMES_AT_ONCE = 400
_BASE = 1000003
_MASK = (1 << 64) - 1
_ENDS = 31

Unit = tuple[str, str]
"""Query letters and the source letters they stand for."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How long units and n-grams are.

    Attributes:
        query_letters: Most query letters in a unit.
        source_letters: Most source letters in a unit.
        order: Units in the longest n-gram.
    """

    query_letters: int
    source_letters: int
    order: int


class JointModel:
    """P(name, spelling), and the likeliest spellings of a name."""

    def __init__(self, pairs: Sequence[tuple[str, str]], settings: Settings) -> None:
        """Learn from folded (query name, source spelling) pairs."""
        self.settings = settings
        letters = {letter: n for n, letter in enumerate(sorted({c for query, _ in pairs for c in query}))}
        encoded: list[Encoded] = [([letters[c] for c in q], [_CODE[c] for c in s]) for q, s in pairs]
        alignment = Alignment(settings.query_letters, settings.source_letters)
        alignment.learn(encoded)
        spans, scores = alignment.align(encoded)
        aligned = [
            _units(*pair, found)
            for pair, found, score in zip(pairs, spans, scores, strict=True)
            if found is not None and score > _LEAST
        ]
        self.pairs_used = len(aligned)
        self.counts: Counter[Unit] = Counter(unit for units in aligned for unit in units)
        self.units: list[Unit] = [("", ""), ("", ""), *sorted(self.counts)]
        number = {unit: n for n, unit in enumerate(self.units) if n > END}
        sequences = [np.array([number[unit] for unit in units]) for units in aligned]
        self._ngrams = NgramModel(sequences, settings.order, len(self.units))
        options: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for unit, count in self.counts.items():
            options[unit[0]].append((-count, number[unit]))
        self._options = {
            query: np.array([n for _, n in sorted(found)[:_OPTIONS_OF_LEXICON]])
            for query, found in options.items()
        }
        self._hash = np.array([_rolled(source) for _, source in self.units], np.uint64)
        self._power = np.array([pow(_BASE, len(source), 1 << 64) for _, source in self.units], np.uint64)

    def spell(
        self, names: Sequence[str], most: int, lexicon: npt.NDArray[np.uint64] | None = None, beam: int = 50
    ) -> list[dict[str, float]]:
        """Return for each folded name its likeliest spellings with their log probabilities.

        Args:
            names: Names in the query script.
            most: Spellings to return for a name.
            lexicon: What `lexicon` made of the only spellings allowed; None for any.
            beam: Beginnings of spellings that are kept at each letter.
        """
        return self._search(names, most, lexicon, beam, None)

    def score(self, names: Sequence[str], spellings: Sequence[Sequence[str]]) -> list[dict[str, float]]:
        """Return the log probability of each name with each of its spellings, without impossible ones."""
        salts = np.random.default_rng(7).integers(1, 2**63, len(names)).astype(np.uint64)
        keys: set[int] = set()
        for salt, own in zip(salts.tolist(), spellings, strict=True):
            for spelling in own:
                keys.update(key ^ salt for key in _prefixes(spelling))
        allowed = np.array(sorted(keys), np.uint64)
        return self._search(names, 2000, allowed, 200, salts) if keys else [{} for _ in names]

    def _search(
        self,
        names: Sequence[str],
        most: int,
        lexicon: npt.NDArray[np.uint64] | None,
        beam: int,
        salts: npt.NDArray[np.uint64] | None,
    ) -> list[dict[str, float]]:
        found: list[dict[str, float]] = [{} for _ in names]
        lengths: dict[int, list[int]] = defaultdict(list)
        for index, name in enumerate(names):
            if name:
                lengths[len(name)].append(index)
        for indices in lengths.values():
            for start in range(0, len(indices), _NAMES_AT_ONCE):
                batch = indices[start : start + _NAMES_AT_ONCE]
                own = None if salts is None else salts[batch]
                search = _Search(self, [names[i] for i in batch], most, lexicon, beam, own)
                for index, spellings in zip(batch, search.spellings(), strict=True):
                    found[index] = spellings
        return found


def _units(query: str, source: str, spans: Spans) -> list[Unit]:
    return [(query[i:j], source[k:m]) for i, j, k, m in spans]


def lexicon(spellings: Sequence[str]) -> npt.NDArray[np.uint64]:
    """Return the hashes of all beginnings of folded spellings, sorted: those that a search may go through."""
    keys: set[int] = set()
    for spelling in spellings:
        keys.update(_prefixes(spelling))
    return np.array(sorted(keys), np.uint64)


def _rolled(text: str) -> int:
    key = 0
    for character in text:
        key = (key * _BASE + ord(character)) & _MASK
    return key


def _prefixes(spelling: str) -> list[int]:
    """Hashes of the beginnings of a spelling, and last that of its end."""
    key, keys = 0, [0]
    for character in spelling:
        key = (key * _BASE + ord(character)) & _MASK
        keys.append(key)
    keys.append((key * _BASE + _ENDS) & _MASK)
    return keys


@dataclass(slots=True)
class _Beam:
    """Beginnings of spellings, one in each row: whose they are, and all that is needed to go on."""

    name: npt.NDArray[np.int64]
    context: npt.NDArray[np.int64]
    score: npt.NDArray[np.float64]
    node: npt.NDArray[np.int64]
    key: npt.NDArray[np.uint64]

    def rows(self, chosen: npt.NDArray[np.int64]) -> "_Beam":
        return _Beam(
            self.name[chosen], self.context[chosen], self.score[chosen], self.node[chosen], self.key[chosen]
        )


class _Search:
    """One beam search over names of one length."""

    def __init__(
        self,
        model: JointModel,
        names: list[str],
        most: int,
        lexicon: npt.NDArray[np.uint64] | None,
        beam: int,
        salts: npt.NDArray[np.uint64] | None,
    ) -> None:
        self.model, self.names, self.most, self.beam = model, names, most, beam
        self.lexicon, self.salts = lexicon, salts
        self.length = len(names[0])
        count = len(names)
        self._parents, self._taken, self._nodes = [np.full(count, -1)], [np.full(count, -1)], count
        context = np.zeros((count, model.settings.order - 1), np.int64)
        rows = np.arange(count)
        self.beams: list[list[_Beam]] = [[] for _ in range(self.length + 1)]
        self.beams[0] = [_Beam(rows, context, np.zeros(count), rows, np.zeros(count, np.uint64))]

    def spellings(self) -> list[dict[str, float]]:
        """Return the spellings of each name with their log probabilities, the likeliest first."""
        for place in range(self.length):
            if not self.beams[place]:
                continue
            here = _joined(self.beams[place])
            here = here.rows(_best(here.name, here.score, self.beam)) if place else here
            for letters in range(1, min(self.model.settings.query_letters, self.length - place) + 1):
                self._extend(here, place, letters)
        return self._finished()

    def _extend(self, here: _Beam, place: int, letters: int) -> None:
        options = [self.model._options.get(name[place : place + letters], _NONE) for name in self.names]
        if self.lexicon is None:
            options = [found[:_OPTIONS] for found in options]
        sizes = np.array([len(found) for found in options])
        starts, flat = np.cumsum(sizes) - sizes, np.concatenate(options)
        own = sizes[here.name]
        total = int(own.sum())
        if not total:
            return
        which = np.repeat(np.arange(len(here.name)), own)
        inner = np.arange(total) - np.repeat(np.cumsum(own) - own, own)
        unit = flat[starts[here.name[which]] + inner]
        key = here.key[which] * self.model._power[unit] + self.model._hash[unit]
        allowed = self._allowed(key, here.name[which])
        which, unit, key = which[allowed], unit[allowed], key[allowed]
        if not which.size:
            return
        score = here.score[which] + self.model._ngrams.log_probabilities(here.context, which, unit)
        ends = place + letters == self.length
        kept = _best(here.name[which], score, self.most if ends else self.beam)
        which, unit = which[kept], unit[kept]
        context = np.concatenate([unit[:, None], here.context[which][:, :-1]], axis=1)
        nodes = self._nodes + np.arange(len(kept))
        self._parents.append(here.node[which])
        self._taken.append(unit)
        self._nodes += len(kept)
        self.beams[place + letters].append(_Beam(here.name[which], context, score[kept], nodes, key[kept]))

    def _allowed(self, key: npt.NDArray[np.uint64], name: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        if self.lexicon is None:
            return np.ones(key.size, np.bool_)
        salted = key if self.salts is None else key ^ self.salts[name]
        place = np.minimum(np.searchsorted(self.lexicon, salted), len(self.lexicon) - 1)
        found: npt.NDArray[np.bool_] = self.lexicon[place] == salted
        return found

    def _finished(self) -> list[dict[str, float]]:
        found: list[dict[str, float]] = [{} for _ in self.names]
        if not self.beams[self.length]:
            return found
        last = _joined(self.beams[self.length])
        ends = np.full(len(last.name), END)
        score = last.score + self.model._ngrams.log_probabilities(last.context, np.arange(ends.size), ends)
        whole = last.key * np.uint64(_BASE) + np.uint64(_ENDS)
        allowed = np.flatnonzero(self._allowed(whole, last.name))
        parents, taken = np.concatenate(self._parents), np.concatenate(self._taken)
        for row in allowed[np.lexsort((-score[allowed], last.name[allowed]))]:
            own = found[last.name[row]]
            spelling = self._spelling(int(last.node[row]), parents, taken)
            if spelling in own:  # another way to divide the same spelling
                own[spelling] = float(np.logaddexp(own[spelling], score[row]))
            elif len(own) < self.most:
                own[spelling] = float(score[row])
        return [dict(sorted(own.items(), key=lambda item: -item[1])) for own in found]

    def _spelling(self, node: int, parents: npt.NDArray[np.int64], taken: npt.NDArray[np.int64]) -> str:
        parts = []
        while taken[node] >= 0:
            parts.append(self.model.units[taken[node]][1])
            node = int(parents[node])
        return "".join(reversed(parts))


_NONE = np.zeros(0, np.int64)


def _joined(beams: list[_Beam]) -> _Beam:
    return _Beam(*(np.concatenate([getattr(b, f) for b in beams]) for f in _Beam.__slots__))


def _best(name: npt.NDArray[np.int64], score: npt.NDArray[np.float64], most: int) -> npt.NDArray[np.int64]:
    """Rows of the `most` highest scores of each name."""
    order = np.lexsort((-score, name))
    ordered = name[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=-1))
    rank = np.arange(len(ordered)) - np.repeat(starts, np.diff(starts, append=len(ordered)))
    return order[rank < most]

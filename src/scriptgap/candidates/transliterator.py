"""Ranked source spellings of names in one query script, learned from name pairs."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import Levenshtein

from scriptgap.candidates.attested import Attested
from scriptgap.candidates.evidence import Candidate
from scriptgap.candidates.joint_model import JointModel, Settings
from scriptgap.candidates.language_model import NgramModel
from scriptgap.candidates.letters import SOURCE_LETTERS, fold_query, fold_source, sounds_of
from scriptgap.candidates.ranking import Floats, Pool, Ranking, learn_ranking

_CODE = {letter: number + 2 for number, letter in enumerate(SOURCE_LETTERS)}
_TO_RANK = 1500
_MANY_PAIRS = 10_000
_FEWEST_TO_RANK = 40
_GUESSES = 20
_FLATTER = 0.7
_WORDS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Breadth:
    """How widely to search.

    Attributes:
        spellings: Spellings that each search returns for a name.
        beam: Beginnings of spellings that it keeps at each letter.
        near: Attested names near the first guesses to weigh as well.
    """

    spellings: int
    beam: int
    near: int


WIDE = Breadth(120, 60, 60)
"""Finds what can be found: for recall and for single names."""

QUICK = Breadth(30, 20, 10)
"""Six times as fast, for thousands of names of which the first few spellings matter."""


@dataclass(frozen=True, slots=True)
class NamePair:
    """One name in both scripts.

    Attributes:
        query: As the query script writes it.
        source: As the source script writes it.
        count: How often it was met.
    """

    query: str
    source: str
    count: int = 1


class Transliterator:
    """Joint models of letters and of their sounds, an index of attested names, and a ranking.

    The letters say most where pairs are many; the sounds (uroman's) are shared between letters, and say more
    where pairs are few. From 10,000 pairs on, a third model takes letters two by two, and the letter model of
    spellings learns from every attested name.
    """

    def __init__(
        self,
        pairs: Sequence[NamePair],
        people: Mapping[str, int],
        lists: Sequence[Mapping[str, int]],
        many_sounds: bool,
        from_lists: bool = False,
    ) -> None:
        """Learn from name pairs; the ranking from names held out of them.

        Args:
            pairs: Names of one query script, with their source spellings.
            people: Attested folded names beyond those of `pairs`, with counts.
            lists: Folded names of gazetteers and registers, with counts.
            many_sounds: Whether a letter of the query script stands for a syllable or more (Han).
            from_lists: Whether the pairs are names of the lists. Half of the held-out names are then hidden
                from the lists, as not every name will be in them.
        """
        # Salted: callers may have held out a test by the plain hash already.
        held_out = [
            pair for pair in pairs if _hash("rank " + fold_source(pair.source)) % _one_in(len(pairs)) == 0
        ]
        held_out = sorted(held_out, key=lambda pair: _hash(pair.source + pair.query))[
            : min(_TO_RANK, len(pairs) // 20)
        ]
        self.many_sounds = many_sounds
        self._many_pairs = len(pairs) >= _MANY_PAIRS
        self._ranking: Ranking | None = None
        if len(held_out) >= _FEWEST_TO_RANK:
            out = {fold_source(pair.source) for pair in held_out}
            rest = [pair for pair in pairs if fold_source(pair.source) not in out]
            hidden = {spelling for spelling in out if from_lists and _hash(spelling + "?") % 2}
            known = [{name: n for name, n in own.items() if name not in hidden} for own in lists]
            self._learn(rest, people, known)
            breadth = WIDE if self._many_pairs else QUICK
            pool = self._pool([pair.query for pair in held_out], breadth)
            self._ranking = learn_ranking(pool, [fold_source(pair.source) for pair in held_out])
        self._learn(pairs, people, lists)

    def _learn(
        self, pairs: Sequence[NamePair], people: Mapping[str, int], lists: Sequence[Mapping[str, int]]
    ) -> None:
        folded = [(fold_query(pair.query), fold_source(pair.source)) for pair in pairs]
        usable = [(query, source) for query, source in folded if query and source]
        sounds = [(sounds_of(query), source) for query, source in usable]
        longest = 6 if self.many_sounds else 4
        self._models = [
            JointModel(usable, Settings(1, longest, 5 if self.many_sounds else 6)),
            JointModel([pair for pair in sounds if pair[0]], Settings(2, 3, 7)),
        ]
        if self._many_pairs:
            self._models.append(JointModel(usable, Settings(2, longest, 6)))
        spelled = list(dict.fromkeys(source for _, source in usable))
        self.attested = Attested(people, lists, spelled)
        self._spelled = [_letter_model([source for _, source in usable])]
        self._spelled.append(_letter_model([*people, *spelled]))
        if self._many_pairs:
            self._spelled.append(_letter_model(self.attested.spellings))

    @property
    def units(self) -> Counter[tuple[str, str]]:
        """How often folded query letters stand for source letters in the aligned pairs."""
        return self._models[0].counts

    def candidates(
        self, names: Sequence[str], limit: int = 20, breadth: Breadth = WIDE
    ) -> list[list[Candidate]]:
        """Return for each name (a word) up to `limit` source spellings, the likeliest first.

        Spellings are folded; the probabilities are shares of all spellings that were weighed.
        """
        found: list[list[Candidate]] = []
        for start in range(0, len(names), _WORDS_AT_ONCE):
            batch = names[start : start + _WORDS_AT_ONCE]
            pool = self._pool(batch, breadth)
            if not pool.spellings:  # no letter of any name was ever met
                found += [[] for _ in batch]
                continue
            # Without a ranking the better of the two joint models decides, which is the first feature.
            ranking = self._ranking or Ranking(np.eye(1, pool.features.shape[1])[0])
            probability = ranking.probabilities(pool)
            order = np.lexsort((-(pool.features @ ranking.weights), pool.name))
            own: list[list[Candidate]] = [[] for _ in batch]
            for row in order:
                mine = own[int(pool.name[row])]
                if len(mine) < limit:
                    spelling = pool.spellings[row]
                    provenance = "attested" if spelling in self.attested else "generated"
                    mine.append(Candidate(spelling, float(probability[row]), provenance))
            found += own
        return found

    def _pool(self, names: Sequence[str], breadth: Breadth) -> Pool:
        letters = [fold_query(name) for name in names]
        views = [letters, [sounds_of(name) for name in letters], letters][: len(self._models)]
        pools: list[dict[str, None]] = [{} for _ in names]
        guesses: list[dict[str, float]] = [{} for _ in names]
        for model, view in zip(self._models, views, strict=True):
            free = model.spell(view, breadth.spellings, beam=breadth.beam)
            known = model.spell(
                view, breadth.spellings * 2 // 3, self.attested.lexicon, breadth.beam * 3 // 2
            )
            for pool, guess, any_, attested in zip(pools, guesses, free, known, strict=True):
                pool.update(dict.fromkeys([*any_, *attested]))
                for spelling, share in _shares(any_).items():
                    guess[spelling] = guess.get(spelling, 0) + share
        for pool, near in zip(pools, self.attested.near(guesses, breadth.near), strict=True):
            pool.update(dict.fromkeys(near))
        spellings = [spelling for pool in pools for spelling in pool]
        name = np.repeat(np.arange(len(names)), [len(pool) for pool in pools])
        if not spellings:
            return Pool([], name, np.zeros((0, 0)), len(names))
        features = self._features(views, pools, guesses, spellings, name)
        return Pool(spellings, name, features, len(names))

    def _features(
        self,
        views: list[list[str]],
        pools: list[dict[str, None]],
        guesses: list[dict[str, float]],
        spellings: list[str],
        name: "np.typing.NDArray[np.int64]",
    ) -> Floats:
        """What is known of each spelling of each name; see the names of the columns in the code."""
        firsts = [sorted(guess, key=guess.__getitem__, reverse=True)[:8] for guess in guesses]
        distance = np.array(
            [_distances(spelling, firsts[n]) for spelling, n in zip(spellings, name, strict=True)]
        ).reshape(-1, 3)
        joint, missing = [], []
        for model, view in zip(self._models, views, strict=True):
            scored = model.score(view, [list(pool) for pool in pools])
            own = np.array([scored[n].get(s, np.nan) for s, n in zip(spellings, name, strict=True)])
            missing.append(np.isnan(own))
            joint.append(_filled(own, name, len(pools)))
        people, *lists = [
            np.array([source.get(spelling, 0) for spelling in spellings], float)
            for source in (self.attested.people, *self.attested.lists)
        ]
        coded = _coded(spellings)
        spelled = [model.of_sequences(coded) for model in self._spelled]
        in_people = (people > 0).astype(float)
        sources = in_people + sum((counts > 0).astype(float) for counts in lists)
        likeness = self._likeness(spellings, name, guesses)
        mean = np.mean(joint, axis=0)
        columns = [np.max(joint, axis=0), *joint]
        columns += [m.astype(float) for m in missing] + [m * distance[:, 1] for m in missing]
        columns += [*spelled, in_people, (sources > 0).astype(float), sources, sources * spelled[0]]
        columns += [np.log(np.maximum(people, 1)), *map(np.log1p, lists)]
        columns += [in_people * spelled[0], in_people * mean, (sources > 0) * spelled[0]]
        columns += [np.array([len(spelling) for spelling in spellings], float), *distance.T, likeness]
        return np.stack(columns, axis=1)

    def _likeness(
        self, spellings: list[str], name: "np.typing.NDArray[np.int64]", guesses: list[dict[str, float]]
    ) -> Floats:
        own = self.attested.vectors([{spelling: 1.0} for spelling in spellings])
        of_name = self.attested.vectors(guesses)
        result: Floats = np.asarray(own.multiply(of_name[name]).sum(axis=1)).ravel().astype(float)
        return result


def _one_in(pairs: int) -> int:
    """Hold out a twentieth, more of few pairs: the ranking has some twenty weights."""
    return 20 if pairs >= 30_000 else 10


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def _shares(scored: dict[str, float]) -> dict[str, float]:
    first = dict(list(scored.items())[:_GUESSES])
    if not first:
        return {}
    values = np.array(list(first.values()))
    shares = np.exp(_FLATTER * (values - values.max()))
    return dict(zip(first, (shares / shares.sum()).tolist(), strict=True))


def _distances(spelling: str, firsts: list[str]) -> tuple[float, float, float]:
    """Edits from the first guess, from the nearest of the first, and the latter by letter."""
    edits = [Levenshtein.distance(spelling, guess) for guess in firsts] or [9]
    return edits[0], min(edits), min(edits) / max(len(spelling), 1)


def _filled(scores: Floats, name: "np.typing.NDArray[np.int64]", names: int) -> Floats:
    """Give spellings that the model finds impossible a score 12 below the best of their name."""
    best = np.full(names, -60.0)
    known = ~np.isnan(scores)
    np.maximum.at(best, name[known], scores[known])
    return np.where(known, scores, np.maximum(best[name] - 12, -60.0))


def _letter_model(spellings: Sequence[str]) -> NgramModel:
    return NgramModel(_coded(spellings), 6, len(_CODE) + 2)


def _coded(spellings: Sequence[str]) -> list["np.typing.NDArray[np.int64]"]:
    return [np.array([_CODE[letter] for letter in spelling], np.int64) for spelling in spellings]

"""The index of attested names: which spellings exist, how often, and which of them are near a guess."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from scipy.sparse import csr_matrix

from scriptgap.candidates.joint_model import lexicon

_NEAR_AT_ONCE = 100


class Attested:
    """Folded names that are known to exist.

    Attributes:
        people: How often each occurs among the people's names given.
        lists: The same of gazetteers and of registers of names.
        spellings: All of them, and those of the name pairs that were learned from.
        lexicon: Their beginnings, for `JointModel.spell`.
    """

    def __init__(
        self, people: Mapping[str, int], lists: Sequence[Mapping[str, int]], learned: Sequence[str] = ()
    ) -> None:
        """Index the names.

        Args:
            people: Folded names with their counts.
            lists: The same of gazetteers and registers, which say less of how likely a name is.
            learned: Spellings of the name pairs learned from. They are told like the others, but nothing
                is known of them beyond what the joint models know: names held out of the pairs never have
                such a spelling, and a ranking learned from those would avoid them.
        """
        self.people, self.lists = people, lists
        self.spellings = list(dict.fromkeys([*people, *(name for own in lists for name in own), *learned]))
        self._known = frozenset(self.spellings)
        self.lexicon = lexicon(self.spellings)
        self._grams: dict[str, int] = {}
        rows, columns = self._bags(self.spellings)
        counts = csr_matrix(
            (np.ones(len(rows), np.float32), (rows, columns)), shape=(len(self.spellings), len(self._grams))
        )
        spread = np.maximum(np.asarray((counts > 0).sum(axis=0)).ravel(), 1)
        self._weight = np.log(max(len(self.spellings), 2) / spread).astype(np.float32)
        weighted = csr_matrix(counts.multiply(self._weight[None, :]))
        self._vectors = _of_length_one(weighted).T.tocsr()

    def __contains__(self, spelling: str) -> bool:
        return spelling in self._known

    def near(self, guesses: Sequence[Mapping[str, float]], most: int) -> Iterator[list[str]]:
        """Yield for each name the attested names with the most letter bigrams and trigrams of its guesses.

        Args:
            guesses: Folded spellings with their probabilities.
            most: How many to give.
        """
        if not self.spellings:
            yield from ([] for _ in guesses)
            return
        vectors = self.vectors(guesses)
        most = min(most, len(self.spellings))
        for start in range(0, len(guesses), _NEAR_AT_ONCE):
            likeness = (vectors[start : start + _NEAR_AT_ONCE] @ self._vectors).toarray()
            for row in likeness:
                yield [self.spellings[n] for n in np.argpartition(-row, most - 1)[:most] if row[n] > 0]

    def vectors(self, guesses: Sequence[Mapping[str, float]]) -> csr_matrix:
        """Return one weighted bag of letter n-grams for each name, of length 1, from its guesses."""
        rows: list[int] = []
        columns: list[int] = []
        values: list[float] = []
        for row, own in enumerate(guesses):
            for spelling, probability in own.items():
                for gram in _ngrams(spelling):
                    column = self._grams.get(gram)
                    if column is not None:
                        rows.append(row)
                        columns.append(column)
                        values.append(probability * float(self._weight[column]))
        shape = (len(guesses), len(self._grams))
        bags = csr_matrix((np.array(values, np.float32), (rows, columns)), shape=shape)
        return _of_length_one(bags)

    def _bags(self, spellings: Sequence[str]) -> tuple[list[int], list[int]]:
        rows, columns = [], []
        for row, spelling in enumerate(spellings):
            for gram in _ngrams(spelling):
                rows.append(row)
                columns.append(self._grams.setdefault(gram, len(self._grams)))
        return rows, columns


def _ngrams(spelling: str) -> list[str]:
    text = f"^{spelling}$"
    return [text[i : i + n] for n in (2, 3) for i in range(len(text) - n + 1)]


def _of_length_one(bags: csr_matrix) -> csr_matrix:
    lengths = np.sqrt(np.asarray(bags.multiply(bags).sum(axis=1)).ravel()) + 1e-9
    return csr_matrix(bags.multiply(1 / lengths[:, None]))

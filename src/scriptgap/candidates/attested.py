"""The index of attested names: which spellings exist, how often, and which of them are near a guess."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from scipy.sparse import csr_matrix

from scriptgap.candidates.joint_model import lexicon

_NEAR_AT_ONCE = 100


class Attested:
    """Folded names that are known to exist.

    Attributes:
        people: How often each occurs in the name pairs and name lists given.
        places: How often each occurs in the names of GeoNames' places.
        spellings: All of them.
        lexicon: Their beginnings, for `JointModel.spell`.
    """

    def __init__(self, people: Mapping[str, int], places: Mapping[str, int]) -> None:
        """Index the names.

        Args:
            people: Folded names with their counts.
            places: The same of a gazetteer, which says less of how likely a name is.
        """
        self.people, self.places = people, places
        self.spellings = list(dict.fromkeys([*people, *places]))
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
        return spelling in self.people or spelling in self.places

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

"""Which spelling of a name comes first: a log-linear model of what several models say of each."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

Floats = npt.NDArray[np.float64]

_PENALTY = 1e-4


@dataclass(frozen=True, slots=True)
class Pool:
    """The possible spellings of several names.

    Attributes:
        spellings: One folded spelling a row.
        name: (rows,) which name it is for, ascending.
        features: (rows, features) what the models say of it.
        names: Number of names.
    """

    spellings: list[str]
    name: npt.NDArray[np.int64]
    features: Floats
    names: int


@dataclass(frozen=True, slots=True)
class Ranking:
    """Weights of the features, learned from names whose spelling is known.

    Attributes:
        weights: (features,) weights of the features as they are.
    """

    weights: Floats

    def probabilities(self, pool: Pool) -> Floats:
        """Return (rows,) the probability of each spelling among those of its name, which sum to 1."""
        return _softmax(pool.features @ self.weights, pool.name, pool.names)


def learn_ranking(pool: Pool, truth: Sequence[str]) -> Ranking:
    """Fit the weights by maximum likelihood of the true spelling among those in the pool.

    Args:
        pool: Spellings of names; names whose true spelling is not among them do not count.
        truth: (names,) the folded true spellings.
    """
    right = np.array([s == truth[n] for s, n in zip(pool.spellings, pool.name, strict=True)], np.bool_)
    found = np.zeros(pool.names, np.bool_)
    found[pool.name[right]] = True
    spread = pool.features.std(axis=0) + 1e-9
    scaled = (pool.features - pool.features.mean(axis=0)) / spread
    target = scaled[right].sum(axis=0)

    def loss(weights: Floats) -> tuple[float, Floats]:
        probability = _softmax(scaled @ weights, pool.name, pool.names)
        value = -np.log(probability[right] + 1e-300).sum() / found.sum() + _PENALTY * weights @ weights
        expected = (scaled * (probability * found[pool.name])[:, None]).sum(axis=0)
        return value, (expected - target) / found.sum() + 2 * _PENALTY * weights

    fitted = minimize(loss, np.zeros(scaled.shape[1]), jac=True, method="L-BFGS-B")
    return Ranking(fitted.x / spread)


def _softmax(scores: Floats, name: npt.NDArray[np.int64], names: int) -> Floats:
    highest = np.full(names, -np.inf)
    np.maximum.at(highest, name, scores)
    share = np.exp(scores - highest[name])
    total = np.bincount(name, weights=share, minlength=names)
    result: Floats = share / total[name]
    return result

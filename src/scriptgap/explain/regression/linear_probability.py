"""The linear probability model: effects in points of accuracy, without a logit or a random effect.

Least squares of right or wrong on the predictors, with an effect of its own for each level of the groups, and
standard errors that allow for any dependence of the answers to one question.

Sources:
    Cameron, A. C., Miller, D. L. (2015). A practitioner's guide to cluster-robust inference. J. Human
        Resources 50 (CR1; effects nested in the clusters are not counted as parameters; Student's t with one
        degree of freedom less than there are clusters).
    Frisch, R., Waugh, F. V. (1933). Partial time regressions as compared with individual trends.
        Econometrica 1.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import sparse

from scriptgap.explain.intervals import student_quantile
from scriptgap.explain.regression.fit import Array

_SAME = 1e-7
"""What is left of a predictor, relative to its size, below which the groups' effects take it up."""

Codes = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class LinearEffect:
    """The effect of one predictor.

    Attributes:
        effect: Change in the share of right answers, as a fraction; None where it cannot be told.
        se: Its standard error, clustered; None with `effect`.
        low: Lower limit of the 95 % interval; None with `effect`.
        high: Upper limit.
        reason: Why there is no number; empty if there is.
    """

    effect: float | None
    se: float | None
    low: float | None
    high: float | None
    reason: str = ""


def linear_probability(
    cells: pl.DataFrame, fixed: Sequence[str], groups: Sequence[str], cluster: str = "question"
) -> dict[str, LinearEffect]:
    """Fit the linear probability model.

    The result is that of one row for each answer: counts weigh, and count as answers.

    Args:
        cells: One row for each combination of predictors and groups, with the columns `fixed`, `groups`,
            `cluster`, ``right`` and ``wrong`` (numbers of answers, at least one in all).
        fixed: The predictors. One that earlier ones and the groups determine has no effect of its own.
        groups: The groups whose levels have an effect each.
        cluster: The column whose levels are independent of each other.

    Returns:
        The effect of each predictor.
    """
    weight = (cells["right"] + cells["wrong"]).to_numpy()
    clusters = _codes(cells[cluster])
    n_clusters = int(clusters.max()) + 1
    if n_clusters < 2:
        return dict.fromkeys(fixed, _unknown(f"one {cluster} shows no differences between {cluster}s"))
    columns = np.column_stack(
        [*(cells[name].to_numpy() for name in fixed), cells["right"].to_numpy() / weight]
    )
    nested = cluster in groups
    first = cluster if nested else next(iter(groups), None)
    largest = _codes(cells[first]) if first else np.zeros(cells.height, dtype=np.int64)
    others = [_codes(cells[name]) for name in groups if name != first]
    left, rank = _without_groups(columns, weight, largest, others)
    predictors, response = left[:, :-1], left[:, -1]
    sizes = np.sqrt(weight @ columns[:, :-1] ** 2)
    kept: list[int] = []
    for place in range(len(fixed)):
        residual = predictors[:, place] - _fitted(predictors[:, kept], predictors[:, place], weight)
        if math.sqrt(weight @ residual**2) > _SAME * sizes[place]:
            kept.append(place)
    answers = float(weight.sum())
    parameters = len(kept) + rank + (1 if nested else int(largest.max()) + 1)
    named = ", ".join(groups).replace("_lang", " language")
    taken = _unknown(
        f"nothing of it varies once each level of {named or 'no group'} has an effect of its own"
    )
    if answers <= parameters:
        taken = _unknown(f"{answers:.0f} answers are too few for {parameters} parameters")
    result = dict.fromkeys(fixed, taken)
    if not kept or answers <= parameters:
        return result
    x = predictors[:, kept]
    bread = np.linalg.inv((x * weight[:, None]).T @ x)
    estimate = bread @ (x * weight[:, None]).T @ response
    scores = _sums(x * (weight * (response - x @ estimate))[:, None], clusters)
    small = n_clusters / (n_clusters - 1) * (answers - 1) / (answers - parameters)
    deviations = np.sqrt(small * np.diag(bread @ (scores.T @ scores) @ bread))
    quantile = student_quantile(n_clusters - 1)
    for place, effect, se in zip(kept, estimate.tolist(), deviations.tolist(), strict=True):
        result[fixed[place]] = LinearEffect(effect, se, effect - quantile * se, effect + quantile * se)
    return result


def _without_groups(columns: Array, weight: Array, largest: Codes, others: list[Codes]) -> tuple[Array, int]:
    """Take the groups' effects out of the columns: exact, by elimination of the largest group.

    Returns:
        The residuals, and how many parameters the other groups add.
    """
    totals = np.bincount(largest, weight)

    def centred(values: Array) -> Array:
        return values - (_sums(values * weight[:, None], largest) / totals[:, None])[largest]

    left = centred(columns)
    if not others:
        return left, 0
    starts = np.cumsum([0, *(int(codes.max()) + 1 for codes in others)])
    rows = np.tile(np.arange(len(weight)), len(others))
    places = np.concatenate([codes + start for codes, start in zip(others, starts, strict=False)])
    dummies = sparse.csr_array((np.ones(len(rows)), (rows, places)), shape=(len(weight), int(starts[-1])))
    weighted = dummies.multiply(weight[:, None]).tocsr()
    by_level = sparse.csr_array((np.ones(len(largest)), (largest, np.arange(len(largest))))) @ weighted
    scaled = by_level.multiply(1 / totals[:, None]).tocsr()
    inner = ((dummies.T @ weighted) - by_level.T @ scaled).toarray()
    effects = np.linalg.pinv(inner, rcond=1e-10, hermitian=True) @ (weighted.T @ left)
    return left - centred(dummies @ effects), int(
        np.linalg.matrix_rank(inner, tol=1e-10 * inner.max(), hermitian=True)
    )


def _fitted(predictors: Array, response: Array, weight: Array) -> Array:
    root = np.sqrt(weight)
    found = np.linalg.lstsq(predictors * root[:, None], response * root, rcond=None)[0]
    return np.asarray(predictors @ found, dtype=np.float64)


def _sums(values: Array, codes: Codes) -> Array:
    """Sum the rows of each code."""
    return np.column_stack([np.bincount(codes, column) for column in values.T])


def _codes(levels: pl.Series) -> Codes:
    return levels.rank("dense").to_numpy().astype(np.int64) - 1


def _unknown(reason: str) -> LinearEffect:
    return LinearEffect(None, None, None, None, reason)

"""The fitted mixed model, linearised at its conditional modes, so that what needs many fits costs few.

At the modes the logistic mixed model is, to second order, a linear one: the working response z = eta +
(y - mu) / (mu (1 - mu)) has the weight n mu (1 - mu) and the same fixed and random effects (Breslow and
Clayton 1993, JASA 88). Its likelihood needs only one matrix of cross-products for each question, so that
other sets of predictors, other variances and resampled questions are small problems of linear algebra. The
modes hardly move when a predictor is dropped, since its part goes to the random effects; the tests compare
the nested models with exact fits.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.optimize import minimize

from scriptgap.explain.regression.fit import Array, Fitted

Levels = npt.NDArray[np.int64]

QUESTION = "question"
"""The group that is integrated out at its fitted variance; the variances of the others are free."""

_CHUNK = 256
_SMALLEST_START = 0.1
_STEP = 1e-3
_MOST_LEVELS = 400
"""With more levels of the groups in all, the correction for few levels is not worth its time."""


@dataclass(frozen=True, slots=True)
class Linearised:
    """The linear mixed model at the modes, question by question.

    A row of the design is (1, predictors, indicators of the groups' levels, z).

    Attributes:
        fixed: The predictors.
        groups: The groups whose variances are free, in the order of `deviations`.
        deviations: Their fitted standard deviations.
        level_groups: For each level its group's place in `groups`.
        predictors: Intercept and predictors, one row a cell, cells sorted by question.
        levels: For each cell the places of its levels among the indicators, one column a group.
        response: z.
        weight: n mu (1 - mu).
        starts: Where each question's cells begin, and the number of cells.
        question_precision: One over the variance of the question effect; infinite without it.
    """

    fixed: tuple[str, ...]
    groups: tuple[str, ...]
    deviations: Array
    level_groups: Levels
    predictors: Array
    levels: Levels
    response: Array
    weight: Array
    starts: Levels
    question_precision: float

    @property
    def n_questions(self) -> int:
        """Number of questions, the clusters of the bootstrap."""
        return len(self.starts) - 1

    def cross_products(self, counts: Array) -> Array:
        """Sum the questions' cross-product matrices, each question as often as drawn.

        Args:
            counts: How often each question counts, of shape (replicates, questions).

        Returns:
            Matrices of shape (replicates, d, d), d = 1 + predictors + levels + 1, question effects
            integrated out: for each question sum w t t' - (sum w t)(sum w t)' / (sum w + precision).
        """
        size = self.predictors.shape[1] + len(self.level_groups) + 1
        total = np.zeros((len(counts), size * size))
        for first in range(0, self.n_questions, _CHUNK):
            last = min(first + _CHUNK, self.n_questions)
            products = np.stack([self._of_question(question, size) for question in range(first, last)])
            total += counts[:, first:last] @ products.reshape(last - first, -1)
        return total.reshape(-1, size, size)

    def _of_question(self, question: int, size: int) -> Array:
        rows = slice(self.starts[question], self.starts[question + 1])
        predictors, levels, weight = self.predictors[rows], self.levels[rows], self.weight[rows]
        table = np.zeros((len(weight), size))
        width = predictors.shape[1]
        table[:, :width] = predictors
        np.put_along_axis(table, width + levels, 1.0, axis=1)
        table[:, -1] = self.response[rows]
        weighted = table * weight[:, None]
        product = weighted.T @ table
        if math.isfinite(self.question_precision):
            sums = weighted.sum(axis=0)
            product -= np.outer(sums, sums) / (weight.sum() + self.question_precision)
        return np.asarray(product, dtype=np.float64)


def linearise(cells: pl.DataFrame, fitted: Fitted) -> Linearised:
    """Linearise a converged fit.

    Args:
        cells: The cells that were fitted.
        fitted: The fit to them.
    """
    if QUESTION not in cells.columns:
        cells = cells.with_columns(pl.lit("").alias(QUESTION))
    order = cells[QUESTION].arg_sort()
    sorted_cells = cells[order]
    eta = fitted.linear_predictor[order.to_numpy()]
    mean = 1 / (1 + np.exp(-np.clip(eta, -30, 30)))
    n = (sorted_cells["right"] + sorted_cells["wrong"]).to_numpy()
    spread = mean * (1 - mean)
    groups = tuple(group for group in fitted.deviations if group != QUESTION)
    codes = [sorted_cells[group].rank("dense").to_numpy().astype(np.int64) - 1 for group in groups]
    sizes = [int(code.max()) + 1 for code in codes]
    offsets = np.cumsum([0, *sizes])[:-1]
    questions = sorted_cells[QUESTION].rle().struct.field("len").to_numpy()
    deviation = fitted.deviations.get(QUESTION, 0.0)
    return Linearised(
        fixed=fitted.fixed,
        groups=groups,
        deviations=np.array([fitted.deviations[group] for group in groups]),
        level_groups=np.repeat(np.arange(len(groups)), sizes),
        predictors=np.column_stack(
            [np.ones(cells.height), *(sorted_cells[name].to_numpy() for name in fitted.fixed)]
        ),
        levels=np.column_stack([code + offset for code, offset in zip(codes, offsets, strict=True)])
        if groups
        else np.empty((cells.height, 0), dtype=np.int64),
        response=eta + (sorted_cells["right"].to_numpy() / n - mean) / spread,
        weight=n * spread,
        starts=np.concatenate([[0], np.cumsum(questions)]).astype(np.int64),
        question_precision=deviation**-2 if deviation > 0 else math.inf,
    )


@dataclass(frozen=True, slots=True)
class Solution:
    """The linear mixed model at given variances.

    Attributes:
        deviance: Minus twice the log-likelihood, but for a constant; of shape (replicates,).
        covariance: Of intercept and predictors, of shape (replicates, k, k).
    """

    deviance: Array
    covariance: Array


def solve(
    products: Array, kept: Sequence[int], deviations: Array, of_level: Levels, restricted: bool = False
) -> Solution:
    """Solve the model for some predictors at given standard deviations.

    Args:
        products: `Linearised.cross_products`, of shape (replicates, d, d).
        kept: Places of the coefficients in the model, the intercept's 0 included.
        deviations: Standard deviation of each group.
        of_level: `Linearised.level_groups`.
        restricted: Whether the deviance is that of restricted maximum likelihood (REML), which allows for
            the degrees of freedom that the coefficients take.
    """
    size, n_levels = products.shape[1], len(of_level)
    levels = np.arange(size - 1 - n_levels, size - 1)
    own = np.array([*kept, size - 1])
    scale = deviations[of_level] if n_levels else np.empty(0)
    inner = products[:, levels[:, None], levels] * np.outer(scale, scale) + np.eye(n_levels)
    cross = products[:, levels[:, None], own] * scale[:, None]
    left = products[:, own[:, None], own] - np.swapaxes(cross, 1, 2) @ np.linalg.solve(inner, cross)
    information, moment = left[:, :-1, :-1], left[:, :-1, -1:]
    # A draw of questions may leave a predictor constant: it then explains nothing.
    covariance = np.linalg.pinv(information, hermitian=True)
    explained = np.swapaxes(moment, 1, 2) @ covariance @ moment
    deviance = np.linalg.slogdet(inner)[1] + left[:, -1, -1] - explained[:, 0, 0]
    if restricted:
        deviance = deviance + np.linalg.slogdet(information)[1]
    return Solution(deviance, np.asarray(covariance, dtype=np.float64))


def best_deviations(
    products: Array, kept: Sequence[int], start: Array, of_level: Levels, restricted: bool = False
) -> Array:
    """Find the groups' standard deviations of highest (restricted) likelihood, for one matrix of products."""
    if not len(start):
        return start
    found = minimize(
        lambda deviations: float(solve(products[None], kept, deviations, of_level, restricted).deviance[0]),
        np.maximum(start, _SMALLEST_START),
        method="L-BFGS-B",
        bounds=[(0.0, None)] * len(start),
    )
    return np.asarray(found.x, dtype=np.float64)


def small_sample(linearised: Linearised) -> tuple[Array, Array]:
    """Correct the fitted model's intervals for few levels of the groups.

    Maximum likelihood takes the groups' variances for smaller than they are, and a normal quantile takes
    them for known. Both matter where a predictor is judged by comparing few query languages. Here the
    variances are estimated by restricted likelihood, and each coefficient gets Satterthwaite's degrees of
    freedom, 2 v^2 / Var(v) for its variance v (Fai and Cornelius 1996, J. Statistical Computation and
    Simulation 54; in the linearised model as by SAS's GLIMMIX). The variance of the question effect is held.

    Returns:
        By how much each standard error grows (at least 1), and the degrees of freedom (at least 1, or
        infinite), for the intercept and the predictors.
    """
    kept = range(len(linearised.fixed) + 1)
    if len(linearised.level_groups) > _MOST_LEVELS:
        return np.ones(len(kept)), np.full(len(kept), math.inf)
    products = linearised.cross_products(np.ones((1, linearised.n_questions)))
    of_level = linearised.level_groups

    def at(variances: Array) -> Solution:
        return solve(products, kept, np.sqrt(variances), of_level, restricted=True)

    likely = solve(products, kept, linearised.deviations, of_level)
    best = best_deviations(products[0], kept, linearised.deviations, of_level, restricted=True) ** 2
    best = np.maximum(best, linearised.deviations**2)
    free = np.flatnonzero(best > 1e-6)
    found = np.diag(at(best).covariance[0])
    inflation = np.maximum(1.0, np.sqrt(found / np.diag(likely.covariance[0])))
    if not len(free):
        return inflation, np.full(len(kept), math.inf)
    steps = np.eye(len(best))[free] * (_STEP * best[free])[:, None]
    gradient = (
        np.stack(
            [
                np.diag(at(best + step).covariance[0]) - np.diag(at(best - step).covariance[0])
                for step in steps
            ]
        )
        / (2 * steps.sum(axis=1))[:, None]
    )
    information = _second_derivatives(lambda v: float(at(v).deviance[0]), best, steps * 20) / 2
    try:
        spread = np.linalg.inv(information)
    except np.linalg.LinAlgError:
        return inflation, np.full(len(kept), 1.0)
    variance = np.einsum("ik,ij,jk->k", gradient, spread, gradient)
    with np.errstate(divide="ignore"):
        freedom = np.where(variance > 0, 2 * found**2 / variance, math.inf)
    return inflation, np.maximum(1.0, freedom)


def _second_derivatives(function: Callable[[Array], float], point: Array, steps: Array) -> Array:
    """The matrix of second derivatives along the steps, by central differences."""
    result = np.empty((len(steps), len(steps)))
    for i, one in enumerate(steps):
        for j, other in enumerate(steps[: i + 1]):
            corners = [function(point + a * one + b * other) * a * b for a in (1, -1) for b in (1, -1)]
            result[i, j] = result[j, i] = sum(corners) / (4 * one.sum() * other.sum())
    return result

"""Average marginal effects of a logistic mixed model, random effects integrated out."""

import math

import numpy as np
import polars as pl

from scriptgap.explain.regression.fit import Array, Fitted

_NODES = 61


def marginal_effect(cells: pl.DataFrame, fitted: Fitted, term: str) -> tuple[float, float]:
    """Average the change in the probability of a right answer when a predictor goes from 0 to 1.

    The other predictors stay as observed, over the fitted answers, and the answers are those to a new
    question, of a new model, in a new query language: the random effects are integrated out with their total
    variance by Gauss-Hermite quadrature, not fixed at zero.

    Args:
        cells: The cells that were fitted.
        fitted: The fit to them.
        term: One of its predictors.

    Returns:
        The effect, in [-1, 1], and its standard error by the delta method from the covariance of the
        coefficients, the variances held at their estimates.
    """
    fixed = list(fitted.fixed)
    patterns = cells.group_by(fixed).agg(n=(pl.col("right") + pl.col("wrong")).sum()).sort(fixed)
    x = np.column_stack([np.ones(patterns.height), *(patterns[name].to_numpy() for name in fixed)])
    counts = patterns["n"].to_numpy()
    weight = counts / counts.sum()
    total = math.sqrt(sum(value**2 for value in fitted.deviations.values()))
    effect, gradient = 0.0, np.zeros(x.shape[1])
    for value, sign in ((1.0, 1.0), (0.0, -1.0)):
        switched = x.copy()
        switched[:, fitted.position(term)] = value
        mean, slope = mean_probability(switched @ fitted.coefficients, total)
        effect += sign * float(weight @ mean)
        gradient += sign * (weight * slope) @ switched
    return effect, math.sqrt(max(0.0, float(gradient @ fitted.covariance @ gradient)))


def mean_probability(logits: Array, deviation: float) -> tuple[Array, Array]:
    """Mean of the logistic function over a normal random effect, and its derivative in the logit.

    Gauss-Hermite quadrature with 61 nodes (Abramowitz and Stegun 25.4.46).

    Args:
        logits: Linear predictors without random effects.
        deviation: Standard deviation of the random effects' sum, in logits.
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    weights = weights / weights.sum()
    probability = 1 / (1 + np.exp(-np.clip(logits[:, None] + deviation * nodes[None, :], -700, 700)))
    return probability @ weights, (probability * (1 - probability)) @ weights

"""Probit regression of successes on one number, and where its curve crosses a probability."""

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from scipy.special import ndtr

from scriptgap.explain.regression.fit import Array

_STEPS = 100
_TOLERANCE = 1e-10
_STEEPEST = 1e3
"""A curve that rises over less than this part of the numbers' range is a step: no trial lies on its slope."""


@dataclass(frozen=True, slots=True)
class Probit:
    """P(success) = Phi(intercept + slope x), Phi the standard normal distribution.

    Attributes:
        intercept: The curve at 0.
        slope: Above 0.
        covariance: Of the two, by their expected information.
    """

    intercept: float
    slope: float
    covariance: Array

    def crossing(self, probability: float) -> tuple[float, float]:
        """Return where the curve has a probability, and the standard error of that by the delta method."""
        target = NormalDist().inv_cdf(probability)
        place = (target - self.intercept) / self.slope
        gradient = np.array([-1.0, -place]) / self.slope
        return place, math.sqrt(float(gradient @ self.covariance @ gradient))


def probit(x: Array, trials: Array, successes: Array) -> Probit | None:
    """Fit the curve by maximum likelihood (Fisher scoring: Finney 1971, Probit Analysis).

    Args:
        x: The numbers; at least two are distinct.
        trials: How many trials each has, at least 1.
        successes: How many of them succeed.

    Returns:
        The curve; None where it does not rise, or all trials below some number fail and all above succeed.
    """
    center, spread = float(x.mean()), float(np.ptp(x))
    design = np.column_stack([np.ones(len(x)), (x - center) / spread])
    beta = np.zeros(2)
    for _ in range(_STEPS):
        mean = np.clip(ndtr(design @ beta), 1e-12, 1 - 1e-12)
        density = np.exp(-((design @ beta) ** 2) / 2) / math.sqrt(2 * math.pi)
        weight = trials * density**2 / (mean * (1 - mean))
        information = (design * weight[:, None]).T @ design
        score = design.T @ (density * (successes - trials * mean) / (mean * (1 - mean)))
        try:
            step = np.linalg.solve(information, score)
        except np.linalg.LinAlgError:
            return None
        beta = beta + step * min(1.0, 2 / max(float(np.abs(step).max()), 1e-300))
        if abs(beta[1]) > _STEEPEST:
            return None
        if np.abs(step).max() < _TOLERANCE:
            break
    else:
        return None
    if not beta[1] > 0:
        return None
    change = np.array([[1.0, -center / spread], [0.0, 1 / spread]])
    intercept, slope = (change @ beta).tolist()
    return Probit(
        intercept, slope, np.asarray(change @ np.linalg.inv(information) @ change.T, dtype=np.float64)
    )

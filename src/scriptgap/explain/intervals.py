"""Intervals for proportions and their contrasts when answers to one question are not independent.

A cluster is a question: its answers in several languages, by several models or in several samples share
its difficulty. All intervals hold the languages and models fixed and speak about other questions of the
same kind.

Sources:
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. JASA 22.
    Kish, L. (1965). Survey Sampling. Wiley (design effect, effective sample size).
    Korn, E. L., Graubard, B. I. (1998). Confidence intervals for proportions with small expected number of
        positive counts estimated from survey data. Survey Methodology 24 (degrees-of-freedom adjustment).
    Franco, C., Little, R. J. A., Louis, T. A., Slud, E. V. (2019). Comparative study of confidence intervals
        for proportions in complex sample surveys. J. Survey Statistics and Methodology 7 (Wilson with an
        effective sample size).
    Newcombe, R. G. (1998). Interval estimation for the difference between independent proportions, and:
        Improved confidence intervals for the difference between binomial proportions based on paired data.
        Statistics in Medicine 17.
    Zou, G. Y., Huang, W., Zhang, X. (2009). A note on confidence interval estimation for a linear function
        of binomial proportions. Computational Statistics & Data Analysis 53.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit
from scipy.stats import binomtest

CONFIDENCE = 0.95
"""The confidence level of every interval."""

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate and its interval at the level `CONFIDENCE`; all three are None where nothing was scored."""

    estimate: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Clustered:
    """A proportion's sufficient statistics by cluster.

    Attributes:
        totals: For each cluster the number of its answers (at least one) and the sum of their scores, each
            score in [0, 1].
    """

    totals: Mapping[str, tuple[float, float]]

    @property
    def n(self) -> float:
        """Number of answers."""
        return sum(n for n, _ in self.totals.values())

    @property
    def mean(self) -> float | None:
        """The share of right answers, in [0, 1]; None without answers."""
        return sum(right for _, right in self.totals.values()) / self.n if self.totals else None

    def influence(self) -> dict[str, float]:
        """Return each cluster's contribution to the mean, scaled so that squares sum to its variance.

        The contribution of cluster c is sqrt(C / (C - 1)) * (right_c - mean * n_c) / n (Taylor linearisation
        of a ratio mean over C clusters drawn with replacement).
        """
        mean, n, clusters = self.mean, self.n, len(self.totals)
        if mean is None or clusters < 2:
            return dict.fromkeys(self.totals, 0.0)
        scale = math.sqrt(clusters / (clusters - 1)) / n
        return {key: scale * (right - mean * total) for key, (total, right) in self.totals.items()}


def clustered(questions: Sequence[Any], n: Sequence[float], right: Sequence[float]) -> Clustered:
    """Build a `Clustered` from parallel columns, one row for each question; repeated questions add up."""
    totals: dict[str, tuple[float, float]] = {}
    for question, count, score in zip(questions, n, right, strict=True):
        before = totals.get(str(question), (0.0, 0.0))
        totals[str(question)] = (before[0] + count, before[1] + score)
    return Clustered(totals)


def wilson(right: float, n: float) -> Interval:
    """Wilson's score interval for `right` of `n` independent answers (Wilson 1927).

    Args:
        right: Number of right answers, in [0, n]; need not be whole.
        n: Number of answers or effective sample size; 0 gives an interval of None.
    """
    if n <= 0:
        return Interval(None, None, None)
    share = min(max(right / n, 0.0), 1.0)
    z2 = normal_quantile() ** 2
    center = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = math.sqrt(z2) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return Interval(share, min(max(0.0, center - half), share), max(min(1.0, center + half), share))


def effective_sample_size(group: Clustered) -> float:
    """Number of independent answers that would tell as much about the mean as the clustered ones.

    n / deff (Kish 1965), deff the linearised cluster variance over that of independent answers,
    mean * (1 - mean) / (n - 1), times Korn and Graubard's (1998) adjustment for few clusters,
    (t quantile with n - 1 degrees of freedom / with C - 1) squared; never above n. Where all answers are
    equal, or there is one cluster, no design effect can be estimated and each cluster counts as one answer.
    With one answer for each cluster the result is n.
    """
    mean, n, clusters = group.mean, group.n, len(group.totals)
    if mean is None:
        return 0.0
    if n == clusters:
        return n
    independent = mean * (1 - mean) / (n - 1) if n > 1 else 0.0
    if clusters < 2 or independent < 1e-12:
        return min(float(clusters), n)
    design_effect = max(1.0, sum(value**2 for value in group.influence().values()) / independent)
    few_clusters = (student_quantile(n - 1) / student_quantile(clusters - 1)) ** 2
    return min(n, n / design_effect * few_clusters)


def wilson_clustered(group: Clustered) -> Interval:
    """Wilson's interval on the effective sample size; plain Wilson with one answer for each cluster.

    Returns:
        The interval, within [0, 1], around the share of right answers; of None without answers.
    """
    mean = group.mean
    if mean is None:
        return Interval(None, None, None)
    size = effective_sample_size(group)
    return wilson(mean * size, size)


def contrast(groups: Sequence[Clustered], weights: Sequence[float]) -> Interval:
    """Interval for a weighted sum of proportions that may share clusters.

    A difference has the weights (1, -1), a difference in differences (1, -1, -1, 1). The interval recovers
    the variances from each proportion's clustered Wilson interval (MOVER; Newcombe 1998, Zou et al. 2009):
    the estimate minus the square root of sum_ij w_i w_j r_ij d_i d_j, with d_i the distance of proportion i
    to the limit that lowers the sum, and likewise above. r_ij is the correlation of the two estimates from
    their linearised contributions by cluster, times 1 - 2/C for the C clusters (Newcombe's continuity
    correction for paired proportions at 1/2, applied to all pairs so that the matrix stays a correlation
    matrix). Unlike a Wald interval it does not shrink to a point where all answers agree. No resampling,
    hence no seed.

    Args:
        groups: The proportions.
        weights: Their weights, one each.

    Returns:
        The interval, within the sum's possible range; of None if a group has no answers.
    """
    means = [group.mean for group in groups]
    if any(mean is None for mean in means) or not groups:
        return Interval(None, None, None)
    weight = np.asarray(weights, dtype=np.float64)
    mean = np.asarray(means, dtype=np.float64)
    correlation = _correlation(groups)
    below, above = np.empty(len(groups)), np.empty(len(groups))
    for i, group in enumerate(groups):
        interval = wilson_clustered(group)
        assert interval.low is not None
        assert interval.high is not None
        distances = float(mean[i]) - interval.low, interval.high - float(mean[i])
        below[i], above[i] = distances if weight[i] >= 0 else distances[::-1]
    estimate = float(weight @ mean)
    half_low, half_high = (
        math.sqrt(max(0.0, float((weight * distance) @ correlation @ (weight * distance))))
        for distance in (below, above)
    )
    least, most = float(weight[weight < 0].sum()), float(weight[weight > 0].sum())
    return Interval(estimate, max(least, estimate - half_low), min(most, estimate + half_high))


def _correlation(groups: Sequence[Clustered]) -> Array:
    """Correlation matrix of the groups' means, shrunk by 1 - 2/C; zero where a group does not vary."""
    clusters = sorted({key for group in groups for key in group.totals})
    position = {key: i for i, key in enumerate(clusters)}
    influence = np.zeros((len(groups), len(clusters)))
    for i, group in enumerate(groups):
        for key, value in group.influence().items():
            influence[i, position[key]] = value
    length = np.sqrt((influence**2).sum(axis=1))
    unit = np.divide(influence, length[:, None], out=np.zeros_like(influence), where=length[:, None] > 1e-12)
    correlation = max(0.0, 1 - 2 / len(clusters)) * (unit @ unit.T)
    np.fill_diagonal(correlation, 1.0)
    return np.asarray(correlation, dtype=np.float64)


def sign_test(more: int, less: int) -> float:
    """The exact two-sided sign test that rises and falls are equally likely; 1 where there are none.

    On pairs that changed it is McNemar's exact test.
    """
    return float(binomtest(more, more + less).pvalue) if more + less else 1.0


def normal_quantile() -> float:
    """The two-sided standard normal quantile at the level `CONFIDENCE`, 1.96."""
    return NormalDist().inv_cdf((1 + CONFIDENCE) / 2)


@lru_cache(maxsize=4096)
def student_quantile(degrees_of_freedom: float) -> float:
    """The two-sided Student t quantile at the level `CONFIDENCE`.

    Args:
        degrees_of_freedom: At least 1; infinity gives the normal quantile.
    """
    if degrees_of_freedom < 1:
        raise ValueError(f"degrees of freedom must be at least 1, not {degrees_of_freedom}")
    if math.isinf(degrees_of_freedom):
        return normal_quantile()
    return float(stdtrit(degrees_of_freedom, (1 + CONFIDENCE) / 2))

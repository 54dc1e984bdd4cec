"""How much of accuracy and gap is sampling: one answer, the majority of several, and any of them.

Sources:
    Fleiss, J. L., Cuzick, J. (1979). The reliability of dichotomous judgments: unequal numbers of judges per
        subject. Applied Psychological Measurement 3 (intraclass correlation of binary answers).
    Efron, B., Stein, C. (1981). The jackknife estimate of variance. Annals of Statistics 9.
    Satterthwaite, F. E. (1946). An approximate distribution of estimates of variance components. Biometrics
        Bulletin 2.
"""

from typing import Any

import numpy as np
import polars as pl

from scriptgap.explain.accuracy import in_report_order
from scriptgap.explain.cells import proportions
from scriptgap.explain.intervals import (
    Clustered,
    Interval,
    contrast,
    normal_quantile,
    student_quantile,
    wilson,
)
from scriptgap.explain.pairs import UNIT

Row = dict[str, Any]

SCORES = ("one", "majority", "any")
"""What is made of a unit's samples."""

_CLASSES = ("same_script", "cross_script")
_EMPTY = Clustered({})


def sampling(frame: pl.DataFrame) -> list[Row]:
    """Compare one sample with the majority of n and with any of n.

    A unit is one question in one query language, from one source language, answered by one model under one
    condition. Used are the units with exactly n scored samples, n their most common number from two up (the
    larger of two as common). ``one`` is the mean over a unit's samples, ``majority`` is 1 where more than
    half are right and 1/2 where half are, ``any`` is 1 where at least one is. Any of n rises with n by luck
    alone: guesses that are right with probability c are right at least once with 1 - (1 - c)^n. So compare
    it between classes or models of like chance, and never with one sample as if it were knowledge.

    ``variance_share`` is the part of the variance of single cross-script answers that lies between the
    samples of a unit rather than between units: with p the share of right samples of a unit and p' its mean,

        mean over units of n / (n - 1) * p * (1 - p), over p' * (1 - p')

    which is 1 minus Fleiss and Cuzick's (1979) intraclass correlation. 0: a unit's samples agree; 1: units
    do not differ (the estimate can exceed 1 and is cut there).

    Args:
        frame: `prepare`'s table.

    Returns:
        Rows of ``model, dataset, condition, n_samples``; for ``same_script`` and ``cross_script``
        ``n_units_<class>`` and ``<class>_<score>``, accuracies in [0, 1] by `SCORES`; ``gap_<score>``,
        same_script - cross_script in [-1, 1], with ``_low`` and ``_high`` (`intervals.contrast`, clusters
        are questions); ``variance_share`` in [0, 1] with its 95 % interval (`variance_share`). None where a
        class has no unit, for reasons see `sampling_notes`. Models, data sets and conditions without a unit
        of two scored samples have no row.
    """
    by = ["model", "dataset", "condition"]
    kept = pl.col("correct").is_not_null() & pl.col("match_class").is_in(_CLASSES)
    scored = frame.select(*UNIT, "condition", "correct").filter(kept)
    units = scored.group_by([*UNIT, "condition"], maintain_order=True).agg(
        n=pl.len(), one=pl.col("correct").mean()
    )
    units = units.filter(pl.col("n") > 1)
    usual = units.group_by(by).agg(n_samples=pl.col("n").mode().max())
    n, p = pl.col("n"), pl.col("one")
    units = units.join(usual, on=by, maintain_order="left").filter(n == pl.col("n_samples")).with_columns(
        majority=(p > 0.5).cast(pl.Float64) + (p == 0.5).cast(pl.Float64) / 2,
        any=(p > 0).cast(pl.Float64),
        disagreement=2 * n / (n - 1) * p * (1 - p),
    )  # fmt: skip
    groups: dict[tuple[Any, ...], dict[tuple[str, str], Clustered]] = {}
    for score in (*SCORES, "disagreement"):
        for key, group in proportions(units, [*by, "n_samples", "match_class"], score):
            *values, match_class = key.values()
            groups.setdefault(tuple(values), {})[match_class, score] = group
    rows = [
        dict(zip([*by, "n_samples"], values, strict=True)) | _figures(found)
        for values, found in groups.items()
    ]
    return in_report_order(rows, frame)


def _figures(found: dict[tuple[str, str], Clustered]) -> Row:
    def group(match_class: str, score: str) -> Clustered:
        return found.get((match_class, score), _EMPTY)

    row: Row = {}
    for match_class in _CLASSES:
        row[f"n_units_{match_class}"] = round(group(match_class, "one").n)
        row |= {f"{match_class}_{score}": group(match_class, score).mean for score in SCORES}
    for score in SCORES:
        gap = contrast([group(match_class, score) for match_class in _CLASSES], [1, -1])
        row |= {f"gap_{score}": gap.estimate, f"gap_{score}_low": gap.low, f"gap_{score}_high": gap.high}
    share = variance_share(group("cross_script", "one"), group("cross_script", "disagreement"))
    names = ("variance_share", "variance_share_low", "variance_share_high")
    return row | dict(zip(names, (share.estimate, share.low, share.high), strict=True))


def variance_share(one: Clustered, disagreement: Clustered) -> Interval:
    """The share of the variance of single answers that lies within units, and its interval.

    The probability that two samples of a unit disagree, d, over that of two single answers, D = 2 p (1 - p).
    The interval is Wilson's for d, over D, with the effective sample size that follows from the variance of
    the ratio when one question at a time is left out (jackknife), corrected for few clusters as in
    `intervals.effective_sample_size`, with Satterthwaite's degrees of freedom: (sum of squares)^2 / sum of
    fourth powers of the questions' deviations. So it does not shrink to a point where all samples agree:
    then each question counts as one pair. No resampling, hence no seed. Where right answers are few it is
    too narrow: of 40 simulated questions with 5 % right it held the truth 87 % of the time.

    Args:
        one: The share of right answers of each unit, by question.
        disagreement: The share of pairs of samples of a unit of which one is right and one wrong, likewise.

    Returns:
        The interval, in [0, 1]; it is [0, 1] where one question alone has all right or all wrong answers,
        and of None without answers or where all are right or all wrong.
    """
    p, d = one.mean, disagreement.mean
    if p is None or d is None or not 0 < p < 1:
        return Interval(None, None, None)
    single = 2 * p * (1 - p)
    share = min(d / single, 1.0)
    n, right = np.array(list(one.totals.values())).T
    apart = np.array([disagreement.totals[question][1] for question in one.totals])
    n, right, apart = (values.sum() - values for values in (n, right, apart))
    clusters, others = len(n), right * (n - right)
    if others.min() < 1e-9:
        return Interval(share, 0.0, 1.0)
    without = apart * n / (2 * others)
    squares = (without - without.mean()) ** 2
    variance = float(squares.sum()) * (clusters - 1) / clusters * single**2
    size: float = clusters
    if variance > 1e-12:
        freedom = min(max(float(squares.sum() ** 2 / (squares**2).sum()), 1.0), clusters - 1.0)
        size = d * (1 - d) / variance * (normal_quantile() / student_quantile(freedom)) ** 2
    limits = wilson(d * size, size)
    assert limits.low is not None
    assert limits.high is not None
    return Interval(share, min(limits.low / single, share), min(limits.high / single, 1.0))


def sampling_notes(rows: list[Row]) -> dict[str, str]:
    """Say why numbers of `sampling`'s rows are null, by dotted key (``sampling.<i>.<key>``)."""
    notes: dict[str, str] = {}
    for i, row in enumerate(rows):
        absent = [name for name in _CLASSES if not row[f"n_units_{name}"]]
        for key in [key for key, value in row.items() if value is None]:
            reason = "all answers across scripts are right, or all are wrong"
            if not key.startswith("variance_share") or "cross_script" in absent:
                name = "cross-script" if "cross_script" in absent else "same-script"
                reason = f"no {name} question has {row['n_samples']} scored samples"
            notes[f"sampling.{i}.{key}"] = reason
    return notes

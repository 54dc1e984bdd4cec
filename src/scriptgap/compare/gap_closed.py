"""The share of the hint-closable gap that training closed."""

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from scriptgap.compare.pairing import AFTER, BEFORE, HINT
from scriptgap.explain.intervals import CONFIDENCE, clustered, contrast

Row = dict[str, Any]
Floats = npt.NDArray[np.float64]

GAP_CLOSED = ("n_pairs", "n_entities", "before", "after", "hint", "gap_closed", "low", "high")
"""The keys of `gap_closed`'s object."""

_DRAWS = 4000
_SEED = 20260317
_FEWEST_ENTITIES = 20


def gap_closed(pairs: pl.DataFrame) -> tuple[Row, str | None]:
    """Return (after - before) / (hint - before), over the cross-script pairs scored in all three ways.

    The hint-closable gap is what the model before training gains from the source name in parentheses: it has
    the fact, and did not find it. 1 is all of it, more than 1 more than the hint gives, below 0 a loss.

    The interval is a percentile bootstrap over entities (4,000 draws, fixed seed): all pairs of an entity are
    drawn together. It speaks about other entities; languages and models are held fixed.

    Args:
        pairs: Rows of `pairing.paired`.

    Returns:
        `GAP_CLOSED`, the three accuracies 0 to 1, the share and its 95 % interval; and why those are null,
        where they are: no hint, fewer than 20 entities (of which the interval is too narrow), or a gap that
        may be 0, of which no share can be told.
    """
    kept = pairs.filter((pl.col("match_class") == "cross_script") & pl.col(HINT).is_not_null())
    row: Row = dict.fromkeys(GAP_CLOSED)
    row |= {"n_pairs": kept.height, "n_entities": kept["entity"].n_unique()}
    if kept.is_empty():
        return row, "no cross-script question was asked with a hint before training"
    row |= {side: kept[side].mean() for side in (BEFORE, AFTER, HINT)}
    if row["n_entities"] < _FEWEST_ENTITIES:
        return row, f"fewer than {_FEWEST_ENTITIES} entities"
    groups = [
        clustered(kept["entity"].to_list(), [1.0] * kept.height, kept[side].to_list())
        for side in (HINT, BEFORE)
    ]
    gap = contrast(groups, [1, -1])
    if gap.low is None or gap.low <= 0:
        return row, "the hint closes no gap for sure: its interval reaches 0"
    sums = kept.group_by("entity", maintain_order=True).agg(pl.col(BEFORE, AFTER, HINT).sum())
    before, after, hint = (sums[side].to_numpy() for side in (BEFORE, AFTER, HINT))
    interval = _interval(after - before, hint - before)
    if interval is None:
        return row, "the hint closes no gap for sure: in some draws of the entities there is none"
    row["gap_closed"] = float((after - before).sum() / (hint - before).sum())
    row["low"], row["high"] = interval
    return row, None


def _interval(gain: Floats, gap: Floats) -> tuple[float, float] | None:
    draws = np.random.default_rng(_SEED).multinomial(len(gain), np.full(len(gain), 1 / len(gain)), _DRAWS)
    gaps = draws @ gap
    if gaps.min() <= 0:
        return None
    shares = (draws @ gain) / gaps
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(shares, [tail, 1 - tail])
    return float(low), float(high)

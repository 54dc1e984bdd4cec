"""What the published figures share: the rows they are from, their intervals and their keys."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from scriptgap.explain.intervals import Clustered, Interval, wilson, wilson_clustered
from scriptgap.explain.prepare import headline_condition
from scriptgap.measure.conditions import in_order

Row = dict[str, Any]

RESAMPLES = 1000
"""Number of resamples of every bootstrap."""

SEED = 20260317
"""Seed of every bootstrap, so that the same answers give the same interval."""


def rows_of(frame: pl.DataFrame, datasets: Sequence[str]) -> tuple[pl.DataFrame, str | None, str]:
    """Return the rows of some data sets under their headline condition.

    Returns:
        The rows, the condition, and, where there are none, the reason (else an empty text).
    """
    own = frame.filter(pl.col("dataset").is_in(list(datasets)))
    names = " or ".join(datasets)
    if own.is_empty():
        return own, None, f"no answer is of the data set {names}"
    condition = headline_condition(in_order(own["condition"].to_list()))
    if condition is None:
        return own.clear(), None, f"every answer of the data set {names} was given with a hint"
    return own.filter(pl.col("condition") == condition), condition, ""


def share_interval(group: Clustered) -> Interval:
    """Return `wilson_clustered`, and plain Wilson where weights leave fewer than two answers.

    The weights of a share of shares (answers right in some samples only) need not be whole; below two the
    adjustment for few clusters is not defined.
    """
    mean = group.mean
    return wilson(mean * group.n, group.n) if mean is not None and group.n < 2 else wilson_clustered(group)


def keyed(name: str, interval: Interval, scale: float = 1.0) -> Row:
    """Return ``{name, name_low, name_high}``, each times `scale`."""
    values = (interval.estimate, interval.low, interval.high)
    keys = (name, f"{name}_low", f"{name}_high")
    return {key: None if value is None else scale * value for key, value in zip(keys, values, strict=True)}


def one_or_none(by_model: Mapping[str, Row], key: str) -> tuple[Row, dict[str, str]]:
    """Return the figures of the one model; where there are several, numbers and names as None.

    Args:
        by_model: The figures of each model.
        key: The dotted key of the metric, for the notes.

    Returns:
        The figures with ``by_model``, and the notes by dotted key.
    """
    first = next(iter(by_model.values()))
    if len(by_model) == 1:
        return {**first, "by_model": dict(by_model)}, {}
    names = [name for name, value in first.items() if not isinstance(value, dict | list)]
    empty = dict.fromkeys(name for name in names if name != "condition")
    reason = f"{len(by_model)} models were measured; {key}.by_model has each"
    figures = {"condition": first["condition"], **empty, "by_model": dict(by_model)}
    return figures, {f"{key}.{name}": reason for name in empty}


def notes_of_nulls(row: Row, key: str, reason: str) -> dict[str, str]:
    """Return a note for each figure that is None, by dotted key under `key`."""
    return {f"{key}.{name}": reason for name, value in row.items() if value is None}

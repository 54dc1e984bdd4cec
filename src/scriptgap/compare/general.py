"""Harm on general ability: an Inspect task of the user's choice, run before and after training."""

from collections.abc import Mapping, Sequence
from numbers import Number
from pathlib import Path
from typing import Any

import polars as pl
from inspect_ai.log import EvalLog
from inspect_ai.scorer import CORRECT, INCORRECT, NOANSWER, PARTIAL

from scriptgap.compare.changes import changes
from scriptgap.compare.pairing import AFTER, BEFORE
from scriptgap.errors import UsageError
from scriptgap.ingest.inspect_logs import read_log

Row = dict[str, Any]

_LETTERS = {CORRECT: 1.0, PARTIAL: 0.5, INCORRECT: 0.0, NOANSWER: 0.0}


def general_changes(logs: Sequence[str | Path]) -> list[Row]:
    """Compare two logs of one Inspect task, sample by sample.

    A sample's value is its score: ``C`` 1, ``P`` 0.5, ``I`` and ``N`` 0, or a number from 0 to 1; epochs are
    averaged. Samples without a score in either log, as after an error, are left out of both sides.

    Args:
        logs: The log before and the log after training (``.eval`` or ``.json``).

    Returns:
        One object for each scorer: ``task`` and ``scorer``, their names, and what `changes.change` says of
        the pairs; an entity is a sample there.

    Raises:
        UsageError: A log cannot be read or is not finished, the logs are of two tasks, they share no sample
            with a score, or a score is below 0 or above 1.
    """
    first, second = (_read(Path(path)) for path in logs)
    if first.eval.task != second.eval.task:
        raise UsageError(f"--general: two tasks, {first.eval.task} and {second.eval.task}; give logs of one")
    key = ["scorer", "entity"]
    pairs = (
        _values(first, BEFORE)
        .join(_values(second, AFTER), on=key, suffix="_after")
        .with_columns(
            once=(pl.col("epochs") == 1)
            & (pl.col("epochs_after") == 1)
            & _is_binary(BEFORE)
            & _is_binary(AFTER)
        )
    )
    if pairs.is_empty():
        raise UsageError(f"--general: {logs[0]} and {logs[1]} share no sample that has a score in both")
    return [{"task": first.eval.task, **row} for row in changes(pairs, ["scorer"])]


def _is_binary(side: str) -> pl.Expr:
    return pl.col(side).is_in([0.0, 1.0])


def _read(path: Path) -> EvalLog:
    if not path.is_file():
        raise UsageError(f"{path}: no such file; name a log of inspect eval")
    try:
        log = read_log(path)
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from None
    if log.status != "success":
        raise UsageError(f"{path}: its status is {log.status}; finish it with inspect eval-retry")
    return log


def _values(log: EvalLog, side: str) -> pl.DataFrame:
    rows = [
        (scorer, str(sample.id), value)
        for sample in log.samples or []
        for name, score in (sample.scores or {}).items()
        for scorer, value in _numbers(name, score.value)
    ]
    schema = {"scorer": pl.String, "entity": pl.String, side: pl.Float64}
    table = pl.DataFrame(rows, schema=schema, orient="row").filter(pl.col(side).is_not_nan())
    if not (beyond := table.filter(~pl.col(side).is_between(0, 1))).is_empty():
        scorer, _, value = beyond.row(0)
        raise UsageError(f"--general: {scorer} scored {value:g}; only scores from 0 to 1 are compared")
    return table.group_by("scorer", "entity", maintain_order=True).agg(pl.col(side).mean(), epochs=pl.len())


def _numbers(name: str, value: Any) -> list[tuple[str, float]]:
    """A score as numbers; one that is words says nothing that could change."""
    if isinstance(value, Mapping):
        return [found for key, own in value.items() for found in _numbers(f"{name}.{key}", own)]
    if isinstance(value, str):
        return [(name, _LETTERS[value])] if value in _LETTERS else []
    return [(name, float(value))] if isinstance(value, Number) else []  # type: ignore[arg-type]

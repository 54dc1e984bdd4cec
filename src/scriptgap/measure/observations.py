"""From Inspect logs to the observations table."""

import math
from collections.abc import Iterable

import polars as pl
from inspect_ai.log import EvalLog, EvalSample
from inspect_ai.scorer import Score

from scriptgap.measure.budget import NOT_ASKED
from scriptgap.measure.reasoning import reasoning_parts
from scriptgap.scoring.scores import COLUMNS, DECIDING, column_type
from scriptgap.scripts import script_of
from scriptgap.tables import OBSERVATION_KEY, OBSERVATIONS, check_table

_VERDICTS = {"C": True, "I": False}


def from_logs(logs: Iterable[EvalLog], model: str) -> pl.DataFrame:
    """Make one observation of each sample in `logs` that was made by `condition_task`.

    Args:
        logs: Whole logs, samples included.
        model: What the column ``model`` shall say.

    Returns:
        Columns of `tables.OBSERVATIONS`, ``topic``, and one column or more for each scorer (Boolean, or
        Float64 in [0, 1]); sorted by its key. The first scorer decides ``correct``. An answer that failed
        has stop reason ``error`` and ``correct`` null, as has one that was cut short or whose judge gave no
        verdict that can be read. A question that a limit did not let be asked is no observation.
    """
    rows = [
        observation(sample, str((log.eval.metadata or {}).get("condition")), model)
        for log in logs
        for sample in log.samples or []
        if was_asked(sample)
    ]
    columns = {**OBSERVATIONS, "topic": pl.String}
    scored = [
        column for column in dict.fromkeys(name for row in rows for name in row) if column not in columns
    ]
    if not rows:
        return pl.DataFrame(schema=columns)
    frame = pl.DataFrame(
        [pl.Series(column, [row[column] for row in rows], dtype=columns[column]) for column in columns]
        + [pl.Series(name, [row.get(name) for row in rows], dtype=column_type(name)) for name in scored]
    )
    return check_table(frame, OBSERVATIONS, OBSERVATION_KEY, "the logs").sort(OBSERVATION_KEY)


def was_asked(sample: EvalSample) -> bool:
    """Whether a sample was asked at all: a limit of the run can leave some out."""
    return not (sample.error and NOT_ASKED in sample.error.message)


def observation(sample: EvalSample, condition: str, model: str) -> dict[str, object]:
    """Make one observation, by column, of a sample that a task of `condition_task` made."""
    metadata = sample.metadata
    scores = sample.scores or {}
    failed = sample.error is not None or not scores
    columns: dict[str, bool | float | None] = {}
    for name, score in scores.items():
        columns |= dict.fromkeys(COLUMNS.get(name, [name])) | ({} if failed else _columns(name, score))
    deciding = next(iter(scores), "alias_match")
    response = None if failed else sample.output.completion
    correct = columns.get(COLUMNS.get(deciding, [deciding])[0])
    return {
        **{column: metadata[column] for column in ("dataset", "question_id", "source_lang", "query_lang")},
        "model": model,
        "condition": condition,
        "sample": sample.epoch,
        "response": response,
        "reasoning": "\n".join(part.reasoning for part in reasoning_parts(sample.output)) or None,
        "stop_reason": "error" if failed else str(sample.output.stop_reason),
        "correct": correct if isinstance(correct, bool) else None,
        "answer_script": None if response is None else _script(scores.get("alias_match"), response),
        "scorer": deciding,
        "topic": metadata.get("topic"),
        **columns,
    }


def _columns(name: str, score: Score) -> dict[str, bool | float | None]:
    """Read what a scorer said; a value that is no verdict of its kind is null or left out."""
    several: dict[str, bool | float] | None = (score.metadata or {}).get("columns")
    if several:
        return dict(several)
    if name == "judge":
        return {name: _VERDICTS.get(str(score.value))}
    value = score.as_float() if isinstance(score.value, int | float) else math.nan
    if math.isnan(value):
        return {}
    return {name: value >= 0.5 if name in DECIDING else value}


def _script(alias: Score | None, response: str) -> str | None:
    """The script of the accepted form that was found; of the whole answer where none was."""
    form = (alias.metadata or {}).get("form") if alias is not None else None
    return script_of(form or response)

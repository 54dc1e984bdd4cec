"""Inspect logs as observations: our own as `measure` makes them, others by the metadata of their samples."""

import contextlib
import io
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import polars as pl
from inspect_ai.log import EvalLog, EvalSample, list_eval_logs, read_eval_log

from scriptgap.errors import UsageError
from scriptgap.ingest.fields import LOCATED, Fields, Rule, decided
from scriptgap.measure.observations import observation, was_asked
from scriptgap.measure.reasoning import reasoning_parts, separate_reasoning
from scriptgap.records import (
    FieldError,
    Intake,
    Loaded,
    Record,
    identifier,
    language_tag,
    one_line,
    optional_text,
    other,
    text,
)
from scriptgap.scripts import script_of
from scriptgap.tables import CUT_SHORT, OBSERVATION_KEY, OBSERVATIONS

_UNREAD = {"messages", "events", "store", "attachments", "timelines"}
"""What a sample holds beside its answer and scores; the most of a log."""
_REQUIRED = ("source_lang", "query_lang")


def ingest_inspect(
    source: str | Path, columns: Mapping[str, str] | None = None, correct: str | None = None
) -> Loaded:
    """Read Inspect logs (``.eval`` or ``.json``).

    A log that `scriptgap measure` made gives the observations that `measure` gave. In another program's log
    the sample's metadata must have ``source_lang`` and ``query_lang``, or `columns` must say where they are.
    Where two logs have the same observation, as after a retry, that of the newer log is read and the other
    refused.

    Args:
        source: A log, or a folder that holds logs, at any depth.
        columns: Where ours (`scriptgap.ingest.fields.LOCATED`) are: a key of the sample's metadata (in an
            object the path ``a.b``), ``id`` for the sample's id, or ``=`` and what it is in every row:
            ``{"query_lang": "lang", "source_lang": "=en"}``. Where they are not said: ``question_id`` is in
            the metadata or is the sample's id, ``dataset`` is in the metadata or is the log's, ``condition``
            is in the metadata or ``plain``, ``model`` is the log's. Given, every log is read by it, our own
            too.
        correct: What is right: the name of a scorer, or an expression (`scriptgap.ingest.expression`) on
            scorers by name, the first as ``score``, and metadata: ``score >= 0.5``. None for the first
            scorer, whose values must then say right or wrong: ``C`` or ``I``, true or false, 1 or 0.

    Returns:
        An observations table (columns of `scriptgap.tables.OBSERVATIONS`) sorted by its key, with ``topic``
        and a column of each scorer's values. ``sample`` is the epoch. ``correct`` is null where there is no
        score or a NaN, and where the sample failed (``stop_reason`` is ``error``), hit a limit (such as
        ``token_limit``) or its answer was cut short (such as ``max_tokens``). Reasoning is taken out of
        ``response``. Refused rows count the samples of a log from 1.

    Raises:
        UsageError: No log can be read, no row in them can, a column that must be there is missing, or a
            score grades and `correct` does not say where right begins.
    """
    path, intake = Path(source), Intake()
    fields = Fields.located(columns, LOCATED)
    logs = []
    for file in _files(path):
        try:
            logs.append((str(file), read_log(file)))
        except UsageError as error:
            intake.refuse(str(file), None, None, str(error))
    for name, log in sorted(logs, key=lambda read: read[1].eval.created, reverse=True):
        if not log.samples:
            intake.refuse(name, None, None, f"is a log without samples (status {log.status})")
        elif not columns and correct is None and _is_own(log):
            _offer_own(log, name, intake)
        else:
            _offer_foreign(log, name, intake, fields, correct)
    loaded = intake.load(OBSERVATIONS, OBSERVATION_KEY, str(path))
    table = loaded.table.with_columns(pl.col("topic").cast(pl.String)).sort(OBSERVATION_KEY)
    return replace(loaded, table=table)


def read_log(file: Path) -> EvalLog:
    """Read one log with the scores of its samples, without what was said on the way.

    Raises:
        UsageError: It is none; the message does not name the file.
    """
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            return read_eval_log(str(file), exclude_fields=_UNREAD)
    except Exception as error:
        reason = next(iter(str(error).splitlines()), "")
        raise UsageError(f"is no Inspect log ({type(error).__name__}: {reason[:200]})") from None


def _files(path: Path) -> list[Path]:
    if not path.exists():
        raise UsageError(f"{path}: no such file")
    if path.is_file():
        return [path]
    files = sorted(Path(unquote(urlparse(info.name).path)) for info in list_eval_logs(str(path.resolve())))
    if not files:
        raise UsageError(f"{path}: no Inspect log (.eval or .json) in this folder")
    return files


def _is_own(log: EvalLog) -> bool:
    """Whether `scriptgap.measure.tasks.condition_task` made the log: it notes what it asked in `item`."""
    return "condition" in (log.eval.metadata or {}) and all(
        "item" in (sample.metadata or {}) for sample in log.samples or []
    )


def _model(log: EvalLog) -> str:
    """Return the model's name, as `measure` was given it: of a checkpoint the log says ``hf/local``."""
    folder = log.eval.model_args.get("model_path")
    return folder if log.eval.model == "hf/local" and isinstance(folder, str) else log.eval.model


def _offer_own(log: EvalLog, file: str, intake: Intake) -> None:
    condition, model = str((log.eval.metadata or {}).get("condition")), _model(log)
    for number, sample in enumerate(filter(was_asked, log.samples or []), 1):
        with intake.row(file, number) as row:
            try:
                made = observation(sample, condition, model)
            except (TypeError, ValueError, KeyError, AttributeError) as error:
                raise FieldError(None, f"is not as scriptgap writes it ({type(error).__name__})") from None
            readers = dict.fromkeys(("dataset", "question_id", "model", "scorer"), text)
            readers |= dict.fromkeys(_REQUIRED, language_tag)
            row.update(made | {column: read(made, column) for column, read in readers.items()})
            row["topic"] = optional_text(made, "topic")


def _offer_foreign(log: EvalLog, file: str, intake: Intake, fields: Fields, correct: str | None) -> None:
    samples = log.samples or []
    records = [_record(sample, log) for sample in samples]
    fields.check(records, _REQUIRED, file)
    values = [_values(sample) for sample in samples]
    names = list(dict.fromkeys(name for scores in values for name in scores))
    rule = None
    if correct is not None:
        known = {key for record in records for key in record}
        rule = Rule.of(correct, [*names, "score", *known])
    for number, (sample, record, scores) in enumerate(zip(samples, records, values, strict=True), 1):
        with intake.row(file, number) as row:
            row.update(_foreign_observation(sample, record, fields))
            first = next(iter(scores), None)
            if rule is None and first is not None and isinstance(scores[first], list | dict):
                raise UsageError(
                    one_line(
                        f"{file}: row {number}: scorer {first} gives several values; say which decides, as "
                        f'in --correct "{first}.NAME >= 0.5"'
                    )
                )
            deciding = Rule(first) if rule is None and first is not None else rule
            row["scorer"] = "unscored" if deciding is None else deciding.name
            scored = bool(scores) and sample.error is None and sample.limit is None
            if deciding is not None and scored and row["stop_reason"] not in CUT_SHORT:
                first_score = {} if first is None else {"score": scores[first]}
                row["correct"] = decided(deciding, {**record, **first_score, **scores}, file, number)
            row.update({name: other(scores, name) for name in scores if name not in row})


def _record(sample: EvalSample, log: EvalLog) -> Record:
    """Return what `columns` can point to: metadata, and what stands for our columns where it lacks them."""
    condition = (log.eval.metadata or {}).get("condition", "plain")
    dataset = log.eval.dataset.name or log.eval.task
    given = {"dataset": dataset, "question_id": sample.id, "condition": condition}
    return {**given, **(sample.metadata or {}), "id": sample.id, "model": _model(log)}


def _values(sample: EvalSample) -> dict[str, Any]:
    return {name: score.value for name, score in (sample.scores or {}).items()}


def _foreign_observation(sample: EvalSample, record: Record, fields: Fields) -> Record:
    output = separate_reasoning(sample.output)
    reasoning = [part.reasoning for part in reasoning_parts(output)]
    response = output.completion if output.choices else None
    stop_reason: str | None = output.stop_reason if output.choices else None
    if sample.limit is not None:
        stop_reason = f"{sample.limit.type}_limit"
    if sample.error is not None:
        stop_reason = "error"
    topic = fields.places.get("topic", "topic") in record or "topic" in fields.places
    return {
        "dataset": fields.read(record, "dataset", text),
        "model": fields.read(record, "model", text),
        "question_id": fields.read(record, "question_id", identifier),
        "source_lang": fields.read(record, "source_lang", language_tag),
        "query_lang": fields.read(record, "query_lang", language_tag),
        "condition": fields.read(record, "condition", text),
        "sample": sample.epoch,
        "response": response,
        "reasoning": "\n".join(reasoning) or None,
        "stop_reason": stop_reason,
        "correct": None,
        "answer_script": None if response is None else script_of(response),
        "topic": fields.read(record, "topic", optional_text) if topic else None,
    }

"""Sample logs of lm-evaluation-harness as observations.

With ``--log_samples`` the harness writes ``<output>/<model>/samples_<task>_<time>.jsonl``, one object a line:
``doc_id``, ``doc`` (the task's own record), ``target``, ``arguments``, ``resps`` (a list of answers for each
request), ``filtered_resps``, ``filter``, ``doc_hash``, ``metrics`` (names; absent in older logs) and each
metric's value under its name. A task with several filters has a line for each filter of a document.
``results_<time>.json`` beside it has ``model_name``.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from scriptgap.errors import UsageError
from scriptgap.ingest.fields import LOCATED, Fields, Rule, decided, set_apart
from scriptgap.records import (
    FieldError,
    Intake,
    Loaded,
    Record,
    file_lines,
    identifier,
    json_lines,
    language_tag,
    one_line,
    optional_text,
    other,
    text,
)
from scriptgap.scripts import script_of
from scriptgap.tables import OBSERVATION_KEY, OBSERVATIONS

_ENDINGS = (".jsonl", ".jsonl.gz")
_NOT_METRICS = frozenset(
    {
        *("doc_id", "doc", "target", "arguments", "resps", "filtered_resps", "filter", "metrics"),
        *("doc_hash", "prompt_hash", "target_hash", "task", "model", "dataset", "question_id", "condition"),
    }
)
_REQUIRED = ("source_lang", "query_lang")


@dataclass(frozen=True, slots=True)
class _Log:
    """A sample log: its lines as records, each with the task's and the model's name added."""

    file: str
    records: list[tuple[int, Record]]


def ingest_lm_eval(
    source: str | Path, columns: Mapping[str, str] | None = None, correct: str | None = None
) -> Loaded:
    """Read sample logs of lm-evaluation-harness.

    Where two logs have the same observation, that of the later time in the file's name is read and the other
    refused.

    Args:
        source: A ``samples_*.jsonl`` file, also with ``.gz``, or a folder that holds some, at any depth.
        columns: Where ours (`scriptgap.ingest.fields.LOCATED`) are: the path of a field, ``doc.lang``, or
            ``=`` and what it is in every row: ``{"query_lang": "=fr"}``. ``source_lang`` and ``query_lang``
            must be said. Where the others are not: ``question_id`` is ``doc_id``, ``dataset`` is the task,
            ``condition`` is ``plain``, ``model`` is the ``model_name`` of the results file beside the log,
            or else the name of its folder.
        correct: What is right: a metric, as ``exact_match``, or an expression
            (`scriptgap.ingest.expression`) on the fields, as ``f1 >= 0.5``; after it a comma and the filter,
            where the task has several, as ``exact_match,strict-match``. None for a task's only metric. A
            metric's values must be 0 or 1.

    Returns:
        An observations table (columns of `scriptgap.tables.OBSERVATIONS`) sorted by its key, with ``topic``
        and a column of each metric's values. ``response`` is the model's answer before the filter, after it
        where a request has several answers, and null where the model only rated given choices.
        ``stop_reason`` is null, for the log does not say how an answer ended, but ``max_tokens`` where
        its reasoning has no end; reasoning is set apart. The lines of the filters that were
        not chosen are not offered.

    Raises:
        UsageError: There is no log, none can be read, a column is missing, or the metric or the filter is
            not settled.
    """
    path, intake = Path(source), Intake()
    fields = Fields.located(columns, LOCATED)
    logs = [_read(file, intake) for file in _files(path)]
    found = [record for log in logs for _, record in log.records]
    chosen, chosen_filter = _split_filter(correct, found)
    for log in logs:
        if not log.records:
            continue
        fields.check([record for _, record in log.records], _REQUIRED, log.file)
        rows = _of_filter(log, chosen_filter, intake)
        rule = _rule(chosen, [record for _, record in rows or log.records], log.file)
        for number, record in rows:
            with intake.row(log.file, number) as row:
                row.update(_observation(record, fields))
                row["correct"] = decided(rule, record, log.file, number)
                set_apart(row)
                row["answer_script"] = None if row["response"] is None else script_of(row["response"])
                row["scorer"] = _scorer(rule, record)
                row.update({name: other(record, name) for name in _metrics(record) if name not in row})
    loaded = intake.load(OBSERVATIONS, OBSERVATION_KEY, str(path))
    table = loaded.table.with_columns(pl.col("topic").cast(pl.String)).sort(OBSERVATION_KEY)
    return replace(loaded, table=table)


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = [file for file in path.rglob("samples_*") if file.name.endswith(_ENDINGS) and file.is_file()]
    if not files:
        raise UsageError(
            f"{path}: no samples_*.jsonl in this folder; lm_eval writes them with --log_samples --output_path"
        )
    return sorted(sorted(files), key=lambda file: _task_and_time(file)[1], reverse=True)


def _task_and_time(file: Path) -> tuple[str, str]:
    """Read ``samples_<task>_<time>``; the time is empty where the name has none."""
    stem = file.name.removesuffix(".gz").removesuffix(".jsonl").removeprefix("samples_")
    task, _, time = stem.rpartition("_")
    return (task, time) if task and time[:4].isdigit() and "T" in time else (stem, "")


def _read(file: Path, intake: Intake) -> _Log:
    task, time = _task_and_time(file)
    model = _model_name(file, time)
    added = {"dataset": task, "condition": "plain", "model": model}
    lines = json_lines(file_lines(file), str(file), intake)
    return _Log(str(file), [(number, {**record, **added, "task": task}) for number, record in lines])


def _model_name(file: Path, time: str) -> str:
    """Return the model's name from the results of the same run, or else the folder's."""
    for results in sorted(file.parent.glob(f"*_{time}.json")) if time and not set("*?[") & set(time) else []:
        try:
            name = json.loads(results.read_bytes()).get("model_name")
        except (OSError, ValueError, AttributeError, RecursionError):
            continue
        if isinstance(name, str) and name.strip():
            return name.strip()
    return file.resolve().parent.name


def _split_filter(correct: str | None, records: Iterable[Record]) -> tuple[str | None, str | None]:
    """Split ``METRIC,FILTER``; what follows the comma must be a filter of one record at least."""
    filters = {str(record.get("filter")) for record in records}
    before, comma, after = (correct or "").rpartition(",")
    if comma and after.strip() in filters:
        return before.strip() or None, after.strip()
    return correct, None


def _of_filter(log: _Log, chosen: str | None, intake: Intake) -> list[tuple[int, Record]]:
    """Return the lines of the chosen filter; refuse documents that have no line of it."""
    filters: dict[str, set[str]] = {}
    for _, record in log.records:
        filters.setdefault(str(record.get("doc_id")), set()).add(str(record.get("filter")))
    several = next((found for found in filters.values() if len(found) > 1), None)
    if chosen is None:
        if several is not None:
            names = sorted(several)
            raise UsageError(
                one_line(
                    f"{log.file}: has a line for each of the filters {', '.join(names)}; say which decides, "
                    f'as in --correct "exact_match,{names[0]}"'
                )
            )
        return log.records
    kept = []
    for number, record in log.records:
        own = str(record.get("filter"))
        if own == chosen:
            kept.append((number, record))
        elif chosen not in filters[str(record.get("doc_id"))]:
            intake.refuse(log.file, number, "filter", f"is {own}, and there is no line of {chosen}")
    return kept


def _metrics(record: Record) -> list[str]:
    listed = record.get("metrics")
    if isinstance(listed, list):
        return [name for name in listed if isinstance(name, str) and _is_scalar(record.get(name, record))]
    return [name for name, value in record.items() if name not in _NOT_METRICS and _is_number(value)]


def _is_scalar(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)


def _rule(correct: str | None, records: Iterable[Record], file: str) -> Rule:
    if correct is not None:
        return Rule.of(correct, dict.fromkeys(name for record in records for name in record))
    metrics = list(dict.fromkeys(name for record in records for name in _metrics(record)))
    if len(metrics) != 1:
        found = f"has the metrics {', '.join(metrics)}" if metrics else "has no metric"
        mend = f"--correct {metrics[0]}" if metrics else "--correct 'COLUMN == VALUE'"
        raise UsageError(one_line(f"{file}: {found}; say which decides, as in {mend}"))
    return Rule(metrics[0])


def _scorer(rule: Rule, record: Record) -> str:
    """Name what decided as the harness names its results: the metric, and the filter if there is one."""
    kept = optional_text(record, "filter")
    return f"{rule.name},{kept}" if kept not in (None, "none") else rule.name


def _observation(record: Record, fields: Fields) -> Record:
    places = {"question_id": "doc_id", **fields.places}
    fields = Fields(places)
    return {
        "dataset": fields.read(record, "dataset", text),
        "model": fields.read(record, "model", text),
        "question_id": fields.read(record, "question_id", identifier),
        "source_lang": fields.read(record, "source_lang", language_tag),
        "query_lang": fields.read(record, "query_lang", language_tag),
        "condition": fields.read(record, "condition", text),
        "sample": 1,
        "response": _response(record),
        "topic": fields.read(record, "topic", optional_text) if "topic" in places else None,
    }


def _response(record: Record) -> str | None:
    """Return the one answer to the one request; of several answers what the filter made of them."""
    requests = record.get("resps")
    if not isinstance(requests, list):
        raise FieldError("resps", "is no list" if "resps" in record else "is missing")
    if len(requests) != 1:
        return None
    answers = requests[0] if isinstance(requests[0], list) else [requests[0]]
    answer = answers[0] if len(answers) == 1 else _filtered(record)
    if not isinstance(answer, str):
        # A pair of log-likelihood and whether it is the most likely: nothing was written.
        return None
    try:
        answer.encode()
    except UnicodeEncodeError:
        raise FieldError("resps", "is not valid Unicode") from None
    return answer


def _filtered(record: Record) -> object:
    found = record.get("filtered_resps")
    while isinstance(found, list) and len(found) == 1:
        found = found[0]
    return found

"""Anyone's table of scored answers: CSV, TSV, JSONL or Parquet, its columns named by a mapping."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from scriptgap.errors import UsageError
from scriptgap.ingest.fields import Fields, Rule, decided, set_apart
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
    table_rows,
    text,
)
from scriptgap.scripts import script_of
from scriptgap.tables import OBSERVATION_KEY, OBSERVATIONS

_REQUIRED = ("model", "question_id", "source_lang", "query_lang")
_OPTIONAL = ("reasoning", "stop_reason", "answer_script")
_WHOLE = re.compile(r"([0-9]{1,9})(?:\.0*)?")


def ingest_table(
    source: str | Path,
    columns: Mapping[str, str] | None = None,
    correct: str | None = None,
    judged: bool = True,
) -> Loaded:
    """Read a table of answers, one row an answer.

    ``model``, ``question_id`` (text or whole number), ``source_lang``, ``query_lang`` (language tags) and
    what is right must be there. Where they are absent, ``dataset`` is the file's name, ``condition``
    ``plain``, ``sample`` 1, ``answer_script`` the script of ``response``, ``scorer`` what `correct` says.

    Args:
        source: A file that `scriptgap.records.table_rows` reads.
        columns: The file's name of each of our columns (`scriptgap.tables.OBSERVATIONS`, and ``topic``) that
            it calls otherwise, or ``=`` and what it is in every row:
            ``{"query_lang": "lang", "model": "=my-model"}``.
        correct: What is right: a column that says so (true or false, 1 or 0), or an expression on the file's
            columns (`scriptgap.ingest.expression`), as ``rating < 4``. None for the column ``correct``.
        judged: Whether the file must say what is right; if not, and it does not, ``correct`` is null and
            ``scorer`` is ``none``, and `scriptgap.scoring.scores` may score the responses.

    Returns:
        An observations table sorted by its key. The file's other columns follow with their names, lists and
        objects in them as JSON text. ``correct`` is null where its column is, or where an expression meets
        a null, and where ``stop_reason`` says that the answer was cut short or failed
        (`scriptgap.tables.CUT_SHORT`). Reasoning in a
        response is set apart. Refused rows have the file's name of the column.

    Raises:
        UsageError: The file cannot be read, no row in it can, a column is missing, or the column that
            decides grades.
    """
    path, intake = Path(source), Intake()
    fields = Fields.located(columns, [*OBSERVATIONS, "topic"])
    found = list(table_rows(path, intake))
    records = [record for _, record in found]
    fields.check(records, _REQUIRED, str(path))
    present = dict.fromkeys(name for record in records for name in record)
    undecided = not judged and correct is None and fields.places.get("correct", "correct") not in present
    rule = None if undecided else _rule(str(path), fields, correct, list(present))
    stem = path.with_suffix("").stem if path.suffix == ".gz" else path.stem
    for number, record in found:
        with intake.row(str(path), number) as row:
            row.update(_observation(record, fields, present))
            row["dataset"] = row["dataset"] or stem
            row["scorer"] = row["scorer"] or (rule.name if rule else "none")
            row["correct"] = decided(rule, record, str(path), number) if rule else None
            set_apart(row)
            if row["answer_script"] is None and row["response"] is not None:
                row["answer_script"] = script_of(row["response"])
    loaded = intake.load(OBSERVATIONS, OBSERVATION_KEY, str(path))
    return replace(loaded, table=loaded.table.sort(OBSERVATION_KEY))


def _rule(file: str, fields: Fields, correct: str | None, present: list[str]) -> Rule:
    wanted = correct or fields.places.get("correct", "correct")
    if correct is None and present and wanted not in present:
        raise UsageError(
            one_line(
                f"{file}: no column {wanted}; there are {', '.join(present)}; say what is right, as in "
                '--correct "rating < 4"'
            )
        )
    return Rule.of(wanted, present)


def _observation(record: Record, fields: Fields, present: Mapping[str, None]) -> Record:
    def optional(column: str) -> str | None:
        return fields.read(record, column, optional_text)

    response = fields.read(record, "response", _as_it_stands)
    ours = {
        "dataset": optional("dataset"),
        "model": fields.read(record, "model", text),
        "question_id": fields.read(record, "question_id", identifier),
        "source_lang": fields.read(record, "source_lang", language_tag),
        "query_lang": fields.read(record, "query_lang", language_tag),
        "condition": optional("condition") or "plain",
        "sample": fields.read(record, "sample", _count),
        "response": response,
        **{column: optional(column) for column in _OPTIONAL},
        "scorer": optional("scorer"),
    }
    if "topic" in present or "topic" in fields.places:
        ours["topic"] = optional("topic")
    taken = {*OBSERVATIONS, "topic", *fields.places.values()}
    return {**ours, **{column: other(record, column) for column in record if column not in taken}}


def _as_it_stands(record: Record, column: str) -> str | None:
    """Return a text with its spaces: what a model wrote, it wrote."""
    optional_text(record, column)
    return record.get(column)


def _count(record: Record, column: str) -> int:
    value: Any = record.get(column)
    if value is None:
        return 1
    whole = None if isinstance(value, bool) else _WHOLE.fullmatch(str(value).strip())
    if whole is None or int(whole[1]) < 1:
        raise FieldError(column, f"is {str(value)[:40]!r}, not a whole number from 1")
    return int(whole[1])

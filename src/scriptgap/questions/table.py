"""Anyone's table of questions: CSV, TSV, JSONL or Parquet, its columns named by a mapping."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from scriptgap.errors import UsageError
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
    texts,
)
from scriptgap.tables import QUESTION_KEY, QUESTIONS

_REQUIRED = ("question_id", "source_lang", "query_lang", "question", "answers")
_NULLABLE = ("entity_source", "entity_query", "entity_type", "context", "topic")


def build_table(
    source: str | Path, columns: Mapping[str, str] | None = None, dataset: str | None = None
) -> Loaded:
    """Read a table of questions.

    ``question_id`` (text or whole number), ``source_lang``, ``query_lang`` (language tags), ``question`` and
    ``answers`` must be there. ``answers`` is a list of texts, the one to show first, or one text; in CSV and
    TSV a cell ``["a", "b"]`` is a list and any other cell is one answer. ``split`` is ``test`` where it is
    absent. One column of the file may stand for several of ours, such as for both languages.

    Args:
        source: A file that `scriptgap.records.table_rows` reads.
        columns: The file's name of each of our columns (`scriptgap.tables.QUESTIONS`) that it calls
            otherwise, or ``=`` and what it is in every row: ``{"question": "prompt", "source_lang": "=en"}``.
        dataset: The data set's name; None for that in the column ``dataset`` or else the file's name.

    Returns:
        A questions table; tags are in their usual form. The file's other columns follow with their names,
        lists and objects in them as JSON text, less those that have the name of one of ours that `columns`
        takes from elsewhere. Refused rows have the file's name of the column.

    Raises:
        UsageError: The file cannot be read, no row in it can, a name in `columns` is unknown, or a column
            that must be there is missing.
    """
    path, intake = Path(source), Intake()
    constants = {ours: name[1:] for ours, name in (columns or {}).items() if name.startswith("=")}
    found = [(number, record | constants) for number, record in table_rows(path, intake)]
    stem = path.with_suffix("").stem if path.suffix == ".gz" else path.stem
    separated = any(suffix in (".csv", ".tsv") for suffix in path.suffixes[-2:])
    asked = dict(columns or {}) | {ours: ours for ours in constants}
    theirs = _their_names(str(path), asked, [record for _, record in found])
    for number, record in found:
        with intake.row(str(path), number) as row:
            row.update(_question(record, theirs, separated))
            row["dataset"] = dataset or row["dataset"] or stem
    return intake.load(QUESTIONS, QUESTION_KEY, str(path))


def _their_names(file: str, columns: dict[str, str], records: Iterable[Record]) -> dict[str, str]:
    """Return the file's name of each of our columns; check what was asked for against what is there."""
    present = dict.fromkeys(column for record in records for column in record)
    for ours, name in columns.items():
        if ours not in QUESTIONS:
            raise UsageError(
                one_line(f"no column {ours!r} in a questions table; it has {', '.join(QUESTIONS)}")
            )
        if present and name not in present:
            raise UsageError(one_line(f"{file}: no column {name!r}; it has {', '.join(present)}"))
    theirs = {column: columns.get(column, column) for column in QUESTIONS}
    missing = [column for column in _REQUIRED if theirs[column] not in present]
    if present and missing:
        raise UsageError(
            one_line(
                f"{file}: no column {', '.join(missing)}; it has {', '.join(present)}; "
                f"say which it is, as in {missing[0]}=NAME"
            )
        )
    return theirs


def _question(record: Record, theirs: Mapping[str, str], separated: bool) -> dict[str, Any]:
    ours = {
        "dataset": optional_text(record, theirs["dataset"]),
        "question_id": identifier(record, theirs["question_id"]),
        "source_lang": language_tag(record, theirs["source_lang"]),
        "query_lang": language_tag(record, theirs["query_lang"]),
        "question": text(record, theirs["question"]),
        "answers": _answers(record, theirs["answers"], separated),
        **{column: optional_text(record, theirs[column]) for column in _NULLABLE},
        "split": optional_text(record, theirs["split"]) or "test",
    }
    extra = [column for column in record if column not in QUESTIONS and column not in theirs.values()]
    return {**ours, **{column: other(record, column) for column in extra}}


def _answers(record: Record, column: str, separated: bool) -> list[str]:
    value = record.get(column)
    if not isinstance(value, str):
        return texts(record, column)
    written = value.strip()
    if separated and written.startswith("[") and written.endswith("]"):
        try:
            return texts({column: json.loads(written)}, column)
        except (ValueError, RecursionError):
            # To take ['a', 'b'] as one answer would score every response as wrong.
            raise FieldError(column, 'stands in brackets but is no JSON list; write ["a", "b"]') from None
    return texts({column: [value]}, column)

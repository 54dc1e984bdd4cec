"""What earlier calls found, and what a reviewer made of it."""

import contextlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TextIO

import polars as pl

from scriptgap.entities.extractor import Reply
from scriptgap.entities.table import ENTITIES, ORIGINS, Asked, Key, Row, csv_of
from scriptgap.errors import UsageError
from scriptgap.records import Intake, one_line, refusal_line, table_rows
from scriptgap.tables import QUESTION_KEY, read_table


@dataclass(frozen=True, slots=True)
class Review:
    """What a reviewer says of a question: the entity, or that it has none.

    Attributes:
        file: Where it says so, as the user knows it.
        number: In which row, from 1.
        source: The source form; None where the question has no entity.
        query: The query form, or None.
    """

    file: str
    number: int
    source: str | None
    query: str | None


@dataclass(slots=True)
class Known:
    """What is known before anything is asked.

    Attributes:
        rows: The rows of the cache.
        reviews: The rows that a reviewer decided.
        replies: The models that were asked and their replies by the row's key and text hash, of a call that
            was stopped.
    """

    rows: dict[Key, Row] = field(default_factory=dict)
    reviews: dict[Key, Review] = field(default_factory=dict)
    replies: dict[tuple[Key, str], tuple[str, Reply]] = field(default_factory=dict)


def read_cache(cache: Path | None) -> Known:
    """Read the cache, the CSV beside it, and the replies that a stopped call left.

    A row counts as reviewed where the newer of the two files has ``reviewed`` as its origin.

    Raises:
        UsageError: A file cannot be read, has a row that no one can understand, or the CSV was edited
            without saying ``reviewed``.
    """
    known = Known()
    if cache is None:
        return known
    if cache.exists():
        table = read_table(cache)
        missing = [column for column in ENTITIES if column not in table.columns]
        if missing:
            raise UsageError(f"{cache}: is no table of entities, it lacks {', '.join(missing)}")
        rows = list(table.cast({"question_id": pl.String}).iter_rows(named=True))
        known.rows = {_key(row): row for row in rows}
        edited, decisions = csv_of(cache), _reviews(str(cache), enumerate(rows, 1))
        if edited.is_file() and edited.stat().st_mtime_ns >= cache.stat().st_mtime_ns:
            decisions = _reviews(str(edited), _csv_rows(edited), known.rows)
        known.reviews = decisions
    known.replies = dict(_replies(journal_of(cache)))
    return known


def _csv_rows(path: Path) -> Iterator[tuple[int, Row]]:
    intake = Intake()
    for number, row in table_rows(path, intake):
        missing = [
            name for name in (*QUESTION_KEY, "entity_source", "entity_query", "origin") if name not in row
        ]
        if missing:
            raise UsageError(f"{path}: missing column {missing[0]}")
        yield number, row
    if intake.refused:
        file, refused, column, reason = intake.refused[0]
        raise UsageError(refusal_line({"file": file, "row": refused, "column": column, "reason": reason}))


def _reviews(
    file: str, rows: Iterator[tuple[int, Row]], unedited: dict[Key, Row] | None = None
) -> dict[Key, Review]:
    found: dict[Key, Review] = {}
    for number, row in rows:
        source, query = (_text(row[name]) for name in ("entity_source", "entity_query"))
        origin = (_text(row["origin"]) or "").casefold()
        if origin == "reviewed":
            found[_key(row)] = Review(file, number, source, query)
            continue
        if origin and origin not in ORIGINS:
            raise UsageError(
                one_line(
                    f"{file}: row {number}: origin is {row['origin']!r}, not one of {', '.join(ORIGINS)}"
                )
            )
        kept = None if unedited is None else unedited.get(_key(row))
        if kept and source and (source, query) != (_text(kept["entity_source"]), _text(kept["entity_query"])):
            raise UsageError(
                f"{file}: row {number}: the entity was changed; "
                "write reviewed as its origin, so that the change counts"
            )
    return found


def _key(row: Row) -> Key:
    dataset, question_id, source_lang, query_lang = (str(row[column]) for column in QUESTION_KEY)
    return dataset, question_id, source_lang, query_lang


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def journal_of(cache: Path) -> Path:
    """Return where replies are kept while the extractor is asked."""
    return cache.with_suffix(".asked.jsonl")


def note(journal: TextIO, asked: list[Asked], model: str, reply: Reply) -> None:
    """Append a reply, so that a killed call need not ask for it again."""
    rows = [[list(one.key), one.text_hash] for one in asked]
    journal.write(json.dumps({"rows": rows, "model": model, "reply": asdict(reply)}) + "\n")
    journal.flush()


def _replies(journal: Path) -> Iterator[tuple[tuple[Key, str], tuple[str, Reply]]]:
    if not journal.is_file():
        return
    for line in journal.read_text(encoding="utf-8", errors="replace").splitlines():
        # The line that the call was killed in is no JSON, or the beginning of what it should be.
        with contextlib.suppress(ValueError, TypeError, KeyError):
            noted = json.loads(line)
            reply = Reply(**noted["reply"])
            for key, text_hash in noted["rows"]:
                yield (tuple(key), text_hash), (noted["model"], reply)

"""The table of entities that a person can review: its columns, its rows, and how it is kept."""

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from scriptgap.entities.occurrence import evidence, names_of_title, occurrence, part_of_title, title_in
from scriptgap.errors import UsageError
from scriptgap.measure.leaks import added_word, leaked_answer, part_of_answer
from scriptgap.records import one_line
from scriptgap.scoring.normalize import normalize
from scriptgap.tables import QUESTION_KEY

Row = dict[str, Any]
Key = tuple[str, str, str, str]

ENTITIES: dict[str, type[pl.DataType]] = {
    "dataset": pl.String,
    "question_id": pl.String,
    "source_lang": pl.String,
    "query_lang": pl.String,
    "source_question": pl.String,
    "question": pl.String,
    "entity_source": pl.String,
    "entity_query": pl.String,
    "origin": pl.String,
    "found_source": pl.String,
    "found_query": pl.Boolean,
    "evidence": pl.String,
    "leaks": pl.Boolean,
    "leaked_answer": pl.String,
    "partial_answer": pl.String,
    "extractor": pl.String,
    "reason": pl.String,
    "text_hash": pl.String,
}
"""Columns of the table of entities, one row a question and query language.

``origin`` is ``given``, ``title``, ``extractor``, ``reviewed``, or null where no entity was found; ``reason``
then says why. ``found_source`` is where the source form occurs: ``question``, ``context`` or null.
``leaks`` says whether a hint with the source form would show the accepted answer ``leaked_answer``, null
where there is no form; ``partial_answer`` is an answer that it does not show but helps to guess: the form is
a part of it, or has a word of it that the source question has not. ``extractor`` is the model that was asked.
``text_hash`` changes with the texts that the entity was looked for in.
"""

ORIGINS = ("given", "title", "title_part", "extractor", "reviewed")
"""Where an entity comes from."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question in one query language, with what its entity is looked for in.

    Attributes:
        row: Its row of the questions table.
        source_question: The question in the source language; None where the table has no such row.
        context: The passage in the source language, or None.
    """

    row: Row
    source_question: str | None
    context: str | None

    @property
    def key(self) -> Key:
        """The values of `tables.QUESTION_KEY`."""
        dataset, question_id, source_lang, query_lang = (self.row[column] for column in QUESTION_KEY)
        return dataset, question_id, source_lang, query_lang

    @property
    def text_hash(self) -> str:
        """A hash of the question in both languages and of the passage."""
        texts = (self.source_question, self.context, self.row["question"])
        joined = "\0".join("" if text is None else f"+{text}" for text in texts)
        return hashlib.sha256(joined.encode()).hexdigest()[:16]


def asked_rows(questions: pl.DataFrame) -> list[Asked]:
    """Pair each row of a questions table with the texts in the source language, in the table's order."""
    key = ["dataset", "question_id", "source_lang"]
    source = {
        tuple(row[column] for column in key): (row["question"], row["context"])
        for row in questions.filter(pl.col("query_lang") == pl.col("source_lang")).iter_rows(named=True)
    }
    return [
        Asked(row, *source.get(tuple(row[column] for column in key), (None, None)))
        for row in questions.iter_rows(named=True)
    ]


def given_row(asked: Asked) -> Row | None:
    """Return the entity that the data set gives: its own, or its title where a source text has it."""
    row = asked.row
    title, given, query = (_filled(row.get(name)) for name in ("title", "entity_source", "entity_query"))
    if given and (title is None or normalize(given) not in map(normalize, names_of_title(title))):
        return entity_row(asked, given, query, "given")
    if title is None:
        return None
    name = title_in(title, asked.source_question) or title_in(title, asked.context)
    if name is None:
        return None
    return entity_row(asked, name, query or title_in(title, row["question"]), "title")


def title_part_row(asked: Asked, extractor: str | None = None) -> Row | None:
    """Return the part of its title that the source question has as a name, where there is one.

    Args:
        asked: The question.
        extractor: The model that was asked before and named nothing.
    """
    title = _filled(asked.row.get("title"))
    name = part_of_title(title, asked.source_question) if title else None
    if name is None:
        return None
    return entity_row(asked, name, occurrence(name, asked.row["question"]), "title_part", extractor)


def checked_row(asked: Asked, source: str, query: str | None, origin: str, extractor: str | None) -> Row:
    """Return the row of an entity that someone names, accepted only where it occurs.

    Args:
        asked: The question.
        source: The source form: accepted where the source question or passage has it.
        query: The query form: accepted where the query question has it. Only a reviewer may leave it out;
            in the source language the source form stands for it.
        origin: ``extractor`` or ``reviewed``.
        extractor: The model that named it.
    """
    if asked.source_question is None:
        reason = "the table has no row in the source language to find the source form in"
        return unmatched_row(asked, reason, extractor)
    name = occurrence(source, asked.source_question) or occurrence(source, asked.context)
    if name is None:
        reason = f"the source form {_quoted(source)} is not in the source question or passage"
        return unmatched_row(asked, reason, extractor)
    if normalize(name) == normalize(asked.source_question):
        return unmatched_row(asked, "the source form is the whole question", extractor)
    if query is None and asked.row["query_lang"] == asked.row["source_lang"]:
        query = name if origin == "extractor" else occurrence(name, asked.row["question"])
    if query is None:
        if origin == "reviewed":
            return entity_row(asked, name, None, origin, extractor)
        return unmatched_row(asked, "the extractor named no form in the query language", extractor)
    form = occurrence(query, asked.row["question"])
    if form is None:
        return unmatched_row(asked, f"the query form {_quoted(query)} is not in the question", extractor)
    if normalize(form) == normalize(asked.row["question"]):
        return unmatched_row(asked, "the query form is the whole question", extractor)
    return entity_row(asked, name, form, origin, extractor)


def entity_row(
    asked: Asked, source: str, query: str | None, origin: str, extractor: str | None = None
) -> Row:
    """Return the row of an accepted entity, with where it occurs and whether a hint with it leaks."""
    answers, tag = asked.row["answers"], asked.row["query_lang"]
    texts = {"question": asked.source_question, "context": asked.context}
    found = next((place for place, text in texts.items() if occurrence(source, text)), None)
    around = [evidence(source, texts[found] or "")] if found else []
    found_query = query is not None and occurrence(query, asked.row["question"]) is not None
    if query is not None and found_query and tag != asked.row["source_lang"]:
        around.append(evidence(query, asked.row["question"]))
    leaked = leaked_answer(source, answers, tag)
    return _row(
        asked,
        entity_source=source,
        entity_query=query,
        origin=origin,
        found_source=found,
        found_query=found_query,
        evidence=" | ".join(filter(None, around)) or None,
        leaks=leaked is not None,
        leaked_answer=leaked,
        partial_answer=None if leaked is not None else _partial(asked, source),
        extractor=extractor,
    )


def _partial(asked: Asked, source: str) -> str | None:
    answers = asked.row["answers"]
    return part_of_answer(source, answers, asked.row["query_lang"]) or added_word(
        source, answers, asked.source_question or ""
    )


def unmatched_row(asked: Asked, reason: str, extractor: str | None = None, origin: str | None = None) -> Row:
    """Return the row of a question without an entity, and why."""
    return _row(asked, found_query=False, reason=reason, extractor=extractor, origin=origin)


def _row(asked: Asked, **values: Any) -> Row:
    constant = dict(zip(QUESTION_KEY, asked.key, strict=True)) | {
        "source_question": asked.source_question,
        "question": asked.row["question"],
        "text_hash": asked.text_hash,
    }
    return {column: (constant | values).get(column) for column in ENTITIES}


def _filled(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _quoted(name: str) -> str:
    shown = one_line(name)
    return repr(shown if len(shown) <= 80 else shown[:79] + "…")


def frame(rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """Make the table of entities of its rows."""
    return pl.DataFrame(list(rows), schema=ENTITIES, orient="row")


def save(table: pl.DataFrame, cache: Path) -> None:
    """Write the table to `cache`, and as CSV beside it, each whole or not at all.

    Raises:
        UsageError: They cannot be written.
    """
    try:
        cache.parent.mkdir(parents=True, exist_ok=True)
        _replace(cache, table.write_parquet)
        # After the Parquet file: the newer one says what a reviewer decided.
        _replace(csv_of(cache), table.write_csv)
    except OSError as error:
        raise UsageError(f"{cache}: cannot be written ({error.strerror or error})") from None


def csv_of(cache: Path) -> Path:
    """Return where the CSV of a cache lies."""
    return cache.with_suffix(".csv")


def _replace(file: Path, write: Callable[[Path], object]) -> None:
    """Write under another name first: a killed run must not leave half a file."""
    partial = file.with_name(f"{file.name}.{os.getpid()}.partial")
    write(partial)
    partial.replace(file)

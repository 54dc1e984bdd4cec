"""`find_entities`: the key entity of each question, as both languages write it."""

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import polars as pl

from scriptgap.entities.cache import Known, Review, journal_of, note, read_cache
from scriptgap.entities.extractor import Reply, Request, ask
from scriptgap.entities.table import (
    Asked,
    Key,
    Row,
    asked_rows,
    checked_row,
    frame,
    given_row,
    save,
    title_part_row,
    unmatched_row,
)
from scriptgap.errors import UsageError
from scriptgap.languages import language
from scriptgap.tables import QUESTION_KEY, QUESTIONS, check_table, read_questions

Progress = Callable[[int, int], None]
"""Called with how many questions the extractor has answered, and of how many."""


@dataclass(frozen=True, slots=True)
class Entities:
    """The entities of a questions table.

    Attributes:
        questions: The questions, in their order, with ``entity_source`` and ``entity_query`` as found; both
            null where nothing was.
        entities: One row a question and query language, as `entities.table.ENTITIES` has them.
    """

    questions: pl.DataFrame
    entities: pl.DataFrame

    @property
    def unmatched(self) -> pl.DataFrame:
        """The rows of `entities` without an entity; ``reason`` says why."""
        return self.entities.filter(pl.col("entity_source").is_null())

    @property
    def origins(self) -> dict[str, int]:
        """How many rows have their entity from where, most first."""
        matched = self.entities.filter(pl.col("entity_source").is_not_null())
        return dict(Counter(matched["origin"]).most_common())

    @property
    def leaks(self) -> pl.DataFrame:
        """The rows of `entities` whose name would show an accepted answer."""
        return self.entities.filter(pl.col("leaks"))


def find_entities(
    questions: pl.DataFrame | str | Path,
    extractor: str | None = None,
    cache: str | Path | None = None,
    progress: Progress | None = None,
) -> Entities:
    """Find the key entity of each question, and how the source and the query language write it.

    The first of these that has one decides:

    1. a reviewer's row in the cache;
    2. ``entity_source``, where the data set gives it;
    3. ``title``, where the source question has it, else where the source passage has it, without the
       "(album)" that tells articles apart. The query form is then known only where the title stands
       untranslated in the question;
    4. the extractor, asked once a question for all its query languages, so that all get the same entity.
       It lists the entities, the key entity first, and only the first is used. It is accepted only where the
       source question or passage has the source form and the query question the query form, as
       `entities.occurrence.find_name` finds names. In the source language the question itself must have it;
    5. the part of ``title`` that the source question has as a name (`occurrence.part_of_title`).

    A name is returned as the text writes it that has it. One that would show the answer is kept, and marked
    ``leaks``.

    Args:
        questions: A questions table (columns of `tables.QUESTIONS`), or its Parquet file. The source passage
            is the ``context`` of the row in the source language.
        extractor: Any Inspect model name, for the role ``extractor``; None to ask no model.
        cache: A Parquet file that keeps what was found; a CSV with the same rows is written beside it. What
            the extractor answered before, killed or not, is not asked again while the texts are the same;
            what another model answered is, where it found nothing. A reviewer edits either file and sets
            ``origin`` to ``reviewed``; the newer file counts. A reviewed row with an empty
            ``entity_source`` says that there is none.
        progress: Told how far the extractor is.

    Raises:
        UsageError: A table, a language tag or the model's name is wrong, or a reviewed row names an entity
            that its texts have not.
        ScriptgapError: The extractor cannot be loaded, or several requests in a row failed. What it
            answered before is kept in `cache`.
    """
    table = _checked(questions)
    file = None if cache is None else Path(cache)
    known = read_cache(file)
    asked = asked_rows(table)
    _refuse_unknown(known, asked)
    rows: dict[Key, Row] = {}
    open_ones: list[Asked] = []
    for one in asked:
        settled = _settled(one, known, extractor)
        if settled is None:
            open_ones.append(one)
        else:
            rows[one.key] = settled
    if extractor is None:
        rows |= {one.key: unmatched_row(one, _why_open(one)) for one in open_ones}
    else:
        rows |= _extracted(open_ones, extractor, file, progress)
    for one in asked:
        row = rows[one.key]
        if row["entity_source"] is None and row["origin"] is None:
            rows[one.key] = title_part_row(one, row["extractor"]) or row
    entities = frame(rows[one.key] for one in asked)
    if file is not None:
        others = frame(row for key, row in known.rows.items() if key not in rows)
        save(pl.concat([entities, others]), file)
        journal_of(file).unlink(missing_ok=True)
    found = table.with_columns(entities["entity_source"], entities["entity_query"])
    return Entities(found, entities)


def _checked(questions: pl.DataFrame | str | Path) -> pl.DataFrame:
    if isinstance(questions, pl.DataFrame):
        table = check_table(questions, QUESTIONS, QUESTION_KEY, "questions")
    else:
        table = read_questions(Path(questions))
    for tag in sorted({*table["source_lang"].unique(), *table["query_lang"].unique()}):
        language(tag)
    return table


def _refuse_unknown(known: Known, asked: Sequence[Asked]) -> None:
    """Refuse a reviewed row of a question that is nowhere: its id was changed, or read as a number."""
    keys = {one.key for one in asked} | known.rows.keys()
    for key, review in known.reviews.items():
        if key not in keys:
            raise UsageError(f"{review.file}: row {review.number}: there is no question {', '.join(key)}")


def _settled(one: Asked, known: Known, extractor: str | None) -> Row | None:
    """Return the row that needs no asking, or None."""
    if (review := known.reviews.get(one.key)) is not None:
        return _reviewed(one, review)
    if (row := given_row(one)) is not None:
        return row
    cached = known.rows.get(one.key)
    if cached and cached["text_hash"] == one.text_hash and cached["extractor"] is not None:
        if cached["entity_source"] and cached["origin"] == "extractor":
            return _named(one, cached["entity_source"], cached["entity_query"], cached["extractor"])
        if extractor in (None, cached["extractor"]):
            return unmatched_row(one, cached["reason"] or "unknown", cached["extractor"])
    model, reply = known.replies.get((one.key, one.text_hash), (None, None))
    if model is not None and reply is not None:
        row = _answered(one, reply, model)
        return row if row["entity_source"] or extractor in (None, model) else None
    return None


def _reviewed(one: Asked, review: Review) -> Row:
    if review.source is None:
        return unmatched_row(one, "a reviewer found no entity", origin="reviewed")
    row = checked_row(one, review.source, review.query, "reviewed", None)
    if row["entity_source"] is None:
        raise UsageError(f"{review.file}: row {review.number}: {row['reason']}")
    return row


def _named(one: Asked, source: str, query: str | None, extractor: str) -> Row:
    return checked_row(one, source, query, "extractor", extractor)


def _answered(one: Asked, reply: Reply, extractor: str) -> Row:
    if reply.source is None:
        reason = reply.reason or "the extractor named no entity"
        return unmatched_row(one, reason, extractor if reply.asked else None)
    home = one.row["query_lang"] == one.row["source_lang"]
    return _named(one, reply.source, None if home else reply.forms.get(one.row["query_lang"]), extractor)


def _why_open(one: Asked) -> str:
    if one.source_question is None:
        return "the table has no row in the source language"
    title = one.row.get("title")
    return f"the title {title!r} is in no source text" if title else "the data set names no entity"


def _extracted(
    open_ones: Sequence[Asked], extractor: str, cache: Path | None, progress: Progress | None
) -> dict[Key, Row]:
    """Ask the extractor for the entities of questions that have none."""
    rows: dict[Key, Row] = {}
    groups: dict[tuple[str, str, str], list[Asked]] = {}
    for one in open_ones:
        if one.source_question is None:
            rows[one.key] = unmatched_row(one, _why_open(one))
        else:
            groups.setdefault(one.key[:3], []).append(one)
    requests = [_request(key, group) for key, group in groups.items()]
    if not requests:
        return rows
    done = 0
    with _journal(cache) as journal:

        def heard(request: Request, reply: Reply) -> None:
            nonlocal done
            group = groups[request.key]
            if journal is not None and reply.asked:
                note(journal, group, extractor, reply)
            rows.update((one.key, _answered(one, reply, extractor)) for one in group)
            done += 1
            if progress is not None:
                progress(done, len(requests))

        if progress is not None:
            progress(0, len(requests))
        ask(extractor, requests, heard)
    return rows


def _request(key: tuple[str, str, str], group: Sequence[Asked]) -> Request:
    translations = {
        one.row["query_lang"]: one.row["question"] for one in group if one.row["query_lang"] != key[2]
    }
    return Request(key, group[0].source_question or "", group[0].context, translations)


@contextlib.contextmanager
def _journal(cache: Path | None) -> Iterator[TextIO | None]:
    if cache is None:
        yield None
        return
    try:
        cache.parent.mkdir(parents=True, exist_ok=True)
        journal = journal_of(cache).open("a", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{cache}: cannot be written ({error.strerror})") from None
    with journal:
        # A call that was killed may have left half a line.
        journal.write("\n")
        yield journal

"""ECLeKTic (Goldman et al., 2025): questions on Wikipedia articles that exist in one language only.

The file is the data set's own ``eclektic_main.jsonl``, one object a line: ``q_id``, ``original_lang``,
``title``, ``content``, ``question`` and ``answer`` in the source language, and ``{code}_q``, ``{code}_a`` and
``{code}_c`` (question, answer, content) for each of its 12 languages. More languages are read too, where the
file has their ``{code}_q``.

- The row in the source language has ``question``, ``answer`` and ``content``. ``{source}_q`` and its like
  repeat them and are not read, even where they differ.
- The answer in the source language is accepted in every row, after the one in the query language: a fact
  that is recalled in another language is recalled.
- ``entity_source`` is ``title`` as the source question writes it, else as ``content`` does, without the
  "(album)" that tells articles apart; null where neither has it, for then it names something else than the
  question asks about (`entities.find_entities` finds the entity of those). ``entity_query`` is ``title`` as
  the question writes it, elsewhere than in the source language a name left untranslated; else it is null,
  for the file does not say how the translator wrote it.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from scriptgap.entities.occurrence import title_in
from scriptgap.questions.codes import chosen_codes, tags_of
from scriptgap.records import (
    FieldError,
    Intake,
    Loaded,
    Record,
    file_lines,
    identifier,
    json_lines,
    language_tag,
    optional_text,
    text,
)
from scriptgap.tables import QUESTION_KEY, QUESTIONS

LANGUAGES = ("en", "fr", "he", "zh", "de", "es", "hi", "id", "it", "ja", "ko", "pt")
"""The languages of the published data set; a file must have each of them for every question."""


def build_eclektic(source: str | Path, languages: Sequence[str] | None = None) -> Loaded:
    """Read ECLeKTic from its authors' file.

    What is offered and counted is a question in a language; a line that holds no question is one row.

    Args:
        source: ``eclektic_main.jsonl``, also with ``.gz``.
        languages: The query languages to read; None for all. The source language of each question is read
            in any case, for transfer is measured against it.

    Returns:
        Columns of `scriptgap.tables.QUESTIONS`, then ``title`` as the file has it: ``dataset`` is
        ``eclektic``, ``context`` the article's text in the query language, ``entity_type`` and ``topic``
        null, ``split`` ``test``.

    Raises:
        UsageError: The file cannot be read, no row in it can, or it lacks one of `languages`.
    """
    file, intake = str(source), Intake()
    records = list(json_lines(file_lines(Path(source)), file, intake))
    found = (code for _, record in records for code in _codes(record))
    tags, unknown = tags_of([*LANGUAGES, *found])
    chosen = chosen_codes(languages, tags, None, f"{file}: ECLeKTic")
    for number, record in records:
        try:
            question_id = identifier(record, "q_id")
            source_lang = language_tag(record, "original_lang")
        except FieldError as error:
            intake.refuse(file, number, error.column, str(error))
            continue
        entity = _entity(record)
        home = {code: tag for code, tag in tags.items() if tag == source_lang} or {source_lang: source_lang}
        for code, tag in {**home, **chosen}.items():
            with intake.row(file, number) as row:
                row.update(
                    _question(record, code, tag, source_lang), question_id=question_id, entity_source=entity
                )
        for code in _codes(record):
            if code in unknown:
                intake.refuse(file, number, f"{code}_q", f"has an {unknown[code]}")
    return intake.load(QUESTIONS, QUESTION_KEY, file)


def _codes(record: Record) -> Iterable[str]:
    return (key.removesuffix("_q") for key in record if key.endswith("_q"))


def _question(record: Record, code: str, tag: str, source_lang: str) -> Record:
    home = tag == source_lang
    question, answer, content = (
        ("question", "answer", "content") if home else (f"{code}_q", f"{code}_a", f"{code}_c")
    )
    asked, title = text(record, question), optional_text(record, "title")
    return {
        "dataset": "eclektic",
        "source_lang": source_lang,
        "query_lang": tag,
        "question": asked,
        "answers": list(dict.fromkeys([text(record, answer), text(record, "answer")])),
        "entity_query": title_in(title, asked) if title else None,
        "context": optional_text(record, content),
        "split": "test",
        "title": title,
    }


def _entity(record: Record) -> str | None:
    """Return the title as the source question, else the source text, has it."""
    title, *texts = (_usable_text(record, column) for column in ("title", "question", "content"))
    return next((name for one in texts if title and (name := title_in(title, one))), None)


def _usable_text(record: Record, column: str) -> str | None:
    """Return a field that may hold text; what is wrong with it is said where its rows are read."""
    try:
        return optional_text(record, column)
    except FieldError:
        return None

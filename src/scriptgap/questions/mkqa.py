"""MKQA (Longpre, Lu and Daiber, 2021): 10,000 English queries of Natural Questions in 26 languages.

Two forms are read, and told apart line by line:

- the authors' ``mkqa.jsonl`` or ``mkqa.jsonl.gz``: ``example_id``, ``queries`` (text by language code) and
  ``answers`` (by language code, a list of objects with ``type``, ``text`` and perhaps ``aliases``);
- one file per language, as programs make it from the former: ``id``, ``lang``, ``question``, ``answers`` (a
  list of texts) and perhaps ``type``.

Every text and alias of a row's answers is accepted, the first text first, and after them the English ones: a
fact that is recalled in another language is recalled. Numbers have their value as ``text`` ("3.0") and the
usual form ("3") as alias, so both are accepted.

Questions without a short answer (types ``unanswerable`` and ``long_answer``, about a third) are refused.
Answers of type ``binary`` are "yes" or "no" in every language of the data set, and CLDR's local words are not
at hand: an answer in the query language's own words is then scored as wrong. Leave ``topic == "binary"`` (138
questions) out of comparisons between languages.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scriptgap.errors import UsageError
from scriptgap.questions.codes import chosen_codes, tags_of
from scriptgap.records import (
    FieldError,
    Intake,
    Loaded,
    Record,
    file_lines,
    identifier,
    json_lines,
    optional_text,
    text,
    texts,
)
from scriptgap.tables import QUESTION_KEY, QUESTIONS

LANGUAGES = (
    *("ar", "da", "de", "en", "es", "fi", "fr", "he", "hu", "it", "ja", "km", "ko", "ms", "nl", "no", "pl"),
    *("pt", "ru", "sv", "th", "tr", "vi", "zh_cn", "zh_hk", "zh_tw"),
)
"""The language codes of the published data set; the authors' file must have each for every question."""

SOURCE_LANGUAGE = "en"

_TAGS = {"zh_cn": "zh-Hans", "zh_hk": "zh-Hant-HK", "zh_tw": "zh-Hant"}
_NO_SHORT_ANSWER = ("unanswerable", "long_answer")
# What the usual conversion to one file per language writes where there is no short answer.
_NO_ANSWER = ["NoAns"]


@dataclass(frozen=True, slots=True)
class _Answers:
    """The accepted forms of a question in one language, and the type of the first."""

    forms: list[str]
    topic: str | None


def build_mkqa(source: str | Path, languages: Sequence[str] | None = None) -> Loaded:
    """Read MKQA from its authors' file, or from one file per language.

    What is offered and counted is a question in a language; a line that holds no question is one row.

    Args:
        source: A ``.jsonl`` or ``.jsonl.gz`` file, or a folder of them. The English answers of a file for
            another language are in the English file: name the folder to have them accepted.
        languages: The query languages to read, as tags or as MKQA's codes; None for all. English, the
            source language, is read in any case, for transfer is measured against it.

    Returns:
        A questions table (columns of `scriptgap.tables.QUESTIONS`): ``dataset`` is ``mkqa``, ``source_lang``
        ``en``, ``topic`` the type of the first answer (null where the file has none), ``split`` ``test``;
        ``entity_source``, ``entity_query``, ``entity_type`` and ``context`` are null. Chinese is
        ``zh-Hans``, ``zh-Hant`` (Taiwan) and ``zh-Hant-HK``.

    Raises:
        UsageError: A file cannot be read, no row in it can, or it lacks one of `languages`.
    """
    intake = Intake()
    records = [
        (str(file), number, record)
        for file in _files(Path(source))
        for number, record in json_lines(file_lines(file), str(file), intake)
    ]
    tags, unknown = tags_of([*LANGUAGES, *(code for *_, record in records for code in _codes(record))], _TAGS)
    chosen = chosen_codes(languages, tags, SOURCE_LANGUAGE, f"{source}: MKQA")
    english = _english_by_id(record for *_, record in records)
    for file, number, record in records:
        if _is_official(record):
            _offer_official(intake, file, number, record, chosen, unknown)
            continue
        code = record.get("lang")
        # A language that is not asked for is not offered.
        if isinstance(code, str) and code in tags and code not in chosen:
            continue
        with intake.row(file, number) as row:
            row.update(_flat_question(record, tags, unknown, english))
    return intake.load(QUESTIONS, QUESTION_KEY, str(source))


def _files(source: Path) -> list[Path]:
    if not source.is_dir():
        return [source]
    files = sorted(file for file in source.iterdir() if file.name.endswith((".jsonl", ".jsonl.gz")))
    if not files:
        raise UsageError(f"{source}: no .jsonl or .jsonl.gz file in this folder")
    return files


def _is_official(record: Record) -> bool:
    return "queries" in record or isinstance(record.get("answers"), dict)


def _codes(record: Record) -> Iterator[str]:
    if not _is_official(record):
        code = record.get("lang")
        yield from [code] if isinstance(code, str) else []
        return
    for part in ("queries", "answers"):
        found = record.get(part)
        yield from found if isinstance(found, dict) else ()


def _offer_official(
    intake: Intake, file: str, number: int, record: Record, chosen: dict[str, str], unknown: dict[str, str]
) -> None:
    try:
        question_id = identifier(record, "example_id")
    except FieldError as error:
        intake.refuse(file, number, error.column, str(error))
        return
    fields = {
        f"{part}.{code}": value
        for part in ("queries", "answers")
        if isinstance(record.get(part), dict)
        for code, value in record[part].items()
    }
    for code, tag in chosen.items():
        with intake.row(file, number) as row:
            question = text(fields, f"queries.{code}")
            own, english = (_typed_answers(fields, f"answers.{code}") for code in (code, SOURCE_LANGUAGE))
            row.update(_question(question_id, tag, question, own, english))
    for code in dict.fromkeys(_codes(record)):
        if code in unknown:
            intake.refuse(file, number, f"queries.{code}", f"has an {unknown[code]}")


def _typed_answers(fields: Record, column: str) -> _Answers:
    found = fields.get(column)
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise FieldError(column, "is no list of objects" if column in fields else "is missing")
    forms: list[str] = []
    topics: list[str] = []
    types: list[str] = []
    for index, answer in enumerate(found):
        try:
            kind, written = text(answer, "type"), optional_text(answer, "text")
            types.append(kind)
            if written and kind not in _NO_SHORT_ANSWER:
                forms += [written, *_aliases(answer)]
                topics.append(kind)
        except FieldError as error:
            raise FieldError(f"{column}[{index}].{error.column}", str(error)) from None
    if not forms:
        raise FieldError(column, f"holds no short answer ({', '.join(dict.fromkeys(types)) or 'empty'})")
    return _Answers(forms, topics[0])


def _aliases(answer: Record) -> list[str]:
    return [] if answer.get("aliases") in (None, []) else texts(answer, "aliases")


def _english_by_id(records: Iterable[Record]) -> dict[str, _Answers]:
    """Find the English answers of the one-file-per-language form; empty where there is no such file."""
    found: dict[str, _Answers] = {}
    for record in records:
        if record.get("lang") == SOURCE_LANGUAGE and not _is_official(record):
            try:
                found.setdefault(identifier(record, "id"), _flat_answers(record))
            except FieldError:
                continue  # The row itself is refused with this reason where it is offered.
    return found


def _flat_question(
    record: Record, tags: dict[str, str], unknown: dict[str, str], english: dict[str, _Answers]
) -> Record:
    text(record, "lang")
    # As it stands in the file, for that is how it was looked up.
    code: str = record["lang"]
    if code not in tags:
        raise FieldError("lang", f"has an {unknown[code]}")
    question_id, question, own = identifier(record, "id"), text(record, "question"), _flat_answers(record)
    if english and question_id not in english:
        raise FieldError("id", "is not among the English questions, whose answers are accepted too")
    return _question(question_id, tags[code], question, own, english.get(question_id, own))


def _flat_answers(record: Record) -> _Answers:
    topic = optional_text(record, "type")
    if topic in _NO_SHORT_ANSWER:
        raise FieldError("answers", f"holds no short answer ({topic})")
    forms = texts(record, "answers")
    if forms == _NO_ANSWER:
        raise FieldError("answers", f"holds no short answer ({forms[0]})")
    return _Answers(forms, topic)


def _question(question_id: str, tag: str, question: str, own: _Answers, english: _Answers) -> dict[str, Any]:
    return {
        "dataset": "mkqa",
        "question_id": question_id,
        "source_lang": SOURCE_LANGUAGE,
        "query_lang": tag,
        "question": question,
        "answers": list(dict.fromkeys([*own.forms, *english.forms])),
        "topic": own.topic,
        "split": "test",
    }

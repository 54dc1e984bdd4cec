"""X-FaKT (Aggarwal et al., 2025): in which country is this, asked in 13 languages, judged for each model.

Two layouts are read:

- the authors' repository: ``results/factual_recall/<model>/without_system_prompt/<Language>.csv`` with
  ``Question, Predicted, answers, label, llm_output``, or ``generations/...`` without judgements. Row i of
  every language's file is the same fact; ``answers`` is the country's name in that language, so the country
  comes from row i of ``English.csv``.
- a flat table (CSV, TSV, JSONL or Parquet): ``model, fact_id, label, country, source_lang, lang, rating,
  question, answer, prediction``, one row an answer.

A fact's source language is that of its country. The files do not say which words of a question are its
entity; it is what is left between the words that questions of one kind share (`entities`). The label
``lakes`` holds landmarks and festivals, which are asked with different words.

Source:
    Aggarwal, T., et al. (2025). Language models' factuality depends on the language of inquiry.
        arXiv 2502.17955; data and code at github.com/kmrtanmay/X_FaKT.
"""

import functools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scriptgap.errors import UsageError
from scriptgap.questions.codes import chosen_codes, tags_of
from scriptgap.questions.names import countries, country_forms
from scriptgap.questions.xfakt_entities import Asked, entities
from scriptgap.records import (
    FieldError,
    Intake,
    Loaded,
    Record,
    identifier,
    language_tag,
    one_line,
    optional_text,
    table_rows,
    text,
)
from scriptgap.scoring.inflection import inflected_rivals
from scriptgap.scoring.matching import longer_forms
from scriptgap.tables import QUESTION_KEY, QUESTIONS

LANGUAGES = {
    "English": "en",
    "Hindi": "hi",
    "Chinese": "zh",
    "Russian": "ru",
    "Arabic": "ar",
    "French": "fr",
    "Nepali": "ne",
    "Japanese": "ja",
    "Ukrainian": "uk",
    "Greek": "el",
    "Turkish": "tr",
    "Swahili": "sw",
    "Thai": "th",
}
"""The tag of each language, by the name of its file in the authors' repository."""

COUNTRIES = {
    "United States": "en",
    "India": "hi",
    "China": "zh",
    "Russia": "ru",
    "Saudi Arabia": "ar",
    "France": "fr",
    "Nepal": "ne",
    "Japan": "ja",
    "Ukraine": "uk",
    "Greece": "el",
    "Turkey": "tr",
    "Kenya": "sw",
    "Thailand": "th",
}
"""The language that the authors take for that of each country."""

_CODES = dict(zip(COUNTRIES, "US IN CN RU SA FR NP JP UA GR TR KE TH".split(), strict=True))  # noqa: SIM905

RESULTS, GENERATIONS = "results", "generations"

_DATASET_FOLDER = "factual_recall"
_OTHER_DATASETS = ("counter_factual", "incontext_recall", "incontext_factual")
_PROMPT_FOLDER = "without_system_prompt"
_FLAT_COLUMNS = ("fact_id", "label", "country", "source_lang", "lang", "question", "answer")
_REPOSITORY_NAMES = {
    "question": "Question",
    "answer": "answers",
    "prediction": "Predicted",
    "rating": "llm_output",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A row of either layout.

    Attributes:
        file: Its file.
        number: Its number there, from 1.
        record: Its columns; in the repository layout also those of the flat one that follow from the place
            of the row: ``model, fact_id, country, source_lang, lang``.
        names: What the file calls a column of the flat layout, where it has another name for it.
    """

    file: str
    number: int
    record: Record
    names: Mapping[str, str]

    def name(self, column: str) -> str:
        """Return the file's name of a column of the flat layout."""
        return self.names.get(column, column)


@dataclass(frozen=True, slots=True)
class Fact:
    """What a row says of the fact it asks for and of how it asks."""

    fact_id: str
    label: str
    country: str
    source_lang: str
    query_lang: str
    question: str
    answer: str


def build_xfakt(source: str | Path, languages: Sequence[str] | None = None) -> Loaded:
    """Read X-FaKT's factual recall questions, from whichever models' results or generations there are.

    What is offered and counted is a question in a language. A row that repeats one, as each model's do, is
    not offered again; one that asks or answers otherwise than the first is refused.

    Args:
        source: A flat table, or the repository, its ``results`` or ``generations``, or a folder inside.
        languages: The query languages to read, as tags or as the authors' names; None for all.

    Returns:
        A questions table (columns of `scriptgap.tables.QUESTIONS`), by fact: ``dataset`` is ``xfakt``,
        ``question_id`` ``fact-<n>`` (n from 0), ``answers`` the country's name in the query language, in
        English and in the others, ``entity_type`` ``city``, ``person``, ``landmark`` or ``festival``,
        ``topic`` the authors' label, ``split`` ``test``. ``country``, its English name, and ``rivals``, the
        names of other countries that hold or resemble its names, are extra columns.
        ``entity_query`` is as the question has it, ``entity_source`` as the one in the source language does;
        null where `entities` does not find it.

    Raises:
        UsageError: `source` cannot be read, no row in it can, or it lacks one of `languages`.
    """
    intake = Intake()
    first: dict[tuple[str, str], tuple[Row, Fact]] = {}
    for row in xfakt_rows(Path(source), intake, (RESULTS, GENERATIONS)):
        try:
            fact = read_fact(row)
            earlier = first.setdefault((fact.fact_id, fact.query_lang), (row, fact))
            _check_repeat(row, fact, *earlier)
        except FieldError as error:
            intake.refuse(row.file, row.number, error.column, str(error))
    codes = [*LANGUAGES, *(fact.query_lang for _, fact in first.values())]
    tags, _ = tags_of(codes, LANGUAGES)
    present = {fact.query_lang for _, fact in first.values()}
    tags = {code: tag for code, tag in tags.items() if tag in present}
    chosen = set(chosen_codes(languages, tags, None, f"{source}: X-FaKT").values()) if first else set()
    found = {key: fact for key, (_, fact) in first.items()}
    asked = {key: Asked(fact.label, fact.question) for key, fact in found.items()}
    names, kinds = entities(asked)
    answers = _answers(found.values())
    for key in sorted(found, key=_place):
        row, fact = first[key]
        if fact.query_lang not in chosen:
            continue
        with intake.row(row.file, row.number) as record:
            record.update(_question(fact, answers[fact.fact_id]))
            record["entity_type"] = kinds.get(fact.fact_id)
            record["rivals"] = _rivals(fact.country, fact.query_lang)
            if key in names:
                record["entity_query"] = names[key]
                record["entity_source"] = names.get((fact.fact_id, fact.source_lang))
    return intake.load(QUESTIONS, QUESTION_KEY, str(source))


def xfakt_rows(source: Path, intake: Intake, kinds: Sequence[str]) -> Iterator[Row]:
    """Read the rows of either layout; those that cannot be placed are refused.

    Args:
        source: As of `build_xfakt`.
        intake: Takes the rows that are refused.
        kinds: Which of `RESULTS` and `GENERATIONS` to look for in a repository; the first found is read.

    Raises:
        UsageError: A file cannot be read, a column is missing, or there is no file of the layout.
    """
    if not source.is_dir():
        yield from _flat_rows(source, intake)
        return
    for model, folder in _model_folders(source, kinds):
        yield from _folder_rows(model, folder, intake)


def read_fact(row: Row) -> Fact:
    """Read what a row says of its fact.

    Raises:
        FieldError: A column is missing, cannot be used, or names a language that is not the country's.
    """
    record = row.record
    fact = Fact(
        fact_id=identifier(record, "fact_id"),
        label=text(record, "label"),
        country=text(record, "country"),
        source_lang=language_tag(record, "source_lang"),
        query_lang=language_tag(record, "lang"),
        question=text(record, row.name("question")),
        answer=text(record, row.name("answer")),
    )
    if COUNTRIES.get(fact.country, fact.source_lang) != fact.source_lang:
        raise FieldError(
            "source_lang", f"is {fact.source_lang}, but {fact.country}'s is {COUNTRIES[fact.country]}"
        )
    return fact


def _check_repeat(row: Row, fact: Fact, first_row: Row, first: Fact) -> None:
    for column in ("label", "country", "source_lang", "question", "answer"):
        if getattr(fact, column) != getattr(first, column):
            where = f"{first_row.file} row {first_row.number}"
            raise FieldError(
                row.name(column), f"is not that of {where}, which is the same fact in {fact.query_lang}"
            )


def _place(key: tuple[str, str]) -> tuple[Any, ...]:
    """Order by fact, then as the authors order the languages."""
    fact_id, tag = key
    order = list(LANGUAGES.values())
    number = int(fact_id) if fact_id.isdecimal() and len(fact_id) < 10 else 10**10
    return number, fact_id, order.index(tag) if tag in order else len(order), tag


def _answers(facts: Iterable[Fact]) -> dict[str, dict[str, str]]:
    """Return the answers of each fact by language, in the authors' order of languages."""
    found: dict[str, dict[str, str]] = {}
    for fact in sorted(facts, key=lambda fact: _place((fact.fact_id, fact.query_lang))):
        found.setdefault(fact.fact_id, {})[fact.query_lang] = fact.answer
    return found


@functools.cache
def _rivals(country: str, tag: str) -> list[str]:
    """Return the names of the world's other countries that could be taken for a country's in a language."""
    code = _CODES.get(country)
    if code is None:
        return []
    names = {other: set(country_forms(other)) for other in countries()}
    return sorted({*_longer_names()[code], *inflected_rivals(names, [tag])[code]})


@functools.cache
def _longer_names() -> dict[str, list[str]]:
    return longer_forms({code: country_forms(code) for code in countries()})


def _question(fact: Fact, answers: Mapping[str, str]) -> Record:
    # English is first among the authors' languages.
    return {
        "dataset": "xfakt",
        "question_id": f"fact-{fact.fact_id}",
        "source_lang": fact.source_lang,
        "query_lang": fact.query_lang,
        "question": fact.question,
        "answers": list(dict.fromkeys([fact.answer, *answers.values()])),
        "topic": fact.label,
        "split": "test",
        "country": fact.country,
    }


def _flat_rows(file: Path, intake: Intake) -> Iterator[Row]:
    rows = list(table_rows(file, intake))
    present = dict.fromkeys(column for _, record in rows for column in record)
    missing = [column for column in _FLAT_COLUMNS if column not in present]
    if rows and missing:
        mend = "; name the folder it is in" if "Question" in present else ""
        raise UsageError(
            one_line(
                f"{file}: no column {', '.join(missing)}; it has {', '.join(present)}; a flat X-FaKT table "
                f"has {', '.join(_FLAT_COLUMNS)}, and for results model, rating, prediction{mend}"
            )
        )
    for number, record in rows:
        yield Row(str(file), number, record, {})


def _model_folders(source: Path, kinds: Sequence[str]) -> list[tuple[str, Path]]:
    """Find the folders of language files, each with the name of its model."""
    place = source.resolve()
    if wrong := next((name for name in _OTHER_DATASETS if name in place.parts), None):
        raise UsageError(f"{source}: holds X-FaKT's {wrong}; only its factual_recall can be read")
    if (folder := _language_folder(source)) is not None:
        inside = folder.resolve()
        return [(inside.parent.name if inside.name == _PROMPT_FOLDER else inside.name, folder)]
    roots = [source / kind / _DATASET_FOLDER for kind in kinds] + [source / _DATASET_FOLDER, source]
    for root in filter(Path.is_dir, roots):
        found = [
            (model.name, folder)
            for model in sorted(root.iterdir())
            if (folder := _language_folder(model)) is not None
        ]
        if found:
            return found
    raise UsageError(
        f"{source}: no {_DATASET_FOLDER}/<model>/{_PROMPT_FOLDER}/English.csv in this folder; name the "
        f"X-FaKT repository, its {' or '.join(kinds)}, or the folder of one model"
    )


def _language_folder(folder: Path) -> Path | None:
    candidates = [folder / _PROMPT_FOLDER, folder]
    return next(
        (place for place in candidates if any((place / f"{name}.csv").is_file() for name in LANGUAGES)), None
    )


def _folder_rows(model: str, folder: Path, intake: Intake) -> Iterator[Row]:
    english_file = folder / "English.csv"
    if not english_file.is_file():
        raise UsageError(f"{english_file}: no such file; it says which country each row is about")
    english, rows = _language_rows(english_file, intake)
    labels = {number: (record.get("label"), record.get("answers")) for number, record in english}
    for name, tag in LANGUAGES.items():
        file = folder / f"{name}.csv"
        if not file.is_file():
            intake.refuse(str(file), None, None, "no such file: the answers in this language are missing")
            continue
        found, height = (english, rows) if file == english_file else _language_rows(file, intake)
        local = _countries_of_names((record.get("answers"), labels.get(number)) for number, record in found)
        for number, record in found:
            try:
                if height != rows:
                    raise FieldError(
                        None,
                        f"is in a file of {height} rows, and English.csv has {rows}: which fact a row is "
                        "about is not known",
                    )
                country = _country(record, labels.get(number), local)
            except FieldError as error:
                intake.refuse(str(file), number, error.column, str(error))
                continue
            known = {"model": model, "fact_id": number - 1, "country": country, "lang": tag}
            known["source_lang"] = COUNTRIES[country]
            yield Row(str(file), number, {**record, **known}, _REPOSITORY_NAMES)


def _language_rows(file: Path, intake: Intake) -> tuple[list[tuple[int, Record]], int]:
    """Read a language's file: its rows, and how many there are with those that are no CSV."""
    before = intake.offered
    rows = list(table_rows(file, intake))
    for column in ("Question", "answers", "label"):
        if rows and column not in rows[0][1]:
            raise UsageError(one_line(f"{file}: no column {column}; it has {', '.join(rows[0][1])}"))
    return rows, len(rows) + intake.offered - before


def _countries_of_names(named: Iterable[tuple[Any, tuple[Any, Any] | None]]) -> dict[Any, Any]:
    """Return the English name that a local name of a country stands for in most rows."""
    counts = Counter((local, english[1]) for local, english in named if english is not None)
    return {local: country for (local, country), _ in reversed(counts.most_common())}


def _country(record: Record, english: tuple[Any, Any] | None, local: Mapping[Any, Any]) -> str:
    """Return the country that row i of English.csv says this row is about, if both agree."""
    if english is None:
        raise FieldError(None, "has no row in English.csv that can be read, so its country is not known")
    label, country = english
    if country not in COUNTRIES:
        raise FieldError(
            "answers", f"is {country} in English.csv, none of X-FaKT's countries ({', '.join(COUNTRIES)})"
        )
    if record.get("label") != label:
        raise FieldError("label", f"is not {label} as in this row of English.csv: the rows are not aligned")
    name = optional_text(record, "answers")
    if name is not None and local[record["answers"]] != country:
        raise FieldError(
            "answers",
            f"stands for {local[record['answers']]} in most rows, and this row of English.csv has {country}: "
            "the rows are not aligned",
        )
    return str(country)

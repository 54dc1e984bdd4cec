"""Choose the failures that a report shows, and prepare their text."""

from dataclasses import dataclass
from typing import Any

import polars as pl

from scriptgap.measure.conditions import CONDITIONS
from scriptgap.report.reading import Language, Row, in_order, languages, text
from scriptgap.report.text import clean_text, clip
from scriptgap.report.wording import condition_label

SHOWN = 14
LENGTH = 180
"""At most so many failures, and so many characters of each text, are shown."""

RIGHT_TO_LEFT_SCRIPTS = frozenset({"Adlm", "Arab", "Hebr", "Mand", "Nkoo", "Rohg", "Samr", "Syrc", "Thaa"})


@dataclass(frozen=True)
class Quote:
    """A text in its language: what goes into the `lang` and `dir` attributes around it."""

    text: str
    language: str
    direction: str


@dataclass(frozen=True)
class Failure:
    """One wrong answer, as a report shows it."""

    model: str
    condition: str
    language: Language
    question: Quote
    response: Quote
    expected: Quote
    expected_source: Quote
    hinted: Quote | None


def choose_failures(summary: Row, examples: pl.DataFrame) -> list[Failure]:
    """Choose up to `SHOWN` failures, spread over scripts and languages, the same ones every time.

    Failures across scripts come first, and among them those that were also asked with the hint; one
    language of each script is taken before a second one.
    """
    known = languages(summary)
    records: list[Row] = [
        {key: clean_text(value) if isinstance(value, str) else value for key, value in record.items()}
        for record in examples.to_dicts()
    ]
    conditions = in_order((text(record, "condition") for record in records), CONDITIONS)
    records.sort(
        key=lambda record: (
            text(record, "match_class") != "cross_script",
            not text(record, "hinted_response").strip(),
            conditions.index(text(record, "condition")),
            not text(record, "response").strip(),
            len(text(record, "response")) > LENGTH,
        )
    )
    taken: dict[str, int] = {}
    by_script: dict[str, int] = {}
    by_language: dict[str, int] = {}
    ranked: list[tuple[Any, int, Row]] = []
    for index, record in enumerate(records):
        tag = text(record, "query_lang")
        script = known[tag].script if tag in known else tag
        language_round = by_language.get(tag, 0)
        by_language[tag] = language_round + 1
        if language_round == 0:
            taken[tag] = by_script.get(script, 0)
            by_script[script] = taken[tag] + 1
        crossing = text(record, "match_class") != "cross_script"
        ranked.append(((language_round, crossing, taken[tag]), index, record))
    ranked.sort(key=lambda item: item[:2])
    chosen = [_failure(record, known) for _, _, record in ranked[:SHOWN]]
    return sorted(chosen, key=lambda failure: (failure.language.script, failure.language.name))


def _failure(record: Row, known: dict[str, Language]) -> Failure:
    tag = text(record, "query_lang")
    language = known.get(tag, Language(tag, tag, "", "", False))
    script_in_tag = next((part for part in tag.split("-")[1:] if len(part) == 4), "")
    leftward = language.right_to_left or (language.script or script_in_tag) in RIGHT_TO_LEFT_SCRIPTS
    direction = "rtl" if leftward else "auto"
    hinted = text(record, "hinted_response").strip()
    return Failure(
        model=text(record, "model"),
        condition=condition_label(text(record, "condition")),
        language=language,
        question=_quote(record, "question", tag, direction),
        response=_quote(record, "response", tag, "auto"),
        expected=_quote(record, "expected", tag, direction),
        expected_source=_quote(record, "expected_source", text(record, "source_lang"), "auto"),
        hinted=_quote(record, "hinted_response", tag, "auto") if hinted else None,
    )


def _quote(record: Row, key: str, language: str, direction: str) -> Quote:
    return Quote(clip(text(record, key), LENGTH), language, direction)

"""Seeds and samples for tests, with the columns of the contract."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from scriptgap.candidates.evidence import Candidate, Evidence, Step
from scriptgap.tables import QUESTIONS

SEEDS = {
    **QUESTIONS,
    **dict.fromkeys(["entity", "condition", "prompt", "answer", "answer_lang", "kind"], pl.String),
}

COUNTRIES = [
    ("Greece", "Греция", "Athens", "Афины"),
    ("France", "Франция", "Paris", "Париж"),
    ("Japan", "Япония", "Tokyo", "Токио"),
    ("Norway", "Норвегия", "Oslo", "Осло"),
    ("Egypt", "Египет", "Cairo", "Каир"),
    ("Cuba", "Куба", "Havana", "Гавана"),
    ("Peru", "Перу", "Lima", "Лима"),
    ("Kenya", "Кения", "Nairobi", "Найроби"),
    ("Canada", "Канада", "Ottawa", "Оттава"),
    ("Poland", "Польша", "Warsaw", "Варшава"),
    ("Spain", "Испания", "Madrid", "Мадрид"),
    ("Iran", "Иран", "Tehran", "Тегеран"),
]


def seed_row(name: str, name_ru: str, capital: str, capital_ru: str, **values: Any) -> dict[str, Any]:
    question = f"Страна: {name_ru}. Какой город является столицей этой страны?"
    row = {
        "dataset": "tiny",
        "question_id": f"capital-{name}",
        "source_lang": "en",
        "query_lang": "ru",
        "question": question,
        "answers": [capital_ru, capital],
        "entity_source": name,
        "entity_query": name_ru,
        "entity_type": "country",
        "context": None,
        "topic": "capital",
        "split": "train",
        "entity": name.casefold(),
        "condition": "plain",
        "prompt": question,
        "answer": capital_ru,
        "answer_lang": "ru",
        "kind": "cross_script",
    }
    return row | values


def seed_table(rows: Sequence[dict[str, Any]] | None = None, number: int = 12) -> pl.DataFrame:
    made = [seed_row(*country) for country in COUNTRIES[:number]] if rows is None else rows
    return pl.DataFrame(made, schema=SEEDS)


def example_table(style: str = "full", names: Sequence[str] = ("Poland", "Spain", "Iran")) -> pl.DataFrame:
    """Samples as the rules teacher makes them."""
    reasoning = {
        "full": "The name {query} is in Cyrillic. Letter by letter it reads like {source}, so it may be "
        "{source} or {source}e. The known country is {source}. Its capital is {capital}.",
        "name_only": "That is {source}, whose capital is {capital}.",
        "filler": "I read the question with care and take my time before I answer.",
        "direct": "",
        "wrong_candidates": "The name {query} reads like Cuba. Its capital is known.",
    }[style]
    rows = []
    for name, query, capital, capital_ru in COUNTRIES:
        if name in names:
            text = reasoning.format(source=name, query=query, capital=capital)
            row = seed_row(name, query, capital, capital_ru)
            row |= {"sample_id": name, "style": style, "teacher": "rules", "trace_lang": "en"}
            rows.append(row | {"reasoning": text, "response": capital_ru})
    extra = dict.fromkeys(["sample_id", "style", "teacher", "trace_lang", "reasoning", "response"], pl.String)
    return pl.DataFrame(rows, schema={**SEEDS, **extra})


GREECE = Evidence(
    "Греция",
    "Greece",
    "ru",
    "en",
    (Step("Г", "G", ("H",), "cyrillic"), Step("р", "r", (), "cyrillic")),
    "Gretsiya",
    (Candidate("Gretsia", 0.5, "generated"), Candidate("Greece", 0.3, "attested")),
)

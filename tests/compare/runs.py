"""Runs with a known change: so many of each ten entities are answered right."""

import polars as pl

from scriptgap.tables import OBSERVATIONS


def observations(
    model: str,
    right: dict[tuple[str, str], int],
    entities: int = 40,
    reasoning: bool = False,
) -> pl.DataFrame:
    """Answers about entities 0, 1, ...; of (condition, query language) the first so many are right."""
    rows = [
        {
            "dataset": "tiny",
            "model": model,
            "question_id": f"capital-{number}",
            "source_lang": "en",
            "query_lang": tag,
            "condition": condition,
            "sample": 1,
            "response": "right" if number < hits else "wrong",
            "reasoning": f"It is Name{number}." if reasoning and number < hits else None,
            "stop_reason": "stop",
            "correct": number < hits,
            "answer_script": "Latn",
            "scorer": "alias_match",
            "entity_source": f"Name{number}",
        }
        for (condition, tag), hits in right.items()
        for number in range(entities)
    ]
    return pl.DataFrame(rows, schema={**OBSERVATIONS, "entity_source": pl.String})


BEFORE = {
    ("plain", "en"): 32,
    ("plain", "fr"): 30,
    ("plain", "ru"): 10,
    ("plain", "el"): 8,
    ("hint", "ru"): 30,
    ("hint", "el"): 28,
}
AFTER = {("plain", "en"): 31, ("plain", "fr"): 30, ("plain", "ru"): 26, ("plain", "el"): 12}

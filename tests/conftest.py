"""Tables that several tests share."""

from collections.abc import Sequence
from typing import Any

import polars as pl
import pytest

from scriptgap.tables import QUESTIONS


def question_row(**values: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "dataset": "tiny",
        "question_id": "capital-GR",
        "source_lang": "en",
        "query_lang": "en",
        "question": "Country: Greece. What is the capital of this country?",
        "answers": ["Athens", "Αθήνα"],
        "entity_source": "Greece",
        "entity_query": "Greece",
        "entity_type": "country",
        "context": None,
        "topic": "capital",
        "split": "test",
    }
    return {**row, **values}


def question_table(rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame([question_row(**row) for row in rows], schema=QUESTIONS)


@pytest.fixture
def tiny() -> pl.DataFrame:
    """Three countries in English and Greek, and one worked example in each."""
    english = "Country: {}. What is the capital of this country?"
    greek = "Χώρα: {}. Ποια είναι η πρωτεύουσα αυτής της χώρας;"
    facts = [
        ("GR", "Greece", "Ελλάδα", "Athens", "Αθήνα", "test"),
        ("FR", "France", "Γαλλία", "Paris", "Παρίσι", "test"),
        ("IT", "Italy", "Ιταλία", "Rome", "Ρώμη", "test"),
        ("DK", "Denmark", "Δανία", "Copenhagen", "Κοπεγχάγη", "fewshot"),
    ]
    rows = []
    for code, name, name_el, capital, capital_el, split in facts:
        shared = {"question_id": f"capital-{code}", "entity_source": name, "split": split}
        rows.append(
            {
                **shared,
                "question": english.format(name),
                "entity_query": name,
                "answers": [capital, capital_el],
            }
        )
        rows.append(
            {
                **shared,
                "query_lang": "el",
                "question": greek.format(name_el),
                "entity_query": name_el,
                "answers": [capital_el, capital],
            }
        )
    return question_table(rows)

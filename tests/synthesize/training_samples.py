"""Samples as synthesis makes them, a few of each style."""

from typing import Any

import polars as pl

FULL = (
    "The name is in Cyrillic. Г is g or h, р is r.\n\nCould be Gretsiya, Hretsiya; «Греция» is Greece.\n"
    "Its capital: Athens."
)
COLUMNS = (
    "sample_id",
    "dataset",
    "entity",
    "source_lang",
    "query_lang",
    "topic",
    "kind",
    "style",
    "teacher",
    "split",
    "condition",
    "prompt",
    "answer_lang",
    "reasoning",
    "response",
)


def sample(**values: Any) -> dict[str, Any]:
    row = dict.fromkeys(COLUMNS, "")
    row |= {
        "sample_id": "a1",
        "dataset": "atlas",
        "entity": "greece",
        "source_lang": "en",
        "query_lang": "ru",
        "topic": "capital",
        "kind": "cross_script",
        "style": "full",
        "teacher": "rules",
        "split": "train",
        "condition": "plain",
        "prompt": "Страна: Греция. Какой город — столица этой страны?",
        "answer_lang": "ru",
        "reasoning": FULL,
        "response": "Афины",
    }
    return {**row, **values}


def samples() -> pl.DataFrame:
    """Full and direct samples in several scripts and splits."""
    return pl.DataFrame(
        [
            sample(),
            sample(sample_id="a2", style="direct", reasoning=""),
            sample(
                sample_id="a3",
                entity="japan",
                query_lang="ja",
                prompt="国: 日本。この国の首都は?",
                reasoning="日本 is Japan's own name.\r\nRecall: Tokyo.",
                response="東京",
                answer_lang="ja",
                split="validation",
            ),
            sample(
                sample_id="a4",
                entity="india",
                query_lang="hi",
                prompt="देश: भारत। इस देश की राजधानी क्या है?",
                reasoning="भारत is read Bhārat: क़ and ड़ do not occur. It is India; 𐍈 neither.",
                response="नई दिल्ली",
                answer_lang="hi",
                condition="entity_only",
                topic=None,
            ),
            sample(sample_id="a5", split="test", entity="italy"),
        ]
    )

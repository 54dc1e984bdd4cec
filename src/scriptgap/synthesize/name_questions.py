"""A table of name pairs as questions: how is this name written in the source language?"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from scriptgap.languages import language, match_class
from scriptgap.records import Intake, Loaded, language_tag, optional_text, table_rows, text
from scriptgap.synthesize.seeds import SEEDS, with_splits
from scriptgap.tables import QUESTION_KEY, QUESTIONS, check_table

TOPIC = "name"

_QUESTION = "{kind}: {name}. In {language}?"
_SIDES = ("query", "source")
_PAIR = ["name_source", "name_query", "source_lang", "query_lang"]


def read_name_questions(path: str | Path) -> Loaded:
    """Read name pairs and make a question of each (`name_questions`).

    Args:
        path: A file that `records.table_rows` reads, with the columns ``name_source``, ``name_query``,
            ``source_lang`` and ``query_lang`` (BCP-47 tags) and, if there is one, ``entity_type``.

    Returns:
        A questions table.

    Raises:
        UsageError: The file cannot be read, or no row of it can.
    """
    path, intake = Path(path), Intake()
    for number, record in table_rows(path, intake):
        with intake.row(str(path), number) as row:
            row.update({column: text(record, column) for column in _PAIR[:2]})
            row.update({column: language_tag(record, column) for column in _PAIR[2:]})
            row["entity_type"] = optional_text(record, "entity_type") or TOPIC
    pairs = intake.load(dict.fromkeys([*_PAIR, "entity_type"], pl.String), _PAIR, str(path))
    return Loaded(name_questions(pairs.table, path.stem), pairs.refused, pairs.rows_in)


def name_questions(pairs: pl.DataFrame, dataset: str) -> pl.DataFrame:
    """Make a question of each name pair.

    The question is in English and names no fact: the answer is the name itself. All spellings that a name of
    the query language has count as right, the first is the one to show.

    Args:
        pairs: Columns ``name_source``, ``name_query``, ``source_lang``, ``query_lang``, ``entity_type``.
        dataset: What the table is to be called.

    Returns:
        A questions table: for each name a row in the query language, and one in the source language with the
        source-language name in the question.
    """
    first = pairs.group_by("name_query", "source_lang", "query_lang", maintain_order=True).agg(
        pl.col("name_source").first(), pl.col("entity_type").first(), answers=pl.col("name_source")
    )
    made = [_row(dataset, pair, side) for pair in first.to_dicts() for side in _SIDES]
    table = pl.DataFrame(made, schema=QUESTIONS).unique(QUESTION_KEY, keep="first", maintain_order=True)
    return check_table(table, QUESTIONS, QUESTION_KEY, dataset)


def _row(dataset: str, pair: Mapping[str, Any], side: str) -> dict[str, Any]:
    key = "\u001f".join(pair[column] for column in _PAIR)
    name = pair[f"name_{side}"]
    return {
        "dataset": dataset,
        "question_id": f"name-{hashlib.sha256(key.encode()).hexdigest()[:12]}",
        "source_lang": pair["source_lang"],
        "query_lang": pair[f"{side}_lang"],
        "question": _QUESTION.format(
            kind=pair["entity_type"].capitalize(), name=name, language=language(pair["source_lang"]).name
        ),
        "answers": pair["answers"],
        "entity_source": pair["name_source"],
        "entity_query": name,
        "entity_type": pair["entity_type"],
        "context": None,
        "topic": TOPIC,
        "split": "test",
    }


def name_seeds(questions: pl.DataFrame, shares: Mapping[str, float], fold: int = 0) -> pl.DataFrame:
    """Make the seeds of name questions: of the condition ``entity_only``, as only the name changes script.

    Args:
        questions: The table of `read_name_questions`.
        shares: As in `seeds.split_of`.
        fold: As in `seeds.split_of`.

    Returns:
        Columns of `seeds.SEEDS`. Names that are written alike in both languages make no seed.
    """
    table = with_splits(questions, shares, fold).filter(
        (pl.col("query_lang") != pl.col("source_lang")) & (pl.col("entity_query") != pl.col("entity_source"))
    )
    pairs = table.select("source_lang", "query_lang").unique().iter_rows()
    kinds = {
        f"{a} {b}": "cross_script" if match_class(a, b) == "cross_script" else "same_script" for a, b in pairs
    }
    return table.with_columns(
        condition=pl.lit("entity_only"),
        prompt=pl.col("question"),
        answer=pl.col("entity_source"),
        answer_lang=pl.col("source_lang"),
        kind=pl.concat_str("source_lang", "query_lang", separator=" ").replace_strict(
            kinds, return_dtype=pl.String
        ),
    ).select(list(SEEDS))

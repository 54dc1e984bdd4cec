"""Seeds: the questions that samples are made of, split by entity."""

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from scriptgap.languages import match_class
from scriptgap.measure.presentation import FEWSHOT, Item, present
from scriptgap.tables import QUESTION_KEY, QUESTIONS, check_table

KINDS = ("cross_script", "same_script", "source_language", "replay")
"""Kinds of samples: a question in another script, in another language of the same script, in the source
language, and general data."""

CONDITIONS = ("plain", "entity_only")
"""How a seed can be put."""

ANSWER_LANGUAGES = ("query", "source")
"""The language of the answer, where a question is as a whole in the query language."""

SPLITS = ("train", "validation", "test")

SEEDS: dict[str, pl.DataType | type[pl.DataType]] = {
    **QUESTIONS,
    **dict.fromkeys(["entity", "condition", "prompt", "answer", "answer_lang", "kind"], pl.String),
}
"""Columns of a seeds table: those of a questions table, and ``entity`` (`entity_key` of the source-language
name; ``split`` is a function of it alone), ``condition``, ``prompt`` (the question as the condition puts it),
``answer`` (the one to give) in the language ``answer_lang``, and ``kind``."""

_KIND_OF = {"cross_script": "cross_script", "same_script": "same_script", "same_language": "source_language"}


def entity_key(name: str) -> str:
    """Return a name without case and diacritics, with single spaces between words."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).split())


def split_of(entity: str, shares: Mapping[str, float], fold: int = 0) -> str:
    """Return the split of an entity, by its hash: data added later do not move it.

    Args:
        entity: What `entity_key` returned.
        shares: Share of each of `SPLITS`, 0 to 1, together 1.
        fold: The next number takes other entities for the test: with a test share of 0.1 the folds 0 to 9
            test each entity once.
    """
    place = (hash_number(entity) / 2**64 + fold * shares[SPLITS[-1]]) % 1
    reached = 0.0
    for split in SPLITS[:-1]:
        reached += shares[split]
        if place < reached:
            return split
    return SPLITS[-1]


def hash_number(text: str) -> int:
    """Return the number, below 2^64, that a text hashes to: the same on every machine."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def with_splits(questions: pl.DataFrame, shares: Mapping[str, float], fold: int = 0) -> pl.DataFrame:
    """Return the questions that have an entity, with their ``entity`` and the ``split`` of it.

    Worked examples (split ``fewshot``) and rows without a name in both languages are left out.

    Args:
        questions: Columns of `tables.QUESTIONS`; others are kept.
        shares: As in `split_of`.
        fold: As in `split_of`.
    """
    named = questions.filter(
        (pl.col("split") != FEWSHOT)
        & (pl.col("entity_source").fill_null("").str.strip_chars() != "")
        & (pl.col("entity_query").fill_null("").str.strip_chars() != "")
    )
    keys = {name: entity_key(name) for name in named["entity_source"].unique()}
    splits = {key: split_of(key, shares, fold) for key in keys.values()}
    entity = pl.col("entity_source").replace_strict(keys, return_dtype=pl.String)
    return named.with_columns(entity=entity).with_columns(
        split=pl.col("entity").replace_strict(splits, return_dtype=pl.String)
    )


def seeds_of(
    questions: pl.DataFrame,
    shares: Mapping[str, float],
    conditions: Sequence[str] = CONDITIONS,
    fold: int = 0,
    answer_language: str = "query",
) -> pl.DataFrame:
    """Make the seeds of a questions table: one for each question, query language and condition.

    The condition ``entity_only`` is left out where its prompt is one that the question has already: in the
    source language, where both languages write the name alike, and where several languages do so (one of
    them, by hash, has the prompt). Its accepted answers are those of both languages.

    Args:
        questions: Columns of `tables.QUESTIONS`; others, such as ``rivals``, are kept. Worked examples, rows
            without an entity and rows without an answer make no seed.
        shares: As in `split_of`.
        conditions: Some of `CONDITIONS`.
        fold: As in `split_of`.
        answer_language: One of `ANSWER_LANGUAGES`, for the condition ``plain``; ``entity_only`` is answered
            in the source language.

    Returns:
        Columns of `SEEDS`, then the others of `questions`; unique in question, query language and condition.
    """
    table = check_table(questions, QUESTIONS, QUESTION_KEY, "questions")
    placed = with_splits(table, shares, fold)
    kinds = {
        pair: _KIND_OF[match_class(*pair)]
        for pair in placed.select("source_lang", "query_lang").unique().iter_rows()
    }
    in_source = {
        tuple(key): (question, forms)
        for *key, question, forms in table.filter(pl.col("query_lang") == pl.col("source_lang"))
        .select(*QUESTION_KEY[:3], "question", "answers")
        .iter_rows()
    }
    rows: list[dict[str, Any]] = []
    for row in placed.iter_rows(named=True):
        answers = _answers(row["answers"])
        if not answers:
            continue
        kind = kinds[row["source_lang"], row["query_lang"]]
        question, forms = in_source.get(tuple(row[column] for column in QUESTION_KEY[:3]), (None, None))
        source_answers = _answers(forms)
        item = _item(row, answers[0], question)
        for condition in conditions:
            made = {**row, "condition": condition, "kind": kind, "prompt": present(item, condition).text}
            same = kind == "source_language" or row["entity_query"] == row["entity_source"]
            if condition != "plain" and (same or not source_answers):
                continue
            if source_answers and (condition != "plain" or answer_language == "source"):
                accepted = list(dict.fromkeys([*source_answers, *answers]))
                made |= {"answer": source_answers[0], "answer_lang": row["source_lang"], "answers": accepted}
            else:
                made |= {"answer": answers[0], "answer_lang": row["query_lang"]}
            if made["prompt"]:
                rows.append(made)
    extra = {name: dtype for name, dtype in placed.schema.items() if name not in SEEDS}
    return _one_prompt_each(pl.DataFrame(rows, schema={**SEEDS, **extra}))


def _answers(forms: Sequence[str] | None) -> list[str]:
    return [form for form in forms or [] if form]


def _item(row: Mapping[str, Any], answer: str, source_question: str | None) -> Item:
    """What the two conditions need of a question; no hint is ever given, so that it has no placebo."""
    return Item(
        question=row["question"],
        answer=answer,
        source_question=source_question,
        source_answer=None,
        entity_source=row["entity_source"],
        entity_query=row["entity_query"],
        placebo=None,
        leaks=False,
        source_lang=row["source_lang"],
        query_lang=row["query_lang"],
    )


def _one_prompt_each(seeds: pl.DataFrame) -> pl.DataFrame:
    """Drop seeds whose prompt another seed of the question has; plain ones are kept before others."""
    ranked = [
        (condition != "plain", hash_number(f"{question}\u001f{tag}"))
        for question, tag, condition in seeds.select("question_id", "query_lang", "condition").iter_rows()
    ]
    order = sorted(range(len(ranked)), key=ranked.__getitem__)
    place = pl.Series([0] * len(ranked), dtype=pl.Int64)
    if order:
        place = place.scatter(order, list(range(len(order))))
    key = [*QUESTION_KEY[:3], "prompt", "answer_lang"]
    first = place == seeds.with_columns(place=place).select(pl.col("place").min().over(key)).to_series()
    return seeds.filter(first | (seeds["condition"] == "plain"))

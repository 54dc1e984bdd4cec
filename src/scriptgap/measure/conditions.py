"""The conditions: how one question is presented, as pure functions on the questions table."""

import hashlib
from dataclasses import dataclass

import polars as pl

from scriptgap.errors import UsageError
from scriptgap.scripts import romanize

CONDITIONS = ("plain", "entity_only", "hint", "hint_romanized", "hint_placebo")
"""Every condition, in the order in which reports show them."""

FEWSHOT = "fewshot"
"""The split of worked examples: shown before a question, never asked."""


@dataclass(frozen=True, slots=True)
class Item:
    """One question in one query language, with all that any condition needs to present it.

    Attributes:
        question: The question in the query language.
        answer: The answer to show where this item is a worked example.
        source_question: The same question in the source language, or None where the table lacks it.
        source_answer: The answer to show in the source language, or None.
        entity_source: The key entity as the source language writes it, or None.
        entity_query: The key entity as the query language writes it, or None.
        placebo: Another entity of the same type as the source language writes it, or None.
        source_lang: BCP-47 tag.
        query_lang: BCP-47 tag.
    """

    question: str
    answer: str
    source_question: str | None
    source_answer: str | None
    entity_source: str | None
    entity_query: str | None
    placebo: str | None
    source_lang: str
    query_lang: str


def check_conditions(names: list[str]) -> list[str]:
    """Return `names` without repeats, in the order of `CONDITIONS`.

    Raises:
        UsageError: A name is not a condition.
    """
    if not names:
        raise UsageError(f"no condition given; the conditions are {', '.join(CONDITIONS)}")
    for name in names:
        if name not in CONDITIONS:
            raise UsageError(f"unknown condition {name!r}; the conditions are {', '.join(CONDITIONS)}")
    return [condition for condition in CONDITIONS if condition in names]


def present(item: Item, condition: str) -> str | None:
    """Write the question of `item` as `condition` presents it.

    ``plain`` is the question as it stands. ``entity_only`` is the source-language question with the entity
    written as the query language writes it: only the name changes script. The three hints put a name in
    parentheses after the entity, or after the question where the entity does not occur in it literally:
    ``hint`` the entity's own source-language name, ``hint_romanized`` that name in Latin letters (the same
    text, less its diacritics, where the source script is Latin), ``hint_placebo`` the name of another
    entity of the same type.

    Returns:
        The text, or None where the table does not hold what the condition needs.
    """
    if condition == "plain":
        return item.question
    if condition == "entity_only":
        if not (item.source_question and item.entity_source and item.entity_query):
            return None
        if item.entity_source not in item.source_question:
            return None
        return item.source_question.replace(item.entity_source, item.entity_query)
    name = item.placebo if condition == "hint_placebo" else item.entity_source
    if not name:
        return None
    if condition == "hint_romanized":
        name = romanize(name, item.source_lang)
    return _with_hint(item, name)


def present_example(item: Item, condition: str) -> tuple[str, str] | None:
    """Write a worked example: its question and its answer.

    Hints are never shown in worked examples, so that a hinted prompt differs from the plain one in the
    hint alone (and shares the model's prefix cache with it).

    Returns:
        The question and the answer, or None where the table does not hold what the condition needs.
    """
    if condition != "entity_only":
        return item.question, item.answer
    question = present(item, condition)
    return None if question is None or item.source_answer is None else (question, item.source_answer)


def items(questions: pl.DataFrame) -> list[tuple[dict[str, object], Item]]:
    """Pair every row of a questions table with its `Item`.

    Args:
        questions: Columns of `tables.QUESTIONS`.

    Returns:
        One (row as a dict, item) for each row, in the table's order.
    """
    key = ["dataset", "question_id", "source_lang"]
    source = questions.filter(pl.col("query_lang") == pl.col("source_lang")).select(
        *key,
        pl.col("question").alias("source_question"),
        pl.col("answers").list.first().alias("source_answer"),
    )
    joined = questions.join(source, on=key, how="left", maintain_order="left")
    placebo = _placebos(questions)
    pairs = []
    for row in joined.iter_rows(named=True):
        item = Item(
            question=row["question"],
            answer=row["answers"][0] if row["answers"] else "",
            source_question=row["source_question"],
            source_answer=row["source_answer"],
            entity_source=row["entity_source"],
            entity_query=row["entity_query"],
            placebo=placebo.get((row["dataset"], row["question_id"], row["source_lang"])),
            source_lang=row["source_lang"],
            query_lang=row["query_lang"],
        )
        pairs.append((row, item))
    return pairs


def _with_hint(item: Item, name: str) -> str:
    entity = item.entity_query
    if entity and entity in item.question:
        return item.question.replace(entity, f"{entity} ({name})", 1)
    return f"{item.question} ({name})"


def _placebos(questions: pl.DataFrame) -> dict[tuple[str, str, str], str]:
    """Choose for each question another entity: same type, topic and split, never one with the same answer.

    The choice is the same in every query language and depends on nothing but the table.
    """
    group = ["dataset", "source_lang", "topic", "entity_type", "split"]
    unique = (
        questions.filter(pl.col("entity_source").is_not_null())
        .group_by([*group, "question_id"], maintain_order=True)
        .agg(pl.col("entity_source").first(), pl.col("answers").explode().unique(maintain_order=True))
        .sort([*group, "question_id"])
    )
    chosen: dict[tuple[str, str, str], str] = {}
    for _, rows in unique.group_by(group, maintain_order=True):
        candidates = [
            (
                row["question_id"],
                row["entity_source"],
                {answer.casefold() for answer in row["answers"] if answer},
            )
            for row in rows.iter_rows(named=True)
        ]
        dataset, source_lang = rows["dataset"][0], rows["source_lang"][0]
        for position, (question_id, entity, answers) in enumerate(candidates):
            digest = hashlib.sha256(f"{dataset}/{question_id}".encode()).digest()
            start = 1 + int.from_bytes(digest[:8], "big") % max(1, len(candidates) - 1)
            for step in range(len(candidates)):
                _, other, other_answers = candidates[(position + start + step) % len(candidates)]
                if other != entity and not answers & other_answers and other.casefold() not in answers:
                    chosen[dataset, question_id, source_lang] = other
                    break
    return chosen

"""How one question is presented under each condition, as pure functions on the questions table."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from scriptgap.errors import UsageError
from scriptgap.languages import language
from scriptgap.measure.conditions import Condition, condition
from scriptgap.measure.leaks import leaked_answer
from scriptgap.measure.think import think_instruction
from scriptgap.scoring.inflection import inflects
from scriptgap.script_swap import swap, swap_name
from scriptgap.scripts import fold_script, romanize, script_of

FEWSHOT = "fewshot"
"""The split of worked examples: shown before a question, never asked."""

LEAKS = "the hint would tell an accepted answer"
"""Why a question is asked under no hint at all: one of its hints contains an accepted answer."""

_LACKS = "the table lacks "


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
        leaks: Whether the source-language name, or that of the placebo, tells an accepted answer.
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
    leaks: bool
    source_lang: str
    query_lang: str


class Presented(NamedTuple):
    """A question as a condition presents it, or why it cannot."""

    text: str | None
    omitted: str | None


def present(item: Item, name: str) -> Presented:
    """Write the question of `item` as the condition `name` presents it.

    The two bases: ``plain`` is the question as it stands; ``entity_only`` is the source-language question
    with the entity written as the query language writes it, so that only the name changes script.

    The hints put a name in parentheses after the entity, or after the question where the entity does not
    occur in it literally: ``hint`` the entity's own source-language name, ``hint_romanized`` that name in
    basic Latin letters (`scripts.romanize`: Zürich is Zuerich), ``hint_query`` the
    name once more as the query language writes it, ``hint_placebo`` the source-language name of another
    entity of the same type and script. ``entity_only_hint`` and its like do so in the ``entity_only``
    question. No hint is given to a question for which one would tell the answer.

    ``think`` asks first, in the query language, to consider how names are written in other scripts.
    ``swap_<Script>`` writes the whole question in another script of its language, by rule;
    ``entity_only_swap_<Script>`` does so with the entity of the ``entity_only`` question.

    Returns:
        The text, or the reason why the table or the rules do not allow it.
    """
    way = condition(name)
    if way.base == "plain":
        base, shown = Presented(item.question, None), item.entity_query
    else:
        base, shown = _entity_only(item, item.entity_query), item.entity_query
    if base.text is None or way.change is None:
        return base
    if way.change == "swap":
        return _swapped(item, way)
    if way.change == "think":
        instruction = think_instruction(item.query_lang)
        if instruction is None:
            return Presented(None, f"there is no instruction in {item.query_lang}")
        return Presented(f"{instruction} {base.text}", None)
    return _hinted(item, way.change, base.text, shown)


def present_example(item: Item, name: str) -> tuple[str, str] | None:
    """Write a worked example: its question and its answer.

    Hints and instructions are never shown in worked examples, so that the prompt differs from that of the
    base in the change alone (and shares the model's prefix cache with it). A swap is of the whole prompt.

    Returns:
        The question and the answer, or None where the table does not hold what the condition needs.
    """
    way = condition(name)
    text = present(item, name if way.change == "swap" else way.base).text
    answer = item.answer if way.base == "plain" else item.source_answer
    if answer is not None and way == condition(f"swap_{way.script}"):
        answer = swapped_forms([answer], item.query_lang, way.script or "")[0]
    return None if text is None or answer is None else (text, answer)


def accepted(item: Item, answers: Sequence[str], name: str) -> tuple[list[str], list[str]]:
    """Return the accepted answers under the condition `name`, and what is an echo of the question.

    An answer to a swapped question counts in the swapped script too.

    Args:
        item: The question.
        answers: Its accepted answers as the table has them.
        name: A condition.
    """
    way = condition(name)
    echoes = [entity for entity in (item.entity_source, item.entity_query) if entity]
    if way.script is None:
        return list(answers), echoes
    if item.entity_query:
        echoes.append(swapped_forms([item.entity_query], item.query_lang, way.script, names=True)[0])
    swapped = swapped_forms(answers, item.query_lang, way.script) if way.base == "plain" else []
    return list(dict.fromkeys([*answers, *swapped])), list(dict.fromkeys(echoes))


def swapped_forms(forms: Sequence[str], tag: str, script: str, names: bool = False) -> list[str]:
    """Write each form that is in the script of `tag` in `script`; the others stay as they are."""
    home, write = language(tag).scripts, swap_name if names else swap
    made = []
    for form in forms:
        ours = script_of(form)
        try:
            made.append(write(form, tag, script) if ours and fold_script(ours) <= home else form)
        except UsageError:
            made.append(form)
    return made


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
    placebos, leaking = _placebos(questions)
    pairs = []
    for row in joined.iter_rows(named=True):
        question = (row["dataset"], row["question_id"], row["source_lang"])
        item = Item(
            question=row["question"],
            answer=row["answers"][0] if row["answers"] else "",
            source_question=row["source_question"],
            source_answer=row["source_answer"],
            entity_source=row["entity_source"],
            entity_query=row["entity_query"],
            placebo=placebos.get(question),
            leaks=question in leaking,
            source_lang=row["source_lang"],
            query_lang=row["query_lang"],
        )
        pairs.append((row, item))
    return pairs


def _entity_only(item: Item, entity: str | None) -> Presented:
    if not (item.source_question and item.entity_source and entity):
        return Presented(None, f"{_LACKS}the question in the source language or the entity in both")
    if item.entity_source not in item.source_question:
        return Presented(None, "the source-language question does not have the entity literally")
    return Presented(item.source_question.replace(item.entity_source, entity), None)


def _hinted(item: Item, hint: str, question: str, entity: str | None) -> Presented:
    if item.leaks:
        return Presented(None, LEAKS)
    name = {"hint_query": item.entity_query, "hint_placebo": item.placebo}.get(hint, item.entity_source)
    if not name:
        missing = {"hint_query": "the entity in the query language", "hint_placebo": "another entity"}
        return Presented(None, _LACKS + missing.get(hint, "the entity in the source language"))
    if hint == "hint_romanized":
        name = romanize(name, item.source_lang)
    if entity and entity in question:
        return Presented(question.replace(entity, f"{entity} ({name})", 1), None)
    return Presented(f"{question} ({name})", None)


def _swapped(item: Item, way: Condition) -> Presented:
    assert way.script is not None
    tag = item.query_lang
    if language(tag).script == way.script:
        return Presented(None, f"{tag} is written in {way.script} already")
    try:
        if way.base == "plain":
            return Presented(swap(item.question, tag, way.script), None)
        assert item.entity_query is not None
        return _entity_only(item, swap_name(item.entity_query, tag, way.script))
    except UsageError as error:
        return Presented(None, str(error))


def _tags(questions: pl.DataFrame) -> dict[tuple[str, str, str], list[str]]:
    """The query languages of each question, those that do not inflect names as one: they match alike."""
    key = ["dataset", "question_id", "source_lang"]
    found: dict[tuple[str, str, str], list[str]] = {}
    for *question, tags in questions.group_by(key).agg(pl.col("query_lang").unique().sort()).iter_rows():
        plain = next((tag for tag in tags if not inflects(tag)), None)
        found[tuple(question)] = [tag for tag in tags if inflects(tag) or tag == plain]
    return found


def _leaks(name: str, answers: Sequence[str], tags: Sequence[str]) -> bool:
    return any(leaked_answer(name, answers, tag) is not None for tag in tags)


def _placebos(
    questions: pl.DataFrame,
) -> tuple[dict[tuple[str, str, str], str], set[tuple[str, str, str]]]:
    """Choose for each question another entity, and find the questions for which a hint tells the answer.

    The other entity has the same type, topic, split and script, another answer, and is no accepted answer
    itself. The choice is the same in every query language and depends on nothing but the table.
    """
    group = ["dataset", "source_lang", "topic", "entity_type", "split", "script"]
    unique = (
        questions.filter(pl.col("entity_source").is_not_null())
        .with_columns(script=pl.col("entity_source").map_elements(script_of, pl.String))
        .group_by([*group, "question_id"], maintain_order=True)
        .agg(pl.col("entity_source").first(), pl.col("answers").explode().unique(maintain_order=True))
        .sort([*group, "question_id"])
    )
    tags = _tags(questions)
    chosen: dict[tuple[str, str, str], str] = {}
    leaking: set[tuple[str, str, str]] = set()
    for _, rows in unique.group_by(group, maintain_order=True):
        candidates = [
            (
                row["question_id"],
                row["entity_source"],
                {answer.casefold() for answer in row["answers"] if answer},
                [answer for answer in row["answers"] if answer],
            )
            for row in rows.iter_rows(named=True)
        ]
        dataset, source_lang = rows["dataset"][0], rows["source_lang"][0]
        for position, (question_id, entity, folded, answers) in enumerate(candidates):
            question = (dataset, question_id, source_lang)
            asked = tags[question]
            if any(_leaks(name, answers, asked) for name in {entity, romanize(entity, source_lang)}):
                leaking.add(question)
            digest = hashlib.sha256(f"{dataset}/{question_id}".encode()).digest()
            start = 1 + int.from_bytes(digest[:8], "big") % max(1, len(candidates) - 1)
            for step in range(len(candidates)):
                _, other, other_folded, _ = candidates[(position + start + step) % len(candidates)]
                if other == entity or folded & other_folded:
                    continue
                if not _leaks(other, answers, asked):
                    chosen[question] = other
                    break
    return chosen, leaking

"""The Inspect tasks: any questions table, or Atlas, under one condition."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import polars as pl
from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import (
    ChatMessage,
    ChatMessageAssistant,
    ChatMessageSystem,
    ChatMessageUser,
    GenerateConfig,
)

from scriptgap.errors import UsageError
from scriptgap.measure.conditions import check_conditions
from scriptgap.measure.presentation import FEWSHOT, Item, accepted, items, present, present_example
from scriptgap.measure.prompts import as_text
from scriptgap.measure.scorers import INSPECT_SCORERS
from scriptgap.measure.solvers import ask
from scriptgap.scoring.scores import check_scorers, default_scorers, rivals_of
from scriptgap.tables import read_questions

_SHOWN = 3
"""So many reasons for leaving questions out are said in one line."""

_ROW = ["dataset", "question_id", "source_lang", "query_lang"]


def samples(
    questions: pl.DataFrame, condition: str, one_message: bool = False, shots: int | None = None
) -> list[Sample]:
    """Make one Inspect sample for each question that `condition` can present.

    Args:
        questions: Columns of `tables.QUESTIONS`; rows with split ``fewshot`` become the worked examples
            of the rows of the same data set, topic and query language.
        condition: A name that `conditions.condition` knows.
        one_message: Put the worked examples in one message. A base model sees the same text either way,
            and Inspect copies each message of each sample several times.
        shots: Show so many of the worked examples, the first ones; all where None.

    Returns:
        Samples in the order of query language and topic, so that neighbours share a prompt prefix. Ids
        are stable: they name the row, not its place. Rows that lack what the condition needs are left
        out (see `omissions`).
    """
    pairs = _items(questions)
    examples: dict[tuple[str, ...], list[ChatMessage]] = {}
    for row, item in pairs:
        if row["split"] == FEWSHOT and (example := present_example(item, condition)) is not None:
            examples.setdefault(_example_key(row), []).extend(
                [ChatMessageUser(content=example[0]), ChatMessageAssistant(content=example[1])]
            )
    if shots is not None:
        examples = {key: turns[: 2 * shots] for key, turns in examples.items() if shots}
    if one_message:
        examples = {
            key: [ChatMessageSystem(content=as_text(turns).strip())] for key, turns in examples.items()
        }
    rivals = rivals_of(questions)
    made = []
    for row, item in pairs:
        if row["split"] == FEWSHOT or present(item, condition).text is None:
            continue
        answers, echoes = accepted(item, row["answers"], condition)  # type: ignore[arg-type]
        made.append(
            Sample(
                id="/".join(str(row[column]) for column in _ROW),
                input=[*examples.get(_example_key(row), []), ChatMessageUser(content=item.question)],
                target=answers,
                metadata={
                    **{column: row[column] for column in [*_ROW, "topic"]},
                    # An echo of the question's entity is no answer, unless it is one by itself.
                    "rivals": [*rivals.get(_rival_key(row), []), *echoes],
                    "item": {name: getattr(item, name) for name in Item.__slots__},
                },
            )
        )
    return sorted(made, key=lambda sample: [str((sample.metadata or {})[k]) for k in ("query_lang", "topic")])


def omissions(questions: pl.DataFrame, condition: str) -> dict[str, int]:
    """Count the rows that `condition` cannot present, by reason, the most frequent first."""
    reasons = Counter(
        omitted
        for row, item in _items(questions)
        if row["split"] != FEWSHOT and (omitted := present(item, condition).omitted) is not None
    )
    return dict(reasons.most_common())


def condition_task(
    questions: pl.DataFrame,
    condition: str,
    name: str,
    scorers: Sequence[str] = ("alias_match",),
    one_message: bool = False,
    shots: int | None = None,
) -> Task:
    """Make the Inspect task that asks questions under one condition.

    Args:
        questions: Columns of `tables.QUESTIONS`.
        condition: A name that `conditions.condition` knows.
        name: What the task's logs are called.
        scorers: Some of `INSPECT_SCORERS`; the first decides what is right.
        one_message: As in `samples`.
        shots: As in `samples`.

    Raises:
        UsageError: No question can be presented under `condition`.
    """
    made = samples(questions, condition, one_message, shots)
    if not made:
        reasons = list(omissions(questions, condition))
        more = f"; and {len(reasons) - _SHOWN} other reasons" if len(reasons) > _SHOWN else ""
        said = "; ".join(reasons[:_SHOWN]) + more
        raise UsageError(f"no question can be asked under condition {condition}: {said}")
    return Task(
        name=name,
        dataset=MemoryDataset(made, name=name),
        solver=ask(condition),
        scorer=[INSPECT_SCORERS[scorer]() for scorer in scorers],
        config=GenerateConfig(temperature=0.0),
        metadata={"condition": condition},
    )


_read: tuple[pl.DataFrame, list[tuple[dict[str, object], Item]]] | None = None


def _items(questions: pl.DataFrame) -> list[tuple[dict[str, object], Item]]:
    """Read a table once for all its conditions: the leak test takes seconds on all of Atlas."""
    global _read
    if _read is None or _read[0] is not questions:
        _read = (questions, items(questions))
    return _read[1]


def _rival_key(row: dict[str, object]) -> tuple[str, str, str]:
    return str(row["dataset"]), str(row["question_id"]), str(row["query_lang"])


def _example_key(row: dict[str, object]) -> tuple[str, ...]:
    return tuple(str(row[column]) for column in ("dataset", "topic", "query_lang"))


def _listed(value: str | list[str] | None) -> list[str] | None:
    return [part.strip() for part in value.split(",")] if isinstance(value, str) else value


@task
def atlas(
    condition: str = "plain",
    languages: str | list[str] | None = None,
    relations: str | list[str] | None = None,
) -> Task:
    """Atlas, the built-in data set, under one condition.

    Args:
        condition: plain, entity_only, hint, hint_placebo, think, swap_Latn, ... (`conditions.FORMS`).
        languages: BCP-47 tags, comma-separated; all where absent.
        relations: Some of capital, country, currency, continent; all where absent.
    """
    # Babel and GeoNames take a second to load: only where Atlas is asked for.
    from scriptgap.questions.atlas import build_atlas

    check_conditions([condition])
    table = build_atlas(_listed(languages), _listed(relations)).questions
    return condition_task(table, condition, f"atlas_{condition}")


@task
def questions(path: str, condition: str = "plain", scorers: str | list[str] | None = None) -> Task:
    """Any questions table under one condition.

    Args:
        path: A Parquet file made by ``scriptgap build``.
        condition: plain, entity_only, hint, hint_placebo, think, swap_Latn, ... (`conditions.FORMS`).
        scorers: Comma-separated, the deciding one first; the data set's own where absent. ``judge`` needs
            ``--model-role grader=MODEL``.
    """
    check_conditions([condition])
    table = read_questions(Path(path))
    names = check_scorers(_listed(scorers) or default_scorers(sorted(table["dataset"].unique())))
    return condition_task(table, condition, f"questions_{condition}", names)

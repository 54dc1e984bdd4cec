"""Remove the seeds whose entity, answer or question an evaluation set has, in whatever script or spelling."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import polars as pl

from scriptgap.errors import UsageError
from scriptgap.languages import language
from scriptgap.scripts import fold_script, script_of
from scriptgap.synthesize.concepts import concept_table
from scriptgap.synthesize.mentions import capitalised_names, mentioned
from scriptgap.synthesize.name_forms import name_forms
from scriptgap.synthesize.name_index import NameIndex
from scriptgap.synthesize.name_keys import plain_key
from scriptgap.synthesize.question_overlap import overlaps
from scriptgap.tables import QUESTION_KEY

Candidates = Callable[[str, str, str], list[str]]
"""Likely source spellings of a name, from the name, its language's tag and the source language's."""

REASONS = (
    "same name",
    "same concept",
    "romanised",
    "candidate spelling",
    "answer is an evaluation entity",
    "question overlap",
)
"""Why a seed is removed, the first that holds."""

REMOVED = {
    **dict.fromkeys([*QUESTION_KEY, "condition", "entity", "reason", "training_form"], pl.String),
    **dict.fromkeys(["evaluation_form", "evaluation_dataset", "evaluation_question_id"], pl.String),
}
"""Columns of the table of removed seeds."""

_NEEDED = ("dataset", "question_id", "source_lang", "query_lang", "question", "answers", "entity_source",
           "entity_query")  # fmt: skip
_NEEDED_OF_SEEDS = (*_NEEDED, "prompt", "answer")
Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Decontamination:
    """What `decontaminate` did.

    Attributes:
        kept: The seeds that no evaluation set knows; columns and order as given.
        removed: One row per seed removed (`REMOVED`): its key, entity and ``reason`` (`REASONS`), and what
            met: ``training_form`` and ``evaluation_form``, two names, or the words that two questions share
            and the evaluation's question.
        summary: One row per evaluation data set and reason: ``evaluation_dataset``, ``reason``, ``seeds``,
            ``entities``, and an ``example``.
    """

    kept: pl.DataFrame
    removed: pl.DataFrame
    summary: pl.DataFrame


@dataclass(frozen=True, slots=True)
class _Evaluation:
    """Names of evaluation sets and the first place (data set, question) of each."""

    entities: dict[str, Place]
    answers: dict[str, Place]
    mentions: dict[str, Place]
    unsure: dict[str, Place]
    romanizable: dict[str, set[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class _Found:
    reason: str
    training_form: str
    evaluation_form: str
    place: Place


def decontaminate(
    seeds: pl.DataFrame, evaluation: pl.DataFrame, candidates: Candidates | None = None
) -> Decontamination:
    """Remove from training what evaluation asks about.

    A seed goes where its entity, by its name in either language or in that of another seed of the same
    entity, is an entity, a title or an accepted answer of the evaluation; where the answer it shows is an
    evaluation entity or title (an answer that both have, such as Europe, is no fault); or where its question
    shares a run of words with an evaluation question that is no frame (`question_overlap`). How names are
    found in other scripts is told in `name_index`. Evaluation questions whose entity nobody named count for
    every name they mention (`mentions`).

    Args:
        seeds: Rows with the columns of ``tables.QUESTIONS`` and ``prompt``, ``answer``; ``condition`` and
            ``entity`` if there are.
        evaluation: One questions table or several concatenated; its ``title`` counts if there is one.
        candidates: Gives likely source spellings of a name. The default compares without them.

    Raises:
        UsageError: A table lacks a column.
    """
    _check(seeds, _NEEDED_OF_SEEDS, "seeds")
    _check(evaluation, _NEEDED, "evaluation")
    named = _evaluation_names(evaluation)
    rows = seeds.to_dicts()
    found_names = _contaminated_names(rows, named, candidates)
    found_entities = _of_whole_entities(rows, found_names)
    answers = {row["answer"] for row in rows if row["answer"]}
    entities = NameIndex(named.entities)
    found_answers = {
        name: _Found(REASONS[4], name, hit.name, named.entities[hit.name])
        for name, hit in entities.find(sorted(answers)).items()
    }
    found_questions = _contaminated_questions(rows, evaluation)
    removed: list[dict[str, Any]] = []
    keep = []
    for row in rows:
        hits = [found_names.get(row[column] or "") for column in ("entity_source", "entity_query")]
        hits.append(found_entities.get(_entity(row)))
        hits.append(found_answers.get(row["answer"] or ""))
        hits += [found_questions.get(row[column] or "") for column in ("question", "prompt")]
        found = min((hit for hit in hits if hit), key=lambda hit: REASONS.index(hit.reason), default=None)
        keep.append(found is None)
        if found:
            removed.append(_removed_row(row, found))
    table = pl.DataFrame(removed, schema=REMOVED)
    return Decontamination(seeds.filter(pl.Series(keep, dtype=pl.Boolean)), table, _summary(table))


def _check(table: pl.DataFrame, columns: Iterable[str], name: str) -> None:
    missing = [column for column in columns if column not in table.columns]
    if missing:
        raise UsageError(f"{name}: missing column {', '.join(missing)}; it has {', '.join(table.columns)}")


def _evaluation_names(evaluation: pl.DataFrame) -> _Evaluation:
    columns = [*_NEEDED, *(["title"] if "title" in evaluation.columns else [])]
    named = _Evaluation({}, {}, {}, {}, {})
    unnamed: dict[str, Place] = {}
    for row in evaluation.select(columns).iter_rows(named=True):
        place = (row["dataset"], row["question_id"])
        own = [row["entity_source"], row["entity_query"], row.get("title")]
        for name in own:
            if name:
                named.entities.setdefault(name, place)
        for answer in row["answers"] or ():
            named.answers.setdefault(answer, place)
        if not row["entity_source"]:
            unnamed.setdefault(row["question"], place)
            if row["entity_query"] and not row.get("title"):
                tags = (row["query_lang"], row["source_lang"])
                named.romanizable.setdefault(row["entity_query"], set()).add(tags)
    named.unsure.update(unnamed)
    for name, question in capitalised_names(unnamed).items():
        named.mentions.setdefault(name, unnamed[question])
    return named


def _contaminated_names(
    rows: list[dict[str, Any]], named: _Evaluation, candidates: Candidates | None
) -> dict[str, _Found]:
    """Find the names of seeds that evaluation has as entity, title, answer or mention."""
    places = {**named.mentions, **named.answers, **named.entities}
    index = NameIndex(places)
    tags: dict[str, set[tuple[str, str]]] = {}
    for row in rows:
        for column in ("entity_source", "entity_query"):
            if row[column]:
                tags.setdefault(row[column], set()).add((row["query_lang"], row["source_lang"]))
    found = {
        name: _Found(hit.reason, name, hit.name, places[hit.name]) for name, hit in index.find(tags).items()
    }
    rest = [name for name in tags if name not in found]
    keys: dict[str, list[str]] = {}
    concepts: dict[str, list[str]] = {}
    for name in rest:
        for form in name_forms(name):
            keys.setdefault(plain_key(form), []).append(name)
        for concept in concept_table().of(name):
            concepts.setdefault(concept, []).append(name)
    by_key, by_concept = mentioned(named.unsure, keys, concepts)
    for reason, of, hits in ((REASONS[1], concepts, by_concept), (REASONS[0], keys, by_key)):
        for key, (form, question) in hits.items():
            for name in of[key]:
                found[name] = _Found(reason, name, form, named.unsure[question])
    if candidates is not None:
        spelled = _by_candidates(named.romanizable, candidates)
        own = NameIndex(spelled)
        for name in rest:
            if name in found:
                continue
            for form in [name, *_candidates(name, tags[name], candidates)]:
                match = index.spelled(form) if form != name else None
                other = own.spelled(form)
                if match or other:
                    target = match or spelled[other or ""]
                    found[name] = _Found(REASONS[3], name, target, places[target])
                    break
    return found


def _of_whole_entities(rows: list[dict[str, Any]], found: dict[str, _Found]) -> dict[str, _Found]:
    """Return what was found of each entity by any of its names: then it goes in every language."""
    entities: dict[str, _Found] = {}
    for row in rows:
        for column in ("entity_source", "entity_query"):
            if (hit := found.get(row[column] or "")) and _entity(row):
                entities.setdefault(_entity(row), hit)
    return entities


def _entity(row: dict[str, Any]) -> str:
    """Return the key of a seed's entity, empty where it has none."""
    return row.get("entity") or plain_key(row["entity_source"] or row["entity_query"] or "")


def _by_candidates(names: dict[str, set[tuple[str, str]]], candidates: Candidates) -> dict[str, str]:
    """Return the evaluation name of each likely source spelling, where it has no source form itself."""
    found: dict[str, str] = {}
    for name, tags in names.items():
        for form in _candidates(name, tags, candidates):
            found.setdefault(form, name)
    return found


def _candidates(name: str, tags: set[tuple[str, str]], candidates: Candidates) -> list[str]:
    """Return likely source spellings of a name that is not written in the source language's script."""
    found = []
    script = script_of(name)
    for query_lang, source_lang in sorted(tags):
        if script and not fold_script(script) & language(source_lang).scripts:
            found += candidates(name, query_lang, source_lang)
    return found


def _contaminated_questions(rows: list[dict[str, Any]], evaluation: pl.DataFrame) -> dict[str, _Found]:
    training = {
        (row[column], tuple(name for name in (row["entity_source"], row["entity_query"]) if name))
        for row in rows
        for column in ("question", "prompt")
        if row[column]
    }
    asked: dict[str, Place] = {}
    about = set()
    for row in evaluation.select(_NEEDED).iter_rows(named=True):
        asked.setdefault(row["question"], (row["dataset"], row["question_id"]))
        entity = row["entity_source"] or row["entity_query"] or f"{row['dataset']} {row['question_id']}"
        about.add((row["question"], entity))
    return {
        question: _Found(REASONS[5], run, other, asked[other])
        for question, (run, other) in overlaps(training, about).items()
    }


def _removed_row(row: dict[str, Any], found: _Found) -> dict[str, Any]:
    dataset, question_id = found.place
    entity = row.get("entity") or row["entity_source"] or row["entity_query"]
    return {
        **{column: row[column] for column in QUESTION_KEY},
        "condition": row.get("condition"),
        "entity": entity,
        "reason": found.reason,
        "training_form": found.training_form,
        "evaluation_form": found.evaluation_form,
        "evaluation_dataset": dataset,
        "evaluation_question_id": question_id,
    }


def _summary(removed: pl.DataFrame) -> pl.DataFrame:
    example = pl.format("{} ~ {}", "training_form", "evaluation_form").first()
    return (
        removed.group_by("evaluation_dataset", "reason")
        .agg(seeds=pl.len(), entities=pl.col("entity").n_unique(), example=example)
        .sort("evaluation_dataset", "seeds", "reason", descending=[False, True, False])
    )

"""Remove the seeds whose entity, answer or question an evaluation set has, in whatever script or spelling."""

import functools
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Set
from dataclasses import dataclass
from typing import Any

import polars as pl

from scriptgap.errors import UsageError
from scriptgap.languages import language
from scriptgap.scripts import fold_script, script_of
from scriptgap.synthesize.concepts import Concepts, apart, concept_table
from scriptgap.synthesize.mentions import capitalised_names, mentioned
from scriptgap.synthesize.name_forms import name_forms
from scriptgap.synthesize.name_index import Hit, NameIndex
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
_SPELLINGS = 5
Place = tuple[str, str]
# What types of entities are, as far as their names must not be taken for each other's by sound.
_KINDS = {
    **dict.fromkeys(["person", "people", "human"], "person"),
    **dict.fromkeys(["country", "city", "town", "place", "location", "region", "continent", "river",
                     "mountain", "landmark", "capital"], "place"),
    **{kind: kind for kind in ("currency", "language", "festival")},
}  # fmt: skip


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
    kinds: dict[str, set[str | None]]
    meant: dict[str, set[Concepts]]


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

    Only entities meet by sound, and none of which both types are known and are of two kinds (a person, a
    place), or whose source names are known to mean different things. Answers meet by name and concept.

    Args:
        seeds: Rows with the columns of ``tables.QUESTIONS`` and ``prompt``, ``answer``; ``condition`` and
            ``entity`` if there are.
        evaluation: One questions table or several concatenated; its ``title`` counts if there is one.
        candidates: Gives likely source spellings of a name, the likeliest first; asked, for five, of the
            evaluation names in another script that have no source name, mean nothing known and were matched
            by nothing else. The default compares without them.

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
        for name, hit in entities.same(sorted(answers)).items()
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
    columns = [*_NEEDED, *(name for name in ("title", "entity_type") if name in evaluation.columns)]
    named = _Evaluation({}, {}, {}, {}, {}, {}, {})
    of = concept_table().of
    unnamed: dict[str, Place] = {}
    for row in evaluation.select(columns).iter_rows(named=True):
        place = (row["dataset"], row["question_id"])
        own = [row["entity_source"], row["entity_query"], row.get("title")]
        for name in own:
            if name:
                named.entities.setdefault(name, place)
                named.kinds.setdefault(name, set()).add(_kind(row))
                named.meant.setdefault(name, set()).add(of(row["entity_source"] or name))
        for answer in _own_names(tuple(row["answers"] or ())):
            named.answers.setdefault(answer, place)
        if not row["entity_source"]:
            unnamed.setdefault(row["question"], place)
            if _romanizable(row):
                tags = (row["query_lang"], row["source_lang"])
                named.romanizable.setdefault(row["entity_query"], set()).add(tags)
    named.unsure.update(unnamed)
    for name, question in capitalised_names(unnamed).items():
        named.mentions.setdefault(name, unnamed[question])
    return named


def _romanizable(row: dict[str, Any]) -> bool:
    """Tell whether a row's only name of its entity is in another script than the source language's."""
    if not row["entity_query"] or row.get("title"):
        return False
    script = script_of(row["entity_query"])
    return script is not None and not fold_script(script) & language(row["source_lang"]).scripts


@functools.cache
def _own_names(answers: tuple[str, ...]) -> tuple[str, ...]:
    """Return answers without those that name a country where most name a city, as `concepts` has it."""
    of = concept_table().of
    meant = Counter(concept for answer in answers for concept in of(answer))
    main, most = max(meant.items(), key=lambda item: item[1], default=("", 0))
    if not main.startswith("city:"):
        return answers
    others = {
        concept for concept, count in meant.items() if concept.startswith("territory:") and 2 * count < most
    }
    return tuple(answer for answer in answers if not others & set(of(answer)))


def _contaminated_names(
    rows: list[dict[str, Any]], named: _Evaluation, candidates: Candidates | None
) -> dict[str, _Found]:
    """Find the names of seeds that evaluation has as entity, title, answer or mention."""
    places = {**named.mentions, **named.answers, **named.entities}
    seeds: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        for column in ("entity_source", "entity_query"):
            if row[column]:
                seeds.setdefault(row[column], []).append(row)
    hits = NameIndex(places).same(seeds)
    hits |= _by_sound({name: of for name, of in seeds.items() if name not in hits}, named)
    found = {name: _Found(hit.reason, name, hit.name, places[hit.name]) for name, hit in hits.items()}
    rest = [name for name in seeds if name not in found]
    keys: dict[str, list[str]] = {}
    concepts: dict[str, list[str]] = {}
    for name in rest:
        for form in name_forms(name):
            keys.setdefault(plain_key(form), []).append(name)
        for concept in concept_table().of(name):
            concepts.setdefault(concept, []).append(name)
    by_key, by_concept = mentioned(named.unsure, keys, concepts)
    for reason, of, mentions in ((REASONS[1], concepts, by_concept), (REASONS[0], keys, by_key)):
        for key, (form, question) in mentions.items():
            for name in of[key]:
                found[name] = _Found(reason, name, form, named.unsure[question])
    if candidates is not None:
        rest_seeds = {name: seeds[name] for name in rest if name not in found}
        matched = {hit.evaluation_form for hit in found.values()}
        for name, hit in _by_candidates(rest_seeds, named, matched, candidates).items():
            found[name] = _Found(hit.reason, name, hit.name, places[hit.name])
    return found


def _by_sound(seeds: Mapping[str, list[dict[str, Any]]], named: _Evaluation) -> dict[str, Hit]:
    """Find the names of seeds that sound like an evaluation entity or mention that they may be."""
    of = concept_table().of
    by_kind: dict[str | None, list[str]] = {}
    for name, rows in seeds.items():
        for kind in map(_kind, rows):
            by_kind.setdefault(kind, []).append(name)
    hits: dict[str, Hit] = {}
    for kind, own in by_kind.items():
        alike = [name for name, kinds in named.kinds.items() if _may_be({kind}, kinds)]
        for name, hit in NameIndex([*named.mentions, *alike]).find(own).items():
            ours = {of(row["entity_source"] or name) for row in seeds[name]}
            if not all(apart(one, other) for one in ours for other in named.meant.get(hit.name, {()})):
                hits[name] = hit
    return hits


def _by_candidates(
    seeds: Mapping[str, list[dict[str, Any]]],
    named: _Evaluation,
    matched: Collection[str],
    candidates: Candidates,
) -> dict[str, Hit]:
    """Find names of seeds among the likely spellings of evaluation names that nothing else has matched.

    A name that is known, or that CLDR has, is found without.
    """
    table = concept_table()
    spelled: dict[str, str] = {}
    for name, tags in named.romanizable.items():
        if name in matched or table.of(name):
            continue
        for query_lang, source_lang in sorted(tags):
            for form in candidates(name, query_lang, source_lang)[:_SPELLINGS]:
                spelled.setdefault(form, name)
    index = NameIndex(spelled)
    hits = {}
    for name, rows in seeds.items():
        found = None if plain_key(name) in table.settled else index.spelled(name)
        if found and _may_be({*map(_kind, rows)}, named.kinds[spelled[found]]):
            hits[name] = Hit(spelled[found], REASONS[3])
    return hits


def _may_be(some: Set[str | None], others: Set[str | None]) -> bool:
    """Tell whether names of these kinds may be one entity's; a kind that is not known may be any."""
    return None in some or None in others or bool(some & others)


def _kind(row: dict[str, Any]) -> str | None:
    """Return the kind of a row's entity, None where no type is given or it is of no known kind."""
    return _KINDS.get((row.get("entity_type") or "").casefold())


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
        entity = row["entity_source"] or row["entity_query"] or row["question"]
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

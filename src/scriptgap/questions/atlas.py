"""Atlas, the built-in questions: facts about countries in languages that cross script and family.

The facts are GeoNames' and the names are CLDR's; nothing is downloaded. ``source_lang`` is ``en`` in every
row: the language in which a model is presumed to have learned the fact, because English dominates its
training text. This is a presumption, and for some facts (the capital of Ukraine, asked in Ukrainian) a weak
one.

Every row accepts the answer in every language of Atlas, within two limits. A further name that also names
another answer of the relation is dropped, unless it is the name to show or a usual one ("Delhi", which
GeoNames also has for Dili; "rupee", whatever the country). A form found in the row's own entity is dropped,
for an echo of the question is no knowledge, unless it is the name to show (Guatemala's capital is Гватемала
in Russian).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from rich.console import Group
from rich.table import Table

from scriptgap.errors import UsageError
from scriptgap.questions import names
from scriptgap.questions.facts import (
    RELATIONS,
    SOURCE_LANGUAGE,
    Item,
    LeftOut,
    accepted_forms,
    forms_of_answers,
    items_of,
    ranked_countries,
)
from scriptgap.questions.names import LANGUAGES
from scriptgap.scoring.inflection import inflected_rivals
from scriptgap.scoring.matching import longer_forms, match, normalize
from scriptgap.tables import QUESTION_KEY, QUESTIONS, check_table

_COLUMNS = QUESTIONS | {"rivals": pl.List(pl.String)}


@dataclass(frozen=True, slots=True)
class Atlas:
    """What `build_atlas` made.

    Attributes:
        questions: A questions table (columns of `scriptgap.tables.QUESTIONS`, and ``rivals``: the forms of
            other answers that hide an accepted one).
        report: One row per language and relation: ``query_lang``, ``topic``, ``built``, ``fewshot``,
            ``answers_localised``, ``answers_english`` (shown in English for want of a local name),
            ``left_out``.
        left_out: One row per item left out in every language: ``topic``, ``key``, ``name``, ``reason``.
        baselines: One row per relation: ``topic``, ``items``, ``commonest`` (answer in English) and
            ``accuracy``, the accuracy of always giving it.
    """

    questions: pl.DataFrame
    report: pl.DataFrame
    left_out: pl.DataFrame
    baselines: pl.DataFrame


def build_atlas(
    languages: Sequence[str] | None = None,
    relations: Sequence[str] | None = None,
    countries: int | None = None,
) -> Atlas:
    """Build the questions of Atlas.

    Which items are built, and which forms are accepted, does not depend on `languages`; the rivals do, where
    a language inflects names.

    Args:
        languages: BCP-47 tags of the languages to ask in; all of Atlas where None.
        relations: Some of `RELATIONS`; all where None.
        countries: Ask about this many countries, the most populous ones; 100 where None.

    Raises:
        UsageError: A language or relation is not in Atlas, or `countries` is out of range.
    """
    tags = _choose("language", languages, LANGUAGES)
    topics = _choose("relation", relations, RELATIONS)
    left_out: list[LeftOut] = []
    ranked = ranked_countries(100 if countries is None else countries)
    built = {topic: items_of(topic, ranked) for topic in topics}
    rows: list[dict[str, Any]] = []
    report = []
    for topic, (items, omitted) in built.items():
        left_out += omitted
        accepted = [accepted_forms(item, topic) for item in items]
        every = forms_of_answers(topic, items)
        longer = longer_forms(every)
        for tag in tags:
            inflected = inflected_rivals(every, [tag])
            for item, forms in zip(items, accepted, strict=True):
                if row := _row(item, forms, topic, tag):
                    rivals = {*longer[item.answer], *inflected[item.answer]}
                    rows.append(row | {"rivals": sorted(rivals)})
            asked = [item for item in items if tag in item.entities]
            local = sum(tag in item.shown for item in asked)
            examples = sum(item.example for item in asked)
            missing = len(items) - len(asked) + len(omitted)
            report.append((tag, topic, len(asked) - examples, examples, local, len(asked) - local, missing))
    columns = ["query_lang", "topic", "built", "fewshot", "answers_localised", "answers_english", "left_out"]
    return Atlas(
        questions=check_table(
            pl.DataFrame({column: [row[column] for row in rows] for column in _COLUMNS}, schema=_COLUMNS),
            QUESTIONS,
            QUESTION_KEY,
            "atlas",
        ),
        report=pl.DataFrame(report, schema=columns, orient="row"),
        left_out=pl.DataFrame(
            [(item.topic, item.key, item.name, item.reason) for item in left_out],
            schema=dict.fromkeys(["topic", "key", "name", "reason"], pl.String),
            orient="row",
        ),
        baselines=_baselines({topic: items for topic, (items, _) in built.items()}),
    )


def format_report(atlas: Atlas) -> Group:
    """Lay out, for a rich console, what was built and what was left out and why."""
    topics = atlas.baselines["topic"].to_list()
    built = Table(title="Atlas: questions + worked examples (answers shown in English)")
    built.add_column("language")
    for topic in topics:
        built.add_column(topic, justify="right")
    for (tag,), group in atlas.report.group_by("query_lang", maintain_order=True):
        cells = {row["topic"]: row for row in group.iter_rows(named=True)}
        built.add_row(str(tag), *(_cell(cells[topic]) for topic in topics))
    baselines = Table(title="Always giving the commonest answer")
    for heading in ("relation", "items", "answer", "accuracy"):
        baselines.add_column(heading)
    for row in atlas.baselines.iter_rows(named=True):
        baselines.add_row(row["topic"], str(row["items"]), row["commonest"], f"{row['accuracy']:.2f}")
    omitted = Table(title="Left out, in every language")
    for heading in ("relation", "reason", "items"):
        omitted.add_column(heading)
    for (topic, reason), group in atlas.left_out.group_by("topic", "reason", maintain_order=True):
        omitted.add_row(str(topic), str(reason), ", ".join(group["name"]))
    return Group(built, baselines, omitted)


def _cell(row: dict[str, Any]) -> str:
    english = f" ({row['answers_english']})" if row["answers_english"] else ""
    return f"{row['built']} + {row['fewshot']}{english}"


def _choose(kind: str, wanted: Sequence[str] | None, available: tuple[str, ...]) -> list[str]:
    """Return `wanted` without repeats, or everything."""
    chosen = list(dict.fromkeys(available if wanted is None else wanted))
    unknown = [name for name in chosen if name not in available]
    if unknown or not chosen:
        problem = f"unknown {kind} {', '.join(unknown)}" if unknown else f"no {kind} given"
        raise UsageError(f"atlas: {problem}; available: {', '.join(available)}")
    return chosen


def _row(item: Item, accepted: list[tuple[str, str]], topic: str, tag: str) -> dict[str, Any] | None:
    """Ask one item in one language, or return None where the language has no name of its entity."""
    if tag not in item.entities:
        return None
    source, query = item.entities[SOURCE_LANGUAGE], item.entities[tag]
    # A worked example is answered in the source language everywhere: writing the answer in the query
    # script is another skill than recalling it, and a small model has little of it.
    shown = item.shown[SOURCE_LANGUAGE] if item.example else item.shown.get(tag, item.shown[SOURCE_LANGUAGE])
    echo = f"{normalize(source)} ; {normalize(query)}"
    # A plain search first: it is fast and finds everything that `match` would find.
    forms = [form for form, text in accepted if text not in echo or not match(echo, [form])]
    first = normalize(shown)
    return {
        "dataset": "atlas",
        "question_id": f"{topic}-{item.key}",
        "source_lang": SOURCE_LANGUAGE,
        "query_lang": tag,
        "question": names.curated()["frames"][tag][topic].format(entity=query),
        "answers": [shown, *(form for form in forms if normalize(form) != first)],
        "entity_source": source,
        "entity_query": query,
        "entity_type": item.entity_type,
        "context": None,
        "topic": topic,
        "split": "fewshot" if item.example else "test",
    }


def _baselines(built: dict[str, list[Item]]) -> pl.DataFrame:
    """Return how often the commonest answer of each relation is right."""
    rows = []
    for topic, items in built.items():
        asked = [item for item in items if not item.example]
        ((answer, count),) = Counter(item.answer for item in asked).most_common(1)
        name = next(item.shown[SOURCE_LANGUAGE] for item in asked if item.answer == answer)
        rows.append((topic, len(asked), name, count / len(asked)))
    return pl.DataFrame(rows, schema=["topic", "items", "commonest", "accuracy"], orient="row")

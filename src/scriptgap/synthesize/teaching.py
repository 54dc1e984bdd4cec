"""Samples of the planned seeds by each teacher: rules, a model, or the target model itself."""

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from scriptgap.candidates.evidence import Evidence, NameKey
from scriptgap.errors import UsageError
from scriptgap.languages import language
from scriptgap.measure.budget import Limits
from scriptgap.measure.cost import Prices
from scriptgap.synthesize.distill import TEACHER as SELF
from scriptgap.synthesize.distill import distill
from scriptgap.synthesize.mix import apportioned
from scriptgap.synthesize.recipe import Recipe
from scriptgap.synthesize.seeds import CONDITIONS
from scriptgap.synthesize.teacher import teach
from scriptgap.synthesize.teacher_prompts import name_key
from scriptgap.synthesize.teacher_replies import NOT_ASKED, Reply
from scriptgap.synthesize.teacher_rows import EXTRA, made
from scriptgap.synthesize.traces import write_trace
from scriptgap.synthesize.wordings import wording_language
from scriptgap.synthesize.wrong_names import WrongNames

RULES = "rules"

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and of how much."""

_REPORTED = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """What a model as teacher may cost.

    Attributes:
        limits: Requests and US dollars in all.
        prices: The model's; None where they are unknown.
    """

    limits: Limits = field(default_factory=Limits)
    prices: Prices | None = None


def by_rules(
    planned: pl.DataFrame,
    evidence: Mapping[NameKey, Evidence],
    recipe: Recipe,
    wrong_names: WrongNames,
    on_progress: Progress,
) -> pl.DataFrame:
    """Write the trace of each planned sample by rules.

    Args:
        planned: Seeds with ``variant`` (from 0) and ``trace`` (``english`` or ``query``).
        evidence: What is known of every name among them.
        recipe: Its style and wording count.
        wrong_names: Where the names of the style ``wrong_candidates`` come from.
        on_progress: See `Progress`.

    Returns:
        The rows of `planned` with `teacher_rows.EXTRA`.
    """
    rows, style = [], recipe.style
    for number, row in enumerate(planned.iter_rows(named=True)):
        if number % _REPORTED == 0:
            on_progress("writing", number, planned.height)
        tag = _trace_language(row["query_lang"]) if row["trace"] == "query" else "en"
        rival = wrong_names.of(row) if style == "wrong_candidates" else None
        if style == "wrong_candidates" and rival is None:
            reply = Reply(fault=f"{NOT_ASKED}: there is no other entity of its type")
        else:
            trace = write_trace(
                row, evidence[name_key(row)], style, tag, row["variant"], rival, recipe.wording
            )
            reply = Reply(trace.reasoning, (), trace.response)
        rows.append(made(row, reply, style, RULES, tag, row["variant"] + 1))
    on_progress("writing", planned.height, planned.height)
    return pl.DataFrame(rows, schema={**planned.schema, **EXTRA})


def by_model(
    planned: pl.DataFrame,
    evidence: Mapping[NameKey, Evidence],
    model: str,
    folder: Path,
    recipe: Recipe,
    examples: pl.DataFrame | None,
    asked: Asked,
) -> pl.DataFrame:
    """Let a model write the trace of each planned sample; a stopped run goes on in the same folder.

    Those to think in English and those to think in the query language are two runs, in the folders
    ``english`` and ``query``; the limits are shared out by the number of seeds, and a part that gets no
    request is not asked.

    Args:
        planned: As in `by_rules`, one for each seed.
        evidence: As in `by_rules`.
        model: Any model name that `teacher.teach` knows.
        folder: What the runs are kept in.
        recipe: Its style counts.
        examples: As in `teacher.teach`.
        asked: What it may cost.
    """
    parts = [
        teach(
            part,
            evidence,
            model,
            folder / name,
            [recipe.style],
            "en" if name == "english" else None,
            examples,
            limits=limits,
            prices=asked.prices,
        )
        for name, part, limits in _shared_out(planned, "trace", ("english", "query"), asked.limits)
    ]
    return pl.concat(parts)


def by_self(
    planned: pl.DataFrame,
    questions: pl.DataFrame,
    model: str,
    folder: Path,
    recipe: Recipe,
    asked: Asked,
) -> pl.DataFrame:
    """Sample the target model with the hint in its prompt: `variants` answers to each planned seed.

    Args:
        planned: Seeds.
        questions: The questions that they come from, with worked examples.
        model: The target model.
        folder: What the runs are kept in.
        recipe: Its ``variants`` count.
        asked: What it may cost, shared out by the number of seeds in each condition; one that gets no request
            is not asked.
    """
    prices = asked.prices
    given = None
    if prices is not None:
        given = [prices.input, prices.output]
        given += [] if prices.cached_input is None else [prices.cached_input]
    parts = []
    for _, part, limits in _shared_out(planned, "condition", CONDITIONS, asked.limits):
        if limits.requests == 0:
            parts.append(_not_asked(part))
            continue
        parts.append(
            distill(
                part,
                questions,
                model,
                folder,
                recipe.variants,
                prices=given,
                max_requests=limits.requests,
                budget=limits.dollars,
            )
        )
    return pl.concat(parts)


def _shared_out(
    planned: pl.DataFrame, column: str, values: Sequence[str], limits: Limits
) -> list[tuple[str, pl.DataFrame, Limits]]:
    """Divide what is planned by the values of a column, and the limits by the number of seeds."""
    held = {value: planned.filter(pl.col(column) == value) for value in values}
    parts = {value: part for value, part in held.items() if part.height}
    requests: list[int | None] = [None] * len(parts)
    if limits.requests is not None:
        requests = [*apportioned(limits.requests, [part.height for part in parts.values()])]
    return [
        (
            value,
            part,
            Limits(own, None if limits.dollars is None else limits.dollars * part.height / planned.height),
        )
        for (value, part), own in zip(parts.items(), requests, strict=True)
    ]


def _not_asked(seeds: pl.DataFrame) -> pl.DataFrame:
    fault = Reply(fault=f"{NOT_ASKED}: the limit of the run is reached")
    rows = [made(seed, fault, "direct", SELF, seed["answer_lang"]) for seed in seeds.iter_rows(named=True)]
    return pl.DataFrame(rows, schema={**seeds.schema, **EXTRA})


def plain_evidence(row: Mapping[str, str]) -> Evidence:
    """Return what is known of a name that is in the source language's script already: itself."""
    query, source, query_lang, source_lang = (
        row[column] for column in ("entity_query", "entity_source", "query_lang", "source_lang")
    )
    return Evidence(query, source, language(query_lang).tag, language(source_lang).tag, (), query, ())


@functools.cache
def _trace_language(query_lang: str) -> str:
    """Return the query language where `rules` can write it, else English."""
    try:
        return wording_language(query_lang)
    except UsageError:
        return "en"

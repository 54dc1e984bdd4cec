"""The effects under every sensible specification of the regression.

What a regression says depends on what it controls for. The specification curve (Simonsohn, Simmons and
Nelson 2020, Nature Human Behaviour 4) fits them all: every set of controls, every way to say that scripts
match, and every sub-sample. Effects are compared as average marginal effects: a logit moves
away from 0 with each random effect that is added, other things equal (non-collapsibility), a difference of
probabilities does not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import polars as pl

from scriptgap.explain.regression.collapse import few_questions, pool
from scriptgap.explain.regression.design import RANDOM_TERMS, design
from scriptgap.explain.regression.estimate import estimate
from scriptgap.explain.regression.fit import right_side
from scriptgap.explain.regression.parallel import run_all
from scriptgap.languages import resource_size

SCRIPT_PREDICTORS = ["script_match", "script_overlap", "entity_script_match"]
"""The ways to say that scripts match: of the languages, their share in common, of the entity's names."""

SAMPLES = ["all", "different_language", "known_in_source"]
"""All answers; those in another language than the source's; of these, where the same model's answers to the
same question in its source language were right (half of several samples or more)."""

MOST_CELLS = 30_000
"""A specification with an effect for each question is fitted to a random sample of questions that has about
this many cells at most."""

_EFFECTS = {"script": "", "language": "language_match", "family": "family_match"}
_NUMBERS = ["logit", "se", "ame", "ame_low", "ame_high"]


@dataclass(frozen=True, slots=True)
class Specification:
    """One way to fit the regression.

    Attributes:
        predictor: One of `SCRIPT_PREDICTORS`.
        groups: The controls with a random intercept for each level.
        covariates: The controls with a slope: ``resource_size``, or none.
        sample: One of `SAMPLES`.
        primary: Whether this is the regression of the main findings.
    """

    predictor: str
    groups: tuple[str, ...]
    covariates: tuple[str, ...]
    sample: str
    primary: bool

    @property
    def controls(self) -> list[str]:
        """The names of the controls; none for the bare comparison."""
        return [*self.groups, *self.covariates]


def specification_curve(cells: pl.DataFrame, condition: str) -> list[dict[str, Any]]:
    """Fit every specification to the answers under one condition.

    Every specification has the language and the family match as predictors beside the script's. The resource
    size is log10 of the number of articles in the query language's Wikipedia; rows where it is unknown are
    left out of the specifications that use it.

    Args:
        cells: `collapse.collapse`'s table.
        condition: The condition whose answers are used.

    Returns:
        One row for each specification: ``predictor, controls, sample, primary, n, n_cells, n_questions,
        questions_sampled, formula, converged, singular, note`` and, for each of ``script``, ``language`` and
        ``family``, its ``<effect>_logit, _se, _ame, _ame_low, _ame_high`` (effects in [-1, 1]), null where
        the specification does not identify it or ``note`` says why there is nothing. ``questions_sampled``
        tells whether the fit is to a sample of the questions. Intervals of specifications without an effect
        of the query language take what differs between languages for the predictors' doing, those without an
        effect of the question take answers to one question for independent: both are too narrow.
    """
    base = _with_covariates(cells.filter(pl.col("condition") == condition))
    if base.is_empty():
        return []
    tables = {sample: _sample(base, sample) for sample in SAMPLES}
    calls = []
    for specification in _specifications(base):
        rows = tables[specification.sample].drop_nulls([specification.predictor, *specification.covariates])
        chosen, sampled = rows, False
        if "question" in specification.groups:
            chosen, sampled = few_questions(rows, MOST_CELLS)
        key = [*_terms(specification), *specification.groups, "query_lang"]
        questions = chosen["question"].n_unique()
        calls.append((pool(chosen, list(dict.fromkeys(key))), specification, questions, sampled))
    return _distinct(run_all(_row, calls))


def _specifications(base: pl.DataFrame) -> list[Specification]:
    """Every combination that can differ from the others in these data."""
    several = {name for name in ("model", "source_lang", "query_lang") if base[name].n_unique() > 1}
    models = [(), ("model",)] if "model" in several else [()]
    languages: list[tuple[tuple[str, ...], tuple[str, ...]]] = [((), ()), (("query_lang",), ())]
    if base["resource_size"].drop_nulls().n_unique() > 1:
        languages.append(((), ("resource_size",)))
    sets = [((*model, *groups), covariates) for model, (groups, covariates) in product(models, languages)]
    if {"model", "query_lang"} <= several:
        sets.append((("model", "query_lang", "model_query_lang"), ()))
    if {"source_lang", "query_lang"} <= several:
        sets.append(((*models[-1], "query_lang", "language_pair"), ()))
    # A question has one source language, so an effect of the question holds that of its source.
    sources = [(), ("question",), *([("source_lang",)] if "source_lang" in several else [])]
    predictors = [name for name in SCRIPT_PREDICTORS if _differs(base, name)]
    main = ("script_match", "all", tuple(n for n in RANDOM_TERMS if n == "question" or n in several), ())
    return [
        Specification(predictor, chosen, covariates, sample, (predictor, sample, chosen, covariates) == main)
        for predictor, sample, source, (groups, covariates) in product(predictors, SAMPLES, sources, sets)
        for chosen in [(*source, *groups)]
    ]


def _distinct(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out specifications that come to the same fit, once what cannot be identified is dropped."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: not row["primary"]):
        effects = tuple(row[f"{effect}_{key}"] for effect in _EFFECTS for key in ("logit", "se"))
        found.setdefault((row["formula"], row["n"], row["predictor"], effects), row)
    kept = {id(row) for row in found.values()}
    return [row for row in rows if id(row) in kept]


def _differs(base: pl.DataFrame, predictor: str) -> bool:
    """Whether a predictor is known and says something that the script match does not."""
    known = base.drop_nulls(predictor)
    return predictor == "script_match" or bool((known[predictor] != known["script_match"]).any())


def _with_covariates(cells: pl.DataFrame) -> pl.DataFrame:
    sizes = {tag: resource_size(tag) for tag in cells["query_lang"].unique()}
    sizes_of = pl.col("query_lang").replace_strict(sizes, return_dtype=pl.Float64)
    return cells.with_columns(resource_size=sizes_of)


def _sample(base: pl.DataFrame, sample: str) -> pl.DataFrame:
    if sample == "all":
        return base
    other = base.filter(pl.col("language_match") == 0)
    if sample == "different_language":
        return other
    unit = ["dataset", "model", "question", "source_lang"]
    source = pool(base.filter((pl.col("language_match") == 1) & (pl.col("script_match") == 1)), unit)
    return other.join(source.filter(pl.col("right") >= pl.col("wrong")), on=unit, how="semi")


def _terms(specification: Specification) -> list[str]:
    return [specification.predictor, "language_match", "family_match", *specification.covariates]


def _row(cells: pl.DataFrame, specification: Specification, questions: int, sampled: bool) -> dict[str, Any]:
    plan = design(cells, _terms(specification), specification.groups)
    found = estimate(plan)
    row: dict[str, Any] = {
        "predictor": specification.predictor,
        "controls": specification.controls,
        "sample": specification.sample,
        "primary": specification.primary,
        "n": plan.n,
        "n_cells": plan.cells.height,
        "n_questions": questions,
        "questions_sampled": sampled,
        "formula": f"correct ~ {right_side(plan.fixed, plan.random)}",
        "converged": found.converged,
        "singular": found.singular,
        "note": found.problem or found.notes.get(specification.predictor),
    }
    for effect, name in _EFFECTS.items():
        numbers = found.terms.get(name or specification.predictor, {})
        row |= {f"{effect}_{key}": numbers.get(key) for key in _NUMBERS}
    return row


def agreement(curve: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Count how many specifications agree, and find what the effect depends on.

    Args:
        curve: `specification_curve`'s rows.

    Returns:
        ``n`` specifications with an effect of the script, ``positive`` and ``negative`` by sign,
        ``above_zero`` and ``below_zero`` by interval, and the ``median``, ``lowest`` and ``highest`` effect.
        ``leading_without_query_language`` and ``leading_with_query_language``: in how many specifications
        each of ``script``, ``language`` and ``family`` has the largest effect, whatever its sign, of the
        ``n`` that have all three and are without, or with, an effect of the query language. ``choices``: for
        each choice (of ``kind`` control, sample or predictor) ``choice, n, negative, median`` of the
        specifications with it and ``n_otherwise, negative_otherwise, median_otherwise`` of those without;
        first those that change the share of negative signs most, then those that move the median most.
    """
    known = [row for row in curve if row["script_ame"] is not None]
    result: dict[str, Any] = {
        **_signs(known),
        "positive": sum(row["script_ame"] > 0 for row in known),
        "above_zero": sum((row["script_ame_low"] or 0.0) > 0 for row in known),
        "below_zero": sum((row["script_ame_high"] or 0.0) < 0 for row in known),
        "lowest": min((row["script_ame"] for row in known), default=None),
        "highest": max((row["script_ame"] for row in known), default=None),
    }
    complete = [row for row in known if all(row[f"{name}_ame"] is not None for name in _EFFECTS)]
    for key, held in (("without", False), ("with", True)):
        leaders = [
            max(_EFFECTS, key=lambda name: abs(row[f"{name}_ame"]))
            for row in complete
            if ("query_lang" in row["controls"]) == held
        ]
        counts = {name: leaders.count(name) for name in _EFFECTS}
        result[f"leading_{key}_query_language"] = {"n": len(leaders), **counts}
    result["choices"] = _choices(known)
    return result


def _signs(rows: list[dict[str, Any]]) -> dict[str, Any]:
    effects = [row["script_ame"] for row in rows]
    return {
        "n": len(rows),
        "negative": sum(effect < 0 for effect in effects),
        "median": float(np.median(effects)) if effects else None,
    }


def _choices(known: list[dict[str, Any]]) -> list[dict[str, Any]]:
    made = [{*row["controls"], f"sample:{row['sample']}", f"predictor:{row['predictor']}"} for row in known]
    found = []
    for choice in sorted(set().union(*made)):
        chosen = _signs([row for row, names in zip(known, made, strict=True) if choice in names])
        others = _signs([row for row, names in zip(known, made, strict=True) if choice not in names])
        if others["n"]:
            kind, _, name = choice.rpartition(":")
            otherwise = {f"{key}_otherwise": value for key, value in others.items()}
            found.append({"choice": name, "kind": kind or "control", **chosen, **otherwise})

    def order(row: dict[str, Any]) -> tuple[float, float]:
        signs = row["negative"] / row["n"] - row["negative_otherwise"] / row["n_otherwise"]
        return -abs(signs), -abs(row["median"] - row["median_otherwise"])

    return sorted(found, key=order)

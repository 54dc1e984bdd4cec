"""The effect of script, language and family match on the log-odds of a right answer.

The model is ``correct ~ script_match + language_match + family_match + (1|question) + (1|model) +
(1|query_lang)``, fitted by `fit.fit` to the terms that the data can identify (`design.design`).
"""

from importlib.metadata import version
from typing import Any

import polars as pl

from scriptgap.explain.regression.collapse import few_questions
from scriptgap.explain.regression.design import FIXED_TERMS, RANDOM_TERMS, design
from scriptgap.explain.regression.estimate import NUMBERS, Estimates, estimate
from scriptgap.explain.regression.fit import method, quadrature_nodes, right_side
from scriptgap.explain.regression.importance import importance

MOST_CELLS = 100_000
"""Cells up to which the seven nested models are fitted to all answers, which takes seconds."""

_TESTS = ["lr_p", "shapley_share", "shapley_low", "shapley_high"]


def effects(
    cells: pl.DataFrame, condition: str, groups: list[str] = RANDOM_TERMS, tests: bool = True
) -> tuple[dict[str, Any], dict[str, str]]:
    """Fit the model to the answers under one condition.

    Each predictor gets, in logits, its estimate, standard error and interval; the odds ratio; the average
    marginal effect and its interval, in [-1, 1] (`estimate.estimate`, `marginal.marginal_effect`); the
    likelihood-ratio p-value against the model without the predictor; and its share of the deviance that the
    predictors explain together (`importance.importance`).

    A term that the data cannot identify is null, with the reason. If the fit does not converge, all numbers
    are null. ``singular`` says that a random effect's variance was estimated as zero.

    Args:
        cells: `collapse.collapse`'s table.
        condition: The condition whose answers are used.
        groups: The groups with a random intercept in the full model.
        tests: Whether the nested models are fitted too.

    Returns:
        The contract's ``effects`` object and, by key, the reasons for its nulls. `specification` also has
        ``quadrature_nodes``, ``warnings`` and
        ``nested_n``, the number of answers that the likelihood-ratio tests and the shares rest on: all, or
        those to a random sample of questions with about `MOST_CELLS` cells.
    """
    own = cells.filter(pl.col("condition") == condition)
    found = estimate(design(own, groups=groups))
    result: dict[str, Any] = {
        term: {**dict.fromkeys([*NUMBERS, *_TESTS]), **found.terms.get(term, {})} for term in FIXED_TERMS
    }
    notes = dict(found.notes)
    for term in FIXED_TERMS:
        if term not in found.terms and found.problem:
            notes.setdefault(term, found.problem)
    nested_n = None
    if not tests:
        notes |= {f"{term}.{key}": "not computed for this fit" for term in found.terms for key in _TESTS}
    elif not found.problem:
        few, sampled = few_questions(own, MOST_CELLS)
        basis = estimate(design(few, groups=groups)) if sampled else found
        nested_n = basis.design.n
        rows, reasons = importance(basis) if basis.linearised else ({}, {})
        for term, row in rows.items():
            if result[term]["logit"] is not None:
                result[term] |= row
        notes |= reasons
    result["specification"] = _specification(found, condition) | {"nested_n": nested_n}
    if found.problem:
        notes["specification.log_likelihood"] = found.problem
    return result, notes


def _specification(found: Estimates, condition: str) -> dict[str, Any]:
    plan = found.design
    usable = found.fitted if not found.problem else None
    return {
        "formula": f"correct ~ {right_side(plan.fixed, plan.random)}",
        "engine": f"glmm {version('glmm')} (binomial, logit, {method(plan.random)})",
        "condition": condition,
        "n": plan.n,
        "n_cells": plan.cells.height,
        "converged": found.converged,
        "singular": found.singular,
        "log_likelihood": usable.log_likelihood if usable else None,
        "random_effects": usable.deviations if usable else {},
        "dropped": [{"term": drop.term, "reason": drop.reason} for drop in plan.dropped],
        "identified_by": plan.identified_by,
        "quadrature_nodes": quadrature_nodes(plan.random),
        "warnings": list(found.fitted.warnings) if found.fitted is not None else [],
    }


def effects_with_language_pairs(
    cells: pl.DataFrame, condition: str
) -> tuple[dict[str, Any] | None, dict[str, str]]:
    """Fit the model with an effect for each pair of source and query language as well.

    The predictors vary between language pairs, so the pairs are what their effects are judged by. The model
    without an effect of the pair takes all that differs between pairs for the predictors' doing or for
    chance, and is too sure where pairs differ. Fitted to about `MOST_CELLS` cells at most.

    Returns:
        `effects`' object without tests; None where pairs are not told from query languages.
    """
    own, _ = few_questions(cells.filter(pl.col("condition") == condition), MOST_CELLS)
    found, notes = effects(own, condition, [*RANDOM_TERMS, "language_pair"], tests=False)
    if "language_pair" not in found["specification"]["random_effects"]:
        dropped = {row["term"]: row["reason"] for row in found["specification"]["dropped"]}
        reason = dropped.get("(1|language_pair)") or notes.get("specification.log_likelihood")
        return None, {"": reason or "language pairs have no effect in this fit"}
    return found, notes

"""The effect of script, language and family match on the log-odds of a right answer.

The model is ``correct ~ script_match + language_match + family_match + (1|question) + (1|model) +
(1|query_lang)``, binomial with logit link, by maximum likelihood (`glmm`, an independent implementation of
the method of lme4: Bates et al. 2015, J. Statistical Software 67). Crossed random effects are integrated out
by the Laplace approximation, a single one by adaptive Gauss-Hermite quadrature.
"""

import math
import warnings
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import glmm
import numpy as np
import numpy.typing as npt
import polars as pl

from scriptgap.explain.design import FIXED_TERMS, Design, count, design
from scriptgap.explain.intervals import normal_quantile, student_quantile

Array = npt.NDArray[np.float64]

_QUADRATURE_NODES = 11
_MEAN_NODES = 61
_LARGEST_LOGIT = 15.0
"""An estimate beyond this, odds of millions to one, is separation that the fit has followed."""

_NUMBERS = [
    "logit", "se", "low", "high", "odds_ratio", "odds_ratio_low", "odds_ratio_high", "ame", "ame_low",
    "ame_high", "lr_p", "shapley_share",
]  # fmt: skip

_UNCERTAINTY = ["se", "low", "high", "odds_ratio_low", "odds_ratio_high", "ame_low", "ame_high"]

_NO_INTERVAL = (
    "the effect rests on comparing query languages, and with this few of them there is none left to show how "
    "much languages differ anyway"
)
_SHAPLEY = "the decomposition by Shapley values comes with a later version"


@dataclass(frozen=True, slots=True)
class Fitted:
    """A fitted model, as far as the effects need it.

    Attributes:
        coefficients: The estimates: intercept, then the predictors, in logits.
        covariance: Their covariance matrix.
        deviations: Standard deviation of each random effect, in logits.
        log_likelihood: The maximised log-likelihood, comparable between fits to the same cells.
        converged: Whether the search settled; if not, no number is to be used.
        singular: Whether a random effect's variance was estimated as zero.
        warnings: What the engine has to say, in its words.
    """

    coefficients: Array
    covariance: Array
    deviations: dict[str, float]
    log_likelihood: float
    converged: bool
    singular: bool
    warnings: list[str]


def effects(frame: pl.DataFrame, condition: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Fit the model to the answers under one condition.

    Each predictor gets, in logits, its estimate, standard error and Wald interval; the odds ratio; the
    average marginal effect and its interval; and the likelihood-ratio p-value against the model without the
    predictor (chi-squared, one degree of freedom, same cells, same random terms, same quadrature).
    Intervals use the normal quantile, or Student's t where a predictor is constant within each query
    language (`design.design`).

    The average marginal effect is the mean change in the probability of a right answer, in [-1, 1], when
    the predictor is switched from 0 to 1 and the others stay as observed, over the fitted answers, for a
    new question, model and query language: the random effects are integrated out with their total variance
    by Gauss-Hermite quadrature. Its interval is by the delta method from the covariance of the coefficients,
    the variances held at their estimates.

    A term that the data cannot identify is null, with the reason. If the fit does not converge, all numbers
    are null. If a random effect's variance is estimated as zero (a singular fit) the effects stand: the fit
    is the maximum likelihood fit, that of the model without this random effect, and ``singular`` says so.

    Args:
        frame: `prepare`'s table.
        condition: The condition whose answers are used.

    Returns:
        The contract's ``effects`` object and, by key, the reasons for its nulls. `specification` also has
        ``quadrature_nodes``, ``degrees_of_freedom`` and ``warnings``.
    """
    plan = design(frame.filter(pl.col("condition") == condition))
    result: dict[str, Any] = {term: dict.fromkeys(_NUMBERS) for term in FIXED_TERMS}
    notes = {drop.term: drop.reason for drop in plan.dropped if drop.term in FIXED_TERMS}
    right, wrong = count(plan.cells, "right"), count(plan.cells, "wrong")
    fitted = None
    if not right + wrong:
        problem = f"no answer was scored under {condition}"
    elif not (right and wrong):
        problem = f"all {right + wrong} answers are {'right' if right else 'wrong'}"
    elif plan.cells.height <= len(plan.fixed) + 1:
        problem = f"{plan.cells.height} distinct cells are too few for {len(plan.fixed) + 1} coefficients"
    else:
        fitted = fit(plan, plan.fixed)
        problem = "" if fitted.converged else "the fit did not converge: " + " ".join(fitted.warnings)
    for term in FIXED_TERMS:
        if problem:
            notes.setdefault(term, problem)
        elif fitted is not None and term in plan.fixed:
            result[term], reasons = _effect(plan, fitted, term)
            notes |= {f"{term}.{key}" if key else term: reason for key, reason in reasons.items()}
        if term not in notes:
            notes[f"{term}.shapley_share"] = _SHAPLEY
    result["specification"] = _specification(plan, condition, fitted, problem)
    if problem:
        notes["specification.log_likelihood"] = problem
    return result, notes


def fit(plan: Design, fixed: list[str]) -> Fitted:
    """Fit the plan's cells with some of its predictors and all its random terms.

    Raises nothing: a fit that fails comes back as not converged.
    """
    columns = {
        "question": plan.cells["question_group"].to_list(),
        "model": plan.cells["model"].to_list(),
        "query_lang": plan.cells["query_lang"].to_list(),
        **{name: plan.cells[name].to_numpy() for name in [*FIXED_TERMS, "right", "wrong"]},
    }
    # cbind's second column counts failures, as in R, not trials
    formula = f"cbind(right, wrong) ~ {_right_side(fixed, plan.random)}"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", glmm.DiagnosticWarning)
            found = glmm.fit(columns, formula, "binomial", nagq=_nodes(plan))
        deviations = {
            group: math.sqrt(max(0.0, float(variance[0])))
            for (group, _), variance in zip(found.re_groups, found.varcorr, strict=True)
        }
    except (ValueError, ArithmeticError, np.linalg.LinAlgError) as error:
        size = len(fixed) + 1
        nothing = np.full(size, np.nan)
        return Fitted(nothing, np.full((size, size), np.nan), {}, math.nan, False, False, [str(error)])
    coefficients = np.asarray(found.beta, dtype=np.float64)
    expected = ["(Intercept)", *fixed]
    in_order = list(found.names) == expected and not any(found.aliased)
    return Fitted(
        coefficients=coefficients,
        covariance=np.asarray(found.vcov, dtype=np.float64).reshape(len(coefficients), -1),
        deviations=deviations,
        log_likelihood=float(found.loglik),
        converged=bool(found.converged and in_order and np.isfinite(coefficients).all()),
        singular=bool(found.singular),
        warnings=[f"{entry['title']}: {entry['message']}" for entry in found.warnings],
    )


def marginal_effect(plan: Design, fitted: Fitted, term: str) -> tuple[float, float]:
    """The average marginal effect of a predictor, in [-1, 1], and its delta-method standard error."""
    fixed = plan.fixed
    patterns = plan.cells.group_by(fixed).agg(n=(pl.col("right") + pl.col("wrong")).sum()).sort(fixed)
    x = np.column_stack([np.ones(patterns.height), *(patterns[name].to_numpy() for name in fixed)])
    counts = patterns["n"].to_numpy()
    weight = counts / counts.sum()
    total = math.sqrt(sum(value**2 for value in fitted.deviations.values()))
    column = fixed.index(term) + 1
    effect, gradient = 0.0, np.zeros(x.shape[1])
    for value, sign in ((1.0, 1.0), (0.0, -1.0)):
        switched = x.copy()
        switched[:, column] = value
        mean, slope = mean_probability(switched @ fitted.coefficients, total)
        effect += sign * float(weight @ mean)
        gradient += sign * (weight * slope) @ switched
    return effect, math.sqrt(max(0.0, float(gradient @ fitted.covariance @ gradient)))


def mean_probability(logits: Array, deviation: float) -> tuple[Array, Array]:
    """Mean of the logistic function over a normal random effect, and its derivative in the logit.

    Gauss-Hermite quadrature with 61 nodes (Abramowitz and Stegun 25.4.46).

    Args:
        logits: Linear predictors without random effects.
        deviation: Standard deviation of the random effects' sum, in logits.
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(_MEAN_NODES)
    weights = weights / weights.sum()
    probability = 1 / (1 + np.exp(-np.clip(logits[:, None] + deviation * nodes[None, :], -700, 700)))
    return probability @ weights, (probability * (1 - probability)) @ weights


def _effect(plan: Design, fitted: Fitted, term: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The numbers of one predictor, and the reasons for nulls."""
    index = plan.fixed.index(term) + 1
    logit = float(fitted.coefficients[index])
    variance = float(fitted.covariance[index, index])
    numbers: dict[str, Any] = dict.fromkeys(_NUMBERS)
    if abs(logit) > _LARGEST_LOGIT:
        reason = "the estimate runs off to infinity: the predictors separate right from wrong answers"
        return numbers, {"": reason}
    effect, effect_se = marginal_effect(plan, fitted, term)
    numbers |= {"logit": logit, "odds_ratio": math.exp(logit), "ame": effect}
    freedom = plan.degrees_of_freedom[term]
    if freedom is None:
        return numbers, dict.fromkeys([*_UNCERTAINTY, "lr_p"], _NO_INTERVAL)
    notes = {}
    if math.isfinite(variance) and variance > 0:
        quantile = normal_quantile() if math.isinf(freedom) else student_quantile(freedom)
        se = math.sqrt(variance)
        low, high = logit - quantile * se, logit + quantile * se
        numbers |= {"se": se, "low": low, "high": high}
        numbers |= {"odds_ratio_low": _exponential(low), "odds_ratio_high": _exponential(high)}
        numbers |= {
            "ame_low": max(-1.0, effect - quantile * effect_se),
            "ame_high": min(1.0, effect + quantile * effect_se),
        }
    else:
        notes = dict.fromkeys(_UNCERTAINTY, "the engine found no standard error")
    without = fit(plan, [name for name in plan.fixed if name != term])
    statistic = 2 * (fitted.log_likelihood - without.log_likelihood)
    if without.converged and math.isfinite(statistic) and statistic > -1e-3:
        numbers["lr_p"] = math.erfc(math.sqrt(max(0.0, statistic) / 2))
    else:
        notes["lr_p"] = "the model without this term did not converge"
    return numbers, notes


def _exponential(value: float) -> float:
    """The exponential, at most the largest number that JSON readers agree on."""
    return math.exp(min(value, 700.0))


def _specification(plan: Design, condition: str, fitted: Fitted | None, problem: str) -> dict[str, Any]:
    usable = fitted is not None and not problem
    method = "Laplace" if _nodes(plan) == 1 else f"adaptive Gauss-Hermite, {_nodes(plan)} nodes"
    method = method if plan.random else "no random effect"
    return {
        "formula": f"correct ~ {_right_side(plan.fixed, plan.random)}",
        "engine": f"glmm {version('glmm')} (binomial, logit, {method})",
        "condition": condition,
        "n": count(plan.cells, "right") + count(plan.cells, "wrong"),
        "n_cells": plan.cells.height,
        "converged": bool(fitted is not None and fitted.converged),
        "singular": fitted.singular if fitted is not None and usable else None,
        "log_likelihood": fitted.log_likelihood if fitted is not None and usable else None,
        "random_effects": fitted.deviations if fitted is not None and usable else {},
        "dropped": [{"term": drop.term, "reason": drop.reason} for drop in plan.dropped],
        "identified_by": plan.identified_by,
        "degrees_of_freedom": {
            term: None if value is None or math.isinf(value) else value
            for term, value in plan.degrees_of_freedom.items()
        },
        "quadrature_nodes": _nodes(plan),
        "warnings": fitted.warnings if fitted is not None else [],
    }


def _nodes(plan: Design) -> int:
    return _QUADRATURE_NODES if len(plan.random) == 1 else 1


def _right_side(fixed: list[str], random: list[str]) -> str:
    return " + ".join([*fixed, *(f"(1|{name})" for name in random)]) or "1"

"""The regression checked by others: gpboost, the same model by other code, and the linear probability model.

gpboost is optional: ``pip install 'scriptgap[crosscheck]'``.
"""

import io
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np
import polars as pl

from scriptgap.explain.regression.design import design
from scriptgap.explain.regression.estimate import Estimates, estimate
from scriptgap.explain.regression.fit import Array, method
from scriptgap.explain.regression.linear_probability import LinearEffect, linear_probability

TOLERANCE = 1e-3
"""Slopes and standard errors that differ by less, in logits, agree."""

_GLMM = ["logit", "se", "ame", "ame_low", "ame_high"]
_GPBOOST = [
    "gpboost_logit", "gpboost_se", "gpboost_se_joint", "logit_difference", "se_difference", "agrees",
]  # fmt: skip
_LINEAR = ["lpm_effect", "lpm_se", "lpm_low", "lpm_high", "same_sign"]
COLUMNS = ["term", *_GLMM, *_GPBOOST, *_LINEAR]
"""What a row of the result holds."""

_INVERSION, _CONVERGENCE = "cholesky", 1e-12
"""gpboost's defaults, iterative inversion and 1e-6, give wrong standard errors."""

_NO_VARIANCE = 1e-4
"""A variance below this, in squared logits, is at its limit of zero and is held there."""

_STEP = 0.02
_ABSENT = "gpboost is not installed: pip install 'scriptgap[crosscheck]'"


@dataclass(frozen=True, slots=True)
class _Other:
    """What gpboost found: intercept and predictors, in logits."""

    coefficients: Array
    errors: Array
    joint_errors: Array | None
    warnings: list[str]


def crosscheck(cells: pl.DataFrame, condition: str) -> tuple[dict[str, Any] | None, dict[str, str]]:
    """Fit the model of `regression.effects` by other means, and compare.

    gpboost (Sigrist 2022, J. Machine Learning Research 23) maximises the same likelihood by other code. Its
    standard errors hold the random effects' variances at their estimates; those of `glmm`, as of glmmTMB,
    allow for their being estimated, and are larger where there are few levels. So where the two differ by
    `TOLERANCE` or more, gpboost's are computed again, from the second derivatives of its likelihood in
    coefficients and standard deviations together, and these are compared.

    The linear probability model (`linear_probability`) has an effect for each level of the random terms, and
    standard errors clustered by question, in the place of distributions that are assumed. It compares the
    questions, models and languages at hand, not new ones: its effects are compared with the average marginal
    effects in sign only.

    Args:
        cells: `collapse.collapse`'s table.
        condition: The condition whose answers are used.

    Returns:
        An object, or None where the model has no numbers to check, and the reasons for nulls by dotted key
        (the empty key for the whole). The object has ``condition``; ``n`` answers in ``n_cells``;
        ``tolerance``; ``engines`` by ``glmm``, ``gpboost`` (None where it did not fit) and
        ``linear_probability``; ``problems``, why one of them has no numbers; ``agrees``, whether gpboost
        agrees in every row; ``largest_difference``, in logits; ``same_sign``, whether the linear probability
        model does; gpboost's ``warnings``; and ``rows`` of `COLUMNS`, one for each predictor that is fitted.
        Estimates and standard errors are in logits, ``_difference`` is gpboost's less glmm's, ``ame`` and
        ``lpm_effect`` are differences of shares in [-1, 1] with 95 % intervals.
    """
    found = estimate(design(cells.filter(pl.col("condition") == condition)))
    plan = found.design
    if found.problem:
        return None, {"": found.problem}
    if not plan.fixed:
        return None, {"": "no predictor can be identified, so there is nothing to check"}
    other, problem = _by_gpboost(found)
    linear = linear_probability(plan.cells, plan.fixed, plan.random)
    rows = [_row(found, term, other, linear[term]) for term in plan.fixed]
    sizes = [abs(row[key]) for row in rows for key in _GPBOOST[3:5] if row[key] is not None]
    untold = next((effect.reason for effect in linear.values() if effect.reason), "")
    terms = ", ".join(term for term, effect in linear.items() if effect.reason)
    problems = {
        "gpboost": problem,
        "linear_probability": untold and f"the linear probability model cannot tell {terms}: {untold}",
    }
    result: dict[str, Any] = {
        "condition": condition,
        "n": plan.n,
        "n_cells": plan.cells.height,
        "tolerance": TOLERANCE,
        "engines": {
            "glmm": f"glmm {version('glmm')} ({method(plan.random)})",
            "gpboost": f"gpboost {version('gpboost')} (Laplace)" if other else None,
            "linear_probability": "least squares, an effect for each level of "
            f"{', '.join(plan.random) or 'no group'}, standard errors clustered by question (CR1)",
        },
        "problems": {name: reason for name, reason in problems.items() if reason},
        "agrees": _all([row["agrees"] for row in rows]),
        "largest_difference": max(sizes, default=None),
        "same_sign": _all([row["same_sign"] for row in rows]),
        "warnings": other.warnings if other else [],
        "rows": rows,
    }
    notes = {"engines.gpboost": problem} if problem else {}
    summary = {"agrees": problem, "largest_difference": problem, "same_sign": untold}
    notes |= {key: reason or "no row has it" for key, reason in summary.items() if result[key] is None}
    for i, row in enumerate(rows):
        nulls = [key for key, value in row.items() if value is None]
        notes |= {f"rows.{i}.{key}": _why_null(found, row["term"], key, problem, untold) for key in nulls}
    return result, notes


def crosscheck_lines(result: dict[str, Any] | None) -> list[str]:
    """Write the agreement in a few lines of plain text.

    Args:
        result: `crosscheck`'s object; None gives no line.
    """
    if result is None:
        return []
    engines, rows = result["engines"], result["rows"]
    lines = list(result["problems"].values())
    if result["agrees"]:
        lines.append(
            f"{engines['gpboost']} agrees with {engines['glmm']} on {result['n']:,} answers: slopes and "
            f"standard errors differ by {result['largest_difference']:.6f} logits at most."
        )
    apart = [row for row in rows if row["agrees"] is False]
    for row in apart:
        lines.append(
            f"{engines['gpboost']} and {engines['glmm']} do not agree on {row['term']}: the slope differs by "
            f"{row['logit_difference']:+.1g} logits, the standard error by {row['se_difference'] or 0:+.1g}."
        )
    if apart and "Gauss-Hermite" in engines["glmm"]:
        lines.append("They integrate the random effect by different approximations.")
    for row in rows:
        if row["same_sign"] is not None:
            lines.append(
                f"{row['term']}: {100 * row['ame']:+.1f} points of accuracy by the regression, "
                f"{100 * row['lpm_effect']:+.1f} (95 % interval {100 * row['lpm_low']:+.1f} to "
                f"{100 * row['lpm_high']:+.1f}) by the linear probability model"
                f"{'' if row['same_sign'] else ', of another sign'}."
            )
    return lines


def _row(found: Estimates, term: str, other: _Other | None, linear: LinearEffect) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(COLUMNS) | {"term": term}
    row |= {key: found.terms[term][key] for key in _GLMM}
    if other is not None:
        place = found.design.fixed.index(term) + 1
        row["gpboost_logit"], row["gpboost_se"] = float(other.coefficients[place]), float(other.errors[place])
        compared = row["gpboost_se"]
        if other.joint_errors is not None:
            compared = row["gpboost_se_joint"] = float(other.joint_errors[place])
        if row["logit"] is not None:
            row["logit_difference"] = row["gpboost_logit"] - row["logit"]
            row["agrees"] = abs(row["logit_difference"]) < TOLERANCE
        if row["se"] is not None:
            row["se_difference"] = compared - row["se"]
            row["agrees"] = row["agrees"] and abs(row["se_difference"]) < TOLERANCE
    row |= {f"lpm_{key}": getattr(linear, key) for key in ("effect", "se", "low", "high")}
    if row["ame"] is not None and linear.effect is not None:
        row["same_sign"] = row["ame"] * linear.effect > 0
    return row


def _why_null(found: Estimates, term: str, key: str, problem: str, untold: str) -> str:
    """The reason for a null in a row."""
    if key in _GPBOOST and problem:
        return problem
    if key == "gpboost_se_joint":
        return "not needed: gpboost's own standard errors agree, or its likelihood has no maximum inside"
    if key in _LINEAR and untold:
        return untold
    own = {"logit_difference": "logit", "agrees": "logit", "same_sign": "ame"}.get(key, key)
    return found.notes.get(term) or found.notes.get(f"{term}.{own}") or found.notes[f"{term}.se"]


def _by_gpboost(found: Estimates) -> tuple[_Other | None, str]:
    """Fit the design, or say why it was not fitted."""
    plan = found.design
    if not plan.random:
        return None, "gpboost was not run: the model has no random effect"
    try:
        import gpboost
    except (ImportError, OSError) as error:
        missing = isinstance(error, ModuleNotFoundError) and error.name == "gpboost"
        return None, _ABSENT if missing else f"gpboost cannot be loaded: {' '.join(str(error).split())}"
    cells = plan.cells
    answers = (cells["right"] + cells["wrong"]).to_numpy()
    response = cells["right"].to_numpy() / answers
    predictors = np.column_stack([np.ones(cells.height), *(cells[name].to_numpy() for name in plan.fixed)])
    printed = io.StringIO()
    try:
        with redirect_stdout(printed):
            model = gpboost.GPModel(
                group_data=np.column_stack([cells[name].rank("dense").to_numpy() for name in plan.random]),
                likelihood="binomial_logit",
                weights=answers,
                matrix_inversion_method=_INVERSION,
                num_parallel_threads=1,  # more make it slower where other work runs, and sums depend on them
            )
            model.fit(y=response, X=predictors, params={"delta_rel_conv": _CONVERGENCE})
            coefficients, errors = np.asarray(model.get_coef(std_err=True, format_pandas=False)).reshape(
                2, -1
            )
            variances = np.asarray(model.get_cov_pars(format_pandas=False)).ravel()
            if not np.isfinite([coefficients, errors]).all():
                return None, "gpboost found no standard errors"

            def loss(coefficients: Array, variances: Array) -> float:
                offset = predictors @ coefficients
                return float(model.neg_log_likelihood(variances, response, offset))

            joint = None
            own = [found.terms[term]["se"] for term in plan.fixed]
            if any(se is not None and abs(errors[i + 1] - se) >= TOLERANCE for i, se in enumerate(own)):
                levels = np.array([cells[name].n_unique() for name in plan.random])
                joint = _joint_errors(loss, coefficients, errors, variances, levels)
    except gpboost.basic.GPBoostError as error:
        return None, f"gpboost did not fit: {' '.join(str(error).split())}"
    said = [line.strip() for line in printed.getvalue().splitlines() if "[Warning]" in line]
    return _Other(coefficients, errors, joint, said), ""


def _joint_errors(
    loss: Callable[[Array, Array], float], coefficients: Array, errors: Array, variances: Array, levels: Array
) -> Array | None:
    """Standard errors of the coefficients, the random effects' standard deviations estimated too.

    From the inverse of the matrix of second derivatives of the negative log-likelihood, by central
    differences with steps of a fiftieth of a standard error. None where it is not positive definite.
    """
    free = np.flatnonzero(variances > _NO_VARIANCE)
    deviations = np.sqrt(variances[free])
    best = np.concatenate([coefficients, deviations])
    steps = np.diag(_STEP * np.concatenate([errors, deviations / np.sqrt(2 * levels[free])]))

    def at(move: Array) -> float:
        moved = variances.copy()
        moved[free] = (best + move)[len(coefficients) :] ** 2
        return loss((best + move)[: len(coefficients)], moved)

    middle = at(np.zeros(len(best)))
    one = [at(step) + at(-step) for step in steps]
    second = np.empty((len(best), len(best)))
    for i, step in enumerate(steps):
        second[i, i] = (one[i] - 2 * middle) / step[i] ** 2
        for j in range(i):
            both = at(step + steps[j]) + at(-step - steps[j])
            second[i, j] = second[j, i] = (both + 2 * middle - one[i] - one[j]) / (2 * step[i] * steps[j, j])
    if not np.linalg.eigvalsh(second).min() > 0:
        return None
    return np.asarray(np.sqrt(np.diag(np.linalg.inv(second)))[: len(coefficients)], dtype=np.float64)


def _all(verdicts: list[bool | None]) -> bool | None:
    """Whether all known verdicts are true; None where none is known."""
    known = [verdict for verdict in verdicts if verdict is not None]
    return all(known) if known else None

"""Answers drawn from the model with known effects, in usual study designs, and what is found in them."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from scriptgap.explain.regression.collapse import pool
from scriptgap.explain.regression.design import Design as Plan
from scriptgap.explain.regression.design import design
from scriptgap.explain.regression.estimate import estimate
from scriptgap.explain.regression.fit import Fitted
from scriptgap.explain.regression.marginal import marginal_effect
from scriptgap.languages import add_match_predictors

TRUTH = {"script_match": 0.8, "language_match": 0.6, "family_match": 0.3}
DEVIATIONS = {"question": 1.0, "model": 0.7, "query_lang": 0.6}
INTERCEPT = -0.5

TWELVE = ["en", "es", "vi", "tr", "sw", "ru", "uk", "el", "hi", "ne", "ar", "ko"]
"""Twelve languages in which script and family are crossed."""

THIRTY_ONE = [
    "en",
    "ar",
    "bn",
    "cs",
    "de",
    "nl",
    "fa",
    "fr",
    "he",
    "hi",
    "id",
    "it",
    "ja",
    "km",
    "ko",
    "ms",
    "mr",
    "pl",
    "pt",
    "ro",
    "ru",
    "es",
    "sv",
    "tl",
    "th",
    "tr",
    "ur",
    "vi",
    "zh-Hans",
    "zh-Hant",
    "yue",
]
"""MultiLoKo's languages."""


@dataclass(frozen=True)
class Design:
    """Which questions are asked in which languages of how many models."""

    questions: int
    sources: list[str]
    asked_in: Callable[[str], list[str]]
    models: int


DESIGNS = {
    "dense, 12 languages": Design(60, TWELVE, lambda _: TWELVE, 4),
    "dense, 12 languages, one source": Design(60, ["en"], lambda _: TWELVE, 4),
    "sparse, 2 languages a question": Design(248, THIRTY_ONE, lambda source: sorted({"en", source}), 4),
    "two languages": Design(120, ["en", "ru"], lambda _: ["en", "ru"], 4),
    "few models": Design(60, TWELVE, lambda _: TWELVE, 2),
    "one model": Design(100, TWELVE, lambda _: TWELVE, 1),
}


def draw(name: str, seed: int) -> pl.DataFrame:
    """Draw the cells of one simulated data set."""
    study = DESIGNS[name]
    rows = [
        (f"model-{model}", f"q{question}", source, query)
        for question in range(study.questions)
        for source in [study.sources[question % len(study.sources)]]
        for query in study.asked_in(source)
        for model in range(study.models)
    ]
    columns = ["model", "question", "source_lang", "query_lang"]
    frame = add_match_predictors(pl.DataFrame(rows, schema=columns, orient="row"))
    frame = frame.with_columns(pl.col(term).cast(pl.Float64) for term in TRUTH)
    random = np.random.default_rng([seed, sorted(DESIGNS).index(name)])
    logit = INTERCEPT + sum(value * frame[term].to_numpy() for term, value in TRUTH.items())
    for group, deviation in DEVIATIONS.items():
        levels = frame[group].unique().sort()
        if len(levels) == 1:
            continue  # the intercept has it
        effect = dict(zip(levels, deviation * random.normal(size=len(levels)), strict=True))
        logit = logit + frame[group].replace_strict(effect, return_dtype=pl.Float64).to_numpy()
    right = (random.random(frame.height) < 1 / (1 + np.exp(-logit))).astype(float)
    frame = frame.with_columns(right=right, wrong=1 - right)
    return pool(frame, [*TRUTH, "question", "model", "query_lang"])


def found(name: str, seed: int) -> dict[str, float] | None:
    """Fit one simulated data set: the script match's estimates and intervals, and the truth.

    The true logit is the sum of the effects that the design cannot tell from the script match's, the true
    marginal effect that of the true model on the same cells. None where nothing is found.
    """
    plan = design(draw(name, seed))
    result = estimate(plan)
    numbers: dict[str, Any] = result.terms.get("script_match", {})
    if result.problem or numbers.get("low") is None:
        return None
    merged = [drop.term for drop in plan.dropped if drop.reason.startswith("it equals script_match")]
    truth = TRUTH["script_match"] + sum(TRUTH[term] for term in merged)
    kept = ("logit", "low", "high", "ame", "ame_low", "ame_high")
    return {key: numbers[key] for key in kept} | {"truth": truth, "ame_truth": _true_effect(plan, truth)}


def _true_effect(plan: Plan, truth: float) -> float:
    slopes = [truth if term == "script_match" else TRUTH[term] for term in plan.fixed]
    size = len(slopes) + 1
    deviations = {group: DEVIATIONS[group] for group in plan.random}
    model = Fitted(
        tuple(plan.fixed), np.array([INTERCEPT, *slopes]), np.zeros((size, size)), deviations, np.empty(0),
        0.0, True, False, (),
    )  # fmt: skip
    return marginal_effect(plan.cells, model, "script_match")[0]


def calibration(name: str, results: list[dict[str, float] | None]) -> dict[str, Any]:
    """Coverage, bias and their Monte Carlo errors over simulated data sets."""
    kept = pl.DataFrame([result for result in results if result is not None])
    estimate_, low, high, truth = (kept[key].to_numpy() for key in ("logit", "low", "high", "truth"))
    covered = np.mean((low <= truth) & (truth <= high))
    held = kept.select(
        (pl.col("ame_low") <= pl.col("ame_truth")) & (pl.col("ame_truth") <= pl.col("ame_high"))
    )
    return {
        "design": name,
        "sets": len(results),
        "fitted": len(kept),
        "truth": float(truth[0]),
        "mean": float(estimate_.mean()),
        "bias": float(estimate_.mean() / truth[0] - 1),
        "bias_error": float(estimate_.std() / truth[0] / math.sqrt(len(kept))),
        "coverage": float(covered),
        "coverage_error": math.sqrt(covered * (1 - covered) / len(kept)),
        "ame_bias": float(kept["ame"].mean() / kept["ame_truth"].mean() - 1),
        "ame_coverage": float(held.to_series().mean()),
        "width": float((high - low).mean()),
    }

"""A plan in plain language."""

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scriptgap.explain.planning.plan import Plan

_MOST_TAGS = 6
_TOO_OFTEN = 0.075
"""Where even the lower limit of false findings is above this, it is not by chance that they exceed 5 %."""


def sentences(plan: "Plan") -> list[str]:
    """Write what a plan found, what it assumed and what it rests on."""
    written = [_scope(plan), _smallest(plan)]
    alarms = plan.false_alarms
    if alarms is None:
        return written
    written.append(
        f"Of {alarms.simulations} simulated studies without a script effect {_percent(alarms.power)} found "
        f"one (95 % interval {_percent(alarms.low)} to {_percent(alarms.high)}); it should be 5 %."
    )
    if alarms.low > _TOO_OFTEN:
        written.append("So the intervals of such a study are too narrow, and what it finds is to be doubted.")
    if "never varies within" in plan.identified_by:
        written.append(
            "In this design a script match never varies within a query language, so that the effect is "
            "judged by comparing languages: more questions, models or samples hardly help, more query "
            "languages do, and questions from source languages of other scripts do most."
        )
    written += [f"{drop.term} cannot be told apart: {drop.reason}." for drop in plan.dropped]
    unfitted = f"; {plan.unfitted} gave no interval and count as not found" if plan.unfitted else ""
    written += [
        _assumed(plan),
        f"{plan.simulations} studies were simulated, with seed {plan.seed}{unfitted}.",
    ]
    return written


def _scope(plan: "Plan") -> str:
    study = plan.design
    return (
        f"The study: {_count(study.questions, 'question')} from "
        f"{_tags(study.source_languages, 'source language')}, "
        f"in {_tags(study.query_languages, 'query language')}, of {_count(study.models, 'model')}, "
        f"{_count(study.samples, 'sample')} each: {_count(study.answers, 'answer')}."
    )


def _smallest(plan: "Plan") -> str:
    if plan.effect is None:
        return f"There is no smallest script effect to give: {plan.reason}."
    assert plan.low is not None
    assert plan.high is not None
    assert plan.ame is not None
    assert plan.ame_low is not None
    assert plan.ame_high is not None
    return (
        f"The smallest script effect that it finds with {100 * plan.power:.3g} % power is {plan.effect:.2f} "
        f"logits (95 % interval of the simulation {plan.low:.2f} to {plan.high:.2f}), an odds ratio of "
        f"{math.exp(plan.effect):.3g}, or {100 * plan.ame:.1f} percentage points of accuracy "
        f"({100 * plan.ame_low:.1f} to {100 * plan.ame_high:.1f})."
    )


def _assumed(plan: "Plan") -> str:
    assumed = plan.assumptions
    spread = assumed.deviations
    return (
        f"Assumed, after {assumed.origin}: {_percent(plan.baseline)} right where nothing matches, "
        f"{assumed.language_match:+.2f} logits for a language match, {assumed.family_match:+.2f} for a "
        f"family match, and standard deviations of {spread['question']:.2f} logits between questions, "
        f"{spread['model']:.2f} between models, {spread['query_lang']:.2f} between query languages."
    )


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _tags(tags: tuple[str, ...], noun: str) -> str:
    shown = ", ".join(tags[:_MOST_TAGS]) + (", ..." if len(tags) > _MOST_TAGS else "")
    return f"{_count(len(tags), noun)} ({shown})"

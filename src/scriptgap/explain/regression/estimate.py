"""The estimates of one model: logit, odds ratio and average marginal effect of each predictor."""

import math
from dataclasses import dataclass
from typing import Any

from scriptgap.explain.intervals import normal_quantile, student_quantile
from scriptgap.explain.regression.collapse import count
from scriptgap.explain.regression.design import Design
from scriptgap.explain.regression.fit import Fitted, fit
from scriptgap.explain.regression.linearised import Linearised, linearise, small_sample
from scriptgap.explain.regression.marginal import marginal_effect

_LARGEST_LOGIT = 15.0
"""An estimate beyond this, odds of millions to one, is separation that the fit has followed."""

_LARGEST_FREEDOM = 1e6
"""Student's t with more degrees of freedom is the normal distribution to all digits shown."""

NUMBERS = [
    "logit", "se", "df", "low", "high", "odds_ratio", "odds_ratio_low", "odds_ratio_high", "ame", "ame_low",
    "ame_high",
]  # fmt: skip

UNCERTAINTY = ["se", "low", "high", "odds_ratio_low", "odds_ratio_high", "ame_low", "ame_high"]

NO_INTERVAL = (
    "the effect rests on comparing query languages, and with this few of them there is none left to show how "
    "much languages differ anyway"
)


@dataclass(frozen=True, slots=True)
class Estimates:
    """A fitted design.

    Attributes:
        design: What was fitted.
        fitted: The fit; None where there was nothing to fit.
        problem: Why no number may be used; empty if they may.
        terms: For each kept predictor its `NUMBERS`, None where unknown.
        notes: The reasons for nulls: ``<term>`` for all its numbers, ``<term>.<number>`` for one.
        linearised: The fit linearised; None where there is a problem.
    """

    design: Design
    fitted: Fitted | None
    problem: str
    terms: dict[str, dict[str, Any]]
    notes: dict[str, str]
    linearised: Linearised | None

    @property
    def converged(self) -> bool:
        """Whether there is a fit and it converged."""
        return self.fitted is not None and self.fitted.converged

    @property
    def singular(self) -> bool | None:
        """Whether a random effect's variance was estimated as zero; None where no number may be used."""
        return self.fitted.singular if self.fitted is not None and not self.problem else None


def estimate(plan: Design) -> Estimates:
    """Fit a design and estimate its predictors.

    Standard errors are those of maximum likelihood. Intervals are estimate +- quantile x standard error, with
    Student's quantile at ``df`` degrees of freedom and the standard error corrected for few levels of the
    groups (`linearised.small_sample`); both matter only where a predictor rests on comparing few query
    languages. ``df`` is null where it is infinite.

    If the fit does not converge, or a predictor separates right from wrong answers, there are no numbers. If
    a random effect's variance is estimated as zero (a singular fit) the effects stand: the fit is the maximum
    likelihood fit, that of the model without this random effect.
    """
    right, wrong = count(plan.cells, "right"), count(plan.cells, "wrong")
    fitted = None
    if not right + wrong:
        problem = "no answer was scored"
    elif not (right and wrong):
        verdict, n = "right" if right else "wrong", right + wrong
        problem = f"all {n} answers are {verdict}" if n > 1 else f"there is one answer, a {verdict} one"
    elif plan.cells.height <= len(plan.fixed) + 1:
        problem = (
            f"there are too few different cells ({plan.cells.height}) for the coefficients "
            f"({len(plan.fixed) + 1})"
        )
    else:
        fitted = fit(plan.cells, plan.fixed, plan.random)
        said = " ".join(fitted.warnings) or "the engine gives no reason"
        reason = "the fit did not converge (often because predictors separate right from wrong answers): "
        problem = "" if fitted.converged else reason + said
    notes = {drop.term: drop.reason for drop in plan.dropped if not drop.term.startswith("(")}
    terms: dict[str, dict[str, Any]] = {name: dict.fromkeys(NUMBERS) for name in plan.fixed}
    if fitted is None or problem:
        notes |= dict.fromkeys(plan.fixed, problem)
        return Estimates(plan, fitted, problem, terms, notes, None)
    line = linearise(plan.cells, fitted)
    inflation, freedom = small_sample(line)
    for name in plan.fixed:
        place = fitted.position(name)
        terms[name], reasons = _numbers(plan, fitted, name, float(inflation[place]), float(freedom[place]))
        notes |= {f"{name}.{key}" if key else name: reason for key, reason in reasons.items()}
    return Estimates(plan, fitted, problem, terms, notes, line)


def _numbers(
    plan: Design, fitted: Fitted, term: str, inflation: float, freedom: float
) -> tuple[dict[str, Any], dict[str, str]]:
    """The numbers of one predictor, and the reasons for nulls."""
    logit = float(fitted.coefficients[fitted.position(term)])
    numbers: dict[str, Any] = dict.fromkeys(NUMBERS)
    if abs(logit) > _LARGEST_LOGIT:
        reason = "the estimate runs off to infinity: the predictors separate right from wrong answers"
        return numbers, {"": reason}
    effect, effect_se = marginal_effect(plan.cells, fitted, term)
    numbers |= {"logit": logit, "odds_ratio": math.exp(logit), "ame": effect}
    se = fitted.standard_error(term)
    spare = plan.between_languages.get(term, math.inf)
    if spare < 1 or se is None:
        reason = NO_INTERVAL if spare < 1 else "the engine found no standard error"
        return numbers, dict.fromkeys(UNCERTAINTY, reason)
    # Where no variance of languages is found, few languages still show no more than they do.
    freedom = min(freedom, spare)
    known = freedom > _LARGEST_FREEDOM
    quantile = inflation * (normal_quantile() if known else student_quantile(freedom))
    low, high = logit - quantile * se, logit + quantile * se
    numbers |= {"se": se, "df": None if known else freedom, "low": low, "high": high}
    numbers |= {"odds_ratio_low": _exponential(low), "odds_ratio_high": _exponential(high)}
    numbers |= {"ame_low": max(-1.0, effect - quantile * effect_se)}
    numbers |= {"ame_high": min(1.0, effect + quantile * effect_se)}
    return numbers, {}


def _exponential(value: float) -> float:
    """The exponential, at most the largest number that JSON readers agree on."""
    return math.exp(min(value, 700.0))

"""Which predictor is primary: each one's share of the deviance that they explain together.

The explained deviance of a set of predictors is twice the gain in log-likelihood over the model without any,
all random effects kept. A predictor's part of it depends on which others are there already, so it is
averaged over all orders: the Shapley value (Shapley 1953; for regressions Lipovetsky and Conklin 2001,
Applied Stochastic Models in Business and Industry 17). Shares sum to one.
"""

import math
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from scipy.special import chdtrc

from scriptgap.explain.intervals import CONFIDENCE
from scriptgap.explain.regression.collapse import SEED
from scriptgap.explain.regression.estimate import NO_INTERVAL, Estimates
from scriptgap.explain.regression.fit import Array, fit
from scriptgap.explain.regression.linearised import best_deviations, solve
from scriptgap.explain.regression.parallel import run_all

REPLICATES = 1000
_SMALLEST_P = 0.05

Subset = tuple[str, ...]


def subsets(terms: Sequence[str]) -> list[Subset]:
    """Return every subset of the terms, the empty one first, in their order."""
    return [chosen for size in range(len(terms) + 1) for chosen in combinations(terms, size)]


def shapley_shares(terms: Sequence[str], explained: Mapping[Subset, Array]) -> dict[str, Array]:
    """Share of each term in what all explain, by Shapley values.

    Args:
        terms: The terms.
        explained: For every subset (in the terms' order) what it explains, of any one shape; 0 for none.

    Returns:
        For each term its share; the shares sum to 1. Not a number where all explain nothing.
    """
    size = len(terms)
    result = {}
    for term in terms:
        value: Array = np.zeros_like(np.asarray(explained[tuple(terms)], dtype=np.float64))
        for before in subsets([other for other in terms if other != term]):
            weight = math.factorial(len(before)) * math.factorial(size - len(before) - 1)
            after = tuple(name for name in terms if name in before or name == term)
            value = value + weight / math.factorial(size) * (explained[after] - explained[before])
        total = explained[tuple(terms)]
        result[term] = np.divide(value, total, out=np.full_like(value, math.nan), where=np.asarray(total) > 0)
    return result


def importance(found: Estimates) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """Test each predictor, and share out the deviance that all explain.

    All nested models are fitted to the same cells with the same random terms. The share's 95 % interval is a
    bootstrap over questions: the nested models are solved again, linearised at the full model's modes
    (`linearised`) and each with its own variances, for 1,000 draws of as many questions; the quantiles of
    the shares are moved by how far the linearised share is from the exact one. Query languages and models
    are held fixed.

    Args:
        found: The estimates of the full model, without a problem.

    Returns:
        For each predictor ``lr_p`` (likelihood ratio against the model without it, chi-squared with one
        degree of freedom), ``shapley_share, shapley_low, shapley_high``, and the reasons for nulls. The
        shares are null where the predictors together explain no more than chance does (p of all above .05).
        A share says nothing of a sign.
    """
    terms = found.design.fixed
    rows: dict[str, dict[str, Any]] = {
        term: dict.fromkeys(["lr_p", "shapley_share", "shapley_low", "shapley_high"]) for term in terms
    }
    notes: dict[str, str] = {}
    if not terms:
        return rows, notes
    exact = _explained(found)
    everything = exact[tuple(terms)]
    for term in terms:
        statistic = everything - exact[tuple(name for name in terms if name != term)]
        if found.design.between_languages.get(term, 1) < 1:
            notes[f"{term}.lr_p"] = NO_INTERVAL
        elif math.isfinite(statistic) and statistic > -1e-3:
            rows[term]["lr_p"] = _chi_squared_p(statistic, 1)
        else:
            notes[f"{term}.lr_p"] = "the model without this term did not converge"
    reason = ""
    if not all(math.isfinite(value) for value in exact.values()):
        reason = "a nested model did not converge"
    elif not _chi_squared_p(everything, len(terms)) < _SMALLEST_P:
        reason = "the predictors together explain no more than chance would"
    if reason:
        shares = ["shapley_share", "shapley_low", "shapley_high"]
        return rows, notes | {f"{term}.{key}": reason for term in terms for key in shares}
    share = shapley_shares(terms, {key: np.asarray(value) for key, value in exact.items()})
    again = shapley_shares(terms, _resampled(found))
    for term in terms:
        moved = again[term][1:] + float(share[term]) - float(again[term][0])
        low, high = np.nanquantile(moved, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
        rows[term] |= {"shapley_share": float(share[term])}
        rows[term] |= {"shapley_low": float(low), "shapley_high": float(high)}
    return rows, notes


def _explained(found: Estimates) -> dict[Subset, float]:
    """What each set of predictors explains, by exact fits; not a number where one did not converge."""
    assert found.fitted is not None
    terms = tuple(found.design.fixed)
    nested = [chosen for chosen in subsets(terms) if chosen != terms]
    fits = run_all(fit, [(found.design.cells, chosen, found.design.random) for chosen in nested])
    likelihood = {
        chosen: fitted.log_likelihood if fitted.converged else math.nan
        for chosen, fitted in zip(nested, fits, strict=True)
    }
    likelihood[terms] = found.fitted.log_likelihood
    return {chosen: 2 * (value - likelihood[()]) for chosen, value in likelihood.items()}


def _resampled(found: Estimates) -> dict[Subset, Array]:
    """What each set explains, linearised: first with the questions as they are, then for each draw."""
    line = found.linearised
    assert line is not None
    terms, questions = found.design.fixed, line.n_questions
    random = np.random.default_rng(SEED)
    draws = random.multinomial(questions, np.full(questions, 1 / questions), size=REPLICATES)
    products = line.cross_products(np.vstack([np.ones(questions), draws]))
    deviance = {}
    for chosen in subsets(terms):
        kept = [0, *(terms.index(name) + 1 for name in chosen)]
        deviations = best_deviations(products[0], kept, line.deviations, line.level_groups)
        deviance[chosen] = solve(products, kept, deviations, line.level_groups).deviance
    return {chosen: deviance[()] - value for chosen, value in deviance.items()}


def _chi_squared_p(statistic: float, degrees_of_freedom: int) -> float:
    return float(chdtrc(degrees_of_freedom, max(0.0, statistic)))

"""The regression with one more predictor: how many spellings an entity's name leaves plausible."""

import math
from typing import Any

import numpy as np
import polars as pl
from scipy.special import chdtrc

from scriptgap.explain.regression.collapse import count
from scriptgap.explain.regression.design import FIXED_TERMS, design
from scriptgap.explain.regression.estimate import NO_INTERVAL, Estimates, estimate
from scriptgap.explain.regression.fit import fit, right_side

TERM = "ambiguity"

_NUMBERS = ["logit", "se", "df", "low", "high", "odds_ratio", "odds_ratio_low", "odds_ratio_high"]
_SMALLEST_DEVIATION = 1e-9


def ambiguity_effect(cells: pl.DataFrame, condition: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Estimate what the ambiguity of names in another script goes with, beside the matches.

    The predictor is the logarithm of the ambiguity score, standardised over the answers to names in another
    script than the source-language name's, and 0 for names in the same script: its effect is that of one
    standard deviation, among names that have to be transliterated. Answers whose score is unknown are left
    out of this fit; the others of the summary are what they are without it.

    Args:
        cells: `collapse.collapse`'s table with the score in the column ``ambiguity``.
        condition: The condition whose answers are used.

    Returns:
        ``logit, se, df, low, high, odds_ratio, odds_ratio_low, odds_ratio_high`` and ``lr_p``, as in
        `effects.effects`; ``n`` answers, ``n_unknown`` left out, and the ``formula``; and, by key, the
        reasons for nulls.
    """
    own = cells.filter(pl.col("condition") == condition)
    known = _standardised(own)
    found = estimate(design(known, [*FIXED_TERMS, TERM]))
    plan = found.design
    numbers = found.terms.get(TERM, {})
    row: dict[str, Any] = {name: numbers.get(name) for name in _NUMBERS}
    row |= {"lr_p": None, "n": count(known, "right") + count(known, "wrong")}
    row["n_unknown"] = count(own, "right") + count(own, "wrong") - row["n"]
    row["formula"] = f"correct ~ {right_side(plan.fixed, plan.random)}"
    notes = {name: reason for name, reason in found.notes.items() if name.split(".")[0] == TERM}
    if row["logit"] is None:
        unknown = "of no answer is the ambiguity of the name known"
        notes.setdefault(TERM, unknown if known.is_empty() else found.problem)
        return row, notes
    row["lr_p"], reason = _test(found)
    if row["lr_p"] is None:
        notes[f"{TERM}.lr_p"] = reason
    return row, notes


def _standardised(own: pl.DataFrame) -> pl.DataFrame:
    foreign = own.filter(pl.col("entity_script_match") == 0).drop_nulls(TERM)
    value = pl.lit(0.0)
    if foreign.height:
        n, score = (foreign["right"] + foreign["wrong"]).to_numpy(), foreign[TERM].log().to_numpy()
        mean = float(np.average(score, weights=n))
        deviation = math.sqrt(np.average((score - mean) ** 2, weights=n))
        if deviation > _SMALLEST_DEVIATION:
            value = (pl.col(TERM).log() - mean) / deviation
    in_script = pl.col("entity_script_match") == 1
    return own.drop_nulls([TERM, "entity_script_match"]).with_columns(
        pl.when(in_script).then(0.0).otherwise(value).alias(TERM)
    )


def _test(found: Estimates) -> tuple[float | None, str]:
    """The likelihood-ratio test against the model without the term, or why there is none."""
    plan = found.design
    assert found.fitted is not None
    if plan.between_languages.get(TERM, 1) < 1:
        return None, NO_INTERVAL
    without = fit(plan.cells, [name for name in plan.fixed if name != TERM], plan.random)
    statistic = 2 * (found.fitted.log_likelihood - without.log_likelihood)
    if not (without.converged and math.isfinite(statistic) and statistic > -1e-3):
        return None, "the model without this term did not converge"
    return float(chdtrc(1, max(0.0, statistic))), ""

"""Whether a hint helps more where scripts differ: the interaction in a mixed model, in log-odds."""

import math
from dataclasses import replace
from typing import Any

import polars as pl
from scipy.stats import t as student

from scriptgap.explain.intervals import student_quantile
from scriptgap.explain.regression.collapse import count
from scriptgap.explain.regression.design import design
from scriptgap.explain.regression.estimate import estimate
from scriptgap.explain.regression.fit import right_side

INTERACTION = (
    "logit", "se", "df", "low", "high", "odds_ratio", "odds_ratio_low", "odds_ratio_high", "p", "n",
    "formula", "converged",
)  # fmt: skip
"""The keys of `interaction`'s object."""

TERM = "hint_where_scripts_differ"

_TERMS = ["hinted", "scripts_differ", TERM]
_GROUPS = ["question", "model", "language_pair", "language_pair_hinted"]
_REPEATED = "question_hinted"
_NUMBERS = INTERACTION[:8]
_UNIT = ["question", "language_pair_hinted"]


def interaction(frame: pl.DataFrame, hint: str, control: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Fit ``correct ~ hinted * scripts_differ`` to the pairs scored under the hint and its control.

    The mixed model has random intercepts for question, model, pair of source and query language, and pair of
    languages with or without the hint; and, where several models or samples answer the same question, for
    question with or without the hint in each match class. Languages differ in how much a hint helps for
    other reasons than script, and the interaction is judged by comparing them: its interval speaks about
    other languages too, has at most L - 2 degrees of freedom for L pairs of languages, and is much wider than
    that of the difference in accuracies, which holds the languages fixed. Models are held fixed. The two
    scales need not agree: from .80 to .90 and from .30 to .45 are 10 and 15 points, and .81 and .64 logits.

    Args:
        frame: Observations with ``question_group`` and ``match_class``; those of pairs that are not scored
            under both conditions are left out, as are answers in the source language.
        hint: The hinted condition.
        control: The condition it is compared with.

    Returns:
        An object of `INTERACTION`: estimate, standard error and 95 % interval in logits, the odds ratio, the
        two-sided ``p``, ``n`` answers; and the reasons for nulls by key.
    """
    cells = _cells(frame, hint, control)
    answers = count(cells, "right") + count(cells, "wrong")
    repeated = answers > cells.select(_UNIT).n_unique()
    plan = design(cells, _TERMS, [*_GROUPS, _REPEATED] if repeated else _GROUPS)
    if TERM in plan.fixed:
        # The match class never varies within a pair of languages: comparing pairs is all there is.
        pairs = cells["language_pair"].n_unique()
        plan = replace(plan, between_languages=dict.fromkeys(plan.fixed, pairs - 2))
    found = estimate(plan)
    numbers = found.terms.get(TERM, {})
    row: dict[str, Any] = {key: numbers.get(key) for key in _NUMBERS}
    row |= {"p": None, "n": plan.n, "formula": f"correct ~ {right_side(plan.fixed, plan.random)}"}
    row["converged"] = found.converged
    notes: dict[str, str] = {}
    if row["low"] is not None:
        freedom = math.inf if row["df"] is None else row["df"]
        error = (row["high"] - row["low"]) / 2 / student_quantile(freedom)
        row["p"] = 2 * float(student.sf(abs(row["logit"]) / error, freedom))
        if row["df"] is None:
            notes["df"] = "infinite: the normal distribution"
        return row, notes
    reason = found.notes.get(TERM) or found.problem or found.notes.get(f"{TERM}.low")
    reason = reason or "no pair was scored both where scripts differ and where they match"
    return row, {key: reason for key, value in row.items() if value is None}


def _cells(frame: pl.DataFrame, hint: str, control: str) -> pl.DataFrame:
    """Counts of right and wrong answers, of units scored under both conditions."""
    unit = ["dataset", "model", "question_id", "source_lang", "query_lang"]
    kept = frame.filter(
        pl.col("correct").is_not_null()
        & pl.col("condition").is_in([hint, control])
        & pl.col("match_class").is_in(["same_script", "cross_script"])
    ).filter(pl.col("condition").n_unique().over(unit) == 2)
    hinted = (pl.col("condition") == hint).cast(pl.Float64)
    differ = (pl.col("match_class") == "cross_script").cast(pl.Float64)
    pair = pl.concat_str("source_lang", "query_lang", separator="\u001f")
    key = [*_TERMS, "question", "model", "query_lang", "language_pair", "language_pair_hinted", _REPEATED]
    return (
        kept.with_columns(
            hinted=hinted, scripts_differ=differ, question=pl.col("question_group"), language_pair=pair
        )
        .with_columns(
            (pl.col("hinted") * pl.col("scripts_differ")).alias(TERM),
            question_hinted=pl.concat_str("question_group", "match_class", "condition", separator="\u001f"),
            language_pair_hinted=pl.concat_str("language_pair", "condition", separator="\u001f"),
        )
        .group_by(key)
        .agg(
            right=pl.col("correct").sum().cast(pl.Float64),
            wrong=pl.col("correct").not_().sum().cast(pl.Float64),
        )
        .sort(key)
    )

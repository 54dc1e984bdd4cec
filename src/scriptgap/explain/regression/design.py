"""The regression's design: which terms the data can identify, and why the others are dropped."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from scriptgap.explain.regression.collapse import count, pool

FIXED_TERMS = ["script_match", "language_match", "family_match"]
"""The predictors in the order in which they are kept: a term that repeats earlier ones is dropped."""

RANDOM_TERMS = ["question", "model", "query_lang"]
"""The groups with a random intercept each."""

_NOUNS = {
    "question": "question",
    "model": "model",
    "query_lang": "query language",
    "source_lang": "source language",
    "model_query_lang": "pair of model and query language",
    "language_pair": "pair of source and query language",
    "language_pair_hinted": "pair of languages with or without the hint",
    "question_hinted": "question with or without the hint",
}


@dataclass(frozen=True, slots=True)
class Dropped:
    """A term that was left out of the model.

    Attributes:
        term: Its name as in the formula: ``language_match``, ``(1|model)``.
        reason: Why, in a reader's words.
    """

    term: str
    reason: str


@dataclass(frozen=True, slots=True)
class Design:
    """What is fitted.

    Attributes:
        cells: One row for each combination of the kept predictors and all groups, with the numbers of
            ``right`` and ``wrong`` answers.
        fixed: The kept predictors.
        random: The kept groups.
        dropped: The terms left out.
        identified_by: For each kept predictor which query languages it rests on.
        between_languages: For the kept predictors that are constant within each query language, the degrees
            of freedom that comparing languages leaves: L - r, for L query languages and r linearly
            independent predictors of that kind, intercept included (Schluchter and Elashoff 1990, J.
            Statistical Computation and Simulation 37). With none left nothing shows how much languages
            differ anyway, and there is no interval.
    """

    cells: pl.DataFrame
    fixed: list[str]
    random: list[str]
    dropped: list[Dropped]
    identified_by: dict[str, str]
    between_languages: dict[str, int]

    @property
    def n(self) -> int:
        """Number of answers."""
        return count(self.cells, "right") + count(self.cells, "wrong")


def design(
    cells: pl.DataFrame, terms: Sequence[str] = FIXED_TERMS, groups: Sequence[str] = RANDOM_TERMS
) -> Design:
    """Decide which terms of the full model the data can identify.

    Fixed terms, in their order: a predictor that is constant is dropped. One of whose two values all answers
    are right, or all wrong, has no finite estimate (separation): it is dropped together with those answers,
    which say nothing about the other terms once it has its infinite effect (as Stata's ``logit`` does). One
    that is a linear combination of the intercept and earlier predictors is dropped, so that script_match
    stays. Random terms: dropped with one level, with as many levels as cells, or if they group the cells as
    an earlier one does.

    Args:
        cells: `collapse.collapse`'s table, the answers of one condition.
        terms: The predictors of the full model.
        groups: The groups of the full model.
    """
    dropped: list[Dropped] = []
    varies = count(cells, "right") and count(cells, "wrong")
    cells, candidates = _without_separated(cells, list(terms) if varies else [], dropped)
    fixed: list[str] = []
    for term in candidates:
        if _rank(cells, [*fixed, term]) > len(fixed) + 1:
            fixed.append(term)
        else:
            dropped.append(Dropped(term, _dependence(cells, fixed, term)))
    pooled = pool(cells, [*fixed, *groups])
    random: list[str] = []
    for name in groups:
        reason = _why_not_random(pooled, name, random)
        if reason is None:
            random.append(name)
        else:
            dropped.append(Dropped(f"(1|{name})", reason))
    between = [term for term in fixed if _is_between_languages(cells, term)]
    spare = cells["query_lang"].n_unique() - _rank(cells, between)
    return Design(
        cells=pooled,
        fixed=fixed,
        random=random,
        dropped=dropped,
        identified_by={term: _identified_by(cells, term) for term in fixed},
        between_languages=dict.fromkeys(between, spare) if "query_lang" in groups else {},
    )


def _without_separated(
    cells: pl.DataFrame, terms: list[str], dropped: list[Dropped]
) -> tuple[pl.DataFrame, list[str]]:
    """Drop constant and separated terms, the latter with their answers, until none is left."""
    terms = list(terms)
    for term in [*terms]:
        if cells[term].n_unique() == 1:
            terms.remove(term)
            dropped.append(Dropped(term, _constant(cells, term)))
    for term in [*terms]:
        if cells[term].n_unique() < 2:
            terms.remove(term)
            dropped.append(Dropped(term, _constant(cells, term) + ", once separated answers are set aside"))
            continue
        if cells.select(pl.col(term).min()).item() < 0:
            continue  # Standardised: neither 0 nor 1 is a side of it.
        for value in (0.0, 1.0):
            side = cells.filter(pl.col(term) == value)
            right, wrong = count(side, "right"), count(side, "wrong")
            if (right and wrong) or not side.height:
                continue
            verdict = "right" if right else "wrong"
            reason = (
                f"all {right + wrong} answers with {term} = {int(value)} are {verdict} (separation): its "
                "effect has no finite estimate; they are left out of the fit of the other terms"
            )
            dropped.append(Dropped(term, reason))
            terms.remove(term)
            cells = cells.filter(pl.col(term) != value)
            if not (count(cells, "right") and count(cells, "wrong")):
                dropped += [Dropped(other, "no answers are left that vary") for other in terms]
                return cells, []
            return _without_separated(cells, terms, dropped)
    return cells, terms


def _rank(cells: pl.DataFrame, terms: list[str]) -> int:
    patterns = cells.select(terms).unique().to_numpy() if terms else np.empty((1, 0))
    return int(np.linalg.matrix_rank(np.column_stack([np.ones(len(patterns)), patterns])))


def _constant(cells: pl.DataFrame, term: str) -> str:
    if not term.endswith("_match"):
        return f"{term} is the same in all these data"
    value = "always" if cells[term][0] else "never"
    what = term.removesuffix("_match")
    return f"the source and the query language are {value} of the same {what} in these data"


def _dependence(cells: pl.DataFrame, earlier: list[str], term: str) -> str:
    for other in earlier:
        if (cells[other] == cells[term]).all():
            return f"it equals {other} in every row, so the two effects cannot be told apart"
    return f"it is determined by {' and '.join(earlier)} in these data, so its effect cannot be told apart"


def _why_not_random(cells: pl.DataFrame, name: str, earlier: list[str]) -> str | None:
    levels = cells[name].n_unique()
    noun = _NOUNS[name]
    if levels <= 1:
        return f"there is only one {noun}, so differences between {noun}s cannot be estimated"
    if levels == cells.height and cells.select(pl.col("right") + pl.col("wrong")).max().item() == 1:
        return f"each {noun} has one answer only, so its effect cannot be told from chance"
    for other in earlier:
        if cells.select(name, other).n_unique() == levels == cells[other].n_unique():
            return f"it groups the answers exactly as (1|{other}) does"
    return None


def _is_between_languages(cells: pl.DataFrame, term: str) -> bool:
    return bool((cells.group_by("query_lang").agg(pl.col(term).n_unique())[term] == 1).all())


def _identified_by(cells: pl.DataFrame, term: str) -> str:
    values = cells.group_by("query_lang").agg(low=pl.col(term).min(), high=pl.col(term).max())
    both = sorted(values.filter(pl.col("low") < pl.col("high"))["query_lang"])
    always = sorted(values.filter(pl.col("low") == 1)["query_lang"])
    never = sorted(values.filter(pl.col("high") == 0)["query_lang"])
    if both:
        return f"varies within {_languages(both)}"
    if not (always and never):
        return "never varies within a query language"
    return f"{_languages(always)} against {_languages(never)}; it never varies within a query language"


def _languages(tags: list[str]) -> str:
    shown = ", ".join(tags[:6]) + (", ..." if len(tags) > 6 else "")
    return f"{'one query language' if len(tags) == 1 else f'{len(tags)} query languages'}: {shown}"

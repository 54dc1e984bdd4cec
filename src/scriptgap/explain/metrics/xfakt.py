"""X-FaKT's associative and non-associative error, FRS, KTS and X-FAKT score.

Source:
    Aggarwal, T., et al. (2025). Language models' factuality depends on the language of inquiry.
        arXiv 2502.17955 (the data set, the two errors and the three scores).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from scriptgap.explain.intervals import CONFIDENCE, Clustered, Interval, clustered
from scriptgap.explain.metrics.means import mean_of_shares
from scriptgap.explain.metrics.shares import (
    RESAMPLES,
    SEED,
    Row,
    keyed,
    notes_of_nulls,
    rows_of,
)

DATASET = "xfakt"
SCORES = ("frs", "kts", "x_fakt")

VARIANT = {
    "associative_error": "percent; mean over languages of the share of wrong answers to facts of the "
    "language's own country, from unrounded cells of language and country",
    "non_associative_error": "percent; mean over the other cells, unrounded",
    "frs": "1.5 * (1 / (a + n + 1) - 1 / 3), a and n the two errors as fractions, here means of cells first "
    "rounded to two decimals, as the published scores are; frs_unrounded does not round",
    "kts": "2 * (1 / (|a - n| + 1) - 1 / 2), from rounded cells; kts_unrounded does not round",
    "x_fakt": "the harmonic mean of frs and kts; x_fakt_unrounded of the unrounded ones",
    "unscored": "an answer without a verdict is left out of its cell and counted in n_unscored; the authors' "
    "script counts a judge's output without a rating as not wrong",
}
"""What each figure is, in words."""

_KEY = "metrics.xfakt"
Array = npt.NDArray[np.float64]


def xfakt(frame: pl.DataFrame) -> tuple[Row | None, dict[str, str]]:
    """Compute X-FaKT's figures for each model.

    Args:
        frame: `prepare`'s table; rows of the data set ``xfakt`` under its headline condition are used. The
            country is the column ``country`` where no row lacks it, else ``source_lang`` stands for it; a
            country is a language's own where source and query language match.

    Returns:
        By model ``associative_error`` and ``non_associative_error`` in percent, with ``_low`` and ``_high``
        (`mean_of_shares`, clusters are facts), ``frs``, ``kts``, ``x_fakt`` and the same ``_unrounded``,
        with ``_low`` and ``_high`` (percentiles of 1,000 seeded resamples of facts within countries), and the
        counts ``n_facts, n_answers, n_unscored, n_associative_cells, n_cells``, cells with a scored answer.
        None without rows. Second, notes by dotted key.
    """
    rows, condition, reason = rows_of(frame, [DATASET])
    if rows.is_empty():
        return None, {_KEY: reason}
    by_country = "country" in rows.columns and not rows["country"].null_count()
    rows = rows.with_columns(country=pl.col("country" if by_country else "source_lang").cast(pl.String))
    found: Row = {}
    notes: dict[str, str] = {}
    for model in sorted(rows["model"].unique()):
        own = rows.filter(pl.col("model") == model)
        figures, why = _figures(own)
        found[model] = {"condition": condition, **figures, "variant": VARIANT}
        notes |= notes_of_nulls(found[model], f"{_KEY}.{model}", why)
    return found, notes


def scores(associative: npt.ArrayLike, non_associative: npt.ArrayLike) -> Array:
    """Return FRS, KTS and the X-FAKT score, each in [0, 1], of two errors given as fractions.

    Args:
        associative: Errors, one or an array.
        non_associative: Errors of the same shape.

    Returns:
        The three scores along the first axis.
    """
    a, n = np.asarray(associative, dtype=np.float64), np.asarray(non_associative, dtype=np.float64)
    recall = 1.5 * (1 / (a + n + 1) - 1 / 3)
    transfer = 2 * (1 / (np.abs(a - n) + 1) - 1 / 2)
    return np.stack([recall, transfer, 2 * recall * transfer / (recall + transfer)])


@dataclass(frozen=True, slots=True)
class _Country:
    """The answers to one country's facts.

    Attributes:
        wrong: Facts by query languages, the share of wrong samples; NaN where none was scored.
        own: Whether the country is the language's own, by query language.
    """

    wrong: Array
    own: npt.NDArray[np.bool_]


def _figures(rows: pl.DataFrame) -> tuple[Row, str]:
    """Compute one model's figures and say why those that are None are."""
    answers = (
        rows.group_by("source_lang", "country", "question_id", "query_lang")
        .agg(wrong=1 - pl.col("correct").cast(pl.Float64).mean(), own=pl.col("language_match").first())
        .sort("source_lang", "country", "question_id", "query_lang")
    )
    own, other = _cells(answers, own=True), _cells(answers, own=False)
    figures: Row = {}
    for name, cells in (("associative_error", own), ("non_associative_error", other)):
        figures |= keyed(name, mean_of_shares(list(cells.values())).interval, 100)
    reason = "it needs scored answers on the language's own country and on others"
    if own and other:
        reason = "every resample gives the same score, so its spread is not known"
        resamples = _resampled(_countries(answers))
    for ending, decimals in (("", 2), ("_unrounded", None)):
        intervals = [Interval(None, None, None)] * len(SCORES)
        if own and other:
            estimates = scores(_mean_error(own, decimals), _mean_error(other, decimals))
            drawn = scores(*(_mean_errors(errors, decimals) for errors in resamples))
            intervals = [_percentiles(*pair) for pair in zip(estimates, drawn, strict=True)]
        for name, interval in zip(SCORES, intervals, strict=True):
            figures |= keyed(f"{name}{ending}", interval)
    figures |= {
        "n_facts": answers.select("source_lang", "question_id").n_unique(),
        "n_answers": int(rows["correct"].count()),
        "n_unscored": rows["correct"].null_count(),
        "n_associative_cells": len(own),
        "n_cells": len(own) + len(other),
    }
    return figures, reason


def _cells(answers: pl.DataFrame, *, own: bool) -> dict[tuple[str, str], Clustered]:
    """Return the errors by query language and country, of own or of other countries; clusters are facts."""
    rows = answers.filter((pl.col("own") == own) & pl.col("wrong").is_not_null())
    facts: dict[tuple[str, str], tuple[list[str], list[float]]] = {}
    for source, country, question, query, wrong in rows.select(
        "source_lang", "country", "question_id", "query_lang", "wrong"
    ).iter_rows():
        names, values = facts.setdefault((query, country), ([], []))
        names.append(f"{source}\u001f{question}")
        values.append(wrong)
    return {cell: clustered(names, [1.0] * len(names), values) for cell, (names, values) in facts.items()}


def _mean_error(cells: dict[tuple[str, str], Clustered], decimals: int | None) -> float:
    """Return the mean of the cells' errors, each first rounded as Python rounds, if `decimals` is given."""
    errors = [group.mean or 0.0 for group in cells.values()]
    return sum(errors if decimals is None else [round(error, decimals) for error in errors]) / len(errors)


def _mean_errors(errors: Array, decimals: int | None) -> Array:
    """Return the mean of the cells' errors in each resample; cells without a scored fact are left out."""
    rounded = errors if decimals is None else np.round(errors, decimals)
    return np.asarray(np.nansum(rounded, axis=1) / np.maximum(1, (~np.isnan(rounded)).sum(axis=1)))


def _percentiles(estimate: float, drawn: Array) -> Interval:
    """Return the percentile interval; no limits where the resamples do not vary."""
    drawn = drawn[np.isfinite(drawn)]
    if not len(drawn) or np.ptp(drawn) == 0:
        return Interval(float(estimate), None, None)
    low, high = np.quantile(drawn, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Interval(float(estimate), min(float(low), float(estimate)), max(float(high), float(estimate)))


def _countries(answers: pl.DataFrame) -> list[_Country]:
    tables = []
    for country in answers["country"].unique(maintain_order=True):
        rows = answers.filter(pl.col("country") == country)
        languages = rows["query_lang"].unique().sort().to_list()
        wide = rows.pivot("query_lang", index=["source_lang", "question_id"], values="wrong")
        wrong = wide.select(pl.col(languages).cast(pl.Float64).fill_null(np.nan)).to_numpy()
        own = dict(rows.group_by("query_lang").agg(pl.col("own").any()).iter_rows())
        tables.append(_Country(wrong, np.array([own[tag] for tag in languages])))
    return tables


def _resampled(countries: list[_Country]) -> tuple[Array, Array]:
    """Resample facts within countries.

    Returns:
        The errors of the cells of own countries and of the others, resamples by cells; NaN where none of
        the facts drawn was scored.
    """
    generator = np.random.default_rng(SEED)
    errors = []
    for country in countries:
        facts = len(country.wrong)
        drawn = generator.multinomial(facts, np.full(facts, 1 / facts), size=RESAMPLES).astype(np.float64)
        with np.errstate(invalid="ignore"):
            errors.append((drawn @ np.nan_to_num(country.wrong)) / (drawn @ ~np.isnan(country.wrong)))
    cells, own = np.concatenate(errors, axis=1), np.concatenate([country.own for country in countries])
    return cells[:, own], cells[:, ~own]

"""Observations collapsed to counts of right and wrong answers, all that the regressions read of them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl

from scriptgap.errors import UsageError
from scriptgap.languages import add_match_predictors

PREDICTORS = ["script_match", "language_match", "family_match", "script_overlap", "entity_script_match"]
"""The match predictors of a cell, as numbers in [0, 1]; `entity_script_match` is null where it is unknown."""

SEED = 20260317
"""The seed of everything random in an explanation, so that it comes out the same each time."""

_KEY = ["condition", "dataset", "model", "question_id", "source_lang", "query_lang"]
_ENTITIES = ["entity_source", "entity_query"]
CELLS = ["condition", "dataset", "model", "question", "source_lang", "query_lang", *PREDICTORS]
"""What tells cells apart. ``question`` is the data set with the question's identifier."""

PAIRS = {
    "language_pair": ["source_lang", "query_lang"],
    "model_query_lang": ["model", "query_lang"],
}
"""Groups that `collapse` adds: each pair of values is a level."""


def collapse(observations: pl.DataFrame | pl.LazyFrame, more: Sequence[str] = ()) -> pl.DataFrame:
    """Count the right and wrong answers of identical cells.

    The binomial likelihood of the counts has its maximum where that of the single answers has it, so
    repeated samples cost nothing. A lazy table is read in pieces; only the cells are held in memory.

    Args:
        observations: An observations table with, if known, ``entity_source`` and ``entity_query``; rows with
            ``correct`` null are left out.
        more: Further columns of numbers that tell cells apart.

    Returns:
        A sorted table of `CELLS` (predictors as Float64), ``right`` and ``wrong`` (Float64), `PAIRS`,
        and the columns of `more` (Float64).

    Raises:
        UsageError: A language tag is unknown.
    """
    lazy = observations.lazy()
    present = set(lazy.collect_schema().names())
    key = [*_KEY, *(name for name in _ENTITIES if name in present), *more]
    counts = (
        lazy.filter(pl.col("correct").is_not_null())
        .group_by(key)
        .agg(right=pl.col("correct").sum(), n=pl.len())
        .collect(engine="streaming")
    )
    cells: pl.DataFrame = add_match_predictors(counts)
    return cells.select(
        *CELLS[:3],
        pl.concat_str("dataset", "question_id", separator="\u001f").alias("question"),
        *("source_lang", "query_lang"),
        *(pl.col(name).cast(pl.Float64) for name in PREDICTORS),
        right=pl.col("right").cast(pl.Float64),
        wrong=(pl.col("n") - pl.col("right")).cast(pl.Float64),
        **{name: pl.concat_str(columns, separator="\u001f") for name, columns in PAIRS.items()},
        **{name: pl.col(name).cast(pl.Float64) for name in more},
    ).sort(CELLS)


def collapse_file(path: Path | str) -> pl.DataFrame:
    """Collapse an observations table without holding it in memory.

    Args:
        path: The Parquet file.

    Returns:
        `collapse`'s table.

    Raises:
        UsageError: The file cannot be read, lacks a column, or has an unknown language tag.
    """
    file = Path(path)
    try:
        lazy = pl.scan_parquet(file)
        missing = sorted({*_KEY, "correct"} - set(lazy.collect_schema().names()))
    except (pl.exceptions.PolarsError, OSError) as error:
        raise UsageError(f"{file}: not a Parquet file ({str(error).splitlines()[0]})") from None
    if missing:
        raise UsageError(f"{file}: missing column{'s' if len(missing) > 1 else ''} {', '.join(missing)}")
    return collapse(lazy)


def pool(cells: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """Add up the counts of cells that agree in the columns of `key`; sorted by them."""
    return cells.group_by(key).agg(pl.col("right", "wrong").sum()).sort(key)


def few_questions(cells: pl.DataFrame, most: int) -> tuple[pl.DataFrame, bool]:
    """Draw questions, the same in every call, until there are about `most` cells; two at least.

    Returns:
        The cells of the questions drawn, and whether that is fewer than all.
    """
    questions = cells["question"].unique().sort()
    wanted = max(2, len(questions) * most // max(1, cells.height))
    if cells.height <= most or wanted >= len(questions):
        return cells, False
    order = np.random.default_rng(SEED).permutation(len(questions))
    return cells.filter(pl.col("question").is_in(questions[order[:wanted]].implode())), True


def count(cells: pl.DataFrame, verdict: Literal["right", "wrong"]) -> int:
    """Number of right or of wrong answers in the cells."""
    return int(cells[verdict].sum())

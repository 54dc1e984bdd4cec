"""Which cells carry the estimates: pairs of scripts, and pairs of languages that tell script from family."""

from itertools import product
from typing import Any

import polars as pl

from scriptgap.explain.intervals import clustered, wilson_clustered
from scriptgap.explain.regression.collapse import count, pool
from scriptgap.languages import language


def script_pairs(cells: pl.DataFrame, condition: str) -> list[dict[str, Any]]:
    """Count the answers under one condition by script of the source and of the query language.

    Args:
        cells: `collapse.collapse`'s table.
        condition: The condition whose answers are used.

    Returns:
        One row for each pair of a source script and a query script (ISO 15924 codes of the languages) that
        occur, pairs without answers too: ``source_script, query_script, script_match`` (None without
        answers), ``n`` answers, ``n_questions``, ``n_language_pairs``, ``n_same_language`` answers in the
        source language, and ``accuracy, low, high`` (clustered by question), None without answers.
    """
    own = cells.filter(pl.col("condition") == condition)
    scripts = {tag: language(tag).script for tag in {*own["source_lang"], *own["query_lang"]}}
    own = own.with_columns(
        pl.col(f"{side}_lang").replace_strict(scripts, return_dtype=pl.String).alias(f"{side}_script")
        for side in ("source", "query")
    )
    parts = own.partition_by("source_script", "query_script", as_dict=True)
    rows = []
    for source, query in product(*(sorted(own[f"{side}_script"].unique()) for side in ("source", "query"))):
        part = parts.get((source, query), own.clear())
        questions = pool(part, ["question"]).with_columns(n=pl.col("right") + pl.col("wrong"))
        share = wilson_clustered(
            clustered(*(questions[name].to_list() for name in ("question", "n", "right")))
        )
        same = part.filter(pl.col("language_match") == 1)
        rows.append(
            {
                "source_script": source,
                "query_script": query,
                "script_match": bool(part["script_match"][0]) if part.height else None,
                "n": int(questions["n"].sum()),
                "n_questions": questions.height,
                "n_language_pairs": part.select("source_lang", "query_lang").n_unique() if part.height else 0,
                "n_same_language": count(same, "right") + count(same, "wrong"),
                "accuracy": share.estimate,
                "low": share.low,
                "high": share.high,
            }
        )
    return rows


def identifying_pairs(cells: pl.DataFrame, condition: str) -> list[dict[str, Any]]:
    """List the language pairs that tell a script match from a family match.

    Only pairs in which one matches and the other does not can do so; the more answers in both kinds, the
    better. Pairs of one language are left out, as they tell nothing of this.

    Args:
        cells: `collapse.collapse`'s table.
        condition: The condition whose answers are used.

    Returns:
        Rows of ``source_lang, query_lang, kind`` (``script_only`` or ``family_only``), ``n, accuracy``; the
        pairs with most answers first, by kind.
    """
    own = cells.filter((pl.col("condition") == condition) & (pl.col("language_match") == 0))
    differing = own.filter(pl.col("script_match") != pl.col("family_match"))
    pairs = pool(differing, ["source_lang", "query_lang", "script_match"]).with_columns(
        n=(pl.col("right") + pl.col("wrong")).cast(pl.Int64),
        kind=pl.when(pl.col("script_match") == 1)
        .then(pl.lit("script_only"))
        .otherwise(pl.lit("family_only")),
    )
    order = ["kind", "n", "source_lang", "query_lang"]
    return (
        pairs.with_columns(accuracy=pl.col("right") / pl.col("n"))
        .sort(order, descending=[True, True, False, False])
        .select("source_lang", "query_lang", "kind", "n", "accuracy")
        .to_dicts()
    )

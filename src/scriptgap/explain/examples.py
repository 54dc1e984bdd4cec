"""Failures to look at: wrong answers with what was asked and expected."""

import polars as pl

from scriptgap.explain.prepare import headline_condition
from scriptgap.measure.conditions import BASES, changed
from scriptgap.tables import OBSERVATION_KEY, QUESTION_KEY

EXAMPLE_COLUMNS = [
    "model",
    "condition",
    "query_lang",
    "source_lang",
    "match_class",
    "question",
    "entity_source",
    "entity_query",
    "response",
    "expected",
    "expected_source",
    "hinted_response",
    "topic",
]
"""Columns of the table of examples, all strings."""


def failures(frame: pl.DataFrame, questions: pl.DataFrame | None = None) -> pl.DataFrame:
    """List the wrong answers under the headline condition, one for each question, language and model.

    Args:
        frame: `scriptgap.explain.prepare.prepare`'s table.
        questions: The checked questions table; without it only what the observations carry is known.

    Returns:
        A table of `EXAMPLE_COLUMNS`, of the first sample that is wrong. ``expected`` is the answer to show in
        the query language, ``expected_source`` that of the same question in the source language,
        ``hinted_response`` the first sample's response with the hint; each is null where unknown. Failures
        that the hint mended come first, then those in another script, and query languages alternate. Empty
        without observations under an unhinted condition.
    """
    condition = headline_condition(frame["condition"].to_list()) or ""
    unit = [column for column in OBSERVATION_KEY if column not in ("condition", "sample")]
    wrong = (
        frame.filter((pl.col("condition") == condition) & ~pl.col("correct"))
        .sort("sample")
        .unique(unit, keep="first", maintain_order=True)
    )
    hinted = (
        frame.filter(pl.col("condition") == (changed(condition, "hint") if condition in BASES else "hint"))
        .sort("sample")
        .unique(unit, keep="first", maintain_order=True)
        .select(*unit, hinted_response="response", mended="correct")
    )
    wrong = wrong.drop("hinted_response", "mended", strict=False).join(hinted, on=unit, how="left")
    if questions is not None:
        wrong = wrong.drop("question", "expected", "expected_source", strict=False)
        asked = questions.with_columns(expected=pl.col("answers").list.first())
        wrong = wrong.join(asked.select(*QUESTION_KEY, "question", "expected"), on=QUESTION_KEY, how="left")
        source = asked.filter(pl.col("source_lang") == pl.col("query_lang"))
        key = ["dataset", "question_id", "source_lang"]
        source = source.select(*key, expected_source="expected").unique(key)
        wrong = wrong.join(source, on=key, how="left")
    absent = [column for column in EXAMPLE_COLUMNS if column not in wrong.columns]
    wrong = wrong.with_columns(pl.lit(None, pl.String).alias(column) for column in absent)
    wrong = wrong.with_columns(
        mended=pl.col("mended").fill_null(False), cross=pl.col("match_class") == "cross_script"
    ).sort(
        "mended", "cross", "model", *unit, descending=[True, True, False, *[False] * len(unit)]
    )  # fmt: skip
    wrong = wrong.with_columns(turn=pl.int_range(pl.len()).over("model", "mended", "cross", "query_lang"))
    wrong = wrong.sort(
        "mended", "cross", "turn", "model", "query_lang", descending=[True, True, False, False, False]
    )
    return wrong.select(pl.col(column).cast(pl.String) for column in EXAMPLE_COLUMNS)

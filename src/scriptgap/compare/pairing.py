"""Answers before and after, paired by question, languages and condition."""

import polars as pl

from scriptgap.errors import UsageError
from scriptgap.measure.conditions import BASES, changed

BEFORE, AFTER, HINT = "before", "after", "hint"

KEY = ["dataset", "question_id", "source_lang", "query_lang", "condition"]
"""What a pair shares."""

_KEPT = ["match_class", "question_group", "entity", "topic"]


def paired(before: pl.DataFrame, after: pl.DataFrame, unscored_wrong: bool = False) -> pl.DataFrame:
    """Pair the answers of two runs.

    Several samples are averaged first. Pairs that are not scored on either side are left out.

    Args:
        before: `explain.prepare.prepare`'s table of one model.
        after: The same of the other model; the same questions.
        unscored_wrong: Count answers that were cut short or failed as wrong, rather than leave them out.

    Returns:
        `KEY`, ``match_class``, ``question_group``, ``entity`` (the source name; the question where there is
        none: what pairs are clustered by), ``topic`` (or null), ``before`` and ``after`` (mean scores, 0 to
        1), ``hint`` (the mean score before with the source name as a hint, null where it was not asked), and
        ``once`` (whether both sides have one sample).

    Raises:
        UsageError: The runs share no question.
    """
    first, second = (_scores(_told(frame, unscored_wrong)) for frame in (before, after))
    pairs = first.join(second.select(*KEY, pl.col("score").alias(AFTER), n_after="n"), on=KEY)
    if pairs.is_empty():
        unscored = after["correct"].null_count()
        if unscored == after.height:
            raise UsageError(
                f"none of the {unscored:,} answers after is scored: they were cut short or failed"
            )
        raise UsageError("the runs share no scored question under one condition; measure both on one table")
    asked_without = {changed(base, "hint"): base for base in BASES}
    hinted = first.with_columns(
        condition=pl.col("condition").replace_strict(asked_without, default=None)
    ).filter(pl.col("condition").is_not_null())
    return (
        pairs.rename({"score": BEFORE})
        .join(hinted.select(*KEY, pl.col("score").alias(HINT)), on=KEY, how="left")
        .with_columns(once=(pl.col("n") == 1) & (pl.col("n_after") == 1))
        .select(*KEY, *_KEPT, BEFORE, AFTER, HINT, "once")
        .sort(KEY)
    )


def left_out(before: pl.DataFrame, after: pl.DataFrame) -> dict[str, int]:
    """Count the answers that `paired` leaves out because they were cut short or failed, on either side.

    Returns:
        ``before`` and ``after``, over the questions and conditions that both runs asked.
    """
    shared = before.select(KEY).unique().join(after.select(KEY).unique(), on=KEY)
    return {
        side: frame.join(shared, on=KEY, how="semi")["correct"].null_count()
        for side, frame in ((BEFORE, before), (AFTER, after))
    }


def unpaired(before: pl.DataFrame, after: pl.DataFrame) -> dict[str, int]:
    """Count what only one side asked.

    Returns:
        ``before`` and ``after``: questions, each in one language, under the conditions that both sides have.
    """
    both = set(before["condition"]) & set(after["condition"])
    first, second = (
        frame.filter(pl.col("condition").is_in(both)).select(KEY).unique() for frame in (before, after)
    )
    return {
        BEFORE: first.join(second, on=KEY, how="anti").height,
        AFTER: second.join(first, on=KEY, how="anti").height,
    }


def _told(frame: pl.DataFrame, unscored_wrong: bool) -> pl.DataFrame:
    return frame.with_columns(pl.col("correct").fill_null(False)) if unscored_wrong else frame


def _scores(frame: pl.DataFrame) -> pl.DataFrame:
    models = frame["model"].unique().to_list()
    if len(models) != 1:
        raise UsageError(f"a run of one model is compared with another; this has {len(models)}: {models}")
    entity, topic = (
        pl.col(name) if name in frame.columns else pl.lit(None, pl.String)
        for name in ("entity_source", "topic")
    )
    return (
        frame.filter(pl.col("correct").is_not_null())
        .with_columns(entity=pl.coalesce(entity, pl.col("question_group")), topic=topic)
        .group_by([*KEY, *_KEPT], maintain_order=True)
        .agg(score=pl.col("correct").cast(pl.Float64).mean(), n=pl.len())
    )

"""ECLeKTic's overall success and transfer score.

Sources:
    Goldman, O., et al. (2025). ECLeKTic: a novel challenge set for evaluation of cross-lingual knowledge
        transfer. arXiv 2502.21228 (overall success and transfer score; the string variant by word recall).
"""

import polars as pl

from scriptgap.explain.intervals import clustered
from scriptgap.explain.metrics.shares import (
    Row,
    keyed,
    notes_of_nulls,
    one_or_none,
    rows_of,
    share_interval,
)

DATASET = "eclektic"

VARIANT = {
    "overall_success": "share of (question, non-source language) pairs answered correctly and also "
    "correctly in the source language",
    "transfer_score": "the numerator of overall_success over the pairs whose source answer is correct",
    "transfer_with_source": "right answers over all answers, the source language's own included in both, of "
    "questions whose source answer is correct: what a public scoring script computes; not the default",
    "word_recall.overall_success": "mean over pairs of the word recall of the answer times that of the "
    "source answer",
    "word_recall.transfer_score": "the sum over pairs of that product over the sum over pairs of the source "
    "answer's word recall",
    "samples": "answer and source answer of the same sample number are taken together, and a pair's samples "
    "averaged",
    "unscored": "a pair without both scores is left out and counted in n_unscored",
}
"""What each figure is, in words."""

_KEY = "metrics.eclektic"


def eclektic(frame: pl.DataFrame) -> tuple[Row | None, dict[str, str]]:
    """Compute ECLeKTic's figures.

    Args:
        frame: `prepare`'s table; rows of the data set ``eclektic`` under its headline condition are used. The
            source language's rows are those of the match class ``same_language``.

    Returns:
        The figures, or None without rows, and notes by dotted key. ``overall_success``, ``transfer_score``
        and ``transfer_with_source`` (see `VARIANT`) are in [0, 1], each with ``_low`` and ``_high``
        (`wilson_clustered`, clusters are questions). ``n_pairs`` counts the pairs scored, ``n_unscored``
        those left out because the answer or the source answer was not scored or not asked for,
        ``n_questions`` the questions with a pair scored, ``source_right`` their right source answers.
        ``word_recall`` has the same by the column ``word_recall``, where there is one. ``by_model`` has all
        by model; with several models the figures above are None.
    """
    rows, condition, reason = rows_of(frame, [DATASET])
    if rows.is_empty():
        return None, {_KEY: reason}
    by_model: dict[str, Row] = {}
    notes: dict[str, str] = {}
    for model in sorted(rows["model"].unique()):
        own = rows.filter(pl.col("model") == model)
        key = f"{_KEY}.by_model.{model}"
        figures = {"condition": condition, **_figures(_pairs(own, "correct"))}
        notes |= notes_of_nulls(figures, key, _why_null(figures))
        if "word_recall" in own.columns and own["word_recall"].count():
            recall = _figures(_pairs(own, "word_recall"))
            del recall["transfer_with_source"], recall["transfer_with_source_low"]
            del recall["transfer_with_source_high"]
            figures["word_recall"] = recall
            notes |= notes_of_nulls(recall, f"{key}.word_recall", _why_null(recall))
        by_model[model] = figures
    found, several = one_or_none(by_model, _KEY)
    if len(by_model) == 1:
        only = f"{_KEY}.by_model.{next(iter(by_model))}."
        notes |= {f"{_KEY}.{name.removeprefix(only)}": text for name, text in notes.items()}
    return {**found, "variant": VARIANT}, notes | several


def _why_null(figures: Row) -> str:
    if not figures["n_pairs"]:
        return "no question was scored both in its source language and in another one"
    return "no source answer is correct"


def _pairs(rows: pl.DataFrame, score: str) -> pl.DataFrame:
    """Return one row for each pair of question and non-source language.

    Returns:
        Columns ``cluster, query_lang``, and over the samples in which both answers were scored the means of
        ``success`` (the product of the two scores) and ``source`` (the source answer's score); null where
        there is no such sample.
    """
    question = ["question_id", "source_lang"]
    rows = rows.with_columns(score=pl.col(score).cast(pl.Float64))
    in_source = pl.col("match_class") == "same_language"
    source = rows.filter(in_source).group_by([*question, "sample"]).agg(source=pl.col("score").mean())
    return (
        rows.filter(~in_source)
        .join(source, on=[*question, "sample"], how="left")
        .with_columns(success=pl.col("score") * pl.col("source"))
        .with_columns(source=pl.when(pl.col("success").is_not_null()).then("source"))
        .group_by([*question, "query_lang"])
        .agg(pl.col("success").mean(), pl.col("source").mean())
        .sort([*question, "query_lang"])
        .with_columns(cluster=pl.concat_str(question, separator="\u001f"))
    )


def _figures(pairs: pl.DataFrame) -> Row:
    scored = pairs.filter(pl.col("success").is_not_null())
    questions = (
        scored.group_by("cluster", maintain_order=True)
        .agg(
            n=pl.len(),
            success=pl.col("success").sum(),
            weight=pl.col("source").sum(),
            source=pl.col("source").mean(),
        )
        .with_columns(
            with_source=pl.col("weight") + pl.col("source"),
            right_with_source=pl.col("success") + pl.col("source"),
        )
    )
    known = questions.filter(pl.col("weight") > 0)
    shares = {
        "overall_success": clustered(*questions.select("cluster", "n", "success")),
        "transfer_score": clustered(*known.select("cluster", "weight", "success")),
        "transfer_with_source": clustered(*known.select("cluster", "with_source", "right_with_source")),
    }
    figures: Row = {}
    for name, group in shares.items():
        figures |= keyed(name, share_interval(group))
    return figures | {
        "n_pairs": scored.height,
        "n_unscored": pairs.height - scored.height,
        "n_questions": questions.height,
        "source_right": float(questions["source"].sum()),
    }

"""Groups of rows as proportions by question: what the intervals are computed from."""

from typing import Any

import polars as pl

from scriptgap.explain.intervals import Clustered, clustered


def proportions(
    frame: pl.DataFrame, by: list[str], score: str = "correct"
) -> list[tuple[dict[str, Any], Clustered]]:
    """Split rows into groups and sum them by question.

    Args:
        frame: A table with ``question_group``, the columns of `by` and `score`, a Boolean or a number in
            [0, 1]; rows without score are left out.
        by: The columns that define a group; null is a value of its own.
        score: The column whose mean is the proportion.

    Returns:
        For each group its values and its proportion, in the order of first appearance. A group whose rows
        all lack a score is there, without clusters.
    """
    totals = frame.group_by([*by, "question_group"], maintain_order=True).agg(
        n=pl.col(score).count(), right=pl.col(score).cast(pl.Float64).sum()
    )
    groups: dict[tuple[Any, ...], list[tuple[str, int, float]]] = {}
    for *values, question, n, right in totals.select(*by, "question_group", "n", "right").iter_rows():
        rows = groups.setdefault(tuple(values), [])
        if n:
            rows.append((question, n, right))
    return [
        (
            dict(zip(by, values, strict=True)),
            clustered([q for q, _, _ in rows], [n for _, n, _ in rows], [r for _, _, r in rows]),
        )
        for values, rows in groups.items()
    ]

"""Whether the reasoning recovers the source name, and what that is worth."""

from typing import Any

import polars as pl

from scriptgap.explain.intervals import clustered, wilson_clustered
from scriptgap.scoring.matching import match

Row = dict[str, Any]


def recovery(after: pl.DataFrame, by: list[str]) -> list[Row]:
    """Count how often the reasoning has the source name, and how often the answer is right with and without.

    Args:
        after: `explain.prepare.prepare`'s table, with ``entity_source``; only cross-script rows whose answer
            was scored count. A row without reasoning has not recovered the name.
        by: Columns to group by.

    Returns:
        Rows of `by`, ``n``, ``recovered`` (share, 0 to 1, with ``recovered_low`` and ``recovered_high``,
        clusters are entities), ``accuracy_recovered`` and ``accuracy_otherwise`` (0 to 1, null where there
        are no such rows). None where no row has reasoning or an entity.
    """
    if not {"entity_source", "reasoning"} <= set(after.columns):
        return []
    kept = after.filter(
        (pl.col("match_class") == "cross_script")
        & pl.col("correct").is_not_null()
        & pl.col("entity_source").is_not_null()
    )
    if kept.is_empty() or kept["reasoning"].null_count() == kept.height:
        return []
    found = [
        bool(reasoning) and match(reasoning, [name], tag) is not None
        for reasoning, name, tag in kept.select("reasoning", "entity_source", "source_lang").iter_rows()
    ]
    kept = kept.with_columns(recovered=pl.Series(found, dtype=pl.Boolean))
    rows = []
    for values, group in sorted(kept.partition_by(by, as_dict=True).items(), key=str):
        shares = clustered(
            group["entity_source"].to_list(),
            [1.0] * group.height,
            group["recovered"].cast(pl.Float64).to_list(),
        )
        interval = wilson_clustered(shares)
        rows.append(
            {
                **dict(zip(by, values, strict=True)),
                "n": group.height,
                "recovered": interval.estimate,
                "recovered_low": interval.low,
                "recovered_high": interval.high,
                "accuracy_recovered": group.filter("recovered")["correct"].mean(),
                "accuracy_otherwise": group.filter(~pl.col("recovered"))["correct"].mean(),
            }
        )
    return rows

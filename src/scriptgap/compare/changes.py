"""How accuracy changed, and whether that could be chance."""

from typing import Any

import polars as pl

from scriptgap.compare.pairing import AFTER, BEFORE
from scriptgap.explain.intervals import clustered, contrast, sign_test

Row = dict[str, Any]

CHANGE = (
    "n_pairs", "n_entities", "before", "after", "change", "low", "high", "gained", "lost", "mcnemar_p",
    "entities_up", "entities_down", "sign_p",
)  # fmt: skip
"""The keys of `change`'s object."""


def change(pairs: pl.DataFrame) -> Row:
    """Compare two sides of the same pairs.

    Args:
        pairs: Some rows of `pairing.paired`.

    Returns:
        `CHANGE`: the pairs and their entities; both accuracies, 0 to 1; their difference with its 95 %
        interval (`intervals.contrast`, clusters are entities; it speaks about other entities, and holds the
        languages and the model fixed); pairs gained and lost and the exact two-sided McNemar test on them
        (null where a side has several samples), which takes pairs for independent; and the entities whose
        accuracy over all their pairs rose or fell, with the exact two-sided sign test on those, which does
        not.
    """
    groups = [
        clustered(pairs["entity"].to_list(), [1.0] * pairs.height, pairs[side].to_list())
        for side in (AFTER, BEFORE)
    ]
    found = contrast(groups, [1, -1])
    differences = pairs.group_by("entity").agg(delta=(pl.col(AFTER) - pl.col(BEFORE)).sum())["delta"]
    up, down = int((differences > 1e-9).sum()), int((differences < -1e-9).sum())
    row: Row = {
        "n_pairs": pairs.height,
        "n_entities": pairs["entity"].n_unique(),
        "before": pairs[BEFORE].mean(),
        "after": pairs[AFTER].mean(),
        "change": found.estimate,
        "low": found.low,
        "high": found.high,
        "gained": None,
        "lost": None,
        "mcnemar_p": None,
        "entities_up": up,
        "entities_down": down,
        "sign_p": sign_test(up, down),
    }
    if pairs["once"].all():
        row["gained"] = int((pairs[AFTER] > pairs[BEFORE]).sum())
        row["lost"] = int((pairs[AFTER] < pairs[BEFORE]).sum())
        row["mcnemar_p"] = sign_test(row["gained"], row["lost"])
    return row


def changes(pairs: pl.DataFrame, by: list[str]) -> list[Row]:
    """Return `change` of each group, with the columns it is grouped by."""
    rows = []
    for values, group in sorted(pairs.partition_by(by, as_dict=True).items(), key=str):
        rows.append({**dict(zip(by, values, strict=True)), **change(group)})
    return rows

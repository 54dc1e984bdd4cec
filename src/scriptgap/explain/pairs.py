"""Units answered under several conditions, and the paired effect of each condition against its base."""

from typing import Any

import polars as pl

from scriptgap.explain.cells import proportions
from scriptgap.explain.intervals import Clustered, contrast
from scriptgap.explain.prepare import MATCH_CLASSES
from scriptgap.measure.conditions import condition, in_order, known

Row = dict[str, Any]

UNIT = ["dataset", "model", "question_id", "source_lang", "query_lang", "match_class", "question_group"]


def condition_effects(frame: pl.DataFrame) -> list[Row]:
    """Paired effect of each condition by model, dataset and match class.

    A pair is one question in one query language, from one source language, answered by one model under the
    condition and under the one it is compared with (`Condition.compared_with`: ``plain`` for a change to the
    plain question, ``entity_only`` for one to the entity-only question); several samples are averaged within
    each condition first. Pairs without a scored answer under either are left out, and each pair weighs the
    same. Swaps change the match class, and are in `swaps.script_swaps`.

    Args:
        frame: `prepare`'s table.

    Returns:
        Rows of ``model, dataset, condition, base, match_class, n_pairs, base_accuracy, accuracy, effect,
        low, high``; ``effect`` is accuracy - base_accuracy over the same pairs, in [-1, 1], with its 95 %
        interval (`intervals.contrast`, clusters are questions). Conditions that were not asked beside
        their base have no row.
    """
    rows = []
    for (model, dataset), part in sorted(frame.partition_by("model", "dataset", as_dict=True).items()):
        for name in filter(known, in_order(part["condition"].to_list())):
            way = condition(name)
            if way.compared_with is None or way.change == "swap":
                continue
            classes = by_class(units_under(part, [way.compared_with, name]))
            for match_class in [found for found in MATCH_CLASSES if found in classes]:
                asked, base = (classes[match_class][condition] for condition in (name, way.compared_with))
                effect = contrast([asked, base], [1, -1])
                rows.append(
                    {
                        "model": model,
                        "dataset": dataset,
                        "condition": name,
                        "base": way.compared_with,
                        "match_class": match_class,
                        "n_pairs": round(base.n),
                        "base_accuracy": base.mean,
                        "accuracy": asked.mean,
                        "effect": effect.estimate,
                        "low": effect.low,
                        "high": effect.high,
                    }
                )
    return rows


def units_under(frame: pl.DataFrame, conditions: list[str]) -> pl.DataFrame:
    """Mean score of each unit under each condition, units scored under all of them only.

    Returns:
        Columns `UNIT`, ``condition`` and ``score`` in [0, 1].
    """
    scored = frame.filter(pl.col("correct").is_not_null() & pl.col("condition").is_in(conditions))
    means = scored.group_by([*UNIT, "condition"], maintain_order=True).agg(
        score=pl.col("correct").cast(pl.Float64).mean()
    )
    return means.filter(pl.len().over(UNIT) == len(set(conditions)))


def by_class(units: pl.DataFrame) -> dict[str, dict[str, Clustered]]:
    """The proportion of each condition of `units_under`'s table, by match class."""
    classes: dict[str, dict[str, Clustered]] = {}
    for key, group in proportions(units, ["match_class", "condition"], "score"):
        classes.setdefault(key["match_class"], {})[key["condition"]] = group
    return classes

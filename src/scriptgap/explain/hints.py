"""What a hint changes: paired effects by match class, and the difference in differences."""

from typing import Any

import polars as pl

from scriptgap.explain.cells import proportions
from scriptgap.explain.intervals import Clustered, Interval, contrast
from scriptgap.explain.prepare import MATCH_CLASSES

Row = dict[str, Any]

HINTS = ["hint", "hint_romanized", "hint_placebo"]
"""The hinted conditions, in the order they are listed."""

UNIT = ["dataset", "model", "question_id", "source_lang", "query_lang", "match_class", "question_group"]
_EMPTY = Clustered({})


def hint_effects(frame: pl.DataFrame) -> list[Row]:
    """Paired effect of each hint by model, dataset and match class.

    A pair is one question in one query language, from one source language, answered by one model with and
    without the hint; several samples are averaged within each condition first. Pairs without a scored answer
    in either condition are left out, and each pair weighs the same. Models and datasets that have ``plain``
    answers are compared with these, the others with ``entity_only``.

    Args:
        frame: `prepare`'s table.

    Returns:
        Rows of ``model, dataset, condition, base, match_class, n_pairs, base_accuracy, accuracy, effect,
        low, high``; ``effect`` is accuracy - base_accuracy over the same pairs, in [-1, 1], with its 95 %
        interval (`intervals.contrast`, clusters are questions).
    """
    rows = []
    answers = frame.partition_by("model", "dataset", as_dict=True)
    for (model, dataset), part in sorted(answers.items()):
        base = base_condition(part)
        if base is None:
            continue
        for hint in HINTS:
            classes = _classes(units_under(part, [base, hint]), [base, hint])
            for match_class in MATCH_CLASSES:
                if match_class not in classes:
                    continue
                group = classes[match_class]
                effect = contrast([group[hint], group[base]], [1, -1])
                rows.append(
                    {
                        "model": model,
                        "dataset": dataset,
                        "condition": hint,
                        "base": base,
                        "match_class": match_class,
                        "n_pairs": round(group[base].n),
                        "base_accuracy": group[base].mean,
                        "accuracy": group[hint].mean,
                        "effect": effect.estimate,
                        "low": effect.low,
                        "high": effect.high,
                    }
                )
    return rows


def hint_summary(frame: pl.DataFrame) -> tuple[Row, dict[str, str]]:
    """The headline effect of ``hint``, all models and datasets together.

    same_script and cross_script are the mean paired changes hint - base over pairs of that match class. If
    the placebo was run in both classes, all numbers are over the pairs scored in the base, hint and placebo
    conditions, and the difference in differences is (cross_script - placebo_cross_script) - (same_script -
    placebo_same_script); else it is cross_script - same_script. A positive one means that the hint helps
    more where the scripts differ.

    Args:
        frame: `prepare`'s table.

    Returns:
        The contract's ``hint`` object, with intervals (``..._low``, ``..._high``) and pair counts for each
        class, and the reasons for nulls by key.
    """
    models = frame["model"].unique().to_list()
    base = base_condition(frame)
    row: Row = {"model": models[0] if len(models) == 1 else None, "base": base}
    keys = ["same_script", "cross_script", "placebo_same_script", "placebo_cross_script"]
    for key in keys:
        row |= {key: None, f"{key}_low": None, f"{key}_high": None}
    row |= {"n_pairs_same_script": 0, "n_pairs_cross_script": 0, "difference_in_differences": None}
    row |= {"low": None, "high": None, "difference_in_differences_variant": None}
    conditions = set(frame["condition"].unique())
    if base is None or "hint" not in conditions:
        reason = "no condition without hint to compare with" if base is None else "the hint was not run"
        absent = [key for key, value in row.items() if value is None and key not in ("model", "base")]
        return row, dict.fromkeys(absent, reason)

    names = [base, "hint", "hint_placebo"]
    with_placebo = _classes(units_under(frame, names), names)
    placebo = {"same_script", "cross_script"} <= with_placebo.keys()
    classes = with_placebo if placebo else _classes(units_under(frame, names[:2]), names[:2])
    notes: dict[str, str] = {}
    for match_class in ("same_script", "cross_script"):
        group = classes.get(match_class, {})
        row[f"n_pairs_{match_class}"] = round(group.get(base, _EMPTY).n)
        for condition, key in (("hint", match_class), ("hint_placebo", f"placebo_{match_class}")):
            effect = contrast([group.get(condition, _EMPTY), group.get(base, _EMPTY)], [1, -1])
            row |= {key: effect.estimate, f"{key}_low": effect.low, f"{key}_high": effect.high}
            if effect.estimate is None:
                reason = _why_null(condition, match_class, base, "hint_placebo" in conditions)
                notes |= dict.fromkeys([key, f"{key}_low", f"{key}_high"], reason)
    row["difference_in_differences_variant"] = "placebo_adjusted" if placebo else "hint_only"
    difference = _difference_in_differences(classes, "hint_placebo" if placebo else base)
    row |= {
        "difference_in_differences": difference.estimate,
        "low": difference.low,
        "high": difference.high,
    }
    if difference.estimate is None:
        reason = "it needs same-script and cross-script questions scored with and without the hint"
        notes |= dict.fromkeys(["difference_in_differences", "low", "high"], reason)
        row["difference_in_differences_variant"] = None
    return row, notes


def _why_null(condition: str, match_class: str, base: str, placebo_run: bool) -> str:
    if condition == "hint":
        return f"no {match_class.replace('_', '-')} question was scored under {base} and hint"
    if not placebo_run:
        return "the placebo hint was not run"
    return f"no questions of both classes were scored under {base}, hint and hint_placebo"


def base_condition(frame: pl.DataFrame) -> str | None:
    """Return the condition that hints are compared with: ``plain`` where present, else ``entity_only``."""
    conditions = frame["condition"].unique()
    return next((base for base in ("plain", "entity_only") if base in conditions), None)


def _difference_in_differences(classes: dict[str, dict[str, Clustered]], against: str) -> Interval:
    """(hint - against) in cross_script minus the same in same_script.

    With the placebo as `against` this equals the placebo-adjusted difference, because the base cancels on
    pairs scored in all three conditions.
    """
    cross, same = classes.get("cross_script", {}), classes.get("same_script", {})
    groups = [cross.get("hint"), cross.get(against), same.get("hint"), same.get(against)]
    return contrast([group or _EMPTY for group in groups], [1, -1, -1, 1])


def units_under(frame: pl.DataFrame, conditions: list[str]) -> pl.DataFrame:
    """Mean score of each unit under each condition, units scored under all of them only."""
    scored = frame.filter(pl.col("correct").is_not_null() & pl.col("condition").is_in(conditions))
    means = scored.group_by([*UNIT, "condition"], maintain_order=True).agg(
        score=pl.col("correct").cast(pl.Float64).mean()
    )
    return means.filter(pl.len().over(UNIT) == len(set(conditions)))


def _classes(pairs: pl.DataFrame, conditions: list[str]) -> dict[str, dict[str, Clustered]]:
    """The proportion of each condition, by match class."""
    classes: dict[str, dict[str, Clustered]] = {}
    for key, group in proportions(pairs, ["match_class", "condition"], "score"):
        classes.setdefault(key["match_class"], {})[key["condition"]] = group
    assert all(set(groups) == set(conditions) for groups in classes.values())
    return classes

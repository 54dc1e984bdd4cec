"""What the hint changes where scripts differ and where they match, against each of its controls."""

from typing import Any

import polars as pl

from scriptgap.explain.intervals import Clustered, contrast
from scriptgap.explain.pairs import by_class, units_under
from scriptgap.explain.regression.interaction import INTERACTION, interaction
from scriptgap.measure.conditions import BASES, changed

Row = dict[str, Any]

CONTROLS = ("hint_placebo", "hint_query", "hint_romanized")
"""The hints that the hint is compared with, besides none at all."""

_CLASSES = ("same_script", "cross_script")
_EMPTY = Clustered({})
_NEEDS = "it needs same-script and cross-script questions scored under {}"


def hint_summary(frame: pl.DataFrame) -> tuple[Row, dict[str, str]]:
    """The headline effect of the hint, all models and datasets together.

    The base is ``plain`` where hints to plain questions were run, else ``entity_only`` with its hints.
    same_script and cross_script are the mean paired changes hint - base over pairs of that match class, the
    placebo's likewise over its own pairs. If the placebo was run in both classes, the difference in
    differences is (hint - placebo) in cross_script minus the same in same_script, over the pairs scored under
    both; else it is cross_script - same_script. A positive one means that the hint helps more where the
    scripts differ.

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
    row |= {"models": [], **{f"n_pairs_{key}": 0 for key in keys}, "difference_in_differences": None}
    row |= {"low": None, "high": None, "difference_in_differences_variant": None}
    conditions = set(frame["condition"].unique())
    if base is None or changed(base, "hint") not in conditions:
        reason = "no condition without hint to compare with" if base is None else "the hint was not run"
        absent = [key for key, value in row.items() if value is None and key not in ("model", "base")]
        return row, dict.fromkeys(absent, reason)

    hint, placebo = changed(base, "hint"), changed(base, "hint_placebo")
    row["models"] = sorted(frame.filter(pl.col("condition") == hint)["model"].unique())
    notes: dict[str, str] = {}
    for condition, prefix in ((hint, ""), (placebo, "placebo_")):
        found = by_class(units_under(frame, [base, condition]))
        for match_class in _CLASSES:
            group, key = found.get(match_class, {}), f"{prefix}{match_class}"
            row[f"n_pairs_{key}"] = round(group.get(base, _EMPTY).n)
            effect = contrast([group.get(condition, _EMPTY), group.get(base, _EMPTY)], [1, -1])
            row |= {key: effect.estimate, f"{key}_low": effect.low, f"{key}_high": effect.high}
            if effect.estimate is None:
                reason = _why_null(condition, match_class, base, placebo in conditions)
                notes |= dict.fromkeys([key, f"{key}_low", f"{key}_high"], reason)
    with_placebo = by_class(units_under(frame, [hint, placebo]))
    placed = set(_CLASSES) <= with_placebo.keys()
    classes = with_placebo if placed else by_class(units_under(frame, [base, hint]))
    row["difference_in_differences_variant"] = "placebo_adjusted" if placed else "hint_only"
    row |= _difference_in_differences(classes, hint, placebo if placed else base)
    if row["difference_in_differences"] is None:
        reason = _NEEDS.format(f"{base} and {hint}")
        notes |= dict.fromkeys(["difference_in_differences", "low", "high"], reason)
        row["difference_in_differences_variant"] = None
    return row, notes


def hint_controls(frame: pl.DataFrame) -> tuple[list[Row], dict[str, str]]:
    """The hint's difference in differences against each control, in accuracy and in log-odds.

    For each base whose hint was run, the hint is compared with no hint (the base itself) and with each of
    `CONTROLS` that was run, over the pairs scored under both, all models and datasets together. In accuracy
    it is (hint - control) across scripts minus (hint - control) between languages of the same script; the
    interval's clusters are questions and it holds the languages fixed. In log-odds it is the interaction of
    a mixed model, whose interval takes the languages for a sample too (`regression.interaction`).

    Args:
        frame: `prepare`'s table.

    Returns:
        Rows of ``base, hint, control, n_pairs_same_script, n_pairs_cross_script``; for both classes
        ``hint_<class>`` and ``control_<class>``, accuracies in [0, 1], and ``effect_<class>``, their
        difference with ``_low`` and ``_high``; ``difference_in_differences, low, high`` in [-2, 2]; and
        ``interaction``, an object of `INTERACTION`. Second, the reasons for nulls by
        ``hint_controls.<i>.<key>``.
    """
    conditions = set(frame["condition"].unique())
    rows: list[Row] = []
    notes: dict[str, str] = {}
    for base in BASES:
        hint = changed(base, "hint")
        for control in (base, *(changed(base, name) for name in CONTROLS)):
            if not {hint, control} <= conditions:
                continue
            units = units_under(frame, [hint, control])
            classes, key = by_class(units), f"hint_controls.{len(rows)}"
            row: Row = {"base": base, "hint": hint, "control": control}
            for match_class in _CLASSES:
                group = classes.get(match_class, {})
                hinted, controlled = group.get(hint, _EMPTY), group.get(control, _EMPTY)
                effect = contrast([hinted, controlled], [1, -1])
                row |= {
                    f"n_pairs_{match_class}": round(controlled.n),
                    f"hint_{match_class}": hinted.mean,
                    f"control_{match_class}": controlled.mean,
                    f"effect_{match_class}": effect.estimate,
                    f"effect_{match_class}_low": effect.low,
                    f"effect_{match_class}_high": effect.high,
                }
                if effect.estimate is None:
                    reason = f"no {match_class.replace('_', '-')} question was scored under both"
                    notes |= {f"{key}.{name}": reason for name, value in row.items() if value is None}
            row |= _difference_in_differences(classes, hint, control)
            if row["difference_in_differences"] is None:
                reason = _NEEDS.format(f"{hint} and {control}")
                notes |= {f"{key}.{name}": reason for name in ("difference_in_differences", "low", "high")}
            row["interaction"], reasons = interaction(frame, hint, control)
            notes |= {f"{key}.interaction.{name}": reason for name, reason in reasons.items()}
            rows.append(row)
    assert all(set(row["interaction"]) == set(INTERACTION) for row in rows)
    return rows, notes


def base_condition(frame: pl.DataFrame) -> str | None:
    """Return the condition that hints are compared with.

    The first of `BASES` that was run with its hint, else the first that was run, else None.
    """
    conditions = set(frame["condition"].unique())
    hinted = (base for base in BASES if {base, changed(base, "hint")} <= conditions)
    return next(hinted, None) or next((base for base in BASES if base in conditions), None)


def _why_null(condition: str, match_class: str, base: str, placebo_run: bool) -> str:
    if condition.endswith("placebo") and not placebo_run:
        return "the placebo hint was not run"
    return f"no {match_class.replace('_', '-')} question was scored under {base} and {condition}"


def _difference_in_differences(classes: dict[str, dict[str, Clustered]], hint: str, against: str) -> Row:
    """(hint - against) in cross_script minus the same in same_script.

    With the placebo as `against` the base cancels out of both.
    """
    cross, same = classes.get("cross_script", {}), classes.get("same_script", {})
    groups = [cross.get(hint), cross.get(against), same.get(hint), same.get(against)]
    found = contrast([group or _EMPTY for group in groups], [1, -1, -1, 1])
    return {"difference_in_differences": found.estimate, "low": found.low, "high": found.high}

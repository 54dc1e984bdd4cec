"""The few numbers that matter most, as tiles at the head of the page."""

from typing import Any

from scriptgap.measure.conditions import changed
from scriptgap.report.reading import (
    Panel,
    Row,
    base_condition,
    find,
    mapping,
    number,
    panels,
    regressions,
    rows,
    text,
)
from scriptgap.report.wording import percent, percent_interval, points, points_interval


def key_figures(summary: Row) -> list[dict[str, Any]]:
    """Return, for each panel, the few numbers that matter most; those that are not known are left out."""
    shown = panels(summary)
    pooled = [_adjusted_tile(summary), _contrast_tile(summary)]
    groups = []
    for panel in shown:
        tiles = [_gap_tile(summary, panel), *_hint_tiles(summary, panel)]
        if len(shown) == 1:
            tiles = [tiles[0], pooled[0], *tiles[1:], pooled[1]]
        groups.append(
            {"title": panel.title if len(shown) > 1 else "", "tiles": [tile for tile in tiles if tile]}
        )
    if len(shown) != 1:
        groups.append({"title": "All models together", "tiles": [tile for tile in pooled if tile]})
    return [group for group in groups if group["tiles"]]


def _tile(
    label: str, value: float | None, low: float | None, high: float | None, note: str, kind: str
) -> Row | None:
    if value is None:
        return None
    return {
        "label": label,
        "value": points(value) if kind != "gap" else percent(value),
        "interval": points_interval(low, high) if kind != "gap" else percent_interval(low, high),
        "note": note,
        "kind": kind,
    }


def _gap_tile(summary: Row, panel: Panel) -> Row | None:
    own = [row for row in rows(summary, "gap") if panel.holds(row)]
    base = base_condition([row for row in own if number(row, "script_gap") is not None])
    row = find(own, condition=base or "")
    near, far = number(row, "same_script"), number(row, "cross_script")
    note = ""
    if near is not None and far is not None:
        note = f"{percent(near)} % right in the same script, {percent(far)} % in other scripts"
    return _tile(
        "Script gap", number(row, "script_gap"), number(row, "low"), number(row, "high"), note, "gap"
    )


def _adjusted_tile(summary: Row) -> Row | None:
    effects = mapping(summary, "effects") or next(iter(regressions(summary).values()), {})
    term = mapping(effects, "script_match")
    note = "effect of a shared script in the regression"
    wide = mapping(mapping(summary, "effects_with_language_pairs"), "script_match")
    span = points_interval(number(wide, "ame_low"), number(wide, "ame_high"))
    if span:
        note += f"; {points(number(wide, 'ame'))} {span} with language pairs"
    return _tile(
        "Adjusted script gap",
        number(term, "ame"),
        number(term, "ame_low"),
        number(term, "ame_high"),
        note,
        "effect",
    )


def _hint_tiles(summary: Row, panel: Panel) -> list[Row | None]:
    own = [row for row in rows(summary, "condition_effects") if panel.holds(row)]
    base = text(mapping(summary, "hint"), "base") or "plain"
    tiles = []
    for hint, label, note in (
        ("hint", "A hint gives back", "in other scripts, with the name in the source language"),
        ("hint_placebo", "A placebo hint", "in other scripts, with the name of another entity"),
    ):
        row = find(own, condition=changed(base, hint), match_class="cross_script")
        tiles.append(
            _tile(label, number(row, "effect"), number(row, "low"), number(row, "high"), note, "hint")
        )
    return tiles


def _contrast_tile(summary: Row) -> Row | None:
    hint = mapping(summary, "hint")
    adjusted = text(hint, "difference_in_differences_variant") == "placebo_adjusted"
    less = ", each less the placebo's" if adjusted else ""
    note = f"the hint's effect in other scripts minus that in the same script{less}"
    value = number(hint, "difference_in_differences")
    return _tile(
        "Difference in differences", value, number(hint, "low"), number(hint, "high"), note, "effect"
    )

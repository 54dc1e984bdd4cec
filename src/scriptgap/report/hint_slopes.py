"""The slope chart of the hint: from each control to the hint, where scripts differ and where they match."""

from typing import Any

import altair as alt

from scriptgap.report.drawing import INK, MUTED, AnyChart, Figure, text_marks, to_svg, values
from scriptgap.report.reading import Row, mapping, number, rows, text
from scriptgap.report.text_table import TextTable
from scriptgap.report.wording import (
    condition_label,
    match_class_colour,
    match_class_label,
    p_value,
    percent,
    points,
    points_interval,
    ratio,
    ratio_interval,
    with_interval,
)

_CLASSES = ("same_script", "cross_script")
_PANELS_A_ROW = 3
_HEIGHT, _WIDTH = 230, 160
_LABEL, _LIFT = 6.5, 3.0
"""How far apart labels stand, and how far above its line a rise is written, in percent points."""


def hint_slopes(summary: Row) -> Figure | None:
    """Draw one panel for each control, or return None where none was run in both match classes."""
    listed = [
        row for row in rows(summary, "hint_controls") if number(row, "difference_in_differences") is not None
    ]
    if not listed:
        return None
    charts = [_panel(row, several=len({text(row, "base") for row in listed}) > 1) for row in listed]
    bands = [
        alt.hconcat(*charts[i : i + _PANELS_A_ROW], spacing=34) for i in range(0, len(charts), _PANELS_A_ROW)
    ]
    title = "The hint against each control"
    blue, orange = (match_class_label(name).lower() for name in _CLASSES)
    caption = [
        "Accuracy in percent of the same questions under the control (left) and with the hint (right), all "
        f"models and data sets together. Blue: {blue}; orange: {orange}. "
        "The steeper the orange line is than the blue one, the "
        "more the hint does where scripts differ: above each panel is the difference of the two rises, in "
        "points, with its 95 % interval (questions are a sample, languages are held fixed). "
        "A repeated name has the hint's form and says nothing new. A placebo names another entity: where a "
        "model believes it, its left end lies below that of no hint, in both classes.",
    ]
    svg = to_svg(alt.vconcat(*bands, spacing=30), "hint-slopes", title)
    return Figure("hint_slopes", title, caption, svg)


def _panel(row: Row, *, several: bool) -> AnyChart:
    control, hint = text(row, "control"), text(row, "hint")
    lines: list[dict[str, Any]] = []
    labels: dict[str, list[dict[str, Any]]] = {"control": [], "hint": []}
    rises: list[dict[str, Any]] = []
    for name in _CLASSES:
        ink = match_class_colour(name)
        for side in ("control", "hint"):
            value = 100 * (number(row, f"{side}_{name}") or 0)
            lines.append({"side": side, "value": value, "class": name, "ink": ink})
            labels[side].append({"side": side, "value": value, "label": percent(value / 100), "ink": ink})
        ends = [line["value"] for line in lines if line["class"] == name]
        effect = points(number(row, f"effect_{name}"))
        rises.append({"value": sum(ends) / 2 + _LIFT, "label": effect, "ink": ink})
    for placed in labels.values():
        _spread(placed)
    x = alt.X(
        "side:N", axis=None, scale=alt.Scale(domain=["control", "hint"], paddingOuter=0.25, type="point")
    )
    axis = alt.Axis(
        title="accuracy, percent", values=[0, 25, 50, 75, 100], grid=True, domain=False, ticks=False
    )
    y = alt.Y("value:Q", axis=axis, scale=alt.Scale(domain=[0, 100]))
    colour = alt.Color("ink:N", scale=None)
    base = alt.Chart(values(lines))
    layers = [
        base.mark_line(strokeWidth=2.4).encode(x=x, y=y, color=colour, detail="class:N"),
        base.mark_circle(size=70, opacity=1).encode(x=x, y=y, color=colour),
        text_marks(labels["control"], x=x, y=y, align="right", dx=-9, size=12),
        text_marks(labels["hint"], x=x, y=y, align="left", dx=9, size=12),
        text_marks(rises, x=_WIDTH / 2 - 6, y=y, align="right", size=11.5),
        text_marks(
            [
                {"side": "control", "label": "no hint" if control == text(row, "base") else _short(control)},
                {"side": "hint", "label": _short(hint)},
            ],
            x=x,
            y=_HEIGHT + 14,
            align="center",
            size=12,
        ).encode(color=alt.value(MUTED)),
    ]
    difference = points(number(row, "difference_in_differences"))
    interval = points_interval(number(row, "low"), number(row, "high"))
    heading = f"difference {difference}  {interval}"
    under = [f"asked “{condition_label(text(row, 'base'))}”"] if several else []
    title = alt.TitleParams(
        [heading, *under], offset=10, fontSize=12.5, color=INK, anchor="start", fontWeight="normal"
    )
    return alt.layer(*layers).properties(width=_WIDTH, height=_HEIGHT, title=title)


def _spread(labels: list[dict[str, Any]]) -> None:
    """Move two labels apart that would be written over each other."""
    low, high = sorted(labels, key=lambda label: label["value"])
    if (lack := _LABEL - (high["value"] - low["value"])) > 0:
        low["value"] -= lack / 2
        high["value"] += lack / 2


def _short(condition: str) -> str:
    return condition_label(condition.removeprefix("entity_only_"))


def controls_table(summary: Row) -> TextTable:
    """Return the hint's effect beyond each control in both classes, their difference, and the interaction."""
    lines = []
    for row in rows(summary, "hint_controls"):
        control, base = text(row, "control"), text(row, "base")
        cells = [condition_label(base), "no hint" if control == base else _short(control)]
        for name in ("effect_same_script", "effect_cross_script", ""):
            keys = (
                (name, f"{name}_low", f"{name}_high")
                if name
                else ("difference_in_differences", "low", "high")
            )
            value, low, high = (number(row, key) for key in keys)
            cells.append(with_interval(points(value, 1), points_interval(low, high, 1)))
        term = mapping(row, "interaction")
        low, high = number(term, "odds_ratio_low"), number(term, "odds_ratio_high")
        cells.append(with_interval(ratio(number(term, "odds_ratio")), ratio_interval(low, high)))
        lines.append([*cells, p_value(number(term, "p"))])
    return TextTable(
        "hint_controls",
        "The hint beyond each control",
        "Accuracy with the hint minus that under the control, in points with 95 % intervals, where scripts "
        "match and where they differ; their difference holds the languages fixed. The odds ratio is the "
        "interaction of a mixed model, whose interval takes pairs of languages for a sample as well.",
        ["Asked", "Control", "Same script", "Other script", "Difference", "Odds ratio", "p"],
        2,
        lines,
    )

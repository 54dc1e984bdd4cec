"""The gap waterfall: what a language change costs, what a script change costs, what a hint gives back."""

from dataclasses import dataclass
from typing import Any

import altair as alt

from scriptgap.measure.conditions import changed
from scriptgap.report.drawing import INK, LINE, MUTED, AnyChart, Figure, text_marks, to_svg, values
from scriptgap.report.reading import Panel, Row, find, hinted_base, number, panels, rows, text
from scriptgap.report.text import clip
from scriptgap.report.wording import (
    MATCH_CLASSES,
    condition_label,
    match_class_colour,
    percent,
    percent_interval,
    points,
    points_interval,
)

_HEIGHT, _LOW = 270, 185
_MANY = 3
"""With more panels than `_MANY` they are `_LOW` pixels high, so that more of them are seen at once."""

_STEP = 88
_COLUMN_WORDS = {
    "same_language": ("same", "language"),
    "same_script": ("other language,", "same script"),
    "cross_script": ("other", "script"),
    "hint_placebo": ("+ placebo", "hint"),
    "hint_query": ("+ repeated", "name"),
    "hint_romanized": ("+ romanized", "hint"),
    "hint": ("+ hint", ""),
}
_HINT_ORDER = ("hint_placebo", "hint_query", "hint_romanized", "hint")


@dataclass(frozen=True)
class _Column:
    """One column: an accuracy, and the level it fell or rose from."""

    name: str
    match_class: str
    level: float
    low: float | None
    high: float | None
    before: float | None
    change_low: float | None
    change_high: float | None

    @property
    def is_hint(self) -> bool:
        return self.name in _HINT_ORDER


def waterfall(summary: Row) -> Figure | None:
    """Draw the waterfall, or return None where no accuracy by class is known."""
    known = [row for row in rows(summary, "accuracy_by_class") if number(row, "accuracy") is not None]
    base = hinted_base(summary, known)
    if base is None:
        return None
    drawn = [(panel, _columns(summary, panel, base)) for panel in panels(summary)]
    drawn = [(panel, columns) for panel, columns in drawn if columns]
    if not drawn:
        return None
    height = _HEIGHT if len(drawn) <= _MANY else _LOW
    charts = [_panel(columns, panel.title if len(drawn) > 1 else "", height) for panel, columns in drawn]
    absent = [
        name.replace("_", " ")
        for name in MATCH_CLASSES
        if not any(column.name == name for _, columns in drawn for column in columns)
    ]
    caption = [
        f"Solid bars are accuracy in percent when asked “{condition_label(base)}”; dashed blocks are what is "
        "lost from the bar before, in points. Whiskers are 95 % intervals of the accuracy.",
    ]
    hinted = any(column.is_hint for _, columns in drawn for column in columns)
    title = f"Where accuracy is lost{', and what a hint gives back' if hinted else ''}"
    if hinted:
        caption.append(
            "Hint columns all start from the accuracy in other scripts without a hint (pale) and show what "
            "the hint adds to the same questions (solid); brackets are 95 % intervals of the change."
        )
    if absent:
        caption.append(f"Not in these data: {', '.join(absent)}.")
    # Three bars leave room for panels beside them; bars of hints do not.
    across = 1 if hinted else 2 if len(charts) < 3 else 3
    bands = [alt.hconcat(*charts[i : i + across], spacing=30) for i in range(0, len(charts), across)]
    svg = to_svg(charts[0] if len(charts) == 1 else alt.vconcat(*bands, spacing=30), "waterfall", title)
    return Figure("waterfall", title, caption, svg)


def _columns(summary: Row, panel: Panel, base: str) -> list[_Column]:
    by_class = [row for row in rows(summary, "accuracy_by_class") if panel.holds(row)]
    gap = find((row for row in rows(summary, "gap") if panel.holds(row)), condition=base)
    columns: list[_Column] = []
    for name in MATCH_CLASSES:
        row = find(by_class, condition=base, match_class=name)
        level = number(row, "accuracy")
        if level is None:
            continue
        before = columns[-1] if columns else None
        is_gap = name == "cross_script" and before is not None and before.name == "same_script"
        low, high = (number(gap, "low"), number(gap, "high")) if is_gap else (None, None)
        columns.append(
            _Column(
                name,
                name,
                level,
                number(row, "low"),
                number(row, "high"),
                before.level if before else None,
                None if high is None else -high,
                None if low is None else -low,
            )
        )
    effects = [row for row in rows(summary, "condition_effects") if panel.holds(row)]
    for hint in _HINT_ORDER:
        condition = changed(base, hint)
        row = find(effects, condition=condition, match_class="cross_script")
        level, start = number(row, "accuracy"), number(row, "base_accuracy")
        if level is None or start is None or text(row, "base") not in ("", base):
            continue
        own = find(by_class, condition=condition, match_class="cross_script")
        columns.append(
            _Column(
                hint,
                "cross_script",
                level,
                number(own, "low"),
                number(own, "high"),
                start,
                number(row, "low"),
                number(row, "high"),
            )
        )
    return columns


def _panel(columns: list[_Column], title: str, height: int) -> AnyChart:
    order = [column.name for column in columns]
    tops = [max(column.level, column.before or 0, column.high or 0) for column in columns]
    top = max(0.2, *tops) * 100
    ceiling = top * 1.2
    x = alt.X("column:N", axis=None, scale=alt.Scale(domain=order, paddingInner=0.34, paddingOuter=0.17))
    ticks = [tick for tick in range(0, 101, 20 if top > 45 else 10) if tick <= top + 8]
    axis = alt.Axis(
        title="accuracy, percent", values=ticks, domain=False, ticks=False, grid=True, titlePadding=8
    )
    y = alt.Y("from:Q", axis=axis, scale=alt.Scale(domain=[0, ceiling], nice=False))
    solid, pale, lost, whiskers, links = [], [], [], [], []
    changes, intervals, levels, level_intervals, words = [], [], [], [], []
    for index, column in enumerate(columns):
        place: dict[str, Any] = {"column": column.name}
        colour = match_class_colour(column.match_class)
        level, before = column.level * 100, None if column.before is None else column.before * 100
        if before is None:
            solid.append({**place, "from": 0, "to": level, "ink": colour})
        elif column.is_hint:
            pale.append({**place, "from": 0, "to": min(before, level), "ink": colour})
            if level >= before:
                solid.append({**place, "from": before, "to": level, "ink": colour})
            else:
                lost.append({**place, "from": level, "to": before, "ink": colour})
        else:
            solid.append({**place, "from": 0, "to": level, "ink": colour})
            if before > level:
                lost.append({**place, "from": level, "to": before, "ink": colour})
        if column.low is not None and column.high is not None:
            whiskers.append({**place, "from": column.low * 100, "to": column.high * 100})
        if before is not None and not (column.is_hint and columns[index - 1].is_hint):
            links.append({"column": columns[index - 1].name, "next": column.name, "from": before})
        above = tops[index] * 100
        if column.before is not None:
            change = column.level - column.before
            interval = points_interval(column.change_low, column.change_high)
            changes.append({**place, "from": above, "label": points(change), "ink": INK, "dy": 0})
            intervals.append({**place, "from": above, "label": interval, "ink": MUTED})
        levels.append({**place, "label": f"{percent(column.level)} %", "ink": colour})
        level_intervals.append({**place, "label": percent_interval(column.low, column.high), "ink": MUTED})
        words.append({**place, "label": "\n".join(_COLUMN_WORDS[column.name]).strip(), "ink": INK})
    bar = alt.Y2("to:Q")
    colour_of = alt.Color("ink:N", scale=None)
    stroke_of = alt.Stroke("ink:N", scale=None)
    has_interval = any(record["label"] for record in intervals)
    layers = [
        alt.Chart(values(links)).mark_rule(color=MUTED, strokeDash=[2, 3]).encode(x=x, x2="next:N", y=y),
        alt.Chart(values(lost))
        .mark_bar(fillOpacity=0.13, strokeDash=[4, 3], strokeWidth=1.2)
        .encode(x=x, y=y, y2=bar, color=colour_of, stroke=stroke_of),
        alt.Chart(values(pale)).mark_bar(opacity=0.28).encode(x=x, y=y, y2=bar, color=colour_of),
        alt.Chart(values(solid)).mark_bar().encode(x=x, y=y, y2=bar, color=colour_of),
        alt.Chart(values(whiskers)).mark_rule(color=INK, strokeWidth=1.6).encode(x=x, y=y, y2=bar),
        alt.Chart(values(whiskers))
        .mark_tick(color=INK, thickness=1.6, size=9, orient="horizontal")
        .encode(x=x, y=y),
        alt.Chart(values(whiskers))
        .mark_tick(color=INK, thickness=1.6, size=9, orient="horizontal")
        .encode(x=x, y=alt.Y("to:Q")),
        text_marks(changes, x=x, y=y, align="center", size=15, weight=700, dy=-26 if has_interval else -12),
        text_marks(intervals, x=x, y=y, align="center", size=12, dy=-10),
        text_marks(levels, x=x, y=height + 18, align="center", size=15, weight=700),
        text_marks(level_intervals, x=x, y=height + 35, align="center", size=12),
        text_marks(words, x=x, y=height + 54, align="center", size=12),
        alt.Chart(values([{"at": 0}])).mark_rule(color=LINE).encode(y=alt.Y("at:Q")),
    ]
    kept = [layer for layer in layers if layer.data.values]
    chart = alt.layer(*kept).properties(width=_STEP * len(columns), height=height)
    return chart.properties(title=alt.TitleParams(clip(title, 60), offset=12)) if title else chart

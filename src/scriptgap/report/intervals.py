"""Dots with intervals: accuracy by query language, and the effect of each hint by match class."""

from typing import Any

import altair as alt

from scriptgap.measure.conditions import BASES, changed, in_order
from scriptgap.report.drawing import INK, MUTED, PAGE, AnyChart, Figure, text_marks, to_svg, values
from scriptgap.report.language_rows import ROW_HEIGHT, LanguageRow, labels, position
from scriptgap.report.reading import (
    Panel,
    Row,
    find,
    hinted_base,
    languages,
    match_classes,
    number,
    panels,
    rows,
    text,
)
from scriptgap.report.text import clip
from scriptgap.report.wording import (
    condition_label,
    match_class_colour,
    match_class_label,
    points,
    points_interval,
)

_ROW = 27
_PANELS_A_ROW = 3


def language_intervals(summary: Row) -> Figure | None:
    """Draw each language's accuracy with its interval, best first, or return None where none is known."""
    listed = [row for row in rows(summary, "accuracy") if number(row, "accuracy") is not None]
    base = hinted_base(summary, listed)
    if base is None or len({text(row, "query_lang") for row in listed}) < 2:
        return None
    hint = changed(base, "hint")
    hinted = hint if base in BASES and any(text(row, "condition") == hint for row in listed) else None
    known, shown = languages(summary), panels(summary)
    leading = [row for row in listed if shown[0].holds(row) and text(row, "condition") == base]
    others = [row for row in listed if text(row, "condition") == base]
    order: dict[str, LanguageRow] = {}
    for row in (
        sorted(leading, key=lambda row: (-(number(row, "accuracy") or 0), text(row, "query_lang"))) + others
    ):
        tag, match_class = text(row, "query_lang"), text(row, "match_class")
        key = f"{match_class}:{tag}"
        order.setdefault(key, LanguageRow(key, match_class, known[tag]))
    ordered = list(order.values())
    bands = []
    for start in range(0, len(shown), _PANELS_A_ROW):
        band = shown[start : start + _PANELS_A_ROW]
        width = 285 if len(band) == 1 else 250 if len(band) == 2 else 190
        parts = [
            _language_panel(listed, panel, ordered, base, hinted, width, titled=len(shown) > 1)
            for panel in band
        ]
        bands.append(alt.hconcat(labels(ordered, coloured=True), *parts, spacing=14))
    chart = bands[0] if len(bands) == 1 else alt.vconcat(*bands, spacing=28)
    title = "Languages from best to worst"
    classes = "; ".join(
        f"{colour_word}: {match_class_label(name).lower()}"
        for name, colour_word in (
            ("same_language", "slate"),
            ("same_script", "blue"),
            ("cross_script", "orange"),
        )
        if name in match_classes(listed)
    )
    caption = [
        f"Filled dots are the accuracy when asked “{condition_label(base)}” with its 95 % interval"
        + ("; hollow dots are the accuracy with the hint" if hinted else "")
        + ". Languages are sorted by the filled dots"
        + (" of the first model" if len(shown) > 1 else "")
        + f". {classes[:1].upper()}{classes[1:]}.",
    ]
    return Figure("languages", title, caption, to_svg(chart, "languages", title))


def _language_panel(
    listed: list[Row],
    panel: Panel,
    order: list[LanguageRow],
    base: str,
    hinted: str | None,
    width: int,
    *,
    titled: bool,
) -> AnyChart:
    own = [row for row in listed if panel.holds(row)]
    wanted = {row.key for row in order}
    marks: dict[str, list[dict[str, Any]]] = {base: [], hinted or "": []}
    for row in own:
        condition, key = text(row, "condition"), f"{text(row, 'match_class')}:{text(row, 'query_lang')}"
        if condition in marks and key in wanted:
            marks[condition].append(_mark(row, "accuracy", {"row": key}))
    y = position(order)
    stripes = [{"row": row.key} for row in order[::2]]
    axis = alt.Axis(
        title="accuracy, percent",
        values=[0, 25, 50, 75, 100],
        grid=True,
        domain=False,
        ticks=False,
        orient="top",
    )
    x = alt.X("value:Q", axis=axis, scale=alt.Scale(domain=[0, 100]))
    layers = [alt.Chart(values(stripes)).mark_rect(color=MUTED, opacity=0.05).encode(y=y)]
    if hinted:
        layers += _dots(marks[hinted], x, y, hollow=True)
    layers += _dots(marks[base], x, y, hollow=False)
    chart = alt.layer(*(layer for layer in layers if layer.data.values))
    chart = chart.properties(width=width, height=len(order) * ROW_HEIGHT)
    if not titled:
        return chart
    return chart.properties(title=alt.TitleParams(clip(panel.title, width // 8), offset=10))


def condition_effects(summary: Row) -> Figure | None:
    """Draw the effect of each condition by match class, or return None where none has a base."""
    listed = [row for row in rows(summary, "condition_effects") if number(row, "effect") is not None]
    if not listed:
        return None
    bounds = [
        value
        for row in listed
        for key in ("effect", "low", "high")
        if (value := number(row, key)) is not None
    ]
    domain = [min(-0.1, *bounds) * 100 - 3, max(0.1, *bounds) * 100 + 3]
    held = [panel for panel in panels(summary) if any(panel.holds(row) for row in listed)]
    charts = [
        _hint_panel([row for row in listed if panel.holds(row)], panel.title if len(held) > 1 else "", domain)
        for panel in held
    ]
    chart = charts[0] if len(charts) == 1 else alt.vconcat(*charts, spacing=26)
    bases = in_order(text(row, "base") or "plain" for row in listed)
    title = "What each way of asking changes"
    caption = [
        "Change in accuracy, in points, when the same questions are asked this way (against "
        f"{' or '.join(f'“{condition_label(base)}”' for base in bases)}), with 95 % intervals. A repeated "
        "name has a hint's form and says nothing new; a placebo names another entity, which misleads a "
        "model that believes it."
    ]
    return Figure("condition_effects", title, caption, to_svg(chart, "hint-effects", title))


def _hint_panel(listed: list[Row], title: str, domain: list[float]) -> AnyChart:
    order: list[str] = []
    headings, names, marks, numbers = [], [], [], []
    for match_class in match_classes(listed):
        heading = f"{match_class}:"
        order.append(heading)
        colour = match_class_colour(match_class)
        headings.append({"row": heading, "label": match_class_label(match_class), "ink": colour})
        own = [row for row in listed if text(row, "match_class") == match_class]
        for condition in in_order(text(row, "condition") for row in own):
            row = find(own, condition=condition)
            place = {"row": f"{match_class}:{condition}"}
            order.append(place["row"])
            names.append({**place, "label": clip(condition_label(condition), 32), "ink": INK})
            marks.append(_mark(row, "effect", place))
            interval = points_interval(number(row, "low"), number(row, "high"))
            numbers.append(
                {**place, "label": f"{points(number(row, 'effect'))}  {interval}".rstrip(), "ink": INK}
            )
    height = len(order) * _ROW
    y = alt.Y("row:N", axis=None, scale=alt.Scale(domain=order))
    left = alt.layer(
        text_marks(names, x=12, y=y, size=13),
        text_marks(headings, x=0, y=y, size=13, weight=600),
    ).properties(width=222, height=height)
    axis = alt.Axis(title="change in accuracy, points", grid=True, domain=False, ticks=False, tickCount=6)
    x = alt.X("value:Q", axis=axis, scale=alt.Scale(domain=domain, nice=False))
    zero = alt.Chart(values([{"value": 0}])).mark_rule(color=MUTED, strokeDash=[4, 3]).encode(x=x)
    plot = alt.layer(zero, *_dots(marks, x, y, hollow=False, size=95)).properties(width=255, height=height)
    if title:
        plot = plot.properties(title=alt.TitleParams(clip(title, 34), offset=8))
    right = text_marks(numbers, x=0, y=y, size=12.5).properties(width=110, height=height)
    return alt.hconcat(left, plot, right, spacing=12)


def _mark(row: Row, key: str, place: dict[str, Any]) -> dict[str, Any]:
    """Return the record of one dot, in percent or points, with its interval where that is known."""
    value, low, high = number(row, key), number(row, "low"), number(row, "high")
    mark = {**place, "value": 100 * (value or 0), "ink": match_class_colour(text(row, "match_class"))}
    return mark if low is None or high is None else mark | {"low": 100 * low, "high": 100 * high}


def _dots(
    marks: list[dict[str, Any]], x: alt.X, y: alt.Y, *, hollow: bool, size: float = 62
) -> list[alt.Chart]:
    stroke = alt.Stroke("ink:N", scale=None)
    spans = [mark for mark in marks if "low" in mark]
    lines = (
        alt.Chart(values(spans))
        .mark_rule(strokeWidth=1.2 if hollow else 2.2, opacity=0.55 if hollow else 1)
        .encode(x=alt.X("low:Q"), x2="high:Q", y=y, color=alt.Color("ink:N", scale=None))
    )
    dots = alt.Chart(values(marks)).mark_circle(size=size, strokeWidth=1.6, opacity=1)
    fill = alt.value(PAGE) if hollow else alt.Fill("ink:N", scale=None)
    layers = [lines] if spans else []
    return [*layers, dots.encode(x=x, y=y, fill=fill, stroke=stroke)] if marks else []

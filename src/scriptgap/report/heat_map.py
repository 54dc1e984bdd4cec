"""The heat map: accuracy by query language and condition, languages grouped by match class."""

from typing import Any

import altair as alt
import regex

from scriptgap.report.drawing import INK, AnyChart, Figure, text_marks, to_svg, values
from scriptgap.report.language_rows import ROW_HEIGHT, LanguageRow, labels, position
from scriptgap.report.reading import (
    Panel,
    Row,
    conditions,
    find,
    languages,
    match_classes,
    number,
    panels,
    rows,
    text,
    unswapped,
)
from scriptgap.report.text import clip
from scriptgap.report.wording import (
    condition_label,
    condition_meaning,
    match_class_colour,
    percent,
)

SEQUENTIAL = ["#f7f0e1", "#bcd9c9", "#66b2ad", "#2b7f8c", "#0d4459"]
"""Sand to deep teal: lightness falls steadily, so the order survives colour blindness and grey print."""

_WHITE_TEXT_FROM = 0.68
_UNKNOWN = "#9aa3ae"
_PANELS_A_ROW, _MODELS_A_ROW = 3, 10
_STEP, _MODEL_STEP = 56, 64
_LINE = 11
"""So many characters of a model's name stand in one line above a single column."""


def cell_ink(accuracy: float) -> str:
    """Return the colour in which an accuracy is written on its cell: it stays on a dark page."""
    return "#fefefe" if accuracy >= _WHITE_TEXT_FROM else "#14202b"


def heat_map(summary: Row) -> Figure | None:
    """Draw the heat map, or return None where the summary has no accuracy."""
    listed = unswapped(rows(summary, "accuracy"))
    columns, shown = conditions(listed), panels(summary)
    if not listed or not columns:
        return None
    order = _language_rows(summary, listed)
    bands = []
    models_alone = len(shown) > 1 == len(columns)
    across = _MODELS_A_ROW if models_alone else _PANELS_A_ROW
    for start in range(0, len(shown), across):
        parts = [
            _panel(summary, panel, order, columns, several=len(shown) > 1, legend=panel is shown[0])
            for panel in shown[start : start + across]
        ]
        bands.append(alt.hconcat(labels(order), *parts, spacing=4 if models_alone else 10))
    chart = bands[0] if len(bands) == 1 else alt.vconcat(*bands, spacing=28)
    meanings = [
        f"“{condition_label(name)}”: {meaning}."
        for name in columns
        if (meaning := condition_meaning(name)) is not None
    ]
    several = f" One block of columns per model ({len(shown)})." if len(shown) > 1 else ""
    several = f" One column per model ({len(shown)})." if models_alone else several
    caption = [
        "Each cell is the accuracy in percent of one query language (row) under one way of asking "
        "(column); darker is better, a dash was not measured. Rows are grouped by how the query language "
        "relates to the source language; bold figures in a group's heading are the group's own accuracy."
        + several,
        *meanings,
    ]
    title = "Accuracy by query language and way of asking"
    return Figure("heat_map", title, caption, to_svg(chart, "heat-map", title))


def _language_rows(summary: Row, listed: list[Row]) -> list[LanguageRow]:
    known = languages(summary)
    order: list[LanguageRow] = []
    for match_class in match_classes(listed):
        tags = dict.fromkeys(
            text(row, "query_lang") for row in listed if text(row, "match_class") == match_class
        )
        order.append(LanguageRow(f"{match_class}:", match_class, None))
        for tag in sorted(tags, key=lambda tag: (known[tag].script, known[tag].name, tag)):
            order.append(LanguageRow(f"{match_class}:{tag}", match_class, known[tag]))
    return order


def _panel(
    summary: Row,
    panel: Panel,
    order: list[LanguageRow],
    columns: list[str],
    *,
    several: bool,
    legend: bool,
) -> AnyChart:
    cells, figures, totals = [], [], []
    own = [row for row in rows(summary, "accuracy") if panel.holds(row)]
    own_classes = [row for row in rows(summary, "accuracy_by_class") if panel.holds(row)]
    cell_at = {
        (text(row, "match_class"), text(row, "query_lang"), text(row, "condition")): row for row in own
    }
    for row in order:
        for condition in columns:
            place: dict[str, Any] = {"row": row.key, "condition": condition}
            if row.language is None:
                total = find(own_classes, match_class=row.match_class, condition=condition)
                label = percent(number(total, "accuracy")) if total else ""
                totals.append({**place, "label": label, "ink": match_class_colour(row.match_class)})
                continue
            value = number(cell_at.get((row.match_class, row.language.tag, condition), {}), "accuracy")
            if value is None:
                figures.append({**place, "label": "–", "ink": _UNKNOWN})
                continue
            cells.append({**place, "accuracy": 100 * value})
            figures.append({**place, "label": percent(value), "ink": cell_ink(value)})
    alone = several and len(columns) == 1
    x = alt.X("condition:N", axis=None, scale=alt.Scale(domain=columns, paddingInner=0.04, paddingOuter=0.02))
    y = position(order)
    layers: list[alt.Chart] = []
    if cells:
        scale = alt.Scale(domain=[0, 25, 50, 75, 100], range=SEQUENTIAL, interpolate="lab")
        key = alt.Legend(
            title="percent" if alone else "accuracy, percent",
            orient="bottom",
            direction="horizontal",
            gradientLength=_MODEL_STEP if alone else 180,
            gradientThickness=9,
            values=[0, 50, 100] if alone else [0, 25, 50, 75, 100],
            titleAnchor="start",
        )
        layers.append(
            alt.Chart(values(cells))
            .mark_rect(cornerRadius=2)
            .encode(x=x, y=y, color=alt.Color("accuracy:Q", scale=scale, legend=key if legend else None))
        )
    if figures:
        layers.append(text_marks(figures, x=x, y=y, align="center", size=12))
    headings = {name: _model_lines(panel.title) if alone else _condition_lines(name) for name in columns}
    layers += _column_headings(headings, x)
    layers.append(text_marks(totals, x=x, y=y, align="center", size=12.5, weight=700, dy=3))
    chart: AnyChart = alt.layer(*layers).resolve_scale(color="independent")
    width = (_MODEL_STEP if alone else _STEP) * len(columns)
    chart = chart.properties(width=width, height=len(order) * ROW_HEIGHT)
    if not several or alone:
        return chart
    return chart.properties(title=alt.TitleParams(clip(panel.title, max(14, width // 7)), offset=14))


def _condition_lines(name: str) -> list[str]:
    base, _, change = condition_label(name).rpartition(", ")
    words = [*([f"{base},"] if base else []), *change.split(" ")]
    return [clip(word, 12) for word in words]


def _model_lines(name: str) -> list[str]:
    """Break a model's name after its separators into at most four short lines."""
    lines = [""]
    for part in regex.findall(r"[^-_/ ]*[-_/ ]?", name):
        if lines[-1] and len(lines[-1]) + len(part) > _LINE:
            lines.append("")
        lines[-1] += part
    return [clip(line, _LINE) for line in lines[:4]]


def _column_headings(headings: dict[str, list[str]], x: alt.X) -> list[alt.Chart]:
    """Write the words of each column in lines above it, the last line nearest to the cells."""
    layers = []
    for line in range(1, max(map(len, headings.values())) + 1):
        records = [
            {"condition": name, "label": lines[-line], "ink": INK}
            for name, lines in headings.items()
            if line <= len(lines)
        ]
        layers.append(text_marks(records, x=x, y=8 - 14 * line, align="center", size=11.5))
    return layers

"""The heat map: accuracy by query language and condition, languages grouped by match class."""

from typing import Any

import altair as alt

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
)
from scriptgap.report.text import clip
from scriptgap.report.wording import (
    CONDITION_MEANINGS,
    condition_label,
    match_class_colour,
    percent,
)

SEQUENTIAL = ["#f7f0e1", "#bcd9c9", "#66b2ad", "#2b7f8c", "#0d4459"]
"""Sand to deep teal: lightness falls steadily, so the order survives colour blindness and grey print."""

_WHITE_TEXT_FROM = 0.68
_UNKNOWN = "#9aa3ae"
_PANELS_A_ROW = 3


def heat_map(summary: Row) -> Figure | None:
    """Draw the heat map, or return None where the summary has no accuracy."""
    listed = rows(summary, "accuracy")
    columns, shown = conditions(listed), panels(summary)
    if not listed or not columns:
        return None
    order = _language_rows(summary, listed)
    bands = []
    for start in range(0, len(shown), _PANELS_A_ROW):
        band = shown[start : start + _PANELS_A_ROW]
        step = 56
        parts = [
            labels(order),
            *(
                _panel(summary, panel, order, columns, step, legend=panel is shown[0], titled=len(shown) > 1)
                for panel in band
            ),
        ]
        bands.append(alt.hconcat(*parts, spacing=10))
    chart = bands[0] if len(bands) == 1 else alt.vconcat(*bands, spacing=28)
    meanings = [
        f"“{condition_label(name)}”: {CONDITION_MEANINGS[name]}."
        for name in columns
        if name in CONDITION_MEANINGS
    ]
    several = f" One block of columns per model ({len(shown)})." if len(shown) > 1 else ""
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
    step: int,
    *,
    legend: bool,
    titled: bool,
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
            ink = "#fefefe" if value >= _WHITE_TEXT_FROM else "#14202b"
            figures.append({**place, "label": percent(value), "ink": ink})
    x = alt.X("condition:N", axis=None, scale=alt.Scale(domain=columns, paddingInner=0.04, paddingOuter=0.02))
    y = position(order)
    layers: list[alt.Chart] = []
    if cells:
        scale = alt.Scale(domain=[0, 25, 50, 75, 100], range=SEQUENTIAL, interpolate="lab")
        key = alt.Legend(
            title="accuracy, percent",
            orient="bottom",
            direction="horizontal",
            gradientLength=180,
            gradientThickness=9,
            values=[0, 25, 50, 75, 100],
            titleAnchor="start",
        )
        layers.append(
            alt.Chart(values(cells))
            .mark_rect(cornerRadius=2)
            .encode(x=x, y=y, color=alt.Color("accuracy:Q", scale=scale, legend=key if legend else None))
        )
    if figures:
        layers.append(text_marks(figures, x=x, y=y, align="center", size=12))
    layers += _column_headings(columns, x)
    layers.append(text_marks(totals, x=x, y=y, align="center", size=12.5, weight=700, dy=3))
    chart: AnyChart = alt.layer(*layers).resolve_scale(color="independent")
    chart = chart.properties(width=step * len(columns), height=len(order) * ROW_HEIGHT)
    if not titled:
        return chart
    title = clip(panel.title, max(14, step * len(columns) // 7))
    return chart.properties(title=alt.TitleParams(title, offset=14))


def _column_headings(columns: list[str], x: alt.X) -> list[alt.Chart]:
    """Write each condition in one or two lines above its column, the last line nearest to the cells."""
    layers = []
    for line in (1, 2):
        records = []
        for name in columns:
            first, _, rest = condition_label(name).partition(" ")
            label = (rest or first) if line == 2 else (first if rest else "")
            records.append({"condition": name, "label": clip(label, 12), "ink": INK})
        layers.append(text_marks(records, x=x, y=14 * line - 34, align="center", size=11.5))
    return layers

"""The heat map of scripts: accuracy by the script of the source and that of the query language."""

from typing import Any

import altair as alt

from scriptgap.report.drawing import INK, LINE, MUTED, AnyChart, Figure, text_marks, to_svg, values
from scriptgap.report.heat_map import SEQUENTIAL, cell_ink
from scriptgap.report.reading import Row, number, rows, text
from scriptgap.report.text import text_width
from scriptgap.report.wording import percent, short_count

_WIDE_STEP, _NARROW_STEP, _ROW = 56, 46, 40
_ALONE = "*"
"""Marks a count of answers that are all in the source language itself."""


def script_pairs(summary: Row) -> Figure | None:
    """Draw the heat map, or return None where no pair of scripts has an answer."""
    listed = rows(summary, "script_pairs")
    filled = [row for row in listed if number(row, "accuracy") is not None]
    if not filled:
        return None
    sources, queries = (
        sorted({text(row, f"{side}_script") for row in listed}) for side in ("source", "query")
    )
    title = "Accuracy by source script and query script"
    caption = [
        "Rows are the scripts of the languages in which the facts are presumed learned, columns those of the "
        "questions. Each cell is the accuracy in percent and, below, the number of answers; framed cells "
        "have the same script on both sides, grey cells with a dash have no answers.",
        "Compare a framed cell with others of its column to see one query script with and without a match; "
        "columns differ in how well the models know their languages, rows in how hard their facts are, so "
        "cells are no adjusted effects."
        if len(sources) > 1
        else "All facts come from one script, so no query script is seen both with and without a match: "
        "columns differ in how well the models know their languages, too, and cells are no adjusted effects.",
    ]
    if any(_alone(row) for row in filled):
        caption.append(
            f"{_ALONE} All answers of the cell are in the source language itself: it shows what a shared "
            "language is worth, and nothing of the script alone."
        )
    empty = len(sources) * len(queries) - len(filled)
    description = f"{title}: {len(sources)} by {len(queries)} scripts, {empty} pairs without answers"
    svg = to_svg(_chart(listed, sources, queries), "script-pairs", description)
    return Figure("script_pairs", title, caption, svg)


def _alone(row: Row) -> bool:
    return bool(number(row, "n")) and number(row, "n_same_language") == number(row, "n")


def _chart(listed: list[Row], sources: list[str], queries: list[str]) -> AnyChart:
    by_pair = {(text(row, "source_script"), text(row, "query_script")): row for row in listed}
    cells: list[dict[str, Any]] = []
    empty: list[dict[str, Any]] = []
    frames: list[dict[str, Any]] = []
    shares: list[dict[str, Any]] = []
    counts: list[dict[str, Any]] = []
    dashes: list[dict[str, Any]] = []
    for source in sources:
        for query in queries:
            place: dict[str, Any] = {"source": source, "query": query}
            row = by_pair.get((source, query), {})
            if row.get("script_match") is True or source == query:
                frames.append(place)
            value = number(row, "accuracy")
            if value is None:
                empty.append(place)
                dashes.append({**place, "label": "–", "ink": MUTED})
                continue
            cells.append({**place, "accuracy": 100 * value})
            ink = cell_ink(value)
            shares.append({**place, "label": percent(value), "ink": ink})
            mark = _ALONE if _alone(row) else ""
            counts.append({**place, "label": f"{short_count(number(row, 'n'))}{mark}", "ink": ink})
    step = _WIDE_STEP if len(queries) <= 10 else _NARROW_STEP
    x = alt.X("query:N", axis=None, scale=alt.Scale(domain=queries, paddingInner=0.06, paddingOuter=0.03))
    y = alt.Y("source:N", axis=None, scale=alt.Scale(domain=sources, paddingInner=0.08, paddingOuter=0.04))
    scale = alt.Scale(domain=[0, 25, 50, 75, 100], range=SEQUENTIAL, interpolate="lab")
    legend = alt.Legend(
        title="accuracy, percent",
        orient="bottom",
        direction="horizontal",
        gradientLength=180,
        gradientThickness=9,
        values=[0, 25, 50, 75, 100],
        titleAnchor="start",
    )
    layers = [
        alt.Chart(values(empty)).mark_rect(color=LINE, cornerRadius=2, opacity=0.6).encode(x=x, y=y),
        alt.Chart(values(cells))
        .mark_rect(cornerRadius=2)
        .encode(x=x, y=y, color=alt.Color("accuracy:Q", scale=scale, legend=legend)),
        alt.Chart(values(frames))
        .mark_rect(fillOpacity=0, stroke=INK, strokeWidth=2.2, cornerRadius=2)
        .encode(x=x, y=y),
        text_marks(dashes, x=x, y=y, align="center", size=12),
        text_marks(shares, x=x, y=y, align="center", size=13, weight=600, dy=-7),
        text_marks(counts, x=x, y=y, align="center", size=10, dy=9),
        text_marks(
            [{"query": name, "label": name, "ink": INK} for name in queries], x=x, y=-10, align="center"
        ),
        text_marks([{"label": "script of the question", "ink": MUTED}], x=0, y=-28, size=12),
    ]
    height = len(sources) * _ROW
    grid = alt.layer(*(layer for layer in layers if layer.data.values)).resolve_scale(color="independent")
    grid = grid.properties(width=max(step * len(queries), 190), height=height)
    heading = "source"
    width = max(text_width(heading, 12), max(text_width(name, 12.5) for name in sources)) + 4
    names = alt.layer(
        text_marks([{"source": name, "label": name, "ink": INK} for name in sources], x=0, y=y, size=12.5),
        text_marks([{"label": heading, "ink": MUTED}], x=0, y=-10, size=12),
    ).properties(width=round(width), height=height)
    return alt.hconcat(names, grid, spacing=8)

"""The labels that stand left of a figure with one row per query language."""

from dataclasses import dataclass
from typing import Any, Literal

import altair as alt

from scriptgap.report.drawing import INK, MUTED, AnyChart, text_marks, values
from scriptgap.report.reading import Language
from scriptgap.report.text import clip, text_width
from scriptgap.report.wording import match_class_colour, match_class_label

ROW_HEIGHT = 21
_SIZE = 12.5
_GAP = 12


@dataclass(frozen=True)
class LanguageRow:
    """One row: a query language within a match class, or (`language` None) the heading of a class."""

    key: str
    match_class: str
    language: Language | None


def position(rows: list[LanguageRow]) -> alt.Y:
    """Return the vertical encoding that all parts of such a figure share."""
    return alt.Y(
        "row:N",
        axis=None,
        scale=alt.Scale(domain=[row.key for row in rows], paddingInner=0.06, paddingOuter=0.03),
    )


def labels(rows: list[LanguageRow], *, coloured: bool = False) -> AnyChart:
    """Draw English name, own name and script of each row's language, and the headings of classes.

    Args:
        rows: The rows, top first.
        coloured: Write the names in the colour of their match class.
    """
    names: list[dict[str, Any]] = []
    autonyms: list[dict[str, Any]] = []
    scripts: list[dict[str, Any]] = []
    headings: list[dict[str, Any]] = []
    for row in rows:
        colour = match_class_colour(row.match_class)
        if row.language is None:
            headings.append({"row": row.key, "label": match_class_label(row.match_class), "ink": colour})
            continue
        names.append(
            {"row": row.key, "label": clip(row.language.name, 26), "ink": colour if coloured else INK}
        )
        second = row.language.autonym if row.language.autonym != row.language.name else ""
        autonyms.append({"row": row.key, "label": clip(second, 22) or row.language.tag, "ink": MUTED})
        scripts.append({"row": row.key, "label": row.language.script, "ink": MUTED})
    second_at = _column_end(names) + _GAP
    width = max(second_at + _column_end(autonyms) + _GAP + 28, _column_end(headings))
    y = position(rows)
    placeholder = (
        alt.Chart(values([{"row": rows[0].key}])).mark_point(opacity=0, size=0).encode(y=y, x=alt.value(0))
    )
    layers = [placeholder]
    sides: tuple[tuple[list[dict[str, Any]], float, Literal["left", "right"], float], ...] = (
        (names, 0.0, "left", _SIZE),
        (autonyms, second_at, "left", _SIZE),
        (scripts, width - 6, "right", 10.5),
    )
    for records, at, align, size in sides:
        if records:
            layers.append(text_marks(records, x=at, y=y, align=align, size=size))
    if headings:
        layers.append(text_marks(headings, x=0, y=y, size=13, weight=600, dy=3))
    return alt.layer(*layers).properties(width=round(width), height=len(rows) * ROW_HEIGHT)


def _column_end(records: list[dict[str, Any]]) -> float:
    return max((text_width(str(record["label"]), _SIZE) for record in records), default=0.0)

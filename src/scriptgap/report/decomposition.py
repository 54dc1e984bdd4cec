"""The decomposition of the loss across scripts: from the accuracy there up to that in the source language."""

from typing import Any

import altair as alt

from scriptgap.report.drawing import INK, MUTED, AnyChart, Figure, text_marks, to_svg, values
from scriptgap.report.reading import Row, number, panels, reasons, rows, text
from scriptgap.report.text import clip
from scriptgap.report.text_table import TextTable
from scriptgap.report.wording import (
    DECOMPOSITION_LABELS,
    PALETTE,
    condition_label,
    count,
    percent,
    points,
    points_interval,
    with_interval,
)

_ROW = 25
_LABELS, _NUMBERS = 132, 92
_LEVELS = ("base", "source")


def decomposition(summary: Row) -> Figure | None:
    """Draw the decomposition, or return None where no model was asked with the hint."""
    drawn = [
        row
        for row in rows(summary, "decomposition")
        if number(row, "recall") is not None
        and number(row, "base_accuracy") is not None
        and number(row, "source_accuracy") is not None
    ]
    if not drawn:
        return None
    across = 1 if len(drawn) == 1 else 2
    bands = []
    for start in range(0, len(drawn), across):
        band = drawn[start : start + across]
        parts = [
            _panel(row, _title(summary, row) if len(drawn) > 1 else "", 290 if across == 1 else 230)
            for row in band
        ]
        bands.append(alt.hconcat(_labels(band[0], titled=len(drawn) > 1), *parts, spacing=12))
    title = "What the loss across scripts consists of"
    description = "; ".join(
        f"{text(row, 'model')}: loss {points(number(row, 'loss'))}, "
        + ", ".join(
            f"{label.lower()} {points(number(row, key))}"
            for key, label in DECOMPOSITION_LABELS.items()
            if number(row, key) is not None
        )
        for row in drawn
    )
    svg = to_svg(
        bands[0] if len(bands) == 1 else alt.vconcat(*bands, spacing=22), "decomposition", description
    )
    return Figure("decomposition", title, _caption(summary, drawn), svg)


def _title(summary: Row, row: Row) -> str:
    return next((panel.title for panel in panels(summary) if panel.holds(row)), text(row, "model"))


def _caption(summary: Row, drawn: list[Row]) -> list[str]:
    caption = [
        "From the accuracy in another script (first bar) each block adds one term, in percentage points with "
        "its 95 % interval, up to the accuracy on the same facts in their source language (last bar). "
        "Dashed blocks pointing left are negative terms.",
        "Expression: the right fact was given, but in a script or form that does not count. Placebo: what "
        "any name in brackets does. Recognition: what the entity’s name in the source language gives beyond "
        "that. Recall: what is still lost with it.",
        "The terms are an accounting of accuracies over the same questions, not causes: a hint may also "
        "help a model recall.",
    ]
    if any(text(row, "recognition_variant") == "hint_only" for row in drawn):
        caption.append("Without a placebo hint, recognition holds what any name in brackets does as well.")
    if any(number(row, "expression") is None for row in drawn):
        places = range(len(rows(summary, "decomposition")))
        why = "; ".join(
            dict.fromkeys(
                reason for i in places for reason in reasons(summary, f"decomposition.{i}.expression")
            )
        )
        caption.append(
            f"Expression is not known: {why}." if why else "Expression is not known, and counts as 0."
        )
    return caption


def _keys() -> list[str]:
    return [_LEVELS[0], *DECOMPOSITION_LABELS, _LEVELS[1]]


def _position() -> alt.Y:
    return alt.Y("row:N", axis=None, scale=alt.Scale(domain=_keys(), paddingInner=0.22, paddingOuter=0.1))


def _labels(row: Row, *, titled: bool) -> AnyChart:
    base = f"other script, “{condition_label(text(row, 'base'))}”"
    words = {"base": clip(base, 22), **DECOMPOSITION_LABELS, "source": "source language"}
    records = [
        {"row": key, "label": label, "ink": PALETTE[_level_colour(key)].light if key in _LEVELS else INK}
        for key, label in words.items()
    ]
    chart = text_marks(records, x=0, y=_position(), size=12.5).properties(
        width=_LABELS, height=_ROW * len(words)
    )
    return chart.properties(title=alt.TitleParams(" ", offset=8)) if titled else chart


def _level_colour(key: str) -> str:
    return "cross_script" if key == "base" else "same_language"


def _panel(row: Row, title: str, width: int) -> AnyChart:
    base, source = number(row, "base_accuracy") or 0.0, number(row, "source_accuracy") or 0.0
    bars: list[dict[str, Any]] = []
    gains: list[dict[str, Any]] = []
    drops: list[dict[str, Any]] = []
    links: list[dict[str, Any]] = []
    numbers: list[dict[str, Any]] = []
    for key, level in (("base", base), ("source", source)):
        ink = PALETTE[_level_colour(key)].light
        bars.append({"row": key, "from": 0, "to": 100 * level, "ink": ink})
        numbers.append({"row": key, "label": f"{percent(level)} %", "ink": ink})
    at, last = base, "base"
    for key in DECOMPOSITION_LABELS:
        value = number(row, key)
        if value is None:
            numbers.append({"row": key, "label": "not known", "ink": MUTED})
            continue
        low, high = number(row, f"{key}_low"), number(row, f"{key}_high")
        label = with_interval(points(value), points_interval(low, high))
        numbers.append({"row": key, "label": label, "ink": INK})
        block = {"row": key, "from": 100 * min(at, at + value), "to": 100 * max(at, at + value)}
        (gains if value >= 0 else drops).append(block)
        links.append({"row": last, "next": key, "from": 100 * at})
        at, last = at + value, key
    links.append({"row": last, "next": "source", "from": 100 * at})
    top = max(source, *(record["to"] / 100 for record in [*gains, *drops]), 0.2)
    y = _position()
    axis = alt.Axis(title="accuracy, percent", grid=True, ticks=False, domain=False, tickCount=5)
    x = alt.X("from:Q", axis=axis, scale=alt.Scale(domain=[0, 100 * min(1.0, top * 1.05)], nice=False))
    colour = PALETTE["effect"].light
    layers = [
        alt.Chart(values(bars)).mark_bar().encode(x=x, x2="to:Q", y=y, color=alt.Color("ink:N", scale=None)),
        alt.Chart(values(gains)).mark_bar(color=colour).encode(x=x, x2="to:Q", y=y),
        alt.Chart(values(drops))
        .mark_bar(color=colour, fillOpacity=0.13, stroke=colour, strokeDash=[4, 3], strokeWidth=1.2)
        .encode(x=x, x2="to:Q", y=y),
        alt.Chart(values(links)).mark_rule(color=MUTED, strokeDash=[2, 3]).encode(x=x, y=y, y2="next:N"),
    ]
    height = _ROW * len(_keys())
    plot = alt.layer(*(layer for layer in layers if layer.data.values)).properties(width=width, height=height)
    if title:
        plot = plot.properties(title=alt.TitleParams(clip(title, (width + _NUMBERS) // 8), offset=8))
    right = text_marks(numbers, x=0, y=y, size=12.5, weight=600).properties(width=_NUMBERS, height=height)
    return alt.hconcat(plot, right, spacing=10)


def decomposition_table(summary: Row) -> TextTable:
    """Return the loss of each model and its terms, in points."""
    keys = ("loss", *DECOMPOSITION_LABELS)
    lines = [
        [
            _title(summary, row),
            condition_label(text(row, "base")),
            count(number(row, "n_units")),
            percent(number(row, "source_accuracy"), 1),
            percent(number(row, "base_accuracy"), 1),
            *(
                with_interval(
                    points(number(row, key), 1),
                    points_interval(number(row, f"{key}_low"), number(row, f"{key}_high"), 1),
                )
                for key in keys
            ),
        ]
        for row in rows(summary, "decomposition")
    ]
    heading = ["Model", "Asked", "Units", "Source language", "Other script", "Loss"]
    return TextTable(
        "decomposition",
        "The loss across scripts and its terms",
        "Accuracies in percent, terms in percentage points, with 95 % interval; a unit is one question in "
        "one language of another script. Loss = expression + placebo + recognition + recall, where a term "
        "that is not known (a dash) counts as 0.",
        [*heading, *DECOMPOSITION_LABELS.values()],
        2,
        lines,
    )

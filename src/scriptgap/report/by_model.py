"""The script effect of each model by itself, beside that of all together."""

from typing import Any

import altair as alt

from scriptgap.report.drawing import INK, MUTED, AnyChart, Figure, text_marks, to_svg, values
from scriptgap.report.reading import Row, mapping, number, rows, text
from scriptgap.report.text import clip, text_width
from scriptgap.report.text_table import TextTable
from scriptgap.report.wording import (
    count,
    percent,
    points,
    points_interval,
    ratio,
    ratio_interval,
    term_colour,
    with_interval,
)

_ROW = 25
_WIDTH = 270


def by_model(summary: Row) -> Figure | None:
    """Draw the script effect of each model, or return None where fewer than two have one."""
    listed = rows(summary, "effects_by_model")
    known = [row for row in listed if number(row, "ame") is not None]
    if len(known) < 2:
        return None
    known.sort(key=lambda row: (-(number(row, "ame") or 0.0), text(row, "model")))
    unknown = [row for row in listed if number(row, "ame") is None]
    pooled = mapping(mapping(summary, "effects"), "script_match")
    title = "The script effect of each model"
    caption = [
        "Points are the average marginal effect of a script match in percentage points, from a regression on "
        "this model’s answers alone, with 95 % intervals; models are sorted by it. Beside them stands the "
        "model’s accuracy over all these answers.",
    ]
    whole = number(pooled, "ame")
    if whole is not None:
        caption.append(
            f"The line is the effect in the regression of all models together ({points(whole, 1)}), the band "
            "its 95 % interval. It treats these models as they are, not as a sample of others: "
            "where models differ more than their intervals, the line is a mean of different effects."
        )
    for row in unknown:
        reason = text(row, "note")
        caption.append(f"{text(row, 'model')}: no effect{f' ({reason})' if reason else ''}.")
    low, high = known[-1], known[0]
    description = (
        f"{title}: from {points(number(low, 'ame'))} points ({text(low, 'model')}) to "
        f"{points(number(high, 'ame'))} ({text(high, 'model')})"
    )
    svg = to_svg(_chart([*known, *unknown], pooled), "by-model", description)
    return Figure("by_model", title, caption, svg)


def _chart(listed: list[Row], pooled: Row) -> AnyChart:
    order = [text(row, "model") for row in listed]
    names: list[dict[str, Any]] = []
    marks: list[dict[str, Any]] = []
    numbers: list[dict[str, Any]] = []
    shares: list[dict[str, Any]] = []
    for row in listed:
        place: dict[str, Any] = {"row": text(row, "model")}
        value, low, high = (number(row, key) for key in ("ame", "ame_low", "ame_high"))
        ink = INK if value is not None else MUTED
        names.append({**place, "label": clip(place["row"], 34), "ink": ink})
        interval = points_interval(low, high, 1)
        label = "not known" if value is None else with_interval(points(value, 1), interval)
        numbers.append({**place, "label": label, "ink": ink})
        n, right = number(row, "n"), number(row, "n_right")
        share = right / n if n and right is not None else None
        shares.append({**place, "label": f"{percent(share)} %", "ink": MUTED})
        if value is not None:
            mark = {**place, "value": 100 * value}
            marks.append(
                mark if low is None or high is None else mark | {"low": 100 * low, "high": 100 * high}
            )
    limits = [mark[key] for mark in marks for key in ("value", "low", "high") if key in mark]
    whole, bottom, top = (number(pooled, key) for key in ("ame", "ame_low", "ame_high"))
    domain = [min(0.0, *limits) - 2, max(0.0, *limits) + 2]
    height = len(order) * _ROW
    y = alt.Y("row:N", axis=None, scale=alt.Scale(domain=order))
    axis = alt.Axis(title="effect, points", grid=True, ticks=False, domain=False, tickCount=6)
    x = alt.X("value:Q", axis=axis, scale=alt.Scale(domain=domain, nice=False, clamp=True))
    colour = term_colour("script_match")
    band = [] if bottom is None or top is None else [{"value": 100 * bottom, "to": 100 * top}]
    line = [] if whole is None else [{"value": 100 * whole}]
    layers = [
        alt.Chart(values(band)).mark_rect(color=colour, opacity=0.13).encode(x=x, x2="to:Q"),
        alt.Chart(values([{"value": 0}])).mark_rule(color=MUTED, strokeDash=[4, 3]).encode(x=x),
        alt.Chart(values(line)).mark_rule(color=colour, strokeWidth=1.4).encode(x=x),
        alt.Chart(values([mark for mark in marks if "low" in mark]))
        .mark_rule(color=colour, strokeWidth=2.2)
        .encode(x=alt.X("low:Q"), x2="high:Q", y=y),
        alt.Chart(values(marks)).mark_circle(color=colour, size=85, opacity=1).encode(x=x, y=y),
        text_marks(
            [{"value": 100 * (whole or 0), "label": "all models", "ink": colour}] if line else [],
            x=x,
            y=-8,
            size=11.5,
            align="center",
        ),
    ]
    plot = alt.layer(*(layer for layer in layers if layer.data.values)).properties(
        width=_WIDTH, height=height
    )
    width = max(90.0, max(text_width(str(record["label"]), 12.5) for record in names))
    left = text_marks(names, x=0, y=y, size=12.5).properties(width=round(width), height=height)
    columns = alt.layer(
        text_marks(numbers, x=0, y=y, size=12.5, weight=600),
        text_marks(shares, x=178, y=y, size=12.5, align="right"),
        text_marks([{"label": "points [95 %]", "ink": MUTED}], x=0, y=-8, size=11.5),
        text_marks([{"label": "right", "ink": MUTED}], x=178, y=-8, size=11.5, align="right"),
    ).properties(width=180, height=height)
    return alt.hconcat(left, plot, columns, spacing=12)


def by_model_table(summary: Row) -> TextTable:
    """Return the script effect of each model, largest first."""
    listed = sorted(rows(summary, "effects_by_model"), key=lambda row: -(number(row, "ame") or 0.0))
    lines = []
    for row in listed:
        n, right = number(row, "n"), number(row, "n_right")
        low, high = number(row, "odds_ratio_low"), number(row, "odds_ratio_high")
        lines.append(
            [
                text(row, "model"),
                count(n),
                percent(right / n if n and right is not None else None, 1),
                with_interval(
                    ratio(number(row, "odds_ratio")),
                    ratio_interval(low, high),
                ),
                with_interval(
                    points(number(row, "ame"), 1),
                    points_interval(number(row, "ame_low"), number(row, "ame_high"), 1),
                ),
            ]
        )
    return TextTable(
        "effects_by_model",
        "The script effect of each model",
        "",
        ["Model", "Answers", "Right, percent", "Odds ratio [95 %]", "Effect, points [95 %]"],
        1,
        lines,
        long=True,
    )

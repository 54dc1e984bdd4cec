"""The specification curve: the script effect under every specification, and what each of them chooses.

It is drawn on one canvas whose coordinates are pixels, so that effects and choices stand in the same columns.
"""

import math
from dataclasses import dataclass
from typing import Any, Literal

import altair as alt

from scriptgap.report.choices import Choice, caption, choices, known_rows
from scriptgap.report.drawing import INK, LINE, MUTED, AnyChart, Figure, text_marks, to_svg, values
from scriptgap.report.reading import Row, mapping, number
from scriptgap.report.wording import points, term_colour

_LEFT, _RIGHT = 196, 88
_COLUMN, _WIDEST, _NARROWEST = 13.0, 720.0, 2.6
_TOP, _EFFECTS, _GAP = 44, 240, 26
_LINE_HEIGHT = 17
_DOTS_FROM = 7.0
"""Choices are dots where columns are this wide, else upright strokes."""

_SHAPES = {"script": "circle", "language": "triangle-up", "family": "square"}
_WORDS = {"script": "script match", "language": "language match", "family": "family match"}


@dataclass(frozen=True)
class _Canvas:
    """The geometry of one drawing."""

    columns: int
    step: float
    low: float
    high: float
    height: float

    @property
    def right(self) -> float:
        return _LEFT + self.columns * self.step

    def x(self, column: int) -> float:
        return _LEFT + (column + 0.5) * self.step

    def y(self, effect: float) -> float:
        inside = min(max(effect, self.low), self.high)
        return _TOP + (self.high - inside) / (self.high - self.low) * _EFFECTS


def specification_curve(summary: Row) -> Figure | None:
    """Draw the specification curve, or return None where no specification has a script effect."""
    drawn = known_rows(summary)
    if not drawn:
        return None
    listed = choices(summary)
    title = "The script effect under every specification"
    low, high, cut = _limits(drawn)
    step = min(_COLUMN, max(_NARROWEST, _WIDEST / len(drawn)))
    lines = sum(1 if choice.name else 1.35 for choice in listed) - 0.85
    canvas = _Canvas(len(drawn), step, low, high, _TOP + _EFFECTS + _GAP + lines * _LINE_HEIGHT + 8)
    agreement = mapping(summary, "specification_agreement")
    description = (
        f"{title}: {len(drawn)} specifications, script effect from "
        f"{points(number(drawn[0], 'script_ame'))} to {points(number(drawn[-1], 'script_ame'))} points, "
        f"median {points(number(agreement, 'median'))}"
    )
    svg = to_svg(_chart(drawn, listed, canvas), "specification-curve", description)
    return Figure("specification_curve", title, caption(summary, cut), svg)


def _limits(drawn: list[Row]) -> tuple[float, float, bool]:
    """Return the lowest and highest effect to show, and whether an interval runs beyond them."""
    effects = [value for row in drawn for name in _WORDS if (value := number(row, f"{name}_ame")) is not None]
    lows = [value for row in drawn if (value := number(row, "script_ame_low")) is not None]
    highs = [value for row in drawn if (value := number(row, "script_ame_high")) is not None]
    low, high = min(0.0, *effects), max(0.0, *effects)
    room = max(0.3 * (high - low), 0.02)
    bottom = max(low - room, min(low, *lows) if lows else low) - 0.015
    top = min(high + room, max(high, *highs) if highs else high) + 0.015
    cut = bool((lows and min(lows) < bottom) or (highs and max(highs) > top))
    return bottom, top, cut


def _chart(drawn: list[Row], listed: list[Choice], canvas: _Canvas) -> AnyChart:
    marked = any(row.get("primary") is True for row in drawn)
    layers = [*_grid(drawn, canvas), *_effects(drawn, canvas), *_matrix(drawn, listed, canvas)]
    chart = alt.layer(*layers, *_legend(marked))
    return chart.properties(width=round(max(canvas.right + _RIGHT, 560)), height=round(canvas.height))


_X = alt.X("x:Q", axis=None, scale=None)
_Y = alt.Y("y:Q", axis=None, scale=None)
_INK = alt.Color("ink:N", scale=None)


def _write(
    records: list[dict[str, Any]],
    *,
    size: float = 11.5,
    align: Literal["left", "center", "right"] = "left",
    weight: Literal["normal", 600, 700] = "normal",
) -> alt.Chart:
    return text_marks(records, x=_X, y=_Y, size=size, align=align, weight=weight)


def _rules(records: list[dict[str, Any]], **style: Any) -> alt.Chart:
    marks = alt.Chart(values(records)).mark_rule(**style)
    chart: alt.Chart = marks.encode(x=_X, x2="x2:Q", y=_Y, y2="y2:Q", color=_INK)
    return chart


def _grid(drawn: list[Row], canvas: _Canvas) -> list[alt.Chart]:
    """Draw the scale of effects, and a line down the primary specification."""
    span = 100 * (canvas.high - canvas.low)
    every = next(step for step in (1, 2, 5, 10, 20, 50, 100) if span / step <= 8)
    first = math.ceil(100 * canvas.low / every) * every
    ticks = list(range(first, int(100 * canvas.high) + 1, every))
    lines = [
        {"x": _LEFT, "x2": canvas.right, "y": canvas.y(tick / 100), "y2": canvas.y(tick / 100), "ink": LINE}
        for tick in ticks
    ]
    labels = [
        {"x": _LEFT - 8, "y": canvas.y(tick / 100), "label": points(tick / 100), "ink": MUTED}
        for tick in ticks
    ]
    title = [{"x": 0, "y": _TOP + 4, "label": "effect, points", "ink": MUTED}]
    layers = [_rules(lines), _write(labels, align="right"), _write(title)]
    layers.append(_rules([lines[ticks.index(0)] | {"ink": MUTED}], strokeDash=[4, 3]))
    primary = [column for column, row in enumerate(drawn) if row.get("primary") is True]
    if primary:
        at = canvas.x(primary[0])
        line = {"x": at, "x2": at, "y": _TOP - 6, "y2": canvas.height, "ink": INK}
        side: Literal["left", "right"] = "left" if at < (_LEFT + canvas.right) / 2 else "right"
        note = {"x": at + (4 if side == "left" else -4), "y": _TOP - 8, "label": "primary", "ink": INK}
        layers += [_rules([line], strokeWidth=0.8), _write([note], align=side, weight=600)]
    return layers


def _effects(drawn: list[Row], canvas: _Canvas) -> list[alt.Chart]:
    marks: dict[str, list[dict[str, Any]]] = {name: [] for name in _WORDS}
    naive: list[dict[str, Any]] = []
    sound: list[dict[str, Any]] = []
    main: list[dict[str, Any]] = []
    for column, row in enumerate(drawn):
        pale = "question" not in (row.get("controls") or [])
        for name in _WORDS:
            value = number(row, f"{name}_ame")
            if value is not None:
                ink = term_colour(f"{name}_match")
                mark = {"x": canvas.x(column), "y": canvas.y(value), "ink": ink}
                marks[name].append(mark | {"opacity": 0.45 if pale else 1.0})
        low, high = number(row, "script_ame_low"), number(row, "script_ame_high")
        place = {"x": canvas.x(column), "x2": canvas.x(column), "ink": term_colour("script_match")}
        if low is not None and high is not None:
            (naive if pale else sound).append({**place, "y": canvas.y(low), "y2": canvas.y(high)})
        if row.get("primary") is True:
            main.append({**place, "y": canvas.y(number(row, "script_ame") or 0.0)})
    width = min(2.2, 0.55 * canvas.step)
    size = min(34.0, max(7.0, 2.6 * canvas.step))
    layers = [
        _points(marks[name], size=max(size, 12.0), opacity=0.5, shape=_SHAPES[name]) for name in _faint(marks)
    ]
    layers += [_rules(naive, strokeWidth=width, opacity=0.25)] if naive else []
    layers += [_rules(sound, strokeWidth=width, opacity=0.75)] if sound else []
    layers.append(_points(marks["script"], size=size, opacity=None, shape=_SHAPES["script"]))
    layers += [_points([mark | {"ink": INK} for mark in main], 70, 1.0, "diamond")] if main else []
    return layers


def _faint(marks: dict[str, list[dict[str, Any]]]) -> list[str]:
    return [name for name in ("language", "family") if marks[name]]


def _points(records: list[dict[str, Any]], size: float, opacity: float | None, shape: str) -> alt.Chart:
    """Draw points; without an `opacity`, each record has its own."""
    shown = alt.value(opacity) if opacity is not None else alt.Opacity("opacity:Q", scale=None)
    marks = alt.Chart(values(records)).mark_point(filled=True, size=size, shape=shape)
    chart: alt.Chart = marks.encode(x=_X, y=_Y, color=_INK, opacity=shown)
    return chart


def _matrix(drawn: list[Row], listed: list[Choice], canvas: _Canvas) -> list[alt.Chart]:
    """Draw the choices, one line each, and right of them the median effects with and without each."""
    y = float(_TOP + _EFFECTS + _GAP)
    names: list[dict[str, Any]] = []
    headings: list[dict[str, Any]] = []
    numbers: list[dict[str, Any]] = []
    on: list[dict[str, Any]] = []
    tracks: list[dict[str, Any]] = []
    columns = (canvas.right + 44, canvas.right + 86)
    heads = [
        {"x": columns[0], "y": y, "label": "with", "ink": MUTED},
        {"x": columns[1], "y": y, "label": "without", "ink": MUTED},
        {"x": columns[1], "y": y - 15, "label": "median, points", "ink": MUTED},
    ]
    for choice in listed:
        if not choice.name:
            y += 0.35 * _LINE_HEIGHT if headings else 0.0
            headings.append({"x": 0, "y": y, "label": choice.label, "ink": INK})
            y += _LINE_HEIGHT
            continue
        names.append({"x": 10, "y": y, "label": choice.label, "ink": INK})
        tracks.append({"x": _LEFT, "x2": canvas.right, "y": y, "y2": y, "ink": LINE})
        half = 0.38 * _LINE_HEIGHT
        for column, row in enumerate(drawn):
            if choice.made_in(row):
                at = canvas.x(column)
                on.append({"x": at, "x2": at, "y": y - half, "y2": y + half, "middle": y, "ink": INK})
        for at, value in zip(columns, (choice.median, choice.median_otherwise), strict=True):
            numbers.append({"x": at, "y": y, "label": points(value), "ink": INK})
        y += _LINE_HEIGHT
    layers = [_rules(tracks, strokeWidth=0.7)] if tracks else []
    if on and canvas.step >= _DOTS_FROM:
        layers.append(
            alt.Chart(values(on))
            .mark_circle(size=min(46.0, 4.2 * canvas.step), opacity=1)
            .encode(x=_X, y=alt.Y("middle:Q", axis=None, scale=None), color=_INK)
        )
    elif on:
        layers.append(_rules(on, strokeWidth=max(1.0, 0.62 * canvas.step)))
    layers += [_write(headings, weight=600), _write(names)]
    return [*layers, _write(numbers, align="right"), _write(heads, align="right", size=10.5)]


def _legend(marked: bool) -> list[alt.Chart]:
    layers = []
    at = 0.0
    for name, words in _WORDS.items():
        mark = {"x": at + 6, "y": 10, "ink": term_colour(f"{name}_match")}
        layers.append(_points([mark], 46, 1.0 if name == "script" else 0.6, _SHAPES[name]))
        layers.append(_write([{"x": at + 16, "y": 10, "label": words, "ink": INK}], size=12))
        at += 128
    if marked:
        layers.append(_points([{"x": at + 6, "y": 10, "ink": INK}], 70, 1.0, "diamond"))
        words = "primary specification: that of the findings"
        layers.append(_write([{"x": at + 16, "y": 10, "label": words, "ink": INK}], size=12))
    return layers

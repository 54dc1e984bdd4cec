"""The forest plot: odds ratios and average marginal effects of the regression's terms."""

from typing import Any

import altair as alt

from scriptgap.report.drawing import INK, MUTED, AnyChart, Figure, text_marks, to_svg, values
from scriptgap.report.reading import Row, dropped, mapping, number, regressions, terms
from scriptgap.report.text import clip
from scriptgap.report.wording import (
    PALETTE,
    TERM_LABELS,
    condition_label,
    points,
    points_interval,
    ratio,
    term_label,
)

_ROW = 27
_WIDTH = 196
_SMALLEST, _LARGEST = 0.02, 200.0


def forest(summary: Row) -> Figure | None:
    """Draw the forest plot, or return None where no term has an odds ratio."""
    fitted = regressions(summary)
    known = [
        value
        for effects in fitted.values()
        for term in terms(effects).values()
        for key in ("odds_ratio", "odds_ratio_low", "odds_ratio_high")
        if (value := _positive(term, key)) is not None
    ]
    if not any(
        _positive(term, "odds_ratio") is not None
        for effects in fitted.values()
        for term in terms(effects).values()
    ):
        return None
    title = "What a match in script, language or family is worth"
    return Figure("forest", title, _caption(fitted), to_svg(_chart(fitted, known), "forest", title))


def _positive(term: Row, key: str) -> float | None:
    value = number(term, key)
    return value if value is not None and value > 0 else None


def _caption(fitted: dict[str, Row]) -> list[str]:
    caption = [
        "Points are odds ratios of a right answer (log axis), lines their 95 % intervals; right of 1 helps. "
        "The effect in points is the average marginal effect: the change in the probability of a right "
        "answer when only this term changes. One group of rows per way of asking."
    ]
    whys = list(
        dict.fromkeys((term, reason) for effects in fitted.values() for term, reason in dropped(effects))
    )
    for term, reason in whys:
        caption.append(f"Not identified: {term_label(term).lower()}{f' ({reason})' if reason else ''}.")
    for name, effects in fitted.items():
        specification = mapping(effects, "specification")
        faults = [
            words
            for words, bad in (
                ("did not converge", specification.get("converged") is False),
                ("is singular (a random effect has no variance)", specification.get("singular") is True),
            )
            if bad
        ]
        if faults:
            caption.append(
                f"The fit for “{condition_label(name)}” {' and '.join(faults)}: read it with care."
            )
    return caption


def _chart(fitted: dict[str, Row], known: list[float]) -> AnyChart:
    low = max(_SMALLEST, min(0.8, *known) / 1.15)
    high = min(_LARGEST, max(1.25, *known) * 1.15)
    order: list[str] = []
    names: list[dict[str, Any]] = []
    headings: list[dict[str, Any]] = []
    ratios: list[dict[str, Any]] = []
    effects_in_points: list[dict[str, Any]] = []
    marks: list[dict[str, Any]] = []
    for condition, effects in fitted.items():
        heading = f"{condition}:"
        order.append(heading)
        headings.append(
            {"row": heading, "label": f"asked “{clip(condition_label(condition), 24)}”", "ink": INK}
        )
        out = {term for term, _ in dropped(effects)}
        present = terms(effects)
        listed = [name for name in TERM_LABELS if name in present or name in out]
        listed += sorted((set(present) | out) - set(listed))
        for name in listed:
            place: dict[str, Any] = {"row": f"{condition}:{name}"}
            order.append(place["row"])
            term = present.get(name, {})
            value = _positive(term, "odds_ratio")
            names.append(
                {**place, "label": clip(term_label(name), 26), "ink": MUTED if value is None else INK}
            )
            if value is None:
                ratios.append({**place, "label": "not identified", "ink": MUTED})
                continue
            bounds = (_positive(term, "odds_ratio_low"), _positive(term, "odds_ratio_high"))
            interval = "" if None in bounds else f"  [{ratio(bounds[0])}, {ratio(bounds[1])}]"
            ratios.append({**place, "label": f"{ratio(value)}{interval}", "ink": INK})
            ame = number(term, "ame")
            if ame is not None:
                span = points_interval(number(term, "ame_low"), number(term, "ame_high"))
                effects_in_points.append({**place, "label": f"{points(ame)}  {span}".rstrip(), "ink": INK})
            mark = {**place, "value": min(max(value, low), high), "inside": low <= value <= high}
            if bounds[0] is not None and bounds[1] is not None:
                mark |= {"low": min(max(bounds[0], low), high), "high": min(max(bounds[1], low), high)}
            marks.append(mark)
    height = len(order) * _ROW
    y = alt.Y("row:N", axis=None, scale=alt.Scale(domain=order))
    names_chart = alt.layer(
        text_marks(names, x=12, y=y, size=13),
        text_marks(headings, x=0, y=y, size=13, weight=600),
    ).properties(width=128, height=height)
    ticks = [
        tick for tick in (0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128) if low <= tick <= high
    ]
    axis = alt.Axis(
        title="odds ratio (log scale)", values=ticks, format="~g", grid=True, ticks=False, domain=False
    )
    x = alt.X("value:Q", axis=axis, scale=alt.Scale(type="log", domain=[low, high], nice=False))
    colour = PALETTE["effect"].light
    spans = [mark for mark in marks if "low" in mark]
    shape = alt.Shape(
        "inside:N", scale=alt.Scale(domain=[True, False], range=["circle", "triangle-right"]), legend=None
    )
    layers = [
        alt.Chart(values([{"value": 1}])).mark_rule(color=MUTED, strokeDash=[4, 3]).encode(x=x),
        alt.Chart(values(spans))
        .mark_rule(color=colour, strokeWidth=2.4)
        .encode(x=alt.X("low:Q"), x2="high:Q", y=y),
        alt.Chart(values(marks))
        .mark_point(filled=True, size=95, color=colour, opacity=1)
        .encode(x=x, y=y, shape=shape),
    ]
    plot = alt.layer(*(layer for layer in layers if layer.data.values)).properties(
        width=_WIDTH, height=height
    )
    ratio_heading = [{"label": "odds ratio [95 %]", "ink": MUTED}]
    effect_heading = [{"label": "effect, points [95 %]", "ink": MUTED}]
    columns = [
        text_marks(ratios, x=0, y=y, size=12.5),
        text_marks(ratio_heading, x=0, y=-8, size=11.5),
        text_marks(effect_heading, x=128, y=-8, size=11.5),
    ]
    if effects_in_points:
        columns.append(text_marks(effects_in_points, x=128, y=y, size=12.5, weight=600))
    numbers = alt.layer(*columns).properties(width=232, height=height)
    return alt.hconcat(names_chart, plot, numbers, spacing=14)

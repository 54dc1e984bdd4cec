"""Which term is primary: each one's share of the deviance that they explain together."""

from typing import Any

import altair as alt

from scriptgap.report.drawing import INK, MUTED, AnyChart, Figure, text_marks, to_svg, values
from scriptgap.report.reading import Fit, Row, fits, mapping, number, terms
from scriptgap.report.term_rows import (
    ROW_HEIGHT,
    TermRow,
    cell,
    position,
    side_heading,
    sides,
    term_labels,
    term_rows,
)
from scriptgap.report.wording import (
    count,
    percent,
    percent_interval,
    term_colour,
    term_label,
    with_interval,
)

_WIDTH = 178
_NUMBERS = 84


def importance(summary: Row) -> Figure | None:
    """Draw each term's Shapley share, or return None where no fit has two: a lone term's share is 1."""
    fitted = [
        fit
        for fit in fits(summary)
        if sum(number(term, "shapley_share") is not None for term in terms(fit.effects).values()) > 1
    ]
    if not fitted:
        return None
    title = "Which match is primary"
    caption = [
        "Bars are Shapley shares, in percent: how much of what script, language and family match explain "
        "together (the deviance) is due to each, averaged over all orders in which they can enter the "
        "regression. Within one fit they sum to 100. Lines are 95 % intervals from resampled questions; they "
        "hold query languages and models fixed.",
        "A share says how much of the differences between answers a term accounts for, not how large its "
        "effect is: a match that is rare in these answers can have a large effect and a small share. "
        + " ".join(_leaders(fitted)),
    ]
    for fit in fitted:
        specification = mapping(fit.effects, "specification")
        used, n = number(specification, "nested_n"), number(specification, "n")
        if used is not None and n is not None and used < n:
            caption.append(
                f"{fit.title}: the shares rest on {count(used)} of {count(n)} answers, those to a random "
                "sample of the questions."
            )
    svg = to_svg(_chart(fitted), "importance", f"{title}. {' '.join(_leaders(fitted))}")
    return Figure("importance", title, caption, svg)


def _leaders(fitted: list[Fit]) -> list[str]:
    """Say for each fit which term has the largest share."""
    sentences = []
    for fit in fitted:
        shares = {
            name: share
            for name, term in terms(fit.effects).items()
            if (share := number(term, "shapley_share")) is not None
        }
        first = max(shares, key=lambda name: shares[name])
        sentences.append(f"{fit.title}: {term_label(first).lower()} leads with {percent(shares[first])} %.")
    return sentences


def _chart(fitted: list[Fit]) -> AnyChart:
    rows = term_rows(fitted)
    lows = [
        value
        for fit in fitted
        for term in terms(fit.effects).values()
        for key in ("shapley_share", "shapley_low")
        if (value := number(term, key)) is not None
    ]
    domain = [min(0.0, 100 * min(lows)), 100.0]
    shown = sides(fitted)
    panels = [_panel(rows, side, present, domain) for side, present in shown.items()]
    return alt.hconcat(term_labels(rows, "shapley_share", fitted), *panels, spacing=14)


def _panel(rows: list[TermRow], side: bool, present: dict[str, Fit], domain: list[float]) -> AnyChart:
    bars: list[dict[str, Any]] = []
    numbers: list[dict[str, Any]] = []
    for row in rows:
        term = cell(present, row) if row.term else None
        if term is None:
            if row.group not in present and not row.term:
                numbers.append({"row": row.key, "label": "not fitted", "ink": MUTED})
            continue
        share = number(term, "shapley_share")
        if share is None:
            numbers.append({"row": row.key, "label": "not known", "ink": MUTED})
            continue
        low, high = number(term, "shapley_low"), number(term, "shapley_high")
        label = with_interval(percent(share), percent_interval(low, high))
        numbers.append({"row": row.key, "label": label, "ink": INK})
        bar: dict[str, Any] = {"row": row.key, "value": 100 * share, "ink": term_colour(row.term), "from": 0}
        if low is not None and high is not None:
            bar |= {"low": 100 * max(low, domain[0] / 100), "high": 100 * min(high, 1)}
        bars.append(bar)
    y = position(rows)
    axis = alt.Axis(title="share, percent", values=[0, 25, 50, 75, 100], grid=True, ticks=False, domain=False)
    x = alt.X("value:Q", axis=axis, scale=alt.Scale(domain=domain, nice=False))
    layers = [
        alt.Chart(values(bars))
        .mark_bar(height=13, opacity=0.8)
        .encode(x=x, x2="from:Q", y=y, color=alt.Color("ink:N", scale=None)),
        alt.Chart(values([bar for bar in bars if "low" in bar]))
        .mark_rule(strokeWidth=1.6, color=INK)
        .encode(x=alt.X("low:Q"), x2="high:Q", y=y),
        text_marks(side_heading(side), x=0, y=-12, size=13, weight=600),
    ]
    height = len(rows) * ROW_HEIGHT
    plot = alt.layer(*(layer for layer in layers if layer.data.values))
    plot = plot.properties(width=_WIDTH, height=height)
    labels = text_marks(numbers, x=0, y=y, size=12.5, weight=600).properties(width=_NUMBERS, height=height)
    return alt.hconcat(plot, labels, spacing=8)

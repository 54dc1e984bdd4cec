"""The forest plot: what each term of the regression is worth, with and without the query language."""

from typing import Any

import altair as alt

from scriptgap.report.drawing import INK, MUTED, AnyChart, Figure, text_marks, to_svg, values
from scriptgap.report.reading import Fit, Row, dropped_terms, fits, mapping, number, terms
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
    points,
    points_interval,
    ratio,
    ratio_interval,
    term_colour,
    term_label,
    with_interval,
)

_WIDTH = {1: 230, 2: 172}
_POINTS, _RATIO = 132, 112


def forest(summary: Row) -> Figure | None:
    """Draw the forest plot, or return None where no term has an odds ratio."""
    fitted = fits(summary)
    listed = [term for fit in fitted for term in terms(fit.effects).values()]
    if not any(number(term, "odds_ratio") is not None for term in listed):
        return None
    title = "What a match in script, language or family is worth"
    svg = to_svg(_chart(fitted), "forest", _description(fitted))
    return Figure("forest", title, _caption(fitted), svg)


def _description(fitted: list[Fit]) -> str:
    parts = []
    for fit in fitted:
        effects = [
            f"{term_label(name).lower()} {points(number(term, 'ame'), 1)}"
            for name, term in terms(fit.effects).items()
            if number(term, "ame") is not None
        ]
        if effects:
            parts.append(f"{fit.title}: {', '.join(effects)}")
    return "Effects of a match, in points. " + "; ".join(parts)


def _caption(fitted: list[Fit]) -> list[str]:
    caption = [
        "Points are average marginal effects: the change in the probability of a right answer, in percentage "
        "points, when only this term changes; lines are 95 % intervals, right of 0 helps. Odds ratios stand "
        "beside them: with each random effect in a fit they move away from 1, so compare fits by "
        "their points."
    ]
    if len(sides(fitted)) > 1:
        caption.append(
            "Left: whatever differs between query languages, such as how much of each a model has read, "
            "counts as an effect of the match. Right: each query language has an effect of its own, so a "
            "match is judged within languages where it varies there, and else against how much languages "
            "differ anyway. Where the two disagree, the left one also holds how well the model knows the "
            "languages; the right one is the main finding."
        )
    if any(fit.language_pairs for fit in fitted):
        caption.append(
            "“And language pairs”: each pair of source and query language has an effect of its own too. A "
            "match varies between pairs, so this is what it should be judged by where pairs differ for other "
            "reasons; intervals that are much wider here say that they do."
        )
    whys = dict.fromkeys((term, reason) for fit in fitted for term, reason in dropped_terms(fit.effects))
    for term, reason in whys:
        caption.append(f"Not identified: {term_label(term).lower()}{f' ({reason})' if reason else ''}.")
    for fit in fitted:
        specification = mapping(fit.effects, "specification")
        faults = [
            words
            for words, bad in (
                ("did not converge", specification.get("converged") is False),
                ("is singular (a random effect has no variance)", specification.get("singular") is True),
            )
            if bad
        ]
        if faults:
            caption.append(f"The fit for {fit.title}, {' and '.join(faults)}: read it with care.")
    return caption


def _chart(fitted: list[Fit]) -> AnyChart:
    rows = term_rows(fitted)
    known = [
        value
        for fit in fitted
        for term in terms(fit.effects).values()
        for key in ("ame", "ame_low", "ame_high")
        if (value := number(term, key)) is not None
    ]
    domain = [100 * min(-0.05, *known, 0) - 2, 100 * max(0.05, *known, 0) + 2]
    shown = sides(fitted)
    panels = [_panel(rows, side, present, domain, _WIDTH[len(shown)]) for side, present in shown.items()]
    return alt.hconcat(term_labels(rows, "odds_ratio", fitted), *panels, spacing=14)


def _panel(
    rows: list[TermRow], side: bool, present: dict[str, Fit], domain: list[float], width: int
) -> AnyChart:
    marks: list[dict[str, Any]] = []
    effects: list[dict[str, Any]] = []
    ratios: list[dict[str, Any]] = []
    for row in rows:
        term = cell(present, row) if row.term else None
        if term is None:
            if row.group not in present and not row.term:
                effects.append({"row": row.key, "label": "not fitted", "ink": MUTED})
            continue
        odds, ame = number(term, "odds_ratio"), number(term, "ame")
        if odds is None:
            effects.append({"row": row.key, "label": "not identified", "ink": MUTED})
            continue
        low, high = number(term, "odds_ratio_low"), number(term, "odds_ratio_high")
        span = ratio_interval(low, high)
        ratios.append({"row": row.key, "label": with_interval(ratio(odds), span), "ink": MUTED})
        low, high = number(term, "ame_low"), number(term, "ame_high")
        label = with_interval(points(ame, 1), points_interval(low, high, 1))
        effects.append({"row": row.key, "label": label, "ink": INK})
        if ame is None:
            continue
        mark: dict[str, Any] = {"row": row.key, "value": 100 * ame, "ink": term_colour(row.term)}
        if low is not None and high is not None:
            mark |= {"low": 100 * low, "high": 100 * high}
        marks.append(mark)
    y = position(rows)
    axis = alt.Axis(title="effect, points", grid=True, ticks=False, domain=False, tickCount=4)
    x = alt.X("value:Q", axis=axis, scale=alt.Scale(domain=domain, nice=False))
    colour = alt.Color("ink:N", scale=None)
    layers = [
        alt.Chart(values([{"value": 0}])).mark_rule(color=MUTED, strokeDash=[4, 3]).encode(x=x),
        alt.Chart(values([mark for mark in marks if "low" in mark]))
        .mark_rule(strokeWidth=2.4)
        .encode(x=alt.X("low:Q"), x2="high:Q", y=y, color=colour),
        alt.Chart(values(marks)).mark_circle(size=95, opacity=1).encode(x=x, y=y, color=colour),
        text_marks(side_heading(side), x=0, y=-26, size=13, weight=600),
    ]
    height = len(rows) * ROW_HEIGHT
    plot = alt.layer(*(layer for layer in layers if layer.data.values)).properties(width=width, height=height)
    heads = [
        text_marks([{"label": "points [95 %]", "ink": MUTED}], x=0, y=-8, size=11.5),
        text_marks([{"label": "odds ratio [95 %]", "ink": MUTED}], x=_POINTS, y=-8, size=11.5),
    ]
    columns = [text_marks(effects, x=0, y=y, size=12.5, weight=600)]
    columns += [text_marks(ratios, x=_POINTS, y=y, size=12.5)] if ratios else []
    numbers = alt.layer(*columns, *heads).properties(width=_POINTS + _RATIO, height=height)
    return alt.hconcat(plot, numbers, spacing=10)

"""The power curve: how often a study finds a script effect, by the size of the effect."""

from statistics import NormalDist

import altair as alt

from scriptgap.explain.planning.plan import Plan
from scriptgap.report.drawing import INK, MUTED, AnyChart, Figure, text_marks, to_svg, values
from scriptgap.report.wording import PALETTE, decimal, percent, percent_interval, points

_WIDTH, _HEIGHT = 520, 260
_STEPS = 100


def power_curve(plan: Plan) -> Figure | None:
    """Draw the power curve, or return None where nothing was simulated."""
    if plan.false_alarms is None:
        return None
    title = "How large a script effect the study finds"
    return Figure("power", title, _caption(plan), to_svg(_chart(plan), "power", title))


def _caption(plan: Plan) -> list[str]:
    assert plan.false_alarms is not None
    alarms = plan.false_alarms
    written = [
        f"Dots are shares of simulated studies ({plan.simulations} in all) whose 95 % interval of the script "
        "effect excludes zero, with 95 % intervals; the line is fitted to them, and the band is the 95 % "
        "interval of where it reaches the wanted power. Without an effect the dot should lie at 5 %; it lies "
        f"at {percent(alarms.power)} {percent_interval(alarms.low, alarms.high)}."
    ]
    if plan.effect is None:
        written.append(f"No smallest effect: {plan.reason}.")
    return written


def _chart(plan: Plan) -> AnyChart:
    shown = [plan.false_alarms, *plan.points]
    dots = [
        {"effect": point.effect, "power": 100 * point.power, "low": 100 * point.low, "high": 100 * point.high}
        for point in shown
        if point is not None
    ]
    largest = max(dot["effect"] for dot in dots) * 1.05
    colour = PALETTE["effect"].light
    x = alt.X(
        "effect:Q",
        axis=alt.Axis(title="script effect, logits", grid=False, tickCount=8),
        scale=alt.Scale(domain=[0, largest], nice=False),
    )
    y = alt.Y(
        "power:Q",
        axis=alt.Axis(
            title="studies that find it, percent", values=[0, 20, 40, 60, 80, 100], domain=False, ticks=False
        ),
        scale=alt.Scale(domain=[0, 100]),
    )
    wanted = alt.Chart(values([{"power": 100 * plan.power}]))
    layers: list[alt.Chart] = [wanted.mark_rule(color=MUTED, strokeDash=[4, 3]).encode(y=y)]
    if plan.curve is not None and plan.effect is not None:
        layers += _smallest(plan, x, y, largest)
    layers += [
        alt.Chart(values(dots))
        .mark_rule(color=colour, strokeWidth=2)
        .encode(x=x, y=alt.Y("low:Q"), y2="high:Q"),
        alt.Chart(values(dots)).mark_circle(size=80, color=colour, opacity=1).encode(x=x, y=y),
    ]
    return alt.layer(*layers).properties(width=_WIDTH, height=_HEIGHT)


def _smallest(plan: Plan, x: alt.X, y: alt.Y, largest: float) -> list[alt.Chart]:
    """The curve, and where it reaches the wanted power."""
    assert plan.curve is not None
    assert plan.effect is not None
    intercept, slope = plan.curve
    first = min(point.effect for point in plan.points)
    grid = [first + (largest - first) * step / _STEPS for step in range(_STEPS + 1)]
    line = [{"effect": at, "power": 100 * NormalDist().cdf(intercept + slope * at)} for at in grid]
    colour = PALETTE["effect"].light
    label = f"{decimal(plan.effect)} logits\n{points(plan.ame, 1)} points of accuracy"
    right = plan.effect < largest * 0.6
    text = [{"effect": plan.effect, "power": 8, "label": label, "ink": INK}]
    return [
        alt.Chart(values([{"low": plan.low, "high": plan.high}]))
        .mark_rect(color=colour, opacity=0.14)
        .encode(x=alt.X("low:Q"), x2="high:Q"),
        alt.Chart(values([{"effect": plan.effect}])).mark_rule(color=INK, strokeWidth=1.2).encode(x=x),
        alt.Chart(values(line)).mark_line(color=colour, strokeWidth=2, opacity=0.55).encode(x=x, y=y),
        text_marks(
            text, x=x, y=y, size=12.5, weight=600, align="left" if right else "right", dx=8 if right else -8
        ),
    ]

"""What the power curve prints."""

from dataclasses import replace

from scriptgap.explain.planning.plan import Plan
from scriptgap.explain.planning.power import PowerPoint
from scriptgap.explain.planning.study import Assumptions, StudyDesign
from scriptgap.explain.regression.design import Dropped
from scriptgap.report.power_curve import power_curve
from tests.report.test_report_figures import texts

PLAN = Plan(
    StudyDesign(), Assumptions(), 0.8, 1, 400, 0, 0.47, 0.27, 0.25, 0.28, 0.037, 0.034, 0.039,
    PowerPoint(0.0, 0.0, 120, 7, 7 / 120, 0.029, 0.116),
    (
        PowerPoint(0.2, 0.028, 68, 40, 40 / 68, 0.47, 0.697),
        PowerPoint(0.3, 0.04, 68, 59, 59 / 68, 0.767, 0.929),
    ),
    (-1.9, 10.2), "varies within 4 query languages: en, ru, hi, tr", (Dropped("x", "y"),), "",
)  # fmt: skip


def test_it_prints_the_smallest_effect() -> None:
    drawn = power_curve(PLAN)
    assert drawn is not None
    assert drawn.name == "power"
    written = texts(drawn.svg)
    assert "0.27 logits" in written
    assert "+3.7 points of accuracy" in written
    assert "script effect, logits" in written
    assert "it lies at 6 [3, 12]" in drawn.caption[0]


def test_without_a_smallest_effect_the_dots_are_drawn() -> None:
    drawn = power_curve(replace(PLAN, effect=None, curve=None, reason="no effect is found"))
    assert drawn is not None
    assert not any("points of accuracy" in text for text in texts(drawn.svg))
    assert drawn.caption[1] == "No smallest effect: no effect is found."


def test_without_simulations_there_is_no_figure() -> None:
    assert power_curve(replace(PLAN, effect=None, curve=None, false_alarms=None, points=())) is None

import csv
import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy.stats import norm

from scriptgap.commands.plan import plan_command
from scriptgap.errors import UsageError
from scriptgap.explain.planning import plan as planning
from scriptgap.explain.planning import power
from scriptgap.explain.planning.plan import Plan, plan
from scriptgap.explain.planning.study import Assumptions, Study, StudyDesign
from scriptgap.explain.regression import parallel
from tests.explain.regression.simulated import simulated

NOTHING_VARIES = Assumptions(0.2, 0.5, 0.3, {"question": 0.0, "model": 0.0, "query_lang": 0.0}, "a test")
SMALL = StudyDesign(24, ("en", "ru", "hi"), ("en", "es", "ru", "uk", "hi", "ar"), models=1, samples=6)


@pytest.fixture(scope="module")
def found() -> Plan:
    return plan(SMALL, NOTHING_VARIES, simulations=300)


def by_hand(study: Study, wanted: float) -> float:
    """The effect at which it is the quantiles' sum times the standard error, by a logit's information."""
    x = np.column_stack(
        [np.ones(study.cells.height), study.cells.select("script_match", "language_match", "family_match")]
    )
    effect = 0.0
    for _ in range(50):
        mean = 1 / (1 + np.exp(-x @ [0.2, effect, 0.5, 0.3]))
        information = (x * (study.design.samples * mean * (1 - mean))[:, None]).T @ x
        effect = (norm.ppf(0.975) + norm.ppf(wanted)) * math.sqrt(np.linalg.inv(information)[1, 1])
    return effect


def test_the_smallest_effect_is_that_by_the_normal_formula(found: Plan) -> None:
    """Where nothing varies, the model is a plain logit, whose power has a closed form."""
    expected = by_hand(Study(SMALL, NOTHING_VARIES), 0.8)
    assert found.effect == pytest.approx(expected, rel=0.1)
    assert found.low is not None
    assert found.high is not None
    assert found.low - 0.05 * expected < expected < found.high + 0.05 * expected
    for point in found.points:
        closed = norm.cdf(point.effect / expected * (norm.ppf(0.975) + norm.ppf(0.8)) - norm.ppf(0.975))
        assert point.power == pytest.approx(closed, abs=0.17)


def test_a_plan_says_what_it_found(found: Plan) -> None:
    assert found.reason == ""
    assert found.simulations == 300
    assert found.unfitted == 0
    assert found.false_alarms is not None
    assert found.false_alarms.simulations == 78
    assert found.false_alarms.low < 0.05
    assert "to be doubted" not in str(found)
    assert [point.simulations for point in found.points] == [42] * 5
    rows = found.records()
    assert [row["effect"] for row in rows] == sorted(row["effect"] for row in rows)
    assert all(row["low"] <= row["power"] <= row["high"] for row in rows)
    assert found.ame_low < found.ame < found.ame_high  # type: ignore[operator]
    text = str(found)
    assert "24 questions from 3 source languages (en, ru, hi), in 6 query languages" in text
    assert f"with 80 % power is {found.effect:.2f} logits" in text
    assert "Assumed, after a test: 55 % right where nothing matches" in text
    assert "300 studies were simulated, with seed 20260317." in text
    assert found._repr_html_().count("<li>") == len(found.sentences)
    read = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert read["design"]["query_languages"] == ["en", "es", "ru", "uk", "hi", "ar"]
    assert read["sentences"] == found.sentences
    assert read["points"][0]["effect"] == rows[1]["effect"]


def test_too_many_false_findings_are_said(found: Plan) -> None:
    assert found.false_alarms is not None
    assert "to be doubted" in str(replace(found, false_alarms=replace(found.false_alarms, low=0.08)))


def test_more_power_needs_a_larger_effect(found: Plan) -> None:
    seen: list[tuple[int, int]] = []
    more = plan(
        SMALL, NOTHING_VARIES, power=0.95, simulations=60, progress=lambda *counts: seen.append(counts)
    )
    assert more.effect is not None
    assert more.effect > found.effect  # type: ignore[operator]
    assert "with 95 % power" in str(more)
    assert seen[-1][0] == more.simulations
    assert all(done <= total for done, total in seen)


def test_the_result_depends_on_the_seed_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not on how many processes share the work, nor how it is cut."""
    alone = plan(SMALL, seed=5, simulations=60)
    monkeypatch.setattr(parallel, "_WORTH_IT", 0)
    monkeypatch.setattr(power, "_CELLS_AT_ONCE", 0)
    monkeypatch.setattr("os.cpu_count", lambda: 7)
    assert plan(SMALL, seed=5, simulations=60) == alone
    monkeypatch.undo()
    assert plan(SMALL, seed=6, simulations=60) != alone


@pytest.mark.parametrize(
    ("sources", "languages", "words"),
    [
        (["en"], ["en", "es", "fr", "id"], "always of the same script"),
        (["en"], ["ru", "hi", "ko"], "never of the same script"),
        (["en"], ["en", "ko", "ru"], "it equals language_match in every row"),
        (["en"], ["en", "es", "vi", "ru"], "the effect rests on comparing query languages"),
        (["en"], ["en", "id", "ko"], "the effect rests on comparing query languages"),
    ],
)
def test_what_a_design_cannot_tell(sources: list[str], languages: list[str], words: str) -> None:
    study = StudyDesign(12, tuple(sources), tuple(languages), models=1)
    planned = plan(study, simulations=60)
    assert planned.effect is planned.curve is planned.false_alarms is None
    assert planned.simulations == 0
    assert planned.records() == []
    assert words in planned.reason
    assert "\n" not in planned.reason
    assert len(planned.sentences) == 2
    json.dumps(planned.to_dict(), allow_nan=False)


def test_an_effect_out_of_reach() -> None:
    """Nearly all answers are right whatever the script: no effect can be found."""
    planned = plan(
        StudyDesign(8, ("en",), ("en", "es", "ru", "hi", "ko"), 1), Assumptions(intercept=4.0), simulations=60
    )
    assert planned.effect is None
    assert "no effect up to 6 logits (odds ratio 403) is found" in planned.reason
    assert planned.unfitted > 0
    assert f"{planned.unfitted} gave no interval" in str(planned)


@pytest.mark.parametrize(
    ("wanted", "simulations", "words"),
    [(1.0, 60, "power must be"), (0.0, 60, "power must be"), (0.8, 59, "at least 60")],
)
def test_wrong_use(wanted: float, simulations: int, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        plan(SMALL, power=wanted, simulations=simulations)


def test_the_command_plans_from_a_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "observations.parquet"
    simulated(questions=24, models=2).write_parquet(file)
    monkeypatch.setattr(planning, "SIMULATIONS", 60)
    plan_command(file, tmp_path / "plan", 12, None, "en,ru,hi,tr", None, None, 0.8)
    printed = " ".join(capsys.readouterr().out.split())
    assert "12 questions from 4 source languages (en, hi, ru, tr)" in printed
    assert "in 4 query languages (en, ru, hi, tr), of 2 models, 1 sample each: 96 answers" in printed
    assert "Assumed, after the fit to this run" in printed
    written = json.loads((tmp_path / "plan" / "plan.json").read_text(encoding="utf-8"))
    with (tmp_path / "plan" / "plan.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert float(rows[0]["effect"]) == 0
    assert float(rows[1]["power"]) == written["points"][0]["power"]
    assert (tmp_path / "plan" / "power.svg").read_text(encoding="utf-8").startswith("<svg")
    plan_command(None, tmp_path / "plan", 12, "en", "en,es", 1, 1, 0.8)
    assert {path.name for path in (tmp_path / "plan").iterdir()} == {"plan.json"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (pl.lit("hint").alias("condition"), "every scored answer is to a question with a hint"),
        (pl.lit(True).alias("correct"), "answers are right"),
        (pl.lit("en").alias("query_lang"), "is there twice"),
    ],
)
def test_a_run_that_cannot_be_planned_from(change: pl.Expr, words: str, tmp_path: Path) -> None:
    file = tmp_path / "observations.parquet"
    simulated(questions=8, models=1).with_columns(change).write_parquet(file)
    with pytest.raises(UsageError, match=words) as error:
        plan_command(file, None, None, None, None, None, None, 0.8)
    assert "observations.parquet" in str(error.value)
    assert "\n" not in str(error.value)

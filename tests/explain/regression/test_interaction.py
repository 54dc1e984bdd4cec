import json
import math
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from scriptgap.explain.prepare import prepare
from scriptgap.explain.regression.interaction import INTERACTION, interaction

GOLDEN = Path(__file__).with_name("interaction_golden.json")
SPREAD = 0.5


def simulated(observe, languages, seed, effect, questions=60, spread=0.0):
    """Answers of a known model: the hint does 0.5 logits, and `effect` more where scripts differ.

    Its effect also differs between languages by chance, with standard deviation `spread`.
    """
    random = np.random.default_rng(seed)
    difficulty = random.normal(0, 1.2, questions)
    spoken = dict(zip(languages, random.normal(0, 0.6, len(languages)), strict=True))
    slope = dict(zip(languages, random.normal(0, spread, len(languages)), strict=True))
    latin = {"en", "es", "fr", "id", "tr", "sw"}

    def right(model, question, query, condition, sample):
        logit = difficulty[int(question[1:])] + spoken[query] - (query not in latin)
        if condition == "hint":
            logit += 0.5 + slope[query] + effect * (query not in latin)
        return bool(random.random() < 1 / (1 + math.exp(-logit)))

    return prepare(observe(right, languages, questions, ["plain", "hint"]))


def test_a_known_interaction_is_found(observe, languages):
    row, notes = interaction(simulated(observe, languages, 1, 1.5), "hint", "plain")
    assert set(row) == set(INTERACTION)
    assert row["low"] < 1.5 < row["high"]
    assert row["low"] > 0
    assert row["p"] < 0.001
    assert row["odds_ratio"] == pytest.approx(math.exp(row["logit"]))
    assert row["n"] == 60 * 11 * 2
    assert row["df"] <= 11 - 2
    assert notes == {}
    assert "(1|language_pair_hinted)" in row["formula"]


@pytest.mark.parametrize("golden", json.loads(GOLDEN.read_text()))
def test_it_agrees_with_glmmtmb(observe, languages, golden):
    frame = simulated(observe, languages, golden["seed"], 1.0, 60, SPREAD)
    row, _ = interaction(frame, "hint", "plain")
    asked = frame.filter(pl.col("match_class") != "same_language")
    assert (row["n"], int(asked["correct"].sum())) == (golden["n"], golden["right"])
    assert row["logit"] == pytest.approx(golden["logit"], abs=1e-3)
    assert row["se"] == pytest.approx(golden["se"], abs=1e-3)


def test_the_p_value_and_the_interval_agree(observe, languages):
    for seed in range(6):
        row, _ = interaction(simulated(observe, languages, seed, 0.35), "hint", "plain")
        assert (row["p"] < 0.05) == (not row["low"] < 0 < row["high"])


def test_pairs_scored_under_one_condition_only_do_not_count(observe, languages):
    frame = simulated(observe, languages, 1, 1.5)
    lost = (pl.col("question_id") == "q0") & (pl.col("condition") == "plain")
    frame = frame.with_columns(correct=pl.when(lost).then(None).otherwise("correct"))
    assert interaction(frame, "hint", "plain")[0]["n"] == 59 * 11 * 2


def test_without_another_script_there_is_no_interaction(observe):
    row, notes = interaction(simulated(observe, ["en", "es", "fr"], 1, 1.0), "hint", "plain")
    assert row["logit"] is None
    assert notes["logit"]


@pytest.mark.slow
@pytest.mark.parametrize("spread", [0.0, 0.6])
def test_intervals_hold_the_truth_as_often_as_they_say(observe, languages, spread):
    held = sum(
        row["low"] < 1.0 < row["high"]
        for seed in range(60)
        for row in [interaction(simulated(observe, languages, seed, 1.0, 40, spread), "hint", "plain")[0]]
    )
    # 57 expected of 60; fewer than 52 would happen once in a hundred times.
    assert held >= 52

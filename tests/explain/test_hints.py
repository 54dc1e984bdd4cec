import polars as pl
import pytest

from scriptgap.explain.hints import hint_controls, hint_summary
from scriptgap.explain.pairs import condition_effects
from scriptgap.explain.prepare import prepare

CONDITIONS = ["plain", "hint", "hint_placebo"]


def by_share(shares):
    """Answers that are right for the first questions, as many of ten as `shares` says."""

    def right(model, question, query, condition, sample):
        return int(question[1:]) < shares[query, condition]

    return right


SHARES = {
    ("es", "plain"): 7, ("es", "hint"): 8, ("es", "hint_placebo"): 6,
    ("ru", "plain"): 2, ("ru", "hint"): 6, ("ru", "hint_placebo"): 3,
}  # fmt: skip


def test_difference_in_differences_by_hand(observe):
    frame = prepare(observe(by_share(SHARES), ["es", "ru"], 10, CONDITIONS))
    row, notes = hint_summary(frame)
    assert row["same_script"] == pytest.approx(0.1)
    assert row["cross_script"] == pytest.approx(0.4)
    assert row["placebo_same_script"] == pytest.approx(-0.1)
    assert row["placebo_cross_script"] == pytest.approx(0.1)
    assert row["difference_in_differences"] == pytest.approx((0.4 - 0.1) - (0.1 - -0.1))
    assert row["difference_in_differences_variant"] == "placebo_adjusted"
    assert row["low"] < 0.1 < row["high"]
    assert (row["base"], row["model"], notes) == ("plain", "model-a", {})


def test_without_placebo(observe):
    frame = prepare(observe(by_share(SHARES), ["es", "ru"], 10, CONDITIONS[:2]))
    row, notes = hint_summary(frame)
    assert row["difference_in_differences"] == pytest.approx(0.4 - 0.1)
    assert row["difference_in_differences_variant"] == "hint_only"
    assert row["placebo_cross_script"] is None
    assert notes["placebo_cross_script"] == "the placebo hint was not run"


def test_only_pairs_scored_in_both_conditions(observe):
    frame = observe(by_share(SHARES), ["es", "ru"], 10, CONDITIONS[:2])
    lost = (pl.col("question_id") == "q0") & (pl.col("condition") == "plain")
    frame = frame.with_columns(correct=pl.when(lost).then(None).otherwise("correct"))
    effects = {row["match_class"]: row for row in condition_effects(prepare(frame))}
    assert effects["cross_script"]["n_pairs"] == 9
    assert effects["cross_script"]["base_accuracy"] == pytest.approx(1 / 9)
    assert effects["cross_script"]["accuracy"] == pytest.approx(5 / 9)
    assert effects["cross_script"]["effect"] == pytest.approx(4 / 9)


def test_base_is_entity_only_without_plain(observe):
    names = {"plain": "entity_only"} | {name: f"entity_only_{name}" for name in CONDITIONS[1:]}
    shares = {(lang, names[c]): n for (lang, c), n in SHARES.items()}
    frame = prepare(observe(by_share(shares), ["es", "ru"], 10, list(names.values())))
    assert {row["base"] for row in condition_effects(frame)} == {"entity_only"}
    row, notes = hint_summary(frame)
    assert (row["base"], notes) == ("entity_only", {})
    assert row["cross_script"] == pytest.approx(0.4)
    assert row["placebo_cross_script"] == pytest.approx(0.1)


def test_a_hint_to_plain_questions_is_never_compared_with_entity_only_ones(observe):
    shares = {(lang, {"plain": "entity_only"}.get(c, c)): n for (lang, c), n in SHARES.items()}
    frame = prepare(observe(by_share(shares), ["es", "ru"], 10, ["entity_only", "hint"]))
    assert condition_effects(frame) == []
    row, notes = hint_summary(frame)
    assert row["cross_script"] is None
    assert notes["cross_script"] == "the hint was not run"


def test_each_control_has_its_difference_in_differences(observe):
    frame = prepare(observe(by_share(SHARES), ["es", "ru"], 10, CONDITIONS))
    rows, notes = hint_controls(frame)
    assert [row["control"] for row in rows] == ["plain", "hint_placebo"]
    none, placebo = rows
    assert none["difference_in_differences"] == pytest.approx(0.4 - 0.1)
    assert placebo["effect_cross_script"] == pytest.approx(0.3)
    assert placebo["effect_same_script"] == pytest.approx(0.2)
    assert placebo["difference_in_differences"] == pytest.approx(0.1)
    assert placebo["n_pairs_cross_script"] == 10
    # Two pairs of languages leave nothing to compare them by.
    assert placebo["interaction"]["logit"] is not None
    assert placebo["interaction"]["low"] is None
    assert "none left" in notes["hint_controls.1.interaction.low"]


def test_samples_are_averaged(observe):
    def right(model, question, query, condition, sample):
        return condition == "hint" or sample == 0

    frame = prepare(observe(right, ["ru"], 10, ["plain", "hint"], samples=4))
    row = condition_effects(frame)[0]
    assert (row["n_pairs"], row["base_accuracy"], row["effect"]) == (10, 0.25, 0.75)


def test_hint_without_base(observe):
    frame = prepare(observe(lambda *_: True, ["es", "ru"], 10, ["hint"]))
    row, notes = hint_summary(frame)
    assert condition_effects(frame) == []
    assert row["same_script"] is None
    assert "no condition without hint" in notes["same_script"]


def test_a_hint_that_never_changes_anything_is_not_certain(observe):
    frame = prepare(observe(lambda *_: False, ["es", "ru"], 10, ["plain", "hint"]))
    row, _ = hint_summary(frame)
    assert row["difference_in_differences"] == 0
    assert row["low"] < -0.2
    assert row["high"] > 0.2


def test_a_model_without_the_placebo_counts_in_the_hint_all_the_same(observe):
    frame = observe(by_share(SHARES), ["es", "ru"], 10, CONDITIONS, models=["a", "b"])
    frame = frame.filter((pl.col("model") == "a") | (pl.col("condition") != "hint_placebo"))
    row, _ = hint_summary(prepare(frame))
    assert row["models"] == ["a", "b"]
    assert (row["n_pairs_cross_script"], row["n_pairs_placebo_cross_script"]) == (20, 10)
    assert row["difference_in_differences"] == pytest.approx(0.1)

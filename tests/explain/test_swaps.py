import polars as pl
import pytest

from scriptgap.explain.prepare import prepare
from scriptgap.explain.swaps import script_swap, script_swaps

LANGUAGES = ["sr-Cyrl", "sr-Latn", "zh-Hans"]
CONDITIONS = ["plain", "swap_Latn", "swap_Cyrl", "swap_Hant"]


def swapped(observe, shares, **kwargs):
    """Answers to the swaps that there are: right for as many first questions as `shares` says."""

    def right(model, question, query, condition, sample):
        return int(question[1:]) < shares.get((query, condition), 0)

    frame = observe(right, LANGUAGES, 20, CONDITIONS, **kwargs)
    asked = pl.struct("query_lang", "condition").map_elements(
        lambda row: (row["query_lang"], row["condition"]) in shares, pl.Boolean
    )
    return prepare(frame.filter(asked))


SHARES = {
    ("sr-Cyrl", "plain"): 6, ("sr-Cyrl", "swap_Latn"): 11,
    ("sr-Latn", "plain"): 12, ("sr-Latn", "swap_Cyrl"): 5,
    ("zh-Hans", "plain"): 4, ("zh-Hans", "swap_Hant"): 3,
}  # fmt: skip


def test_a_swap_matches_by_the_script_it_is_written_in(observe):
    frame = swapped(observe, SHARES)
    asked = pl.concat_str("query_lang", "condition", separator=" ")
    classes = dict(frame.select(asked, "match_class").rows())
    assert classes == {
        "sr-Cyrl plain": "cross_script", "sr-Cyrl swap_Latn": "same_script",
        "sr-Latn plain": "same_script", "sr-Latn swap_Cyrl": "cross_script",
        "zh-Hans plain": "cross_script", "zh-Hans swap_Hant": "cross_script",
    }  # fmt: skip
    match = frame.filter(pl.col("condition") == "swap_Latn")
    assert match["script_match"].all()
    assert (match["script_overlap"] == 1).all()


def test_the_same_questions_in_both_scripts_by_hand(observe):
    rows = {row["query_lang"]: row for row in script_swaps(swapped(observe, SHARES))}
    latin = rows["sr-Cyrl"]
    assert (latin["from_script"], latin["to_script"], latin["towards"]) == ("Cyrl", "Latn", 1)
    assert (latin["n_pairs"], latin["base_accuracy"], latin["accuracy"]) == (20, 0.3, 0.55)
    assert latin["effect"] == pytest.approx(0.25)
    assert latin["low"] < 0.25 < latin["high"]
    assert (latin["only_base"], latin["only_swapped"]) == (0, 5)
    assert latin["mcnemar_p"] == pytest.approx(2 * 0.5**5)
    assert rows["sr-Latn"]["towards"] == -1
    assert rows["zh-Hans"]["towards"] == 0


def test_the_effect_of_the_script_is_the_same_whichever_text_a_rule_made(observe):
    (row,), notes = script_swap(swapped(observe, SHARES))
    # Serbian in either script, swapped, is the same two texts: their mean counts once.
    assert row["languages"] == ["sr"]
    assert (row["n_pairs"], row["n_questions"]) == (20, 20)
    assert row["in_source_script"] == pytest.approx((11 + 12) / 40)
    assert row["in_other_script"] == pytest.approx((6 + 5) / 40)
    assert row["effect"] == pytest.approx(12 / 40)
    assert row["by_swap_towards"] == pytest.approx(5 / 20)
    assert row["by_swap_away"] == pytest.approx(7 / 20)
    assert (row["lowest_language"], row["highest_language"]) == ("sr", "sr")
    assert row["lowest"] == row["highest"] == pytest.approx(12 / 40)
    assert notes == {}


def test_no_swap_that_changes_whether_scripts_match(observe):
    shares = {key: n for key, n in SHARES.items() if key[0] == "zh-Hans"}
    frame = swapped(observe, shares)
    assert script_swap(frame) == ([], {})
    assert [row["mcnemar_p"] for row in script_swaps(frame)] == [1.0]


def test_one_direction_only_has_a_note(observe):
    shares = {key: n for key, n in SHARES.items() if key[0] == "sr-Cyrl"}
    (row,), notes = script_swap(swapped(observe, shares))
    assert row["by_swap_away"] is None
    assert set(notes) == {"script_swap.0.by_swap_away"}


def test_samples_of_a_question_are_averaged(observe):
    shares = {("sr-Cyrl", "plain"): 6, ("sr-Cyrl", "swap_Latn"): 11}
    (row,) = script_swaps(swapped(observe, shares, samples=3))
    assert (row["n_pairs"], row["only_swapped"]) == (20, 5)


def test_questions_in_the_source_language_are_no_pairs(observe):
    frame = swapped(observe, {("sr-Cyrl", "plain"): 6, ("sr-Cyrl", "swap_Latn"): 11}, sources=["sr-Latn"])
    assert script_swaps(frame) == []
    assert set(frame["match_class"]) == {"cross_script", "same_language"}


def test_one_question_from_several_sources_is_tested_once(observe):
    shares = {("sr-Cyrl", "plain"): 6, ("sr-Cyrl", "swap_Latn"): 11}
    frame = swapped(observe, shares)
    copies = [frame.with_columns(source_lang=pl.lit(tag)) for tag in ("en", "es", "fr")]
    (row,) = script_swaps(pl.concat(copies))
    assert row["n_pairs"] == 60
    assert row["mcnemar_p"] == pytest.approx(2 * 0.5**5)

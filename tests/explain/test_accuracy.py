import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scriptgap.explain.accuracy import (
    accuracy_by_class,
    accuracy_by_language,
    accuracy_by_topic,
    answer_scripts,
    gaps,
    missing_answers,
)
from scriptgap.explain.intervals import wilson
from scriptgap.explain.prepare import prepare
from tests.explain.conftest import observations


def test_counts_by_hand(observe):
    """Of ten questions: ten right in English, six in Spanish (two unscored), three in Russian."""

    def right(model, question, query, condition, sample):
        number = int(question[1:])
        if query == "es" and number >= 8:
            return None
        return number < {"en": 10, "es": 6, "ru": 3}[query]

    frame = prepare(observe(right, ["en", "es", "ru"], 10))
    rows = {row["query_lang"]: row for row in accuracy_by_language(frame)}
    assert (rows["es"]["n"], rows["es"]["correct"], rows["es"]["accuracy"]) == (8, 6, 0.75)
    assert (rows["es"]["low"], rows["es"]["high"]) == (wilson(6, 8).low, wilson(6, 8).high)
    assert rows["en"]["match_class"] == "same_language"
    assert rows["ru"]["match_class"] == "cross_script"
    gap = gaps(frame)[0]
    assert gap["script_gap"] == pytest.approx(0.75 - 0.3)
    assert -1 <= gap["low"] < 0.45 < gap["high"] <= 1
    assert missing_answers(frame) == [
        {"model": "model-a", "condition": "plain", "stop_reason": "max_tokens", "n": 2}
    ]
    assert sum(row["n"] for row in answer_scripts(frame)) == 28
    assert [row["match_class"] for row in accuracy_by_class(frame)] == [
        "same_language",
        "same_script",
        "cross_script",
    ]


def test_topics(demo):
    frame = prepare(demo)
    assert {row["topic"] for row in accuracy_by_topic(frame)} == {"a", "b"}
    assert accuracy_by_topic(frame.drop("topic")) == []


def test_copies_of_a_sample_do_not_narrow_the_interval(observe):
    def right(model, question, query, condition, sample):
        return int(question[1:]) % 2 == 0

    once = accuracy_by_language(prepare(observe(right, ["en"], 20)))[0]
    often = accuracy_by_language(prepare(observe(right, ["en"], 20, samples=10)))[0]
    assert often["n"] == 10 * once["n"]
    assert often["high"] - often["low"] == pytest.approx(once["high"] - once["low"], rel=0.15)
    assert often["high"] - often["low"] >= 0.99 * (once["high"] - once["low"])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 3), st.sampled_from(["en", "es", "ru"]), st.sampled_from([True, False, None])
        ),
        min_size=1,
        max_size=40,
    )
)
def test_shares_lie_in_their_intervals_and_counts_add_up(answers):
    frame = prepare(observations(answers))
    scored = frame["correct"].count()
    for table in (accuracy_by_language(frame), accuracy_by_class(frame)):
        assert sum(row["n"] for row in table) == scored
        assert sum(row["correct"] for row in table) == (frame["correct"].sum() or 0)
        for row in table:
            if row["n"]:
                assert 0 <= row["low"] <= row["accuracy"] <= row["high"] <= 1
            else:
                assert row["accuracy"] is row["low"] is row["high"] is None
    assert sum(row["n"] for row in missing_answers(frame)) == frame.height - scored
    for row in gaps(frame):
        if row["script_gap"] is not None:
            assert row["low"] <= row["script_gap"] <= row["high"]
            assert row["script_gap"] == pytest.approx(row["same_script"] - row["cross_script"])
    assert frame.filter(pl.col("match_class").is_null()).is_empty()


def test_the_gap_within_languages_does_not_compare_languages(observe):
    """A model that knows all in Latin letters and nothing else: no gap within any language."""
    easy = {"en", "es", "fr"}
    frame = prepare(
        observe(
            lambda m, q, lang, c, s: lang in easy,
            ["en", "es", "fr", "ru", "uk", "ar"],
            40,
            sources=["en", "ru"],
        )
    )
    row = gaps(frame)[0]
    # Spanish, French and Ukrainian are asked of sources in their script and in another.
    assert row["n_languages_within"] == 3
    assert row["script_gap"] > 0.2
    assert row["within_languages"] == pytest.approx(0)
    assert row["within_low"] <= 0 <= row["within_high"]


def test_without_a_language_asked_both_ways_there_is_no_gap_within(observe):
    row = gaps(prepare(observe(lambda *_: True, ["en", "es", "ru"], 5)))[0]
    assert (row["within_languages"], row["n_languages_within"]) == (None, 0)


def test_an_answer_without_verdict_is_counted_as_such(observe):
    frame = observe(lambda *_: None, ["en"], 3).with_columns(stop_reason=pl.lit("stop"))
    assert missing_answers(prepare(frame)) == [
        {"model": "model-a", "condition": "plain", "stop_reason": "no verdict", "n": 3}
    ]

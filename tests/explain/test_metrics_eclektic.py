from itertools import product

import numpy as np
import polars as pl
import pytest

from scriptgap.explain.intervals import wilson
from scriptgap.explain.metrics.eclektic import eclektic
from scriptgap.explain.prepare import prepare
from tests.explain.metric_frames import answers


def rows(table, sample=0, model="m"):
    """Rows of (question, its source language) -> {language: correct}."""
    return [
        {
            "dataset": "eclektic", "model": model, "question_id": question, "source_lang": source,
            "query_lang": query, "correct": correct, "sample": sample,
        }
        for (question, source), languages in table.items()
        for query, correct in languages.items()
    ]  # fmt: skip


TABLE = {
    ("q1", "en"): {"en": True, "he": True, "fr": False, "hi": True},
    ("q2", "fr"): {"fr": True, "en": False, "he": False, "hi": False},
    ("q3", "he"): {"he": False, "en": True, "fr": True, "hi": False},
    ("q4", "en"): {"en": True, "he": None, "fr": True, "hi": False},
    ("q5", "hi"): {"hi": None, "en": True, "he": True, "fr": True},
}


def test_by_hand():
    figures, notes = eclektic(prepare(answers(rows(TABLE))))
    # 12 pairs less q4 in Hebrew and the three of q5, whose source answer is not scored
    assert (figures["n_pairs"], figures["n_unscored"], figures["n_questions"]) == (11, 4, 4)
    assert figures["overall_success"] == pytest.approx(3 / 11)
    assert figures["transfer_score"] == pytest.approx(3 / 8)
    assert figures["transfer_with_source"] == pytest.approx((3 + 3) / (8 + 3))
    assert figures["source_right"] == 3
    assert figures["condition"] == "plain"
    assert {name for name in figures if name.endswith("_low")} == {
        "overall_success_low", "transfer_score_low", "transfer_with_source_low"
    }  # fmt: skip
    assert figures["by_model"]["m"]["transfer_score"] == figures["transfer_score"]
    assert set(figures["variant"]) >= {"overall_success", "transfer_score", "transfer_with_source"}
    assert notes == {}


def test_transfer_with_source_is_what_a_public_script_computes():
    """Right rows over rows, of questions with a right source answer; against a loop over rows."""
    generator = np.random.default_rng(5)
    languages = ["en", "fr", "he", "hi", "ja"]
    table = {
        (f"q{i}", languages[i % 5]): {tag: bool(generator.random() < 0.6) for tag in languages}
        for i in range(40)
    }
    known = [line for (_, source), line in table.items() if line[source]]
    pairs = [
        (line[source], line[tag]) for (_, source), line in table.items() for tag in line if tag != source
    ]
    figures, _ = eclektic(prepare(answers(rows(table))))
    both = sum(source and query for source, query in pairs)
    assert figures["overall_success"] == pytest.approx(both / len(pairs))
    assert figures["transfer_score"] == pytest.approx(both / sum(source for source, _ in pairs))
    assert figures["transfer_with_source"] == pytest.approx(
        sum(map(sum, (line.values() for line in known))) / (5 * len(known))
    )
    for name in ("overall_success", "transfer_score", "transfer_with_source"):
        assert 0 <= figures[f"{name}_low"] < figures[name] < figures[f"{name}_high"] <= 1


def test_one_pair_for_each_question_gives_wilson():
    table = {(f"q{i}", "en"): {"en": i < 15, "he": i < 6} for i in range(20)}
    figures, _ = eclektic(prepare(answers(rows(table))))
    assert (figures["overall_success"], figures["transfer_score"]) == (6 / 20, 6 / 15)
    assert (figures["overall_success_low"], figures["transfer_score_high"]) == (
        wilson(6, 20).low,
        wilson(6, 15).high,
    )


def test_samples_are_paired_and_averaged():
    first = {("q1", "en"): {"en": True, "he": True, "hi": True}, ("q2", "en"): {"en": True, "he": False}}
    second = {("q1", "en"): {"en": False, "he": True, "hi": None}, ("q2", "en"): {"en": True, "he": True}}
    figures, _ = eclektic(prepare(answers(rows(first) + rows(second, sample=1))))
    # he of q1: right in the first sample only; hi of q1: scored in the first only; he of q2: the second
    assert figures["overall_success"] == pytest.approx((0.5 + 1 + 0.5) / 3)
    assert figures["transfer_score"] == pytest.approx((0.5 + 1 + 0.5) / (0.5 + 1 + 1))
    assert (figures["n_pairs"], figures["n_unscored"]) == (3, 0)


def test_word_recall():
    frame = answers(rows(TABLE)).with_columns(
        word_recall=pl.Series([1.0, 0.5, 0.0, 1.0] + [0.5, 0.5, 0.5, 0.0] + [0.0] * 8 + [None] * 4)
    )
    recall = eclektic(prepare(frame))[0]["word_recall"]
    # products with the source's recall: q1 .5 0 1, q2 .25 .25 0, q3 and q4 nought; q5 not scored
    assert recall["overall_success"] == pytest.approx(2.0 / 12)
    assert recall["transfer_score"] == pytest.approx(2.0 / (3 * 1.0 + 3 * 0.5))
    assert (recall["n_pairs"], recall["n_unscored"]) == (12, 3)
    assert "transfer_with_source" not in recall


def test_several_models():
    frame = prepare(answers(rows(TABLE) + rows(TABLE, model="gpt-4.1")))
    figures, notes = eclektic(frame)
    assert figures["overall_success"] is None
    assert set(figures["by_model"]) == {"m", "gpt-4.1"}
    assert figures["by_model"]["gpt-4.1"]["overall_success"] == pytest.approx(3 / 11)
    assert "2 models" in notes["metrics.eclektic.overall_success"]


def test_what_cannot_be_known_is_none_with_a_note(observe):
    figures, notes = eclektic(prepare(observe(lambda *_: True)))
    assert figures is None
    assert "data set eclektic" in notes["metrics.eclektic"]
    wrong = {("q1", "en"): {"en": False, "he": True, "fr": True}}
    figures, notes = eclektic(prepare(answers(rows(wrong))))
    assert (figures["overall_success"], figures["transfer_score"]) == (0, None)
    assert notes["metrics.eclektic.transfer_score"] == "no source answer is correct"
    assert notes["metrics.eclektic.by_model.m.transfer_score_low"]
    hinted = answers(rows(TABLE)).with_columns(condition=pl.lit("hint"))
    assert "with a hint" in eclektic(prepare(hinted))[1]["metrics.eclektic"]
    alone = {("q1", "en"): {"he": True, "fr": True}}
    figures, notes = eclektic(prepare(answers(rows(alone))))
    assert (figures["n_pairs"], figures["n_unscored"], figures["overall_success"]) == (0, 2, None)


def test_few_weighted_answers_have_an_interval():
    """Two questions, each right in a third of its source samples: fewer than two answers by weight."""
    table = [
        rows({(f"q{i}", "en"): {"en": sample == i, "he": True, "fr": False}}, sample=sample)
        for i, sample in product(range(2), range(3))
    ]
    figures, _ = eclektic(prepare(answers([row for part in table for row in part])))
    assert figures["transfer_score"] == pytest.approx(0.5)
    assert figures["transfer_score_low"] < 0.1
    assert figures["transfer_score_high"] > 0.9

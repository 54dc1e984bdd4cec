import numpy as np
import polars as pl
import pytest

from scriptgap.explain.explanation import explain
from scriptgap.explain.intervals import wilson
from scriptgap.explain.metrics.agreement import judge_validity, kappa
from scriptgap.explain.prepare import prepare
from tests.explain.metric_frames import answers


def rows(counts, script="Latn", query="en", start=0):
    """Answers by (judge, human) and how many of them, one for each question."""
    verdicts = [pair for pair, n in counts.items() for _ in range(n)]
    return [
        {
            "dataset": "eclektic", "question_id": f"q{start + i}", "source_lang": "en", "query_lang": query,
            "answer_script": script, "judge": judge, "human": human, "correct": judge, "scorer": "judge",
        }
        for i, (judge, human) in enumerate(verdicts)
    ]  # fmt: skip


LATIN = {(True, 1): 20, (False, 0): 15, (True, 0): 5, (False, 1): 10}
GREEK = {(True, 1): 10, (False, 0): 10, (True, 0): 20}


def test_kappa_by_hand():
    # 20 both right, 15 both wrong, 5 and 10: po = .7, pe = .5 * .6 + .5 * .4 = .5
    singles = [(1, 0, 0, 0)] * 20 + [(0, 1, 0, 0)] * 15 + [(0, 0, 1, 0)] * 5 + [(0, 0, 0, 1)] * 10
    found = kappa({str(i): cells for i, cells in enumerate(singles)})
    assert found.estimate == pytest.approx(0.4)
    # Fleiss, Cohen and Everitt's variance for two categories, by its formula
    p = {(1, 1): 0.4, (0, 0): 0.3, (1, 0): 0.1, (0, 1): 0.2}
    first, second, k, expected = (0.5, 0.5), (0.4, 0.6), 0.4, 0.5
    a = sum(p[i, i] * (1 - (first[i] + second[i]) * (1 - k)) ** 2 for i in (0, 1))
    b = (1 - k) ** 2 * sum(p[i, j] * (second[i] + first[j]) ** 2 for i, j in ((0, 1), (1, 0)))
    error = ((a + b - (k - expected * (1 - k)) ** 2) / (50 * (1 - expected) ** 2)) ** 0.5
    assert (found.high - found.low) / 2 / 1.96 == pytest.approx(error, rel=0.05)


def test_kappa_where_verdicts_never_differ():
    found = kappa({"a": (3, 0, 0, 0), "b": (0, 2, 0, 0), "c": (1, 0, 0, 0)})
    assert found.estimate == 1
    assert found.low < 0.6
    assert kappa({"a": (3, 0, 0, 0)}).estimate is None
    assert kappa({}).estimate is None


def test_by_script():
    found, notes = judge_validity(prepare(answers(rows(LATIN) + rows(GREEK, "Grek", "el", 50))))
    table = {(row["by"], row["script"]): row for row in found}
    assert set(table) == {
        ("all", "all"), ("query_script", "Latn"), ("query_script", "Grek"),
        ("answer_script", "Latn"), ("answer_script", "Grek"),
    }  # fmt: skip
    latin = table["answer_script", "Latn"]
    assert (latin["first"], latin["second"], latin["n"], latin["n_questions"]) == ("judge", "human", 50, 50)
    counts = [latin[name] for name in ("both_right", "both_wrong", "only_first", "only_second")]
    assert counts == [20, 15, 5, 10]
    assert (latin["agreement"], latin["agreement_low"]) == (0.7, wilson(35, 50).low)
    assert latin["kappa"] == pytest.approx(0.4)
    assert (latin["sensitivity"], latin["specificity"]) == pytest.approx((20 / 30, 15 / 20))
    assert latin["specificity_high"] == wilson(15, 20).high
    assert table["all", "all"]["agreement"] == pytest.approx(55 / 90)
    assert notes == {}


def test_verdicts_that_are_there():
    """Grades are no verdicts; `correct` is one where no column says the same."""
    frame = answers(rows(LATIN)).with_columns(exact_match=pl.lit(0.5), alias_match=pl.lit(value=None))
    names = {(row["first"], row["second"]) for row in judge_validity(prepare(frame))[0]}
    assert names == {("judge", "human")}
    frame = frame.with_columns(correct=pl.lit(value=True), scorer=pl.lit("theirs"))
    names = {(row["first"], row["second"]) for row in judge_validity(prepare(frame))[0]}
    assert names == {("judge", "human"), ("correct (theirs)", "human"), ("correct (theirs)", "judge")}


def test_null_verdicts_are_left_out_and_nulls_explained():
    frame = answers(rows({(True, 1): 4, (None, 1): 3, (True, None): 2}, script=None))
    found, notes = judge_validity(prepare(frame))
    assert {row["n"] for row in found} == {4}
    assert {row["script"] for row in found} == {"all", "Latn", "none"}
    assert found[0]["kappa"] is found[0]["specificity"] is None
    assert "same for every answer" in notes["judge_validity.0.kappa_low"]
    assert "wrong to the human" in notes["judge_validity.0.specificity"]


def test_one_verdict_is_not_enough(demo):
    found, notes = judge_validity(prepare(demo))
    assert found == []
    assert "two verdicts" in notes["judge_validity"]


def test_answers_to_one_question_are_a_cluster():
    generator = np.random.default_rng(1)
    once = rows({(True, 1): 12, (True, 0): 8})
    often = [{**row, "sample": sample} for row in once for sample in range(5)]
    generator.shuffle(often)
    one, many = (judge_validity(prepare(answers(table)))[0][0] for table in (once, often))
    assert many["n"] == 5 * one["n"]
    assert many["agreement_low"] == pytest.approx(one["agreement_low"], abs=0.03)
    assert many["agreement_low"] <= one["agreement_low"] + 0.01


def test_sentence_names_the_script_that_agrees_least():
    table = answers(rows(LATIN) + rows(GREEK, "Grek", "el", 50))
    sentence = next(entry for entry in explain(table).summary["sentences"] if "verdicts" in entry["text"])
    assert (
        "judge and human agree least where the answer is in the script Grek, on 50 % of 40"
        in sentence["text"]
    )
    assert any(key.endswith(".agreement") for key in sentence["keys"])
    alone = explain(answers(rows(LATIN))).sentences
    assert any("judge and human agree on 70 % of 50 answers" in text for text in alone)

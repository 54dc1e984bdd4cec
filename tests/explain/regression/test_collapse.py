import numpy as np
import polars as pl
import pytest

from scriptgap.errors import UsageError
from scriptgap.explain.prepare import prepare
from scriptgap.explain.regression.collapse import CELLS, PAIRS, collapse, collapse_file
from scriptgap.explain.regression.fit import fit


@pytest.fixture
def answers(observe):
    frame = observe(lambda *_: True, samples=3, sources=("en", "ru"))
    random = np.random.default_rng(1)
    draw = pl.Series(random.random(frame.height) < 0.6)
    lost = pl.Series(random.random(frame.height) < 0.1)
    return frame.with_columns(correct=pl.when(lost).then(None).otherwise(draw))


def test_counts_are_those_of_the_scored_answers(answers):
    cells = collapse(answers)
    assert cells.columns == [*CELLS, "right", "wrong", *PAIRS]
    scored = answers.filter(pl.col("correct").is_not_null())
    assert cells["right"].sum() == scored["correct"].sum()
    assert cells["right"].sum() + cells["wrong"].sum() == scored.height
    by_hand = scored.filter((pl.col("question_id") == "q1") & (pl.col("query_lang") == "uk"))
    cell = cells.filter((pl.col("question") == "atlas\u001fq1") & (pl.col("query_lang") == "uk"))
    assert cell.select("right", "wrong").row(0) == (by_hand["correct"].sum(), (~by_hand["correct"]).sum())
    assert cell.select("script_match", "language_match", "family_match").row(0) == (1.0, 0.0, 1.0)


def test_collapsed_counts_have_the_same_maximum_as_single_answers(answers):
    frame = prepare(answers).filter(pl.col("correct").is_not_null())
    single = frame.select(
        "query_lang",
        question="question_group",
        script_match=pl.col("script_match").cast(pl.Float64),
        right=pl.col("correct").cast(pl.Float64),
        wrong=1 - pl.col("correct").cast(pl.Float64),
    )
    one, all_ = (fit(c, ["script_match"], ["question", "query_lang"]) for c in (single, collapse(frame)))
    assert all_.coefficients == pytest.approx(one.coefficients, abs=1e-4)
    assert all_.covariance == pytest.approx(one.covariance, abs=1e-4)


def test_a_file_is_read_in_pieces_to_the_same_cells(answers, tmp_path):
    answers.write_parquet(tmp_path / "observations.parquet", row_group_size=50)
    assert collapse_file(tmp_path / "observations.parquet").equals(collapse(answers))
    assert collapse(answers.lazy()).equals(collapse(prepare(answers)))


def test_questions_of_two_datasets_differ(answers):
    both = pl.concat([answers, answers.with_columns(dataset=pl.lit("other"))])
    assert collapse(both)["question"].n_unique() == 2 * collapse(answers)["question"].n_unique()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda frame: frame.drop("model", "correct"), "missing columns correct, model"),
        (lambda frame: frame.with_columns(query_lang=pl.lit("klingon!")), "klingon"),
    ],
)
def test_files_that_cannot_be_used(answers, tmp_path, change, words):
    change(answers).write_parquet(tmp_path / "observations.parquet")
    with pytest.raises(UsageError, match=words):
        collapse_file(tmp_path / "observations.parquet")


def test_a_file_that_is_no_parquet(tmp_path):
    (tmp_path / "x.parquet").write_text("x")
    with pytest.raises(UsageError, match="not a Parquet file"):
        collapse_file(tmp_path / "x.parquet")
    with pytest.raises(UsageError, match="none.parquet"):
        collapse_file(tmp_path / "none.parquet")

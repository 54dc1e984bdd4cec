from pathlib import Path

import polars as pl
import pytest

from scriptgap.errors import UsageError
from scriptgap.tables import QUESTION_KEY, QUESTIONS, check_table, read_observations, read_questions


def test_a_good_table_keeps_its_rows_and_its_further_columns(tiny: pl.DataFrame) -> None:
    table = tiny.with_columns(mine=pl.lit(1)).select("mine", *reversed(tiny.columns))
    checked = check_table(table, QUESTIONS, QUESTION_KEY, "t")
    assert checked.columns == [*QUESTIONS, "mine"]
    assert checked.height == tiny.height


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda t: t.drop("answers"),
            "questions.parquet: missing column answers; it has dataset, question_id",
        ),
        (lambda t: t.drop("answers", "topic"), "missing columns answers, topic"),
        (lambda t: t.clear(), "questions.parquet: the table has no rows"),
        (lambda t: t.with_columns(answers=pl.lit(1)), "column answers is Int32, not List"),
        (lambda t: t.with_columns(question=pl.lit(None, pl.String)), "row 1: column question is empty"),
        (lambda t: pl.concat([t, t[:1]]), "row 1 is there twice: .*capital-GR"),
    ],
)
def test_a_bad_table_is_refused_in_one_line(tiny: pl.DataFrame, tmp_path: Path, change, message: str) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "questions.parquet"
    change(tiny).write_parquet(file)
    with pytest.raises(UsageError, match=message) as error:
        read_questions(file)
    assert "\n" not in str(error.value)


def test_files_that_are_no_tables(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        read_questions(tmp_path / "absent.parquet")
    empty = tmp_path / "empty.parquet"
    empty.touch()
    with pytest.raises(UsageError, match="not a Parquet file"):
        read_questions(empty)
    with pytest.raises(UsageError, match=r"observations.parquet: no such file"):
        read_observations(tmp_path)

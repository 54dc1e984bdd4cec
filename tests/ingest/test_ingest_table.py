"""Anyone's scored answers, whole and broken."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from polars.testing import assert_frame_equal

from scriptgap.errors import UsageError
from scriptgap.ingest.table import ingest_table
from scriptgap.tables import OBSERVATIONS
from tests.ingest import mutations
from tests.ingest.mutations import Mutation, broken_bytes, broken_records, check_loaded, ingested, thoroughly

ROWS: list[dict[str, Any]] = [
    {
        "model": "tiny",
        "question_id": f"q{fact}",
        "source_lang": "en",
        "lang": lang,
        "response": f' Answer {fact}, "quoted"\n' if lang == "fr" else "Ответ",
        "rating": fact % 4 + 1,
        "label": "yes" if fact % 2 else "no",
        "note": "a, b",
    }
    for fact in range(8)
    for lang in ("fr", "ru")
]
PLACES = {"query_lang": "lang"}


def write(file: Path, rows: list[dict[str, Any]]) -> Path:
    frame = pl.DataFrame(rows, infer_schema_length=None)
    if file.suffix == ".parquet":
        frame.write_parquet(file)
    elif file.suffix == ".jsonl":
        frame.write_ndjson(file)
    else:
        frame.write_csv(file, separator="\t" if file.suffix == ".tsv" else ",")
    return file


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".tsv", ".jsonl"])
def test_every_format_gives_the_same_observations(tmp_path: Path, suffix: str) -> None:
    loaded = ingest_table(write(tmp_path / f"mine{suffix}", ROWS), PLACES, "rating < 4 and label == 'yes'")
    check_loaded(loaded, len(ROWS))
    assert loaded.table.columns == [*OBSERVATIONS, "rating", "label", "note"]
    row = loaded.table.filter(question_id="q1", query_lang="fr").row(0, named=True)
    assert row["dataset"] == "mine"
    assert row["response"] == ' Answer 1, "quoted"\n'
    assert (row["condition"], row["sample"], row["stop_reason"]) == ("plain", 1, None)
    assert (row["answer_script"], row["scorer"]) == ("Latn", "rating < 4 and label == 'yes'")
    right = loaded.table.filter("correct")
    assert sorted(right["question_id"].unique()) == ["q1", "q5"]


def test_a_table_of_ours_comes_back_as_it_is(tmp_path: Path) -> None:
    table = ingest_table(write(tmp_path / "mine.csv", ROWS), PLACES, "rating < 4").table
    table.write_parquet(tmp_path / "ours.parquet")
    assert_frame_equal(ingest_table(tmp_path / "ours.parquet").table, table)


@pytest.mark.parametrize(
    ("values", "expected"),
    [([True, False, None], [True, False, None]), ([1, 0, None], [True, False, None])],
)
@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".jsonl"])
def test_a_column_may_say_what_is_right(
    tmp_path: Path, suffix: str, values: list[Any], expected: list[bool | None]
) -> None:
    rows = [{**row, "correct": value} for row, value in zip(ROWS, values, strict=False)]
    named = [{**row, "is right?": row["correct"]} for row in rows]
    assert ingest_table(write(tmp_path / f"a{suffix}", rows), PLACES).table["correct"].to_list() == expected
    loaded = ingest_table(write(tmp_path / f"b{suffix}", named), PLACES, "is right?")
    assert loaded.table["correct"].to_list() == expected
    assert loaded.table["scorer"].unique().to_list() == ["is right?"]


def test_constants_stand_for_columns(tmp_path: Path) -> None:
    rows = [{"id": fact, "right": fact % 2} for fact in range(4)]
    places = {"model": "=my/model", "source_lang": "=en", "query_lang": "=zh_hant", "question_id": "id"}
    table = ingest_table(write(tmp_path / "a.csv", rows), {**places, "correct": "right"}).table
    assert table.select("model", "source_lang", "query_lang").unique().rows() == [
        ("my/model", "en", "zh-Hant")
    ]
    assert table["question_id"].to_list() == ["0", "1", "2", "3"]


def test_answers_that_were_cut_short_are_not_scored(tmp_path: Path) -> None:
    reasons = ["stop", "max_tokens", "error", None]
    rows = [{**row, "stop_reason": reason} for row, reason in zip(ROWS[::2], reasons, strict=False)]
    table = ingest_table(write(tmp_path / "a.jsonl", rows), PLACES, "rating < 9").table
    assert table["correct"].to_list() == [True, None, None, True]


def test_samples_are_counted_from_one(tmp_path: Path) -> None:
    rows = [{**ROWS[0], "sample": value} for value in ("1", "2", "2.0", "0", "x", "")]
    loaded = ingest_table(write(tmp_path / "a.csv", rows), PLACES, "rating < 4")
    assert loaded.table["sample"].to_list() == [1, 2]
    assert loaded.refused["row"].to_list() == [4, 5, 3, 6]
    assert "has the dataset, model, question_id" in loaded.refused["reason"][2]


@pytest.mark.parametrize(
    ("places", "correct", "message"),
    [
        (PLACES, None, "no column correct; there are model, .*; say what is right"),
        ({}, "rating < 4", "no column query_lang; there are .*--columns query_lang=NAME"),
        ({"query_lang": "language"}, "rating < 4", "no column language"),
        ({"colour": "lang"}, "rating < 4", "no column 'colour' to point to"),
        (PLACES, "grade < 4", "--correct: no column 'grade'"),
        (PLACES, "rating <", "is no expression"),
        (PLACES, "rating", "row 3: column rating is 2, a grade"),
        (PLACES, "note < 4", "column note is 'a, b', not a number"),
    ],
)
def test_what_does_not_fit_is_one_clear_line(
    tmp_path: Path, places: dict[str, str], correct: str | None, message: str
) -> None:
    file = write(tmp_path / "a.csv", ROWS)
    with pytest.raises(UsageError, match=message) as caught:
        ingest_table(file, places, correct)
    assert "\n" not in str(caught.value)


def test_bad_rows_are_refused_by_the_files_own_names(tmp_path: Path) -> None:
    rows = [dict(row) for row in ROWS]
    rows[0]["lang"], rows[1]["model"], rows[2]["question_id"] = "frnech", "", None
    loaded = ingest_table(write(tmp_path / "a.csv", rows), PLACES, "rating < 4")
    check_loaded(loaded, len(rows))
    assert loaded.refused.select("row", "column").rows() == [(1, "lang"), (2, "model"), (3, "question_id")]
    assert "did you mean" in loaded.refused["reason"][0]


@pytest.mark.slow
@thoroughly(1000)
@given(mutations.mutations(*mutations.STRUCTURE))
def test_tables_broken_in_structure(tmp_path_factory: pytest.TempPathFactory, steps: list[Mutation]) -> None:
    content = mutations.json_lines_of(broken_records(ROWS, steps))
    file = tmp_path_factory.getbasetemp() / "table.jsonl"
    file.write_bytes(content)
    correct = ("rating < 4", "label == 'yes'", None)[len(steps) % 3]
    ingested(lambda: ingest_table(file, PLACES, correct), mutations.line_count(content))


@pytest.mark.slow
@thoroughly(1000)
@given(mutations.mutations(*mutations.BYTES))
def test_tables_broken_in_bytes(tmp_path_factory: pytest.TempPathFactory, steps: list[Mutation]) -> None:
    content = broken_bytes(mutations.csv_of(ROWS), steps)
    file = tmp_path_factory.getbasetemp() / "table.csv"
    file.write_bytes(content)
    rows = None if b"\r" in content.replace(b"\r\n", b"") else mutations.csv_rows(content)
    ingested(lambda: ingest_table(file, PLACES, "rating < 4"), rows)


def test_reasoning_is_set_apart_and_what_was_cut_short_is_no_verdict(tmp_path: Path) -> None:
    told = [
        ("<think>Paris? no.</think>Rome", "stop", True, "Rome", "Paris? no.", "stop"),
        ("<think>Paris, Paris", None, None, "", "Paris, Paris", "max_tokens"),
        ("Paris", "MAX_TOKENS", None, "Paris", None, "max_tokens"),
        ("Paris", "Length", None, "Paris", None, "max_tokens"),
        ("Paris", "end_turn", True, "Paris", None, "stop"),
    ]
    rows = [
        {"model": "m", "question_id": f"q{i}", "source_lang": "en", "query_lang": "fr", "correct": True}
        | {"response": response, "stop_reason": reason}
        for i, (response, reason, *_) in enumerate(told)
    ]
    table = ingest_table(write(tmp_path / "t.jsonl", rows)).table
    for row, (*_, correct, answer, reasoning, reason) in zip(table.iter_rows(named=True), told, strict=True):
        assert row["correct"] is correct
        assert (row["response"], row["reasoning"], row["stop_reason"]) == (answer, reasoning, reason)


def test_answers_without_a_verdict_can_be_read_to_be_scored(tmp_path: Path) -> None:
    rows = [{"model": "m", "question_id": "q", "source_lang": "en", "query_lang": "fr", "response": "Paris"}]
    file = write(tmp_path / "t.csv", rows)
    with pytest.raises(UsageError, match="no column correct"):
        ingest_table(file)
    row = ingest_table(file, judged=False).table.row(0, named=True)
    assert (row["correct"], row["scorer"]) == (None, "none")

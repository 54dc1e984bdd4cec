"""Anyone's table: the same questions from every format, and errors that name row and column."""

import gzip
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from scriptgap.errors import UsageError
from scriptgap.questions.table import build_table
from scriptgap.records import refusal_line
from scriptgap.tables import QUESTION_KEY, QUESTIONS, check_table


def question(**values: Any) -> dict[str, Any]:
    return {
        "question_id": 1,
        "source_lang": "en",
        "query_lang": "el",
        "question": "Ποιο χρώμα;",
        "answers": ["κόκκινο", "red"],
    } | values


def written(folder: Path, *found: dict[str, Any], name: str = "mine.jsonl") -> Path:
    path = folder / name
    if name.endswith(".parquet"):
        pl.DataFrame(found).write_parquet(path)
        return path
    if ".jsonl" in name:
        content = "".join(json.dumps(one) + "\n" for one in found)
    else:
        cells = [{**one, "answers": json.dumps(one["answers"], ensure_ascii=False)} for one in found]
        content = pl.DataFrame(cells).write_csv(separator="\t" if ".tsv" in name else ",")
    path.write_bytes(gzip.compress(content.encode()) if name.endswith(".gz") else content.encode())
    return path


@pytest.mark.parametrize(
    "name", ["mine.csv", "mine.tsv", "mine.jsonl", "mine.parquet", "mine.csv.gz", "mine.jsonl.gz"]
)
def test_every_format_gives_the_same_table(tmp_path: Path, name: str) -> None:
    loaded = build_table(written(tmp_path, question(), question(query_lang="zh_hant"), name=name))
    assert (loaded.rows_in, loaded.table.height, loaded.refused.height) == (2, 2, 0)
    check_table(loaded.table, QUESTIONS, QUESTION_KEY, name)
    assert loaded.table.row(0, named=True) == {
        "dataset": "mine",
        "question_id": "1",
        "source_lang": "en",
        "query_lang": "el",
        "question": "Ποιο χρώμα;",
        "answers": ["κόκκινο", "red"],
        "entity_source": None,
        "entity_query": None,
        "entity_type": None,
        "context": None,
        "topic": None,
        "split": "test",
    }
    assert loaded.table["query_lang"][1] == "zh-Hant"


def test_columns_are_named_by_the_mapping(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("id,lang,prompt,gold,question,level\n7,ka,რა?,წითელი,What?,3\n", "utf-8")
    columns = {"question_id": "id", "question": "prompt", "answers": "gold"}
    loaded = build_table(path, columns | {"source_lang": "lang", "query_lang": "lang"}, dataset="quiz")
    row = loaded.table.row(0, named=True)
    assert (row["question_id"], row["source_lang"], row["query_lang"]) == ("7", "ka", "ka")
    assert (row["question"], row["answers"], row["dataset"]) == ("რა?", ["წითელი"], "quiz")
    # The file's own "question" stands aside for "prompt"; what we have no name for stays.
    assert loaded.table.columns == [*QUESTIONS, "level"]
    assert row["level"] == "3"


def test_the_data_set_is_named_by_argument_column_or_file(tmp_path: Path) -> None:
    path = written(
        tmp_path, question(dataset="theirs"), question(query_lang="en", dataset=None), name="a.b.jsonl.gz"
    )
    assert build_table(path).table["dataset"].to_list() == ["theirs", "a.b"]
    assert set(build_table(path, dataset="mine").table["dataset"]) == {"mine"}


def test_other_columns_are_kept(tmp_path: Path) -> None:
    found = [
        question(score=1, tags=["a", "é"], note="x"),
        question(question_id=2, score=0.5, tags={"b": 1}),
        question(question_id=3, split="dev", note=3),
    ]
    table = build_table(written(tmp_path, *found)).table
    assert table.columns == [*QUESTIONS, "score", "tags", "note"]
    assert table["score"].to_list() == [1.0, 0.5, None]
    assert table["tags"].to_list() == ['["a", "é"]', '{"b": 1}', None]
    assert table["note"].to_list() == ["x", None, "3"]
    assert table["split"].to_list() == ["test", "test", "dev"]


@pytest.mark.parametrize(
    ("broken", "line"),
    [
        ({"question_id": None}, "column question_id is empty"),
        ({"question_id": 1.5}, "column question_id is a number, not text or a whole number"),
        (
            {"source_lang": "englsh"},
            "column source_lang has an unknown language tag 'englsh'; did you mean 'en'",
        ),
        ({"query_lang": "zh-Xxxx"}, "column query_lang has an unknown script 'Xxxx' in tag 'zh-Xxxx'"),
        ({"question": "  "}, "column question is empty"),
        ({"answers": []}, "column answers holds no text"),
        ({"answers": 1990}, "column answers is a number, not a list of texts"),
        ({"answers": ["a", 1]}, "column answers is a list with a number in it"),
        ({"context": 1}, "column context is a number, not text"),
        ({"note": "\ud800"}, "column note is not valid Unicode"),
        ({}, "has the dataset, question_id, source_lang, query_lang of row 1: mine, 1, en, el"),
    ],
)
def test_a_bad_field_is_refused_with_row_and_column(
    tmp_path: Path, broken: dict[str, Any], line: str
) -> None:
    path = written(tmp_path, question(), question(**broken))
    loaded = build_table(path)
    assert (loaded.rows_in, loaded.table.height, loaded.refused.height) == (2, 1, 1)
    assert refusal_line(loaded.refused.row(0, named=True)).startswith(f"{path}: row 2: {line}")


def test_a_refusal_has_the_files_own_column_name(tmp_path: Path) -> None:
    found = [question(prompt="?"), question(question_id=2)]
    loaded = build_table(written(tmp_path, *found), {"question": "prompt"})
    assert loaded.refused.select("row", "column", "reason").rows() == [(2, "prompt", "is missing")]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("red", ["red"]),
        ('["red", "rot"]', ["red", "rot"]),
        ("[sic] red", ["[sic] red"]),
        ("a, b", ["a, b"]),
        ("['red', 'rot']", 'stands in brackets but is no JSON list; write ["a", "b"]'),
        ("[1990]", "is a list with a number in it, not a list of texts"),
        ("[" * 50_000 + "]" * 50_000, "stands in brackets but is no JSON list"),
    ],
)
def test_answers_in_one_cell(tmp_path: Path, cell: str, expected: object) -> None:
    header = list(question())
    path = tmp_path / "mine.tsv"
    rows = ["\t".join(header), "1\ten\tel\t?\tred", "2\ten\tel\t?\t" + '"' + cell.replace('"', '""') + '"']
    path.write_text("\n".join(rows), "utf-8")
    loaded = build_table(path)
    if isinstance(expected, list):
        assert loaded.table["answers"][1].to_list() == expected
    else:
        assert loaded.refused["column"].to_list() == ["answers"]
        assert loaded.refused["reason"][0].startswith(expected)


def test_a_text_in_brackets_is_one_answer_where_lists_can_be_written(tmp_path: Path) -> None:
    table = build_table(written(tmp_path, question(answers="[red]"))).table
    assert table["answers"].to_list() == [["[red]"]]


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"prompt": "question"}, "no column 'prompt' in a questions table; it has dataset, question_id"),
        (
            {"question": "promt"},
            "no column 'promt'; it has question_id, source_lang, query_lang, question, answers",
        ),
    ],
)
def test_unknown_names_are_errors_that_name_the_known(
    tmp_path: Path, columns: dict[str, str], reason: str
) -> None:
    with pytest.raises(UsageError, match=reason):
        build_table(written(tmp_path, question()), columns)


def test_a_missing_column_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("id,source_lang,query_lang,question,answers\n1,en,el,?,red\n", "utf-8")
    with pytest.raises(
        UsageError, match="no column question_id; it has id, .*; say which it is, as in question_id=NAME"
    ):
        build_table(path)


def test_a_file_without_rows_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    for content in ("", "question\n", "\n\n"):
        path.write_text(content)
        with pytest.raises(UsageError, match=r"mine\.csv: no row could be read"):
            build_table(path, {"question": "prompt"})


def test_a_column_can_be_a_constant(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("question_id,lang,question,answers\n1,fr,Où ?,Paris\n", encoding="utf-8")
    table = build_table(file, {"query_lang": "lang", "source_lang": "=en", "topic": "=place"}).table
    assert table.select("source_lang", "query_lang", "topic").row(0) == ("en", "fr", "place")

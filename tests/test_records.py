"""Records from outside: nothing is lost, every refusal says where and why."""

import csv
import gzip
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scriptgap import records
from scriptgap.errors import UsageError
from scriptgap.records import FieldError, Intake, json_lines, refusal_line, table_rows

SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {"dataset": pl.String, "n": pl.Int32}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


def read_all(path: Path) -> tuple[list[tuple[int, records.Record]], Intake]:
    intake = Intake()
    return list(table_rows(path, intake)), intake


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


# Intake


def test_rows_in_is_rows_out_plus_rows_refused() -> None:
    intake = Intake()
    for number, value in enumerate([1, 2, 1], 1):
        with intake.row("a.csv", number) as row:
            row.update(dataset="d", n=value)
    with intake.row("a.csv", 4):
        raise FieldError("n", "is empty")
    intake.refuse("a.csv", 5, None, "is not CSV")
    loaded = intake.load(SCHEMA, ["dataset", "n"], "a.csv")
    assert loaded.rows_in == 5
    assert loaded.table["n"].to_list() == [1, 2]
    assert [refusal_line(row) for row in loaded.refused.iter_rows(named=True)] == [
        "a.csv: row 4: column n is empty",
        "a.csv: row 5: is not CSV",
        "a.csv: row 3: has the dataset, n of row 1: d, 1",
    ]


def test_another_exception_is_not_swallowed() -> None:
    intake = Intake()
    with pytest.raises(ZeroDivisionError), intake.row("a", 1):
        _ = 1 / 0


def test_no_row_at_all_is_an_error_with_the_first_reasons() -> None:
    with pytest.raises(UsageError, match=r"^a\.csv: no row could be read$"):
        Intake().load(SCHEMA, ["n"], "a.csv")
    intake = Intake()
    for number in range(1, 6):
        intake.refuse("a.csv", number, "n", "is empty")
    with pytest.raises(UsageError) as error:
        intake.load(SCHEMA, ["n"], "a.csv")
    assert str(error.value).count("is empty") == 3


def test_a_refusal_is_one_printable_line() -> None:
    intake = Intake()
    intake.refuse("a\nb.csv", 1, "x\udc80", "holds \r\x00\u2028")
    with pytest.raises(UsageError) as error:
        intake.load(SCHEMA, ["n"], "a")
    assert str(error.value) == r"a: no row could be read: a\nb.csv: row 1: column x\udc80 holds \r\x00\u2028"
    assert records.one_line("नमस्ते, ‌کتاب‌ها") == "नमस्ते, ‌کتاب‌ها"


@pytest.mark.parametrize(
    ("values", "expected", "dtype"),
    [
        ([1, None, 2], [1, None, 2], pl.Int64),
        ([1, 2.5], [1.0, 2.5], pl.Float64),
        ([1, "a", None], ["1", "a", None], pl.String),
        ([True, 1], ["True", "1"], pl.String),
        ([10**400, 1], [str(10**400), "1"], pl.String),
    ],
)
def test_a_column_beyond_the_schema_takes_what_it_holds(
    values: list[Any], expected: list[Any], dtype: pl.DataType
) -> None:
    intake = Intake()
    for number, value in enumerate(values):
        with intake.row("a", number) as row:
            row.update(dataset="d", n=number, note=value)
    table = intake.load(SCHEMA, ["n"], "a").table
    assert table.columns == ["dataset", "n", "note"]
    assert (table["note"].to_list(), table["note"].dtype) == (expected, dtype)


# Fields


@pytest.mark.parametrize(
    ("read", "record", "reason"),
    [
        (records.text, {}, "is missing"),
        (records.text, {"x": None}, "is empty"),
        (records.text, {"x": " \n"}, "is empty"),
        (records.text, {"x": 3}, "is a number, not text"),
        (records.text, {"x": "\ud800"}, "is not valid Unicode"),
        (records.optional_text, {"x": ["a"]}, "is a list, not text"),
        (records.identifier, {"x": True}, "is true or false, not text or a whole number"),
        (records.identifier, {"x": 1.5}, "is a number, not text or a whole number"),
        (records.texts, {"x": "a"}, "is text, not a list of texts"),
        (records.texts, {"x": ["a", None]}, "is a list with null in it, not a list of texts"),
        (records.texts, {"x": []}, "holds no text"),
        (records.texts, {"x": ["a", "\udfff"]}, "is not valid Unicode"),
        (records.texts, {}, "is missing"),
        (records.language_tag, {"x": "qqq"}, "has an unknown language tag 'qqq'; did you mean"),
        (records.language_tag, {"x": "en-Abcd"}, "has an unknown script 'Abcd'"),
        (records.other, {"x": "\ud800"}, "is not valid Unicode"),
    ],
)
def test_a_field_is_refused_with_its_reason(read: Any, record: records.Record, reason: str) -> None:
    with pytest.raises(FieldError) as error:
        read(record, "x")
    assert error.value.column == "x"
    assert str(error.value).startswith(reason)


def test_fields_are_read() -> None:
    assert records.text({"x": " a\n"}, "x") == "a"
    assert records.optional_text({}, "x") is None
    assert records.identifier({"x": -7449157003522518870}, "x") == "-7449157003522518870"
    assert records.identifier({"x": " q1 "}, "x") == "q1"
    assert records.texts({"x": ["b", " a ", "", "b"]}, "x") == ["b", "a"]
    assert records.language_tag({"x": "zh_hant"}, "x") == "zh-Hant"
    assert records.other({"x": {"é": [1]}}, "x") == '{"é": [1]}'
    assert records.other({"x": 1.5}, "x") == 1.5


def test_an_object_nested_too_deeply_is_refused() -> None:
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(FieldError, match="nested too deeply"):
        records.other({"x": value}, "x")


# Files


def test_json_lines_skip_blank_lines_and_refuse_the_rest() -> None:
    lines = [
        b'\xef\xbb\xbf{"a": 1}\n',
        b"  \n",
        b"[1]\n",
        b'{"a": \n',
        b'{"a": "\xff"}\n',
        b"[" * 100_000,
        b"7",
    ]
    intake = Intake()
    found = list(json_lines(lines, "f.jsonl", intake))
    assert found == [(1, {"a": 1}), (5, {"a": "\udcff"})]
    assert [row for _, row, *_ in intake.refused] == [3, 4, 6, 7]
    assert intake.refused[0][3] == "is a list, not an object"


@settings(deadline=None, max_examples=300)
@given(st.lists(st.one_of(st.binary(max_size=30), json_values.map(lambda value: json.dumps(value).encode()))))
def test_every_json_line_is_read_refused_or_blank(lines: list[bytes]) -> None:
    lines = [line.replace(b"\n", b"") for line in lines]
    intake = Intake()
    read = [number for number, _ in json_lines(lines, "f", intake)]
    refused = [row for _, row, *_ in intake.refused]
    blank = [
        number
        for number, line in enumerate(lines, 1)
        if not line.decode("utf-8", "replace").removeprefix("\ufeff").strip()
    ]
    assert sorted([*read, *refused, *blank]) == list(range(1, len(lines) + 1))


cells = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=6)


@settings(deadline=None, max_examples=200)
@given(st.lists(st.lists(cells, min_size=2, max_size=2), min_size=1), st.sampled_from([".csv", ".tsv"]))
def test_csv_comes_back_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], suffix: str
) -> None:
    content = io.StringIO()
    separator = "\t" if suffix == ".tsv" else ","
    csv.writer(content, delimiter=separator, quoting=csv.QUOTE_ALL).writerows([["a", "b"], *rows])
    path = written(tmp_path_factory.mktemp("csv"), f"t{suffix}", content.getvalue())
    found, intake = read_all(path)
    assert not intake.offered
    assert found == [(n, {"a": a or None, "b": b or None}) for n, (a, b) in enumerate(rows, 1)]


def test_csv_names_survive_a_byte_order_mark(tmp_path: Path) -> None:
    for header in ("a,b", '"a","b"'):
        found, _ = read_all(written(tmp_path, "t.csv", b"\xef\xbb\xbf" + header.encode() + b"\r\n1,2\r\n"))
        assert found == [(1, {"a": "1", "b": "2"})]


def test_csv_rows_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    found, intake = read_all(written(tmp_path, "t.csv", 'a,b\n1,2,3\n\n4,5\n"6" 7,8\n9,"x\ny\n'))
    assert found == [(2, {"a": "4", "b": "5"})]
    assert [(row, reason) for _, row, _, reason in intake.refused] == [
        (1, "has 3 values for 2 columns"),
        (3, "(line 5) is not CSV (',' expected after '\"')"),
        (4, "(lines 6 to 7) is not CSV (unexpected end of data)"),
    ]


def test_a_broken_header_makes_no_row_the_header(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the line of column names is not CSV"):
        read_all(written(tmp_path, "t.csv", '"a"x,b\n1,2\n3,4\n'))
    with pytest.raises(UsageError, match=r"a column name is there twice: a\\x00, a\\x00"):
        read_all(written(tmp_path, "t.csv", "a\0,a\0\n1,2\n"))


def test_parquet_rows_keep_their_types(tmp_path: Path) -> None:
    pl.DataFrame({"a": [1, None], "b": [["x"], []]}).write_parquet(tmp_path / "t.parquet")
    found, _ = read_all(tmp_path / "t.parquet")
    assert found == [(1, {"a": 1, "b": ["x"]}), (2, {"a": None, "b": []})]


def test_packed_files_are_unpacked(tmp_path: Path) -> None:
    found, _ = read_all(written(tmp_path, "t.csv.gz", gzip.compress(b"a\n1\n")))
    assert found == [(1, {"a": "1"})]


def broken_files() -> Iterator[tuple[str, bytes | None, str]]:
    yield "t.csv", None, "no such file"
    yield "t.parquet", None, "no such file"
    yield "t.parquet", b"", "not a Parquet file"
    yield "t.parquet", b"PAR1 and no more", "not a Parquet file"
    yield "t.jsonl.gz", b"{}", "cannot be read"
    yield "t.jsonl.gz", gzip.compress(b'{"a": 1}\n' * 1000)[:-9], "cannot be read"
    yield "t.xlsx", b"", "is no .parquet, .csv"


@pytest.mark.parametrize(("name", "content", "reason"), list(broken_files()))
def test_a_file_that_cannot_be_read_is_one_clear_line(
    tmp_path: Path, name: str, content: bytes | None, reason: str
) -> None:
    if content is not None:
        written(tmp_path, name, content)
    with pytest.raises(UsageError, match=reason) as error:
        read_all(tmp_path / name)
    assert str(error.value).startswith(str(tmp_path / name))
    assert "\n" not in str(error.value)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "t.csv").mkdir()
    with pytest.raises(UsageError, match="is a folder; name a file"):
        read_all(tmp_path / "t.csv")

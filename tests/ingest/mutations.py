"""Files broken in many ways, the same ones in each run."""

import copy
import csv
import io
import json
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st

from scriptgap.errors import UsageError
from scriptgap.records import Loaded
from scriptgap.tables import OBSERVATION_KEY, OBSERVATIONS, check_table

Object = dict[str, Any]
Mutation = tuple[str, int, int]

JUNK: list[Any] = [
    *(None, True, False, 0, 1, 4, -1.5, 10**30, 10**400, float("inf"), float("nan"), "", " \t", "x", "[[4]]"),
    *("a\nb\r\u2028", "\0", "\ud800", "\ufeff", "en", "qqq", "zh_hant", "C", "P", "0.5", "9" * 5000, "1e999"),
    *([], [[]], [None], ["a", 1], ["\udfff"], {}, {"a": 1}, {"lang": "fr"}, [["x"]], [[["-1", "False"]]]),
]
SPLINTERS = [
    b"\xff",
    b"\xed\xa0\x80",
    b"\0",
    b"\n",
    b"\r",
    b'"',
    b",",
    b"\t",
    b"{",
    b"[" * 50_000,
    b"\xef\xbb\xbf",
]
STRUCTURE = ("delete", "replace", "inside", "rename", "repeat", "deepen", "no object", "remove")
BYTES = ("flip", "cut", "splinter", "drop", "twice")


def mutations(*kinds: str) -> st.SearchStrategy[list[Mutation]]:
    number = st.integers(0, 1_000_000)
    return st.lists(st.tuples(st.sampled_from(kinds), number, number), min_size=1, max_size=4)


def thoroughly(examples: int) -> settings:
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


def broken_records(records: list[Object], steps: list[Mutation]) -> list[Any]:
    """Mutate the structure of records; kinds of `BYTES` are left to `broken_bytes`."""
    broken: list[Any] = copy.deepcopy(records)
    for kind, first, second in steps:
        if not broken:
            break
        at = first % len(broken)
        record = broken[at]
        if kind == "repeat":
            broken.insert(second % len(broken), copy.deepcopy(record))
        elif kind == "remove":
            del broken[at]
        elif kind == "no object":
            broken[at] = [[], 3, "text", None][second % 4]
        elif isinstance(record, dict) and record:
            _mutate(record, kind, list(record)[second % len(record)], first + second)
    return broken


def _mutate(record: Object, kind: str, key: str, number: int) -> None:
    junk = copy.deepcopy(JUNK[number % len(JUNK)])
    if kind == "delete":
        del record[key]
    elif kind == "replace":
        record[key] = junk
    elif kind == "rename":
        record[["", "note", "\ud800", "filter", "score", "correct"][number % 6]] = record.pop(key)
    elif kind == "inside":
        inner = record[key]
        if isinstance(inner, dict) and inner:
            inner[list(inner)[number % len(inner)]] = junk
        elif isinstance(inner, list) and inner:
            inner[number % len(inner)] = junk
    elif kind == "deepen":
        for _ in range(number % 900):
            junk = [junk]
        record[key] = junk


def broken_bytes(content: bytes, steps: list[Mutation]) -> bytes:
    for kind, first, second in steps:
        at = first % (len(content) + 1)
        if kind == "flip":
            content = content[:at] + bytes([second % 256]) + content[at + 1 :]
        elif kind == "cut":
            content = content[:at]
        elif kind == "splinter":
            content = content[:at] + SPLINTERS[second % len(SPLINTERS)] + content[at:]
        elif kind == "drop":
            content = content[:at] + content[at + second % 40 :]
        elif kind == "twice":
            content = content[:at] + content[at : at + second % 200] + content[at:]
    return content


def json_lines_of(records: list[Any]) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def csv_of(records: list[Object]) -> bytes:
    columns = list(dict.fromkeys(column for record in records for column in record))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows(records)
    return text.getvalue().encode()


def csv_rows(content: bytes) -> int:
    """Count the data rows of a file as Python's reader sees them, broken ones too."""
    lines = content.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape").split("\n")
    rows = csv.reader((line + "\n" for line in lines), strict=True)
    count = 0
    while True:
        try:
            count += bool(next(rows))
        except StopIteration:
            return max(0, count - 1)
        except csv.Error:
            count += 1


def line_count(content: bytes) -> int:
    """Count the lines that are not blank."""
    return sum(
        bool(line.decode("utf-8", "surrogateescape").removeprefix("\ufeff").strip())
        for line in content.split(b"\n")
    )


def ingested(load: Callable[[], Loaded], rows: int | None = None) -> None:
    """A broken file is one clear line, or every row of it is read or refused."""
    message = ""
    try:
        check_loaded(load(), rows)
    except UsageError as error:
        message = str(error)
    event("refused whole" if message else "read")
    assert "\n" not in message


def check_loaded(loaded: Loaded, rows: int | None = None) -> None:
    """Every row offered is in one of the two tables, and each refusal is one line with a reason."""
    assert loaded.rows_in == loaded.table.height + loaded.refused.height
    assert rows is None or loaded.rows_in == rows
    check_table(loaded.table, OBSERVATIONS, OBSERVATION_KEY, "loaded")
    for reason in loaded.refused["reason"]:
        assert reason
        assert "\n" not in reason

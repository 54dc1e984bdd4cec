"""Files of records from outside: every row is read or refused with its reason, none is lost."""

import csv
import gzip
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl

from scriptgap.errors import UsageError
from scriptgap.languages import language
from scriptgap.tables import check_table

Record = dict[str, Any]

# Python's own limit is shorter than a long reasoning trace.
_LARGEST_CELL = 1 << 30

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")

REFUSED: dict[str, type[pl.DataType]] = {
    "file": pl.String,
    "row": pl.Int64,
    "column": pl.String,
    "reason": pl.String,
}
"""Columns of the table of refused rows. ``row`` counts from 1: the line of a JSONL file, the data row of a
CSV or Parquet file. ``column`` is null where the reason is not in one column."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A table made from files of another project.

    Attributes:
        table: The rows that could be read, as the contract in `scriptgap.tables` has them.
        refused: One row of `REFUSED` for each row that could not.
        rows_in: How many rows the files offered, counted as they were read; it is
            ``table.height + refused.height``.
    """

    table: pl.DataFrame
    refused: pl.DataFrame
    rows_in: int


@dataclass(slots=True)
class Intake:
    """The rows read and refused so far; every row offered must come to one of the two."""

    offered: int = 0
    rows: list[tuple[str, int | None, Record]] = field(default_factory=list)
    refused: list[tuple[str, int | None, str | None, str]] = field(default_factory=list)

    def refuse(self, file: str, row: int | None, column: str | None, reason: str) -> None:
        """Note a row that was offered and is refused; `file` is its name as the user knows it."""
        self.offered += 1
        self._note(file, row, column, reason)

    def _note(self, file: str, row: int | None, column: str | None, reason: str) -> None:
        self.refused.append(
            (one_line(file), row, None if column is None else one_line(column), one_line(reason))
        )

    @contextmanager
    def row(self, file: str, row: int | None) -> Iterator[Record]:
        """Offer one row: fill the record that is given, or raise `FieldError` to have it refused."""
        self.offered += 1
        record: Record = {}
        try:
            yield record
        except FieldError as error:
            self._note(file, row, error.column, str(error))
        else:
            self.rows.append((file, row, record))

    def load(
        self, schema: Mapping[str, pl.DataType | type[pl.DataType]], key: list[str], source: str
    ) -> Loaded:
        """Make the table, once all rows were offered.

        A row whose key an earlier row has is refused. Columns absent from a record are null; columns
        beyond `schema` follow it, in the order of first appearance, as text where their values are of
        several types.

        Args:
            schema: `tables.QUESTIONS` or `tables.OBSERVATIONS`.
            key: The columns that together must be unique.
            source: What the user asked to be read, for the error.

        Raises:
            UsageError: No row could be read; the message has the first reasons.
        """
        seen: dict[tuple[Any, ...], int | None] = {}
        kept: list[Record] = []
        for file, row, record in self.rows:
            values = tuple(record.get(column) for column in key)
            if values in seen:
                first = f"row {seen[values]}" if seen[values] is not None else "an earlier row"
                reason = f"has the {', '.join(key)} of {first}: {', '.join(map(str, values))}"
                self._note(file, row, None, reason)
                continue
            seen[values] = row
            kept.append(record)
        refused = pl.DataFrame(self.refused, schema=REFUSED, orient="row")
        if not kept:
            reasons = "; ".join(refusal_line(row) for row in refused.head(3).iter_rows(named=True))
            raise UsageError(f"{source}: no row could be read" + (f": {reasons}" if reasons else ""))
        if len(kept) + refused.height != self.offered:
            raise RuntimeError(
                f"{source}: {self.offered} rows offered, {len(kept)} read, {refused.height} refused"
            )
        extra = {column: None for record in kept for column in record if column not in schema}
        columns = [
            pl.Series(column, [record.get(column) for record in kept], dtype=dtype)
            for column, dtype in schema.items()
        ]
        columns += [_series(column, [record.get(column) for record in kept]) for column in extra]
        return Loaded(check_table(pl.DataFrame(columns), dict(schema), key, source), refused, self.offered)


def one_line(message: str) -> str:
    """Write control characters, line ends and what is no valid Unicode as escapes."""
    return _UNPRINTABLE.sub(lambda found: repr(found[0])[1:-1], message)


def _series(name: str, values: Sequence[object]) -> pl.Series:
    """Make a column of the values' own type, or of text where they are of several."""
    kinds = {type(value) for value in values if value is not None}
    try:
        return pl.Series(name, values, dtype=pl.Float64 if kinds == {int, float} else None)
    except (TypeError, OverflowError, pl.exceptions.PolarsError):
        return pl.Series(name, [None if value is None else str(value) for value in values], dtype=pl.String)


def refusal_line(row: Record) -> str:
    """Say in one line why a row (of the columns `REFUSED`) was refused."""
    where = f": row {row['row']}" if row["row"] is not None else ""
    column = f"column {row['column']} " if row["column"] else ""
    return f"{row['file']}{where}: {column}{row['reason']}"


class FieldError(Exception):
    """A field cannot be used; `column` names it and the message says why."""

    def __init__(self, column: str | None, reason: str):
        super().__init__(reason)
        self.column = column


def text(record: Record, column: str) -> str:
    """Return a field that must hold text, stripped.

    Raises:
        FieldError: The field is missing, empty, no text, or no valid Unicode.
    """
    found = optional_text(record, column)
    if found is None:
        raise FieldError(column, "is empty" if column in record else "is missing")
    return found


def optional_text(record: Record, column: str) -> str | None:
    """Return a field that may hold text, stripped; None where it is missing, null or blank.

    Raises:
        FieldError: The field is no text, or no valid Unicode.
    """
    value = record.get(column)
    if value is None:
        return None
    if not isinstance(value, str):
        raise FieldError(column, f"is {_kind(value)}, not text")
    return _valid(value, column).strip() or None


def identifier(record: Record, column: str) -> str:
    """Return a field that must hold a text or a whole number, as text.

    Raises:
        FieldError: The field is missing, empty or of another type.
    """
    value: object = record.get(column)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if value is not None and not isinstance(value, str):
        raise FieldError(column, f"is {_kind(value)}, not text or a whole number")
    return text(record, column)


def language_tag(record: Record, column: str) -> str:
    """Return a field that must hold a language tag, in its usual form (``zh-Hant`` for ``zh_hant``).

    Raises:
        FieldError: The field holds no text, or no known tag; the reason then suggests one.
    """
    tag, reason = _tag_or_reason(text(record, column))
    if tag is None:
        raise FieldError(column, f"has an {reason}")
    return tag


@lru_cache(maxsize=10_000)
def _tag_or_reason(value: str) -> tuple[str | None, str]:
    # Kept for unknown tags too: to find the closest one is slow.
    try:
        return language(value).tag, ""
    except UsageError as error:
        return None, str(error)


def texts(record: Record, column: str) -> list[str]:
    """Return a field that must hold a list of texts, blank ones and repeats left out.

    Raises:
        FieldError: The field is missing, no list, holds something else than text, or nothing.
    """
    value = record.get(column)
    if value is None:
        raise FieldError(column, "is empty" if column in record else "is missing")
    if not isinstance(value, list):
        raise FieldError(column, f"is {_kind(value)}, not a list of texts")
    for item in value:
        if not isinstance(item, str):
            raise FieldError(column, f"is a list with {_kind(item)} in it, not a list of texts")
    found = list(dict.fromkeys(filter(None, (_valid(item, column).strip() for item in value))))
    if not found:
        raise FieldError(column, "holds no text")
    return found


def other(record: Record, column: str) -> Any:
    """Return a field that the contract does not know, as a column can hold it; lists and objects as JSON.

    Raises:
        FieldError: The field, or its name, is no valid Unicode, or it is nested too deeply.
    """
    value = record.get(column)
    _valid(column, column)
    if isinstance(value, list | dict):
        try:
            value = json.dumps(value, ensure_ascii=False, default=str)
        except RecursionError:
            raise FieldError(column, "is nested too deeply") from None
    return _valid(value, column) if isinstance(value, str) else value


def _valid(value: str, column: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise FieldError(column, "is not valid Unicode") from None
    return value


def _kind(value: object) -> str:
    names = {bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}
    names |= {type(None): "null", str: "text"}
    return names.get(type(value), f"a {type(value).__name__}")


def json_lines(lines: Iterable[bytes], file: str, intake: Intake) -> Iterator[tuple[int, Record]]:
    """Parse lines of JSON, one object each; blank lines are no rows, lines that do not parse are refused.

    Yields:
        The line number, from 1, and the object.
    """
    for number, line in enumerate(lines, 1):
        # Bytes that are no UTF-8 become lone surrogates, which the field that holds them refuses.
        content = line.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
        if not content.strip():
            continue
        try:
            record = json.loads(content)
        except (ValueError, RecursionError) as error:
            intake.refuse(file, number, None, f"is not JSON ({str(error) or type(error).__name__})")
            continue
        if isinstance(record, dict):
            yield number, record
        else:
            intake.refuse(file, number, None, f"is {_kind(record)}, not an object")


def file_lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file, unpacked where its name ends in ``.gz``.

    Raises:
        UsageError: The file is absent, unreadable, or a broken archive.
    """
    if not path.is_file():
        raise UsageError(
            f"{path}: no such file" if not path.exists() else f"{path}: is a folder; name a file"
        )
    try:
        if path.suffix == ".gz":
            with gzip.open(path) as unpacked:
                yield from unpacked
        else:
            with path.open("rb") as plain:
                yield from plain
    except (OSError, EOFError, zlib.error) as error:
        raise UsageError(f"{path}: cannot be read ({error})") from None


def table_rows(path: Path, intake: Intake) -> Iterator[tuple[int, Record]]:
    """Read a table: ``.parquet``, or ``.csv``, ``.tsv``, ``.jsonl``, ``.ndjson``, these also with ``.gz``.

    In CSV and TSV an empty cell is null and every other value is text.

    Yields:
        The row number, from 1 (of a JSONL file the line), and the row by column.

    Raises:
        UsageError: The file cannot be read, or its name ends in none of these.
    """
    kind = path.with_suffix("").suffix if path.suffix == ".gz" else path.suffix
    if kind in (".jsonl", ".ndjson"):
        yield from json_lines(file_lines(path), str(path), intake)
    elif kind in (".csv", ".tsv"):
        yield from _separated(path, "\t" if kind == ".tsv" else ",", intake)
    elif path.suffix == ".parquet":
        yield from _parquet(path)
    else:
        raise UsageError(f"{path}: is no .parquet, .csv, .tsv, .jsonl or .ndjson file")


def _separated(path: Path, separator: str, intake: Intake) -> Iterator[tuple[int, Record]]:
    lines = (line.decode("utf-8", "surrogateescape") for line in file_lines(path))
    # A byte order mark before a quote would make the quote part of the name.
    unmarked = (line.removeprefix("\ufeff") if index == 0 else line for index, line in enumerate(lines))
    csv.field_size_limit(_LARGEST_CELL)
    rows = csv.reader(unmarked, delimiter=separator, strict=True)
    header = _header(rows, path)
    number = 0
    while True:
        first = rows.line_num + 1
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            number += 1
            # An open quote takes the lines after it along: say how many.
            reach = f"line {first}" if rows.line_num == first else f"lines {first} to {rows.line_num}"
            intake.refuse(str(path), number, None, f"({reach}) is not CSV ({error})")
            continue
        if not row:
            continue
        number += 1
        if len(row) != len(header):
            intake.refuse(str(path), number, None, f"has {len(row)} values for {len(header)} columns")
            continue
        yield number, {name: value or None for name, value in zip(header, row, strict=True)}


def _header(rows: Iterator[list[str]], path: Path) -> list[str]:
    try:
        header = [name.strip() for name in next((row for row in rows if row), [])]
    except csv.Error as error:
        raise UsageError(f"{path}: the line of column names is not CSV ({error})") from None
    if len(set(header)) < len(header):
        raise UsageError(one_line(f"{path}: a column name is there twice: {', '.join(header)}"))
    return header


def _parquet(path: Path) -> Iterator[tuple[int, Record]]:
    if not path.is_file():
        raise UsageError(f"{path}: no such file")
    try:
        frame = pl.read_parquet(path)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise UsageError(one_line(f"{path}: not a Parquet file ({reason})")) from None
    yield from enumerate(frame.iter_rows(named=True), 1)

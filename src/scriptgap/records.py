"""Files of records from outside: every row is read or refused with its reason, none is lost."""

import csv
import gzip
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from scriptgap.errors import UsageError
from scriptgap.tables import check_table

Record = dict[str, Any]

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
        self.refused.append((file, row, column, reason))

    @contextmanager
    def row(self, file: str, row: int | None) -> Iterator[Record]:
        """Offer one row: fill the record that is given, or raise `FieldError` to have it refused."""
        self.offered += 1
        record: Record = {}
        try:
            yield record
        except FieldError as error:
            self.refused.append((file, row, error.column, str(error)))
        else:
            self.rows.append((file, row, record))

    def load(
        self, schema: Mapping[str, pl.DataType | type[pl.DataType]], key: list[str], source: str
    ) -> Loaded:
        """Make the table, once all rows were offered.

        A row whose key an earlier row has is refused. Columns absent from a record are null; columns
        beyond `schema` follow it, in the order of first appearance.

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
                self.refused.append((file, row, None, reason))
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
        columns = {
            column: pl.Series(column, [record.get(column) for record in kept], dtype=schema.get(column))
            for column in [*schema, *extra]
        }
        return Loaded(check_table(pl.DataFrame(columns), dict(schema), key, source), refused, self.offered)


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
    return text(record, column)


def texts(record: Record, column: str) -> list[str]:
    """Return a field that must hold a list of texts, blank ones and repeats left out.

    Raises:
        FieldError: The field is missing, no list, holds something else than text, or nothing.
    """
    value = record.get(column)
    if value is None:
        raise FieldError(column, "is empty" if column in record else "is missing")
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise FieldError(column, f"is {_kind(value)}, not a list of texts")
    found = list(dict.fromkeys(filter(None, (_valid(item, column).strip() for item in value))))
    if not found:
        raise FieldError(column, "holds no text")
    return found


def _valid(value: str, column: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise FieldError(column, "is not valid Unicode") from None
    return value


def _kind(value: object) -> str:
    names = {bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}
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
    rows = csv.reader(lines, delimiter=separator, strict=True)
    header: list[str] | None = None
    number = 0
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            number += 1
            intake.refuse(str(path), number, None, f"is not CSV ({error})")
            continue
        if header is None:
            header = [name.removeprefix("\ufeff").strip() for name in row]
            if len(set(header)) < len(header):
                raise UsageError(f"{path}: a column name is there twice: {', '.join(header)}")
            continue
        if not row:
            continue
        number += 1
        if len(row) != len(header):
            intake.refuse(str(path), number, None, f"has {len(row)} values for {len(header)} columns")
            continue
        yield number, {name: value or None for name, value in zip(header, row, strict=True)}


def _parquet(path: Path) -> Iterator[tuple[int, Record]]:
    if not path.is_file():
        raise UsageError(f"{path}: no such file")
    try:
        frame = pl.read_parquet(path)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise UsageError(f"{path}: not a Parquet file ({str(error).splitlines()[0]})") from None
    yield from enumerate(frame.iter_rows(named=True), 1)

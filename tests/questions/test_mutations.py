"""Thousands of broken files: each is one clear error, or every row of it is read or refused."""

import copy
import csv
import gzip
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from scriptgap.errors import UsageError
from scriptgap.questions import eclektic, mkqa
from scriptgap.questions.eclektic import build_eclektic
from scriptgap.questions.mkqa import build_mkqa
from scriptgap.questions.table import build_table
from scriptgap.records import Loaded
from scriptgap.tables import QUESTION_KEY, QUESTIONS, check_table

pytestmark = pytest.mark.slow


def thoroughly(examples: int) -> settings:
    """At least 2,000 files for each loader; the same ones in each run."""
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


Object = dict[str, Any]

JUNK: list[Any] = [
    *(None, True, 0, -1.5, 10**30, 10**400, float("inf"), float("nan"), "", " \t", "x", "[", "[1]", "['a']"),
    *(
        "a\nb\r\u2028",
        "\0",
        "\ud800",
        "\ufeff",
        "en",
        "ru",
        "qqq",
        "zh_hant",
        "NoAns",
        "unanswerable",
        "9" * 5000,
    ),
    *([], [[]], [None], ["a", 1], ["\udfff"], {}, {"a": 1}, {"fr": "x"}, {"qqq": "x"}, [{"type": "entity"}]),
    [{"type": "entity", "text": "a", "aliases": "b"}],
]
KEYS = [
    *(
        "qqq_q",
        "ru_q",
        "_q",
        "\ud800_q",
        "note",
        "",
        "queries",
        "answers",
        "lang",
        "question",
        "q_id",
        "id",
        "en_q",
    ),
    *("ru", "qqq", "\udcff"),
]
SPLINTERS = [
    b"\xff",
    b"\xed\xa0\x80",
    b"\0",
    b"\n",
    b"\r",
    b'"',
    b"'",
    b",",
    b"\t",
    b"{",
    b"[" * 50_000,
    b"\xef\xbb\xbf",
]


class Step(NamedTuple):
    """One mutation; its two numbers say where, as far as the file has that many places."""

    kind: str
    first: int
    second: int


STRUCTURE = ["delete", "replace", "replace deep", "add", "deepen", "repeat", "blank", "no object"]
BYTES = ["flip", "cut line", "splinter", "drop", "mark", "join"]


def steps(*kinds: str) -> st.SearchStrategy[list[Step]]:
    number = st.integers(0, 1_000_000)
    return st.lists(st.builds(Step, st.sampled_from(kinds), number, number), min_size=1, max_size=4)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each container in `value` with each of its keys."""
    if isinstance(value, dict | list):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from places(value[key])


def with_structure(records: list[Object], mutations: list[Step]) -> list[bytes]:
    """Mutate objects, and write each as a line."""
    lines: list[Any] = copy.deepcopy(records)
    for kind, first, second in mutations:
        at = first % len(lines)
        if not isinstance(lines[at], dict):
            continue
        keys = list(lines[at])
        if kind == "delete" and keys:
            del lines[at][keys[second % len(keys)]]
        elif kind == "replace" and keys:
            lines[at][keys[second % len(keys)]] = copy.deepcopy(JUNK[(first + second) % len(JUNK)])
        elif kind == "replace deep" and keys:
            found = list(places(lines[at]))
            container, key = found[second % len(found)]
            container[key] = copy.deepcopy(JUNK[(first + second) % len(JUNK)])
        elif kind == "add":
            nested = [value for value in lines[at].values() if isinstance(value, dict)]
            target = [lines[at], *nested][first % (len(nested) + 1)]
            target[KEYS[second % len(KEYS)]] = copy.deepcopy(JUNK[(first + second) % len(JUNK)])
        elif kind == "deepen" and keys:
            deep: Any = "x"
            for _ in range(second % 900):
                deep = [deep]
            lines[at][keys[second % len(keys)]] = deep
        elif kind == "repeat":
            lines.insert(second % len(lines), copy.deepcopy(lines[at]))
        elif kind == "blank":
            lines.insert(at, b" \t")
        elif kind == "no object":
            lines[at] = [[], 3, "text", None][second % 4]
    return [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]


def with_bytes(content: bytes, mutations: list[Step]) -> bytes:
    """Mutate a file without regard for what it means."""
    found = bytearray(content)
    for kind, first, second in mutations:
        at = first % (len(found) or 1)
        if kind == "flip" and found:
            found[at] ^= second % 255 + 1
        elif kind == "cut line":
            end = found.find(b"\n", at)
            del found[at : end if end > 0 else len(found)]
        elif kind == "splinter":
            found[at:at] = SPLINTERS[second % len(SPLINTERS)]
        elif kind == "drop":
            del found[at : at + second % 20]
        elif kind == "mark":
            found[:0] = [b"\xef\xbb\xbf", b"\xff\xfe", b"\n\n"][second % 3]
        elif kind == "join":
            end = found.find(b"\n", at)
            del found[end : end + 1]
    return bytes(found)


def load(build: Callable[[Path], Loaded], path: Path) -> Loaded | None:
    """Return what was loaded, its sums checked, or None where the file was one clear error."""
    message = None
    try:
        loaded = build(path)
    except UsageError as error:
        message = str(error)
    if message is not None:
        event("one clear error")
        assert message.encode()
        assert len(message.splitlines()) == 1
        return None
    event("some rows refused" if loaded.refused.height else "all rows read")
    assert loaded.rows_in == loaded.table.height + loaded.refused.height
    check_table(loaded.table, QUESTIONS, QUESTION_KEY, "mutated")
    assert not loaded.refused["reason"].str.contains(r"[\n\r]").any()
    return loaded


def parsed(line: bytes) -> Object | None:
    """Read a line as the loaders should, by other means: strictly what is an object, else None."""
    try:
        found = json.loads(line.decode("utf-8", "surrogateescape").removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def check_lines(loaded: Loaded, content: bytes, identify: Callable[[Object], object]) -> None:
    """Every line that is not blank stands in the table, by its id, or among the refused, by its number."""
    refused, read = set(loaded.refused["row"]), set(loaded.table["question_id"])
    for number, line in enumerate(content.split(b"\n"), 1):
        if number in refused or not line.decode("utf-8", "replace").removeprefix("\ufeff").strip():
            continue
        record = parsed(line)
        assert record is not None, (number, line)
        assert str(identify(record)).strip() in read, (number, line)


def is_id(value: object) -> bool:
    if isinstance(value, str):
        return bool(value.strip()) and all(not 0xD800 <= ord(letter) <= 0xDFFF for letter in value)
    return isinstance(value, int) and not isinstance(value, bool)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mutations")


def write(path: Path, lines: list[bytes]) -> bytes:
    content = b"\n".join(lines) + b"\n"
    path.write_bytes(content)
    return content


# ECLeKTic


def eclektic_record(number: int) -> Object:
    found: Object = {"q_id": number, "original_lang": ["en", "he"][number % 2], "title": f"Mill {number}"}
    found |= {"content": "text", "question": f"What is Mill {number}?", "answer": "red"}
    for code in eclektic.LANGUAGES:
        found |= {f"{code}_q": f"{code}?", f"{code}_a": f"a {code}", f"{code}_c": "c"}
    return found


ECLEKTIC = [eclektic_record(number) for number in range(3)]
KNOWN_TAGS = {*eclektic.LANGUAGES, "ru"}


def eclektic_offered(lines: list[bytes]) -> int:
    """Count the questions in languages that the lines offer."""
    records = [parsed(line) for line in lines if line.strip()]
    more = {"ru"} if any(record and "ru_q" in record for record in records) else set()
    count = 0
    for record in records:
        source = record.get("original_lang") if record else None
        if not record or not is_id(record.get("q_id")) or source not in (*KNOWN_TAGS, "zh_hant"):
            count += 1
            continue
        languages = {*eclektic.LANGUAGES, *more, {"zh_hant": "zh-Hant"}.get(source, source)}
        count += len(languages) + sum(key in record for key in ("qqq_q", "_q", "\ud800_q"))
    return count


@thoroughly(1_000)
@given(structure=steps(*STRUCTURE))
def test_eclektic_with_mutated_objects(folder: Path, structure: list[Step]) -> None:
    lines = with_structure(ECLEKTIC, structure)
    content = write(folder / "eclektic.jsonl", lines)
    loaded = load(build_eclektic, folder / "eclektic.jsonl")
    if loaded is not None:
        assert loaded.rows_in == eclektic_offered(lines)
        check_lines(loaded, content, lambda record: record["q_id"])


@thoroughly(1_000)
@given(mutations=steps(*BYTES))
def test_eclektic_with_mutated_bytes(folder: Path, mutations: list[Step]) -> None:
    content = with_bytes(b"\n".join(json.dumps(record).encode() for record in ECLEKTIC), mutations)
    (folder / "eclektic.jsonl").write_bytes(content)
    loaded = load(build_eclektic, folder / "eclektic.jsonl")
    if loaded is not None:
        check_lines(loaded, content, lambda record: record["q_id"])


# MKQA


def mkqa_record(number: int) -> Object:
    text = (
        {"type": "unanswerable", "text": None}
        if number == 1
        else {"type": "entity", "text": "a", "aliases": ["b"]}
    )
    return {
        "example_id": number,
        "query": "?",
        "queries": {code: f"{code}?" for code in mkqa.LANGUAGES},
        "answers": {code: [copy.deepcopy(text)] for code in mkqa.LANGUAGES},
    }


MKQA = [mkqa_record(number) for number in range(3)]
FLAT = [
    {"id": number, "lang": lang, "question": f"{lang}?", "answers": ["a", "b"]}
    for lang in ("en", "fr")
    for number in range(3)
]


def is_official(record: Object) -> bool:
    return "queries" in record or isinstance(record.get("answers"), dict)


def codes_of(record: Object) -> set[str]:
    if not is_official(record):
        return {str(record.get("lang"))}
    return {
        code for part in ("queries", "answers") if isinstance(record.get(part), dict) for code in record[part]
    }


def mkqa_offered(lines: list[bytes]) -> int:
    """Count the questions in languages that the lines offer."""
    records = [parsed(line) for line in lines if line.strip()]
    found = {code for record in records if record is not None for code in codes_of(record)}
    known = {*mkqa.LANGUAGES, *(found & {"ru", "id", "zh_hant"})}
    count = 0
    for record in records:
        if record is None or not is_official(record) or not is_id(record.get("example_id")):
            count += 1
        else:
            count += len(known) + len(codes_of(record) - known)
    return count


@thoroughly(700)
@given(structure=steps(*STRUCTURE))
def test_mkqa_with_mutated_objects(folder: Path, structure: list[Step]) -> None:
    lines = with_structure(MKQA, structure)
    content = write(folder / "mkqa.jsonl", lines)
    loaded = load(build_mkqa, folder / "mkqa.jsonl")
    if loaded is not None:
        assert loaded.rows_in == mkqa_offered(lines)
        check_lines(loaded, content, lambda record: record.get("example_id", record.get("id")))


@thoroughly(700)
@given(structure=steps(*STRUCTURE), packed=st.none() | steps(*BYTES))
def test_mkqa_by_language_with_mutated_objects(
    folder: Path, structure: list[Step], packed: list[Step] | None
) -> None:
    lines = with_structure(FLAT, structure)
    content = write(folder / "flat.jsonl", lines)
    path = folder / "flat.jsonl"
    if packed is not None:
        path = folder / "flat.jsonl.gz"
        path.write_bytes(with_bytes(gzip.compress(content, 1), packed))
    loaded = load(build_mkqa, path)
    # A mutated archive may still unpack to other bytes; then only the sums are known.
    if loaded is not None and packed is None:
        assert loaded.rows_in == mkqa_offered(lines)
        check_lines(loaded, content, lambda record: record.get("id"))


@thoroughly(700)
@given(mutations=steps(*BYTES))
def test_mkqa_with_mutated_bytes(folder: Path, mutations: list[Step]) -> None:
    content = with_bytes(b"\n".join(json.dumps(record).encode() for record in [MKQA[0], *FLAT]), mutations)
    (folder / "mkqa.jsonl").write_bytes(content)
    loaded = load(build_mkqa, folder / "mkqa.jsonl")
    if loaded is not None:
        check_lines(loaded, content, lambda record: record.get("example_id", record.get("id")))


# Tables


TABLE: list[Object] = [
    {
        "question_id": number,
        "source_lang": "en",
        "query_lang": "el",
        "question": f"Mill {number}?",
        "answers": ["κόκκινο", "red"],
        "context": None,
        "note": number,
    }
    for number in range(4)
]


@thoroughly(600)
@given(structure=steps(*STRUCTURE))
def test_json_tables_with_mutated_objects(folder: Path, structure: list[Step]) -> None:
    lines = with_structure(TABLE, structure)
    content = write(folder / "table.jsonl", lines)
    loaded = load(build_table, folder / "table.jsonl")
    if loaded is not None:
        assert loaded.rows_in == sum(bool(line.strip()) for line in lines)
        check_lines(loaded, content, lambda record: record["question_id"])


def as_csv(lines: list[bytes]) -> bytes:
    """Write mutated objects as CSV: what is no text as JSON, a blank line as it is."""
    content = io.StringIO()
    writer = csv.writer(content, lineterminator="\n")
    writer.writerow(TABLE[0])
    for line in lines:
        record = parsed(line)
        if record is None:
            content.write("\n" if not line.strip() else line.decode() + "\n")
            continue
        cells = [record.get(column) for column in TABLE[0]]
        writer.writerow([cell if isinstance(cell, str) else json.dumps(cell) for cell in cells])
    return content.getvalue().encode("utf-8", "surrogatepass")


# Without quotes, so that what a line of the mutated file holds can be told without a parser.
PLAIN: list[Object] = [{**record, "answers": "κόκκινο"} for record in TABLE]


@thoroughly(600)
@given(structure=steps("replace", "delete", "repeat", "blank", "no object", "deepen"))
def test_csv_tables_with_mutated_cells(folder: Path, structure: list[Step]) -> None:
    lines = with_structure(TABLE, structure)
    (folder / "table.csv").write_bytes(as_csv(lines))
    loaded = load(build_table, folder / "table.csv")
    if loaded is not None:
        assert loaded.rows_in == sum(bool(line.strip()) for line in lines)


@thoroughly(600)
@given(
    mutations=steps(*BYTES), name=st.sampled_from(["table.csv", "table.tsv", "table.jsonl", "table.csv.gz"])
)
def test_tables_with_mutated_bytes(folder: Path, mutations: list[Step], name: str) -> None:
    lines = [json.dumps(record).encode() for record in PLAIN]
    content = with_bytes(b"\n".join(lines) if "jsonl" in name else as_csv(lines), mutations)
    (folder / name).write_bytes(gzip.compress(content, 1) if name.endswith(".gz") else content)
    loaded = load(build_table, folder / name)
    if loaded is None:
        return
    written = [
        line
        for line in content.split(b"\n")
        if line.decode("utf-8", "replace").removeprefix("\ufeff").strip()
    ]
    if "jsonl" in name:
        assert loaded.rows_in == len(written)
    elif b'"' not in content and b"\r" not in content:
        # Without quotes and odd line ends a line is a row, but for the names.
        assert loaded.rows_in == len(written) - 1


PARQUET_JUNK: list[Any] = [None, "", "x", "\0", ["a"], [], [None], 3, -1.5, True, {"a": 1}, b"\xff"]


@thoroughly(250)
@given(
    columns=st.dictionaries(st.sampled_from(list(TABLE[0])), st.sampled_from(PARQUET_JUNK), max_size=2),
    cut=st.none() | st.integers(0, 5_000),
)
def test_parquet_tables_with_other_columns_or_cut_short(
    folder: Path, columns: Object, cut: int | None
) -> None:
    # Flipped bytes are left out: on some the Parquet reader ends the whole process.
    content = io.BytesIO()
    pl.DataFrame(TABLE, strict=False).with_columns(
        pl.Series(name, [value] * len(TABLE), strict=False) for name, value in columns.items()
    ).write_parquet(content)
    (folder / "table.parquet").write_bytes(content.getvalue()[:cut])
    loaded = load(build_table, folder / "table.parquet")
    if loaded is not None:
        assert loaded.rows_in == len(TABLE)

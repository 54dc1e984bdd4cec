"""X-FaKT's judged answers, in both layouts, whole and broken."""

import csv
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from polars.testing import assert_frame_equal

from scriptgap.errors import UsageError
from scriptgap.ingest.xfakt import SCORER, ingest_xfakt
from scriptgap.questions.xfakt import COUNTRIES, LANGUAGES
from scriptgap.tables import OBSERVATIONS
from tests.ingest import mutations
from tests.ingest.mutations import Mutation, broken_bytes, broken_records, check_loaded, ingested, thoroughly
from tests.ingest.xfakt_files import flat_rows, write_flat, write_repository

FLAT = Path(__file__).parents[3] / "shared" / "data" / "xfakt" / "judged.parquet"

PUBLISHED = {
    "gemma-2-9b-it": (4.98, 22.32),
    "Meta-Llama-3-8B-Instruct": (4.60, 25.77),
    "Orca-2-7b": (31.95, 56.77),
    "deepseek-llm-7b-chat": (31.49, 63.73),
    "Phi-3-mini-128k-instruct": (42.45, 77.95),
    "Llama-3.2-3B-Instruct": (24.10, 47.48),
    "gemma-2-2b-it": (9.97, 45.77),
    "Llama-3.2-1B-Instruct": (34.74, 65.96),
    # Published is 69.87. The flat file has one rating fewer of 4 (Japanese, India) than the authors' counts.
    "Phi-3.5-mini-instruct": (41.85, 69.86),
}


def folder_of(root: Path, model: str = "tiny") -> Path:
    return root / "results" / "factual_recall" / model / "without_system_prompt"


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".jsonl"])
def test_both_layouts_give_the_same_table(tmp_path: Path, suffix: str) -> None:
    rows = flat_rows()
    flat = ingest_xfakt(write_flat(tmp_path / f"flat{suffix}", rows))
    repository = ingest_xfakt(write_repository(tmp_path / "X", rows))
    assert_frame_equal(flat.table, repository.table)
    for loaded in (flat, repository):
        check_loaded(loaded, len(rows))
        assert loaded.refused.is_empty()


def test_each_answer_is_one_observation(tmp_path: Path) -> None:
    rows = flat_rows(("tiny",))
    table = ingest_xfakt(write_flat(tmp_path / "flat.parquet", rows)).table
    assert table.columns == [*OBSERVATIONS, "topic", "country", "rating", "judge"]
    assert table["scorer"].unique().to_list() == [SCORER]
    by_key = {(row["question_id"], row["query_lang"]): row for row in table.iter_rows(named=True)}
    for row in rows:
        found = by_key[f"fact-{row['fact_id']}", row["lang"]]
        assert found["response"] == row["prediction"]
        assert found["correct"] is (None if row["rating"] is None else row["rating"] != 4)
        assert found["correct"] == found["judge"]
        assert (found["rating"], found["source_lang"]) == (row["rating"], row["source_lang"])
    assert (
        by_key["fact-0", "el"]["answer_script"] == "Grek" or by_key["fact-0", "el"]["answer_script"] == "Latn"
    )
    assert by_key["fact-5", "el"]["response"] == ""
    assert by_key["fact-5", "el"]["answer_script"] is None
    assert table["stop_reason"].null_count() == table.height


@pytest.mark.parametrize(
    ("output", "rating"),
    [
        ("Rating: [[1]]", 1),
        ("Rating: [[4]]", 4),
        ("[[2]], on second thought [[4]]", 4),
        ("[[4]], no: [[1]]", 4),
        ("[3] or [2]", 2),
        ("Rating: 4", None),
        ("", None),
    ],
)
def test_a_judges_output_is_rated_as_in_the_authors_scripts(
    tmp_path: Path, output: str, rating: int | None
) -> None:
    root = write_repository(tmp_path, flat_rows(("tiny",)))
    edit(folder_of(root) / "Greek.csv", lambda lines: lines[1].__setitem__(4, output))
    loaded = ingest_xfakt(root)
    row = loaded.table.filter(question_id="fact-0", query_lang="el").row(0, named=True)
    assert (row["rating"], row["correct"]) == (rating, None if rating is None else rating != 4)
    assert loaded.refused.is_empty()


@pytest.mark.parametrize("inside", ["", "results", "results/factual_recall"])
def test_the_repository_can_be_named_at_any_height(tmp_path: Path, inside: str) -> None:
    root = write_repository(tmp_path, flat_rows())
    assert sorted(ingest_xfakt(root / inside).table["model"].unique()) == ["small", "tiny"]
    for folder in (folder_of(root), folder_of(root).parent):
        assert ingest_xfakt(folder).table["model"].unique().to_list() == ["tiny"]
        assert ingest_xfakt(folder, model="mine").table["model"].unique().to_list() == ["mine"]


def test_a_model_name_is_for_one_model(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="has 2 models, not only mine: tiny, small"):
        ingest_xfakt(write_flat(tmp_path / "flat.csv", flat_rows()), model="mine")
    nameless = [{key: row[key] for key in row if key != "model"} for row in flat_rows(("tiny",))]
    file = write_flat(tmp_path / "nameless.csv", nameless)
    assert ingest_xfakt(file, model="mine").table["model"].unique().to_list() == ["mine"]
    with pytest.raises(UsageError, match="column model is missing"):
        ingest_xfakt(file)


def edit(file: Path, change: Callable[[list[list[str]]], Any]) -> None:
    with file.open(encoding="utf-8", newline="") as opened:
        lines = list(csv.reader(opened))
    change(lines)
    with file.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows(lines)


def test_without_english_the_countries_are_not_known(tmp_path: Path) -> None:
    root = write_repository(tmp_path, flat_rows(("tiny",)))
    (folder_of(root) / "English.csv").unlink()
    with pytest.raises(UsageError, match=r"English.csv: no such file; it says which country"):
        ingest_xfakt(root)


def test_rows_that_cannot_be_aligned_are_refused_with_their_reason(tmp_path: Path) -> None:
    rows = flat_rows(("tiny",))
    root = write_repository(tmp_path, rows)
    facts = len(rows) // len(LANGUAGES)
    edit(folder_of(root) / "Thai.csv", lambda lines: lines.pop())
    edit(folder_of(root) / "Greek.csv", lambda lines: lines.__setitem__(slice(1, 3), lines[2:0:-1]))
    edit(folder_of(root) / "Hindi.csv", lambda lines: lines[4].__setitem__(3, "athletes"))
    edit(folder_of(root) / "French.csv", lambda lines: lines[4].pop())
    (folder_of(root) / "Swahili.csv").unlink()
    loaded = ingest_xfakt(root)
    check_loaded(loaded, len(rows) - facts + 1 - 1)
    reasons = {
        Path(file).stem: (count, reason)
        for file, reason, count in loaded.refused.group_by("file")
        .agg(pl.col("reason").first(), pl.len())
        .iter_rows()
    }
    assert reasons["Thai"][0] == facts - 1
    assert "is in a file of 64 rows, and English.csv has 65" in reasons["Thai"][1]
    assert reasons["Greek"][0] == 2
    assert (
        "stands for India in most rows, and this row of English.csv has United States" in reasons["Greek"][1]
    )
    assert reasons["Hindi"] == (1, "is not cities as in this row of English.csv: the rows are not aligned")
    assert reasons["French"] == (1, "has 4 values for 5 columns")
    assert reasons["Swahili"] == (1, "no such file: the answers in this language are missing")


def test_a_line_that_is_no_csv_does_not_move_the_rows_after_it(tmp_path: Path) -> None:
    root = write_repository(tmp_path, flat_rows(("tiny",)))
    whole = ingest_xfakt(root).table
    for name in ("English", "Greek"):
        edit(folder_of(root) / f"{name}.csv", lambda lines: lines[4].pop())
    broken = ingest_xfakt(root)
    expected = whole.filter(pl.col("question_id") != "fact-3")
    assert_frame_equal(broken.table, expected)
    assert broken.refused.height == len(LANGUAGES)


def test_an_unknown_country_in_english_refuses_the_fact(tmp_path: Path) -> None:
    root = write_repository(tmp_path, flat_rows(("tiny",)))
    edit(folder_of(root) / "English.csv", lambda lines: lines[1].__setitem__(2, "Atlantis"))
    loaded = ingest_xfakt(root)
    assert loaded.refused.height == len(LANGUAGES)
    assert "is Atlantis in English.csv, none of X-FaKT's countries" in loaded.refused["reason"][0]


def test_a_flat_row_of_another_language_than_its_countrys_is_refused(tmp_path: Path) -> None:
    rows = flat_rows(("tiny",))
    rows[0]["source_lang"] = "fr"
    rows[1]["rating"] = 5
    rows[2]["lang"] = "frnech"
    loaded = ingest_xfakt(write_flat(tmp_path / "flat.csv", rows))
    assert loaded.refused.select("row", "column").rows() == [(1, "source_lang"), (2, "rating"), (3, "lang")]
    assert loaded.refused["reason"][:2].to_list() == [
        "is fr, but United States's is en",
        "is '5', not 1, 2, 3 or 4",
    ]


def test_what_is_no_judged_layout_is_one_clear_line(tmp_path: Path) -> None:
    rows = flat_rows(("tiny",))
    root = write_repository(tmp_path / "a", rows)
    generations = write_repository(tmp_path / "b", rows, "generations")
    other = tmp_path / "results" / "counter_factual" / "tiny"
    other.parent.mkdir(parents=True)
    shutil.copytree(folder_of(root), other)
    (tmp_path / "empty").mkdir()
    for source, message in [
        (folder_of(root) / "Greek.csv", "no column fact_id, .* name the folder it is in"),
        (generations / "generations", "no column Predicted: these answers have not been judged"),
        (generations, "no factual_recall/<model>/without_system_prompt/English.csv in this folder"),
        (other, "holds X-FaKT's counter_factual"),
        (tmp_path / "empty", "name the X-FaKT repository, its results, or"),
        (tmp_path / "absent.csv", "no such file"),
    ]:
        with pytest.raises(UsageError, match=message) as caught:
            ingest_xfakt(source)
        assert "\n" not in str(caught.value)


@pytest.mark.skipif(not FLAT.is_file(), reason="../shared/data/xfakt is absent")
def test_the_published_errors_come_out_of_the_flat_file() -> None:
    loaded = ingest_xfakt(FLAT)
    check_loaded(loaded, 93_834)
    assert loaded.refused.is_empty()
    cells = loaded.table.group_by("model", "query_lang", "source_lang").agg(
        error=(~pl.col("correct")).mean() * 100
    )
    own = pl.col("query_lang") == pl.col("source_lang")
    error = pl.col("error")
    found = cells.group_by("model").agg(a=error.filter(own).mean(), n=error.filter(~own).mean())
    assert {model: (round(a, 2), round(n, 2)) for model, a, n in found.iter_rows()} == PUBLISHED


@pytest.mark.skipif(not FLAT.is_file(), reason="../shared/data/xfakt is absent")
def test_the_real_answers_are_the_same_in_the_repository_layout(tmp_path: Path) -> None:
    frame = pl.read_parquet(FLAT).filter(model="gemma-2-2b-it")
    frame.write_parquet(tmp_path / "flat.parquet")
    root = write_repository(tmp_path / "X", frame.to_dicts())
    flat, repository = ingest_xfakt(tmp_path / "flat.parquet"), ingest_xfakt(root)
    assert_frame_equal(flat.table, repository.table)
    assert repository.refused.is_empty()


SMALL = flat_rows(("tiny",), ("city",))


@pytest.mark.slow
@thoroughly(700)
@given(mutations.mutations(*mutations.STRUCTURE))
def test_flat_rows_broken_in_structure(
    tmp_path_factory: pytest.TempPathFactory, steps: list[Mutation]
) -> None:
    records = broken_records(SMALL[:26], steps)
    file = tmp_path_factory.getbasetemp() / "structure.jsonl"
    content = mutations.json_lines_of(records)
    file.write_bytes(content)
    ingested(lambda: ingest_xfakt(file), mutations.line_count(content))


@pytest.mark.slow
@thoroughly(700)
@given(mutations.mutations(*mutations.BYTES))
def test_flat_rows_broken_in_bytes(tmp_path_factory: pytest.TempPathFactory, steps: list[Mutation]) -> None:
    content = broken_bytes(mutations.csv_of(SMALL[:26]), steps)
    file = tmp_path_factory.getbasetemp() / "bytes.csv"
    file.write_bytes(content)
    ingested(
        lambda: ingest_xfakt(file),
        None if b"\r" in content.replace(b"\r\n", b"") else mutations.csv_rows(content),
    )


@pytest.mark.slow
@thoroughly(700)
@given(mutations.mutations(*mutations.BYTES))
def test_a_repository_file_broken_in_bytes(
    tmp_path_factory: pytest.TempPathFactory, steps: list[Mutation]
) -> None:
    root = tmp_path_factory.getbasetemp() / "repository"
    if not root.exists():
        write_repository(root, [row for row in SMALL if row["lang"] in ("en", "el")])
    file = folder_of(root) / ("English.csv" if steps[0][1] % 2 else "Greek.csv")
    whole = file.read_bytes()
    content = broken_bytes(whole, steps)
    countries = len(COUNTRIES)
    # Eleven languages have no file, and each is refused as one row.
    rows = mutations.csv_rows(content) + countries + len(LANGUAGES) - 2
    try:
        file.write_bytes(content)
        ingested(lambda: ingest_xfakt(root), None if b"\r" in content.replace(b"\r\n", b"") else rows)
    finally:
        file.write_bytes(whole)

"""X-FaKT's questions, from both layouts, and the entities found in them."""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from polars.testing import assert_frame_equal

from scriptgap.errors import UsageError
from scriptgap.questions.xfakt import COUNTRIES, LANGUAGES, build_xfakt
from scriptgap.questions.xfakt_entities import Asked, entities
from scriptgap.records import Loaded
from scriptgap.tables import QUESTION_KEY, QUESTIONS, check_table
from tests.ingest import mutations
from tests.ingest.mutations import Mutation, broken_bytes, broken_records, thoroughly
from tests.ingest.xfakt_files import flat_rows, name_of, write_flat, write_repository

FLAT = Path(__file__).parents[3] / "shared" / "data" / "xfakt" / "judged.parquet"


def test_every_layout_gives_the_same_questions(tmp_path: Path) -> None:
    rows = flat_rows()
    flat = build_xfakt(write_flat(tmp_path / "flat.parquet", rows))
    assert (flat.table.height, flat.rows_in, flat.refused.height) == (65 * 13, 65 * 13, 0)
    root = write_repository(tmp_path / "results", rows)
    generations = write_repository(tmp_path / "generations", flat_rows(("tiny",)), "generations")
    inside = generations / "generations" / "factual_recall" / "tiny"
    for source in (root, root / "results", generations, generations / "generations", inside):
        assert_frame_equal(build_xfakt(source).table, flat.table)


def test_a_question_has_its_answers_in_order_and_its_entity(tmp_path: Path) -> None:
    table = build_xfakt(write_flat(tmp_path / "flat.parquet", flat_rows(("tiny",)))).table
    assert table.columns == [*QUESTIONS, "country", "rivals"]
    row = table.filter(question_id="fact-1", query_lang="el").row(0, named=True)
    assert row["dataset"] == "xfakt"
    assert row["source_lang"] == "hi"
    assert row["country"] == "India"
    assert row["answers"][:3] == ["India in el", "India", "India in hi"]
    assert len(row["answers"]) == len(LANGUAGES)
    assert row["entity_query"] == name_of("city", 1, "el")
    assert row["entity_source"] == name_of("city", 1, "hi")
    assert (row["topic"], row["entity_type"], row["split"]) == ("cities", "city", "test")
    kinds = table.group_by("entity_type").agg(pl.col("question_id").n_unique()).sort("entity_type")
    assert kinds.rows() == [("city", 26), ("festival", 13), ("landmark", 13), ("person", 13)]
    assert not table["entity_query"].null_count()


def test_query_languages_can_be_chosen_by_tag_or_name(tmp_path: Path) -> None:
    file = write_flat(tmp_path / "flat.parquet", flat_rows(("tiny",)))
    chosen = build_xfakt(file, ["el", "Hindi"])
    assert sorted(chosen.table["query_lang"].unique()) == ["el", "hi"]
    assert chosen.rows_in == chosen.table.height == 65 * 2
    # Entities of the source language stand there even where it is not asked in.
    assert not chosen.table["entity_source"].null_count()
    with pytest.raises(UsageError, match="X-FaKT has no language 'de'; it has en, hi, zh"):
        build_xfakt(file, ["de"])


def test_a_row_that_asks_otherwise_than_its_repeat_is_refused(tmp_path: Path) -> None:
    rows = flat_rows()
    rows[-1]["question"] = "Something else?"
    rows[-2]["country"] = "France"
    loaded = build_xfakt(write_flat(tmp_path / "flat.csv", rows))
    assert (loaded.table.height, loaded.refused.height) == (65 * 13, 2)
    assert set(loaded.refused["column"]) == {"question", "source_lang"}


def asked(count: int, pattern: str = "Where is {}?", label: str = "cities") -> dict[tuple[str, str], Asked]:
    return {(str(fact), "en"): Asked(label, pattern.format(name_of("", fact, "en"))) for fact in range(count)}


def test_too_few_questions_give_no_entity() -> None:
    assert entities(asked(11)) == ({}, {str(fact): "city" for fact in range(11)})
    assert len(entities(asked(12))[0]) == 12


def test_one_question_of_other_words_loses_its_own_entity_only() -> None:
    questions = asked(20)
    questions["3", "en"] = Asked("cities", "In which place lies Xyz!")
    names, _ = entities(questions)
    assert len(names) == 19
    assert ("3", "en") not in names
    assert names["4", "en"] == name_of("", 4, "en")


def test_a_fact_that_is_a_landmark_in_one_language_only_has_no_kind() -> None:
    places = asked(14)
    greek = {
        (fact, "el"): Asked(one.label, one.question.replace("Where", "Pou"))
        for (fact, _), one in places.items()
    }
    mixed = {("x", "en"): Asked("lakes", "Where is Xyz?"), ("x", "el"): Asked("lakes", "Xyz, who dances?")}
    names, kinds = entities({**places, **greek, **mixed})
    assert "x" not in kinds
    assert not any(fact == "x" for fact, _ in names)


@pytest.mark.skipif(not FLAT.is_file(), reason="../shared/data/xfakt is absent")
def test_every_real_question_has_its_entity() -> None:
    loaded = build_xfakt(FLAT)
    table = loaded.table
    assert (loaded.rows_in, table.height, loaded.refused.height) == (10_426, 10_426, 0)
    assert not table["entity_query"].null_count()
    assert not table["entity_source"].null_count()
    facts = table.group_by("entity_type").agg(pl.col("question_id").n_unique()).sort("entity_type")
    assert facts.rows() == [("city", 258), ("festival", 25), ("landmark", 130), ("person", 389)]
    # What is left of a question without its entity is the same for all of one kind and language.
    rest: dict[tuple[str, str], set[str]] = {}
    for row in table.iter_rows(named=True):
        kind = row["entity_type"].replace("landmark", "city")
        left = row["question"].replace(row["entity_query"], "", 1)
        rest.setdefault((row["query_lang"], kind), set()).add(left)
    assert {key: found for key, found in rest.items() if len(found) > 1} == {}


SMALL = flat_rows(("tiny", "small"), ("city",))


@pytest.mark.slow
@thoroughly(1000)
@given(mutations.mutations(*mutations.STRUCTURE))
def test_rows_broken_in_structure(tmp_path_factory: pytest.TempPathFactory, steps: list[Mutation]) -> None:
    records = broken_records([row for row in SMALL if row["lang"] in ("en", "el")], steps)
    file = tmp_path_factory.getbasetemp() / "structure.jsonl"
    file.write_bytes(mutations.json_lines_of(records))
    check(file)


@pytest.mark.slow
@thoroughly(1000)
@given(mutations.mutations(*mutations.BYTES))
def test_a_repository_broken_in_bytes(
    tmp_path_factory: pytest.TempPathFactory, steps: list[Mutation]
) -> None:
    root = tmp_path_factory.getbasetemp() / "questions"
    if not root.exists():
        write_repository(root, [row for row in SMALL if row["lang"] in ("en", "el")])
    folder = root / "results" / "factual_recall" / "tiny" / "without_system_prompt"
    file = folder / ("English.csv" if steps[0][1] % 2 else "Greek.csv")
    whole = file.read_bytes()
    try:
        file.write_bytes(broken_bytes(whole, steps))
        check(root)
    finally:
        file.write_bytes(whole)


def check(source: Path) -> None:
    loaded: Loaded | None = None
    message = ""
    try:
        loaded = build_xfakt(source)
    except UsageError as error:
        message = str(error)
    assert "\n" not in message
    if loaded is None:
        return
    assert loaded.rows_in == loaded.table.height + loaded.refused.height
    check_table(loaded.table, QUESTIONS, QUESTION_KEY, "loaded")
    # A question that two files or lines had is not lost where one of them is broken.
    assert loaded.table["question_id"].n_unique() <= 2 * len(COUNTRIES) + 2

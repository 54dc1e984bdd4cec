"""Seeds: one for each question, language and condition, split by entity."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from scriptgap.questions.atlas import build_atlas
from scriptgap.synthesize.name_questions import name_seeds, read_name_questions
from scriptgap.synthesize.seeds import SEEDS, SPLITS, entity_key, seeds_of, split_of
from scriptgap.tables import QUESTION_KEY
from tests.conftest import question_row, question_table

SHARES = {"train": 0.8, "validation": 0.1, "test": 0.1}


def seeds(rows: list[dict[str, object]], **options: object) -> pl.DataFrame:
    return seeds_of(question_table(rows), SHARES, **options)  # type: ignore[arg-type]


def pair(**values: object) -> list[dict[str, object]]:
    english = question_row()
    greek = {
        "query_lang": "el",
        "question": "Χώρα: Ελλάδα. Πρωτεύουσα;",
        "entity_query": "Ελλάδα",
        "answers": ["Αθήνα"],
    }
    return [english | {"answers": ["Athens"]}, english | greek | values]


def test_both_conditions_of_a_question() -> None:
    found = seeds(pair())
    assert found.columns == list(SEEDS)
    by = {(row["query_lang"], row["condition"]): row for row in found.to_dicts()}
    assert by.keys() == {("en", "plain"), ("el", "plain"), ("el", "entity_only")}
    plain, entity_only = by["el", "plain"], by["el", "entity_only"]
    assert (plain["prompt"], plain["answer"], plain["answer_lang"]) == (
        "Χώρα: Ελλάδα. Πρωτεύουσα;",
        "Αθήνα",
        "el",
    )
    assert entity_only["prompt"] == "Country: Ελλάδα. What is the capital of this country?"
    assert (entity_only["answer"], entity_only["answer_lang"]) == ("Athens", "en")
    # The accepted answers are those of the language asked for too.
    assert entity_only["answers"] == ["Athens", "Αθήνα"]
    assert by["en", "plain"]["kind"] == "source_language"
    assert {plain["kind"], entity_only["kind"]} == {"cross_script"}


def test_a_whole_question_can_be_answered_in_the_source_language() -> None:
    found = seeds(pair(), answer_language="source").filter(query_lang="el", condition="plain").to_dicts()
    assert [(row["prompt"], row["answer"], row["answer_lang"]) for row in found] == [
        ("Χώρα: Ελλάδα. Πρωτεύουσα;", "Athens", "en")
    ]
    assert found[0]["answers"] == ["Athens", "Αθήνα"]
    # Where the source language has no answer, there is only the other.
    (alone,) = seeds(pair()[1:], answer_language="source").to_dicts()
    assert (alone["answer"], alone["answer_lang"]) == ("Αθήνα", "el")


def test_kinds_are_those_of_the_scripts() -> None:
    german = {"query_lang": "de", "question": "Land: Griechenland?", "entity_query": "Griechenland"}
    found = seeds([*pair(), question_row(**german)])
    assert set(found.filter(query_lang="de")["kind"]) == {"same_script"}


def test_worked_examples_and_questions_without_entity_or_answer_are_no_seeds() -> None:
    shown = [row | {"question_id": "shown", "split": "fewshot"} for row in pair()]
    unnamed = [row | {"question_id": "unnamed", "entity_query": None} for row in pair()]
    unanswered = [row | {"question_id": "unanswered", "answers": []} for row in pair()]
    assert set(seeds([*pair(), *shown, *unnamed, *unanswered])["question_id"]) == {"capital-GR"}


def test_a_name_that_two_languages_write_alike_is_asked_once() -> None:
    bulgarian = {"query_lang": "bg", "question": "Куба?", "entity_query": "Куба"}
    russian = {"query_lang": "ru", "question": "Куба??", "entity_query": "Куба"}
    found = seeds([*pair(), question_row(**bulgarian), question_row(**russian)])
    assert found.filter(pl.col("query_lang").is_in(["bg", "ru"]))["condition"].to_list().count("plain") == 2
    entity_only = found.filter(condition="entity_only")
    assert entity_only["prompt"].n_unique() == entity_only.height == 2


def test_the_split_is_a_function_of_the_entity_and_stable_under_added_data() -> None:
    few = build_atlas(["en", "ru"], ["capital"], 30).questions
    more = build_atlas(["en", "ru", "hi"], ["capital", "currency"], 90).questions
    ours, theirs = (
        dict(seeds_of(table, SHARES).select("entity", "split").unique().iter_rows()) for table in (few, more)
    )
    assert len(theirs) > 70
    assert ours == {entity: theirs[entity] for entity in ours}
    rows = seeds_of(more, SHARES).group_by("entity").agg(pl.col("split").n_unique())
    assert set(rows["split"]) == {1}


@given(st.text(), st.sampled_from(["casefold", "upper", "spaces"]))
def test_the_entity_key_folds_and_is_its_own_key(name: str, how: str) -> None:
    key = entity_key(name)
    assert key == " ".join(key.split())
    assert entity_key(name.casefold()) == key
    if how == "spaces":
        assert entity_key(f"  {name}\n") == key


def test_the_entity_key_knows_no_diacritics() -> None:
    assert entity_key("Côte  d’Ivoire") == entity_key("cote d’ivoire")


def test_shares_of_entities_are_those_asked_for() -> None:
    splits = [split_of(str(number), SHARES) for number in range(20_000)]
    for split in SPLITS:
        # Five standard errors of a share of 20,000.
        assert abs(splits.count(split) / 20_000 - SHARES[split]) < 5 * (0.25 / 20_000) ** 0.5


def test_names_become_questions_and_seeds(tmp_path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "people.tsv"
    rows = ["name_source\tname_query\tsource_lang\tquery_lang", "Ivan\tИван\ten\tru", "Iwan\tИван\ten\tru"]
    file.write_text("\n".join([*rows, "Dan\tDan\ten\tde", "Nobody\t\ten\tru"]), encoding="utf-8")
    loaded = read_name_questions(file)
    assert loaded.refused.height == 1
    assert loaded.table.select(QUESTION_KEY).is_duplicated().sum() == 0
    found = name_seeds(loaded.table, SHARES)
    (seed,) = found.to_dicts()
    assert seed["prompt"] == "Name: Иван. In English?"
    assert (seed["answer"], seed["answers"], seed["answer_lang"]) == ("Ivan", ["Ivan", "Iwan"], "en")
    assert (seed["kind"], seed["condition"], seed["topic"]) == ("cross_script", "entity_only", "name")


def test_folds_test_every_entity_once() -> None:
    shares = {"train": 0.5, "validation": 0.25, "test": 0.25}
    names = [f"entity {number}" for number in range(400)]
    tested = [name for fold in range(4) for name in names if split_of(name, shares, fold) == "test"]
    assert sorted(tested) == sorted(names)
    assert all(split_of(name, shares, 4) == split_of(name, shares) for name in names)

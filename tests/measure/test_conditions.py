import polars as pl
import pytest

from scriptgap.errors import UsageError
from scriptgap.measure.conditions import CONDITIONS, Item, check_conditions, items, present, present_example
from tests.conftest import question_table


def greek(tiny: pl.DataFrame, question_id: str) -> Item:
    return next(
        item for row, item in items(tiny) if row["question_id"] == question_id and row["query_lang"] == "el"
    )


def test_each_condition_presents_the_question_in_its_own_way(tiny: pl.DataFrame) -> None:
    item = greek(tiny, "capital-GR")
    assert present(item, "plain") == "Χώρα: Ελλάδα. Ποια είναι η πρωτεύουσα αυτής της χώρας;"
    assert present(item, "entity_only") == "Country: Ελλάδα. What is the capital of this country?"
    assert present(item, "hint") == "Χώρα: Ελλάδα (Greece). Ποια είναι η πρωτεύουσα αυτής της χώρας;"
    assert present(item, "hint_romanized") == present(item, "hint")
    placebo = present(item, "hint_placebo")
    assert placebo in {
        f"Χώρα: Ελλάδα ({other}). Ποια είναι η πρωτεύουσα αυτής της χώρας;" for other in ("France", "Italy")
    }


def test_romanised_hint_writes_a_source_name_in_latin_letters(tiny: pl.DataFrame) -> None:
    rows = tiny.with_columns(source_lang=pl.lit("el"), entity_source=pl.lit("Ελλάδα"))
    item = next(item for row, item in items(rows) if row["query_lang"] == "en")
    hinted = present(item, "hint_romanized")
    assert hinted is not None
    assert "(Ellada)" in hinted


def test_worked_examples_never_show_a_hint(tiny: pl.DataFrame) -> None:
    item = greek(tiny, "capital-DK")
    for condition in CONDITIONS:
        example = present_example(item, condition)
        assert example is not None
        assert "(" not in example[0]
    assert present_example(item, "hint") == present_example(item, "plain")
    assert present_example(item, "entity_only") == (
        "Country: Δανία. What is the capital of this country?",
        "Copenhagen",
    )


def test_a_placebo_is_another_entity_with_another_answer_the_same_in_every_language() -> None:
    rows = []
    for code, name, continent in [
        ("KE", "Kenya", "Africa"),
        ("GH", "Ghana", "Africa"),
        ("PE", "Peru", "South America"),
    ]:
        for tag in ("en", "el"):
            rows.append(
                {
                    "question_id": f"continent-{code}",
                    "query_lang": tag,
                    "entity_source": name,
                    "answers": [continent],
                    "topic": "continent",
                }
            )
    chosen = {(row["question_id"], item.placebo) for row, item in items(question_table(rows))}
    assert chosen == {
        ("continent-KE", "Peru"),
        ("continent-GH", "Peru"),
        *(x for x in chosen if x[0] == "continent-PE"),
    }
    assert {placebo for question, placebo in chosen if question == "continent-PE"} <= {"Kenya", "Ghana"}
    assert len(chosen) == 3


def test_a_condition_that_lacks_its_entity_is_not_presented() -> None:
    bare = question_table([{"entity_source": None, "entity_query": None}])
    (_, item), *_ = items(bare)
    assert [present(item, condition) for condition in CONDITIONS[1:]] == [None] * 4
    alone = question_table([{"query_lang": "el", "question": "Χώρα: Ελλάδα;", "entity_query": "Ελλάδα"}])
    (_, item), *_ = items(alone)
    assert present(item, "entity_only") is None
    assert present(item, "hint_placebo") is None


def test_the_hint_follows_a_question_that_does_not_name_the_entity() -> None:
    (_, item), *_ = items(question_table([{"query_lang": "el", "question": "Ποια;", "entity_query": None}]))
    assert present(item, "hint") == "Ποια; (Greece)"


def test_check_conditions() -> None:
    assert check_conditions(["hint", "plain", "hint"]) == ["plain", "hint"]
    with pytest.raises(UsageError, match="unknown condition 'hnit'; the conditions are plain, entity_only"):
        check_conditions(["hnit"])

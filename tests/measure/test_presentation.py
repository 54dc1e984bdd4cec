import polars as pl

from scriptgap.measure.conditions import CONDITIONS
from scriptgap.measure.presentation import LEAKS, Item, accepted, items, present, present_example
from scriptgap.scripts import script_of
from tests.conftest import question_table


def greek(tiny: pl.DataFrame, question_id: str) -> Item:
    return next(
        item for row, item in items(tiny) if row["question_id"] == question_id and row["query_lang"] == "el"
    )


def text(item: Item, condition: str) -> str | None:
    return present(item, condition).text


def test_each_condition_presents_the_question_in_its_own_way(tiny: pl.DataFrame) -> None:
    item = greek(tiny, "capital-GR")
    assert text(item, "plain") == "Χώρα: Ελλάδα. Ποια είναι η πρωτεύουσα αυτής της χώρας;"
    assert text(item, "entity_only") == "Country: Ελλάδα. What is the capital of this country?"
    assert text(item, "hint") == "Χώρα: Ελλάδα (Greece). Ποια είναι η πρωτεύουσα αυτής της χώρας;"
    assert text(item, "hint_romanized") == text(item, "hint")
    assert text(item, "hint_query") == "Χώρα: Ελλάδα (Ελλάδα). Ποια είναι η πρωτεύουσα αυτής της χώρας;"
    assert text(item, "entity_only_hint") == "Country: Ελλάδα (Greece). What is the capital of this country?"
    assert text(item, "entity_only_hint_query") == (
        "Country: Ελλάδα (Ελλάδα). What is the capital of this country?"
    )
    thought = text(item, "think")
    assert thought is not None
    assert thought.endswith(f" {item.question}")
    assert script_of(thought.removesuffix(item.question)) == "Grek"
    placebo = text(item, "hint_placebo")
    assert placebo in {
        f"Χώρα: Ελλάδα ({other}). Ποια είναι η πρωτεύουσα αυτής της χώρας;" for other in ("France", "Italy")
    }


def test_romanised_hint_writes_a_source_name_in_latin_letters(tiny: pl.DataFrame) -> None:
    rows = tiny.with_columns(source_lang=pl.lit("el"), entity_source=pl.lit("Ελλάδα"))
    item = next(item for row, item in items(rows) if row["query_lang"] == "en")
    hinted = text(item, "hint_romanized")
    assert hinted is not None
    assert "(Ellada)" in hinted


def test_worked_examples_never_show_a_hint(tiny: pl.DataFrame) -> None:
    item = greek(tiny, "capital-DK")
    for condition in CONDITIONS:
        example = present_example(item, condition)
        assert example is not None
        assert "(" not in example[0]
    for condition in ("hint", "hint_query", "think"):
        assert present_example(item, condition) == present_example(item, "plain")
    assert present_example(item, "entity_only_hint") == present_example(item, "entity_only")
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
    assert [name for name in CONDITIONS if text(item, name) is not None] == ["plain", "think"]
    assert present(item, "hint").omitted == "the table lacks the entity in the source language"
    alone = question_table([{"query_lang": "el", "question": "Χώρα: Ελλάδα;", "entity_query": "Ελλάδα"}])
    (_, item), *_ = items(alone)
    assert text(item, "entity_only") is None
    assert present(item, "hint_placebo").omitted == "the table lacks another entity"


def test_a_question_whose_hint_tells_the_answer_gets_no_hint_in_any_language() -> None:
    rows = [
        {
            "question_id": code,
            "query_lang": tag,
            "entity_source": name,
            "entity_query": name,
            "answers": answers,
        }
        for code, name, answers in [
            ("SG", "Singapore", ["Singapore"]),
            ("PE", "Peru", ["Lima"]),
            ("LU", "Luxembourg", ["Luxembourg City"]),
        ]
        for tag in ("en", "el")
    ]
    asked = items(question_table(rows))
    for row, item in asked:
        hints = [name for name in CONDITIONS if "hint" in name]
        given = [name for name in hints if present(item, name).omitted == LEAKS]
        assert given == (
            [name for name in hints if not name.startswith("entity_only")]
            if row["question_id"] == "SG"
            else []
        )
    # A placebo never is an accepted answer, nor an entity with the same one.
    assert {item.placebo for row, item in asked if row["question_id"] == "PE"} <= {"Singapore", "Luxembourg"}


def test_a_romanised_hint_can_tell_the_answer_too() -> None:
    rows = [
        {
            "source_lang": "el",
            "query_lang": tag,
            "entity_source": "Αθήνα",
            "entity_query": "x",
            "answers": ["Athena"],
        }
        for tag in ("el", "en")
    ]
    assert all(item.leaks for _, item in items(question_table(rows)))


def test_a_placebo_is_in_the_script_of_the_name_it_replaces() -> None:
    rows = [
        {
            "question_id": name,
            "source_lang": "ru",
            "query_lang": "en",
            "entity_source": name,
            "answers": [name[::-1]],
        }
        for name in ("Волга", "K-1", "Байкал", "UEFA")
    ]
    for row, item in items(question_table(rows)):
        assert item.placebo is not None
        assert script_of(item.placebo) == script_of(str(row["entity_source"]))


def test_a_swap_writes_the_whole_question_or_the_entity_in_another_script() -> None:
    rows = [
        {"query_lang": "en", "question": "Country: Serbia. Capital?", "entity_source": "Serbia"},
        {
            "query_lang": "sr-Cyrl",
            "question": "Држава: Србија. Који је главни град?",
            "entity_source": "Serbia",
            "entity_query": "Србија",
        },
    ]
    (_, english), (_, serbian) = items(question_table(rows))
    assert text(serbian, "swap_Latn") == "Država: Srbija. Koji je glavni grad?"
    assert text(serbian, "entity_only_swap_Latn") == "Country: Srbija. Capital?"
    assert present_example(serbian, "swap_Latn") == ("Država: Srbija. Koji je glavni grad?", serbian.answer)
    assert present(serbian, "swap_Cyrl").omitted == "sr-Cyrl is written in Cyrl already"
    assert present(english, "swap_Cyrl").text is None
    assert "English" in str(present(english, "swap_Cyrl").omitted)


def test_the_hint_follows_a_question_that_does_not_name_the_entity() -> None:
    (_, item), *_ = items(question_table([{"query_lang": "el", "question": "Ποια;", "entity_query": None}]))
    assert text(item, "hint") == "Ποια; (Greece)"


def test_a_swapped_question_is_answered_in_either_script() -> None:
    row = {"query_lang": "sr-Cyrl", "question": "Који је главни град Србије?", "entity_query": "Србија"}
    (_, item), *_ = items(question_table([row | {"answers": ["Београд", "Belgrade"]}]))
    assert accepted(item, ["Београд", "Belgrade"], "plain")[0] == ["Београд", "Belgrade"]
    answers, echoes = accepted(item, ["Београд", "Belgrade"], "swap_Latn")
    assert answers == ["Београд", "Belgrade", "Beograd"]
    assert {"Србија", "Srbija"} <= set(echoes)
    assert present_example(item, "swap_Latn") == ("Koji je glavni grad Srbije?", "Beograd")
    assert accepted(item, ["Београд"], "entity_only_swap_Latn")[0] == ["Београд"]


def test_a_hint_leaks_by_the_endings_of_any_language_asked() -> None:
    rows = [
        {"query_lang": tag, "entity_source": "Wiener Staatsoper", "answers": ["Wien"], "entity_query": "x"}
        for tag in ("en", "de")
    ]
    assert all(item.leaks for _, item in items(question_table(rows)))
    assert not any(item.leaks for _, item in items(question_table(rows[:1])))

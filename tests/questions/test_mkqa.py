"""MKQA: both forms of the file, which answers count, and what is refused."""

import gzip
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from scriptgap.errors import UsageError
from scriptgap.languages import language
from scriptgap.questions.mkqa import LANGUAGES, build_mkqa
from scriptgap.tables import QUESTION_KEY, QUESTIONS, check_table


def entity(text: str | None, *aliases: str, kind: str = "entity") -> dict[str, Any]:
    return {"type": kind, "text": text, "aliases": list(aliases)}


def record(**values: Any) -> dict[str, Any]:
    """A question on a lake, in the official format."""
    return {
        "example_id": -744,
        "query": "which lake",
        "queries": {code: f"question in {code}" for code in LANGUAGES},
        "answers": {code: [entity(f"Lake {code}", f"Big {code}", "Blue")] for code in LANGUAGES},
    } | values


def flat(lang: str, **values: Any) -> dict[str, Any]:
    return {
        "id": 7,
        "lang": lang,
        "question": f"question in {lang}",
        "answers": [f"Lake {lang}", "Blue"],
    } | values


def lines(*found: dict[str, Any]) -> str:
    return "".join(json.dumps(one) + "\n" for one in found)


def written(folder: Path, *found: dict[str, Any], name: str = "mkqa.jsonl") -> Path:
    (folder / name).write_text(lines(*found), "utf-8")
    return folder / name


def by_language(table: pl.DataFrame) -> dict[str, dict[str, Any]]:
    return {row["query_lang"]: row for row in table.iter_rows(named=True)}


def test_a_record_makes_a_row_for_each_of_26_languages(tmp_path: Path) -> None:
    loaded = build_mkqa(written(tmp_path, record()))
    assert (loaded.rows_in, loaded.table.height, loaded.refused.height) == (26, 26, 0)
    check_table(loaded.table, QUESTIONS, QUESTION_KEY, "mkqa")
    rows = by_language(loaded.table)
    assert {*rows} == {*LANGUAGES[:-3], "zh-Hans", "zh-Hant", "zh-Hant-HK"}
    assert rows["no"] == {
        "dataset": "mkqa",
        "question_id": "-744",
        "source_lang": "en",
        "query_lang": "no",
        "question": "question in no",
        "answers": ["Lake no", "Big no", "Blue", "Lake en", "Big en"],
        "entity_source": None,
        "entity_query": None,
        "entity_type": None,
        "context": None,
        "topic": "entity",
        "split": "test",
    }
    assert rows["en"]["answers"] == ["Lake en", "Big en", "Blue"]


def test_chinese_is_told_apart_by_script_and_region(tmp_path: Path) -> None:
    rows = by_language(build_mkqa(written(tmp_path, record())).table)
    for code, tag, script in [
        ("zh_cn", "zh-Hans", "Hans"),
        ("zh_tw", "zh-Hant", "Hant"),
        ("zh_hk", "zh-Hant-HK", "Hant"),
    ]:
        assert rows[tag]["question"] == f"question in {code}"
        assert language(tag).script == script
    assert language("no").name == "Norwegian"


def test_numbers_match_as_written_and_as_usual(tmp_path: Path) -> None:
    answers = {code: [entity("3.0", "3", kind="number")] for code in LANGUAGES}
    row = by_language(build_mkqa(written(tmp_path, record(answers=answers))).table)["ja"]
    assert (row["answers"], row["topic"]) == (["3.0", "3"], "number")


@pytest.mark.parametrize("kind", ["unanswerable", "long_answer"])
def test_questions_without_a_short_answer_are_refused_with_that_reason(tmp_path: Path, kind: str) -> None:
    answers = {code: [{"type": kind, "text": None}] for code in LANGUAGES}
    loaded = build_mkqa(written(tmp_path, record(), record(example_id=2, answers=answers)))
    assert (loaded.rows_in, loaded.table.height, loaded.refused.height) == (52, 26, 26)
    assert set(loaded.refused["reason"]) == {f"holds no short answer ({kind})"}
    assert set(loaded.refused["column"]) == {f"answers.{code}" for code in LANGUAGES}


def test_only_the_short_of_several_answers_count(tmp_path: Path) -> None:
    several = [entity("an essay", kind="long_answer"), entity(None), entity("2001", kind="date")]
    answers = dict.fromkeys(LANGUAGES, several)
    row = by_language(build_mkqa(written(tmp_path, record(answers=answers))).table)["fr"]
    assert (row["answers"], row["topic"]) == (["2001"], "date")


@pytest.mark.parametrize(
    ("answers", "column", "reason"),
    [
        (None, "answers.fr", "is no list of objects"),
        (["Lake"], "answers.fr", "is no list of objects"),
        ([], "answers.fr", "holds no short answer (empty)"),
        ([entity("a"), {"text": "b"}], "answers.fr[1].type", "is missing"),
        ([{"type": "number", "text": 3}], "answers.fr[0].text", "is a number, not text"),
        (
            [{"type": "entity", "text": "a", "aliases": "b"}],
            "answers.fr[0].aliases",
            "is text, not a list of texts",
        ),
    ],
)
def test_broken_answers_are_refused_in_their_language(
    tmp_path: Path, answers: object, column: str, reason: str
) -> None:
    broken = record()
    broken["answers"]["fr"] = answers
    del broken["queries"]["th"]
    loaded = build_mkqa(written(tmp_path, broken))
    assert (loaded.rows_in, loaded.table.height) == (26, 24)
    assert loaded.refused.select("row", "column", "reason").rows() == [
        (1, column, reason),
        (1, "queries.th", "is missing"),
    ]


def test_without_english_answers_no_row_has_all_it_accepts(tmp_path: Path) -> None:
    broken = record(example_id=2)
    del broken["answers"]["en"]
    loaded = build_mkqa(written(tmp_path, record(), broken))
    assert set(loaded.refused["column"]) == {"answers.en"}
    assert loaded.refused.height == 26


def test_a_line_that_is_no_question_is_one_refused_row(tmp_path: Path) -> None:
    no_id = record()
    del no_id["example_id"]
    loaded = build_mkqa(written(tmp_path, record(), no_id, {"foo": 1}))
    assert loaded.refused.select("row", "column").rows() == [(2, "example_id"), (3, "lang")]


def test_asked_languages_come_with_english(tmp_path: Path) -> None:
    loaded = build_mkqa(written(tmp_path, record()), ["zh_tw", "zh-Hans"])
    assert loaded.table["query_lang"].to_list() == ["en", "zh-Hans", "zh-Hant"]
    assert loaded.rows_in == 3
    with pytest.raises(
        UsageError, match="MKQA has no language 'hi'; it has ar, da, .*, zh-Hans, zh-Hant-HK, zh-Hant$"
    ):
        build_mkqa(written(tmp_path, record()), ["hi"])


def test_other_languages_of_the_file_are_read_too(tmp_path: Path) -> None:
    more = record()
    more["queries"] |= {"hi": "question in hi", "q9": "?"}
    more["answers"] |= {"hi": [entity("Lake hi")]}
    loaded = build_mkqa(written(tmp_path, more))
    assert loaded.rows_in == 28
    assert by_language(loaded.table)["hi"]["answers"][0] == "Lake hi"
    assert loaded.refused["column"].to_list() == ["queries.q9"]


def test_the_packed_file_is_the_same(tmp_path: Path) -> None:
    plain = written(tmp_path, record())
    packed = tmp_path / "mkqa.jsonl.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert build_mkqa(packed).table.equals(build_mkqa(plain).table)


# One file per language


def test_a_folder_of_files_takes_the_english_answers_along(tmp_path: Path) -> None:
    for lang in ("ar", "en", "zh_cn"):
        written(tmp_path, flat(lang, type="entity"), name=f"{lang}.jsonl")
    loaded = build_mkqa(tmp_path)
    rows = by_language(loaded.table)
    assert rows["ar"]["answers"] == ["Lake ar", "Blue", "Lake en"]
    assert rows["zh-Hans"]["topic"] == "entity"
    assert rows["en"]["question_id"] == "7"
    assert build_mkqa(tmp_path, ["ar"]).table["query_lang"].to_list() == ["ar", "en"]


def test_one_file_alone_has_its_own_answers(tmp_path: Path) -> None:
    row = by_language(build_mkqa(written(tmp_path, flat("fr"), name="fr.jsonl")).table)["fr"]
    assert row["answers"] == ["Lake fr", "Blue"]
    assert row["topic"] is None


def test_flat_rows_are_refused_with_their_reason(tmp_path: Path) -> None:
    written(tmp_path, flat("en"), flat("en", id=8), flat("en", id=9, answers=["NoAns"]), name="en.jsonl")
    broken = [
        flat("fr"),
        flat("fr", id=8, answers=[]),
        flat("fr", id=9, answers=["NoAns"]),
        flat("fr", id=8, type="long_answer", answers=["an essay"]),
        flat("fr", id=10),
        flat("q9"),
        flat("fr") | {"lang": None},
        flat("fr", id=8, question=""),
    ]
    written(tmp_path, *broken, name="fr.jsonl")
    loaded = build_mkqa(tmp_path)
    assert (loaded.rows_in, loaded.table.height) == (11, 3)
    found = loaded.refused.select("row", "column", pl.col("reason").str.slice(0, 28)).rows()
    assert found == [
        (3, "answers", "holds no short answer (NoAns"),
        (2, "answers", "holds no text"),
        (3, "answers", "holds no short answer (NoAns"),
        (4, "answers", "holds no short answer (long_"),
        (5, "id", "is not among the English que"),
        (6, "lang", "has an unknown language tag "),
        (7, "lang", "is empty"),
        (8, "question", "is empty"),
    ]


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no .jsonl or .jsonl.gz file in this folder"):
        build_mkqa(tmp_path)

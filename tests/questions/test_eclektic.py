"""ECLeKTic: which rows a record makes, and what in it is refused."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from scriptgap.errors import UsageError
from scriptgap.questions.eclektic import LANGUAGES, build_eclektic
from scriptgap.tables import QUESTION_KEY, QUESTIONS, check_table

REAL = Path(__file__).parents[2] / "../shared/data/eclektic/eclektic_main_39.jsonl"


def record(**values: Any) -> dict[str, Any]:
    """A question on a mill, in the official format; the French one keeps the mill's name."""
    made: dict[str, Any] = {
        "q_id": 1,
        "original_lang": "en",
        "title": "Old Mill",
        "url": "https://example.org/Old_Mill",
        "content": "The Old Mill has red doors.",
        "question": "Which colour are the doors of Old Mill?",
        "answer": "red",
    }
    for code in LANGUAGES:
        made |= {
            f"{code}_q": f"question in {code}",
            f"{code}_a": f"answer in {code}",
            f"{code}_c": f"text {code}",
        }
    made |= {"en_q": made["question"], "en_a": made["answer"], "fr_q": "De quelle couleur est Old Mill ?"}
    return {**made, **values}


def written(folder: Path, *found: dict[str, Any]) -> Path:
    path = folder / "eclektic_main.jsonl"
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in found), "utf-8")
    return path


def by_language(table: pl.DataFrame) -> dict[str, dict[str, Any]]:
    return {row["query_lang"]: row for row in table.iter_rows(named=True)}


def test_a_record_makes_a_row_for_each_language(tmp_path: Path) -> None:
    loaded = build_eclektic(written(tmp_path, record(), record(q_id=2)))
    assert (loaded.rows_in, loaded.table.height, loaded.refused.height) == (24, 24, 0)
    check_table(loaded.table, QUESTIONS, QUESTION_KEY, "eclektic")
    rows = by_language(loaded.table.filter(pl.col("question_id") == "1"))
    assert set(rows) == set(LANGUAGES)
    assert rows["fr"] == {
        "dataset": "eclektic",
        "question_id": "1",
        "source_lang": "en",
        "query_lang": "fr",
        "question": "De quelle couleur est Old Mill ?",
        "answers": ["answer in fr", "red"],
        "entity_source": "Old Mill",
        "entity_query": "Old Mill",
        "entity_type": None,
        "context": "text fr",
        "topic": None,
        "split": "test",
        "title": "Old Mill",
    }
    assert rows["hi"]["entity_query"] is None
    assert rows["hi"]["entity_source"] == "Old Mill"


def test_the_source_row_has_the_original_question(tmp_path: Path) -> None:
    changed = record(en_q="another", en_a="another", en_c="another", title="A Mill not named in the question")
    row = by_language(build_eclektic(written(tmp_path, changed)).table)["en"]
    assert row["question"] == "Which colour are the doors of Old Mill?"
    assert row["answers"] == ["red"]
    assert row["context"] == "The Old Mill has red doors."
    assert row["entity_query"] is row["entity_source"] is None
    assert row["title"] == "A Mill not named in the question"


@pytest.mark.parametrize(
    ("title", "source", "query"),
    [
        ("old mill", "Old Mill", "Old Mill"),
        ("Old Mill (building)", "Old Mill", "Old Mill"),
        ("The Old Mill", "The Old Mill", None),
        ("red doors", "red doors", None),
        ("Mil", None, None),
        ("Old Mills", None, None),
        ("(building)", None, None),
        (None, None, None),
        (" ", None, None),
    ],
)
def test_the_title_is_the_entity_where_a_source_text_has_it(
    tmp_path: Path, title: str | None, source: str | None, query: str | None
) -> None:
    rows = by_language(build_eclektic(written(tmp_path, record(title=title))).table)
    assert {row["entity_source"] for row in rows.values()} == {source}
    assert rows["en"]["entity_query"] == rows["fr"]["entity_query"] == query
    assert rows["hi"]["entity_query"] is None


def test_without_a_source_question_the_text_may_have_the_title(tmp_path: Path) -> None:
    loaded = build_eclektic(written(tmp_path, record(question=None)))
    assert set(loaded.table["entity_source"]) == {"Old Mill"}
    neither = build_eclektic(written(tmp_path, record(question=3, content=["x"])))
    assert neither.refused["column"].to_list() == ["question"]
    assert neither.table["entity_source"].null_count() == 11


def test_a_language_without_question_or_answer_is_refused_alone(tmp_path: Path) -> None:
    broken = record(fr_q=" ", he_a=None, de_a=3)
    del broken["ja_q"]
    loaded = build_eclektic(written(tmp_path, broken))
    assert (loaded.rows_in, loaded.table.height) == (12, 8)
    assert dict(loaded.refused.select("column", "reason").iter_rows()) == {
        "fr_q": "is empty",
        "he_a": "is empty",
        "de_a": "is a number, not text",
        "ja_q": "is missing",
    }


def test_without_the_source_answer_no_row_has_all_it_accepts(tmp_path: Path) -> None:
    loaded = build_eclektic(written(tmp_path, record(answer=None), record(q_id=2)))
    assert (loaded.table.height, loaded.refused.height) == (12, 12)
    assert set(loaded.refused["column"]) == {"answer"}


@pytest.mark.parametrize(
    ("broken", "column"),
    [
        ({"q_id": None}, "q_id"),
        ({"q_id": True}, "q_id"),
        ({"original_lang": "klingonish"}, "original_lang"),
        ({"original_lang": None}, "original_lang"),
    ],
)
def test_a_line_that_is_no_question_is_one_refused_row(
    tmp_path: Path, broken: dict[str, Any], column: str
) -> None:
    loaded = build_eclektic(written(tmp_path, record(), record(**broken)))
    assert loaded.rows_in == 13
    assert loaded.refused.select("row", "column").rows() == [(2, column)]


def test_a_question_that_is_there_twice_is_read_once(tmp_path: Path) -> None:
    loaded = build_eclektic(written(tmp_path, record(), record()))
    assert (loaded.rows_in, loaded.table.height, loaded.refused.height) == (24, 12, 12)


def test_the_asked_languages_come_with_the_source(tmp_path: Path) -> None:
    french = record(q_id=2, original_lang="fr", question="Question ?", answer="rouge")
    loaded = build_eclektic(written(tmp_path, record(), french), ["hi", "iw"])
    found = loaded.table.select("question_id", "query_lang").rows()
    assert found == [("1", "en"), ("1", "he"), ("1", "hi"), ("2", "fr"), ("2", "he"), ("2", "hi")]
    assert loaded.rows_in == 6


def test_a_language_it_has_not_is_an_error_that_names_the_others(tmp_path: Path) -> None:
    with pytest.raises(
        UsageError, match="no language 'ru'; it has en, fr, he, zh, de, es, hi, id, it, ja, ko, pt$"
    ):
        build_eclektic(written(tmp_path, record()), ["ru"])


def test_a_file_may_have_more_languages(tmp_path: Path) -> None:
    more = record(q_id=2, ru_q="вопрос", ru_a="красный", zz9_q="?", original_lang="sw")
    path = written(tmp_path, record(), more)
    loaded = build_eclektic(path)
    assert loaded.rows_in == 13 + 15
    assert by_language(loaded.table.filter(pl.col("question_id") == "2"))["ru"]["answers"] == [
        "красный",
        "red",
    ]
    assert by_language(loaded.table)["sw"]["question"].startswith("Which")
    assert loaded.refused.select("row", "column").rows() == [(1, "ru_q"), (2, "zz9_q")]
    assert build_eclektic(path, ["ru"]).table.height == 3


@pytest.mark.skipif(not REAL.is_file(), reason="the data set is not here: ../shared/data/eclektic")
def test_the_real_questions_make_468_rows() -> None:
    loaded = build_eclektic(REAL)
    assert (loaded.rows_in, loaded.table.height, loaded.refused.height) == (468, 468, 0)
    assert set(loaded.table["query_lang"]) == set(LANGUAGES)
    assert loaded.table["question_id"].n_unique() == 39
    lines = {str(one["q_id"]): one for one in map(json.loads, REAL.read_text("utf-8").splitlines())}
    for row in loaded.table.iter_rows(named=True):
        line = lines[row["question_id"]]
        assert row["question"] == line[f"{row['query_lang']}_q"].strip()
        assert row["answers"][0] == line[f"{row['query_lang']}_a"].strip()
        assert row["answers"][-1] == line["answer"].strip()
        assert row["title"] == line["title"].strip()
        source = row["entity_source"]
        assert source is None or source in line["question"] or source in line["content"]
        assert row["entity_query"] is None or row["entity_query"] in row["question"]
    home = loaded.table.filter(pl.col("query_lang") == "en")
    assert home.filter(pl.col("entity_query").is_not_null()).height == 20
    assert home.filter(pl.col("entity_source").is_not_null()).height == 30

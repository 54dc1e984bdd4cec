"""`find_entities`: the order of origins, what is accepted, and that nothing is asked twice."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from typer.testing import CliRunner

from scriptgap.cli import app
from scriptgap.entities.find import Entities, find_entities
from scriptgap.entities.table import ENTITIES
from scriptgap.errors import ScriptgapError, UsageError
from scriptgap.questions.eclektic import build_eclektic
from scriptgap.tables import QUESTIONS
from tests.conftest import question_row
from tests.entities.extractor_server import Played, entities, extractor_server

REAL = Path(__file__).parents[2] / "../shared/data/eclektic/eclektic_main_39.jsonl"
MODEL = "openai-api/played/any"
MILL = {"source": "Old Mill", "forms": {"ru": "Старая мельница", "hi": "पुरानी मिल"}}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Played]:
    with extractor_server(lambda _: (200, entities(MILL))) as played:
        monkeypatch.setenv("PLAYED_BASE_URL", played.url)
        monkeypatch.setenv("PLAYED_API_KEY", "none")
        yield played


def mill(number: int = 1, **values: Any) -> list[dict[str, Any]]:
    """One question on a mill in three languages."""
    texts = {
        "en": "What colour are the doors of Old Mill?",
        "ru": "Какого цвета двери Старая мельница?",
        "hi": "पुरानी मिल के दरवाज़े किस रंग के हैं?",
    }
    shared = {"question_id": str(number), "answers": ["red"], "entity_source": None, "entity_query": None}
    return [
        question_row(
            query_lang=tag, question=text, context=f"{tag}: Old Mill has red doors.", **(shared | values)
        )
        for tag, text in texts.items()
    ]


def table(*rows: list[dict[str, Any]], title: str | None = None) -> pl.DataFrame:
    frame = pl.DataFrame([row for question in rows for row in question], schema=QUESTIONS)
    return frame if title is None else frame.with_columns(title=pl.lit(title))


def by_language(found: Entities) -> dict[str, dict[str, Any]]:
    assert list(found.entities.columns) == list(ENTITIES)
    return {row["query_lang"]: row for row in found.entities.iter_rows(named=True)}


def test_what_the_data_set_gives_stands(tiny: pl.DataFrame, server: Played) -> None:
    found = find_entities(tiny, MODEL)
    assert found.origins == {"given": 8}
    assert_frame_equal(found.questions, tiny)
    assert not server.requests
    assert found.entities["found_query"].all()
    assert found.entities["leaks"].sum() == 0


@pytest.mark.parametrize(
    ("title", "source", "where"),
    [
        ("old mill", "Old Mill", "question"),
        ("Old Mill (building)", "Old Mill", "question"),
        ("Red Doors", "red doors", "context"),
        ("Mil", None, None),
    ],
)
def test_the_title_counts_where_a_source_text_has_it(
    title: str, source: str | None, where: str | None
) -> None:
    found = find_entities(table(mill(), title=title))
    for row in by_language(found).values():
        assert (row["entity_source"], row["found_source"]) == (source, where)
        assert row["origin"] == ("title" if source else None)
        assert (row["reason"] is None) == (source is not None)
    assert found.questions["entity_source"].to_list() == [source] * 3
    assert found.unmatched.height == (0 if source else 3)


def test_a_name_with_the_answer_leaks_and_a_part_of_it_is_partial() -> None:
    found = find_entities(table(mill(), mill(2, answers=["Old Mill Road"]), title="Red doors"))
    assert found.leaks["question_id"].to_list() == ["1"] * 3
    assert set(found.leaks["leaked_answer"]) == {"red"}
    partial = find_entities(table(mill(2, answers=["Old Mill Road"]), title="Old Mill"))
    assert set(partial.entities["partial_answer"]) == {"Old Mill Road"}
    assert not partial.entities["leaks"].any()


def test_the_extractor_is_asked_once_a_question_and_its_spans_are_accepted(server: Played) -> None:
    found = find_entities(table(mill()), MODEL)
    rows = by_language(found)
    assert len(server.requests) == 1
    assert {tag: row["entity_query"] for tag, row in rows.items()} == {
        "en": "Old Mill",
        "ru": "Старая мельница",
        "hi": "पुरानी मिल",
    }
    assert {row["origin"] for row in rows.values()} == {"extractor"}
    assert {row["extractor"] for row in rows.values()} == {MODEL}
    assert rows["hi"]["evidence"] == (
        "What colour are the doors of 【Old Mill】? | 【पुरानी मिल】 के दरवाज़े किस रंग के हैं?"
    )
    assert found.questions["entity_query"].to_list() == ["Old Mill", "Старая мельница", "पुरानी मिल"]


@pytest.mark.parametrize(
    ("reply", "accepted", "reason"),
    [
        (
            entities({**MILL, "source": "New Mill"}),
            set(),
            "'New Mill' is not in the source question or passage",
        ),
        (entities({**MILL, "source": "Mil"}), set(), "'Mil' is not in the source"),
        (entities({**MILL, "source": "has red doors"}), {"ru", "hi"}, "is not in the question"),
        (
            entities({**MILL, "forms": {"ru": "мельницы", "hi": "पुरानी मिल"}}),
            {"en", "hi"},
            "'мельницы' is not in",
        ),
        (entities({**MILL, "forms": {"ru": "", "hi": "मि"}}), {"en"}, "the query form 'मि' is not in"),
        (
            entities({**MILL, "source": "what colour are the doors of old mill"}),
            set(),
            "is the whole question",
        ),
        (entities({"source": "\ud800", "forms": {}}), set(), "is not in the source"),
        (entities(), set(), "named no entity"),
        ('{"entities": [{"source": "Old Mi', set(), "is not JSON"),
    ],
)
def test_a_span_that_does_not_occur_is_refused(
    server: Played, tmp_path: Path, reply: str, accepted: set[str], reason: str
) -> None:
    server.play = lambda _: (200, reply)
    found = find_entities(table(mill()), MODEL, tmp_path / "cache.parquet")
    rows = by_language(found)
    assert {tag for tag, row in rows.items() if row["entity_source"]} == accepted
    assert any(reason in (row["reason"] or "") for row in rows.values())
    assert found.questions["entity_source"].null_count() == 3 - len(accepted)
    again = find_entities(table(mill()), MODEL, tmp_path / "cache.parquet")
    assert len(server.requests) == 1
    assert_frame_equal(again.entities, found.entities)


def test_without_the_source_question_nothing_is_asked(server: Played) -> None:
    found = find_entities(table(mill()).filter(pl.col("query_lang") != "en"), MODEL)
    assert not server.requests
    assert set(found.entities["reason"]) == {"the table has no row in the source language"}


def test_the_cache_answers_until_the_text_or_the_model_changes(server: Played, tmp_path: Path) -> None:
    cache = tmp_path / "deep" / "cache.parquet"
    server.play = lambda text: (200, entities(MILL) if "Question (en): What" in text else entities())
    questions = table(mill(1), mill(2, question_id="2"))
    first = find_entities(questions, MODEL, cache)
    assert len(server.requests) == 2
    assert_frame_equal(find_entities(questions, MODEL, cache).entities, first.entities)
    assert_frame_equal(find_entities(questions, None, cache).entities, first.entities)
    find_entities(table(mill(2)), None, cache)
    assert_frame_equal(find_entities(questions, MODEL, cache).entities, first.entities)
    assert len(server.requests) == 2
    changed = questions.with_columns(
        question=pl.when(pl.col("question_id") == "2", pl.col("query_lang") == "ru")
        .then(pl.lit("Старая мельница: какого цвета двери?"))
        .otherwise(pl.col("question"))
    )
    find_entities(changed, MODEL, cache)
    assert len(server.requests) == 3
    assert "hi" not in server.requests[-1]["response_format"]["json_schema"]["schema"]["properties"]
    assert "(hi, Hindi)" not in server.prompts[-1]
    find_entities(changed, "openai-api/played/other", cache)
    assert len(server.requests) == 3


def test_another_model_is_asked_what_the_first_did_not_find(server: Played, tmp_path: Path) -> None:
    cache = tmp_path / "cache.parquet"
    server.play = lambda _: (200, entities({**MILL, "forms": {"ru": "нет", "hi": "पुरानी मिल"}}))
    find_entities(table(mill()), MODEL, cache)
    server.play = lambda _: (200, entities(MILL))
    found = find_entities(table(mill()), "openai-api/played/other", cache)
    assert "(ru, Russian)" in server.prompts[-1]
    assert "(hi, Hindi)" not in server.prompts[-1]
    rows = by_language(found)
    assert (rows["ru"]["extractor"], rows["hi"]["extractor"]) == ("openai-api/played/other", MODEL)


def test_a_failed_request_is_unmatched_and_asked_again(server: Played, tmp_path: Path) -> None:
    cache = tmp_path / "cache.parquet"
    server.play = lambda _: (400, "not today")
    found = find_entities(table(mill()), MODEL, cache)
    assert found.unmatched.height == 3
    assert "not today" in found.unmatched["reason"][0]
    server.play = lambda _: (200, entities(MILL))
    assert find_entities(table(mill()), MODEL, cache).unmatched.height == 0


def test_what_was_answered_before_the_server_went_down_is_kept(server: Played, tmp_path: Path) -> None:
    cache = tmp_path / "cache.parquet"
    questions = table(*[mill(number) for number in range(60)])
    server.play = lambda _: (200, entities(MILL)) if len(server.requests) <= 30 else (401, "expired")
    with pytest.raises(ScriptgapError, match="3 requests in a row failed"):
        find_entities(questions, MODEL, cache)
    before = len(server.requests)
    server.play = lambda _: (200, entities(MILL))
    found = find_entities(questions, MODEL, cache)
    assert found.unmatched.height == 0
    assert len(server.requests) - before == 30
    assert [file.name for file in sorted(tmp_path.iterdir())] == ["cache.csv", "cache.parquet"]


SCRIPT = """
import sys
from scriptgap.entities.find import find_entities
find_entities(sys.argv[1], "openai-api/played/any", sys.argv[2])
"""


def test_a_killed_call_asks_nothing_again(server: Played, tmp_path: Path) -> None:
    questions, cache = tmp_path / "questions.parquet", tmp_path / "cache.parquet"
    table(*[mill(number, topic=f"number {number}") for number in range(40)]).with_columns(
        question=pl.col("question") + pl.lit(" №") + pl.col("question_id")
    ).write_parquet(questions)
    answered: list[str] = []
    held = 25

    def play(text: str) -> tuple[int, str]:
        if len(answered) >= held:
            time.sleep(60)
        answered.append(text)
        return 200, entities(MILL)

    server.play = play
    process = subprocess.Popen([sys.executable, "-c", SCRIPT, str(questions), str(cache)])
    journal = cache.with_suffix(".asked.jsonl")
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and (
        not journal.is_file() or journal.read_text("utf-8").count("reply") < held
    ):
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert not cache.exists()
    with journal.open("a", encoding="utf-8") as torn:
        torn.write('{"rows": [[["tiny", ')
    before = list(answered)
    server.play = lambda text: (answered.append(text), (200, entities(MILL)))[1]
    found = find_entities(questions, MODEL, cache)
    assert found.unmatched.height == 0
    again = answered[len(before) :]
    assert not set(again) & set(before)
    assert len(again) == 40 - len(before)
    assert not journal.exists()


def edit(path: Path, change: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
    """Edit a file as a reviewer does: all cells of a CSV are text."""
    time.sleep(0.05)  # file systems tell times a tick of the clock apart
    if path.suffix == ".csv":
        change(pl.read_csv(path, infer_schema=False)).write_csv(path)
    else:
        change(pl.read_parquet(path)).write_parquet(path)


def correct(
    source: str | None, query: str | None, origin: str = "reviewed"
) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """Change the row in Hindi."""
    hindi = pl.col("query_lang") == "hi"

    def change(frame: pl.DataFrame) -> pl.DataFrame:
        values = {"entity_source": source, "entity_query": query, "origin": origin}
        return frame.with_columns(
            pl.when(hindi).then(pl.lit(value, pl.String)).otherwise(pl.col(name)).alias(name)
            for name, value in values.items()
        )

    return change


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_reviewed_row_is_used_and_kept(server: Played, tmp_path: Path, suffix: str) -> None:
    cache = tmp_path / "cache.parquet"
    questions = table(mill(), title="Unknown")
    find_entities(questions, None, cache)
    edit(
        cache.with_suffix(suffix),
        correct("old mill", "पुरानी मिल", "Reviewed" if suffix == ".csv" else "reviewed"),
    )
    for _ in range(2):
        row = by_language(find_entities(questions, None, cache))["hi"]
        assert (row["entity_source"], row["entity_query"], row["origin"]) == (
            "Old Mill",
            "पुरानी मिल",
            "reviewed",
        )
    find_entities(questions, MODEL, cache)
    assert "(hi, Hindi)" not in server.prompts[0]
    edit(cache.with_suffix(suffix), correct(None, None, ""))
    assert by_language(find_entities(questions, None, cache))["hi"]["origin"] is None


def test_a_reviewer_can_say_that_there_is_none_and_leave_the_form_out(tmp_path: Path) -> None:
    cache = tmp_path / "cache.parquet"
    questions = table(mill(), title="Old Mill")
    find_entities(questions, None, cache)
    edit(cache.with_suffix(".csv"), correct(None, None))
    found = find_entities(questions, None, cache)
    assert found.unmatched.select("query_lang", "reason").rows() == [("hi", "a reviewer found no entity")]
    assert found.questions.filter(query_lang="hi")["entity_source"].to_list() == [None]
    edit(cache.with_suffix(".csv"), correct("doors", None))
    row = by_language(find_entities(questions, None, cache))["hi"]
    assert (row["entity_source"], row["entity_query"], row["found_query"]) == ("doors", None, False)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            correct("New Mill", None),
            r"row 3: the source form 'New Mill' is not in the source question or passage",
        ),
        (correct("Old Mill", "मिलें"), r"row 3: the query form 'मिलें' is not in the question"),
        (correct("doors", None, ""), r"row 3: the entity was changed; write reviewed as its origin"),
        (correct("doors", None, "review"), r"row 3: origin is 'review', not one of"),
        (lambda frame: frame.drop("origin"), r"missing column origin"),
        (
            lambda frame: correct("doors", None)(frame).with_columns(question_id=pl.lit("9")),
            r"row 3: there is no question tiny, 9, en, hi",
        ),
    ],
)
def test_what_a_reviewer_did_wrong_is_said_by_row(
    tmp_path: Path, change: Callable[[pl.DataFrame], pl.DataFrame], message: str
) -> None:
    cache = tmp_path / "cache.parquet"
    find_entities(table(mill(), title="Old Mill"), None, cache)
    edit(cache.with_suffix(".csv"), change)
    kept = cache.with_suffix(".csv").read_bytes()
    with pytest.raises(UsageError, match=rf"cache\.csv: {message}"):
        find_entities(table(mill(), title="Old Mill"), None, cache)
    assert cache.with_suffix(".csv").read_bytes() == kept


def test_a_cache_that_is_none_is_refused(tiny: pl.DataFrame, tmp_path: Path) -> None:
    cache = tmp_path / "cache.parquet"
    tiny.write_parquet(cache)
    with pytest.raises(
        UsageError, match=r"cache\.parquet: is no table of entities, it lacks source_question"
    ):
        find_entities(tiny, None, cache)
    cache.write_text("x")
    with pytest.raises(UsageError, match=r"cache\.parquet: not a Parquet file"):
        find_entities(tiny, None, cache)


def test_the_command_says_what_was_found_and_where_to_check_it(server: Played, tmp_path: Path) -> None:
    source = tmp_path / "questions.parquet"
    table(
        mill(1), mill(2, entity_source="Red", answers=["red"]), mill(3, entity_source="Old Mill")
    ).write_parquet(source)
    server.play = lambda _: (200, entities({**MILL, "forms": {"ru": "Старая мельница"}}))
    done = CliRunner().invoke(app, ["build", "entities", str(source), "--extractor", MODEL])
    assert done.exit_code == 0, done.output
    out = source.with_name("questions-with-entities.parquet")
    assert pl.read_parquet(out).height == 9
    assert out.with_suffix(".entities.parquet").is_file()
    assert out.with_suffix(".entities.csv").is_file()
    for part in (
        "2 of 3 questions have a hint that does not show the answer (5 of 9 rows)",
        "given by the data set: 2 questions, 6 rows",
        "by the extractor: 1 questions, 2 rows",
        "3 rows leak: their name shows an accepted answer, such as 'Red' the answer 'red'",
        "unmatched: 1 questions, 1 rows",
        "questions-with-entities.entities.csv lists every row",
    ):
        assert part in done.output
    same = CliRunner().invoke(app, ["build", "entities", str(source), "-o", str(source)])
    assert isinstance(same.exception, UsageError)


@pytest.mark.skipif(not REAL.is_file(), reason="the data set is not here: ../shared/data/eclektic")
def test_35_of_39_real_questions_have_a_hint_by_their_title_and_38_with_a_perfect_extractor(
    server: Played, tmp_path: Path
) -> None:
    questions = build_eclektic(REAL, ["en", "he", "hi", "de"]).table
    found = find_entities(questions, None, tmp_path / "cache.parquet")
    assert found.origins == {"title": 120, "title_part": 24}
    assert found.leaks["question_id"].n_unique() == 1
    assert found.unmatched["question_id"].n_unique() == 3
    assert found.entities.filter(pl.col("leaks").not_())["question_id"].n_unique() == 35
    for row in found.entities.filter(pl.col("entity_source").is_not_null()).iter_rows(named=True):
        assert f"【{row['entity_source']}】" in row["evidence"]
        assert row["text_hash"]

    def play(text: str) -> tuple[int, str]:
        names = {
            "Donatelli",
            "NIH MERIT Award",
            "Vedder Crossing",
            "Turkey",
            "Brazil",
            "K-1",
            "Olympics",
            "Asian Games",
        }
        question = next(line for line in text.splitlines() if line.startswith("Question (en)"))
        named = next((name for name in sorted(names) if name in question), "artistic swimming")
        return 200, json.dumps({"entities": [{"source": named, "forms": {"he": "", "hi": "", "de": named}}]})

    server.play = play
    asked = find_entities(questions, MODEL, tmp_path / "cache.parquet")
    assert len(server.requests) == 9
    hinted = asked.entities.filter(pl.col("leaks").not_(), query_lang="en")
    assert hinted["question_id"].n_unique() == 38

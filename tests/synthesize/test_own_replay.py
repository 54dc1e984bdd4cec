"""Everyday questions that a model writes and answers itself, by the real embedded models."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scriptgap.errors import ScriptgapError, UsageError
from scriptgap.languages import language
from scriptgap.scripts import fold_script, script_of
from scriptgap.synthesize.name_keys import plain_key
from scriptgap.synthesize.own_replay import _data, _without_repetitions, build_replay, languages_known
from scriptgap.synthesize.replay import read_replay
from tests.synthesize.model_server import Served, choice, model_server
from tests.synthesize.test_teacher import serving
from tests.test_cli import errors, run

BASE, CHAT = "embedded/gemma-3-270m", "embedded/smollm2-135m"
SHARES = {"train": 0.8, "validation": 0.1, "test": 0.1}


class StopError(Exception):
    """What ends a call half-way."""


def rows_of(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_every_row_is_replay_in_its_language(tmp_path: Path) -> None:
    file = tmp_path / "own.jsonl"
    made = build_replay(BASE, file, ["ru", "en"], 8)
    assert made.asked == 16
    assert len(made.rows) >= 12
    assert made.rows == rows_of(file)
    loaded = read_replay(file, SHARES)
    assert (loaded.table.height, loaded.refused.height) == (len(made.rows), 0)
    assert [row["id"] for row in made.rows] == sorted(
        (row["id"] for row in made.rows), key=lambda id: (id[:2], int(id[3:]))
    )
    cyrillic = [script_of(row["messages"][0]["content"]) for row in made.rows if row["language"] == "ru"]
    assert cyrillic.count("Cyrl") >= len(cyrillic) - 1
    assert {row["model"] for row in made.rows} == {BASE}
    assert list(tmp_path.iterdir()) == [file]


def test_a_stopped_call_goes_on_and_ends_as_one_that_was_not(tmp_path: Path) -> None:
    whole, stopped = tmp_path / "whole.jsonl", tmp_path / "stopped.jsonl"
    build_replay(BASE, whole, ["en"], 12)

    def stop(done: int, total: int) -> None:
        if done == 15:
            raise StopError

    with pytest.raises(StopError):
        build_replay(BASE, stopped, ["en"], 12, stop)
    assert not stopped.exists()
    partial = tmp_path / "stopped.jsonl.partial"
    held = len(rows_of(partial))
    assert 15 <= held < 24
    partial.write_bytes(partial.read_bytes() + b'{"key": "')
    told: list[tuple[int, int]] = []
    build_replay(BASE, stopped, ["en"], 12, lambda done, total: told.append((done, total)))
    assert told == [(done, 24) for done in range(1, 25)]
    assert stopped.read_bytes() == whole.read_bytes()


def test_what_another_model_said_is_not_taken(tmp_path: Path) -> None:
    partial, file = tmp_path / "own.jsonl.partial", tmp_path / "own.jsonl"

    def stop(done: int, total: int) -> None:
        if done == 6:
            raise StopError

    with pytest.raises(StopError):
        build_replay(CHAT, file, ["en"], 5, stop)
    others = partial.read_text(encoding="utf-8")
    alone = build_replay(BASE, tmp_path / "alone.jsonl", ["en"], 5).rows
    assert others
    assert build_replay(BASE, file, ["en"], 5).rows == alone


def test_repetitions_are_left_out() -> None:
    said = [
        ("What do bees make?", "wax"),  # a worked example
        ("What is this?", "what is this"),
        ("Why is it?", "It is."),
        ("why is it", "It was."),
        ("Who?", "!"),
    ]
    rows = [{"messages": [{"content": question}, {"content": answer}]} for question, answer in said]
    assert list(_without_repetitions(rows)) == [rows[2]]


@pytest.fixture
def served() -> Iterator[Served]:
    """A model that asks about every topic in the same words, and thinks before it answers."""

    def play(body: dict[str, Any]) -> dict[str, Any]:
        asked = body["messages"][-1]["content"]
        if asked.startswith("A short question in "):
            topic = asked.removesuffix("?").rpartition(" about ")[2]
            return choice(f"What are {topic}?")
        return choice(f"{asked} Something.", reasoning_content="Let me see.")

    with model_server(play) as server:
        yield server


def test_a_hosted_model_keeps_its_reasoning_and_is_shown_no_answers(
    served: Served, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "own.jsonl"
    rows = build_replay(serving(monkeypatch, "replayed", served), file, ["de"], 6).rows
    assert rows
    for row in rows:
        assert row["messages"] == [
            {"role": "user", "content": f"What are {row['topic']}?"},
            {
                "role": "assistant",
                "content": f"What are {row['topic']}? Something.",
                "reasoning_content": "Let me see.",
            },
        ]
    assert set(read_replay(file, SHARES).table["reasoning"]) == {"Let me see."}


def test_a_chat_model_answers_without_worked_examples(tmp_path: Path) -> None:
    rows = build_replay(CHAT, tmp_path / "own.jsonl", ["en"], 3).rows
    longest = max(len(row["messages"][1]["content"].split()) for row in rows)
    # It answers in sentences, as it would a user; the worked examples answer in four words at most.
    assert longest > 10


@pytest.mark.parametrize("tag", languages_known())
def test_the_worked_examples_are_in_their_language(tag: str) -> None:
    examples = _data()["examples"][tag]
    assert len({plain_key(one["question"]) for one in examples}) == 8
    for one in examples:
        assert one["topic"] not in _data()["topics"]
        assert fold_script(str(script_of(one["question"] + one["answer"]))) <= language(tag).scripts


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"languages": ["en", "xx"]}, "no everyday questions in xx; there are some in ar, de"),
        ({"out": Path(__file__).parent}, "is a folder; name a file to write"),
        ({"each": 0}, "must ask for at least 1 question, not 0"),
        ({"model": "embedded/gemma-4"}, "unknown embedded model"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises((UsageError, ScriptgapError), match=message):
        build_replay(**{"model": BASE, "out": tmp_path / "own.jsonl"} | arguments)
    assert not list(tmp_path.iterdir())


def test_the_command_says_how_many(tmp_path: Path) -> None:
    file = tmp_path / "own.jsonl"
    result = run("build", "replay", "-m", BASE, "--languages", "en", "--each", "3", "-o", str(file))
    assert result.returncode == 0, errors(result)
    assert f"{len(rows_of(file))} of 3 questions with an answer" in " ".join(result.stdout.split())

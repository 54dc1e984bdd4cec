"""Inspect logs, our own and others', whole and broken."""

import copy
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from inspect_ai import Task
from inspect_ai import eval as inspect_eval
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import ModelOutput, ModelUsage, get_model
from inspect_ai.scorer import Score, Scorer, Target, accuracy, includes, match, scorer
from inspect_ai.solver import TaskState
from polars.testing import assert_frame_equal

from scriptgap.errors import UsageError
from scriptgap.ingest.inspect_logs import ingest_inspect
from scriptgap.measure.run import measure
from scriptgap.tables import OBSERVATION_KEY, OBSERVATIONS
from tests.ingest import mutations
from tests.ingest.mutations import Mutation, broken_bytes, broken_records, check_loaded, ingested, thoroughly

PLACES = {"query_lang": "lang", "source_lang": "=en"}
ANSWERS = ["<think>It is in France.</think>Paris, of course " + "x" * 300, "Λυών", "<think>never ends"]


@scorer(metrics=[accuracy()])
def grade() -> Scorer:
    async def score(state: TaskState, target: Target) -> Score:
        return Score(value={"close": 0.5, "same_script": True})

    return score


def foreign_log(folder: Path, scorers: list[Scorer] | None = None, form: str = "eval") -> Path:
    usage = ModelUsage(input_tokens=1, output_tokens=1, total_tokens=2)
    outputs = [ModelOutput.from_content("mockllm/model", answer) for answer in ANSWERS]
    for output in outputs:
        output.usage = usage
    samples = [
        Sample(id=f"s{number}", input="?", target="Paris", metadata={"lang": lang, "a": {"topic": "capital"}})
        for number, lang in enumerate(["fr", "el", "ru"])
    ]
    [log] = inspect_eval(
        Task(dataset=MemoryDataset(samples, name="towns"), scorer=scorers or [includes(), match()]),
        model=get_model("mockllm/model", custom_outputs=outputs, memoize=False),
        log_dir=str(folder),
        log_format=form,  # type: ignore[arg-type]
        display="none",
        log_realtime=False,
        max_connections=1,
        max_samples=1,
    )
    return Path(log.location)


@pytest.mark.parametrize("form", ["eval", "json"])
def test_a_foreign_log_becomes_observations(tmp_path: Path, form: str) -> None:
    file = foreign_log(tmp_path, form=form)
    loaded = ingest_inspect(file, {**PLACES, "topic": "a.topic"})
    check_loaded(loaded, 3)
    assert loaded.table.columns == [*OBSERVATIONS, "topic", "includes", "match"]
    first, second, third = loaded.table.iter_rows(named=True)
    assert (first["dataset"], first["model"], first["question_id"]) == ("towns", "mockllm/model", "s0")
    assert (first["query_lang"], first["source_lang"], first["condition"]) == ("fr", "en", "plain")
    assert first["response"] == "Paris, of course " + "x" * 300
    assert first["reasoning"] == "It is in France."
    assert (first["correct"], first["scorer"], first["stop_reason"]) == (True, "includes", "stop")
    assert (second["correct"], second["answer_script"], second["topic"]) == (False, "Grek", "capital")
    # Reasoning without an end is an answer cut short: it is not scored, whatever the log's scorer said.
    assert (third["correct"], third["stop_reason"], third["response"]) == (None, "max_tokens", "")


def test_what_is_right_may_be_another_scorer_or_an_expression(tmp_path: Path) -> None:
    file = foreign_log(tmp_path)
    for correct, expected in [
        ("match", [False, False, None]),
        ("includes == 'I'", [False, True, None]),
        ("score == 'C' and lang == 'fr'", [True, False, None]),
    ]:
        loaded = ingest_inspect(file, PLACES, correct)
        assert loaded.table["correct"].to_list() == expected
        assert loaded.table["scorer"].unique().to_list() == [correct]
    with pytest.raises(UsageError, match="--correct: no column 'judge'; there are .*includes"):
        ingest_inspect(file, PLACES, "judge")


def test_a_score_that_grades_or_has_parts_needs_an_expression(tmp_path: Path) -> None:
    file = foreign_log(tmp_path, [grade()])
    with pytest.raises(UsageError, match="row 1: scorer grade gives several values; say which"):
        ingest_inspect(file, PLACES)
    with pytest.raises(UsageError, match=r"row 1: column grade.close is 0.5, a grade"):
        ingest_inspect(file, PLACES, "grade.close")
    assert ingest_inspect(file, PLACES, "grade.close >= 0.5").table["correct"].to_list() == [True, True, None]
    assert ingest_inspect(file, PLACES, "grade.same_script").table["correct"].to_list() == [True, True, None]


def rewrite(file: Path, change: Any) -> None:
    log = json.loads(file.read_bytes())
    change(log)
    file.write_text(json.dumps(log))


def test_errors_limits_and_missing_scores_are_not_scored(tmp_path: Path) -> None:
    file = foreign_log(tmp_path, form="json")

    def change(log: dict[str, Any]) -> None:
        failed, limited, unscored = log["samples"]
        failed["error"] = {"message": "no", "traceback": "", "traceback_ansi": ""}
        limited["limit"] = {"type": "token", "limit": 5}
        unscored["scores"]["includes"]["value"] = float("nan")
        unscored["output"]["choices"][0]["message"]["content"] = "Lyon"

    rewrite(file, change)
    table = ingest_inspect(file, PLACES).table
    assert table["correct"].to_list() == [None, None, None]
    assert table["stop_reason"].to_list() == ["error", "token_limit", "stop"]


def test_of_two_logs_the_newer_is_read(tmp_path: Path) -> None:
    old, new = foreign_log(tmp_path, form="json"), foreign_log(tmp_path, form="json")
    rewrite(old, lambda log: log["eval"].update(created="2020-01-01T00:00:00+00:00"))
    rewrite(new, lambda log: log["samples"].pop())
    (tmp_path / "broken.eval").write_bytes(b"no zip")
    loaded = ingest_inspect(tmp_path, PLACES)
    check_loaded(loaded, 3 + 2 + 1)
    assert loaded.table.height == 3
    reasons = dict(loaded.refused.select("file", "reason").iter_rows())
    assert "is no Inspect log (" in reasons[str(tmp_path / "broken.eval")]
    assert "has the dataset, model" in reasons[str(old)]


def test_what_is_no_log_is_one_clear_line(tmp_path: Path) -> None:
    file = foreign_log(tmp_path / "logs")
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.json").write_text("{}")
    (tmp_path / "text.eval").write_text("{}")
    for source, places, message in [
        (file, {}, "no column source_lang; there are .*--columns source_lang=NAME"),
        (file, {"source_lang": "=en", "query_lang": "language"}, "no column language"),
        (file, {**PLACES, "query_lang": "=frnech"}, "no row could be read"),
        (tmp_path / "empty", PLACES, "no Inspect log"),
        (tmp_path / "absent", PLACES, "no such file"),
        (tmp_path / "text.json", PLACES, "is no Inspect log"),
        (tmp_path / "text.eval", PLACES, "is no Inspect log"),
    ]:
        with pytest.raises(UsageError, match=message) as caught:
            ingest_inspect(source, places)
        assert "\n" not in str(caught.value)


@pytest.mark.slow
def test_our_own_logs_give_what_measure_gave(tiny: pl.DataFrame, tmp_path: Path) -> None:
    measured = measure(
        tiny, "embedded/gemma-3-270m", tmp_path, ["plain", "hint"], repeats=2, scorers=["alias_match", "f1"]
    ).observations
    loaded = ingest_inspect(tmp_path)
    check_loaded(loaded, measured.height)
    assert_frame_equal(loaded.table, measured.sort(OBSERVATION_KEY), check_column_order=False)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A small log in JSON, without what no observation needs."""
    log = json.loads(foreign_log(tmp_path_factory.mktemp("whole"), form="json").read_bytes())
    for sample in log["samples"]:
        for name in ("events", "messages", "store", "attachments", "timelines"):
            sample.pop(name, None)
    assert isinstance(log, dict)
    return {**log, "stats": {}, "results": None}


@pytest.mark.slow
@thoroughly(1000)
@given(steps=mutations.mutations(*mutations.STRUCTURE))
def test_logs_broken_in_structure(
    tmp_path_factory: pytest.TempPathFactory, whole: dict[str, Any], steps: list[Mutation]
) -> None:
    log = copy.deepcopy(whole)
    if len(steps) % 2:
        log["samples"] = broken_records(log["samples"], steps)
    else:
        metadata = [sample["metadata"] for sample in log["samples"]]
        for sample, changed in zip(log["samples"], broken_records(metadata, steps), strict=False):
            sample["metadata"] = changed
    check(tmp_path_factory, json.dumps(log).encode())


@pytest.mark.slow
@thoroughly(1000)
@given(steps=mutations.mutations(*mutations.BYTES))
def test_logs_broken_in_bytes(
    tmp_path_factory: pytest.TempPathFactory, whole: dict[str, Any], steps: list[Mutation]
) -> None:
    check(tmp_path_factory, broken_bytes(json.dumps(whole, ensure_ascii=False).encode(), steps))


def check(folders: pytest.TempPathFactory, content: bytes) -> None:
    file = folders.getbasetemp() / "log.json"
    file.write_bytes(content)
    rows = None
    try:
        rows = len(json.loads(content)["samples"])
    except (ValueError, TypeError, KeyError, RecursionError):
        rows = None
    ingested(lambda: ingest_inspect(file, PLACES), rows)

"""`measure` on the real embedded model: killed, started again, misused."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from scriptgap.errors import ScriptgapError, UsageError
from scriptgap.measure.run import measure
from scriptgap.tables import OBSERVATION_KEY

MODEL = "embedded/gemma-3-270m"
COMPARED = [*OBSERVATION_KEY, "response", "stop_reason", "correct", "answer_script"]

SCRIPT = """
import sys
from pathlib import Path
from scriptgap.measure.run import measure
measure(Path(sys.argv[1]), "embedded/gemma-3-270m", sys.argv[2], ["plain", "hint"])
"""


@pytest.fixture(scope="session")
def capitals() -> pl.DataFrame:
    from scriptgap.questions.atlas import build_atlas

    return build_atlas(["en", "ru", "hi"], ["capital"], 20).questions


@pytest.fixture(scope="session")
def undisturbed(capitals: pl.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    return measure(capitals, MODEL, tmp_path_factory.mktemp("undisturbed"), ["plain", "hint"]).observations


@pytest.mark.slow
def test_every_question_is_observed_once_under_each_condition(
    capitals: pl.DataFrame, undisturbed: pl.DataFrame
) -> None:
    asked = capitals.filter(pl.col("split") != "fewshot").height
    assert undisturbed.height == 2 * asked
    assert not undisturbed.select(OBSERVATION_KEY).is_duplicated().any()
    assert undisturbed["correct"].null_count() == 0
    english = undisturbed.filter(query_lang="en", condition="plain")["correct"].mean()
    hindi = undisturbed.filter(query_lang="hi", condition="plain")["correct"].mean()
    assert english is not None
    assert hindi is not None
    # The model knows the capitals it is asked for in English, and loses most of them in Devanagari.
    assert english > 0.7
    assert hindi < english - 0.2


@pytest.mark.slow
@pytest.mark.parametrize("after", [("plain", 12), ("hint", 30)])
def test_a_killed_run_goes_on_and_ends_as_if_undisturbed(
    capitals: pl.DataFrame, undisturbed: pl.DataFrame, tmp_path: Path, after: tuple[str, int]
) -> None:
    table = tmp_path / "questions.parquet"
    capitals.write_parquet(table)
    folder = tmp_path / "run"
    command = [sys.executable, "-c", SCRIPT, str(table), str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    for line in process.stderr:
        if (done := _progress(line)) is not None and done[0] == after[0] and done[1] >= after[1]:
            break
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert not (folder / "observations.parquet").exists()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    resumed = pl.read_parquet(folder / "observations.parquet")
    assert_frame_equal(resumed.select(COMPARED), undisturbed.select(COMPARED))


@pytest.mark.slow
def test_a_run_stopped_by_the_user_says_so_and_goes_on(
    capitals: pl.DataFrame, undisturbed: pl.DataFrame, tmp_path: Path
) -> None:
    table, folder = tmp_path / "questions.parquet", tmp_path / "run"
    capitals.write_parquet(table)
    command = [sys.executable, "-m", "scriptgap.cli", "measure", str(table), "--model", MODEL]
    command += ["--conditions", ",".join(dict.fromkeys(undisturbed["condition"])), "-o", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    for line in process.stderr:
        if (done := _progress(line)) is not None and done[1] >= 2:
            break
    process.send_signal(signal.SIGINT)
    said = process.stderr.read()
    assert process.wait() == 130, said
    assert "scriptgap: stopped" in said
    assert not (folder / "observations.parquet").exists()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    resumed = pl.read_parquet(folder / "observations.parquet")
    assert_frame_equal(resumed.select(COMPARED), undisturbed.select(COMPARED))


def test_a_run_folder_keeps_to_one_run(tiny: pl.DataFrame, tmp_path: Path) -> None:
    measure(tiny, MODEL, tmp_path, ["plain"])
    with pytest.raises(UsageError, match="holds a run with questions_hash"):
        measure(tiny.filter(pl.col("query_lang") == "en"), MODEL, tmp_path, ["plain"])
    with pytest.raises(UsageError, match="holds a run with temperature 0.0, not 1.0"):
        measure(tiny, MODEL, tmp_path, ["plain"], temperature=1.0)


def test_a_later_call_adds_a_condition_and_asks_nothing_twice(tiny: pl.DataFrame, tmp_path: Path) -> None:
    first = measure(tiny, MODEL, tmp_path, ["plain"]).observations
    logs = sorted((tmp_path / "logs").glob("*.eval"))
    before = [log.stat().st_mtime_ns for log in logs]
    both = measure(tiny, MODEL, tmp_path, ["plain", "entity_only"]).observations
    assert [log.stat().st_mtime_ns for log in logs] == before
    assert_frame_equal(both.filter(condition="plain"), first)
    assert both.height == 2 * first.height


def test_repeated_samples_differ_and_are_all_kept(tiny: pl.DataFrame, tmp_path: Path) -> None:
    observations = measure(tiny, MODEL, tmp_path, ["plain"], repeats=4).observations
    assert observations.height == 6 * 4
    assert sorted(observations["sample"].unique()) == [1, 2, 3, 4]
    answers = observations.group_by("question_id", "query_lang").agg(pl.col("response").n_unique())
    assert answers["response"].max() > 1  # type: ignore[operator]


def test_the_instruct_model_runs_by_its_own_chat_template(tiny: pl.DataFrame, tmp_path: Path) -> None:
    observations = measure(tiny, "embedded/smollm2-135m", tmp_path, ["plain"]).observations
    assert observations.height == 6
    assert observations.filter(query_lang="en")["response"].str.len_chars().min() > 0  # type: ignore[operator]


@pytest.mark.parametrize(
    ("model", "error", "message"),
    [
        ("embedded/gemma-4", UsageError, "unknown embedded model"),
        ("nosuch/model", UsageError, "nosuch"),
        ("openai-api/local/model", ScriptgapError, "cannot be reached"),
    ],
)
def test_a_model_that_cannot_be_had_is_one_clear_line(
    tiny: pl.DataFrame,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    model: str,
    error: type[ScriptgapError],
    message: str,
) -> None:
    monkeypatch.setenv("LOCAL_API_KEY", "none")
    monkeypatch.setenv("LOCAL_BASE_URL", "http://127.0.0.1:9/v1")
    started = time.monotonic()
    with pytest.raises(error, match=message) as caught:
        measure(tiny, model, tmp_path, ["plain"])
    assert "\n" not in str(caught.value)
    assert type(caught.value) is error
    assert time.monotonic() - started < 60


def test_an_unknown_language_tag_is_refused_before_any_model_is_loaded(
    tiny: pl.DataFrame, tmp_path: Path
) -> None:
    table = tiny.with_columns(pl.col("query_lang").replace("el", "frnech"))
    with pytest.raises(UsageError, match="unknown language tag 'frnech'"):
        measure(table, "nosuch/model", tmp_path)
    assert list(tmp_path.iterdir()) == []


def _progress(line: str) -> tuple[str, int] | None:
    """Read the condition and the count of a progress line such as ``plain 12/60 8.1/s``."""
    words = line.split()
    return (words[0], int(words[1].split("/")[0])) if len(words) > 1 and "/" in words[1] else None


def test_a_later_call_with_other_conditions_keeps_the_earlier_ones(
    tiny: pl.DataFrame, tmp_path: Path
) -> None:
    measure(tiny, MODEL, tmp_path, ["plain"])
    both = measure(tiny, MODEL, tmp_path, ["hint"]).observations
    assert sorted(both["condition"].unique()) == ["hint", "plain"]
    assert_frame_equal(pl.read_parquet(tmp_path / "observations.parquet"), both)


def test_a_wrong_model_name_does_not_claim_the_folder(tiny: pl.DataFrame, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="unknown embedded model"):
        measure(tiny, "embedded/gemma-4", tmp_path / "run", ["plain"])
    assert not (tmp_path / "run").exists()
    with pytest.raises(UsageError, match="--temperature must be at least 0"):
        measure(tiny, MODEL, tmp_path / "run", ["plain"], temperature=-1.0)

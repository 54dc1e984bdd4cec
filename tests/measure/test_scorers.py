"""The Inspect scorers in whole evaluations: what they say, and what they leave unscored."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import polars as pl
import pytest
from inspect_ai import eval as inspect_eval
from inspect_ai.model import (
    ChatCompletionChoice,
    ChatMessageAssistant,
    Model,
    ModelOutput,
    ModelUsage,
    get_model,
)

from scriptgap.errors import UsageError
from scriptgap.measure.observations import from_logs
from scriptgap.measure.run import measure
from scriptgap.measure.tasks import condition_task

USAGE = ModelUsage(input_tokens=1, output_tokens=1, total_tokens=2)


def says(*texts: str, stop_reason: Literal["stop", "max_tokens"] = "stop") -> Model:
    """A model that gives these answers in turn; Inspect's own, so that no tokenizer is fetched."""
    outputs = [
        ModelOutput(
            model="said",
            choices=[
                ChatCompletionChoice(message=ChatMessageAssistant(content=text), stop_reason=stop_reason)
            ],
            usage=USAGE,
        )
        for text in texts
    ]
    return get_model("mockllm/model", custom_outputs=outputs, memoize=False)


def observe(
    questions: pl.DataFrame,
    model: Model,
    scorers: Sequence[str],
    folder: Path,
    graders: list[Model] | None = None,
) -> dict[str, Any]:
    """Ask the one English question about Greece and return its observation."""
    table = questions.filter(question_id="capital-GR", query_lang="en")
    logs = inspect_eval(
        condition_task(table, "plain", "plain", scorers),
        model=model,
        model_roles={"grader": graders} if graders else None,
        log_dir=str(folder),
        display="none",
        log_realtime=False,
    )
    return from_logs(logs, "said").row(0, named=True)


def test_the_first_scorer_decides_and_each_has_its_columns(tiny: pl.DataFrame, tmp_path: Path) -> None:
    scorers = ["exact_match", "alias_match", "f1", "chrf", "word_recall", "multiloko"]
    row = observe(tiny, says("It is Athens."), scorers, tmp_path)
    assert row["correct"] is False
    assert row["scorer"] == "exact_match"
    assert row["exact_match"] is False
    assert row["alias_match"] is True
    assert row["multiloko_em"] is False
    # One of three words is right: precision 1/3, recall 1.
    assert row["f1"] == pytest.approx(0.5)
    assert row["multiloko_f1"] == pytest.approx(0.5)
    assert 0 < row["chrf"] < 1
    assert row["word_recall"] == 1.0
    assert row["answer_script"] == "Latn"


def test_reasoning_is_kept_apart_and_never_scored(tiny: pl.DataFrame, tmp_path: Path) -> None:
    row = observe(tiny, says("<think>Not Athens, surely.</think>Sparta"), ["alias_match"], tmp_path)
    assert row["response"] == "Sparta"
    assert row["reasoning"] == "Not Athens, surely."
    assert row["correct"] is False


def test_thinking_without_an_end_is_a_truncated_answer(tiny: pl.DataFrame, tmp_path: Path) -> None:
    row = observe(tiny, says("<think>Athens, or perhaps"), ["alias_match", "f1"], tmp_path)
    assert row["correct"] is None
    assert row["f1"] is None
    assert row["stop_reason"] == "max_tokens"
    assert row["response"] == ""
    assert row["reasoning"] == "Athens, or perhaps"


def test_a_truncated_answer_is_not_scored_even_where_it_has_the_name(
    tiny: pl.DataFrame, tmp_path: Path
) -> None:
    row = observe(tiny, says("Athens", stop_reason="max_tokens"), ["alias_match", "multiloko"], tmp_path)
    assert row["correct"] is None
    assert row["multiloko_em"] is None
    assert row["stop_reason"] == "max_tokens"


@pytest.mark.parametrize(
    ("verdicts", "correct"),
    [
        (["GRADE: C"], True),
        (["Step by step.\nGRADE: I"], False),
        (["The answer is correct."], None),
        (["GRADE: P"], None),
        (["GRADE: CI"], None),
        (["<think>GRADE: C</think>GRADE: I"], False),
        (["GRADE: C", "GRADE: C", "GRADE: I"], True),
        (["GRADE: C", "GRADE: I", "no verdict"], None),
        (["GRADE: C", "GRADE: I"], None),
        (["GRADE: I", "GRADE: I", "no verdict"], False),
    ],
)
def test_the_judges_verdict_is_read_strictly_and_by_majority(
    tiny: pl.DataFrame, tmp_path: Path, verdicts: list[str], correct: bool | None
) -> None:
    graders = [says(verdict) for verdict in verdicts]
    row = observe(tiny, says("Athens"), ["judge", "alias_match"], tmp_path, graders)
    assert row["correct"] is correct
    assert row["judge"] is correct
    assert row["alias_match"] is True
    assert row["scorer"] == "judge"


def test_the_grader_sees_question_answer_and_every_accepted_form(tiny: pl.DataFrame, tmp_path: Path) -> None:
    table = tiny.filter(question_id="capital-GR", query_lang="el")
    logs = inspect_eval(
        condition_task(table, "hint", "hint", ["judge"]),
        model=says("<think>hm</think>Αθήνα {braces}"),
        model_roles={"grader": says("GRADE: C")},
        log_dir=str(tmp_path),
        display="none",
        log_realtime=False,
    )
    (sample,) = logs[0].samples or []
    prompt = sample.scores["judge"].metadata["grading"][0]["content"]  # type: ignore[index]
    assert "Ποια είναι η πρωτεύουσα" in prompt
    assert "Αθήνα; Athens" in prompt
    assert "Αθήνα {braces}" in prompt
    assert "hm" not in prompt.split("[END DATA]")[0]
    assert "(Greece)" not in prompt


def test_a_judge_without_grader_is_refused(tiny: pl.DataFrame, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--grader MODEL"):
        measure(tiny, "embedded/gemma-3-270m", tmp_path, scorers=["judge"])
    with pytest.raises(UsageError, match="grades, it does not say right or wrong"):
        measure(tiny, "embedded/gemma-3-270m", tmp_path, scorers=["f1"])
    with pytest.raises(UsageError, match="unknown scorer 'exact'"):
        measure(tiny, "embedded/gemma-3-270m", tmp_path, scorers=["exact"])


@pytest.mark.slow
def test_real_models_answer_and_judge(tiny: pl.DataFrame, tmp_path: Path) -> None:
    run = measure(
        tiny,
        "embedded/gemma-3-270m",
        tmp_path,
        conditions=["plain"],
        scorers=["judge", "alias_match"],
        graders=["embedded/smollm2-135m"],
    )
    assert run.observations.height == 6
    # The small grader may say anything; what it says is true, false, or no verdict, and match is beside it.
    assert run.observations["judge"].dtype == pl.Boolean
    assert run.observations["alias_match"].null_count() == 0
    assert (run.observations["correct"].is_null() == run.observations["judge"].is_null()).all()

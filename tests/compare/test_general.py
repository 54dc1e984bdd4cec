"""Two logs of one Inspect task; the answers are set, so that the change is known."""

from pathlib import Path

import pytest
from inspect_ai import Task, task
from inspect_ai import eval as inspect_eval
from inspect_ai.dataset import Sample
from inspect_ai.model import ChatMessage, ModelOutput, ModelUsage, get_model
from inspect_ai.scorer import Score, Target, accuracy, match, mean, scorer
from inspect_ai.solver import TaskState

from scriptgap.compare.compare import compare
from scriptgap.compare.general import general_changes
from scriptgap.errors import UsageError
from tests.compare.runs import AFTER, BEFORE, observations

SAMPLES = 12


@scorer(metrics=[mean()])
def length():  # type: ignore[no-untyped-def]
    async def score(state: TaskState, target: Target) -> Score:
        return Score(value=len(state.output.completion))

    return score


@scorer(metrics={"digit": [accuracy()], "word": [accuracy()]})
def both():  # type: ignore[no-untyped-def]
    async def score(state: TaskState, target: Target) -> Score:
        return Score(
            value={"digit": "C" if state.output.completion.isdigit() else "I", "word": "not a number"}
        )

    return score


@task
def sums(scorers: object = None) -> Task:
    samples = [Sample(id=n, input=f"{n} + 1 =", target=str(n + 1)) for n in range(SAMPLES)]
    return Task(samples, scorer=scorers or match())  # type: ignore[arg-type]


@task
def products() -> Task:
    return Task([Sample(id=0, input="0 * 1 =", target="1")], scorer=match())


def log_of(asked: Task, right: set[int], folder: Path) -> str:
    def answer(messages: list[ChatMessage], *_: object) -> ModelOutput:
        number = int(messages[-1].text.split()[0])
        output = ModelOutput.from_content("mockllm", str(number + 1) if number in right else "no idea")
        # Without it, Inspect fetches a tokenizer to count.
        output.usage = ModelUsage(input_tokens=1, output_tokens=1, total_tokens=2)
        return output

    model = get_model("mockllm/model", custom_outputs=answer, memoize=False)
    (log,) = inspect_eval(asked, model=model, log_dir=str(folder), display="none")
    assert log.status == "success", log.error
    return log.location.removeprefix("file://")


def test_samples_are_paired_and_their_scores_compared(tmp_path: Path) -> None:
    before = log_of(sums(), {0, 1, 2, 3, 4, 5}, tmp_path)
    after = log_of(sums(), {0, 1, 2, 8}, tmp_path)
    (row,) = general_changes([before, after])
    assert (row["task"], row["scorer"], row["n_pairs"]) == ("sums", "match", SAMPLES)
    assert (row["before"], row["after"]) == (pytest.approx(6 / 12), pytest.approx(4 / 12))
    assert (row["gained"], row["lost"]) == (1, 3)
    # The exact binomial of 1 or fewer of 4, two-sided.
    assert row["mcnemar_p"] == pytest.approx(2 * 5 / 16)
    assert row["low"] < row["change"] < row["high"]


def test_a_score_of_several_parts_gives_a_row_each_and_words_none(tmp_path: Path) -> None:
    before, after = (log_of(sums(both()), right, tmp_path) for right in ({0}, {0, 1, 2}))
    (row,) = general_changes([before, after])
    assert (row["scorer"], row["gained"], row["lost"]) == ("both.digit", 2, 0)


def test_logs_that_cannot_be_compared_are_refused(tmp_path: Path) -> None:
    log = log_of(sums(), {0}, tmp_path)
    with pytest.raises(UsageError, match="two tasks, sums and products"):
        general_changes([log, log_of(products(), {0}, tmp_path)])
    long = log_of(sums(length()), {0}, tmp_path)
    with pytest.raises(UsageError, match="length scored 7; only scores from 0 to 1"):
        general_changes([long, long])
    with pytest.raises(UsageError, match="no such file"):
        general_changes([log, tmp_path / "absent.eval"])
    (tmp_path / "broken.eval").write_text("{")
    with pytest.raises(UsageError, match="is no Inspect log"):
        general_changes([log, tmp_path / "broken.eval"])
    with pytest.raises(UsageError, match="share no sample"):
        general_changes([log, log_of(sums(both()), {0}, tmp_path)])


def test_the_page_tells_what_changed_elsewhere(tmp_path: Path) -> None:
    logs = [log_of(sums(), right, tmp_path / "logs") for right in ({0, 1, 2}, {0})]
    found = compare(observations("base", BEFORE), observations("trained", AFTER), general=logs)
    assert any(
        "on the task sums (match): the score changed by -16.7 points" in text for text in found.sentences
    )
    page = found.write(tmp_path / "out").read_text(encoding="utf-8")
    assert "What changed elsewhere" in page
    assert (tmp_path / "out/tables/general.csv").is_file()

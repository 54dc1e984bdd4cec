"""The Inspect logs of a run folder: what they hold, and one evaluation more that adds to them."""

import contextlib
import io
from dataclasses import dataclass
from pathlib import Path

from inspect_ai import Epochs, Task, eval_set
from inspect_ai.log import (
    EvalLog,
    EvalLogInfo,
    list_eval_logs,
    read_eval_log,
    read_eval_log_sample_summaries,
)
from inspect_ai.model import Model

from scriptgap.errors import StoppedError
from scriptgap.measure.cost import GRADER
from scriptgap.measure.progress import condition_bars


@dataclass(frozen=True, slots=True)
class Logged:
    """What the newest log of a condition holds.

    Attributes:
        samples: Ids of the samples that its evaluation was to ask.
        answered: (id, epoch) of those that it did ask, without an error.
    """

    samples: frozenset[str] = frozenset()
    answered: frozenset[tuple[str, int]] = frozenset()


def logged(folder: Path) -> dict[str, Logged]:
    """Read by condition what the logs in `folder` hold."""
    return {condition: _logged(info) for condition, info in _newest(folder).items()}


def read_logs(folder: Path, conditions: list[str]) -> list[EvalLog]:
    """Read the newest log of each condition, samples included."""
    newest = _newest(folder)
    return [read_eval_log(newest[condition]) for condition in conditions if condition in newest]


def evaluate(
    tasks: dict[str, Task],
    answered: dict[str, int],
    model: Model,
    judges: list[Model],
    folder: Path,
    repeats: int,
    temperature: float,
) -> None:
    """Ask what the tasks' data sets hold and the logs in `folder` lack.

    Args:
        tasks: One for each condition; a data set must hold what its log was to ask, and may hold more.
        answered: Answers that are there already, by condition, for the progress bars.
        model: The model that is asked.
        judges: The models that judge its answers.
        folder: The folder of the logs.
        repeats: Answers to each question.
        temperature: Sampling temperature.

    Raises:
        StoppedError: The user stopped it.
    """
    totals = {condition: len(task.dataset) * repeats for condition, task in tasks.items()}
    with condition_bars(totals, answered), contextlib.redirect_stdout(io.StringIO()):
        eval_set(
            list(tasks.values()),
            log_dir=str(folder),
            model=model,
            model_roles={GRADER: judges} if judges else None,
            epochs=Epochs(repeats, "mean"),
            temperature=temperature,
            max_tasks=1,
            # A failed answer must not stop the others; a later call asks it again.
            retry_attempts=0,
            retry_immediate=False,
            continue_on_fail=True,
            retry_on_error=1,
            display="none",
            log_level="error",
            log_realtime=False,
            acp_server=False,
            ctl_server=False,
            log_dir_allow_dirty=True,
            score_display=False,
        )
    newest = _newest(folder)
    asked = [read_eval_log(newest[name], header_only=True) for name in tasks if name in newest]
    # Inspect takes the interrupt and returns as if it were done.
    if any(log.status == "cancelled" for log in asked):
        raise StoppedError("stopped; give the same command again to go on")


def _newest(folder: Path) -> dict[str, EvalLogInfo]:
    """The newest log of each condition: the one that Inspect goes on from."""
    newest: dict[str, EvalLogInfo] = {}
    if folder.is_dir():
        for info in sorted(list_eval_logs(str(folder)), key=lambda info: info.mtime or 0):
            with contextlib.suppress(Exception):  # A killed run may leave a file without a header.
                header = read_eval_log(info, header_only=True)
                newest[str((header.eval.metadata or {})["condition"])] = info
    return newest


def _logged(info: EvalLogInfo) -> Logged:
    try:
        header = read_eval_log(info, header_only=True)
        done = [s for s in read_eval_log_sample_summaries(info) if s.completed and not s.error]
    except Exception:
        return Logged()
    ids = header.eval.dataset.sample_ids or []
    return Logged(frozenset(map(str, ids)), frozenset((str(s.id), s.epoch) for s in done))

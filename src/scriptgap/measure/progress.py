"""A live bar for each condition, fed by Inspect's hooks."""

from collections.abc import Iterator
from contextlib import contextmanager

from inspect_ai.hooks import Hooks, SampleEnd, TaskStart, hooks
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

_active: "ConditionBars | None" = None


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:.1f}/s" if speed else "-/s", style="progress.data.speed")


class ConditionBars:
    """Bars by condition: done of all, questions a second, time left; lines where there is no terminal."""

    def __init__(self, progress: Progress, totals: dict[str, int], done: dict[str, int]) -> None:
        """Show one bar for each condition of `totals`, `done` of it already there from an earlier run."""
        self._progress = progress
        self._bars = {
            condition: progress.add_task(
                condition, total=total, completed=done.get(condition, 0), start=False
            )
            for condition, total in totals.items()
        }
        self._conditions: dict[str, str] = {}

    def start(self, eval_id: str, condition: str) -> None:
        """The task `eval_id` asks under `condition` from now on."""
        if condition in self._bars:
            self._conditions[eval_id] = condition
            self._progress.start_task(self._bars[condition])

    def advance(self, eval_id: str) -> None:
        """One more sample of task `eval_id` is done."""
        if condition := self._conditions.get(eval_id):
            bar = self._bars[condition]
            self._progress.advance(bar)
            if not self._progress.console.is_terminal:
                self._print_line(self._progress.tasks[bar])

    def _print_line(self, task: Task) -> None:
        """Print a line at every tenth of the work: what a log file can hold of a bar."""
        total = int(task.total or 0)
        done = int(task.completed)
        if done % max(1, total // 10) == 0 or done == total:
            elapsed = f"{task.elapsed:.0f} s" if task.elapsed is not None else ""
            rate = f"{task.speed:.1f}/s" if task.speed else ""
            self._progress.console.print(
                f"{task.description} {done}/{total} {rate} {elapsed}", highlight=False, soft_wrap=True
            )


@contextmanager
def condition_bars(totals: dict[str, int], done: dict[str, int]) -> Iterator[None]:
    """Show the bars on standard error while the block runs."""
    global _active
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description:>15}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(compact=True),
    )
    progress = Progress(*columns, console=console, refresh_per_second=4, disable=not console.is_terminal)
    with progress:
        _active = ConditionBars(progress, totals, done)
        try:
            yield
        finally:
            _active = None


@hooks(name="progress", description="Feeds scriptgap's progress bars")
class ProgressHooks(Hooks):
    """Passes the end of each sample to the bars that are showing."""

    def enabled(self) -> bool:
        """Only while `condition_bars` shows bars."""
        return _active is not None

    async def on_task_start(self, data: TaskStart) -> None:
        """Learn which condition the task asks."""
        if _active is not None and data.spec.metadata:
            _active.start(data.eval_id, str(data.spec.metadata.get("condition")))

    async def on_sample_end(self, data: SampleEnd) -> None:
        """Advance the bar of the sample's task."""
        if _active is not None:
            _active.advance(data.eval_id)

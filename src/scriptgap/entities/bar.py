"""A bar of how many questions the extractor has answered."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


@contextmanager
def asking_bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on standard error while the block runs; a line at every tenth where there is no terminal.

    Args:
        title: What stands before the bar.

    Yields:
        A function of how many are done, and of how many. Nothing is shown before it is called.
    """
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        bar = progress.add_task(title, total=None, visible=False)

        def show(done: int, total: int) -> None:
            progress.update(bar, completed=done, total=total, visible=True)
            if not console.is_terminal and (done % max(1, total // 10) == 0 or done == total):
                console.print(f"{title} {done}/{total}", highlight=False, soft_wrap=True)

        yield show

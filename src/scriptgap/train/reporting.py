"""What a training tells as it goes: losses, right answers, time left."""

import contextlib
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import datasets
import polars as pl
from transformers import TrainerCallback
from transformers.utils import logging

from scriptgap.train.answers import AnswerCheck
from scriptgap.train.encode import Encoded
from scriptgap.train.run import LOG, Progress
from scriptgap.train.vocabulary import Vocabulary


@contextlib.contextmanager
def quiet_libraries() -> Iterator[None]:
    """Keep the progress bars of the libraries, and their notes on what they will rename, off the screen."""
    bars = datasets.is_progress_bar_enabled(), logging.is_progress_bar_enabled()
    datasets.disable_progress_bars()
    logging.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            yield
    finally:
        if bars[0]:
            datasets.enable_progress_bars()
        if bars[1]:
            logging.enable_progress_bar()


class Reporter(TrainerCallback):  # type: ignore[misc]
    """Gathers the log of a training, writes it after every entry, and passes it on.

    Attributes:
        before: Seconds that earlier calls of the same training took.
    """

    def __init__(self, steps: int, on_progress: Callable[[Progress], None], path: Path) -> None:
        """Begin, or go on with the log of an earlier call.

        Args:
            steps: Optimiser steps in all.
            on_progress: Called with every entry.
            path: The log, a CSV file.
        """
        self._steps, self._on_progress, self._path = steps, on_progress, path
        self._rows: list[dict[str, Any]] = pl.read_csv(path, schema=LOG).to_dicts() if path.is_file() else []
        self.before = self._rows[-1]["seconds"] if self._rows else 0.0
        self._began: tuple[int, float] | None = None

    def callbacks(
        self, tokenizer: Any, validation: Encoded, number: int, vocabulary: Vocabulary | None
    ) -> list[TrainerCallback]:
        """Return what the trainer is to call: this reporter, and the check of answers where there is one."""
        if not (validation.rows and number):
            return [self]
        return [self, AnswerCheck(tokenizer, validation, number, vocabulary, self._answered)]

    def table(self) -> pl.DataFrame:
        """Return the log so far."""
        return pl.DataFrame(self._rows, schema=LOG)

    def last(self, column: str) -> float | None:
        """Return the last value that was told in a column."""
        return next((row[column] for row in reversed(self._rows) if row[column] is not None), None)

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Note when, and at which step, the training begins or goes on."""
        self._began = (state.global_step, time.monotonic())
        self._rows = [row for row in self._rows if row["step"] <= state.global_step]
        if state.global_step:
            self._on_progress(Progress(state.global_step, self._steps))

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
        """Take what the trainer tells."""
        told = {"loss": (logs or {}).get("loss"), "validation_loss": (logs or {}).get("eval_loss")}
        if any(value is not None for value in told.values()):
            self._add(state.global_step, **told)

    def _answered(self, step: int, share: float) -> None:
        self._add(step, validation_accuracy=share)

    def _add(self, step: int, **values: float | None) -> None:
        assert self._began is not None
        first, began = self._began
        passed = time.monotonic() - began
        self._rows.append(
            {**dict.fromkeys(LOG), "step": step, **values, "seconds": round(self.before + passed, 1)}
        )
        self.table().write_csv(self._path)
        done = step - first
        left = passed / done * (self._steps - step) if done else None
        self._on_progress(Progress(step, self._steps, **values, seconds_left=left))

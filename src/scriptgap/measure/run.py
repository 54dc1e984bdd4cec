"""`measure`: ask a model every question under every condition, so that a killed run can go on."""

import asyncio
import contextlib
import hashlib
import io
import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import polars as pl
from inspect_ai import Epochs, Task, eval_set
from inspect_ai._util.error import PrerequisiteError
from inspect_ai.log import (
    EvalLog,
    list_eval_logs,
    read_eval_log,
    read_eval_log_sample_summaries,
)
from inspect_ai.model import GenerateConfig, Model, get_model
from rich.text import Text

from scriptgap.errors import ScriptgapError, UsageError
from scriptgap.languages import language
from scriptgap.measure.conditions import check_conditions
from scriptgap.measure.observations import from_logs
from scriptgap.measure.progress import condition_bars
from scriptgap.measure.scorers import GRADER
from scriptgap.measure.tasks import askable, condition_task
from scriptgap.scoring.scores import check_scorers, default_scorers
from scriptgap.tables import OBSERVATION_KEY, QUESTION_KEY, QUESTIONS, check_table, read_questions

DEFAULT_CONDITIONS = ("plain", "hint")


@dataclass(frozen=True, slots=True)
class Run:
    """What a run folder holds, told when `measure` ends.

    Attributes:
        folder: The run folder: ``observations.parquet``, ``questions.parquet``, ``run.json``, ``logs/``.
        observations: Columns of `tables.OBSERVATIONS`, and ``topic``.
        skipped: Questions that a condition could not present, by condition.
    """

    folder: Path
    observations: pl.DataFrame
    skipped: dict[str, int]

    @property
    def unscored(self) -> int:
        """Answers that failed or were cut short: they are not counted right or wrong."""
        missing = pl.col("correct").is_null() & (pl.col("stop_reason") != "stop")
        return self.observations.filter(missing).height

    @property
    def undecided(self) -> int:
        """Whole answers on which the judge gave no verdict that can be read."""
        return self.observations["correct"].null_count() - self.unscored


def measure(
    questions: pl.DataFrame | str | Path,
    model: str,
    folder: str | Path,
    conditions: list[str] | tuple[str, ...] = DEFAULT_CONDITIONS,
    repeats: int = 1,
    temperature: float | None = None,
    scorers: list[str] | tuple[str, ...] | None = None,
    graders: list[str] | tuple[str, ...] = (),
) -> Run:
    """Ask `model` every question under every condition, and write the observations.

    The work goes on where an earlier call with the same arguments stopped, however it stopped.

    Args:
        questions: A questions table (columns of `tables.QUESTIONS`), or its Parquet file.
        model: Any Inspect model name, ``embedded/...``, or the folder of a checkpoint.
        folder: The run folder, made where it is absent.
        conditions: Some of `conditions.CONDITIONS`.
        repeats: Answers to each question.
        temperature: Sampling temperature, at least 0; where None 0 for one answer and 1 for several.
        scorers: Some of `scoring.scores.SCORERS` and ``judge``; the first decides ``correct``, each has
            columns of its own. Where None, those of the data set, after ``judge`` where there are graders.
        graders: Models that judge the answers, by majority; the scorer ``judge`` needs at least one.

    Raises:
        UsageError: The table, a language tag or an option is wrong, or `folder` holds another run.
        ScriptgapError: The model cannot be loaded or reached.
    """
    table = _checked(questions)
    names = check_conditions(list(conditions))
    if repeats < 1:
        raise UsageError(f"--samples must be at least 1, not {repeats}")
    if temperature is not None and temperature < 0:
        raise UsageError(f"--temperature must be at least 0, not {temperature}")
    if temperature is None:
        temperature = 0.0 if repeats == 1 else 1.0
    chosen = _scorers(scorers, graders, table)
    folder = Path(folder)
    with contextlib.redirect_stdout(io.StringIO()):  # Inspect prints a banner of its own
        loaded = _load(model)
        judges = [_load(grader) for grader in graders]
    tasks = {name: condition_task(table, name, name, chosen, _is_base(loaded)) for name in names}
    skipped = {name: askable(table) - len(task.dataset) for name, task in tasks.items()}
    identity = {
        "scriptgap": version("scriptgap"),
        "model": model,
        "questions_hash": _fingerprint(table),
        "samples": repeats,
        "temperature": temperature,
        "scorers": chosen,
        "graders": list(graders),
    }
    _claim(folder, identity)
    _replace(folder / "questions.parquet", table.write_parquet)
    logs = _ask(list(tasks.items()), loaded, judges, folder / "logs", repeats, temperature)
    observations = from_logs(logs, model)
    if (observations["stop_reason"] == "error").all():
        raise ScriptgapError(f"{model}: every answer failed: {_first_error(logs)}")
    file = folder / "observations.parquet"
    if file.is_file():
        # An earlier call asked under conditions that this one does not.
        others = pl.read_parquet(file).filter(~pl.col("condition").is_in(names))
        observations = pl.concat([others, observations], how="diagonal").sort(OBSERVATION_KEY)
    _replace(file, observations.write_parquet)
    return Run(folder, observations, skipped)


def _scorers(
    wanted: list[str] | tuple[str, ...] | None, graders: list[str] | tuple[str, ...], table: pl.DataFrame
) -> list[str]:
    defaults = (["judge"] if graders else []) + default_scorers(sorted(table["dataset"].unique()))
    chosen = check_scorers(defaults if wanted is None else wanted)
    if ("judge" in chosen) != bool(graders):
        problem = (
            "--grader needs the scorer judge: --scorer judge,..., or no --scorer at all"
            if graders
            else "the scorer judge needs a model: --grader MODEL"
        )
        raise UsageError(problem)
    return chosen


def _replace(file: Path, write: Callable[[Path], object]) -> None:
    """Write under another name first: a killed run must not leave half a file."""
    partial = file.with_name(f"{file.name}.{os.getpid()}.partial")
    write(partial)
    partial.replace(file)


def _first_error(logs: list[EvalLog]) -> str:
    errors = (sample.error.message for log in logs for sample in log.samples or [] if sample.error)
    return _one_line(next(errors, "no reason given"))


def _is_base(model: Model) -> bool:
    """Whether the model is an embedded base model, which sees a conversation as one text."""
    embedded = getattr(model.api, "embedded", None)
    return embedded is not None and not embedded.chat


def _checked(questions: pl.DataFrame | str | Path) -> pl.DataFrame:
    if isinstance(questions, pl.DataFrame):
        table = check_table(questions, QUESTIONS, QUESTION_KEY, "questions")
    else:
        table = read_questions(Path(questions))
    for tag in sorted({*table["source_lang"].unique(), *table["query_lang"].unique()}):
        language(tag)
    return table


def _fingerprint(table: pl.DataFrame) -> str:
    content = table.select(list(QUESTIONS)).sort(QUESTION_KEY).write_ndjson()
    return hashlib.sha256(content.encode()).hexdigest()


def _claim(folder: Path, identity: dict[str, object]) -> None:
    """Note in the folder which run it holds, or refuse a folder that holds another."""
    note = folder / "run.json"
    if note.is_file():
        try:
            held = json.loads(note.read_text(encoding="utf-8"))
        except ValueError:
            raise UsageError(f"{note}: not JSON; name another folder, or delete this one") from None
        for key, value in identity.items():
            if held.get(key) != value:
                raise UsageError(
                    f"{folder}: holds a run with {key} {held.get(key)}, not {value}; name another folder"
                )
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(identity, indent=2) + "\n"
        _replace(note, lambda partial: partial.write_text(text, encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{folder}: cannot be written ({error.strerror})") from None


def _load(model: str) -> Model:
    """Load the model; where it is served elsewhere, ask it one word, so that a wrong name fails at once."""
    try:
        if model.startswith("embedded/"):
            return get_model(model)
        if (Path(model) / "config.json").is_file():
            return get_model("hf/local", model_path=model)
        # In a thread of its own: a notebook has an event loop running in this one.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, _greet(model)).result()
        return get_model(model)
    except ScriptgapError:
        raise
    except PrerequisiteError as error:
        raise ScriptgapError(f"{model}: {_one_line(Text.from_markup(str(error.message)).plain)}") from None
    except (ValueError, LookupError) as error:
        raise UsageError(f"{model}: {_one_line(error)}") from None
    except Exception as error:
        raise ScriptgapError(
            f"{model}: cannot be reached: {type(error).__name__}: {_one_line(error)}"
        ) from None


async def _greet(model: str) -> None:
    greeted = get_model(model, memoize=False)
    async with greeted:
        await greeted.generate("Hello", config=GenerateConfig(max_tokens=16, max_retries=0, timeout=60))


def _one_line(error: object) -> str:
    return " ".join(str(error).split())[:300]


def _ask(
    tasks: list[tuple[str, Task]],
    model: Model,
    judges: list[Model],
    folder: Path,
    repeats: int,
    temperature: float,
) -> list[EvalLog]:
    folder.mkdir(exist_ok=True)
    totals = {name: len(task.dataset) * repeats for name, task in tasks}
    with condition_bars(totals, _done(folder)), contextlib.redirect_stdout(io.StringIO()):
        _, headers = eval_set(
            [task for _, task in tasks],
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
    return [read_eval_log(header.location) for header in headers]


def _done(folder: Path) -> dict[str, int]:
    """Count the samples by condition that earlier runs left in `folder`."""
    done: dict[str, int] = {}
    for info in list_eval_logs(str(folder)):
        with contextlib.suppress(Exception):
            condition = read_eval_log(info, header_only=True).eval.metadata or {}
            name = str(condition.get("condition"))
            finished = [s for s in read_eval_log_sample_summaries(info) if s.completed and not s.error]
            done[name] = max(done.get(name, 0), len(finished))
    return done

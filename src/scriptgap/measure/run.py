"""`measure`: ask a model every question under every condition, within limits; a killed run can go on."""

import contextlib
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import polars as pl
from inspect_ai.log import EvalLog

from scriptgap.errors import ScriptgapError, UsageError
from scriptgap.measure import run_folder
from scriptgap.measure.budget import Limits
from scriptgap.measure.cost import counted
from scriptgap.measure.ledger import Ledger
from scriptgap.measure.logs import read_logs
from scriptgap.measure.models import one_line
from scriptgap.measure.observations import from_logs
from scriptgap.measure.preview import DEFAULT_CONDITIONS, Preview, preview
from scriptgap.measure.rounds import ask
from scriptgap.measure.tasks import omissions
from scriptgap.tables import OBSERVATION_KEY


@dataclass(frozen=True, slots=True)
class Run:
    """What a run folder holds, told when `measure` ends.

    Attributes:
        folder: The run folder: ``observations.parquet``, ``questions.parquet``, ``run.json``, ``logs/``,
            ``requests.jsonl`` and ``cost.json`` (see `measure`).
        observations: Columns of `tables.OBSERVATIONS`, and ``topic``.
        skipped: For each condition how many questions it could not present, by reason.
        estimate: What this call was to cost, by condition (see `cost.estimated`).
        counted: What this call did cost, by condition and role (see `cost.counted`).
        cost: What the folder cost in all, earlier calls included, by condition and role.
        not_asked: Questions that a limit did not let be asked; one in each language and condition counts.
        reached: Which limit that was, in words.
    """

    folder: Path
    observations: pl.DataFrame
    skipped: dict[str, dict[str, int]]
    estimate: pl.DataFrame
    counted: pl.DataFrame
    cost: pl.DataFrame
    not_asked: int
    reached: str | None

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
    conditions: Sequence[str] = DEFAULT_CONDITIONS,
    repeats: int = 1,
    temperature: float | None = None,
    scorers: Sequence[str] | None = None,
    graders: Sequence[str] = (),
    prices: Sequence[float] | None = None,
    grader_prices: Sequence[float] | None = None,
    max_requests: int | None = None,
    budget: float | None = None,
    on_preview: Callable[[Preview], None] | None = None,
    shots: int | None = None,
) -> Run:
    """Ask `model` every question under every condition, and write the observations.

    The work goes on where an earlier call with the same arguments stopped, however it stopped. Conditions,
    prices and limits may change from call to call.

    The limits hold for the folder: what earlier calls sent counts, and so do requests that failed. Where
    they do not let all be asked, every condition is asked the same questions, in all their languages, in an
    order that is random but always the same; the others are no observations. Before a request is sent, the
    most it is expected to cost is set aside: twice the highest rate of tokens so far for what it reads, and
    the model's bound on its answers, or twice the longest so far where it sets none. A prompt or an answer
    beyond that may exceed the budget.

    ``cost.json`` holds ``model``, ``prices`` and ``grader_prices`` (US dollars per million tokens, or null),
    ``limits`` (``requests``, ``dollars``), ``not_asked``, ``estimate`` (rows of `cost.estimated`: what this
    call was to ask), ``call`` and ``folder`` (rows of `cost.counted`: what this call, and all calls, took).

    Args:
        questions: A questions table (columns of `tables.QUESTIONS`), or its Parquet file.
        model: Any Inspect model name, ``embedded/...``, or the folder of a checkpoint.
        folder: The run folder, made where it is absent.
        conditions: Names that `conditions.condition` knows.
        repeats: Answers to each question.
        temperature: Sampling temperature, at least 0; where None 0 for one answer and 1 for several.
        scorers: Some of `scoring.scores.SCORERS` and ``judge``; the first decides ``correct``, each has
            columns of its own. Where None, those of the data set, after ``judge`` where there are graders.
        graders: Models that judge the answers, by majority; the scorer ``judge`` needs at least one.
        prices: The model's prices in US dollars per million tokens: input, output and, optionally, input
            read from the provider's cache.
        grader_prices: The same of the graders.
        max_requests: Requests to models and graders that the folder may take in all.
        budget: US dollars that the folder may cost in all; needs `prices`, and those of the graders.
        on_preview: Called with what will be asked, and what that will cost, before anything is asked.
        shots: Worked examples shown before each question, the first of those there are; where None all, or as
            many as the checkpoint that `train` made was trained to see.

    Raises:
        UsageError: The table, a language tag or an option is wrong, or `folder` holds another run.
        ScriptgapError: The model cannot be loaded or reached, or the limits allow no question.
    """
    view = preview(
        questions,
        model,
        folder,
        conditions,
        repeats,
        temperature,
        scorers,
        graders,
        prices,
        grader_prices,
        shots,
    )
    limits = limits_of(max_requests, budget, view)
    if on_preview is not None:
        on_preview(view)
    folder = Path(folder)
    ledger = Ledger(folder / run_folder.LEDGER)
    earlier = len(ledger.rows)
    askable = sum(len(task.dataset) for task in view.tasks.values())
    with contextlib.closing(ledger):
        if view.pieces:
            ask(view, model, list(graders), folder, repeats, ledger, limits)
    logs = read_logs(folder / "logs", list(view.tasks))
    observations = from_logs(logs, model)
    not_asked = askable - observations.select(OBSERVATION_KEY[:-1]).n_unique()
    requests = ledger.table()
    run = Run(
        folder=folder,
        observations=observations,
        skipped={name: omissions(view.table, name) for name in view.tasks},
        estimate=view.estimate,
        counted=counted(requests.slice(earlier), view.prices, view.grader_prices),
        cost=counted(requests, view.prices, view.grader_prices),
        not_asked=not_asked,
        reached=_reached(limits, requests.height, len(graders)) if not_asked else None,
    )
    if requests.height:
        _write_cost(run, view, limits)
    if not_asked and observations.is_empty():
        raise ScriptgapError(f"no question was asked: {run.reached}")
    if (observations["stop_reason"] == "error").all():
        raise ScriptgapError(f"{model}: every answer failed: {_first_error(logs)}")
    return replace(run, observations=_written(folder, observations, list(view.tasks)))


def _written(folder: Path, observations: pl.DataFrame, conditions: list[str]) -> pl.DataFrame:
    """Write the observations, after those of an earlier call under conditions that this one does not ask."""
    file = folder / "observations.parquet"
    if file.is_file():
        others = pl.read_parquet(file).filter(~pl.col("condition").is_in(conditions))
        observations = pl.concat([others, observations], how="diagonal").sort(OBSERVATION_KEY)
    run_folder.replace(file, observations.write_parquet)
    return observations


def limits_of(max_requests: int | None, budget: float | None, view: Preview) -> Limits:
    """Check the limits against what the preview knows of prices.

    Raises:
        UsageError: A limit is not positive, or a budget lacks a price.
    """
    if max_requests is not None and max_requests < 1:
        raise UsageError(f"--max-requests must be at least 1, not {max_requests}")
    if budget is not None:
        if not (math.isfinite(budget) and budget > 0):
            raise UsageError(f"--budget must be more than 0 dollars, not {budget}")
        if view.prices is None:
            raise UsageError("--budget needs the model's prices: --price INPUT,OUTPUT[,CACHED_INPUT]")
        if view.identity["graders"] and view.grader_prices is None:
            raise UsageError("--budget needs the grader's prices: --grader-price INPUT,OUTPUT[,CACHED_INPUT]")
    return Limits(max_requests, budget)


def _reached(limits: Limits, requests: int, graders: int) -> str:
    """Say which limit stopped the run, and what goes on."""
    if limits.requests is not None and (limits.dollars is None or requests + 1 + graders > limits.requests):
        used = f"{requests:,} of {limits.requests:,} requests are used"
        return f"{used}, and the next question does not fit; raise --max-requests to go on"
    if limits.dollars is not None:
        places = 2 if limits.dollars >= 1 else 4
        return f"the budget of ${limits.dollars:,.{places}f} is reached; raise --budget to go on"
    return "give the same command again to go on"


def _write_cost(run: Run, view: Preview, limits: Limits) -> None:
    content = {
        "model": view.identity["model"],
        "prices": asdict(view.prices) if view.prices else None,
        "grader_prices": asdict(view.grader_prices) if view.grader_prices else None,
        "limits": asdict(limits),
        "not_asked": run.not_asked,
        "estimate": run.estimate.to_dicts(),
        "call": run.counted.to_dicts(),
        "folder": run.cost.to_dicts(),
    }
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    run_folder.replace(run.folder / "cost.json", lambda partial: partial.write_text(text, encoding="utf-8"))


def _first_error(logs: list[EvalLog]) -> str:
    errors = (sample.error.message for log in logs for sample in log.samples or [] if sample.error)
    return one_line(next(errors, "no reason given"))

"""What a call of `measure` has to do, and what that will cost: everything that is known before it asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from inspect_ai import Task

from scriptgap.errors import UsageError
from scriptgap.languages import language
from scriptgap.measure import run_folder
from scriptgap.measure.checkpoint import checkpoint
from scriptgap.measure.conditions import check_conditions
from scriptgap.measure.cost import (
    ASSUMED_OUTPUT,
    MODEL,
    Piece,
    Prices,
    Rates,
    checked_prices,
    estimated,
    prompt_tokens,
    rates,
)
from scriptgap.measure.ledger import read_requests
from scriptgap.measure.logs import Logged, logged
from scriptgap.measure.models import check_written, is_base
from scriptgap.measure.presentation import Item, present
from scriptgap.measure.scorers import JUDGE_PROMPT_TOKENS, MOST_REFERENCES
from scriptgap.measure.tasks import condition_task
from scriptgap.scoring.scores import check_scorers, default_scorers
from scriptgap.tables import QUESTION_KEY, QUESTIONS, check_table, read_questions

DEFAULT_CONDITIONS = ("plain", "hint")


@dataclass(frozen=True, slots=True)
class Preview:
    """What a call will ask.

    Attributes:
        table: The questions.
        identity: What the run folder must hold.
        tasks: The Inspect task of each condition.
        logged: What the folder's logs hold, by condition.
        pieces: What is still to ask.
        estimate: What that costs (see `cost.estimated`).
        assumption: One sentence on the output tokens of the estimate.
        temperature: Sampling temperature.
        prices: The model's prices, or None.
        grader_prices: The graders' prices, or None.
    """

    table: pl.DataFrame
    identity: dict[str, object]
    tasks: dict[str, Task]
    logged: dict[str, Logged]
    pieces: list[Piece]
    estimate: pl.DataFrame
    assumption: str
    temperature: float
    prices: Prices | None
    grader_prices: Prices | None


def preview(
    questions: pl.DataFrame | str | Path,
    model: str,
    folder: str | Path | None = None,
    conditions: Sequence[str] = DEFAULT_CONDITIONS,
    repeats: int = 1,
    temperature: float | None = None,
    scorers: Sequence[str] | None = None,
    graders: Sequence[str] = (),
    prices: Sequence[float] | None = None,
    grader_prices: Sequence[float] | None = None,
    shots: int | None = None,
) -> Preview:
    """Find out what `measure` with the same arguments would ask, and what it would cost; nothing is asked.

    Args:
        questions: A questions table, or its Parquet file.
        model: The model's name; it is not loaded.
        folder: The run folder, which may be absent; what it holds is not asked again, and its answers make
            the estimate better. Nothing is written.
        conditions: As for `measure`, like the arguments after it.
        repeats: Answers to each question.
        temperature: Sampling temperature.
        scorers: The scorers.
        graders: The models that judge.
        prices: The model's, in US dollars per million tokens: input, output and, optionally, cached input.
        grader_prices: The same of the graders.
        shots: Worked examples before each question.

    Raises:
        UsageError: An argument is wrong, or `folder` holds another run.
    """
    table = _checked(questions)
    for name in (model, *graders):
        check_written(name)
    names = check_conditions(list(conditions))
    if repeats < 1:
        raise UsageError(f"--samples must be at least 1, not {repeats}")
    if temperature is not None and temperature < 0:
        raise UsageError(f"--temperature must be at least 0, not {temperature}")
    if temperature is None:
        temperature = 0.0 if repeats == 1 else 1.0
    price, grader_price = checked_prices("--price", prices), checked_prices("--grader-price", grader_prices)
    if grader_price is not None and not graders:
        raise UsageError("--grader-price needs --grader MODEL")
    chosen = _scorers(scorers, graders, table)
    if shots is not None and shots < 0:
        raise UsageError(f"--shots must be at least 0, not {shots}")
    trained = checkpoint(model)
    if shots is None and trained is not None:
        shots = trained.shots
    training = trained.training if trained else None
    identity = run_folder.identity(table, model, repeats, temperature, chosen, list(graders), shots, training)
    base = is_base(model)
    tasks = {name: condition_task(table, name, name, chosen, base, shots) for name in names}
    held: dict[str, Logged] = {}
    known = Rates()
    if folder is not None:
        run_folder.check_held(Path(folder), identity)
        held = logged(Path(folder) / "logs")
        known = rates(read_requests(Path(folder) / run_folder.LEDGER))
    pieces = [
        piece
        for name, task in tasks.items()
        for piece in _pending(task, name, held.get(name, Logged()), repeats, bool(graders))
    ]
    return Preview(
        table=table,
        identity=identity,
        tasks=tasks,
        logged=held,
        pieces=pieces,
        estimate=estimated(pieces, names, known, len(graders), price, grader_price),
        assumption=_assumption(known.output.get((None, MODEL))),
        temperature=temperature,
        prices=price,
        grader_prices=grader_price,
    )


def _pending(task: Task, condition: str, held: Logged, repeats: int, judged: bool) -> list[Piece]:
    pieces = []
    for sample in task.dataset:
        answered = sum((str(sample.id), epoch) in held.answered for epoch in range(1, repeats + 1))
        if answered == repeats:
            continue
        metadata = sample.metadata or {}
        item = Item(**metadata["item"])
        shown = [message.text for message in sample.input if not isinstance(message, str)]
        asked = present(item, condition).text or ""
        read = [item.question, "; ".join(list(sample.target)[:MOST_REFERENCES])]
        pieces.append(
            Piece(
                condition=condition,
                sample_id=str(sample.id),
                question="/".join(str(metadata[key]) for key in ("dataset", "question_id", "source_lang")),
                input_tokens=prompt_tokens([*shown[:-1], asked]),
                grader_tokens=JUDGE_PROMPT_TOKENS + prompt_tokens(read) if judged else 0.0,
                repeats=repeats - answered,
            )
        )
    return pieces


def _assumption(mean: float | None) -> str:
    if mean is None:
        return f"output tokens are assumed: {ASSUMED_OUTPUT[MODEL]} an answer, too few where a model reasons"
    return f"output tokens are those of the answers so far: {mean:.0f} on average"


def _scorers(wanted: Sequence[str] | None, graders: Sequence[str], table: pl.DataFrame) -> list[str]:
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


def _checked(questions: pl.DataFrame | str | Path) -> pl.DataFrame:
    if isinstance(questions, pl.DataFrame):
        table = check_table(questions, QUESTIONS, QUESTION_KEY, "questions")
    else:
        table = read_questions(Path(questions))
    for tag in sorted({*table["source_lang"].unique(), *table["query_lang"].unique()}):
        language(tag)
    return table

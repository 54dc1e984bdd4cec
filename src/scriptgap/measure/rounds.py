"""Ask what is to ask: in rounds where a budget may bite, each the same questions under every condition."""

import contextlib
import io
import math
from collections import Counter
from pathlib import Path

from inspect_ai.dataset import MemoryDataset
from inspect_ai.model import Model, ModelCost, ModelInfo, get_model_info, set_model_info
from inspect_ai.util import LimitExceededError

from scriptgap.measure import run_folder
from scriptgap.measure.budget import Gate, Limits, limited
from scriptgap.measure.cost import GRADER, MODEL, Piece, Prices, longest_answer, price_of, rates, spent
from scriptgap.measure.ledger import Ledger
from scriptgap.measure.logs import Logged, evaluate
from scriptgap.measure.models import load
from scriptgap.measure.preview import Preview
from scriptgap.measure.selection import by_question, first_that_fit

PILOT = 20
"""Answers under each condition after which their length is taken for known; until then a round under a budget
asks one question, and four times as many as the one before."""

CRUMB = 0.01
"""Part of a budget for which a round is not worth its while, unless it is the last."""


def ask(
    view: Preview,
    model: str,
    graders: list[str],
    folder: Path,
    repeats: int,
    ledger: Ledger,
    limits: Limits,
) -> None:
    """Ask the pieces of `view` as far as `limits` let it; answers go to the logs, requests to `ledger`.

    Raises:
        UsageError: A model's name is wrong, or `folder` cannot be written.
        ScriptgapError: A model cannot be loaded or reached.
    """
    groups = by_question(view.pieces)
    gate = Gate(ledger, limits, view.prices, view.grader_prices)
    if not _next(groups, view, len(graders), ledger, limits):
        return
    with limited(gate):
        try:
            with contextlib.redirect_stdout(io.StringIO()):  # Inspect prints a banner of its own
                loaded = load(model, view.temperature)
                gate.greeted = GRADER
                judges = [load(grader) for grader in graders]
        except LimitExceededError:
            _begin(view, folder, ledger)
            return
        _begin(view, folder, ledger)
        _tell_prices([loaded], view.prices)
        _tell_prices(judges, view.grader_prices)
        samples = {name: list(task.dataset) for name, task in view.tasks.items()}
        wanted = {name: set(view.logged.get(name, Logged()).samples) for name in view.tasks}
        answered = {name: len(view.logged.get(name, Logged()).answered) for name in view.tasks}
        while groups and not gate.closed:
            number = _next(groups, view, len(graders), ledger, limits)
            chosen, groups = [piece for group in groups[:number] for piece in group], groups[number:]
            if not chosen:
                return
            tasks = {}
            for name, task in view.tasks.items():
                ids = {piece.sample_id for piece in chosen if piece.condition == name}
                if ids:
                    wanted[name] |= ids
                    kept = [sample for sample in samples[name] if sample.id in wanted[name]]
                    task.dataset = MemoryDataset(kept, name=name)
                    tasks[name] = task
            gate.allow({(piece.condition, piece.sample_id) for piece in chosen})
            evaluate(tasks, answered, loaded, judges, folder / "logs", repeats, view.temperature)
            for piece in chosen:
                answered[piece.condition] += piece.repeats


def _begin(view: Preview, folder: Path, ledger: Ledger) -> None:
    """Claim the folder: only now, as a model that cannot be had must leave none behind."""
    run_folder.claim(folder, view.identity)
    run_folder.replace(folder / "questions.parquet", view.table.write_parquet)
    (folder / "logs").mkdir(exist_ok=True)
    ledger.start()


def _tell_prices(models: list[Model], prices: Prices | None) -> None:
    """Let Inspect know the prices, so that its logs and its viewer show dollars too."""
    if prices is None:
        return
    cached = prices.input if prices.cached_input is None else prices.cached_input
    cost = ModelCost(
        input=prices.input, output=prices.output, input_cache_write=prices.input, input_cache_read=cached
    )
    for model in models:
        known = get_model_info(model) or ModelInfo()
        set_model_info(str(model), known.model_copy(update={"cost": cost}))


def _next(groups: list[list[Piece]], view: Preview, graders: int, ledger: Ledger, limits: Limits) -> int:
    """How many of the first `groups` the next round asks."""
    number = len(groups)
    if limits.requests is not None:
        left = limits.requests - len(ledger.rows)
        number = first_that_fit(groups, left, lambda piece: piece.repeats * (1 + graders))
    if limits.dollars is None or view.prices is None or not number:
        return number
    requests = ledger.table()
    known, prices = rates(requests), view.prices

    def price(piece: Piece) -> float:
        return piece.repeats * price_of(piece, known, graders, prices, view.grader_prices)

    money = limits.dollars - spent(requests, prices, view.grader_prices)
    # The last request needs more set aside than it is likely to cost. And answers vary in length: the
    # variance of a sum of costs, none above w, is at most w times its mean c; c + 2 sqrt(w c) must fit, or
    # the last questions before the limit would be asked under the first conditions only.
    longest = longest_answer(requests, graders, prices, view.grader_prices)
    free = max(0.0, money - longest)
    room = (math.sqrt(free + longest) - math.sqrt(longest)) ** 2
    fit = first_that_fit(groups, room, price) or first_that_fit(groups[:1], free, price)
    if fit < len(groups) and sum(price(p) for g in groups[:fit] for p in g) < CRUMB * limits.dollars:
        return 0
    answers = Counter(
        dict(requests.filter(role=MODEL, state="answered")["condition"].value_counts().iter_rows())
    )
    least = min(answers[piece.condition] for group in groups for piece in group)
    if least < PILOT:
        one = sum(piece.repeats for piece in groups[0]) / len({piece.condition for piece in groups[0]})
        fit = min(fit, max(1, math.floor(4 * least / one)))
    return min(number, fit)

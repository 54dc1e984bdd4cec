"""Studies drawn and fitted as `explain` would fit them, and how often they find the script effect."""

import math
import os
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from scriptgap.explain.intervals import wilson
from scriptgap.explain.planning.study import Study
from scriptgap.explain.regression.design import design
from scriptgap.explain.regression.estimate import estimate
from scriptgap.explain.regression.parallel import run_all

TERM = "script_match"
"""The predictor that a study is to find."""

_CELLS_AT_ONCE = 500_000


@dataclass(frozen=True, slots=True)
class PowerPoint:
    """How often an effect was found.

    Attributes:
        effect: The script effect that the answers were drawn with, in logits.
        ame: The same as average marginal effect, a difference of shares in [-1, 1].
        simulations: Studies simulated.
        detected: Those whose 95 % interval of the script effect excludes 0.
        power: Their share.
        low: Lower limit of its 95 % interval (Wilson).
        high: Upper limit.
    """

    effect: float
    ame: float
    simulations: int
    detected: int
    power: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """One simulated study.

    Attributes:
        found: Whether the 95 % interval of the script effect excludes 0.
        half: Half its length, in logits; NaN where there is none.
        df: Its degrees of freedom; may be infinite.
    """

    found: bool
    half: float
    df: float


class Runs:
    """The studies simulated so far.

    Attributes:
        study: What they are drawn from.
        outcomes: Those that are kept, by effect in logits.
        done: Number of all.
        unfitted: Number of those without an interval.
    """

    def __init__(self, study: Study, seed: int, total: int, progress: Callable[[int, int], None]):
        self.study, self.outcomes, self.done, self.unfitted = study, dict[float, list[Outcome]](), 0, 0
        self._seed, self._total, self._progress, self._calls = seed, total, progress, 0

    def add(self, effect: float, number: int) -> list[Outcome]:
        """Simulate studies of one effect and keep them."""
        found = self.simulate(effect, number)
        self.outcomes.setdefault(effect, []).extend(found)
        return found

    def simulate(self, effect: float, number: int) -> list[Outcome]:
        """Simulate studies of one effect."""
        self._calls += 1
        self._total = max(self._total, self.done + number)
        found: list[Outcome] = []
        batch = max(os.cpu_count() or 1, _CELLS_AT_ONCE // self.study.cells.height)
        for first in range(0, number, batch):
            several = range(first, min(first + batch, number))
            seeds = [[self._seed, self._calls, i] for i in several]
            found += run_all(_outcome, [(self.study.draw(effect, seed),) for seed in seeds])
            self.done += len(several)
            self._progress(self.done, self._total)
        self.unfitted += sum(math.isnan(one.half) for one in found)
        return found

    def point(self, effect: float) -> PowerPoint:
        """Return how often an effect was found."""
        n, detected = len(self.outcomes[effect]), sum(one.found for one in self.outcomes[effect])
        interval = wilson(detected, n)
        assert interval.low is not None
        assert interval.high is not None
        return PowerPoint(
            effect, self.study.marginal(effect), n, detected, detected / n, interval.low, interval.high
        )


def _outcome(cells: pl.DataFrame) -> Outcome:
    term = estimate(design(cells)).terms.get(TERM, {})
    low, high = term.get("low"), term.get("high")
    if low is None or high is None:
        return Outcome(False, math.nan, math.inf)
    return Outcome(low > 0 or high < 0, (high - low) / 2, term["df"] or math.inf)

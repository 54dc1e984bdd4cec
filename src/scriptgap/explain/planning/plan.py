"""How large a script effect must be for a study to find it: power by simulation."""

import html
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import polars as pl

from scriptgap.errors import UsageError
from scriptgap.explain.intervals import normal_quantile, student_quantile
from scriptgap.explain.planning.power import TERM, Outcome, PowerPoint, Runs
from scriptgap.explain.planning.probit import Probit, probit
from scriptgap.explain.planning.sentences import sentences
from scriptgap.explain.planning.study import Assumptions, Study, StudyDesign
from scriptgap.explain.regression.design import Dropped, design
from scriptgap.explain.regression.estimate import NO_INTERVAL

SEED = 20260317
SIMULATIONS = 480
"""Studies that are simulated of a small design; of one with more than 7,000 cells fewer, at least a fifth."""

FEWEST_SIMULATIONS = 60

_LARGEST = 6.0
"""An effect beyond this, odds of 400 to one, is not looked for: answers are then all right on one side."""

_GRID = (0.5, 0.75, 1.0, 1.25, 1.5)
"""The effects that are simulated, as multiples of the one expected to be found with the wanted power."""

_MOST_GRIDS = 3
_CELLS = 3_500_000


@dataclass(frozen=True, slots=True)
class Plan:
    """The smallest script effect that a study finds with the wanted power.

    Attributes:
        design: The study.
        assumptions: What the answers are drawn from.
        power: The wanted power, in (0, 1).
        seed: What the draws depend on.
        simulations: Studies simulated in all.
        unfitted: Those that gave no estimate or no interval of the script effect; they count as not found.
        baseline: Share of right answers where nothing matches, in [0, 1].
        effect: The smallest effect, in logits; None where there is none, for `reason`.
        low: Lower limit of its 95 % Monte Carlo interval: what other simulations might give.
        high: Upper limit.
        ame: `effect` as average marginal effect, a difference of shares.
        ame_low: `low` likewise.
        ame_high: `high` likewise.
        false_alarms: How often an effect is found where there is none; None without simulations.
        points: The simulated effects above 0, in order.
        curve: Intercept and slope of the probit regression of detection on the effect in logits; None
            without `effect`.
        identified_by: Which query languages the effect rests on.
        dropped: The other predictors that the design cannot identify.
        reason: Why there is no effect; empty if there is.
    """

    design: StudyDesign
    assumptions: Assumptions
    power: float
    seed: int
    simulations: int
    unfitted: int
    baseline: float
    effect: float | None
    low: float | None
    high: float | None
    ame: float | None
    ame_low: float | None
    ame_high: float | None
    false_alarms: PowerPoint | None
    points: tuple[PowerPoint, ...]
    curve: tuple[float, float] | None
    identified_by: str
    dropped: tuple[Dropped, ...]
    reason: str

    @property
    def sentences(self) -> list[str]:
        """The findings in plain language."""
        return sentences(self)

    def __str__(self) -> str:
        """The findings, one sentence a line."""
        return "\n".join(self.sentences)

    def _repr_html_(self) -> str:
        items = "".join(f"<li>{html.escape(text)}</li>" for text in self.sentences)
        return f"<ul>{items}</ul>"

    def records(self) -> list[dict[str, Any]]:
        """Return one row for each simulated effect, 0 first, with the attributes of `PowerPoint`."""
        alarms = [self.false_alarms] if self.false_alarms else []
        return [asdict(point) for point in (*alarms, *self.points)]

    def to_dict(self) -> dict[str, Any]:
        """Return all of it, with the sentences, as a dictionary for `json.dumps`."""
        return asdict(self) | {"sentences": self.sentences}


def plan(
    study_design: StudyDesign,
    assumptions: Assumptions | None = None,
    power: float = 0.8,
    seed: int = SEED,
    simulations: int | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Plan:
    """Find the smallest script effect that a study finds with the wanted power.

    Each simulated study draws questions, models, query languages and answers anew and is fitted as `explain`
    fits: `design.design`, `estimate.estimate`. The effect is found if its 95 % interval excludes 0.

    A quarter of the studies have no effect. They show how often one is found nevertheless, and their
    intervals give a first guess, which a few more improve. The rest lie on a grid around it. The power is
    then Phi(a + b effect), by probit regression on the single studies, as for an estimate that is normal with
    a known error; the smallest effect is where the curve crosses the wanted power, its interval by the delta
    method. If the crossing lies outside the grid, another is laid around it.

    Args:
        study_design: The study.
        assumptions: What the answers are drawn from; the defaults of `Assumptions` where None.
        power: The wanted power.
        seed: The result depends on it, not on the number of processes.
        simulations: Studies to simulate; more if the first grid misses. `SIMULATIONS` or fewer where None.
        progress: Called with the numbers of studies done and to do.

    Raises:
        UsageError: `power` is not in [0.1, 0.99], or `simulations` below 60.
    """
    if not 0.1 <= power <= 0.99:
        raise UsageError(f"power must be between 0.1 and 0.99, not {power:g}")
    study = Study(study_design, assumptions or Assumptions())
    if simulations is None:
        simulations = min(SIMULATIONS, max(SIMULATIONS // 5, _CELLS // study.cells.height))
    if simulations < FEWEST_SIMULATIONS:
        raise UsageError(f"simulations must be at least {FEWEST_SIMULATIONS}, not {simulations}")
    kept = design(study.cells)
    runs = Runs(study, seed, simulations, progress)
    reason = _unidentified(study.cells)
    curve: Probit | None = None
    if not reason:
        curve, reason = _search(runs, power, simulations)
    effect, error = curve.crossing(power) if curve else (None, 0.0)
    limits = [None if effect is None else effect + sign * normal_quantile() * error for sign in (-1, 1)]
    shown = [None if value is None else study.marginal(value) for value in (effect, *limits)]
    points = [runs.point(value) for value in sorted(runs.outcomes)]
    return Plan(
        design=study_design,
        assumptions=study.assumptions,
        power=power,
        seed=seed,
        simulations=runs.done,
        unfitted=runs.unfitted,
        baseline=study.baseline,
        effect=effect,
        low=limits[0],
        high=limits[1],
        ame=shown[0],
        ame_low=shown[1],
        ame_high=shown[2],
        false_alarms=next((point for point in points if point.effect == 0), None),
        points=tuple(point for point in points if point.effect > 0),
        curve=(curve.intercept, curve.slope) if curve else None,
        identified_by=kept.identified_by.get(TERM, ""),
        dropped=tuple(drop for drop in kept.dropped if drop.term != TERM and not drop.term.startswith("(")),
        reason=reason,
    )


def _unidentified(cells: pl.DataFrame) -> str:
    """Why the design cannot tell the script effect; empty if it can."""
    last = design(cells, ["language_match", "family_match", TERM])
    if last.between_languages.get(TERM, 1) < 1:
        return NO_INTERVAL
    return next((drop.reason for drop in last.dropped if drop.term == TERM), "")


def _guess(outcomes: Sequence[Outcome], power: float) -> float:
    """The effect found with the wanted power if estimates are normal with the error that intervals show."""
    distance = NormalDist().inv_cdf(power)
    effects = [
        one.half * (1 + distance / student_quantile(one.df)) for one in outcomes if not math.isnan(one.half)
    ]
    return float(np.median(effects)) if effects else math.inf


def _search(runs: Runs, power: float, simulations: int) -> tuple[Probit | None, str]:
    """Simulate until the curve crosses the wanted power within a grid; return it, or why it does not."""
    few = simulations // 24
    each = (simulations - simulations // 4 - few) // len(_GRID)
    alone = simulations - few - each * len(_GRID)
    guess = _guess(runs.add(0.0, alone), power)
    if math.isinf(guess):
        return None, "no simulated study could be fitted"
    pilot = _guess(runs.simulate(min(guess, _LARGEST), few), power)
    center = min(guess if math.isinf(pilot) else pilot, _LARGEST)
    for _ in range(_MOST_GRIDS):
        for multiple in _GRID:
            runs.add(multiple * center, each)
        tried = {effect: group for effect, group in runs.outcomes.items() if effect > 0}
        trials = np.array([len(group) for group in tried.values()], dtype=np.float64)
        found = np.array([sum(one.found for one in group) for group in tried.values()], dtype=np.float64)
        curve = probit(np.array(list(tried)), trials, found)
        if curve:
            crossing = curve.crossing(power)[0]
        else:
            crossing = 0.0 if found.sum() > power * trials.sum() else math.inf
        if curve and min(tried) <= crossing <= min(max(tried), _LARGEST):
            return curve, ""
        if center == _LARGEST and crossing > _LARGEST:
            break
        center = min(max(crossing, center / 2), 2 * center, _LARGEST)
    return None, (
        f"no effect up to {_LARGEST:g} logits (odds ratio {math.exp(_LARGEST):.0f}) is found with "
        f"{100 * power:.3g} % power"
    )

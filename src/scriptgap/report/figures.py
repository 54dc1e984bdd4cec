"""All figures of a report."""

from collections.abc import Callable

from scriptgap.report.by_model import by_model
from scriptgap.report.decomposition import decomposition
from scriptgap.report.drawing import Figure
from scriptgap.report.forest import forest
from scriptgap.report.heat_map import heat_map
from scriptgap.report.hint_slopes import hint_slopes
from scriptgap.report.importance import importance
from scriptgap.report.intervals import condition_effects, language_intervals
from scriptgap.report.reading import Row
from scriptgap.report.script_pairs import script_pairs
from scriptgap.report.script_swaps import script_swaps
from scriptgap.report.specification_curve import specification_curve
from scriptgap.report.waterfall import waterfall

FIGURES: dict[str, Callable[[Row], Figure | None]] = {
    "waterfall": waterfall,
    "heat_map": heat_map,
    "languages": language_intervals,
    "forest": forest,
    "importance": importance,
    "by_model": by_model,
    "specification_curve": specification_curve,
    "hint_slopes": hint_slopes,
    "condition_effects": condition_effects,
    "script_swaps": script_swaps,
    "decomposition": decomposition,
    "script_pairs": script_pairs,
}
"""What draws each figure, by its name."""


def draw_figures(summary: Row) -> list[Figure]:
    """Draw every figure that `summary` has numbers for."""
    drawn = [draw(summary) for draw in FIGURES.values()]
    return [figure for figure in drawn if figure is not None]

"""All figures of a report, in the order in which it shows them."""

from scriptgap.report.drawing import Figure
from scriptgap.report.forest import forest
from scriptgap.report.heat_map import heat_map
from scriptgap.report.intervals import hint_effects, language_intervals
from scriptgap.report.reading import Row
from scriptgap.report.waterfall import waterfall


def draw_figures(summary: Row) -> list[Figure]:
    """Draw every figure that `summary` has numbers for."""
    drawn = (
        waterfall(summary),
        heat_map(summary),
        language_intervals(summary),
        hint_effects(summary),
        forest(summary),
    )
    return [figure for figure in drawn if figure is not None]

"""The table of repeated answers: one sample, the majority of several, any of them."""

from scriptgap.report.reading import Row, number, panels, rows, text
from scriptgap.report.text_table import TextTable
from scriptgap.report.wording import (
    SCORE_LABELS,
    condition_label,
    count,
    percent,
    percent_interval,
    points,
    points_interval,
    with_interval,
)


def sampling_table(summary: Row) -> TextTable:
    """Return accuracy and gap of one sample, of the majority and of any, for each model and condition."""
    lines = []
    for row in rows(summary, "sampling"):
        title = next((panel.title for panel in panels(summary) if panel.holds(row)), text(row, "model"))
        share = with_interval(
            percent(number(row, "variance_share")),
            percent_interval(number(row, "variance_share_low"), number(row, "variance_share_high")),
        )
        for score, label in SCORE_LABELS.items():
            gap = (number(row, f"gap_{score}{ending}") for ending in ("", "_low", "_high"))
            value, low, high = gap
            lines.append(
                [
                    title,
                    condition_label(text(row, "condition")),
                    f"{label} of {count(number(row, 'n_samples'))}" if score != "one" else label,
                    *(percent(number(row, f"{name}_{score}"), 1) for name in ("same_script", "cross_script")),
                    with_interval(points(value, 1), points_interval(low, high, 1)),
                    share if score == "one" else "",
                ]
            )
    return TextTable(
        "sampling",
        "One answer, the majority, or any",
        "Accuracy in percent and script gap in points, with 95 % interval, when each question counts by one "
        "answer, by the majority of its answers, or as right if any of them is. Any of several is right more "
        "often by luck alone: compare it between rows of equally many samples, never with one answer. The "
        "last column is the percent of the variance of single answers in other scripts that lies between "
        "answers to the same question: 0 means that they agree, 100 that the question does not matter.",
        ["Model", "Asked", "Counted by", "Same script", "Other script", "Script gap", "Within questions"],
        3,
        lines,
    )

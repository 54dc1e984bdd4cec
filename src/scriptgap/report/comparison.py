"""The page of a comparison: slopes from before to after, the tables, and answers side by side."""

from importlib.resources import files
from pathlib import Path
from typing import Any

import altair as alt
import jinja2
import polars as pl
from markupsafe import Markup

from scriptgap.languages import language
from scriptgap.report.drawing import INK, MUTED, AnyChart, Figure, text_marks, to_svg, values
from scriptgap.report.html import grouped_notes, style
from scriptgap.report.text_table import TextTable
from scriptgap.report.wording import (
    PALETTE,
    condition_label,
    count,
    match_class_label,
    p_value,
    percent,
    percent_interval,
    points,
    points_interval,
    with_interval,
)

Row = dict[str, Any]

_WIDTH, _HEIGHT = 300, 320
_PANELS_A_ROW = 2
_GROUPS = {"all": "all", "taught": "taught", "not taught": "never taught"}
_TABLES = ("changes", "by_language", "gap_closed", "recovery", "interactions")


def write_comparison(summary: dict[str, Any], examples: pl.DataFrame, folder: Path) -> Path:
    """Write ``comparison.html``, ``figures/*.svg`` and ``tables/*.csv`` with rows; return the page's path.

    Args:
        summary: What `compare.compare.compare` found.
        examples: Answers that changed.
        folder: An existing folder.
    """
    figures = [slopes(run, place) for place, run in enumerate(summary["runs"]) if run["gap_closed"]]
    for name in ("figures", "tables"):
        (folder / name).mkdir(exist_ok=True)
    for figure in figures:
        (folder / "figures" / f"{figure.name}.svg").write_text(figure.svg, encoding="utf-8", newline="\n")
    for name in _TABLES:
        rows = [{"run": run["run"], **row} for run in summary["runs"] for row in run[name]]
        if rows:  # no file, rather than one without columns
            pl.DataFrame(rows, infer_schema_length=None).write_csv(folder / "tables" / f"{name}.csv")
    for name in ("between", "general"):
        if summary[name]:
            table = pl.DataFrame(summary[name], infer_schema_length=None)
            table.write_csv(folder / "tables" / f"{name}.csv")
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"drawing": Markup, "condition": condition_label}
    here = files("scriptgap.report")
    template = environment.from_string(here.joinpath("comparison.html.jinja").read_text(encoding="utf-8"))
    page = template.render(
        style=Markup(style()),
        summary=summary,
        notes=grouped_notes(summary),
        figures=figures,
        tables=[
            _closed_table(summary),
            _change_table(summary),
            _between_table(summary),
            _general_table(summary),
            _trace_table(summary),
        ],
        examples=[_example(row) for row in examples.to_dicts()],
    )
    path = folder / "comparison.html"
    path.write_text(page, encoding="utf-8", newline="\n")
    return path


def slopes(run: Row, place: int) -> Figure:
    """Draw accuracy before and after by query language, with the hint's as a mark, one panel a condition."""
    rows = [row for row in run["gap_closed"] if row["languages"] == "one" and row["after"] is not None]
    names = list(dict.fromkeys(row["condition"] for row in rows))
    charts = [
        _panel([row for row in rows if row["condition"] == name], name, run["taught"]) for name in names
    ]
    bands = [
        alt.hconcat(*charts[i : i + _PANELS_A_ROW], spacing=40) for i in range(0, len(charts), _PANELS_A_ROW)
    ]
    title = f"Before and after: {run['run']}"
    told = "" if run["taught"] is None else " Solid lines: languages taught; dashed: never taught."
    caption = [
        "Accuracy in percent where scripts differ, of the same questions, one line a query language; the "
        f"ring at the right is the model before training with the source name as a hint.{told}"
    ]
    return Figure(f"slopes_{place}", title, caption, to_svg(alt.vconcat(*bands), f"slopes-{place}", title))


def _panel(rows: list[Row], condition: str, taught: list[str] | None) -> AnyChart:
    lines, labels, rings = [], [], []
    for row in rows:
        tag = row["query_lang"]
        dashed = taught is not None and tag not in taught
        for side in ("before", "after"):
            lines.append({"side": side, "value": 100 * row[side], "tag": tag, "dashed": dashed})
        rings.append({"side": "hint", "value": 100 * row["hint"]})
        labels.append({"side": "after", "value": 100 * row["after"], "label": tag, "ink": INK})
    _spread(labels)
    x = alt.X(
        "side:N",
        axis=alt.Axis(title=None, labelAngle=0, domain=False, ticks=False),
        scale=alt.Scale(domain=["before", "after", "hint"], type="point", paddingOuter=0.2),
    )
    axis = alt.Axis(title="accuracy, percent", values=[0, 25, 50, 75, 100], domain=False, ticks=False)
    y = alt.Y("value:Q", axis=axis, scale=alt.Scale(domain=[0, 100]))
    blue = PALETTE["ink"].light
    base = alt.Chart(values(lines))
    dash = alt.StrokeDash(
        "dashed:N", scale=alt.Scale(domain=[False, True], range=[[1, 0], [5, 3]]), legend=None
    )
    layers = [
        base.mark_line(strokeWidth=1.8, color=blue).encode(x=x, y=y, detail="tag:N", strokeDash=dash),
        base.mark_circle(size=40, opacity=1, color=blue).encode(x=x, y=y),
        alt.Chart(values(rings)).mark_point(size=50, color=MUTED).encode(x=x, y=y),
        text_marks(labels, x=x, y=y, dx=9, size=11),
    ]
    title = alt.TitleParams(condition_label(condition), offset=10, anchor="start")
    return alt.layer(*layers).properties(width=_WIDTH, height=_HEIGHT, title=title)


def _spread(labels: list[Row]) -> None:
    """Move labels apart that would be written over each other."""
    lowest = -1e9
    for label in sorted(labels, key=lambda label: label["value"]):
        label["value"] = lowest = max(label["value"], lowest + 4)


def _closed_table(summary: Row) -> TextTable:
    lines = []
    for run in summary["runs"]:
        for row in run["gap_closed"]:
            who = _GROUPS.get(row["languages"]) or language(row["query_lang"]).name
            shown = [percent(row[side]) for side in ("before", "after", "hint")]
            closed = with_interval(percent(row["gap_closed"]), percent_interval(row["low"], row["high"]))
            who = who if row["topic"] is None else f"{who}: {row['topic']}"
            own = [run["run"], condition_label(row["condition"]), who, count(row["n_pairs"])]
            lines.append([*own, *shown, closed])
    return TextTable(
        "gap_closed",
        "Share of the hint-closable gap closed",
        "Where scripts differ: (after - before) / (before with the name as a hint - before), with a 95 % "
        "interval over entities. A gap that is not above zero for sure has no share. A topic with few "
        "possible answers gains from guessing among them too, which needs no name.",
        ["Run", "Asked", "Languages", "n", "Before", "After", "Hint", "Closed"],
        3,
        lines,
    )


def _change_table(summary: Row) -> TextTable:
    lines = [[run["run"], *_change_cells(row)] for run in summary["runs"] for row in run["changes"]]
    return TextTable(
        "changes",
        "What changed, by match class",
        "Change in points with its 95 % interval over entities; gained and lost answers with McNemar's exact "
        "test, which takes answers for independent; entities that rose and fell with the sign test, which "
        "does not.",
        ["Run", *_CHANGE_HEADING],
        3,
        lines,
    )


def _between_table(summary: Row) -> TextTable:
    lines = [[row["second"], *_change_cells(row)] for row in summary["between"]]
    return TextTable(
        "between",
        f"{summary['runs'][0]['run']} against the other runs",
        "Before: the other run. After: the first run. The same questions.",
        ["Against", *_CHANGE_HEADING],
        3,
        lines,
    )


def _general_table(summary: Row) -> TextTable:
    lines = [[row["task"], row["scorer"], *_pair_cells(row)] for row in summary["general"]]
    return TextTable(
        "general",
        "What changed elsewhere",
        f"The same samples of an Inspect task before and after {summary['runs'][0]['run']}, with McNemar's "
        "exact test where every sample is right or wrong.",
        ["Task", "Scorer", *_PAIR_HEADING],
        2,
        lines,
    )


_PAIR_HEADING = ["n", "Before", "After", "Change", "Gained", "Lost", "McNemar p"]
_CHANGE_HEADING = ["Asked", "Questions", *_PAIR_HEADING, "Up", "Down", "Sign p"]


def _change_cells(row: Row) -> list[str]:
    return [
        condition_label(row["condition"]),
        match_class_label(row["match_class"]),
        *_pair_cells(row),
        *(count(row["entities_up"]), count(row["entities_down"]), p_value(row["sign_p"])),
    ]


def _pair_cells(row: Row) -> list[str]:
    change = with_interval(points(row["change"], 1), points_interval(row["low"], row["high"], 1))
    return [
        *(count(row["n_pairs"]), percent(row["before"]), percent(row["after"]), change),
        *(count(row["gained"]), count(row["lost"]), p_value(row["mcnemar_p"])),
    ]


def _trace_table(summary: Row) -> TextTable:
    lines = [
        [
            run["run"],
            condition_label(row["condition"]),
            language(row["query_lang"]).name,
            count(row["n"]),
            with_interval(
                percent(row["recovered"]), percent_interval(row["recovered_low"], row["recovered_high"])
            ),
            percent(row["accuracy_recovered"]),
            percent(row["accuracy_otherwise"]),
        ]
        for run in summary["runs"]
        for row in run["recovery"]
    ]
    return TextTable(
        "recovery",
        "Does the reasoning recover the source name",
        "Share of cross-script answers whose reasoning has the source name, and the share right with and "
        "without it.",
        ["Run", "Asked", "Language", "n", "Recovered", "Right if so", "Right if not"],
        3,
        lines,
    )


def _example(row: Row) -> Row:
    known = language(row["query_lang"])
    return {**row, "language": known.name, "tag": row["query_lang"], "direction": "auto"}

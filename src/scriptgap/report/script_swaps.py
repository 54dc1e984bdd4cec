"""The same questions in two scripts: one row for each language and swap, and the table of them."""

import altair as alt

from scriptgap.report.drawing import INK, MUTED, AnyChart, Figure, text_marks, to_svg, values
from scriptgap.report.reading import Panel, Row, languages, number, panels, rows, text, texts
from scriptgap.report.text import clip, text_width
from scriptgap.report.text_table import TextTable
from scriptgap.report.wording import (
    condition_label,
    count,
    match_class_colour,
    p_value,
    percent,
    points,
    points_interval,
    with_interval,
)

_ROW = 27
_TOWARDS = {1: "into the source’s", -1: "out of the source’s", 0: "source’s is neither"}
_OTHER, _OURS = match_class_colour("cross_script"), match_class_colour("same_script")


def script_swaps(summary: Row) -> Figure | None:
    """Draw a line from one script to the other for each language, or return None without a swap."""
    listed = [row for row in rows(summary, "script_swaps") if number(row, "effect") is not None]
    if not listed:
        return None
    held = [panel for panel in panels(summary) if any(panel.holds(row) for row in listed)]
    charts = [_panel(summary, listed, panel, titled=len(held) > 1) for panel in held]
    chart = charts[0] if len(charts) == 1 else alt.vconcat(*charts, spacing=26)
    title = "The same questions in two scripts"
    caption = [
        "Accuracy in percent of the same questions in the same language, as the language writes them and "
        "written in another script by rule (the entity alone where it says “entity”). Blue: in the script of "
        "the source language; orange: in another. On the right the change from the one to the other in "
        "points, with its 95 % interval, and the p-value of the exact sign test by question (McNemar’s).",
        "Language, fact and words are the same, so what differs is the script, and what a model has read in "
        "it: a language's second script is mostly the rarer one.",
    ]
    return Figure("script_swaps", title, caption, to_svg(chart, "script-swaps", title))


def _panel(summary: Row, listed: list[Row], panel: Panel, *, titled: bool) -> AnyChart:
    own = sorted((row for row in listed if panel.holds(row)), key=_place)
    known = languages(summary)
    spans, dots, names, numbers = [], [], [], []
    for row in own:
        key = f"{text(row, 'query_lang')} {text(row, 'condition')} {text(row, 'towards')}"
        tag = text(row, "query_lang")
        what = "entity, " if text(row, "base") == "entity_only" else ""
        swap = f"{what}{text(row, 'from_script')} to {text(row, 'to_script')}"
        name = known[tag].name if tag in known else tag
        twins = [other for other in own if _way(other) == _way(row)]
        which = f", {_TOWARDS[int(number(row, 'towards') or 0)]}" if len(twins) > 1 else ""
        names.append({"row": key, "label": clip(f"{name}: {swap}{which}", 58), "ink": INK})
        before, after = (100 * (number(row, end) or 0) for end in ("base_accuracy", "accuracy"))
        spans.append({"row": key, "value": before, "to": after})
        inks = _inks(int(number(row, "towards") or 0), text(row, "to_script"))
        dots += [
            {"row": key, "value": value, "ink": ink, "stroke": ink}
            for value, ink in zip((before, after), inks, strict=True)
        ]
        interval = points_interval(number(row, "low"), number(row, "high"))
        change = f"{points(number(row, 'effect'))}  {interval}"
        numbers.append({"row": key, "label": f"{change}  p {p_value(number(row, 'mcnemar_p'))}", "ink": INK})
    order = [name["row"] for name in names]
    y = alt.Y("row:N", axis=None, scale=alt.Scale(domain=order))
    axis = alt.Axis(title="accuracy, percent", values=[0, 25, 50, 75, 100], domain=False, ticks=False)
    x = alt.X("value:Q", axis=axis, scale=alt.Scale(domain=[0, 100]))
    height = _ROW * len(order)
    lines = alt.Chart(values(spans)).mark_rule(color=MUTED, strokeWidth=1.6).encode(x=x, x2="to:Q", y=y)
    ends = alt.Chart(values(dots)).mark_circle(size=85, opacity=1)
    plot = alt.layer(lines, ends.encode(x=x, y=y, color=alt.Color("ink:N", scale=None)))
    plot = plot.properties(width=230, height=height)
    if titled:
        plot = plot.properties(title=alt.TitleParams(clip(panel.title, 34), offset=8))
    width = max(text_width(str(name["label"]), 13) for name in names) + 6
    left = text_marks(names, x=0, y=y, size=13).properties(width=round(width), height=height)
    right = text_marks(numbers, x=0, y=y, size=12.5).properties(width=190, height=height)
    return alt.hconcat(left, plot, right, spacing=12)


def _way(row: Row) -> tuple[str, str]:
    return text(row, "query_lang"), text(row, "condition")


def _place(row: Row) -> tuple[bool, float]:
    """Whole questions first, and where the source's script does most."""
    towards = number(row, "towards") or 0
    return text(row, "base") != "plain", -(number(row, "effect") or 0) * (towards or 1)


def _inks(towards: int, script: str) -> tuple[str, str]:
    """The colours of the two ends: whether each is written in the source language's script."""
    if towards:
        return (_OTHER, _OURS) if towards > 0 else (_OURS, _OTHER)
    return _OTHER, _OTHER


def swap_table(summary: Row) -> TextTable:
    """Return what the source language's script is worth over all swapped languages."""
    lines = [
        [
            condition_label(text(row, "base")),
            " ".join(texts(row, "languages")),
            percent(number(row, "in_other_script"), 1),
            percent(number(row, "in_source_script"), 1),
            with_interval(
                points(number(row, "effect"), 1),
                points_interval(number(row, "low"), number(row, "high"), 1),
            ),
            count(number(row, "n_pairs")),
        ]
        for row in rows(summary, "script_swap")
    ]
    return TextTable(
        "script_swap",
        "What the script alone is worth",
        "Accuracy in percent of the same questions in the same languages, in another script than the source "
        "language's and in its own, and the change in points with its 95 % interval (questions are a sample, "
        "languages are held fixed).",
        ["Asked", "Languages", "Other script", "Source’s script", "Change [95 %]", "Pairs"],
        2,
        lines,
    )


def swaps_table(summary: Row) -> TextTable:
    """Return every swap's accuracies, change and test."""
    known = languages(summary)
    lines = []
    for row in rows(summary, "script_swaps"):
        title = next((panel.title for panel in panels(summary) if panel.holds(row)), text(row, "model"))
        interval = points_interval(number(row, "low"), number(row, "high"), 1)
        lines.append(
            [
                title,
                known[tag].name if (tag := text(row, "query_lang")) in known else tag,
                condition_label(text(row, "condition")),
                f"{text(row, 'from_script')} to {text(row, 'to_script')}",
                percent(number(row, "base_accuracy"), 1),
                percent(number(row, "accuracy"), 1),
                with_interval(points(number(row, "effect"), 1), interval),
                p_value(number(row, "mcnemar_p")),
                count(number(row, "n_pairs")),
            ]
        )
    return TextTable(
        "script_swaps",
        "The same questions in two scripts",
        "Accuracy in percent as the language writes the question and as swapped by rule, the change in "
        "points with its 95 % interval, and the p-value of the exact sign test by question (McNemar’s).",
        ["Model", "Language", "Swap", "Scripts", "Before", "After", "Change [95 %]", "p", "Pairs"],
        4,
        lines,
    )

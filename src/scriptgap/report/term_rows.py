"""One row per term of each regression: what the figures that compare regressions side by side share."""

from dataclasses import dataclass
from typing import Any

import altair as alt

from scriptgap.report.drawing import INK, MUTED, AnyChart, text_marks
from scriptgap.report.reading import Fit, Row, dropped_terms, number, terms
from scriptgap.report.text import clip
from scriptgap.report.wording import TERM_LABELS, condition_label, term_label

ROW_HEIGHT = 27

_TABLES_ONLY = {"ambiguity"}
"""Terms of one fit alone, without an effect in points or a share: there is nothing to draw side by side."""


@dataclass(frozen=True)
class TermRow:
    """One row: a term in a group of fits (`Fit.group`), or (`term` empty) the heading of a group."""

    group: str
    term: str

    @property
    def key(self) -> str:
        """The row's name in the vertical scale."""
        return f"{self.group}:{self.term}"


def term_rows(fits: list[Fit]) -> list[TermRow]:
    """Return the rows for every term that a fit has or dropped, grouped by fit."""
    rows: list[TermRow] = []
    for group in dict.fromkeys(fit.group for fit in fits):
        rows.append(TermRow(group, ""))
        named: set[str] = set()
        for fit in fits:
            if fit.group == group:
                named |= {*terms(fit.effects), *dict(dropped_terms(fit.effects))}
        named -= _TABLES_ONLY
        ordered = [*(name for name in TERM_LABELS if name in named), *sorted(named - set(TERM_LABELS))]
        rows += [TermRow(group, name) for name in ordered]
    return rows


def sides(fits: list[Fit]) -> dict[bool, dict[str, Fit]]:
    """Return the fits by whether they allow for the query language, without first, and by group."""
    found: dict[bool, dict[str, Fit]] = {}
    for side in (False, True):
        chosen = {fit.group: fit for fit in fits if fit.query_language is side}
        if chosen:
            found[side] = chosen
    return found


def cell(side: dict[str, Fit], row: TermRow) -> Row | None:
    """Return the numbers of a row's term on one side, empty if unidentified; None without such a fit."""
    fit = side.get(row.group)
    return None if fit is None else terms(fit.effects).get(row.term, {})


def position(rows: list[TermRow]) -> alt.Y:
    """Return the vertical encoding that all parts of such a figure share."""
    return alt.Y("row:N", axis=None, scale=alt.Scale(domain=[row.key for row in rows]))


def term_labels(rows: list[TermRow], key: str, fits: list[Fit]) -> AnyChart:
    """Write the terms, grey where no fit knows their `key`, and the conditions as headings."""
    names: list[dict[str, Any]] = []
    headings: list[dict[str, Any]] = []
    for row in rows:
        if not row.term:
            fit = next(fit for fit in fits if fit.group == row.group)
            label = f"asked “{clip(condition_label(fit.condition), 22)}”"
            label = "and language pairs" if fit.language_pairs else label
            headings.append({"row": row.key, "label": label, "ink": INK})
            continue
        known = any(
            number(terms(fit.effects).get(row.term, {}), key) is not None
            for fit in fits
            if fit.group == row.group
        )
        ink = INK if known else MUTED
        names.append({"row": row.key, "label": clip(term_label(row.term), 24), "ink": ink})
    y = position(rows)
    return alt.layer(
        text_marks(names, x=12, y=y, size=13),
        text_marks(headings, x=0, y=y, size=13, weight=600),
    ).properties(width=122, height=len(rows) * ROW_HEIGHT)


def side_heading(query_language: bool) -> list[dict[str, Any]]:
    """Return the record of the words above one side of such a figure."""
    return [{"label": f"Query language {'allowed for' if query_language else 'left out'}", "ink": INK}]

"""The figures and tables of the page under small headings, and in a sentence each what is not there."""

from dataclasses import dataclass, field

from scriptgap.report.cells import KINDS, identification, pairs_table
from scriptgap.report.choices import choices_table
from scriptgap.report.crosscheck import crosscheck_table
from scriptgap.report.decomposition import decomposition_table
from scriptgap.report.drawing import Figure
from scriptgap.report.hint_slopes import controls_table
from scriptgap.report.reading import Row, conditions, fits, reasons, rows, terms, texts
from scriptgap.report.sampling import sampling_table
from scriptgap.report.script_swaps import swap_table, swaps_table
from scriptgap.report.text_table import TextTable

_SHOWN_LINES = 9
"""A table with more lines is folded."""

_IN_A_FIGURE = ("specification_choices", "decomposition", "script_swaps")
"""Tables whose numbers a figure shows are folded, too."""

_SHOWN_PAIRS = 5

_UNREADABLE_MODELS = 3
"""With more models than this, figures that repeat every language for each of them are folded."""


@dataclass(frozen=True)
class Item:
    """A figure and its number, and whether it is folded."""

    figure: Figure
    number: int
    folded: bool


@dataclass(frozen=True)
class Section:
    """One group of figures and tables.

    Attributes:
        name: Its anchor on the page.
        title: Its heading.
        lead: What its figures tell.
        items: Its figures.
        tables: Its tables; those with more than a few lines are folded.
        says: Sentences of its own.
        absent: Why figures or tables are not there.
    """

    name: str
    title: str
    lead: str
    items: list[Item]
    tables: list[tuple[TextTable, bool]] = field(default_factory=list)
    says: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)


_SECTIONS = (
    (
        "accuracy",
        "Accuracy",
        "What was measured, before any model of it.",
        ("waterfall", "heat_map", "languages"),
    ),
    (
        "explanation",
        "What explains it",
        "Script, language and family tend to match together; a regression tells their effects apart, as far "
        "as the answers allow.",
        ("forest", "importance", "by_model", "specification_curve"),
    ),
    (
        "hints",
        "Interventions",
        "What changes when the entity’s name stands beside the question, when the question is written in "
        "another script, and when it is answered more than once.",
        ("hint_slopes", "condition_effects", "script_swaps", "decomposition"),
    ),
    (
        "cells",
        "Which cells carry it",
        "An effect is only as good as the comparisons behind it.",
        ("script_pairs",),
    ),
)

_ABSENT = {
    "heat_map": ("There is no accuracy to show.", ("accuracy",)),
    "waterfall": (
        "The gap cannot be shown: no accuracy by match class is known.",
        ("accuracy_by_class", "gap"),
    ),
    "languages": ("Languages are not compared: there are fewer than two.", ()),
    "condition_effects": ("The effect of hints is not known: no hint was run.", ("hint",)),
    "hint_slopes": ("The hint is compared with no control across match classes.", ()),
    "script_swaps": ("No question was asked in two scripts of its language.", ()),
    "forest": ("The regression gave no effect.", ("effects", "effects_by_condition")),
    "importance": ("Which match is primary is not known.", ()),
    "by_model": ("Script effects are not compared between models: fewer than two have one.", ()),
    "specification_curve": ("No specification of the regression gave a script effect.", ()),
    "decomposition": ("The loss across scripts is not decomposed into recognition and recall.", ()),
    "script_pairs": ("No pair of scripts has an answer.", ()),
}


def sections(summary: Row, figures: list[Figure]) -> list[Section]:
    """Return the page's groups of figures and tables, in their order.

    Args:
        summary: The clean summary.
        figures: The figures that could be drawn.
    """
    drawn = {figure.name: figure for figure in figures}
    numbers = {
        name: i for i, name in enumerate((n for _, _, _, names in _SECTIONS for n in names if n in drawn), 1)
    }
    repeating = _repeating(summary)
    made = []
    for name, title, lead, names in _SECTIONS:
        items = [
            Item(drawn[figure], numbers[figure], figure in repeating) for figure in names if figure in drawn
        ]
        tables, says, absent = _extras(summary, name)
        missing = [_why(summary, figure) for figure in names if figure not in drawn]
        folding = [
            (table, table.name in _IN_A_FIGURE or len(table.lines) > _SHOWN_LINES)
            for table in tables
            if table.lines
        ]
        made.append(Section(name, title, lead, items, folding, says, missing + absent))
    return made


def _repeating(summary: Row) -> list[str]:
    """Return the figures that take much room because they repeat every language for many models."""
    if len(texts(summary, "models")) <= _UNREADABLE_MODELS:
        return []
    several_columns = len(conditions(rows(summary, "accuracy"))) > 1
    return ["languages", *(["heat_map"] if several_columns else [])]


def _why(summary: Row, figure: str) -> str:
    sentence, keys = _ABSENT[figure]
    if figure == "decomposition":
        why = _reasons_of_rows(summary, figure, "recall")
        if not rows(summary, figure):
            why = ["no answer across scripts was scored without a hint"]
    elif figure == "specification_curve":
        why = list(dict.fromkeys(note for row in rows(summary, figure) if (note := row.get("note"))))
    elif figure == "importance":
        why = [
            reason
            for name in ("script_match", "language_match", "family_match")
            for reason in reasons(summary, f"effects.{name}.shapley_share")
        ]
        shares = [term.get("shapley_share") for fit in fits(summary) for term in terms(fit.effects).values()]
        if any(share is not None for share in shares):
            why = ["only one of script, language and family match can be identified"]
    else:
        why = reasons(summary, *keys)
    return f"{sentence} Reason: {'; '.join(dict.fromkeys(map(str, why)))}" if why else sentence


def _reasons_of_rows(summary: Row, table: str, key: str) -> list[str]:
    places = range(len(rows(summary, table)))
    return list(dict.fromkeys(reason for i in places for reason in reasons(summary, f"{table}.{i}.{key}")))


def _extras(summary: Row, section: str) -> tuple[list[TextTable], list[str], list[str]]:
    """Return the tables of a section, its own sentences, and those about what is absent."""
    absent: list[str] = []
    if section == "explanation":
        check = crosscheck_table(summary)
        if not check.lines:
            why = "; ".join(reasons(summary, "crosscheck"))
            absent.append("The regression was not cross-checked." + (f" Reason: {why}" if why else ""))
        return [choices_table(summary), check], [], absent
    if section == "hints":
        sampled = sampling_table(summary)
        if not sampled.lines:
            absent.append("How much of the gap is sampling is not known: no question has two scored samples.")
        tables = [
            controls_table(summary),
            swap_table(summary),
            swaps_table(summary),
            decomposition_table(summary),
            sampled,
        ]
        return tables, [], absent
    if section == "cells":
        words = identification(summary)
        tables = [pairs_table(summary, kind, _SHOWN_PAIRS) for kind in KINDS]
        return tables, [words] if words else [], absent
    return [], [], absent

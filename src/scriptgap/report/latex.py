r"""LaTeX tables in the style of booktabs, each a document of its own and a part of a paper.

``pdflatex accuracy.tex`` typesets a file alone. In a paper that loads ``booktabs`` (and ``longtable`` for
tables that may be long), ``\input{accuracy.tex}`` gives the bare table: the file sees that a document has
begun and leaves its own preamble out. Languages go by their English names, so that any LaTeX engine can set
them. Shares are percentages, brackets 95 % intervals.
"""

import unicodedata
from dataclasses import dataclass

from scriptgap.report.by_model import by_model_table
from scriptgap.report.cells import pairs_table, script_pairs_table
from scriptgap.report.choices import agreement_table, choices_table, specifications_table
from scriptgap.report.crosscheck import crosscheck_table
from scriptgap.report.decomposition import decomposition_table
from scriptgap.report.hint_slopes import controls_table
from scriptgap.report.metrics import metric_tables, validity_table
from scriptgap.report.reading import (
    Panel,
    Row,
    conditions,
    dropped_terms,
    find,
    fits,
    languages,
    mapping,
    match_classes,
    number,
    panels,
    rows,
    spread_words,
    terms,
    text,
    unswapped,
)
from scriptgap.report.sampling import sampling_table
from scriptgap.report.script_swaps import swap_table, swaps_table
from scriptgap.report.text_table import TextTable
from scriptgap.report.wording import (
    condition_label,
    count,
    match_class_label,
    p_value,
    percent,
    percent_interval,
    points,
    points_interval,
    ratio,
    ratio_interval,
    term_label,
    with_interval,
)

_SPECIALS = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "[": "{[}",
    "]": "{]}",
    "*": "{*}",
    '"': "''",
    "−": "$-$",
    "–": "--",
    "—": "---",
    "·": r"\textperiodcentered{}",
    "…": r"\dots{}",
    "“": "``",
    "”": "''",
    "’": "'",
    "\u202f": r"\,",
    "\n": " ",
    "\t": " ",
}


@dataclass(frozen=True)
class _Table:
    """One table: its column types and heading, and groups of rows that a thin line parts.

    A row of one cell spans the table.
    """

    alignment: str
    heading: list[str]
    groups: list[list[list[str]]]
    long: bool = False


def escape_latex(value: str) -> str:
    r"""Return `value` with LaTeX's special characters escaped.

    Accented Latin letters stay; other characters that pdflatex cannot set become their code point, such
    as ``[U+0628]``.
    """
    return "".join(_SPECIALS.get(character) or _settable(character) for character in value)


def _settable(character: str) -> str:
    if character.isascii():
        return character if character.isprintable() else ""
    plain = unicodedata.normalize("NFD", character)[0]
    if character.isalpha() and (ord(character) < 0x180 or (plain.isascii() and plain.isalpha())):
        return character if ord(character) < 0x180 else plain
    return f"[U+{ord(character):04X}]"


def latex_tables(summary: Row) -> dict[str, str]:
    """Return the LaTeX tables of `summary` by file name without ending."""
    tables = {
        "accuracy": _accuracy(summary),
        "accuracy_by_class": _accuracy_by_class(summary),
        "gap": _gap(summary),
        "effects": _effects(summary),
        "condition_effects": _condition_effects(summary),
    }
    always = [
        by_model_table(summary),
        specifications_table(summary),
        agreement_table(summary),
        choices_table(summary),
        script_pairs_table(summary),
        pairs_table(summary, ""),
        decomposition_table(summary),
        sampling_table(summary),
        crosscheck_table(summary),
        swap_table(summary),
        swaps_table(summary),
        controls_table(summary),
    ]
    where_known = [*metric_tables(summary), validity_table(summary)]
    for table in [*always, *(table for table in where_known if table.lines)]:
        tables[table.name] = _text_table(table)
    return {name: _document(table) for name, table in tables.items()}


def _document(table: _Table) -> str:
    environment = "longtable" if table.long else "tabular"
    heading = " & ".join(escape_latex(cell) for cell in table.heading) + r" \\"
    lines = [rf"\begin{{{environment}}}{{{table.alignment}}}", r"\toprule", heading, r"\midrule"]
    if table.long:
        lines.append(r"\endhead")
    groups = [group for group in table.groups if group]
    for index, group in enumerate(groups):
        if index:
            lines.append(r"\midrule")
        lines += [_line(row, len(table.heading)) for row in group]
    if not groups:
        lines.append(rf"\multicolumn{{{len(table.heading)}}}{{c}}{{no data}} \\")
    lines += [r"\bottomrule", rf"\end{{{environment}}}"]
    return "\n".join([_PREAMBLE, *lines, _ENDING, ""])


def _line(row: list[str], columns: int) -> str:
    cells = [escape_latex(cell) for cell in row]
    if len(cells) == 1 < columns:
        cells = [rf"\multicolumn{{{columns}}}{{l}}{{\emph{{{cells[0]}}}}}"]
    return " & ".join(cells) + r" \\"


_PREAMBLE = r"""% Made by scriptgap. Alone: run pdflatex on this file.
% In a paper: \usepackage{booktabs,longtable}, then \input this file.
\makeatletter
\ifx\@nodocument\relax
  \let\scriptgapend\relax
\else
  \documentclass{article}
  \usepackage[T1]{fontenc}
  \usepackage[utf8]{inputenc}
  \usepackage{textcomp}
  \usepackage[margin=15mm,landscape]{geometry}
  \usepackage{booktabs,longtable}
  \pagestyle{empty}
  \def\scriptgapend{\enddocument}
  \begin{document}
  \footnotesize\setlength{\tabcolsep}{4pt}
\fi
\makeatother"""

_ENDING = r"\scriptgapend"


def _panel_cell(panels_: list[Panel], row: Row) -> str:
    return next((panel.title for panel in panels_ if panel.holds(row)), text(row, "model"))


def _share(row: Row) -> str:
    interval = percent_interval(number(row, "low"), number(row, "high"))
    return with_interval(percent(number(row, "accuracy")), interval) if row else "–"


def _accuracy(summary: Row) -> _Table:
    listed, known = unswapped(rows(summary, "accuracy")), languages(summary)
    columns = conditions(listed)
    groups = []
    for panel in panels(summary):
        own = [row for row in listed if panel.holds(row)]
        cells = {
            (text(row, "match_class"), text(row, "query_lang"), text(row, "condition")): row for row in own
        }
        for match_class in match_classes(own):
            tags = dict.fromkeys(
                text(row, "query_lang") for row in own if text(row, "match_class") == match_class
            )
            groups.append(
                [
                    [panel.title, match_class_label(match_class), known[tag].name, known[tag].script]
                    + [
                        percent(number(cells.get((match_class, tag, condition), {}), "accuracy"))
                        for condition in columns
                    ]
                    for tag in sorted(tags, key=lambda tag: (known[tag].script, known[tag].name))
                ]
            )
    heading = ["Model", "Match", "Query language", "Script", *(condition_label(name) for name in columns)]
    return _Table("llll" + "r" * len(columns), heading, groups, long=True)


def _accuracy_by_class(summary: Row) -> _Table:
    listed, shown = rows(summary, "accuracy_by_class"), panels(summary)
    columns = conditions(listed)
    groups = []
    for panel in shown:
        own = [row for row in listed if panel.holds(row)]
        groups.append(
            [
                [panel.title, match_class_label(match_class)]
                + [_share(find(own, match_class=match_class, condition=condition)) for condition in columns]
                for match_class in match_classes(own)
            ]
        )
    heading = ["Model", "Match", *(condition_label(name) for name in columns)]
    return _Table("ll" + "r" * len(columns), heading, groups)


def _gap(summary: Row) -> _Table:
    shown = panels(summary)
    body = [
        [
            _panel_cell(shown, row),
            condition_label(text(row, "condition")),
            *(percent(number(row, key)) for key in ("same_language", "same_script", "cross_script")),
            with_interval(
                points(number(row, "script_gap")), points_interval(number(row, "low"), number(row, "high"))
            ),
        ]
        for row in rows(summary, "gap")
    ]
    heading = ["Model", "Condition", "Same language", "Same script", "Other script", "Script gap [95 %]"]
    return _Table("llrrrr", heading, [body])


def _effects(summary: Row) -> _Table:
    groups = []
    for fit in fits(summary):
        out, present = dict(dropped_terms(fit.effects)), terms(fit.effects)
        specification = mapping(fit.effects, "specification")
        group = [[f"Asked {fit.title} (n = {count(number(specification, 'n'))})"]]
        for name in [*present, *(term for term in out if term not in present)]:
            term = present.get(name, {})
            if number(term, "odds_ratio") is None:
                group.append([term_label(name), "not identified", "–", "–", "–"])
                continue
            low, high = number(term, "odds_ratio_low"), number(term, "odds_ratio_high")
            interval = ratio_interval(low, high)
            marginal = points_interval(number(term, "ame_low"), number(term, "ame_high"), 1)
            share = percent_interval(number(term, "shapley_low"), number(term, "shapley_high"))
            group.append(
                [
                    term_label(name),
                    with_interval(ratio(number(term, "odds_ratio")), interval),
                    with_interval(points(number(term, "ame"), 1), marginal),
                    p_value(number(term, "lr_p")),
                    with_interval(percent(number(term, "shapley_share")), share),
                ]
            )
        spreads = spread_words(fit.effects)
        groups.append([*group, [f"Random effects (SD, logits): {spreads}"]] if spreads else group)
    heading = [
        "Term",
        "Odds ratio [95 %]",
        "Effect, points [95 %]",
        "p (LR)",
        "Shapley share, percent [95 %]",
    ]
    return _Table("lrrrr", heading, groups)


def _text_table(table: TextTable) -> _Table:
    alignment = "l" * table.words + "r" * (len(table.heading) - table.words)
    return _Table(alignment, table.heading, [table.lines], long=table.long)


def _condition_effects(summary: Row) -> _Table:
    shown = panels(summary)
    body = [
        [
            _panel_cell(shown, row),
            condition_label(text(row, "condition")),
            match_class_label(text(row, "match_class")),
            percent(number(row, "base_accuracy")),
            percent(number(row, "accuracy")),
            with_interval(
                points(number(row, "effect")), points_interval(number(row, "low"), number(row, "high"))
            ),
            count(number(row, "n_pairs")),
        ]
        for row in rows(summary, "condition_effects")
    ]
    heading = ["Model", "Asked", "Match", "Without", "With", "Change [95 %]", "Pairs"]
    return _Table("lllrrrr", heading, [body])

"""Reports: figures, tables and one self-contained HTML page from a summary."""

from pathlib import Path
from typing import Any

import polars as pl

from scriptgap.report.figures import draw_figures
from scriptgap.report.html import render_html
from scriptgap.report.tables import write_tables
from scriptgap.report.text import clean

__all__ = ["write_report"]


def write_report(summary: dict[str, Any], examples: pl.DataFrame, folder: Path) -> Path:
    """Write ``report.html``, ``figures/*.svg``, ``tables/*.csv`` and ``tables/*.tex``.

    What the summary does not know is said in the page, never guessed; the same input gives the same bytes.

    Args:
        summary: What ``summary.json`` holds.
        examples: Failures to quote, one a row (columns ``model, condition, query_lang, source_lang,
            match_class, question, entity_source, entity_query, response, expected, expected_source,
            hinted_response, topic``); a frame without rows or columns where there are none.
        folder: Where to write; made where it is missing.

    Returns:
        The path of ``report.html``.
    """
    cleaned: dict[str, Any] = clean(summary)
    for name in ("figures", "tables"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    figures = draw_figures(cleaned)
    for figure in figures:
        (folder / "figures" / f"{figure.name}.svg").write_text(figure.svg, encoding="utf-8", newline="\n")
    write_tables(cleaned, folder / "tables")
    path = folder / "report.html"
    path.write_text(render_html(cleaned, examples, figures), encoding="utf-8", newline="\n")
    return path

"""The explanation of a measurement, made in one call."""

import html
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from scriptgap.errors import UsageError
from scriptgap.explain.examples import failures
from scriptgap.explain.prepare import load, prepare
from scriptgap.explain.summary import summarise

if TYPE_CHECKING:
    from scriptgap.report.drawing import Figure


@dataclass(frozen=True, slots=True)
class Explanation:
    """The explanation of one measurement.

    Attributes:
        summary: What ``summary.json`` holds; see ``data/summary.schema.json``.
        examples: Wrong answers to look at, of the columns `scriptgap.explain.examples.EXAMPLE_COLUMNS`.
    """

    summary: dict[str, Any]
    examples: pl.DataFrame

    @property
    def sentences(self) -> list[str]:
        """The findings in plain language; `summary` has the keys of the numbers in them."""
        return [entry["text"] for entry in self.summary["sentences"]]

    def table(self, name: str) -> pl.DataFrame:
        """Return one table of the report, every number of it.

        Args:
            name: ``accuracy``, ``gap``, ``effects``, ``specification_curve``, ``effects_by_model``,
                ``script_pairs``, ``identifying_pairs``, ``decomposition``, ``sampling``,
                ``condition_effects``, ``hint_controls``, ``script_swaps``, ...,
                as the files in ``tables/`` are called.

        Raises:
            UsageError: There is no such table.
        """
        from scriptgap.report.metrics import METRIC_COLUMNS
        from scriptgap.report.tables import COLUMNS, table

        _check(name, "table", [*COLUMNS, *METRIC_COLUMNS])
        return table(self.summary, name)

    def figure(self, name: str) -> "Figure | None":
        """Return one figure of the report, which a notebook shows; None where there is nothing to draw.

        Args:
            name: ``waterfall``, ``heat_map``, ``forest``, ``importance``, ``specification_curve``,
                ``by_model``, ``script_pairs``, ``decomposition``, ..., as the files in ``figures/`` are
                called.

        Raises:
            UsageError: There is no such figure.
        """
        from scriptgap.report.figures import FIGURES
        from scriptgap.report.text import clean

        _check(name, "figure", FIGURES)
        return FIGURES[name](clean(self.summary))

    def __str__(self) -> str:
        """The findings, one sentence a line."""
        return "\n".join(self.sentences)

    def _repr_html_(self) -> str:
        items = "".join(f"<li>{html.escape(text)}</li>" for text in self.sentences)
        return f"<ul>{items}</ul>"

    def write_summary(self, path: Path | str) -> Path:
        """Write the summary as JSON in UTF-8.

        Args:
            path: The file, or an existing folder to write ``summary.json`` into.

        Returns:
            The file that was written.
        """
        file = Path(path)
        if file.is_dir():
            file = file / "summary.json"
        text = json.dumps(self.summary, ensure_ascii=False, indent=2, allow_nan=False)
        file.write_text(text + "\n", encoding="utf-8")
        return file

    def write(self, folder: Path | str) -> Path:
        """Write ``summary.json`` and the report.

        Args:
            folder: Where to write; made where it is missing.

        Returns:
            The path of ``report.html``.
        """
        from scriptgap.report import write_report  # draws with Altair, which takes a second to load

        target = Path(folder)
        try:
            target.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"{target}: cannot be written ({error.strerror})") from None
        self.write_summary(target)
        return write_report(self.summary, self.examples, target)


def _check(name: str, kind: str, known: Iterable[str]) -> None:
    if name not in known:
        raise UsageError(f"there is no {kind} {name!r}; choose from {', '.join(known)}")


def explain(
    observations: pl.DataFrame | Path | str | Any,
    questions: pl.DataFrame | Path | str | None = None,
    crosscheck: bool = False,
    progress: Callable[[str], None] = lambda _: None,
    ambiguity: bool = False,
) -> Explanation:
    """Explain scored answers.

    Args:
        observations: An observations table (polars, or pandas if pyarrow is installed), its Parquet file, or
            a run folder. Columns beyond the table's own are kept; ``topic`` gives accuracies by topic.
        questions: The questions table that was measured, or its Parquet file, for topics and
            examples of failures. A run folder's ``questions.parquet`` is used where this is None.
        crosscheck: Whether the regression is checked by gpboost and by a linear probability model.
        progress: Called with the name of each step that takes long.
        ambiguity: Whether the regression is also fitted with the ambiguity of names as a predictor
            (`regression.name_ambiguity`), which the names of the questions are needed for.

    Raises:
        UsageError: A table cannot be read, lacks a column, or holds an unknown language tag.
    """
    progress("reading")
    table, asked = load(observations, questions)
    if ambiguity:
        progress("spellings of names")
    frame = prepare(table, asked, ambiguity)
    summary = summarise(frame, asked, crosscheck, progress, ambiguity)
    return Explanation(summary=summary, examples=failures(frame, asked))

"""The explanation of a measurement, made in one call."""

import html
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from scriptgap.errors import UsageError
from scriptgap.explain.examples import failures
from scriptgap.explain.prepare import load, prepare
from scriptgap.explain.summary import summarise


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


def explain(
    observations: pl.DataFrame | Path | str | Any, questions: pl.DataFrame | Path | str | None = None
) -> Explanation:
    """Explain scored answers.

    Args:
        observations: An observations table (polars, or pandas if pyarrow is installed), its Parquet file, or
            a run folder. Columns beyond the table's own are kept; ``topic`` gives accuracies by topic.
        questions: The questions table that was measured, or its Parquet file, for topics and
            examples of failures. A run folder's ``questions.parquet`` is used where this is None.

    Raises:
        UsageError: A table cannot be read, lacks a column, or holds an unknown language tag.
    """
    table, asked = load(observations, questions)
    frame = prepare(table, asked)
    return Explanation(summary=summarise(frame), examples=failures(frame, asked))

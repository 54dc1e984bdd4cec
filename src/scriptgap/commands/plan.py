"""`scriptgap explain --plan`: how large a script effect a study finds."""

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scriptgap.commands.shared import error_console, out_console, split
from scriptgap.errors import UsageError

if TYPE_CHECKING:
    from scriptgap.explain.planning.plan import Plan
    from scriptgap.explain.planning.study import Assumptions, StudyDesign


def plan_command(
    source: Path | None,
    out: Path | None,
    questions: int | None,
    sources: str | None,
    languages: str | None,
    models: int | None,
    samples: int | None,
    power: float,
) -> None:
    """Plan a study and print what was found.

    Args:
        source: A run folder or an observations table, whose design and fit are the defaults; None for the
            defaults of `StudyDesign` and `Assumptions`.
        out: Folder for ``plan.json``, ``plan.csv`` and ``power.svg``; None writes nothing.
        questions: Number of questions.
        sources: Source languages, comma-separated tags.
        languages: Query languages, comma-separated tags.
        models: Number of models.
        samples: Answers to each question.
        power: The wanted power.

    Raises:
        UsageError: The source cannot be read or planned from, a value is out of range, or a tag is unknown.
    """
    from scriptgap.explain.planning.plan import plan

    folder = _folder(out) if out else None
    study, assumptions = _defaults(source)
    given: dict[str, Any] = {
        "questions": questions,
        "source_languages": tuple(split(sources) or ()) or None,
        "query_languages": tuple(split(languages) or ()) or None,
        "models": models,
        "samples": samples,
    }
    study = replace(study, **{name: value for name, value in given.items() if value is not None})
    with error_console.status("simulating studies") as status:
        found = plan(
            study,
            assumptions,
            power,
            progress=lambda done, total: status.update(f"simulating studies: {done} of {total}"),
        )
    for sentence in found.sentences:
        out_console.print(f"• {sentence}", markup=False, highlight=False)
    if folder:
        out_console.print(f"plan: {_write(found, folder)}", markup=False, highlight=False)


def _defaults(source: Path | None) -> "tuple[StudyDesign, Assumptions]":
    """The design and the assumptions where none are given."""
    from scriptgap.explain.planning.study import Assumptions, StudyDesign, assumptions_from, design_from

    if source is None:
        return StudyDesign(), Assumptions()
    from scriptgap.explain.prepare import headline_condition
    from scriptgap.explain.regression.collapse import collapse
    from scriptgap.explain.regression.design import design
    from scriptgap.explain.regression.estimate import estimate
    from scriptgap.tables import read_observations

    cells = collapse(read_observations(source))
    condition = headline_condition(cells["condition"].unique().to_list())
    if condition is None:
        raise UsageError(
            f"{source}: cannot be planned from, since every scored answer is to a question with a hint"
        )
    cells = cells.filter(cells["condition"] == condition)
    try:
        return design_from(cells), assumptions_from(estimate(design(cells)))
    except UsageError as error:
        raise UsageError(f"{source}: {error}") from None


def _folder(out: Path) -> Path:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{out}: cannot be written ({error.strerror})") from None
    return out


def _write(found: "Plan", folder: Path) -> Path:
    """Write the plan; returns the path of its JSON."""
    import polars as pl

    from scriptgap.report.power_curve import power_curve

    file = folder / "plan.json"
    text = json.dumps(found.to_dict(), ensure_ascii=False, indent=2, allow_nan=False)
    file.write_text(text + "\n", encoding="utf-8")
    table, drawing = folder / "plan.csv", folder / "power.svg"
    for old in (table, drawing):
        old.unlink(missing_ok=True)
    figure = power_curve(found)
    if figure is not None:
        pl.DataFrame(found.records()).write_csv(table)
        drawing.write_text(figure.svg, encoding="utf-8")
    return file

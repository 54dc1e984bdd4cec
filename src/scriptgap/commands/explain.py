"""`scriptgap explain`: explain a run, or plan a study."""

from pathlib import Path
from typing import Annotated

import typer

from scriptgap.commands.plan import plan_command
from scriptgap.commands.shared import error_console, out_console
from scriptgap.errors import UsageError

_PLANNED = "Planning"


def explain(
    source: Annotated[
        Path | None,
        typer.Argument(help="A run folder, or an observations table (Parquet); --plan works without."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Folder for summary.json, report.html, tables, figures."),
    ] = None,
    questions: Annotated[
        Path | None, typer.Option(help="Questions table, for examples; a run folder has its own.")
    ] = None,
    crosscheck: Annotated[
        bool,
        typer.Option(
            "--crosscheck",
            help="Also fit the regression by gpboost, and a linear probability model, and say how far they "
            "agree (pip install 'scriptgap[crosscheck]').",
        ),
    ] = False,
    ambiguity: Annotated[
        bool,
        typer.Option(
            "--ambiguity",
            help="Also fit the regression with how many spellings each name leaves plausible.",
        ),
    ] = False,
    plan: Annotated[
        bool,
        typer.Option(
            "--plan",
            help="Find the smallest script effect that a study would detect, by simulation from the fit to "
            "SOURCE or, without, from assumed effects.",
        ),
    ] = False,
    plan_questions: Annotated[
        int | None, typer.Option(rich_help_panel=_PLANNED, help="Questions of the study.")
    ] = None,
    sources: Annotated[
        str | None, typer.Option(rich_help_panel=_PLANNED, help="Source languages, comma-separated.")
    ] = None,
    languages: Annotated[
        str | None, typer.Option(rich_help_panel=_PLANNED, help="Query languages, comma-separated.")
    ] = None,
    models: Annotated[int | None, typer.Option(rich_help_panel=_PLANNED, help="Number of models.")] = None,
    samples: Annotated[
        int | None, typer.Option(rich_help_panel=_PLANNED, help="Answers to each question.")
    ] = None,
    power: Annotated[float, typer.Option(rich_help_panel=_PLANNED, help="The wanted power.")] = 0.8,
) -> None:
    """Explain the script gap in a run: accuracy, hint effects, regression, and a report to look at.

    Example: `scriptgap explain runs/gemma -o reports/gemma`

    Example: `scriptgap explain --plan --plan-questions 500 --languages en,es,vi,ru,uk,el,hi,ar --models 4`
    """
    if plan:
        plan_command(source, out, plan_questions, sources, languages, models, samples, power)
        return
    if source is None or out is None:
        raise UsageError("explain needs a run folder or an observations table, and -o FOLDER (or --plan)")
    if any(value is not None for value in (plan_questions, sources, languages, models, samples)):
        raise UsageError("the options of a planned study need --plan")
    from scriptgap.explain.explanation import explain as run_explain
    from scriptgap.explain.regression.crosscheck import crosscheck_lines

    with error_console.status("reading") as status:
        explanation = run_explain(source, questions, crosscheck, lambda step: status.update(step), ambiguity)
        status.update("drawing the report")
        page = explanation.write(out)
    for sentence in explanation.sentences:
        out_console.print(f"• {sentence}", markup=False, highlight=False)
    if crosscheck:
        for line in crosscheck_lines(explanation.summary["crosscheck"]):
            out_console.print(f"cross-check: {line}", markup=False, highlight=False)
    out_console.print(f"report: {page}", markup=False, highlight=False)

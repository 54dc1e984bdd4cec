"""`scriptgap measure`: ask a model, within limits, and say what it costs before and after."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Column, Table

from scriptgap.commands.shared import error_console, numbers, out_console, split
from scriptgap.errors import ScriptgapError

if TYPE_CHECKING:
    import polars as pl

    from scriptgap.measure.preview import Preview

_COST = "Cost"
_REASONS = 5


def measure(
    questions: Annotated[Path, typer.Argument(help="Questions table (Parquet), made by `scriptgap build`.")],
    model: Annotated[
        str,
        typer.Option(
            "--model",
            "-m",
            help="Any Inspect model name (openai/..., vllm/..., hf/...), embedded/gemma-3-270m, "
            "embedded/smollm2-135m, or the folder of a checkpoint.",
        ),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Run folder; a stopped run goes on in it.")],
    conditions: Annotated[
        str,
        typer.Option(
            help="Ways of asking, comma-separated: plain, hint, hint_placebo, hint_query, hint_romanized, "
            "think, swap_Latn, swap_Cyrl, ...; entity_only, entity_only_hint, ...: around the entity alone."
        ),
    ] = "plain,hint",
    samples: Annotated[int, typer.Option(help="Answers to each question.")] = 1,
    temperature: Annotated[
        float | None,
        typer.Option(help="Sampling temperature; 0 for one sample, 1 for several, where absent."),
    ] = None,
    scorer: Annotated[
        str | None,
        typer.Option(
            help="Scorers, comma-separated, the deciding one first: alias_match, exact_match, multiloko, "
            "multiloko_revised, judge, f1, chrf, word_recall; the data set's own where absent."
        ),
    ] = None,
    grader: Annotated[
        str | None,
        typer.Option(help="Models that judge the answers, comma-separated; several decide by majority."),
    ] = None,
    shots: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Worked examples before each question; all, or as a trained checkpoint is used to, "
            "where absent.",
        ),
    ] = None,
    price: Annotated[
        str | None,
        typer.Option(
            rich_help_panel=_COST,
            help="INPUT,OUTPUT[,CACHED_INPUT]: US dollars per million tokens.",
        ),
    ] = None,
    grader_price: Annotated[
        str | None, typer.Option(rich_help_panel=_COST, help="The same for the graders.")
    ] = None,
    max_requests: Annotated[
        int | None,
        typer.Option(
            rich_help_panel=_COST,
            help="Requests that the run folder may take in all, earlier calls and failures included.",
        ),
    ] = None,
    budget: Annotated[
        float | None,
        typer.Option(
            rich_help_panel=_COST, help="US dollars that the run folder may cost in all; needs --price."
        ),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", rich_help_panel=_COST, help="Say what it would cost, and ask nothing."),
    ] = False,
) -> None:
    """Ask a model every question under every condition. A stopped run goes on where it stopped.

    Where a limit does not let all be asked, every condition is asked the same questions; a higher limit
    goes on with the next ones.

    Example: `scriptgap measure questions.parquet --model embedded/gemma-3-270m -o runs/gemma`

    Example: `scriptgap measure questions.parquet -m openai/gpt-5-mini --price 0.25,2 --budget 5`
    `--conditions plain,hint,hint_placebo,hint_query -o runs/mini`
    """
    from scriptgap.measure.preview import preview
    from scriptgap.measure.run import limits_of
    from scriptgap.measure.run import measure as run_measure

    names, graders = split(conditions) or [], split(grader) or []
    prices, grader_prices = numbers("--price", price), numbers("--grader-price", grader_price)
    if dry_run:
        view = preview(
            questions,
            model,
            out,
            names,
            samples,
            temperature,
            split(scorer),
            graders,
            prices,
            grader_prices,
            shots,
        )
        limits_of(max_requests, budget, view)
        _show_estimate(view)
        return
    run = run_measure(
        questions,
        model,
        out,
        names,
        samples,
        temperature,
        split(scorer),
        graders,
        prices,
        grader_prices,
        max_requests,
        budget,
        _show_estimate,
        shots,
    )
    failed = run.observations.filter(stop_reason="error").height
    if cut := run.unscored - failed:
        error_console.print(f"{cut:,} answers are not scored: they were cut short, and are not asked again")
    if failed:
        error_console.print(f"{failed:,} answers are not scored: they failed; run again to ask them")
    if run.undecided:
        error_console.print(
            f"{run.undecided:,} answers are not scored: no verdict of the judge can be read, or no majority"
        )
    _show_count(run.estimate, run.counted, run.cost)
    out_console.print(
        f"{out / 'observations.parquet'}: {run.observations.height:,} observations", highlight=False
    )
    if run.not_asked:
        raise ScriptgapError(f"{run.not_asked:,} questions not asked: {run.reached}")


def _show_estimate(view: "Preview") -> None:
    from scriptgap.measure.conditions import condition as way
    from scriptgap.measure.tasks import omissions

    for name in view.tasks:
        base = way(name).compared_with
        if base is not None and base not in view.tasks and base not in view.logged:
            error_console.print(f"{name}: has no effect without {base}; add it to --conditions")
        left_out = list(omissions(view.table, name).items())
        for reason, number in left_out[:_REASONS]:
            error_console.print(f"{name}: {number:,} questions left out: {reason}", highlight=False)
        if rest := left_out[_REASONS:]:
            number = sum(number for _, number in rest)
            error_console.print(
                f"{name}: {number:,} more left out for {len(rest)} like reasons", highlight=False
            )
    if not view.pieces:
        return
    columns = ["questions", "requests", "input_tokens", "output_tokens", "dollars"]
    first = Column("condition", no_wrap=True)
    table = Table(first, *(column.replace("_", " ") for column in columns), title="to ask (estimate)")
    for row in [*view.estimate.to_dicts(), {"condition": "all", **_sums(view.estimate, columns)}]:
        table.add_row(row["condition"], *(_cell(column, row[column]) for column in columns))
    error_console.print(table, highlight=False)
    error_console.print(view.assumption, highlight=False)
    if view.prices and view.identity["graders"] and not view.grader_prices:
        error_console.print("dollars are without the grader's: --grader-price is not given", highlight=False)


def _show_count(estimate: "pl.DataFrame", counted: "pl.DataFrame", cost: "pl.DataFrame") -> None:
    """Show what the call took beside its estimate, and what the folder took in all."""
    columns = ["requests", "input_tokens", "output_tokens", "dollars"]
    if counted.is_empty():
        return
    table = Table("", *(column.replace("_", " ") for column in columns))
    rows = {"estimated": estimate, "counted": counted} | (
        {"with earlier calls": cost} if cost["requests"].sum() > counted["requests"].sum() else {}
    )
    for name, frame in rows.items():
        sums = _sums(frame, columns)
        table.add_row(name, *(_cell(column, sums[column]) for column in columns))
    error_console.print(table, highlight=False)


def _sums(frame: "pl.DataFrame", columns: list[str]) -> dict[str, Any]:
    # A sum of nothing is no price.
    return {c: frame[c].sum() if frame[c].null_count() < frame.height else None for c in columns}


def _cell(column: str, value: float | None) -> str:
    if value is None:
        return "-"
    return f"${value:,.4f}" if column == "dollars" else f"{value:,}"

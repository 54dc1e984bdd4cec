"""`scriptgap synthesize`: make training samples, and say what came of it."""

import shlex
import sys
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from scriptgap.commands.shared import error_console, numbers, out_console
from scriptgap.errors import UsageError

if TYPE_CHECKING:
    import polars as pl
    from rich.progress import TaskID

    from scriptgap.synthesize.synthesis import Synthesis
    from scriptgap.synthesize.tokenizers import ChatTokenizer

_MAKING = "What to make"
_COST = "Cost"
_EXAMPLES = 3
_ROWS_OF_LOSS = 2
_CHECKED_ROWS = 100
_LONGEST_EXAMPLE = 700


def synthesize(
    source: Annotated[
        str | None,
        typer.Argument(
            help="A questions table (Parquet), the folder of a `measure` run, whose answers then choose the "
            "questions, or atlas, which is also taken where it is absent."
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for the samples; a model's run goes on in it.")
    ] = None,
    teacher: Annotated[
        str,
        typer.Option(
            "--teacher",
            "-t",
            help="Who reasons: rules (offline), self (the --target model, with a hint), or any Inspect model "
            "name (openai/..., vllm/..., embedded/...).",
        ),
    ] = "rules",
    recipe: Annotated[
        Path | None,
        typer.Option(
            rich_help_panel=_MAKING, help="Recipe (YAML): languages, proportions, balance, number of samples."
        ),
    ] = None,
    show_recipe: Annotated[
        bool,
        typer.Option("--show-recipe", rich_help_panel=_MAKING, help="Print the default recipe, and end."),
    ] = False,
    style: Annotated[
        str | None,
        typer.Option(
            rich_help_panel=_MAKING,
            help="In place of the recipe's: full, name_only, filler, direct, wrong_candidates.",
        ),
    ] = None,
    form: Annotated[
        str | None,
        typer.Option(rich_help_panel=_MAKING, help="In place of the recipe's: messages, inline, completion."),
    ] = None,
    against: Annotated[
        list[Path] | None,
        typer.Option(
            help="Questions table of an evaluation set: none of its entities is taught. May be repeated."
        ),
    ] = None,
    knowledge: Annotated[
        Path | None,
        typer.Option(
            help="Run folder or observations of the target model: only what it answers right in the source "
            "language and wrong in the query language is taught."
        ),
    ] = None,
    keep_all: Annotated[
        bool, typer.Option("--keep-all", help="Teach every question, whatever the target model knows.")
    ] = False,
    names: Annotated[
        Path | None,
        typer.Option(
            rich_help_panel=_MAKING,
            help="Also ask how names are written: geonames for those of cities, or a table (CSV, TSV, JSONL, "
            "Parquet) with name_source, name_query, source_lang, query_lang.",
        ),
    ] = None,
    replay: Annotated[
        Path | None,
        typer.Option(
            rich_help_panel=_MAKING,
            help="General data to mix in (JSONL, Parquet): messages, or prompt and completion.",
        ),
    ] = None,
    target: Annotated[str | None, typer.Option(help="The model that is to be trained.")] = None,
    show_loss: Annotated[
        str | None,
        typer.Option(help="Render with this model's chat template, and show which tokens carry loss."),
    ] = None,
    price: Annotated[
        str | None,
        typer.Option(
            rich_help_panel=_COST, help="INPUT,OUTPUT[,CACHED_INPUT]: US dollars per million tokens."
        ),
    ] = None,
    max_requests: Annotated[
        int | None,
        typer.Option(rich_help_panel=_COST, help="Requests that a teacher may take in all, for the folder."),
    ] = None,
    budget: Annotated[
        float | None,
        typer.Option(rich_help_panel=_COST, help="US dollars that a teacher may cost in all; needs --price."),
    ] = None,
) -> None:
    """Make training samples that reason their way across scripts: verified, decontaminated, balanced.

    Example: `scriptgap synthesize -o samples`

    Example: `scriptgap synthesize runs/gemma --teacher openai/gpt-5-mini --price 0.25,2 --budget 5`
    `--against eclektic.parquet -o samples`

    Example: `scriptgap synthesize atlas --style direct --form completion -o samples-direct`
    """
    from scriptgap.synthesize.recipe import default_text, read_recipe, with_options

    if show_recipe:
        out_console.print(default_text(), end="", markup=False, highlight=False, soft_wrap=True)
        return
    if out is None:
        raise UsageError("synthesize needs a folder to write to: -o FOLDER")
    from scriptgap.measure.cost import checked_prices
    from scriptgap.synthesize.distill import TEACHER as SELF
    from scriptgap.synthesize.run import synthesize as run_synthesize

    prices = checked_prices("--price", numbers("--price", price))
    plan = with_options(read_recipe(recipe), style, form)
    tokenizer = None
    if show_loss is not None:
        from scriptgap.synthesize.loss_check import tokenizer_for

        # A model that teaches itself may reason or not.
        tokenizer = tokenizer_for(show_loss, plan.form, plan.style != "direct" and teacher != SELF)

    with _Bars() as bars:
        made = run_synthesize(
            source,
            teacher,
            out,
            plan,
            against or (),
            knowledge,
            keep_all,
            replay,
            names,
            target,
            prices=prices,
            max_requests=max_requests,
            budget=budget,
            command=shlex.join(["scriptgap", *sys.argv[1:]]),
            on_progress=bars,
            on_note=_note,
        )
    _show(made)
    if show_loss is not None and tokenizer is not None:
        _show_loss(made, show_loss, tokenizer)


def _note(line: str) -> None:
    error_console.print(line, markup=False, highlight=False, soft_wrap=True)


class _Bars:
    """A bar for each stage; a line each where there is no terminal."""

    def __init__(self) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        self._progress = Progress(
            TextColumn("{task.description:>16}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=error_console,
            disable=not error_console.is_terminal,
        )
        self._stage = ""
        self._bar: TaskID | None = None

    def __enter__(self) -> "_Bars":
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Show that `done` of `total` of a stage is done."""
        if not total:
            # A model's run has bars of its own.
            self._progress.stop()
            self._stage = ""
            return
        if stage != self._stage:
            self._stage = stage
            self._progress.start()
            self._bar = self._progress.add_task(stage, total=total)
            if not error_console.is_terminal:
                error_console.print(stage, highlight=False)
        if self._bar is not None:
            self._progress.update(self._bar, completed=done, total=total)


def _show(made: "Synthesis") -> None:
    import polars as pl

    from scriptgap.synthesize.mix import told_lack

    for row in made.refused.head(3).iter_rows(named=True):
        error_console.print(
            f"refused: {row['file']}: row {row['row']}: {row['reason']}", markup=False, highlight=False
        )
    if made.refused.height > 3:
        error_console.print(f"{made.refused.height:,} rows refused in all", highlight=False)
    if made.unnamed:
        error_console.print(
            f"{made.unnamed:,} questions left out: no entity in both languages", highlight=False
        )
    _print_table(
        "samples for training",
        ["kind", "recipe_share", "asked", "reached", "share", "note"],
        made.kinds.with_columns(pl.col("note").fill_null("")),
    )
    _print_table("rejected", ["reason", "n", "share"], made.reasons)
    _print_table(
        "removed by decontamination",
        ["split", "evaluation_dataset", "reason", "seeds", "entities", "example"],
        made.decontamination,
    )
    if made.knowledge is not None:
        overall = made.knowledge.filter(pl.col("query_script").is_null() & pl.col("topic").is_null())
        _print_table("what the target model knows", overall.columns[2:], overall)
    if made.measured is not None and (told := made.measured.told_unanswered()):
        _note(told)
    if told := told_lack(made.mix):
        _note(f"{told}: {made.files['synthesis']} lists the mix")
    if made.samples.filter(kind="cross_script", split="train").is_empty():
        _note(
            "warning: no sample for training is across scripts: what is there teaches nothing about names in "
            "another script; take questions in languages of other scripts"
        )
    splits = dict(made.samples.group_by("split").len().iter_rows())
    for split in ("train", "validation"):
        out_console.print(
            f"{made.files[split]}: {splits.get(split, 0):,} samples", highlight=False, soft_wrap=True
        )
    scripts = ", ".join(f"{script} {number:,}" for script, number in made.scripts.items())
    out_console.print(f"across scripts: {scripts or 'none'}", highlight=False, soft_wrap=True)
    out_console.print(
        f"{made.files['rejects']}: {made.rejects.height:,} rejected ({made.rejected_share:.1%})",
        highlight=False,
        soft_wrap=True,
    )
    out_console.print(
        f"{made.files['test']}: {made.test_questions:,} held-out questions to measure on",
        highlight=False,
        soft_wrap=True,
    )
    out_console.print(f"{made.files['card']}: the data card", highlight=False, soft_wrap=True)
    _show_examples(made)


def _show_examples(made: "Synthesis") -> None:
    """Show the first cross-script samples, each of another script."""
    rows = made.samples.filter(kind="cross_script", split="train")
    shown = rows.unique("query_lang", keep="first", maintain_order=True).head(_EXAMPLES)
    for row in shown.iter_rows(named=True):
        lines = [f"[{row['query_lang']}, {row['style']}] {row['prompt']}"]
        if row["reasoning"]:
            cut = row["reasoning"][:_LONGEST_EXAMPLE]
            lines.append(f"  {cut}{'...' if len(row['reasoning']) > len(cut) else ''}")
        lines.append(f"  → {row['response']}")
        out_console.print("\n".join(lines), markup=False, highlight=False, soft_wrap=True)


def _print_table(title: str, columns: list[str], frame: "pl.DataFrame") -> None:
    if frame.is_empty():
        return
    table = Table(title=title)
    for column in columns:
        number = frame.schema[column].is_numeric()
        table.add_column(column.replace("_", " "), justify="right" if number else "left")
    for row in frame.select(columns).iter_rows():
        table.add_row(*(_cell(value) for value in row))
    error_console.print(table, markup=False, highlight=False)


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.1%}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _show_loss(made: "Synthesis", model: str, tokenizer: "ChatTokenizer") -> None:
    """Prove the masks of some rows, and show the first."""
    from scriptgap.synthesize.export import read_rows
    from scriptgap.synthesize.loss_view import loss_view
    from scriptgap.synthesize.mask_check import check_masks
    from scriptgap.synthesize.masks import loss_masks

    rows = read_rows(made.files["train"])[:_CHECKED_ROWS]
    masks = loss_masks(tokenizer, rows)
    for mask in masks[:_ROWS_OF_LOSS]:
        out_console.print(loss_view(mask), soft_wrap=True)
    check_masks(tokenizer, rows, masks)
    out_console.print(
        f"{model}: the loss is on the reasoning, the answer and the end of the turn, and on nothing else, "
        f"in the first {len(rows)} rows",
        highlight=False,
        soft_wrap=True,
    )

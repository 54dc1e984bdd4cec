"""`scriptgap train`: fine-tune a model on the samples of `synthesize`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scriptgap.commands.shared import error_console, out_console
from scriptgap.errors import UsageError

if TYPE_CHECKING:
    from scriptgap.train.run import Progress


def train(
    data: Annotated[
        Path | None,
        typer.Argument(help="Folder that `scriptgap synthesize` made.", show_default=False),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            "-m",
            help="embedded/gemma-3-270m, embedded/smollm2-135m, a folder of Transformers, or a repository of "
            "the Hugging Face hub.",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder; a stopped training goes on in it.")
    ] = None,
    recipe: Annotated[Path | None, typer.Option(help="YAML file; see --show-recipe.")] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="In place of the recipe's.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="In place of the recipe's.")] = None,
    merged: Annotated[
        bool, typer.Option("--merged", help="Also write the adapters merged into the model.")
    ] = False,
    show_recipe: Annotated[
        bool, typer.Option("--show-recipe", help="Print the default recipe, and do nothing.")
    ] = False,
) -> None:
    """Fine-tune a model on samples, with TRL and PEFT. A stopped training goes on from its last checkpoint.

    The folder loads in PEFT or Transformers, and `scriptgap measure --model FOLDER` asks it.

    Example: `scriptgap train samples --model embedded/gemma-3-270m -o trained`

    Example: `accelerate launch -m scriptgap train samples --model Qwen/Qwen3-8B -o trained`
    """
    if show_recipe:
        from scriptgap.train.recipe import default_text

        out_console.print(default_text(), markup=False, highlight=False, soft_wrap=True, end="")
        return
    if data is None or model is None or out is None:
        raise UsageError(
            "give a folder of samples, --model and -o: scriptgap train samples -m MODEL -o FOLDER"
        )
    from scriptgap.train.run import train as run_train

    made = run_train(data, model, out, recipe, steps, seed, merged, _show)
    note = made.note
    out_console.print(
        f"{out}: {note['steps']:,} steps, {note['tokens']:,} tokens in {note['seconds'] / 60:.1f} minutes; "
        f"ask it: scriptgap measure QUESTIONS --model {out} -o RUN",
        highlight=False,
        soft_wrap=True,
    )


def _show(progress: "Progress") -> None:
    told = [f"step {progress.step:,} of {progress.steps:,}"]
    if progress.loss is not None:
        told.append(f"loss {progress.loss:.3f}")
    if progress.validation_loss is not None:
        told.append(f"validation loss {progress.validation_loss:.3f}")
    if progress.validation_accuracy is not None:
        told.append(f"validation answers right {100 * progress.validation_accuracy:.0f} %")
    if progress.seconds_left is not None:
        told.append(f"{progress.seconds_left / 60:.1f} minutes left")
    error_console.print(", ".join(told), highlight=False)

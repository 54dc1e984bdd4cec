"""`scriptgap compare`: what training changed."""

from pathlib import Path
from typing import Annotated

import typer

from scriptgap.commands.shared import out_console, split


def compare(
    before: Annotated[
        Path, typer.Argument(help="Run folder of the model before training, measured with a hint too.")
    ],
    after: Annotated[list[Path], typer.Argument(help="Run folders after training, the main one first.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the report.")],
    taught: Annotated[
        str | None,
        typer.Option(help="Query languages that were taught; as the checkpoint says where absent."),
    ] = None,
    general: Annotated[
        tuple[Path, Path] | None,
        typer.Option(
            metavar="<before.eval> <after.eval>",
            help="Logs of an Inspect task of your choice, for harm on general ability.",
        ),
    ] = None,
) -> None:
    """Compare a model before and after training on the same questions, and write a report.

    Example: `scriptgap compare runs/before runs/full runs/direct -o comparison`
    """
    from scriptgap.compare.compare import compare as run_compare

    found = run_compare(before, *after, taught=split(taught), general=general)
    page = found.write(out)
    for sentence in found.sentences:
        out_console.print(f"• {sentence}", highlight=False, soft_wrap=True)
    out_console.print(f"report: {page}", highlight=False, soft_wrap=True)

"""The command line: parses, and calls the verbs."""

import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.table import Table

from scriptgap.commands.build import build
from scriptgap.commands.candidates import candidates
from scriptgap.commands.compare import compare
from scriptgap.commands.explain import explain
from scriptgap.commands.ingest import ingest
from scriptgap.commands.measure import measure
from scriptgap.commands.shared import error_console, out_console
from scriptgap.commands.swaps import swaps
from scriptgap.commands.synthesize import synthesize
from scriptgap.commands.train import train
from scriptgap.errors import ScriptgapError, UsageError

app = typer.Typer(
    name="scriptgap",
    help="Measure, explain and close the script gap of language models.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(build, name="build")
app.add_typer(ingest, name="ingest")

_debug = False


def _show_version(wanted: bool) -> None:
    if wanted:
        out_console.print(version("scriptgap"))
        raise typer.Exit


@app.callback()
def _options(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    show_version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    global _debug
    _debug = debug


@app.command()
def demo(
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder; demo, demo-quick or demo-close, where absent.")
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Fewer countries and languages, in under 100 s.")
    ] = False,
    close: Annotated[
        bool,
        typer.Option("--close", help="Train the model too, and show what that closes, in about 25 minutes."),
    ] = False,
) -> None:
    """Measure the script gap of the embedded Gemma 3 270M, and write a report.

    Example: `scriptgap demo --quick --out demo`
    """
    if close:
        if quick:
            raise UsageError("--quick and --close are two demos; give one of them")
        from scriptgap.closing import close_gap

        close_gap(out or Path("demo-close"), out_console)
        return
    from scriptgap.demo import run_demo

    run_demo(out or Path("demo-quick" if quick else "demo"), quick, out_console)


app.command()(measure)
app.command()(explain)
app.command()(synthesize)
app.command()(train)
app.command()(compare)
app.command()(swaps)
app.command()(candidates)


@app.command()
def languages(
    tags: Annotated[
        list[str] | None, typer.Argument(help="BCP-47 tags; every known language where absent.")
    ] = None,
) -> None:
    """Show script, family and genus of languages.

    Example: `scriptgap languages sr-Cyrl zh-Hant`
    """
    from scriptgap.languages import all_languages, language

    table = Table()
    for heading in ("tag", "name", "autonym", "scripts", "family", "genus"):
        table.add_column(heading)
    for entry in [language(tag) for tag in tags] if tags else all_languages():
        table.add_row(
            entry.tag,
            entry.name,
            entry.autonym,
            " ".join(sorted(entry.scripts)),
            entry.family or "?",
            entry.genus or "?",
        )
    out_console.print(table)


def main() -> NoReturn:
    """Run the command line; an error is one line on standard error, with exit code 1 or 2."""
    try:
        app()
    except KeyboardInterrupt:
        error_console.print("scriptgap: stopped")
        sys.exit(130)
    except ScriptgapError as error:
        if _debug:
            raise
        error_console.print(f"scriptgap: {error}", style="red", markup=False, highlight=False, soft_wrap=True)
        sys.exit(error.exit_code)
    except Exception as error:
        if _debug:
            raise
        error_console.print(
            f"scriptgap: unexpected {type(error).__name__}: {' '.join(str(error).split())[:300]}; "
            "--debug shows where",
            style="red",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
        sys.exit(1)
    sys.exit(0)


if __name__ == "__main__":
    main()

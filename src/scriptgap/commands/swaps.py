"""`scriptgap swaps`: which scripts a language can be swapped into, and how much survives."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scriptgap.commands.shared import error_console, out_console, parent_folder
from scriptgap.errors import UsageError

if TYPE_CHECKING:
    import polars as pl


def swaps(
    text: Annotated[str | None, typer.Option(help="Show this text in --script instead.")] = None,
    names: Annotated[
        Path | None, typer.Option(help="Measure on names of this tab-separated file instead of CLDR's.")
    ] = None,
    column: Annotated[
        str | None, typer.Option(help="The column of --names: its number, from 1, or its heading.")
    ] = None,
    language: Annotated[
        str | None,
        typer.Option(help="Only this language, or that of the text or the names: sr, sr-Latn."),
    ] = None,
    script: Annotated[str | None, typer.Option(help="Only swaps into this script (ISO 15924).")] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Also write the table, as CSV.")] = None,
) -> None:
    """Show the rules of the conditions swap_SCRIPT, what is lost if they are undone, and what is refused.

    Example: `scriptgap swaps --names names.tsv --language ru`

    Example: `scriptgap swaps --text "Која је престоница Грчке?" --language sr --script Latn`
    """
    if text is not None:
        _show_text(text, language, script)
        return
    if names is not None and language is None:
        raise UsageError("--names needs --language")
    if column is not None and names is None:
        raise UsageError("--column needs --names")
    import polars as pl

    from scriptgap.script_swap import RULES
    from scriptgap.script_swap.name_files import read_names
    from scriptgap.script_swap.round_trip import swap_rules_table

    if script is not None and script.title() not in {rule.to_script for rule in RULES}:
        raise UsageError(f"no rule swaps any language into {script}")
    with error_console.status("measuring"):
        listed = {language: read_names(names, language, column)} if names and language else None
        table = swap_rules_table(listed)
    if names is None and language is not None:
        table = table.filter(pl.col("language") == language.split("-")[0])
        if table.is_empty():
            raise UsageError(f"no rule swaps {language}; `scriptgap swaps` lists the rules")
    if script is not None:
        table = table.filter(to_script=script.title())
        if table.is_empty():
            raise UsageError(f"no rule swaps {language} into {script}")
    _show_table(table)
    if language is None:
        _show_refusals(script)
    if out is not None:
        parent_folder(out)
        table.write_csv(out)
        out_console.print(f"{out}: {table.height} rules", markup=False, highlight=False, soft_wrap=True)


def _show_text(text: str, language: str | None, script: str | None) -> None:
    from scriptgap.script_swap import swap

    if language is None or script is None:
        raise UsageError("--text needs --language and --script")
    out_console.print(swap(text, language, script), markup=False, highlight=False, soft_wrap=True)


def _percent(value: float | None, digits: int = 1) -> str:
    return "" if value is None else f"{100 * value:.{digits}f}"


def _row(row: dict[str, Any]) -> list[str]:
    errors = _percent(row["error_rate"])
    if errors:
        errors += f" ({_percent(row['low'])} to {_percent(row['high'])})"
    agreement = f"{_percent(row['agreement'], 0)} of {row['n_agreement']:,}" if row["n_agreement"] else ""
    return [
        f"{row['language']} {row['from_script']} → {row['to_script']}",
        "texts" if row["whole_text"] else "names",
        row["standard"] + (f" ({row['library']})" if row["library"] else ""),
        f"{row['n']:,}",
        errors,
        _percent(row["collision_rate"]),
        agreement,
    ]


def _show_table(table: "pl.DataFrame") -> None:
    from rich.table import Table

    shown = Table()
    for heading, right in (
        ("swap", False),
        ("of", False),
        ("standard", False),
        ("names", True),
        ("lost, %", True),
        ("alike, %", True),
        ("as CLDR, %", True),
    ):
        shown.add_column(heading, justify="right" if right else "left")
    for row in table.iter_rows(named=True):
        shown.add_row(*_row(row))
    out_console.print(shown)
    out_console.print(
        "lost: names that do not come back (95 % interval), blank where there is no way back; alike: names "
        "written as another name is; as CLDR: names that CLDR writes so too, of those it has in both scripts",
        highlight=False,
    )


def _show_refusals(script: str | None) -> None:
    from scriptgap.script_swap.refusals import REFUSALS

    for refused in REFUSALS:
        if script is None or refused.to_script == script.title():
            out_console.print(
                f"refused: {refused.language} {refused.from_script} → {refused.to_script}: {refused.reason}",
                markup=False,
                highlight=False,
            )

"""`scriptgap candidates`: likely source spellings of names, and how often they hold the true one."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scriptgap.commands.shared import error_console, out_console, parent_folder
from scriptgap.errors import UsageError

if TYPE_CHECKING:
    import polars as pl


def candidates(
    names: Annotated[
        list[str] | None, typer.Argument(help="Names in any script.", show_default=False)
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="Spellings to show for each name.")] = 10,
    learn: Annotated[
        Path | None,
        typer.Option(
            help="Learn from these name pairs (lines of SOURCE, NAME and, optionally, COUNT, between tabs), "
            "not the built-in ones, which are names of places."
        ),
    ] = None,
    check: Annotated[
        Path | None,
        typer.Option(help="Measure recall on these name pairs; a fifth of --learn, by hash, where absent."),
    ] = None,
    attested: Annotated[
        list[Path] | None,
        typer.Option(help="Name pairs of other scripts, whose source spellings are attested too; repeat."),
    ] = None,
    most: Annotated[int, typer.Option(min=1, help="Check on so many names, chosen at random.")] = 2000,
    seed: Annotated[int, typer.Option(help="For that choice.")] = 0,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Also write what is shown, as CSV.")] = None,
) -> None:
    """Show the likely source spellings of names, or measure recall on name pairs.

    Example: `scriptgap candidates Греция 브라질`

    Example: `scriptgap candidates --learn names_80.tsv --check names_20.tsv --attested other.tsv`
    """
    if out is not None:
        parent_folder(out)
    if not names and learn is None and check is None:
        raise UsageError("give names, or --check FILE to measure recall")
    if names:
        _show_names(names, limit, learn, attested or [], out)
        return
    from scriptgap.candidates.name_pairs import built_in_pairs, read_name_pairs
    from scriptgap.candidates.recall import held_out, learned, recall_table
    from scriptgap.scripts import script_of

    with error_console.status("reading"):
        others = [pair for path in attested or [] for pair in read_name_pairs(path)]
        checked = read_name_pairs(check) if check else []
        if learn is not None:
            pairs = read_name_pairs(learn)
            pairs, checked = (pairs, checked) if check else held_out(pairs)
        else:
            script = script_of("".join(pair.query for pair in checked[:1000])) or "Latn"
            pairs = list(built_in_pairs(script))
            if not pairs:
                raise UsageError(f"{check}: there are no built-in name pairs in {script}; give --learn FILE")
    if learn is not None:
        _warn_of_few(learn, len(pairs))
    with error_console.status(f"learning from {len(pairs):,} name pairs"):
        model = learned(pairs, others)
    with error_console.status("checking"):
        table = recall_table(model, checked, most, seed)
    _show_recall(table)
    if out is not None:
        table.write_csv(out)


def _show_names(
    names: list[str], limit: int, learn: Path | None, attested: list[Path], out: Path | None
) -> None:
    import polars as pl
    from rich.table import Table

    from scriptgap.candidates.ambiguity import ambiguity
    from scriptgap.candidates.name_pairs import read_name_pairs
    from scriptgap.candidates.recall import learned
    from scriptgap.candidates.spelling import candidates_of

    with error_console.status("learning"):
        model = None
        if learn is not None:
            pairs = read_name_pairs(learn)
            _warn_of_few(learn, len(pairs))
            model = learned(pairs, [p for path in attested for p in read_name_pairs(path)])
        found = {name: candidates_of(name, max(limit, 20), model) for name in names}
    table = Table()
    for heading in ("name", "spelling", "probability", "provenance"):
        table.add_column(heading, justify="right" if heading == "probability" else "left")
    for name, own in found.items():
        for candidate in own[:limit]:
            table.add_row(name, candidate.spelling, f"{candidate.probability:.3f}", candidate.provenance)
        score = ambiguity(own)
        told = "no candidates: no name pairs of its script" if score is None else f"ambiguity {score:.1f}"
        table.add_row(name, "", "", told, end_section=True)
    out_console.print(table)
    if out is not None:
        rows: list[dict[str, object]] = []
        for name, own in found.items():
            spellings = [asdict(candidate) for candidate in own[:limit]] or [{}]
            rows += [{"name": name, **spelling, "ambiguity": ambiguity(own)} for spelling in spellings]
        pl.DataFrame(rows, ["name", "spelling", "probability", "provenance", "ambiguity"]).write_csv(out)


def _warn_of_few(file: Path, number: int) -> None:
    from scriptgap.candidates.name_pairs import FEW

    if number < FEW:
        error_console.print(
            f"warning: {file}: {number:,} name pair{'s' * (number != 1)} to learn from; with fewer than "
            f"{FEW:,} the spellings will be weak",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )


def _show_recall(table: "pl.DataFrame") -> None:
    from rich.table import Table

    shown = Table()
    for heading in ("method", "names", "n", "recall at 1", "at 5", "at 20"):
        shown.add_column(heading, justify="left" if heading in {"method", "names"} else "right")
    for method, group, n, *recalls in table.iter_rows():
        shown.add_row(method, group, f"{n:,}", *("" if r is None else f"{100 * r:.1f}" for r in recalls))
    out_console.print(shown)

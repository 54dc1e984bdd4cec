"""What the commands share: consoles, options that several have, and how tables are written."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from scriptgap.errors import UsageError

if TYPE_CHECKING:
    import polars as pl

    from scriptgap.records import Loaded

out_console = Console()
error_console = Console(stderr=True)

Columns = Annotated[
    str | None,
    typer.Option(help="Where to find our columns, as ours=theirs,...; a constant is ours==value."),
]


def split(value: str | None) -> list[str] | None:
    """Read a comma-separated list; None where there is none."""
    return [part.strip() for part in value.split(",") if part.strip()] if value else None


def pairs(value: str | None) -> dict[str, str]:
    """Read ``ours=theirs,...``."""
    read = {}
    for part in split(value) or []:
        ours, sign, theirs = part.partition("=")
        if not (ours.strip() and sign and theirs.strip()):
            raise UsageError(f"--columns: {part!r} is not ours=theirs")
        read[ours.strip()] = theirs.strip()
    return read


def scored(loaded: "Loaded", questions: "Path | pl.DataFrame | None", scorers: str | None) -> "Loaded":
    """Score the responses by text, if there are questions; the first scorer decides what no one has."""
    from scriptgap.scoring.scores import add_scores, check_text_scorers, decide, default_scorers
    from scriptgap.tables import QUESTION_KEY, read_questions

    if questions is None:
        if scorers is not None:
            raise UsageError("--scorer needs --questions, the table with the accepted answers")
        return loaded
    table = read_questions(questions) if isinstance(questions, Path) else questions
    names = check_text_scorers(split(scorers) or default_scorers(sorted(table["dataset"].unique())))
    observations = add_scores(loaded.table, table, names)
    unknown = observations.join(table, on=QUESTION_KEY, how="anti").height
    if unknown:
        error_console.print(f"{unknown:,} answers are not scored by text: their question is not in the table")
    if observations["correct"].null_count() == observations.height:
        observations = decide(observations, names[0])
    return replace(loaded, table=observations)


def write(loaded: "Loaded", source: Path, out: Path, things: str) -> None:
    """Write what was read, say what was refused, and list it all in a file beside the table."""
    import polars as pl

    from scriptgap.records import refusal_line

    if out.exists() and source.exists() and out.samefile(source):
        raise UsageError(f"{out}: is what is read; name another file to write")
    parquet_file(out)
    table, refused = loaded.table, loaded.refused
    table.write_parquet(out)
    listed = out.with_suffix(".refused.csv")
    listed.unlink(missing_ok=True)
    if refused.height:
        refused.write_csv(listed)
        # Rows that differ in a number, a name or the column only are refused for one reason.
        kind = pl.col("reason").str.replace_all(r"\d+|: .*", "")
        reasons = refused.group_by(kind=kind, maintain_order=True).agg(pl.len(), pl.first(*refused.columns))
        for row in reasons.sort("len", descending=True, maintain_order=True).head(5).iter_rows(named=True):
            line = f"refused {row['len']:,}, such as {refusal_line(row)}"
            error_console.print(line, markup=False, highlight=False, soft_wrap=True)
        total = f"{refused.height:,} of {loaded.rows_in:,} rows refused"
        error_console.print(f"{total}; {listed} lists them all", highlight=False, soft_wrap=True)
    counts = f"{table['question_id'].n_unique():,} questions, {table['query_lang'].n_unique()} languages"
    out_console.print(f"{out}: {table.height:,} {things} ({counts})", highlight=False, soft_wrap=True)


def parquet_file(file: Path) -> None:
    """Make the folder of a table that shall be written, or say why it cannot be."""
    if file.suffix.lower() in {".csv", ".tsv", ".json", ".jsonl", ".xlsx"}:
        raise UsageError(f"{file}: tables of questions and answers are Parquet; name a file .parquet")
    parent_folder(file)


def parent_folder(file: Path) -> None:
    """Make the folder of a file that shall be written, or say why it cannot be."""
    if file.is_dir():
        raise UsageError(f"{file}: is a folder; name a file")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{file.parent}: cannot be written ({error.strerror})") from None


def numbers(option: str, value: str | None) -> list[float] | None:
    """Read the numbers of a price option.

    Raises:
        UsageError: A part is no number.
    """
    try:
        return None if value is None else [float(part) for part in value.split(",")]
    except ValueError:
        raise UsageError(f"{option}: {value!r} is not INPUT,OUTPUT[,CACHED_INPUT] in numbers") from None

"""`scriptgap ingest`: observations from results made elsewhere."""

from pathlib import Path
from typing import Annotated

import typer

from scriptgap.commands.shared import Columns, pairs, scored, write

ingest = typer.Typer(no_args_is_help=True, help="Turn results made elsewhere into observations.")

Results = Annotated[Path, typer.Argument(help="The results, a file or a folder.")]
ObservationsOut = Annotated[Path, typer.Option("--out", "-o", help="Observations to write (Parquet).")]
Correct = Annotated[
    str | None, typer.Option(help="What is right: a column, or an expression such as 'rating < 4'.")
]
Questions = Annotated[
    Path | None, typer.Option(help="Questions table, to score the responses by text as well.")
]
Scorers = Annotated[
    str | None,
    typer.Option(
        "--scorer",
        help="Scorers of the responses, comma-separated; the data set's own where absent. Needs --questions.",
    ),
]


@ingest.command("xfakt")
def ingest_xfakt_command(source: Results, out: ObservationsOut) -> None:
    """Read X-FaKT's judged answers, from its repository or from a flat table, and match them by text too.

    Example: `scriptgap ingest xfakt X_FaKT/results/factual_recall -o xfakt.parquet`
    """
    from scriptgap.ingest.xfakt import ingest_xfakt
    from scriptgap.questions.xfakt import build_xfakt

    write(scored(ingest_xfakt(source), build_xfakt(source).table, None), source, out, "answers")


@ingest.command("inspect")
def ingest_inspect_command(
    source: Results,
    out: ObservationsOut,
    columns: Columns = None,
    correct: Correct = None,
    questions: Questions = None,
    scorer: Scorers = None,
) -> None:
    """Read Inspect logs: our own as they are, others by --columns from sample metadata.

    Example: `scriptgap ingest inspect logs/ --columns query_lang=lang,source_lang==en -o o.parquet`
    """
    from scriptgap.ingest.inspect_logs import ingest_inspect

    write(scored(ingest_inspect(source, pairs(columns), correct), questions, scorer), source, out, "answers")


@ingest.command("lm-eval")
def ingest_lm_eval_command(
    source: Results,
    out: ObservationsOut,
    columns: Columns = None,
    correct: Correct = None,
    questions: Questions = None,
    scorer: Scorers = None,
) -> None:
    """Read sample logs of lm-evaluation-harness (`--log_samples`).

    Example: `scriptgap ingest lm-eval out/ --columns query_lang=doc.lang,source_lang==en -o o.parquet`
    """
    from scriptgap.ingest.lm_eval import ingest_lm_eval

    write(scored(ingest_lm_eval(source, pairs(columns), correct), questions, scorer), source, out, "answers")


@ingest.command("table")
def ingest_table_command(
    source: Results,
    out: ObservationsOut,
    columns: Columns = None,
    correct: Correct = None,
    questions: Questions = None,
    scorer: Scorers = None,
) -> None:
    """Read results from any .csv, .tsv, .jsonl or .parquet file.

    Example: `scriptgap ingest table r.csv --columns query_lang=lang --correct "rating < 4" -o o.parquet`
    """
    from scriptgap.ingest.table import ingest_table

    loaded = ingest_table(source, pairs(columns), correct, judged=questions is None)
    write(scored(loaded, questions, scorer), source, out, "answers")

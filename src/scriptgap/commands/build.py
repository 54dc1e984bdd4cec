"""`scriptgap build`: a questions table from each data set."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from scriptgap.commands.shared import Columns, out_console, pairs, parquet_file, split, write
from scriptgap.errors import UsageError

Translations = Literal["human", "machine", "both"]

build = typer.Typer(no_args_is_help=True, help="Build a questions table, or data for training.")

Source = Annotated[Path, typer.Argument(help="The data set's file or folder, as its authors publish it.")]
QuestionsOut = Annotated[Path, typer.Option("--out", "-o", help="Questions table to write (Parquet).")]
QueryLanguages = Annotated[
    str | None, typer.Option("--languages", help="Query languages, comma-separated; all where absent.")
]


@build.command("atlas")
def build_atlas_command(
    out: Annotated[Path, typer.Option("--out", "-o", help="Questions table to write (Parquet).")],
    languages: Annotated[
        str | None, typer.Option(help="Query languages, comma-separated BCP-47 tags; all where absent.")
    ] = None,
    relations: Annotated[
        str | None, typer.Option(help="Some of capital,country,currency,continent; all where absent.")
    ] = None,
    countries: Annotated[
        int | None, typer.Option(help="Ask about this many countries, the most populous.")
    ] = None,
) -> None:
    """Build Atlas: facts about countries and cities, asked in many languages and scripts.

    Example: `scriptgap build atlas --languages en,es,ru,hi --relations capital -o questions.parquet`
    """
    from scriptgap.questions.atlas import build_atlas, format_report

    parquet_file(out)
    atlas = build_atlas(split(languages), split(relations), countries)
    atlas.questions.write_parquet(out)
    out_console.print(format_report(atlas))
    out_console.print(f"{out}: {atlas.questions.height:,} rows", highlight=False)


@build.command("eclektic")
def build_eclektic_command(source: Source, out: QuestionsOut, languages: QueryLanguages = None) -> None:
    """Build ECLeKTic from its eclektic_main.jsonl.

    Example: `scriptgap build eclektic eclektic_main.jsonl -o eclektic.parquet`
    """
    from scriptgap.questions.eclektic import build_eclektic

    write(build_eclektic(source, split(languages)), source, out, "questions")


@build.command("multiloko")
def build_multiloko_command(
    source: Annotated[
        Path, typer.Argument(help="The folder benchmark_data, or the archive benchmark_data.tar.xz.enc.")
    ],
    out: QuestionsOut,
    languages: QueryLanguages = None,
    translations: Annotated[Translations, typer.Option(help="Which translated questions to take.")] = "human",
    password: Annotated[
        str | None,
        typer.Option(envvar="MULTILOKO_PASSWORD", help="The archive's password, from its authors' README."),
    ] = None,
) -> None:
    """Build MultiLoKo from its folder, or from its archive, which is read in memory and never unpacked.

    Example: `scriptgap build multiloko benchmark_data.tar.xz.enc --password ... -o multiloko.parquet`
    """
    from scriptgap.questions.multiloko import build_multiloko

    write(build_multiloko(source, split(languages), password, translations), source, out, "questions")


@build.command("mkqa")
def build_mkqa_command(source: Source, out: QuestionsOut, languages: QueryLanguages = None) -> None:
    """Build MKQA from mkqa.jsonl, mkqa.jsonl.gz, or a folder with one file a language.

    Example: `scriptgap build mkqa mkqa.jsonl.gz --languages en,ja,ru -o mkqa.parquet`
    """
    from scriptgap.questions.mkqa import build_mkqa

    write(build_mkqa(source, split(languages)), source, out, "questions")


@build.command("xfakt")
def build_xfakt_command(source: Source, out: QuestionsOut, languages: QueryLanguages = None) -> None:
    """Build X-FaKT's factual recall from its repository or from a flat table.

    Example: `scriptgap build xfakt X_FaKT/ -o xfakt.parquet`
    """
    from scriptgap.questions.xfakt import build_xfakt

    write(build_xfakt(source, split(languages)), source, out, "questions")


@build.command("table")
def build_table_command(
    source: Annotated[Path, typer.Argument(help="A .csv, .tsv, .jsonl or .parquet file.")],
    out: QuestionsOut,
    columns: Columns = None,
    dataset: Annotated[
        str | None, typer.Option(help="Name of the data set; the file's name where absent.")
    ] = None,
) -> None:
    """Build a questions table from any table.

    Example: `scriptgap build table mine.csv --columns question=prompt,answers=gold -o mine.parquet`
    """
    from scriptgap.questions.table import build_table

    write(build_table(source, pairs(columns), dataset), source, out, "questions")


@build.command("entities")
def build_entities_command(
    questions: Annotated[Path, typer.Argument(help="A questions table (Parquet), from another build.")],
    extractor: Annotated[
        str | None,
        typer.Option(help="Model that names the entity where the data do not: any Inspect model name."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            help="Questions table to write (Parquet); QUESTIONS-with-entities.parquet where absent.",
        ),
    ] = None,
) -> None:
    """Find the key entity of each question, for hints, and list it with its evidence for you to review.

    What is found, and why nothing is, goes into a .entities.parquet and a .entities.csv beside the table. To
    correct a row, edit it there, write reviewed as its origin, and give the command again; what the model was
    asked before it is not asked again.

    Example: `scriptgap build entities eclektic.parquet --extractor openai/gpt-5-mini -o hinted.parquet`
    """
    from scriptgap.entities.bar import asking_bar
    from scriptgap.entities.find import find_entities
    from scriptgap.entities.report import entities_report

    out = out or questions.with_name(f"{questions.stem}-with-entities.parquet")
    parquet_file(out)
    if out.exists() and questions.exists() and out.samefile(questions):
        raise UsageError(f"{out}: is what is read; name another file to write")
    cache = out.with_suffix(".entities.parquet")
    with asking_bar("asking") as progress:
        found = find_entities(questions, extractor, cache, progress)
    found.questions.write_parquet(out)
    for line in entities_report(found, cache.with_suffix(".csv")):
        out_console.print(line, markup=False, highlight=False, soft_wrap=True)
    counts = f"{out}: {found.questions.height:,} questions"
    out_console.print(counts, markup=False, highlight=False, soft_wrap=True)


@build.command("replay")
def build_replay_command(
    model: Annotated[
        str,
        typer.Option("--model", "-m", help="Model that is to be trained, by any name that measure knows."),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="File to write (JSON Lines).")],
    languages: Annotated[
        str | None,
        typer.Option(help="Languages to ask in, comma-separated, such as those taught; all 18 where absent."),
    ] = None,
    each: Annotated[int, typer.Option(help="Questions to ask for in each language.")] = 100,
) -> None:
    """Build replay of a model's own: it asks and answers everyday questions, for synthesize --replay.

    Mixed into the samples, it keeps a model from forgetting what the samples have not. An interrupted command
    goes on where it stopped.

    Example: `scriptgap build replay -m embedded/gemma-3-270m --languages en,ru,hi -o replay.jsonl`
    """
    from scriptgap.entities.bar import asking_bar
    from scriptgap.synthesize.own_replay import build_replay

    with asking_bar("asking") as progress:
        made = build_replay(model, out, split(languages), each, progress)
    counts = f"{out}: {len(made.rows):,} of {made.asked:,} questions with an answer"
    out_console.print(counts, markup=False, highlight=False, soft_wrap=True)

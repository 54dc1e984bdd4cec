"""What samples are made of, read: questions, names, what a model answered, general data."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from scriptgap.errors import UsageError
from scriptgap.measure.presentation import FEWSHOT
from scriptgap.questions.atlas import build_atlas
from scriptgap.questions.facts import RELATIONS, SOURCE_LANGUAGE
from scriptgap.records import REFUSED, Intake, Loaded, table_rows
from scriptgap.synthesize.city_names import GEONAMES, city_names
from scriptgap.synthesize.name_questions import TOPIC, name_questions, name_seeds, read_name_questions
from scriptgap.synthesize.recipe import Recipe
from scriptgap.synthesize.replay import read_replay
from scriptgap.synthesize.seeds import seeds_of, with_splits
from scriptgap.tables import QUESTION_KEY, QUESTIONS, check_table, read_questions

ATLAS = "atlas"

_TEXT_TABLES = frozenset({".csv", ".tsv", ".jsonl", ".ndjson"})


@dataclass(frozen=True, slots=True)
class Source:
    """Everything that samples can be made of.

    Attributes:
        questions: Questions of all tables, with worked examples.
        placed: Those with an entity, with the split of it (`seeds.with_splits`).
        seeds: Columns of `seeds.SEEDS` of every kind that the recipe asks for; replay also has ``reasoning``
            and ``response``, null elsewhere.
        unnamed: Questions left out because they have no entity in both languages.
        refused: Rows of names and replay that could not be read (`records.REFUSED`).
    """

    questions: pl.DataFrame
    placed: pl.DataFrame
    seeds: pl.DataFrame
    unnamed: int
    refused: pl.DataFrame


def read_source(
    source: pl.DataFrame | str | Path | None,
    recipe: Recipe,
    names: str | Path | None = None,
    replay: str | Path | None = None,
) -> Source:
    """Read questions and make their seeds.

    Args:
        source: A questions table, its Parquet file, the folder of a run, or ``atlas`` or None for Atlas.
        recipe: What to take of it.
        names: A table of name pairs (`name_questions.read_name_questions`), or ``geonames`` for those built
            in (`city_names`).
        replay: General data (`replay.read_replay`).

    Raises:
        UsageError: A file cannot be read or is no such table, the recipe asks for a language, a topic or
            replay that is not there or leaves out names or replay that are, or nothing is left to ask.
    """
    if recipe.kinds["replay"] and replay is None:
        raise UsageError("the recipe has a share of replay: give the data (--replay FILE), or set it to 0")
    if replay is not None and not recipe.kinds["replay"]:
        raise UsageError("--replay: the recipe gives kind replay no share; set kinds: {..., replay: 0.1}")
    if names is not None:
        _check_names(recipe)
    tables, refused = [], []
    if (table := _questions(source, recipe)) is not None:
        tables.append(table)
    named = None
    if names is not None:
        loaded = _names(names, recipe, tables)
        named = loaded.table
        refused.append(loaded.refused)
        tables.append(named)
    if not tables:
        raise UsageError("the recipe's relations leave no question to ask; a table of names needs --names")
    questions = pl.concat(tables, how="diagonal_relaxed")
    questions = check_table(questions, QUESTIONS, QUESTION_KEY, "questions")
    questions = _chosen(questions, recipe)
    conditions = [condition for condition, share in recipe.conditions.items() if share]
    facts = questions if named is None else questions.join(named, on=QUESTION_KEY, how="anti")
    parts = []
    if facts.height:
        parts.append(seeds_of(facts, recipe.split, conditions, recipe.fold, recipe.answer_language))
    kinds = [kind for kind, share in recipe.kinds.items() if share]
    if named is not None:
        own = name_seeds(questions.join(named, on=QUESTION_KEY, how="semi"), recipe.split, recipe.fold)
        if own.filter(pl.col("kind").is_in(kinds)).is_empty():
            raise UsageError(
                f"{names}: no name is of the recipe's languages and kinds, and written differently in the two"
            )
        parts.append(own)
    if replay is not None:
        loaded = read_replay(replay, recipe.split)
        refused.append(loaded.refused)
        parts.append(loaded.table)
    seeds = pl.concat(parts, how="diagonal_relaxed") if parts else pl.DataFrame()
    if seeds.is_empty():
        raise UsageError("no question has an entity in both languages and an answer: nothing to teach")
    missing = [pl.lit(None, pl.String).alias(name) for name in ("reasoning", "response")]
    seeds = seeds.with_columns(
        [column for column in missing if column.meta.output_name() not in seeds.columns]
    )
    placed = with_splits(questions, recipe.split, recipe.fold)
    return Source(
        questions=questions,
        placed=placed,
        seeds=seeds.filter(pl.col("kind").is_in(kinds)),
        unnamed=questions.filter(pl.col("split") != FEWSHOT).height - placed.height,
        refused=pl.concat(refused) if refused else pl.DataFrame(),
    )


def read_evaluation(tables: Sequence[pl.DataFrame | str | Path]) -> list[pl.DataFrame]:
    """Read questions tables of evaluation sets.

    Raises:
        UsageError: One cannot be read, or is no questions table.
    """
    return [
        check_table(table, QUESTIONS, QUESTION_KEY, "evaluation")
        if isinstance(table, pl.DataFrame)
        else read_questions(Path(table))
        for table in tables
    ]


def _check_names(recipe: Recipe) -> None:
    """Raise where the recipe has no place for questions of names."""
    if recipe.relations is not None and TOPIC not in recipe.relations:
        given = ", ".join([*recipe.relations, TOPIC])
        raise UsageError(f"--names: the recipe's relations leave names out; set relations: [{given}]")
    if not recipe.conditions["entity_only"]:
        raise UsageError(
            "--names: names are asked in condition entity_only, to which the recipe gives no share; set "
            "conditions: {plain: 0.5, entity_only: 0.5}"
        )


def _names(names: str | Path, recipe: Recipe, tables: Sequence[pl.DataFrame]) -> Loaded:
    """Return the questions of names; of those built in none is refused."""
    if str(names) != GEONAMES or Path(names).exists():
        return read_name_questions(names)
    asked = {tag for table in tables for tag in table["query_lang"].unique()}
    pairs = city_names(recipe.languages or sorted(asked))
    if pairs.is_empty():
        raise UsageError("--names geonames: has names in none of the recipe's languages")
    return Loaded(name_questions(pairs, GEONAMES), pl.DataFrame(schema=REFUSED), pairs.height)


def _questions(source: pl.DataFrame | str | Path | None, recipe: Recipe) -> pl.DataFrame | None:
    if isinstance(source, pl.DataFrame):
        return check_table(source, QUESTIONS, QUESTION_KEY, "questions")
    if source is None or (str(source) == ATLAS and not Path(source).exists()):
        languages, relations = recipe.languages, recipe.relations
        if relations is not None:
            relations = tuple(relation for relation in relations if relation != TOPIC)
            if not relations:
                return None
        tags = None if languages is None else [*dict.fromkeys([SOURCE_LANGUAGE, *languages])]
        return build_atlas(tags, relations or RELATIONS, recipe.countries).questions
    path = Path(source)
    if not path.is_dir():
        return _read_questions(path)
    file = path / "questions.parquet"
    if not file.is_file():
        raise UsageError(f"{path}: is no run folder, it has no questions.parquet; name a table or a run")
    return read_questions(file)


def _read_questions(path: Path) -> pl.DataFrame:
    """Read a questions table; of a file of another kind, say by which way it comes in."""
    try:
        return read_questions(path)
    except UsageError:
        if _has_names(path):
            raise UsageError(
                f"{path}: is a table of names, not of questions; give it by --names {path}"
            ) from None
        if path.is_file() and {*path.suffixes} & _TEXT_TABLES:
            raise UsageError(
                f"{path}: is no questions table in Parquet; make one by scriptgap build table {path}, "
                f"or, if it holds names with name_source and name_query, give it by --names {path}"
            ) from None
        raise


def _has_names(path: Path) -> bool:
    """Tell whether a file is a table that `name_questions.read_name_questions` reads."""
    try:
        _, first = next(table_rows(path, Intake()), (0, {}))
    except UsageError:
        return False
    return {"name_source", "name_query"} <= first.keys()


def _chosen(questions: pl.DataFrame, recipe: Recipe) -> pl.DataFrame:
    """Keep the languages and topics of the recipe."""
    if recipe.languages is not None:
        found = set(questions["query_lang"].unique())
        if missing := [tag for tag in recipe.languages if tag not in found]:
            raise UsageError(
                f"recipe: languages: no question is asked in {', '.join(missing)}; there are "
                f"{', '.join(sorted(found))}"
            )
        questions = questions.filter(
            pl.col("query_lang").is_in(list(recipe.languages))
            | (pl.col("query_lang") == pl.col("source_lang"))
        )
    if recipe.relations is not None:
        topics = set(questions["topic"].drop_nulls().unique())
        if missing := [topic for topic in recipe.relations if topic not in topics]:
            raise UsageError(
                f"recipe: relations: no question is of {', '.join(missing)}; there are "
                f"{', '.join(sorted(topics)) or 'none'}"
            )
        questions = questions.filter(pl.col("topic").is_in(list(recipe.relations)))
    return questions

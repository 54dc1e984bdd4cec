"""Observations made ready for explanation: checked, with match predictors and the questions' columns."""

from pathlib import Path
from typing import Any

import polars as pl

from scriptgap.errors import UsageError
from scriptgap.languages import add_match_predictors, language, language_match
from scriptgap.measure.conditions import condition, in_order, known
from scriptgap.scripts import fold_script
from scriptgap.tables import (
    OBSERVATION_KEY,
    OBSERVATIONS,
    QUESTION_KEY,
    QUESTIONS,
    check_table,
    read_observations,
    read_questions,
)

MATCH_CLASSES = ["same_language", "same_script", "cross_script"]
"""The match classes in the order they are listed."""

_JOINED = ["entity_source", "entity_query", "entity_type", "topic"]
"""What every row needs of its question; texts and answers, which are large, only the examples need."""


def load(observations: Any, questions: Any = None) -> tuple[pl.DataFrame, pl.DataFrame | None]:
    """Read and check observations and, where there is one, the questions table.

    Args:
        observations: An observations table (polars or pandas), a Parquet file, or a run folder. If a run
            folder holds ``questions.parquet`` and `questions` is None, that table is used.
        questions: The questions table that was measured, or its Parquet file.

    Raises:
        UsageError: A table cannot be read or lacks what it must have.
    """
    if isinstance(observations, str | Path):
        path = Path(observations)
        if questions is None and (path / "questions.parquet").is_file():
            questions = path / "questions.parquet"
        frame = read_observations(path)
    else:
        table = _as_polars(observations)
        frame = check_table(table, OBSERVATIONS, OBSERVATION_KEY, "observations")
    if isinstance(questions, str | Path):
        questions = read_questions(Path(questions))
    elif questions is not None:
        questions = check_table(_as_polars(questions), QUESTIONS, QUESTION_KEY, "questions")
    return frame, questions


def prepare(
    observations: pl.DataFrame, questions: pl.DataFrame | None = None, ambiguity: bool = False
) -> pl.DataFrame:
    """Add the match predictors and the columns that the explanation reads.

    Args:
        observations: A checked observations table; more columns than it must have are kept.
        questions: A checked questions table. Its entities and topics are joined where the observations lack
            them; from rows of the split ``fewshot`` too, since each row is a question of its own.
        ambiguity: Whether to add `candidates.ambiguity.with_ambiguity`'s column, which takes a while.

    Returns:
        The observations with `scriptgap.languages.add_match_predictors`' columns and ``question_group``
        (dataset and question, the unit that is independent of others), sorted by the observation key.

    Raises:
        UsageError: A language tag is unknown, or there are no names whose ambiguity could be told.
    """
    if questions is not None:
        added = [column for column in _JOINED if column not in observations.columns]
        if not observations.join(questions, on=QUESTION_KEY, how="semi").height:
            raise UsageError("the questions table has none of the questions that were answered")
        observations = observations.join(
            questions.select(*QUESTION_KEY, *added), on=QUESTION_KEY, how="left", maintain_order="left"
        )
    if ambiguity:
        if not {"entity_source", "entity_query"} <= set(observations.columns):
            raise UsageError(
                "the ambiguity of names needs the questions table, which has them (--questions FILE)"
            )
        # Loaded here: it takes a second.
        from scriptgap.candidates.ambiguity import with_ambiguity

        observations = with_ambiguity(observations)
    frame: pl.DataFrame = _with_swapped_scripts(add_match_predictors(observations))
    return frame.with_columns(
        question_group=pl.concat_str("dataset", "question_id", separator="\u001f")
    ).sort(OBSERVATION_KEY)


def headline_condition(conditions: list[str]) -> str | None:
    """Return the condition of the main findings.

    ``plain`` where present, else ``entity_only``, else the first that neither hints nor swaps; None if all
    do.
    """
    kept = (c for c in in_order(conditions) if not known(c) or condition(c).change in (None, "think"))
    return next(kept, None)


def _with_swapped_scripts(frame: pl.DataFrame) -> pl.DataFrame:
    """Let a swapped question match by the script it was written in, not by that of its language."""
    key = ["condition", "source_lang", "query_lang"]
    rows = []
    for name, source, query in frame.select(key).unique().sort(key).iter_rows():
        way = condition(name) if known(name) else None
        if way is not None and way.script is not None:
            ours, theirs = language(source).scripts, fold_script(way.script)
            same = "same_language" if language_match(source, query) else "same_script"
            overlap = len(ours & theirs) / len(ours | theirs)
            match_class = same if ours == theirs else "cross_script"
            rows.append((name, source, query, ours == theirs, overlap, match_class))
    changed = ["script_match", "script_overlap", "match_class"]
    swapped = pl.DataFrame(rows, schema=frame.select(*key, *changed).schema, orient="row")
    return frame.update(swapped, on=key, how="left") if rows else frame


def _as_polars(table: Any) -> pl.DataFrame:
    if isinstance(table, pl.LazyFrame):
        return table.collect()
    if isinstance(table, pl.DataFrame):
        return table
    if type(table).__module__.split(".")[0] != "pandas":
        raise UsageError(
            f"observations and questions are polars or pandas tables, files or run folders, "
            f"not {type(table).__name__}"
        )
    try:
        return pl.from_pandas(table)
    except ImportError:
        raise UsageError("a pandas table can be read only with pyarrow: pip install pyarrow") from None

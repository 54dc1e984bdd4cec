"""The two tables that every step reads or writes: questions and observations."""

from pathlib import Path

import polars as pl

from scriptgap.errors import UsageError

QUESTIONS: dict[str, pl.DataType | type[pl.DataType]] = {
    "dataset": pl.String,
    "question_id": pl.String,
    "source_lang": pl.String,
    "query_lang": pl.String,
    "question": pl.String,
    "answers": pl.List(pl.String),
    "entity_source": pl.String,
    "entity_query": pl.String,
    "entity_type": pl.String,
    "context": pl.String,
    "topic": pl.String,
    "split": pl.String,
}
"""Columns of a questions table. ``answers[0]`` is the answer to show, in the query language (in a worked
example, in the language in which answers are asked for); the list holds every accepted form. ``split`` is
``fewshot`` for worked examples, else the split's name."""

OBSERVATIONS: dict[str, pl.DataType | type[pl.DataType]] = {
    "dataset": pl.String,
    "model": pl.String,
    "question_id": pl.String,
    "source_lang": pl.String,
    "query_lang": pl.String,
    "condition": pl.String,
    "sample": pl.Int32,
    "response": pl.String,
    "reasoning": pl.String,
    "stop_reason": pl.String,
    "correct": pl.Boolean,
    "answer_script": pl.String,
    "scorer": pl.String,
}
"""Columns of an observations table. ``correct`` is null where the answer was not scored
(truncated or failed); ``stop_reason`` then says why."""

CUT_SHORT = frozenset({"max_tokens", "model_length", "content_filter", "error"})
"""Stop reasons of answers that were cut short or failed: no verdict on them counts."""

_STOP_REASONS = {
    **dict.fromkeys(["end_turn", "eos", "eos_token", "stop_sequence", "finished", "end"], "stop"),
    **dict.fromkeys(["length", "max_length", "max_new_tokens", "max_output_tokens"], "max_tokens"),
    "truncated": "max_tokens",
    **dict.fromkeys(["safety", "refusal", "recitation"], "content_filter"),
}


def usual_stop_reason(reason: str | None) -> str | None:
    """Return a provider's stop reason by its usual name (Inspect's); unknown ones in small letters."""
    if reason is None:
        return None
    folded = reason.strip().lower()
    return _STOP_REASONS.get(folded, folded)


QUESTION_KEY = ["dataset", "question_id", "source_lang", "query_lang"]
OBSERVATION_KEY = ["dataset", "model", "question_id", "source_lang", "query_lang", "condition", "sample"]

_NULLABLE = {
    "entity_source",
    "entity_query",
    "entity_type",
    "context",
    "topic",
    "response",
    "reasoning",
    "stop_reason",
    "correct",
    "answer_script",
}


def check_table(
    frame: pl.DataFrame, schema: dict[str, pl.DataType | type[pl.DataType]], key: list[str], name: str
) -> pl.DataFrame:
    """Return `frame` with the columns of `schema` first, cast to their types, or refuse it.

    Args:
        frame: Any table; columns beyond `schema` are kept.
        schema: `QUESTIONS` or `OBSERVATIONS`.
        key: Columns that together must be unique (`QUESTION_KEY` or `OBSERVATION_KEY`).
        name: How error messages call the table, such as its file name.

    Raises:
        UsageError: A column is missing or of another type, a value that must be there is null, the key is
            not unique, or there is no row.
    """
    missing = [column for column in schema if column not in frame.columns]
    if missing:
        raise UsageError(
            f"{name}: missing column{'s' if len(missing) > 1 else ''} {', '.join(missing)}; "
            f"it has {', '.join(frame.columns) or 'none'}"
        )
    if frame.is_empty():
        raise UsageError(f"{name}: the table has no rows")
    columns = []
    for column, dtype in schema.items():
        try:
            columns.append(frame[column].cast(dtype))
        except pl.exceptions.PolarsError:
            raise UsageError(f"{name}: column {column} is {frame[column].dtype}, not {dtype}") from None
        if column not in _NULLABLE and columns[-1].null_count():
            row = int(columns[-1].is_null().arg_max() or 0)
            raise UsageError(f"{name}: row {row + 1}: column {column} is empty")
    frame = pl.DataFrame([*columns, *frame.drop(list(schema)).get_columns()])
    duplicated = frame.select(key).is_duplicated()
    if duplicated.any():
        row = int(duplicated.arg_max() or 0)
        raise UsageError(
            f"{name}: row {row + 1} is there twice: {dict(frame.select(key).row(row, named=True))}"
        )
    return frame


def read_table(path: Path) -> pl.DataFrame:
    """Read a Parquet file.

    Raises:
        UsageError: The file is absent, empty or not Parquet.
    """
    if not path.is_file():
        raise UsageError(f"{path}: no such file")
    try:
        return pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise UsageError(f"{path}: not a Parquet file ({str(error).splitlines()[0]})") from None


def read_questions(path: Path) -> pl.DataFrame:
    """Read and check a questions table (columns of `QUESTIONS`).

    Raises:
        UsageError: The file cannot be read or is not a questions table.
    """
    return check_table(read_table(path), QUESTIONS, QUESTION_KEY, str(path))


def read_observations(path: Path) -> pl.DataFrame:
    """Read and check an observations table (columns of `OBSERVATIONS`).

    Args:
        path: A Parquet file, or a run folder that holds ``observations.parquet``.

    Raises:
        UsageError: The file cannot be read or is not an observations table.
    """
    file = path / "observations.parquet" if path.is_dir() else path
    if path.is_dir() and not file.is_file():
        raise UsageError(
            f"{file}: no such file; no run has ended in this folder, give `scriptgap measure` again"
        )
    return check_table(read_table(file), OBSERVATIONS, OBSERVATION_KEY, str(file))

"""X-FaKT's judged answers as observations."""

import re
from dataclasses import replace
from pathlib import Path

import polars as pl

from scriptgap.errors import UsageError
from scriptgap.questions.xfakt import RESULTS, Row, read_fact, xfakt_rows
from scriptgap.records import FieldError, Intake, Loaded, Record, text
from scriptgap.scripts import script_of
from scriptgap.tables import OBSERVATION_KEY, OBSERVATIONS

SCORER = "xfakt_judge"
"""Names the authors' judge, Qwen2.5-72B-Instruct, in the column ``scorer``."""

_WRONG = 4
_RATINGS = (1, 2, 3, _WRONG)
_WHOLE = re.compile(r"([0-9])(?:\.0*)?")


def ingest_xfakt(source: str | Path, model: str | None = None) -> Loaded:
    """Read X-FaKT's factual recall results, from its repository or from a flat table.

    The layouts are those of `scriptgap.questions.xfakt`; both give the same table of the same answers. In
    the repository a judge's output with ``[4]`` in it is rated 4, as in the authors' ``src/eval.py``; else
    the first of ``[1]``, ``[2]``, ``[3]`` that is in it counts, as in their ``src/llm_eval.py``. An output
    with none of them has no rating (the authors' tables would count it as not wrong).

    Args:
        source: A flat table, or the repository, its ``results``, ``results/factual_recall``, or the folder
            of one model.
        model: What to call the model; None for the name in the table or of the model's folder.

    Returns:
        An observations table (columns of `scriptgap.tables.OBSERVATIONS`) sorted by its key, with the extra
        columns ``topic`` (the authors' label), ``country`` (its English name), ``rating`` (1 correct in the
        query language, 2 in English, 3 in another language, 4 wrong) and ``judge`` (Boolean, not 4).
        ``correct`` is ``judge``; both and ``rating`` are null where the judge gave no rating.
        ``stop_reason`` is null: the files do not say how an answer ended.

    Raises:
        UsageError: `source` cannot be read, no row in it can, or `model` is given for several models.
    """
    intake = Intake()
    answers = []
    for row in xfakt_rows(Path(source), intake, (RESULTS,)):
        if "Question" in row.record and "Predicted" not in row.record:
            raise UsageError(f"{row.file}: no column Predicted: these answers have not been judged")
        answers.append(row)
    if model is not None:
        names = dict.fromkeys(str(row.record.get("model")) for row in answers)
        if len(names) > 1:
            raise UsageError(f"{source}: has {len(names)} models, not only {model}: {', '.join(names)}")
    for row in answers:
        with intake.row(row.file, row.number) as record:
            record.update(_observation(row, model))
    loaded = intake.load(OBSERVATIONS, OBSERVATION_KEY, str(source))
    table = loaded.table.with_columns(pl.col("rating").cast(pl.Int8), pl.col("judge").cast(pl.Boolean))
    return replace(loaded, table=table.sort(OBSERVATION_KEY))


def _observation(row: Row, model: str | None) -> Record:
    fact = read_fact(row)
    rating = _rating(row)
    judge = None if rating is None else rating != _WRONG
    response = _response(row)
    return {
        "dataset": "xfakt",
        "model": model or text(row.record, "model"),
        "question_id": f"fact-{fact.fact_id}",
        "source_lang": fact.source_lang,
        "query_lang": fact.query_lang,
        "condition": "plain",
        "sample": 1,
        "response": response,
        "correct": judge,
        "answer_script": script_of(response),
        "scorer": SCORER,
        "topic": fact.label,
        "country": fact.country,
        "rating": rating,
        "judge": judge,
    }


def _response(row: Row) -> str:
    """Return the answer as it stands; an empty one is an answer too, and the judge rated it."""
    column = row.name("prediction")
    if column not in row.record:
        raise FieldError(column, "is missing")
    value = row.record[column]
    if value is None:
        return ""
    if not isinstance(value, str):
        raise FieldError(column, f"is {value!r}, not text")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise FieldError(column, "is not valid Unicode") from None
    return value


def _rating(row: Row) -> int | None:
    column = row.name("rating")
    if column not in row.record:
        raise FieldError(column, "is missing")
    value = row.record[column]
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if row.names:
        return _rating_in(text(row.record, column))
    whole = _WHOLE.fullmatch(str(value).strip())
    if isinstance(value, bool) or whole is None or int(whole[1]) not in _RATINGS:
        raise FieldError(column, f"is {str(value)[:40]!r}, not 1, 2, 3 or 4")
    return int(whole[1])


def _rating_in(output: str) -> int | None:
    """Read a judge's output as the authors' scripts do."""
    found = (rating for rating in (_WRONG, 1, 2, 3) if f"[{rating}]" in output)
    return next(found, None)

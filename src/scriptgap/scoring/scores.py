"""The scorers by name: what each says of one answer, and of a table of answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from scriptgap.errors import UsageError
from scriptgap.scoring.matching import match
from scriptgap.scoring.multiloko import multiloko_scores
from scriptgap.scoring.overlap import chrf, exact_match, f1
from scriptgap.scoring.word_recall import word_recall
from scriptgap.tables import CUT_SHORT, QUESTION_KEY

Scores = dict[str, bool | float]


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer and what it is scored against.

    Attributes:
        response: The answer as given, without reasoning.
        accepted: The accepted forms; the first is the one to show.
        query_lang: BCP-47 tag of the language asked in.
        rivals: Forms that hide an accepted one: of other answers (`rivals_of`), and the question's entity.
    """

    response: str
    accepted: list[str]
    query_lang: str
    rivals: Sequence[str] = ()


def accepted_form(answer: Answer) -> str | None:
    """Return the accepted form that the response contains or is; None where it has none.

    Whatever is an exact match is one here too: that forgives articles and the dots of acronyms.
    """
    form = match(answer.response, answer.accepted, answer.rivals, answer.query_lang)
    if form is None and exact_match(answer.response, answer.accepted, answer.query_lang):
        return answer.accepted[0]
    return form


def _alias_match(answer: Answer) -> Scores:
    return {"alias_match": accepted_form(answer) is not None}


def _exact_match(answer: Answer) -> Scores:
    return {"exact_match": exact_match(answer.response, answer.accepted, answer.query_lang)}


def _f1(answer: Answer) -> Scores:
    return {"f1": f1(answer.response, answer.accepted, answer.query_lang)}


def _chrf(answer: Answer) -> Scores:
    return {"chrf": chrf(answer.response, answer.accepted, answer.query_lang)}


def _word_recall(answer: Answer) -> Scores:
    return {"word_recall": word_recall(answer.response, answer.accepted[0], answer.query_lang)}


def _multiloko(answer: Answer) -> Scores:
    scores = multiloko_scores(answer.response, answer.accepted, answer.query_lang, version="original")
    return dict(zip(COLUMNS["multiloko"], (scores.em == 1, scores.f1, scores.chrf), strict=True))


def _multiloko_revised(answer: Answer) -> Scores:
    scores = multiloko_scores(answer.response, answer.accepted, answer.query_lang, version="revised")
    return dict(zip(COLUMNS["multiloko_revised"], (scores.em == 1, scores.f1, scores.chrf), strict=True))


SCORERS: dict[str, Callable[[Answer], Scores]] = {
    "alias_match": _alias_match,
    "exact_match": _exact_match,
    "f1": _f1,
    "chrf": _chrf,
    "word_recall": _word_recall,
    "multiloko": _multiloko,
    "multiloko_revised": _multiloko_revised,
}
"""Every scorer that needs no model. Each gives one or more columns with values in [0, 1]; the first one
decides whether an answer is right, where it is true or false."""

COLUMNS = {name: [name] for name in (*SCORERS, "judge")} | {
    name: [f"{name}_em", f"{name}_f1", f"{name}_chrf"] for name in ("multiloko", "multiloko_revised")
}
"""The columns of each scorer; the first is what it says right or wrong by, where it does."""

DECIDING = ("alias_match", "exact_match", "multiloko", "multiloko_revised", "judge")
"""The scorers that say right or wrong; the others grade, and cannot be the first."""

_DEFAULTS = {
    "eclektic": ["alias_match", "word_recall"],
    "multiloko": ["multiloko", "alias_match"],
    "multiloko_machine": ["multiloko", "alias_match"],
    "mkqa": ["alias_match", "exact_match", "f1"],
}


def default_scorers(datasets: Sequence[str]) -> list[str]:
    """Return the scorers of a table's data sets: their authors' own, and ``alias_match``.

    Several data sets with different scorers are all scored by ``alias_match``.
    """
    wanted = [_DEFAULTS.get(dataset, ["alias_match"]) for dataset in datasets]
    return wanted[0] if all(names == wanted[0] for names in wanted) else ["alias_match"]


def check_scorers(names: Sequence[str]) -> list[str]:
    """Return `names` without repeats.

    Raises:
        UsageError: A name is no scorer, or the first grades only.
    """
    chosen = list(dict.fromkeys(names))
    known = [*SCORERS, "judge"]
    for name in chosen:
        if name not in known:
            raise UsageError(f"unknown scorer {name!r}; the scorers are {', '.join(known)}")
    if not chosen or chosen[0] not in DECIDING:
        first = f"{chosen[0]} grades, it does not say right or wrong" if chosen else "no scorer given"
        raise UsageError(f"{first}; name one of {', '.join(DECIDING)} first")
    return chosen


def check_text_scorers(names: Sequence[str]) -> list[str]:
    """Return `names` without repeats.

    Raises:
        UsageError: A name is no scorer that needs no model.
    """
    for name in names:
        if name not in SCORERS:
            raise UsageError(f"unknown scorer {name!r}; the scorers of text are {', '.join(SCORERS)}")
    return list(dict.fromkeys(names))


def rivals_of(questions: pl.DataFrame) -> dict[tuple[str, str, str], list[str]]:
    """Return the forms of other answers that could be taken for an accepted one of a question.

    They are known where the answers are of a closed kind, such as countries: then the column ``rivals``
    (list of texts) has them. Elsewhere the answers to other questions are no rivals: "July 4, 1776" holds the
    right year, whoever else asks for the day.

    Args:
        questions: Columns of `tables.QUESTIONS`.

    Returns:
        The rivals by data set, question id and query language; empty without the column.
    """
    if "rivals" not in questions.columns:
        return {}
    rows = questions.select("dataset", "question_id", "query_lang", "rivals").iter_rows()
    return {(dataset, question, tag): rivals or [] for dataset, question, tag, rivals in rows}


def decide(observations: pl.DataFrame, name: str) -> pl.DataFrame:
    """Let a scorer decide ``correct``, from the column that `add_scores` made.

    Raises:
        UsageError: The scorer grades only.
    """
    (name,) = check_scorers([name])
    return observations.with_columns(correct=pl.col(COLUMNS[name][0]), scorer=pl.lit(name, pl.String))


def _key(row: dict[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in row.items())


def add_scores(observations: pl.DataFrame, questions: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """Score the responses of a table by name, without a model.

    Args:
        observations: Columns of `tables.OBSERVATIONS`.
        questions: Columns of `tables.QUESTIONS`; joined by `tables.QUESTION_KEY`.
        names: Some of `SCORERS`.

    Returns:
        The observations, in their order, with the scorers' columns (Boolean, or Float64 in [0, 1]); null
        where there is no response, the answer did not end by itself, or the question is not in the table.
        ``correct`` stays as it is.

    Raises:
        UsageError: None of the observations is of a question in the table.
    """
    rivals = rivals_of(questions)
    joined = observations.select(*QUESTION_KEY, "response", "stop_reason").join(
        questions.select(*QUESTION_KEY, "answers", "entity_source", "entity_query"),
        on=QUESTION_KEY,
        how="left",
        maintain_order="left",
    )
    if joined["answers"].null_count() == joined.height:
        theirs, ours = (table.select(QUESTION_KEY).row(0, named=True) for table in (observations, questions))
        raise UsageError(
            "no answer is to a question in the questions table: "
            f"an answer has {_key(theirs)}, a question {_key(ours)}"
        )
    ended = pl.col("stop_reason").is_null() | ~pl.col("stop_reason").is_in(list(CUT_SHORT))
    rows = joined.select(
        *("dataset", "question_id", "query_lang", "answers"),
        pl.concat_list("entity_source", "entity_query").list.drop_nulls(),
        pl.when(ended).then(pl.col("response")).alias("ended"),
    )
    scored: list[Scores] = []
    for dataset, question_id, query_lang, answers, entities, response in rows.iter_rows():
        scores: Scores = {}
        if answers is not None and response is not None:
            hidden = [*rivals.get((dataset, question_id, query_lang), ()), *entities]
            answer = Answer(response, answers, query_lang, hidden)
            for name in names:
                scores |= SCORERS[name](answer)
        scored.append(scores)
    return observations.with_columns(
        pl.Series(column, [scores.get(column) for scores in scored], dtype=column_type(column))
        for name in names
        for column in COLUMNS[name]
    )


def column_type(column: str) -> type[pl.DataType]:
    """Return the type of a scorer's column."""
    return pl.Boolean if column in {COLUMNS[name][0] for name in DECIDING} else pl.Float64

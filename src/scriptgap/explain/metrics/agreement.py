"""Judge validity: how far the verdicts on the same answers agree, script by script.

Sources:
    Cohen, J. (1960). A coefficient of agreement for nominal scales. Educational and Psychological
        Measurement 20 (kappa).
    Fleiss, J. L., Cohen, J., Everitt, B. S. (1969). Large sample standard errors of kappa and weighted
        kappa. Psychological Bulletin 72 (its linearisation, here summed by question).
"""

import math
from itertools import combinations
from typing import Any

import polars as pl

from scriptgap.explain.intervals import Clustered, Interval, clustered, wilson_clustered
from scriptgap.explain.metrics.shares import Row, keyed, notes_of_nulls
from scriptgap.languages import language

VERDICTS = ("human", "judge", "alias_match", "exact_match", "multiloko_em", "multiloko_revised_em")
"""Columns that may hold a verdict on an answer: right or wrong, 1 or 0, null where there is none."""

NO_LETTERS = "none"
"""The answer script of answers without letters."""

_KEY = "judge_validity"
_COUNTS = ("both_right", "both_wrong", "only_first", "only_second")
_ONE_VERDICT = (
    "it needs two verdicts on the same answers: measure with two scorers, or give a column human with 1 "
    "for right and 0 for wrong"
)


def judge_validity(frame: pl.DataFrame) -> tuple[list[Row], dict[str, str]]:
    """Compare every two verdicts that the same answers have, under all conditions.

    Args:
        frame: `prepare`'s table, with two or more of the columns `VERDICTS`; ``correct`` counts as a verdict
            of its scorer, named ``correct (scorer)``, unless a column says the same.

    Returns:
        Rows of ``by, script, first, second, n, n_questions, both_right, both_wrong, only_first,
        only_second, agreement, agreement_low, agreement_high, kappa, kappa_low, kappa_high``. ``by`` is
        ``all`` (``script`` is ``all``), ``query_script`` or ``answer_script``. ``agreement`` is the share of
        answers with the same verdict, in [0, 1] (`wilson_clustered`, clusters are questions), ``kappa``
        Cohen's, in [-1, 1] (`kappa`). Where ``second`` is ``human``, also ``sensitivity``, the share of
        answers right to the human that the first calls right, and ``specificity``, the share of wrong ones
        that it calls wrong, each with ``_low`` and ``_high``. Second, notes by dotted key.
    """
    frame, names = _with_verdicts(frame)
    rows: list[Row] = []
    for second, first in combinations(names, 2):
        both = frame.filter(pl.col(first).is_not_null() & pl.col(second).is_not_null())
        if both.is_empty():
            continue
        for by in ("all", "query_script", "answer_script"):
            rows += _compare(both, by, first, second)
    if not rows:
        return [], {_KEY: _ONE_VERDICT}
    notes: dict[str, str] = {}
    for i, row in enumerate(rows):
        for name, reason in (
            ("kappa", "both verdicts are the same for every answer"),
            ("sensitivity", "no answer is right to the human"),
            ("specificity", "no answer is wrong to the human"),
        ):
            part = {key: value for key, value in row.items() if key.startswith(name)}
            notes |= notes_of_nulls(part, f"{_KEY}.{i}", reason)
    return rows, notes


def _with_verdicts(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Return the table with every verdict as a Boolean column, the scripts, and the verdicts' names."""
    found: dict[str, pl.Series] = {}
    for name in VERDICTS:
        if name in frame.columns and (verdict := _verdict(frame[name])) is not None:
            found[name] = verdict
    for scorer in sorted(frame["scorer"].unique()):
        own = pl.select(pl.when(frame["scorer"] == scorer).then(frame["correct"])).to_series()
        told = [verdict for verdict in found.values() if verdict.filter(own.is_not_null()).count()]
        if own.count() and not any(_same(own, verdict) for verdict in told):
            found[f"correct ({scorer})"] = own
    scripts = {tag: language(tag).script for tag in frame["query_lang"].unique()}
    columns = [verdict.alias(name) for name, verdict in found.items()]
    table = frame.select(
        "question_group",
        all=pl.lit("all"),
        query_script=pl.col("query_lang").replace_strict(scripts, return_dtype=pl.String),
        answer_script=pl.col("answer_script").fill_null(NO_LETTERS),
    )
    return table.with_columns(columns), list(found)


def _verdict(column: pl.Series) -> pl.Series | None:
    """Return a column as Boolean; None if it holds anything but right, wrong and null."""
    if not (column.dtype == pl.Boolean or column.dtype.is_numeric()):
        return None
    numbers = column.cast(pl.Float64)
    if not numbers.count() or not numbers.drop_nulls().is_in([0.0, 1.0]).all():
        return None
    return numbers == 1.0


def _same(own: pl.Series, verdict: pl.Series) -> bool:
    """Whether a verdict column says what `own` says wherever that says anything."""
    return bool((own == verdict).filter(own.is_not_null()).fill_null(value=False).all())


def _compare(both: pl.DataFrame, by: str, first: str, second: str) -> list[Row]:
    one, other = pl.col(first), pl.col(second)
    cells = (one & other, ~one & ~other, one & ~other, ~one & other)
    counts = [cell.sum().cast(pl.Int64).alias(name) for name, cell in zip(_COUNTS, cells, strict=True)]
    questions = both.group_by(by, "question_group").agg(counts).sort(by, "question_group")
    rows = []
    for script in questions[by].unique(maintain_order=True):
        own = questions.filter(pl.col(by) == script)
        totals = {name: int(own[name].sum()) for name in _COUNTS}
        tables = {question: cells for question, *cells in own.select("question_group", *_COUNTS).rows()}
        row: Row = {"by": by, "script": script, "first": first, "second": second}
        row |= {"n": sum(totals.values()), "n_questions": own.height, **totals}
        row |= keyed("agreement", wilson_clustered(_agreement(tables)))
        row |= keyed("kappa", kappa(tables))
        if second == "human":
            row |= keyed("sensitivity", _conditional(tables, right=0, wrong=3))
            row |= keyed("specificity", _conditional(tables, right=1, wrong=2))
        rows.append(row)
    return rows


def _agreement(tables: dict[str, list[int]]) -> Clustered:
    return clustered(
        list(tables), [sum(cells) for cells in tables.values()], [a + d for a, d, _, _ in tables.values()]
    )


def _conditional(tables: dict[str, list[int]], right: int, wrong: int) -> Interval:
    """Return the share of one cell in it and another, by their positions in `_COUNTS`."""
    known = {key: cells for key, cells in tables.items() if cells[right] + cells[wrong]}
    n = [cells[right] + cells[wrong] for cells in known.values()]
    return wilson_clustered(clustered(list(known), n, [cells[right] for cells in known.values()]))


def kappa(tables: dict[str, Any]) -> Interval:
    """Return Cohen's kappa of two verdicts and its interval.

    (po - pe) / (1 - pe), po the share of agreement and pe that expected of independent verdicts with the same
    shares of right. The interval takes the distances of agreement's clustered Wilson interval, over 1 - pe,
    times the ratio of kappa's standard error to that with pe fixed, both linearised by question; so it does
    not shrink to a point where verdicts agree on every answer.

    Args:
        tables: By question the numbers of answers that both call right, both call wrong, only the first
            and only the second calls right.

    Returns:
        The interval within [-1, 1]; of None where pe is 1.
    """
    group = _agreement(tables)
    n, questions = group.n, len(tables)
    if not n:
        return Interval(None, None, None)
    first = sum(cells[0] + cells[2] for cells in tables.values()) / n
    second = sum(cells[0] + cells[3] for cells in tables.values()) / n
    expected = first * second + (1 - first) * (1 - second)
    agreement = wilson_clustered(group)
    if math.isclose(expected, 1) or agreement.estimate is None:
        return Interval(None, None, None)
    assert agreement.low is not None
    assert agreement.high is not None
    estimate = (agreement.estimate - expected) / (1 - expected)
    scale, whole, fixed = 1 / (1 - expected), 0.0, 0.0
    slope = -(1 - agreement.estimate) * scale**2
    for right, wrong, only_first, only_second in tables.values():
        total = right + wrong + only_first + only_second
        from_agreement = scale * (right + wrong - agreement.estimate * total)
        from_first = slope * (2 * second - 1) * (right + only_first - first * total)
        from_second = slope * (2 * first - 1) * (right + only_second - second * total)
        whole += (from_agreement + from_first + from_second) ** 2
        fixed += from_agreement**2
    ratio = math.sqrt(whole / fixed) if fixed > 1e-12 and questions > 1 else 1.0
    low = estimate - ratio * scale * (agreement.estimate - agreement.low)
    high = estimate + ratio * scale * (agreement.high - agreement.estimate)
    return Interval(estimate, max(-1.0, low), min(1.0, high))

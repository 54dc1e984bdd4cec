"""How often answers are right: by query language, match class and topic, and the script gap."""

from typing import Any

import polars as pl

from scriptgap.explain.cells import proportions
from scriptgap.explain.intervals import Clustered, contrast, wilson_clustered
from scriptgap.explain.prepare import MATCH_CLASSES
from scriptgap.measure.conditions import in_order

Row = dict[str, Any]


def accuracy_by_language(frame: pl.DataFrame) -> list[Row]:
    """Accuracy by model, dataset, condition, query language and match class.

    Args:
        frame: `prepare`'s table. Rows with ``correct`` null count nowhere here.

    Returns:
        Rows of ``model, dataset, condition, query_lang, match_class, n, correct, accuracy, low, high``:
        the number of scored and of right answers, and their share with its 95 % interval
        (`intervals.wilson_clustered`, clusters are questions), null where ``n`` is 0.
    """
    by = ["model", "dataset", "condition", "query_lang", "match_class"]
    return in_report_order([{**key, **_accuracy(group)} for key, group in proportions(frame, by)], frame)


def accuracy_by_class(frame: pl.DataFrame) -> list[Row]:
    """Accuracy by model, dataset, condition and match class, over all scored answers.

    Returns:
        Rows of ``model, dataset, condition, match_class, n, n_questions, n_languages, correct, accuracy,
        low, high``. ``n_questions`` and ``n_languages`` count those with a scored answer.
    """
    by = ["model", "dataset", "condition", "match_class"]
    scored = frame.filter(pl.col("correct").is_not_null())
    languages = {
        tuple(row[:-1]): row[-1]
        for row in scored.group_by(by).agg(pl.col("query_lang").n_unique()).select(*by, "query_lang").rows()
    }
    rows = []
    for key, group in proportions(frame, by):
        counts = {
            "n_questions": len(group.totals),
            "n_languages": languages.get(tuple(key.values()), 0),
        }
        figures = _accuracy(group)
        rows.append({**key, "n": figures.pop("n"), **counts, **figures})
    return in_report_order(rows, frame)


def accuracy_by_topic(frame: pl.DataFrame) -> list[Row]:
    """Accuracy by model, dataset, condition, match class and ``topic``; empty without that column.

    Rows without topic are left out.
    """
    if "topic" not in frame.columns:
        return []
    frame = frame.filter(pl.col("topic").is_not_null()).with_columns(pl.col("topic").cast(pl.String))
    by = ["model", "dataset", "condition", "match_class", "topic"]
    return in_report_order([{**key, **_accuracy(group)} for key, group in proportions(frame, by)], frame)


def gaps(frame: pl.DataFrame) -> list[Row]:
    """The script gap by model, dataset and condition.

    Returns:
        Rows of ``model, dataset, condition, same_language, same_script, cross_script, script_gap, low, high,
        within_languages, within_low, within_high, n_languages_within``: three accuracies in [0, 1] over all
        scored answers of the class, and the script gap same_script - cross_script in [-1, 1] with its 95 %
        interval (`intervals.contrast`; a question asked in both classes is one cluster). Null where a class
        has no scored answer. ``within_languages`` is the mean, over the query languages that have answers
        of both classes, of the same difference within the language: unlike the script gap it does not
        compare languages that the model knows well with others. Null where there is no such language.
    """
    by = ["model", "dataset", "condition"]
    empty = Clustered({})
    groups: dict[tuple[str, ...], dict[str, Clustered]] = {}
    for key, group in proportions(frame, [*by, "match_class"]):
        groups.setdefault(tuple(key[c] for c in by), {})[key["match_class"]] = group
    languages: dict[tuple[str, ...], dict[str, dict[str, Clustered]]] = {}
    for key, group in proportions(frame, [*by, "query_lang", "match_class"]):
        if group.totals:
            spoken = languages.setdefault(tuple(key[c] for c in by), {})
            spoken.setdefault(key["query_lang"], {})[key["match_class"]] = group
    rows: list[Row] = []
    for values, classes in groups.items():
        gap = contrast([classes.get("same_script", empty), classes.get("cross_script", empty)], [1, -1])
        both = [
            (found["same_script"], found["cross_script"])
            for found in languages.get(values, {}).values()
            if {"same_script", "cross_script"} <= set(found)
        ]
        weights = [1 / len(both), -1 / len(both)] * len(both) if both else []
        within = contrast([group for pair in both for group in pair], weights)
        rows.append(
            {
                **dict(zip(by, values, strict=True)),
                **{name: classes.get(name, empty).mean for name in MATCH_CLASSES},
                "script_gap": gap.estimate,
                "low": gap.low,
                "high": gap.high,
                "within_languages": within.estimate,
                "within_low": within.low,
                "within_high": within.high,
                "n_languages_within": len(both),
            }
        )
    return in_report_order(rows, frame)


def missing_answers(frame: pl.DataFrame) -> list[Row]:
    """Count the answers that were not scored: rows of ``model, condition, stop_reason, n``.

    ``stop_reason`` is ``no verdict`` where the answer ended by itself and its scorer could not say.
    """
    by = ["model", "condition", "stop_reason"]
    ended = pl.col("stop_reason").is_null() | (pl.col("stop_reason") == "stop")
    reason = pl.when(ended).then(pl.lit("no verdict")).otherwise("stop_reason")
    missing = frame.filter(pl.col("correct").is_null()).with_columns(stop_reason=reason)
    rows = missing.group_by(by).agg(n=pl.len()).select(*by, "n")
    return in_report_order(rows.to_dicts(), frame)


def answer_scripts(frame: pl.DataFrame) -> list[Row]:
    """Count scored answers by the script they were given in.

    Returns:
        Rows of ``model, condition, query_lang, answer_script, n, correct``; ``answer_script`` is null where
        an answer has no letters.
    """
    by = ["model", "condition", "query_lang", "answer_script"]
    scored = frame.filter(pl.col("correct").is_not_null())
    rows = scored.group_by(by).agg(n=pl.len(), correct=pl.col("correct").cast(pl.Int64).sum())
    return in_report_order(rows.select(*by, "n", "correct").to_dicts(), frame)


def _accuracy(group: Clustered) -> Row:
    interval = wilson_clustered(group)
    return {
        "n": round(group.n),
        "correct": round(sum(right for _, right in group.totals.values())),
        "accuracy": interval.estimate,
        "low": interval.low,
        "high": interval.high,
    }


def in_report_order(rows: list[Row], frame: pl.DataFrame) -> list[Row]:
    """Sort by model, dataset, condition and match class in their fixed orders, then by what else is a key."""
    conditions = in_order(frame["condition"].to_list())

    def order(row: Row) -> tuple[Any, ...]:
        match_class = row.get("match_class")
        return (
            row["model"],
            row.get("dataset") or "",
            conditions.index(row["condition"]),
            MATCH_CLASSES.index(match_class) if match_class else 0,
            *(row.get(key) or "" for key in ("topic", "query_lang", "answer_script", "stop_reason")),
        )

    return sorted(rows, key=order)

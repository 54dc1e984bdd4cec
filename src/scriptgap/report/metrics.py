"""The published metrics and the agreement of verdicts as tables, for the page, for papers and as CSV."""

from scriptgap.report.reading import Row, mapping, number, rows, text
from scriptgap.report.text_table import TextTable
from scriptgap.report.wording import (
    count,
    decimal,
    percent,
    percent_interval,
    points,
    points_interval,
    with_interval,
)

_ECLEKTIC = ("overall_success", "transfer_score", "transfer_with_source")
_EFFECTS = ("mother_tongue_effect", "locality_effect")
_XFAKT = (
    *("associative_error", "non_associative_error", "frs", "kts", "x_fakt"),
    *("frs_unrounded", "kts_unrounded", "x_fakt_unrounded"),
)


_LONG = ("metrics_multiloko_languages", "judge_validity")


def _with_limits(*names: str) -> list[str]:
    return [f"{name}{ending}" for name in names for ending in ("", "_low", "_high")]


METRIC_COLUMNS = {
    "metrics_eclektic": [
        *("model", "condition", "score", *_with_limits(*_ECLEKTIC)),
        *("n_pairs", "n_unscored", "n_questions", "source_right"),
    ],
    "metrics_multiloko": [
        *("model", "condition", "score", *_with_limits("em"), "f1", "chrf", *_with_limits("gap")),
        *("best_language", "worst_language"),
        *_with_limits(*(f"{name}{ending}" for name in _EFFECTS for ending in ("", "_machine"))),
        *("n_languages", "n_questions", "n_unscored"),
    ],
    "metrics_multiloko_languages": [
        *("model", "language", "name", "n", *_with_limits("em"), "f1", "chrf"),
        *_with_limits(*(f"{name}{ending}" for name in _EFFECTS for ending in ("", "_machine"))),
        *(f"n_{name}{ending}" for name in _EFFECTS for ending in ("", "_machine")),
    ],
    "metrics_xfakt": [
        *("model", "condition", *_with_limits(*_XFAKT)),
        *("n_facts", "n_answers", "n_unscored", "n_associative_cells", "n_cells"),
    ],
    "judge_validity": [
        *("by", "script", "first", "second", "n", "n_questions"),
        *("both_right", "both_wrong", "only_first", "only_second"),
        *_with_limits("agreement", "kappa", "sensitivity", "specificity"),
    ],
}
"""The columns of each CSV file of metrics, in order; a file is written where the summary has a row for it."""

TITLES = {
    "metrics_eclektic": "ECLeKTic",
    "metrics_multiloko": "MultiLoKo",
    "metrics_multiloko_languages": "MultiLoKo by language",
    "metrics_xfakt": "X-FaKT",
    "judge_validity": "Judge validity",
}

LEADS = {
    "metrics_eclektic": "Percent of pairs of a question and a language other than its source, with 95 % "
    "interval. Overall success: right in the language and in the source language. Transfer score: the same, "
    "of the pairs whose source answer is right. With source rows: the variant of a public script, which "
    "counts the source answers too.",
    "metrics_multiloko": "Percent and points, with 95 % interval. EM: mean over languages of the exact match "
    "of local questions in the local language. Gap: best minus worst language. Mother tongue effect: local "
    "questions in the local language minus the same in English. Locality effect: local questions minus "
    "English-sourced ones translated.",
    "metrics_multiloko_languages": "Percent and points, with 95 % interval.",
    "metrics_xfakt": "Errors in percent, with 95 % interval: on facts of the language's own country "
    "(associative) and of others. FRS, KTS and X-FAKT are computed, as published, from the errors of each "
    "language and country rounded to two decimals.",
    "judge_validity": "Verdicts on the same answers, compared: the share on which they agree and Cohen's "
    "kappa, with 95 % interval clustered by question.",
}


def metric_records(summary: Row, name: str) -> list[Row]:
    """Return the rows of one CSV file of `METRIC_COLUMNS`."""
    if name == "judge_validity":
        return rows(summary, name)
    metrics = mapping(summary, "metrics")
    if name == "metrics_xfakt":
        return _by_model(mapping(metrics, "xfakt"))
    if name == "metrics_eclektic":
        records = []
        for record in _by_model(mapping(mapping(metrics, "eclektic"), "by_model")):
            records.append({"score": "correct", **record})
            recall = mapping(record, "word_recall")
            if recall:
                records.append({"model": record["model"], "score": "word_recall", **recall})
        return records
    models = _by_model(mapping(mapping(metrics, "multiloko"), "by_model"))
    if name == "metrics_multiloko":
        return models
    return [{"model": record["model"], **row} for record in models for row in rows(record, "by_language")]


def _table(name: str, heading: list[str], words: int, lines: list[list[str]]) -> TextTable:
    return TextTable(name, TITLES[name], LEADS[name], heading, words, lines, long=name in _LONG)


def _by_model(models: Row) -> list[Row]:
    return [{"model": model, **figures} for model, figures in models.items() if isinstance(figures, dict)]


def metric_tables(summary: Row) -> list[TextTable]:
    """Return the tables of published metrics that have a row."""
    made = [_eclektic(summary), _multiloko(summary), _multiloko_languages(summary), _xfakt(summary)]
    return [table for table in made if table.lines]


def _share(row: Row, name: str) -> str:
    low, high = number(row, f"{name}_low"), number(row, f"{name}_high")
    return with_interval(percent(number(row, name), 1), percent_interval(low, high, 1))


def _difference(row: Row, name: str) -> str:
    low, high = number(row, f"{name}_low"), number(row, f"{name}_high")
    return with_interval(points(number(row, name), 1), points_interval(low, high, 1))


def _number(row: Row, name: str, places: int) -> str:
    """Write a number that is no share, and its interval."""
    value, low, high = (number(row, f"{name}{ending}") for ending in ("", "_low", "_high"))
    limits = "" if low is None or high is None else f"[{decimal(low, places)}, {decimal(high, places)}]"
    return with_interval(decimal(value, places), limits)


def _eclektic(summary: Row) -> TextTable:
    lines = [
        [
            text(row, "model"),
            text(row, "score").replace("_", " "),
            *(_share(row, name) for name in _ECLEKTIC),
            count(number(row, "n_pairs")),
            count(number(row, "n_unscored")),
        ]
        for row in metric_records(summary, "metrics_eclektic")
    ]
    heading = [
        "Model",
        "Score",
        "Overall success",
        "Transfer score",
        "With source rows",
        "Pairs",
        "Not scored",
    ]
    return _table("metrics_eclektic", heading, 2, lines)


def _multiloko(summary: Row) -> TextTable:
    lines = [
        [
            f"{text(row, 'model')}{note}",
            _share(row, "em"),
            _share(row, "gap") + (f" ({best}, {worst})" if best and worst else ""),
            *(_difference(row, f"{name}{ending}") for name in _EFFECTS),
        ]
        for row in metric_records(summary, "metrics_multiloko")
        for best, worst in [(text(row, "best_language"), text(row, "worst_language"))]
        for ending, note in (("", ""), ("_machine", " (machine translations)"))
        if not ending or any(number(row, f"{name}{ending}") is not None for name in _EFFECTS)
    ]
    heading = ["Model", "EM", "Gap (best, worst)", "Mother tongue effect", "Locality effect"]
    return _table("metrics_multiloko", heading, 1, lines)


def _multiloko_languages(summary: Row) -> TextTable:
    lines = [
        [
            text(row, "model"),
            text(row, "name"),
            count(number(row, "n")),
            _share(row, "em"),
            *(_difference(row, name) for name in _EFFECTS),
        ]
        for row in metric_records(summary, "metrics_multiloko_languages")
    ]
    heading = ["Model", "Language", "Questions", "EM", "Mother tongue effect", "Locality effect"]
    return _table("metrics_multiloko_languages", heading, 2, lines)


def _xfakt(summary: Row) -> TextTable:
    lines = [
        [
            text(row, "model"),
            *(_number(row, name, 2) for name in _XFAKT[:2]),
            *(_number(row, name, 3) for name in _XFAKT[2:5]),
            count(number(row, "n_unscored")),
        ]
        for row in metric_records(summary, "metrics_xfakt")
    ]
    heading = ["Model", "Associative error", "Non-associative error", "FRS", "KTS", "X-FAKT", "Not scored"]
    return _table("metrics_xfakt", heading, 1, lines)


def validity_table(summary: Row, *groupings: str) -> TextTable:
    """Return the agreement of verdicts over answers grouped in some ways (all where none is named)."""
    records = rows(summary, "judge_validity")
    chosen = [row for row in records if not groupings or text(row, "by") in groupings]
    human = any("sensitivity" in row for row in chosen)
    lines = []
    for row in chosen:
        pair = [text(row, key).replace("_", " ") for key in ("first", "second")]
        line = [
            *pair,
            _answers(row),
            count(number(row, "n")),
            _share(row, "agreement"),
            _number(row, "kappa", 2),
        ]
        line += [count(number(row, f"only_{key}")) for key in ("first", "second")]
        lines.append(line + ([_share(row, name) for name in ("sensitivity", "specificity")] if human else []))
    heading = ["First", "Second", "Answers", "Number", "Agreement", "Kappa", "Only first right"]
    heading += ["Only second right", *(["Sensitivity", "Specificity"] if human else [])]
    return _table("judge_validity", heading, 3, lines)


def _answers(row: Row) -> str:
    script = text(row, "script")
    if text(row, "by") == "all":
        return "all"
    if text(row, "by") == "query_script":
        return f"asked in {script}"
    return "without letters" if script == "none" else f"given in {script}"

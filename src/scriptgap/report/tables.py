"""The tables of a report as CSV files (every number, unrounded) and as LaTeX files (for a paper)."""

from pathlib import Path

import polars as pl

from scriptgap.report.latex import latex_tables
from scriptgap.report.metrics import METRIC_COLUMNS, metric_records
from scriptgap.report.reading import Row, dropped, regressions, rows, terms

_ACCURACY = ["n", "correct", "accuracy", "low", "high"]
_EFFECT = [
    *("logit", "se", "low", "high", "odds_ratio", "odds_ratio_low", "odds_ratio_high"),
    *("ame", "ame_low", "ame_high", "lr_p", "shapley_share"),
]
COLUMNS = {
    "accuracy": ["model", "dataset", "condition", "query_lang", "match_class", *_ACCURACY],
    "accuracy_by_class": [
        *("model", "dataset", "condition", "match_class", "n_questions", "n_languages"),
        *_ACCURACY,
    ],
    "gap": [
        *("model", "dataset", "condition", "same_language", "same_script", "cross_script"),
        *("script_gap", "low", "high"),
        *("within_languages", "within_low", "within_high", "n_languages_within"),
    ],
    "effects": ["condition", "term", *_EFFECT, "dropped_because"],
    "hint_effects": [
        *("model", "dataset", "condition", "base", "match_class", "n_pairs"),
        *("base_accuracy", "accuracy", "effect", "low", "high"),
    ],
}
"""The columns of each CSV file, in order."""

_TEXT = {
    *("model", "dataset", "condition", "query_lang", "match_class", "base", "term", "dropped_because"),
    *("score", "best_language", "worst_language", "language", "name", "by", "script", "first", "second"),
}
_WHOLE = {"correct", "both_right", "both_wrong", "only_first", "only_second"}


def write_tables(summary: Row, folder: Path) -> list[Path]:
    """Write every table of `summary` into `folder` and return the paths written.

    Args:
        summary: The clean summary.
        folder: An existing folder.
    """
    written = []
    for name in [*COLUMNS, *(name for name in METRIC_COLUMNS if metric_records(summary, name))]:
        path = folder / f"{name}.csv"
        table(summary, name).write_csv(path)
        written.append(path)
    for name, document in latex_tables(summary).items():
        path = folder / f"{name}.tex"
        path.write_text(document, encoding="utf-8", newline="\n")
        written.append(path)
    return written


def table(summary: Row, name: str) -> pl.DataFrame:
    """Return one table of `COLUMNS` or `METRIC_COLUMNS`, without rows where the summary has none."""
    if name in METRIC_COLUMNS:
        records = metric_records(summary, name)
    else:
        records = _effect_rows(summary) if name == "effects" else rows(summary, name)
    schema = {column: _type(column) for column in COLUMNS.get(name) or METRIC_COLUMNS[name]}
    columns = {
        column: pl.Series(column, [_plain(record.get(column)) for record in records], strict=False).cast(
            dtype, strict=False
        )
        for column, dtype in schema.items()
    }
    return pl.DataFrame(columns, schema=schema)


def _plain(value: object) -> str | int | float | None:
    return value if value is None or isinstance(value, str | int | float) else str(value)


def _type(column: str) -> type[pl.DataType]:
    if column in _TEXT:
        return pl.String
    return pl.Int64 if column in _WHOLE or column == "n" or column.startswith("n_") else pl.Float64


def _effect_rows(summary: Row) -> list[Row]:
    records: list[Row] = []
    for condition, effects in regressions(summary).items():
        reasons = dict(dropped(effects))
        present = terms(effects)
        for name in [*present, *(term for term in reasons if term not in present)]:
            numbers = {key: present.get(name, {}).get(key) for key in _EFFECT}
            records.append(
                {"condition": condition, "term": name, **numbers, "dropped_because": reasons.get(name)}
            )
    return records

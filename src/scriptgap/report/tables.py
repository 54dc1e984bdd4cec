"""The tables of a report as CSV files (every number, unrounded) and as LaTeX files (for a paper)."""

from pathlib import Path

import polars as pl

from scriptgap.report.latex import latex_tables
from scriptgap.report.metrics import METRIC_COLUMNS, metric_records
from scriptgap.report.reading import Row, dropped, fits, mapping, rows, terms, texts
from scriptgap.report.wording import DECOMPOSITION_LABELS, SCORE_LABELS

_ACCURACY = ["n", "correct", "accuracy", "low", "high"]
_ESTIMATE = [
    *("logit", "se", "df", "low", "high", "odds_ratio", "odds_ratio_low", "odds_ratio_high"),
    *("ame", "ame_low", "ame_high"),
]
_INTERACTION = (
    *("logit", "se", "df", "low", "high", "odds_ratio", "odds_ratio_low", "odds_ratio_high", "p", "n"),
    *("formula", "converged"),
)
_EFFECT = [*_ESTIMATE, "lr_p", "shapley_share", "shapley_low", "shapley_high"]
_LEADING = [
    f"leading_{side}_query_language_{name}"
    for side in ("without", "with")
    for name in ("n", "script", "language", "family")
]
_ENDINGS = ("", "_low", "_high")
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
    "effects": [
        "condition",
        "query_language_effect",
        "language_pair_effect",
        "term",
        *_EFFECT,
        "dropped_because",
    ],
    "effects_by_model": ["model", "n", "n_right", "formula", "converged", "singular", *_ESTIMATE, "note"],
    "specification_curve": [
        *("predictor", "controls", "sample", "primary", "n", "n_cells", "n_questions", "questions_sampled"),
        *("formula", "converged", "singular"),
        *(
            f"{effect}_{number}"
            for effect in ("script", "language", "family")
            for number in ("logit", "se", "ame", "ame_low", "ame_high")
        ),
        "note",
    ],
    "specification_agreement": [
        *("n", "positive", "negative", "above_zero", "below_zero", "median", "lowest", "highest"),
        *_LEADING,
    ],
    "specification_choices": [
        *("kind", "choice", "n", "negative", "median"),
        *("n_otherwise", "negative_otherwise", "median_otherwise"),
    ],
    "script_pairs": [
        *("source_script", "query_script", "script_match", "n", "n_questions", "n_language_pairs"),
        *("n_same_language", "accuracy", "low", "high"),
    ],
    "identifying_pairs": ["kind", "source_lang", "query_lang", "n", "accuracy"],
    "decomposition": [
        *("model", "dataset", "base", "hint", "n_units", "n_questions", "source_accuracy", "base_accuracy"),
        "recognition_variant",
        *(f"{term}{ending}" for term in ("loss", *DECOMPOSITION_LABELS) for ending in _ENDINGS),
    ],
    "sampling": [
        *("model", "dataset", "condition", "n_samples"),
        *(
            column
            for name in ("same_script", "cross_script")
            for column in (f"n_units_{name}", *(f"{name}_{score}" for score in SCORE_LABELS))
        ),
        *(f"gap_{score}{ending}" for score in SCORE_LABELS for ending in _ENDINGS),
        *(f"variance_share{ending}" for ending in _ENDINGS),
    ],
    "crosscheck": [
        *("term", "logit", "se", "gpboost_logit", "gpboost_se", "gpboost_se_joint"),
        *("logit_difference", "se_difference", "agrees", "ame", "ame_low", "ame_high"),
        *("lpm_effect", "lpm_se", "lpm_low", "lpm_high", "same_sign"),
    ],
    "hint_controls": [
        *("base", "hint", "control"),
        *(
            column
            for name in ("same_script", "cross_script")
            for column in (
                *(f"n_pairs_{name}", f"control_{name}", f"hint_{name}"),
                *(f"effect_{name}{ending}" for ending in _ENDINGS),
            )
        ),
        *("difference_in_differences", "low", "high"),
        *(f"interaction_{key}" for key in _INTERACTION),
    ],
    "script_swaps": [
        *("model", "dataset", "condition", "base", "query_lang", "from_script", "to_script", "towards"),
        *("n_pairs", "base_accuracy", "accuracy", "effect", "low", "high"),
        *("only_base", "only_swapped", "mcnemar_p"),
    ],
    "script_swap": [
        *("base", "n_pairs", "n_questions", "languages", "in_source_script", "in_other_script"),
        *("effect", "low", "high", "by_swap_towards", "by_swap_away"),
        *("lowest", "lowest_language", "highest", "highest_language"),
    ],
    "condition_effects": [
        *("model", "dataset", "condition", "base", "match_class", "n_pairs"),
        *("base_accuracy", "accuracy", "effect", "low", "high"),
    ],
}
"""The columns of each CSV file, in order."""

_TEXT = {
    *("model", "dataset", "condition", "query_lang", "match_class", "base", "term", "dropped_because"),
    *("score", "best_language", "worst_language", "language", "name", "by", "script", "first", "second"),
    *("predictor", "controls", "sample", "formula", "note", "kind", "choice", "hint", "recognition_variant"),
    *("source_lang", "source_script", "query_script", "control", "from_script", "to_script", "languages"),
    *("lowest_language", "highest_language"),
    "interaction_formula",
}
_WHOLE = {
    *("towards", "only_base", "only_swapped", "interaction_n"),
    *("correct", "both_right", "both_wrong", "only_first", "only_second"),
    *("positive", "negative", "negative_otherwise", "above_zero", "below_zero", *_LEADING),
}
_YES_OR_NO = {
    *(
        "query_language_effect",
        "language_pair_effect",
        "converged",
        "singular",
        "primary",
        "questions_sampled",
        "script_match",
    ),
    *("agrees", "same_sign", "interaction_converged"),
}


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
    records = metric_records(summary, name) if name in METRIC_COLUMNS else _records(summary, name)
    schema = {column: _type(column) for column in COLUMNS.get(name) or METRIC_COLUMNS[name]}
    columns = {
        column: pl.Series(column, [_plain(record.get(column)) for record in records], strict=False).cast(
            dtype, strict=False
        )
        for column, dtype in schema.items()
    }
    return pl.DataFrame(columns, schema=schema)


def _records(summary: Row, name: str) -> list[Row]:
    agreement = mapping(summary, "specification_agreement")
    if name == "effects":
        return _effect_rows(summary)
    if name == "crosscheck":
        return rows(mapping(summary, name), "rows")
    if name == "specification_choices":
        return rows(agreement, "choices")
    if name == "specification_agreement":
        leading = {
            f"{key}_{effect}": value
            for key in agreement
            if key.startswith("leading_")
            for effect, value in mapping(agreement, key).items()
        }
        return [agreement | leading] if agreement else []
    listed = rows(summary, name)
    if name == "specification_curve":
        return [row | {"controls": " + ".join(texts(row, "controls"))} for row in listed]
    if name == "script_swap":
        return [row | {"languages": " ".join(texts(row, "languages"))} for row in listed]
    if name == "hint_controls":
        return [
            row | {f"interaction_{key}": value for key, value in mapping(row, "interaction").items()}
            for row in listed
        ]
    return listed


def _plain(value: object) -> str | int | float | None:
    return value if value is None or isinstance(value, str | int | float) else str(value)


def _type(column: str) -> type[pl.DataType]:
    if column in _TEXT:
        return pl.String
    if column in _YES_OR_NO:
        return pl.Boolean
    return pl.Int64 if column in _WHOLE or column == "n" or column.startswith("n_") else pl.Float64


def _effect_rows(summary: Row) -> list[Row]:
    records: list[Row] = []
    for fit in fits(summary):
        reasons, present = dict(dropped(fit.effects)), terms(fit.effects)
        for name in [*present, *(term for term in reasons if term not in present)]:
            place = {"condition": fit.condition, "query_language_effect": fit.query_language}
            place |= {"language_pair_effect": fit.language_pairs, "term": name}
            numbers = {key: present.get(name, {}).get(key) for key in _EFFECT}
            records.append({**place, **numbers, "dropped_because": reasons.get(name)})
    return records

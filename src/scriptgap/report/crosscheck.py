"""The table that sets the regression beside the same model by other code and a linear probability model."""

from scriptgap.report.reading import Row, mapping, number, rows, text
from scriptgap.report.text_table import TextTable
from scriptgap.report.wording import decimal, points, points_interval, term_label, with_interval


def crosscheck_table(summary: Row) -> TextTable:
    """Return the cross-checks of the regression, one row for each term; no rows where there are none."""
    check = mapping(summary, "crosscheck")
    lines = []
    for row in rows(check, "rows"):
        lines.append(
            [
                term_label(text(row, "term")),
                _estimate(row, "logit", "se"),
                _estimate(row, "gpboost_logit", "gpboost_se_joint", "gpboost_se"),
                _verdict(row, "agrees"),
                with_interval(
                    points(number(row, "ame"), 1),
                    points_interval(number(row, "ame_low"), number(row, "ame_high"), 1),
                ),
                with_interval(
                    points(number(row, "lpm_effect"), 1),
                    points_interval(number(row, "lpm_low"), number(row, "lpm_high"), 1),
                ),
                _verdict(row, "same_sign"),
            ]
        )
    return TextTable(
        "crosscheck",
        "The regression, cross-checked",
        _lead(check) if lines else "",
        [
            *("Term", "Logit (SE)", "Logit (SE) by gpboost", "Agree"),
            *("Effect, points [95 %]", "Linear model, points [95 %]", "Same sign"),
        ],
        1,
        lines,
    )


def _estimate(row: Row, key: str, *errors: str) -> str:
    """Write an estimate and the first of its standard errors that is known."""
    error = next((value for name in errors if (value := number(row, name)) is not None), None)
    return with_interval(decimal(number(row, key), 4), "" if error is None else f"({decimal(error, 4)})")


def _verdict(row: Row, key: str) -> str:
    value = row.get(key)
    return "yes" if value is True else "no" if value is False else "–"


def _lead(check: Row) -> str:
    engines = mapping(check, "engines")
    largest, tolerance = number(check, "largest_difference"), number(check, "tolerance")
    problems = mapping(check, "problems")
    if not text(engines, "gpboost"):
        why = text(problems, "gpboost")
        second = f"The same model by gpboost is not known{f' ({why})' if why else ''}."
    else:
        limit = f" to {tolerance:g} logits" if tolerance is not None else ""
        verdict = f"; whether it agrees{limit} is not known of every term"
        if isinstance(check.get("agrees"), bool):
            verdict = f" and {'agrees' if check['agrees'] else 'does not agree'}{limit}"
        size = f" (largest difference {largest:.2g} logits)" if largest is not None else ""
        second = f"{text(engines, 'gpboost')} fits the same model by other code{verdict}{size}."
    unknown = text(problems, "linear_probability")
    unknown = f" {unknown[:1].upper()}{unknown[1:]}." if unknown else ""
    return (
        f"{text(engines, 'glmm')} is the engine of the main findings. {second} The linear probability model "
        f"({text(engines, 'linear_probability')}) assumes no distribution of the random effects; it compares "
        f"the questions, models and languages at hand, so only its signs are compared.{unknown}"
    )

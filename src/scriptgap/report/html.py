"""The page: one self-contained HTML file, nothing in it that runs or that is fetched."""

import json
import re
from datetime import datetime
from importlib.resources import files
from typing import Any

import jinja2
import polars as pl
from markupsafe import Markup

from scriptgap.report.drawing import Figure
from scriptgap.report.failures import LENGTH, choose_failures
from scriptgap.report.key_figures import key_figures
from scriptgap.report.metrics import metric_tables, validity_table
from scriptgap.report.reading import (
    Fit,
    Row,
    conditions,
    dropped,
    fits,
    languages,
    look_up,
    mapping,
    match_classes,
    number,
    panels,
    reasons,
    rows,
    spread_words,
    text,
    texts,
)
from scriptgap.report.sections import sections
from scriptgap.report.text import clip
from scriptgap.report.wording import (
    PALETTE,
    condition_label,
    count,
    match_class_label,
    percent,
    percent_interval,
    term_label,
)

_RAW_LENGTH = 90


def render_html(summary: Row, examples: pl.DataFrame, figures: list[Figure]) -> str:
    """Return the report as HTML text.

    Args:
        summary: The clean summary.
        examples: Failures, one a row; may be empty.
        figures: The figures, in their order.
    """
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"count": count, "condition": condition_label, "drawing": Markup}
    here = files("scriptgap.report")
    template = environment.from_string(here.joinpath("template.html.jinja").read_text(encoding="utf-8"))
    failures = choose_failures(summary, examples)
    models = texts(summary, "models") or list(dict.fromkeys(panel.model for panel in panels(summary)))
    tiles = key_figures(summary)
    return template.render(
        style=Markup(style()),
        title=_title(models),
        models=models,
        datasets=texts(summary, "datasets"),
        date=_date(text(summary, "created")),
        created=text(summary, "created"),
        scale=_scale(summary),
        sentences=[_sentence(summary, row) for row in rows(summary, "sentences")],
        key_figures=tiles,
        side_by_side=all(len(group["tiles"]) == 1 for group in tiles),
        sections=sections(summary, figures),
        failures=failures,
        several_models=len({failure.model for failure in failures}) > 1,
        several_conditions=len({failure.condition for failure in failures}) > 1,
        hint_shown=any(failure.hinted for failure in failures),
        examples_total=examples.height,
        clip_length=LENGTH,
        missing=_missing(summary),
        missing_known="missing" in summary or number(summary, "n_missing") is not None,
        n_missing=number(summary, "n_missing"),
        regressions=[_regression(fit) for fit in fits(summary)],
        no_regression=reasons(summary, "effects", "effects_by_condition"),
        limits=texts(summary, "limits"),
        notes=grouped_notes(summary),
        version=text(summary, "scriptgap_version"),
        accuracy=_accuracy_tables(summary),
        metrics=metric_tables(summary),
        validity=[validity_table(summary, name) for name in ("all", "answer_script", "query_script")],
    )


def style() -> str:
    """Return the style sheet with the report's colours, on a light and on a dark page."""
    css = files("scriptgap.report").joinpath("report.css").read_text(encoding="utf-8")
    light = "".join(f"--{name.replace('_', '-')}:{colour.light};" for name, colour in PALETTE.items())
    dark = "".join(f"--{name.replace('_', '-')}:{colour.dark};" for name, colour in PALETTE.items())
    swaps = "".join(
        f'.figure svg [{attribute}="{colour.light}"]{{{attribute}:{colour.dark}}}'
        for colour in PALETTE.values()
        for attribute in ("fill", "stroke")
    )
    return (
        f":root{{{light}}}\n{css}\n@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}{swaps}}}\n"
    )


def _title(models: list[str]) -> str:
    if len(models) == 1:
        return f"The script gap of {models[0].rsplit('/', 1)[-1]}"
    return f"The script gap of {len(models)} models" if models else "The script gap"


def _date(created: str) -> str:
    try:
        moment = datetime.fromisoformat(created)
    except ValueError:
        return created
    return f"{moment.day} {moment:%B %Y}"


def _scale(summary: Row) -> list[tuple[str, str]]:
    """Return what was measured, in numbers, as pairs of figure and unit."""
    numbers = (
        (number(summary, "questions"), "questions"),
        (float(len(languages(summary))) or None, "query languages"),
        (
            float(len(texts(summary, "conditions") or conditions(rows(summary, "accuracy")))) or None,
            "ways of asking",
        ),
        (number(summary, "n_observations"), "answers"),
    )
    singular = {"ways of asking": "way of asking"}
    return [
        (count(value), singular.get(unit, unit.removesuffix("s")) if value == 1 else unit)
        for value, unit in numbers
        if value is not None
    ]


def _sentence(summary: Row, row: Row) -> dict[str, Any]:
    evidence = []
    for key in texts(row, "keys"):
        found, value = look_up(summary, key)
        evidence.append({"key": key, "value": _raw(value) if found else "not in summary.json"})
    return {"text": text(row, "text"), "evidence": evidence}


def _raw(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    return value if isinstance(value, str) else clip(json.dumps(value, ensure_ascii=False), _RAW_LENGTH)


def _missing(summary: Row) -> list[Row]:
    return [
        {
            "model": text(row, "model"),
            "condition": condition_label(text(row, "condition")),
            "stop_reason": text(row, "stop_reason") or "not given",
            "n": count(number(row, "n")),
        }
        for row in rows(summary, "missing")
    ]


def _regression(fit: Fit) -> Row:
    specification = mapping(fit.effects, "specification")
    converged = specification.get("converged")
    state = "converged" if converged is True else "did not converge" if converged is False else ""
    if specification.get("singular") is True:
        state += f"{', ' if state else ''}singular"
    out = dropped(fit.effects)
    return {
        "title": fit.title,
        "formula": text(specification, "formula"),
        "engine": text(specification, "engine"),
        "n": number(specification, "n"),
        "fit": state,
        "spreads": spread_words(fit.effects),
        "dropped": [(term_label(term), reason) for term, reason in out if not term.startswith("(")],
        "left_out": [(term, reason) for term, reason in out if term.startswith("(")],
        "identified": [
            (term_label(term), str(words))
            for term, words in mapping(specification, "identified_by").items()
            if words
        ],
    }


_PLACE = re.compile(r"\.\d+(?=\.|$)")
_LIMIT = re.compile(r"_(low|high)$")


def grouped_notes(summary: Row) -> list[tuple[str, list[str]]]:
    """Return each reason in `notes` with the keys that it holds for, numbers of rows written as ``*``."""
    found: dict[str, dict[str, None]] = {}
    for key, reason in sorted(
        (str(key), str(value)) for key, value in mapping(summary, "notes").items() if value
    ):
        found.setdefault(reason, {})[_PLACE.sub(".*", key)] = None
    return [
        (reason, [key for key in keys if _LIMIT.sub("", key) == key or _LIMIT.sub("", key) not in keys])
        for reason, keys in found.items()
    ]


def _accuracy_tables(summary: Row) -> list[Row]:
    listed, known = rows(summary, "accuracy"), languages(summary)
    tables = []
    for panel in panels(summary):
        own = [row for row in listed if panel.holds(row)]
        if not own:
            continue
        columns = conditions(own)
        cells = {
            (text(row, "match_class"), text(row, "query_lang"), text(row, "condition")): row for row in own
        }
        groups = []
        for match_class in match_classes(own):
            tags = dict.fromkeys(
                text(row, "query_lang") for row in own if text(row, "match_class") == match_class
            )
            lines = [
                {
                    "language": known[tag],
                    "cells": [_cell(cells.get((match_class, tag, condition), {})) for condition in columns],
                }
                for tag in sorted(tags, key=lambda tag: (known[tag].script, known[tag].name))
            ]
            groups.append(
                {"name": match_class_label(match_class), "match_class": match_class, "lines": lines}
            )
        tables.append({"title": panel.title, "columns": columns, "groups": groups})
    return tables


def _cell(row: Row) -> Row:
    return {
        "accuracy": percent(number(row, "accuracy")),
        "interval": percent_interval(number(row, "low"), number(row, "high")),
        "n": count(number(row, "n")) if row else "",
    }

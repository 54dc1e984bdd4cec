"""The page: one self-contained HTML file, nothing in it that runs or that is fetched."""

import json
from datetime import datetime
from importlib.resources import files
from typing import Any

import jinja2
import polars as pl
from markupsafe import Markup

from scriptgap.report.drawing import Figure
from scriptgap.report.failures import LENGTH, choose_failures
from scriptgap.report.metrics import metric_tables, validity_table
from scriptgap.report.reading import (
    Panel,
    Row,
    base_condition,
    conditions,
    dropped,
    find,
    languages,
    look_up,
    mapping,
    match_classes,
    number,
    panels,
    reasons,
    regressions,
    rows,
    terms,
    text,
    texts,
)
from scriptgap.report.text import clip
from scriptgap.report.wording import (
    PALETTE,
    condition_label,
    count,
    decimal,
    match_class_label,
    percent,
    percent_interval,
    points,
    points_interval,
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
    environment.filters |= {"count": count, "condition": condition_label}
    here = files("scriptgap.report")
    template = environment.from_string(here.joinpath("template.html.jinja").read_text(encoding="utf-8"))
    failures = choose_failures(summary, examples)
    models = texts(summary, "models") or list(dict.fromkeys(panel.model for panel in panels(summary)))
    key_figures = _key_figures(summary)
    return template.render(
        style=Markup(_style(here.joinpath("report.css").read_text(encoding="utf-8"))),
        title=_title(models),
        models=models,
        datasets=texts(summary, "datasets"),
        date=_date(text(summary, "created")),
        created=text(summary, "created"),
        scale=_scale(summary),
        sentences=[_sentence(summary, row) for row in rows(summary, "sentences")],
        key_figures=key_figures,
        side_by_side=all(len(group["tiles"]) == 1 for group in key_figures),
        figures=[{"figure": figure, "svg": Markup(figure.svg)} for figure in figures],
        absent=_absent(summary, figures),
        failures=failures,
        several_models=len({failure.model for failure in failures}) > 1,
        several_conditions=len({failure.condition for failure in failures}) > 1,
        hint_shown=any(failure.hinted for failure in failures),
        examples_total=examples.height,
        clip_length=LENGTH,
        missing=_missing(summary),
        missing_known="missing" in summary or number(summary, "n_missing") is not None,
        n_missing=number(summary, "n_missing"),
        regressions=[_regression(name, effects) for name, effects in regressions(summary).items()],
        no_regression=reasons(summary, "effects", "effects_by_condition"),
        limits=texts(summary, "limits"),
        notes=sorted((str(key), str(value)) for key, value in mapping(summary, "notes").items() if value),
        version=text(summary, "scriptgap_version"),
        accuracy=_accuracy_tables(summary),
        metrics=metric_tables(summary),
        validity=[validity_table(summary, name) for name in ("all", "answer_script", "query_script")],
    )


def _style(css: str) -> str:
    """Return the style sheet with the report's colours, on a light and on a dark page."""
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


def _key_figures(summary: Row) -> list[dict[str, Any]]:
    """Return, for each panel, the few numbers that matter most; those that are not known are left out."""
    shown = panels(summary)
    pooled = [_adjusted_tile(summary), _contrast_tile(summary)]
    groups = []
    for panel in shown:
        tiles = [_gap_tile(summary, panel), *_hint_tiles(summary, panel)]
        if len(shown) == 1:
            tiles = [tiles[0], pooled[0], *tiles[1:], pooled[1]]
        groups.append(
            {"title": panel.title if len(shown) > 1 else "", "tiles": [tile for tile in tiles if tile]}
        )
    if len(shown) != 1:
        groups.append({"title": "All models together", "tiles": [tile for tile in pooled if tile]})
    return [group for group in groups if group["tiles"]]


def _tile(
    label: str, value: float | None, low: float | None, high: float | None, note: str, kind: str
) -> Row | None:
    if value is None:
        return None
    return {
        "label": label,
        "value": points(value) if kind != "gap" else percent(value),
        "interval": points_interval(low, high) if kind != "gap" else percent_interval(low, high),
        "note": note,
        "kind": kind,
    }


def _gap_tile(summary: Row, panel: Panel) -> Row | None:
    own = [row for row in rows(summary, "gap") if panel.holds(row)]
    base = base_condition([row for row in own if number(row, "script_gap") is not None])
    row = find(own, condition=base or "")
    near, far = number(row, "same_script"), number(row, "cross_script")
    note = ""
    if near is not None and far is not None:
        note = f"{percent(near)} % right in the same script, {percent(far)} % in other scripts"
    return _tile(
        "Script gap", number(row, "script_gap"), number(row, "low"), number(row, "high"), note, "gap"
    )


def _adjusted_tile(summary: Row) -> Row | None:
    effects = mapping(summary, "effects") or next(iter(regressions(summary).values()), {})
    term = mapping(effects, "script_match")
    note = "effect of a shared script in the regression"
    return _tile(
        "Adjusted script gap",
        number(term, "ame"),
        number(term, "ame_low"),
        number(term, "ame_high"),
        note,
        "effect",
    )


def _hint_tiles(summary: Row, panel: Panel) -> list[Row | None]:
    own = [row for row in rows(summary, "hint_effects") if panel.holds(row)]
    tiles = []
    for condition, label, note in (
        ("hint", "A hint gives back", "in other scripts, with the name in the source language"),
        ("hint_placebo", "A placebo hint", "in other scripts, with the name of another entity"),
    ):
        row = find(own, condition=condition, match_class="cross_script")
        tiles.append(
            _tile(label, number(row, "effect"), number(row, "low"), number(row, "high"), note, "hint")
        )
    return tiles


def _contrast_tile(summary: Row) -> Row | None:
    hint = mapping(summary, "hint")
    adjusted = text(hint, "difference_in_differences_variant") == "placebo_adjusted"
    less = ", each less the placebo's" if adjusted else ""
    note = f"the hint's effect in other scripts minus that in the same script{less}"
    value = number(hint, "difference_in_differences")
    return _tile(
        "Difference in differences", value, number(hint, "low"), number(hint, "high"), note, "effect"
    )


def _absent(summary: Row, figures: list[Figure]) -> list[str]:
    """Say in a sentence each why a figure is not there."""
    drawn = {figure.name for figure in figures}
    wanted = (
        ("heat_map", "There is no accuracy to show.", ("accuracy",)),
        (
            "waterfall",
            "The gap cannot be shown: no accuracy by match class is known.",
            ("accuracy_by_class", "gap"),
        ),
        ("languages", "Languages are not compared: there are fewer than two.", ()),
        ("hint_effects", "The effect of hints is not known: no hint was run.", ("hint", "hint_effects")),
        ("forest", "The regression gave no effect.", ("effects", "effects_by_condition")),
    )
    sentences = []
    for name, sentence, keys in wanted:
        if name not in drawn:
            why = "; ".join(reasons(summary, *keys))
            sentences.append(f"{sentence} Reason: {why}" if why else sentence)
    return sentences


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


def _regression(name: str, effects: Row) -> Row:
    specification = mapping(effects, "specification")
    spreads = [
        f"{key}: {decimal(number(mapping(specification, 'random_effects'), key))}"
        for key in mapping(specification, "random_effects")
    ]
    converged = specification.get("converged")
    fit = "converged" if converged is True else "did not converge" if converged is False else ""
    if specification.get("singular") is True:
        fit += f"{', ' if fit else ''}singular"
    return {
        "condition": condition_label(name),
        "formula": text(specification, "formula"),
        "engine": text(specification, "engine"),
        "n": number(specification, "n"),
        "fit": fit,
        "spreads": ", ".join(spreads),
        "dropped": [(term_label(term), reason) for term, reason in dropped(effects)],
        "identified": [
            (term_label(term), str(words))
            for term, words in mapping(specification, "identified_by").items()
            if words
        ],
        "terms": len(terms(effects)),
    }


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

"""Read a summary that may have gaps: every look-up gives a value or says that there is none."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from scriptgap.measure.conditions import CONDITIONS, condition, known
from scriptgap.report.wording import (
    CONTROL_LABELS,
    MATCH_CLASSES,
    QUERY_LANGUAGE_LABELS,
    condition_label,
    decimal,
)

Row = dict[str, Any]


@dataclass(frozen=True)
class Panel:
    """One model on one data set: what a facet of a figure shows."""

    model: str
    dataset: str
    title: str

    def holds(self, row: Row) -> bool:
        """Tell whether a row of a summary's list belongs here."""
        return text(row, "model") == self.model and text(row, "dataset") == self.dataset


@dataclass(frozen=True)
class Fit:
    """One fitted regression.

    Attributes:
        condition: The way of asking whose answers it is fitted to.
        effects: Its terms and its specification.
        query_language: Whether it allows for an effect of each query language.
        language_pairs: Whether it allows for one of each pair of source and query language as well.
    """

    condition: str
    effects: Row
    query_language: bool
    language_pairs: bool = False

    @property
    def group(self) -> str:
        """Where it stands in figures: its condition, fits with language pairs apart from the others."""
        return f"{self.condition}+pairs" if self.language_pairs else self.condition

    @property
    def title(self) -> str:
        """What it is of, in words."""
        words = f"“{condition_label(self.condition)}”, {QUERY_LANGUAGE_LABELS[self.query_language]}"
        return f"{words} and each pair of languages" if self.language_pairs else words


@dataclass(frozen=True)
class Language:
    """One query language, as a report names it."""

    tag: str
    name: str
    autonym: str
    script: str
    right_to_left: bool


def text(row: Row, key: str) -> str:
    """Return the text at `key`, empty where there is none."""
    value = row.get(key)
    return "" if value is None else str(value)


def number(row: Row, key: str) -> float | None:
    """Return the finite number at `key`, or None."""
    value = row.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def mapping(summary: Row, key: str) -> Row:
    """Return the object at `key`, empty where there is none."""
    value = summary.get(key)
    return value if isinstance(value, dict) else {}


def rows(summary: Row, key: str) -> list[Row]:
    """Return the objects of the list at `key`, empty where there is none."""
    value = summary.get(key)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def texts(summary: Row, key: str) -> list[str]:
    """Return the items of the list at `key` as text."""
    value = summary.get(key)
    return [str(item) for item in value if item is not None] if isinstance(value, list) else []


def panels(summary: Row) -> list[Panel]:
    """Return the pairs of model and data set that have an accuracy, in their order there."""
    pairs = dict.fromkeys(
        (text(row, "model"), text(row, "dataset"))
        for key in ("accuracy", "accuracy_by_class", "condition_effects")
        for row in rows(summary, key)
    )
    several = len({dataset for _, dataset in pairs}) > 1
    return [Panel(model, dataset, f"{model} · {dataset}" if several else model) for model, dataset in pairs]


def languages(summary: Row) -> dict[str, Language]:
    """Return the query languages by tag; those that only `accuracy` names have their tag as name."""
    found: dict[str, Language] = {}
    for row in rows(summary, "query_languages"):
        tag = text(row, "tag")
        found[tag] = Language(
            tag,
            text(row, "name") or tag,
            text(row, "autonym"),
            text(row, "script"),
            row.get("right_to_left") is True,
        )
    for row in rows(summary, "accuracy"):
        tag = text(row, "query_lang")
        found.setdefault(tag, Language(tag, tag, "", "", False))
    return found


def in_order(values: Iterable[str], order: Iterable[str]) -> list[str]:
    """Return the distinct `values`: first those in `order`, in that order, then the others by name."""
    present = set(values)
    first = [value for value in order if value in present]
    return first + sorted(present - set(first))


def conditions(listed: list[Row]) -> list[str]:
    """Return the conditions that occur in `listed`, in the fixed order."""
    return in_order((text(row, "condition") for row in listed), CONDITIONS)


def unswapped(listed: list[Row]) -> list[Row]:
    """Return the rows whose condition leaves each question in the script of its language."""
    return [
        row for row in listed if not known(name := text(row, "condition")) or condition(name).change != "swap"
    ]


def match_classes(listed: list[Row]) -> list[str]:
    """Return the match classes that occur in `listed`, nearest first."""
    return in_order((text(row, "match_class") for row in listed), MATCH_CLASSES)


def base_condition(listed: list[Row]) -> str | None:
    """Return the condition against which others are read: `plain`, else the first that occurs."""
    return next(iter(conditions(listed)), None)


def hinted_base(summary: Row, listed: list[Row]) -> str | None:
    """Return the condition that hints were added to, where it occurs in `listed`; else `base_condition`."""
    base = text(mapping(summary, "hint"), "base")
    return base if base in conditions(listed) else base_condition(listed)


def find(listed: Iterable[Row], **wanted: str) -> Row:
    """Return the first row whose values equal `wanted`, or an empty one."""
    for row in listed:
        if all(text(row, key) == value for key, value in wanted.items()):
            return row
    return {}


def reasons(summary: Row, *prefixes: str) -> list[str]:
    """Return the distinct reasons in `notes` for keys that are, or lie under, one of `prefixes`."""
    notes = mapping(summary, "notes")
    return list(
        dict.fromkeys(
            str(reason)
            for key, reason in notes.items()
            if reason and any(key == prefix or key.startswith(f"{prefix}.") for prefix in prefixes)
        )
    )


def regressions(summary: Row) -> dict[str, Row]:
    """Return the fitted regressions by condition; the single one where none are kept by condition."""
    by_condition = {
        key: value
        for key, value in mapping(summary, "effects_by_condition").items()
        if isinstance(value, dict) and value
    }
    if by_condition:
        return {key: by_condition[key] for key in in_order(by_condition, CONDITIONS)}
    effects = mapping(summary, "effects")
    if not effects:
        return {}
    return {text(mapping(effects, "specification"), "condition") or "all conditions": effects}


def fits(summary: Row) -> list[Fit]:
    """Return the regressions by condition: without the query language, with it, with language pairs."""
    without = mapping(summary, "effects_without_query_language")
    condition = text(mapping(without, "specification"), "condition")
    found = [
        Fit(name, effects, "(1|query_lang)" in text(mapping(effects, "specification"), "formula"))
        for name, effects in regressions(summary).items()
    ]
    place = next((i for i, fit in enumerate(found) if fit.condition == condition), None)
    if place is not None:
        found.insert(place, Fit(condition, without, False))
    pairs = mapping(summary, "effects_with_language_pairs")
    if pairs:
        condition = text(mapping(pairs, "specification"), "condition")
        last = max((i for i, fit in enumerate(found) if fit.condition == condition), default=-1)
        found.insert(last + 1, Fit(condition, pairs, True, True))
    return found


def terms(effects: Row) -> dict[str, Row]:
    """Return the terms of one regression by name."""
    return {
        name: value for name, value in effects.items() if name != "specification" and isinstance(value, dict)
    }


def dropped(effects: Row) -> list[tuple[str, str]]:
    """Return the terms that a regression dropped, each with the reason."""
    found = {
        text(row, "term"): text(row, "reason") for row in rows(mapping(effects, "specification"), "dropped")
    }
    for name, term in terms(effects).items():
        if number(term, "odds_ratio") is None:
            found.setdefault(name, text(term, "note"))
    return list(found.items())


def dropped_terms(effects: Row) -> list[tuple[str, str]]:
    """Return the predictors among what a regression dropped: random effects are not among them."""
    return [(term, reason) for term, reason in dropped(effects) if not term.startswith("(")]


def spread_words(effects: Row) -> str:
    """Return the standard deviations of a regression's random effects, such as ``question 1.23``."""
    spreads = mapping(mapping(effects, "specification"), "random_effects")
    return ", ".join(f"{CONTROL_LABELS.get(key, key)} {decimal(number(spreads, key))}" for key in spreads)


def look_up(summary: Any, dotted: str) -> tuple[bool, Any]:
    """Return whether `dotted` leads to a value in `summary`, and that value.

    Keys may hold dots themselves (model names do): at each step the longest key that fits wins.
    """
    if not dotted:
        return True, summary
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        head, tail = ".".join(parts[:length]), ".".join(parts[length:])
        inner: Any
        if isinstance(summary, dict) and head in summary:
            inner = summary[head]
        elif isinstance(summary, list) and head.isdecimal() and int(head) < len(summary):
            inner = summary[int(head)]
        else:
            continue
        found, value = look_up(inner, tail)
        if found:
            return True, value
    return False, None

"""How far a rule can be trusted: what comes back when it is undone, and what CLDR writes itself.

Two names are equal here if they are in Unicode's NFC, without regard to case (a rule from a script without
capitals has none to give back) and to which apostrophe is used (``’``, ``ʻ`` and ``'`` are one letter to
readers).
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable
from typing import Any

import polars as pl
import regex  # type: ignore[import-untyped, unused-ignore]

from scriptgap.errors import UsageError
from scriptgap.explain.intervals import wilson
from scriptgap.languages import language
from scriptgap.script_swap.chinese import characters
from scriptgap.script_swap.cldr import cldr_names, parallel_names
from scriptgap.script_swap.refusals import REFUSALS
from scriptgap.script_swap.rules import RULES, SwapRule
from scriptgap.scripts import fold_script

_APOSTROPHES = str.maketrans(dict.fromkeys("’ʻʼ‘`´", "'"))
_LETTERS = regex.compile(r"\p{L}")
_OTHER_LANGUAGE = {("hi", "Arab"): "ur"}
"""Where CLDR files a script of a language under another language."""

COLUMNS: dict[str, type[pl.DataType]] = {
    **dict.fromkeys(("language", "from_script", "to_script"), pl.String),
    "whole_text": pl.Boolean,
    **dict.fromkeys(("standard", "library", "source"), pl.String),
    "n": pl.Int64,
    **dict.fromkeys(("error_rate", "low", "high", "character_error_rate", "collision_rate"), pl.Float64),
    "agreement": pl.Float64,
    "n_agreement": pl.Int64,
    "agreement_similarity": pl.Float64,
}
"""The columns of `swap_rules_table`."""


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold().translate(_APOSTROPHES)


def _distance(one: str, other: str) -> int:
    """Return Levenshtein's distance of two texts, in characters."""
    if one == other:
        return 0
    row = list(range(len(other) + 1))
    for place, sign in enumerate(one, start=1):
        diagonal, row[0] = row[0], place
        for column, theirs in enumerate(other, start=1):
            diagonal, row[column] = (
                row[column],
                min(row[column] + 1, row[column - 1] + 1, diagonal + (sign != theirs)),
            )
    return row[-1]


def written_names(names: Iterable[str], rule: SwapRule) -> list[str]:
    """Return the distinct names that a rule is for.

    Args:
        names: Names, in whatever script.
        rule: The rule.

    Returns:
        The names with letters, all of them in the rule's `from_script`, sorted. Han characters count as
        simplified or traditional where OpenCC would not change them.
    """
    scripts = "".join(rf"\p{{Script={script}}}" for script in sorted(fold_script(rule.from_script)))
    letters = regex.compile(rf"(?:[{scripts}\p{{Lm}}]|\P{{L}})*")
    distinct = {name.strip() for name in names}
    written = sorted(name for name in distinct if _LETTERS.search(name) and letters.fullmatch(name))
    if rule.from_script in ("Hans", "Hant"):
        own = characters("t2s" if rule.from_script == "Hans" else "s2t")
        return [name for name in written if own(name) == name]
    return written


def round_trip(names: list[str], rule: SwapRule) -> dict[str, Any]:
    """Measure how much of names a rule keeps.

    Args:
        names: Names; only the distinct ones in the rule's script count.
        rule: The rule.

    Returns:
        ``n`` (names), ``n_exact`` (names that come back as they were), ``error_rate`` (1 - n_exact / n) with
        its 95 % Wilson interval ``low`` and ``high``, ``character_error_rate`` (edits to mend what came back,
        by character of the names), ``collision_rate`` (share of names that are written as another name is).
        All rates are in [0, 1]; those of the way back are None where the rule has none, all where n is 0.
    """
    written = {_key(name): name for name in written_names(names, rule)}
    images = {key: _key(rule.forward(name)) for key, name in written.items()}
    shared = Counter(images.values())
    n = len(written)
    row: dict[str, Any] = dict.fromkeys(("n_exact", "error_rate", "low", "high", "character_error_rate"))
    row["n"] = n
    row["collision_rate"] = sum(shared[image] > 1 for image in images.values()) / n if n else None
    if rule.back is None or not n:
        return row
    returned = {key: _key(rule.back(rule.forward(name))) for key, name in written.items()}
    row["n_exact"] = sum(key == back for key, back in returned.items())
    interval = wilson(n - row["n_exact"], n)
    row.update(error_rate=interval.estimate, low=interval.low, high=interval.high)
    row["character_error_rate"] = sum(_distance(*pair) for pair in returned.items()) / sum(map(len, written))
    return row


def _tag(lang: str, script: str) -> str:
    """Return CLDR's tag of a language in a script: ``hi`` for ``Deva``, ``sr-Latn``."""
    if (lang, script) in _OTHER_LANGUAGE:
        return _OTHER_LANGUAGE[lang, script]
    tag = f"{lang}-{script}"
    return lang if language(lang).script == script and not cldr_names(tag) else tag


def _names_for(rule: SwapRule) -> list[str]:
    named = cldr_names(_tag(rule.language, rule.from_script)) or cldr_names(rule.language)
    return list(named.values())


def agreement(rule: SwapRule) -> dict[str, Any]:
    """Compare a rule with the names that CLDR itself has in both scripts, which no rule here was made from.

    A disagreement need not be an error: CLDR's ``zh-Hant`` has Taiwan's words for things, its ``hi-Latn``
    English ones for many, Urdu other words than Hindi, and the translators of two scripts rarely agreed on
    every name.

    Args:
        rule: The rule.

    Returns:
        ``n_agreement`` (pairs of names), ``agreement`` (share for which the rule writes CLDR's name) and
        ``agreement_similarity`` (mean of 1 - edits / length of the longer), in [0, 1]; the rates are None
        without pairs.
    """
    pairs = parallel_names(_tag(rule.language, rule.from_script), _tag(rule.language, rule.to_script))
    if not pairs:
        return {"n_agreement": 0, "agreement": None, "agreement_similarity": None}
    keys = [(_key(rule.forward(name)), _key(theirs)) for name, theirs in pairs]
    alike = [1 - _distance(ours, theirs) / max(len(ours), len(theirs), 1) for ours, theirs in keys]
    return {
        "n_agreement": len(keys),
        "agreement": sum(ours == theirs for ours, theirs in keys) / len(keys),
        "agreement_similarity": sum(alike) / len(alike),
    }


def swap_rules_table(names: dict[str, list[str]] | None = None) -> pl.DataFrame:
    """Measure the rules.

    Args:
        names: Names by the language tag they are in, for the rules of these languages and scripts; None for
            every rule on the names of territories, languages and scripts that CLDR has in its language.

    Returns:
        One row for each rule, with the columns `COLUMNS`: the rule's own, ``source`` (of the names), and
        those of `round_trip` and `agreement`.

    Raises:
        UsageError: A tag is unknown, no rule is for a language, or a library is not installed.
    """
    if names is None:
        measured = [(rule, _names_for(rule)) for rule in RULES]
    else:
        measured = [(rule, listed) for tag, listed in names.items() for rule in _rules_of(tag)]
    rows = [
        {
            **{column: getattr(rule, column) for column in list(COLUMNS)[:6]},
            "source": "CLDR" if names is None else "file",
            **round_trip(listed, rule),
            **agreement(rule),
        }
        for rule, listed in measured
    ]
    return pl.DataFrame([{column: row[column] for column in COLUMNS} for row in rows], schema=COLUMNS)


def _rules_of(tag: str) -> list[SwapRule]:
    entry = language(tag)
    rules = [rule for rule in RULES if rule.language == entry.language]
    if "-" in tag:
        rules = [rule for rule in rules if rule.from_script == entry.script]
    if not rules:
        refused = [refusal for refusal in REFUSALS if refusal.language == entry.language]
        why = "".join(f"; to {refusal.to_script}: {refusal.reason}" for refusal in refused)
        raise UsageError(f"no rule swaps the script of {entry.name} ({tag}){why}")
    return rules

"""The findings in plain language, every number backed by a key of ``summary.json``."""

from collections.abc import Callable
from typing import Any

from scriptgap.explain.metrics.agreement import NO_LETTERS
from scriptgap.languages import language

_NAMES = {
    "plain": "plain questions",
    "entity_only": "English questions with the entity in the query language",
    "hint": "the hint",
    "hint_romanized": "the romanised hint",
    "hint_placebo": "the placebo hint",
}

_MOST_MODELS = 6
_FEWEST_ANSWERS = 30
"""Fewer answers in a script say too little about the agreement of verdicts to be named in a sentence."""


class Text:
    """A sentence being written, and the keys of the numbers in it."""

    def __init__(self, summary: dict[str, Any]):
        self._summary = summary
        self.keys: list[str] = []

    def value(self, key: str) -> Any:
        """Return the summary's value under a dotted key and note the key."""
        value: Any = self._summary
        for part in key.split("."):
            value = value[int(part)] if isinstance(value, list) else value[part]
        if key not in self.keys:
            self.keys.append(key)
        return value

    def count(self, key: str) -> str:
        """A whole number, with commas."""
        return f"{self.value(key):,}"

    def percent(self, key: str) -> str:
        """A share in [0, 1] as per cent without decimals."""
        return f"{_zero(100 * self.value(key), 0)} %"

    def points(self, key: str, sign: str = "+") -> str:
        """A difference of shares as percentage points with one decimal; `sign` "-" writes no plus."""
        return _zero(100 * self.value(key), 1, sign)

    def ratio(self, key: str) -> str:
        """An odds ratio with three significant digits."""
        value = self.value(key)
        return f"{value:.3g}" if 1e-3 <= value < 1e4 else f"{value:.2e}"

    def interval(self, low: str, high: str, sign: str = "+") -> str:
        """An interval of percentage points in brackets."""
        level = self.percent("confidence_level")
        return f"({level} interval {self.points(low, sign)} to {self.points(high, sign)})"


def sentences(summary: dict[str, Any]) -> list[dict[str, Any]]:
    """Write the findings.

    Args:
        summary: The summary without sentences.

    Returns:
        Objects with ``text`` and ``keys``. Numbers in the text are the keyed ones, rounded: shares as per
        cent, differences as percentage points.
    """
    written: list[dict[str, Any]] = []

    def add(text: str, source: Text) -> None:
        written.append({"text": text, "keys": source.keys})

    _scope(summary, add)
    _classes(summary, add)
    _languages(summary, add)
    _effect(summary, add)
    _hint(summary, add)
    _validity(summary, add)
    _missing(summary, add)
    return written


def _scope(summary: dict[str, Any], add: Callable[[str, Text], None]) -> None:
    text = Text(summary)
    scored, every = text.count("n_scored"), text.count("n_observations")
    questions, languages = text.count("questions"), text.count("n_query_languages")
    models = (
        summary["models"][0] if len(summary["models"]) == 1 else f"{text.count('n_models')} models together"
    )
    add(
        f"{scored} of {every} answers were scored: {models}, {questions} question"
        f"{'' if summary['questions'] == 1 else 's'} in {languages} query language"
        f"{'' if summary['n_query_languages'] == 1 else 's'}.",
        text,
    )


def _classes(summary: dict[str, Any], add: Callable[[str, Text], None]) -> None:
    words = {
        "same_language": "in the source language",
        "same_script": "in other languages of the same script",
        "cross_script": "in languages of another script",
    }
    rows = [i for i, row in enumerate(summary["gap"]) if row["condition"] == summary["headline_condition"]]
    for i in rows[:_MOST_MODELS]:
        row, text = summary["gap"][i], Text(summary)
        parts = [
            f"{text.percent(f'gap.{i}.{name}')} {where}"
            for name, where in words.items()
            if row[name] is not None
        ]
        if not parts:
            continue
        who = row["model"] + (f" on {row['dataset']}" if len(summary["datasets"]) > 1 else "")
        sentence = f"{who} gave the right answer to {_join(parts)} ({_condition(row['condition'])})"
        if row["script_gap"] is not None:
            gap = text.points(f"gap.{i}.script_gap", "-")
            interval = text.interval(f"gap.{i}.low", f"gap.{i}.high", "-")
            sentence += f"; the script gap is {gap} percentage points {interval}"
            if row["within_languages"] is not None and row["n_languages_within"] > 1:
                within = text.points(f"gap.{i}.within_languages", "-")
                interval = text.interval(f"gap.{i}.within_low", f"gap.{i}.within_high", "-")
                spoken = text.count(f"gap.{i}.n_languages_within")
                sentence += f", and {within} {interval} within the {spoken} languages asked both ways"
        add(sentence + ".", text)
    if len(rows) > _MOST_MODELS:
        text = Text(summary)
        add(f"The table of gaps has all {text.count('n_models')} models.", text)


def _languages(summary: dict[str, Any], add: Callable[[str, Text], None]) -> None:
    if len(summary["models"]) != 1 or len(summary["datasets"]) != 1:
        return
    rows = [
        (row["accuracy"], i)
        for i, row in enumerate(summary["accuracy"])
        if row["condition"] == summary["headline_condition"]
        and row["accuracy"] is not None
        and row["match_class"] != "same_language"
    ]
    tags = [summary["accuracy"][i]["query_lang"] for _, i in rows]
    if len(rows) < 2 or len(set(tags)) < len(tags) or not _unique_ends([share for share, _ in rows]):
        return
    text = Text(summary)
    best, worst = max(rows)[1], min(rows)[1]
    names = [language(summary["accuracy"][i]["query_lang"]).name for i in (best, worst)]
    add(
        f"Outside the source language, accuracy is highest in {names[0]} "
        f"({text.percent(f'accuracy.{best}.accuracy')}) and lowest in {names[1]} "
        f"({text.percent(f'accuracy.{worst}.accuracy')}).",
        text,
    )


def _unique_ends(shares: list[float]) -> bool:
    """Whether one share is the lowest and one the highest, without ties."""
    return shares.count(min(shares)) == shares.count(max(shares)) == 1


def _effect(summary: dict[str, Any], add: Callable[[str, Text], None]) -> None:
    effect, text = summary["effects"]["script_match"], Text(summary)
    kept = [
        name.removesuffix("_match")
        for name in ("language_match", "family_match")
        if summary["effects"][name]["logit"] is not None
    ]
    random = summary["effects"]["specification"]["random_effects"]
    names = {"question": "the question", "model": "the model", "query_lang": "the query language"}
    spread = f"random effects for {_join([names[name] for name in random])}" if random else ""
    held = [f"{name} match" for name in kept] + ([spread] if spread else [])
    if effect["logit"] is None:
        reason = summary["notes"].get("effects.script_match")
        if reason:
            text.keys.append("notes")
            add("The regression gives no effect of a script match; the notes say why.", text)
        return
    key = "effects.script_match"
    allowing = f"Allowing for {_join(held)}, a" if held else "A"
    ratio, points = text.ratio(f"{key}.odds_ratio"), text.points(f"{key}.ame")
    sentence = f"{allowing} script match multiplies the odds of a right answer by {ratio}"
    if effect["odds_ratio_low"] is not None:
        low, high = text.ratio(f"{key}.odds_ratio_low"), text.ratio(f"{key}.odds_ratio_high")
        sentence += f" ({text.percent('confidence_level')} interval {low} to {high})"
    sentence += f", on average {points} percentage points"
    if effect["ame_low"] is not None:
        sentence += f" ({text.points(f'{key}.ame_low')} to {text.points(f'{key}.ame_high')})"
    else:
        sentence += "; too few query languages to say how sure that is"
    add(sentence + ".", text)


def _hint(summary: dict[str, Any], add: Callable[[str, Text], None]) -> None:
    hint, text = summary["hint"], Text(summary)
    words = {"cross_script": "where scripts differ", "same_script": "between languages of the same script"}
    parts = [
        f"{text.points(f'hint.{key}')} percentage points {where}"
        for key, where in words.items()
        if hint[key] is not None
    ]
    if not parts:
        return
    add(
        f"Naming the entity as in the source language changes accuracy by {_join(parts)}, against "
        f"{_condition(hint['base'])}.",
        text,
    )
    text = Text(summary)
    parts = [
        f"{text.points(f'hint.placebo_{key}')} percentage points {where}"
        for key, where in words.items()
        if hint[f"placebo_{key}"] is not None
    ]
    if parts:
        add(f"A hint that names another entity changes it by {_join(parts)}.", text)
    if hint["difference_in_differences"] is not None:
        text = Text(summary)
        key = "hint.difference_in_differences"
        interval = text.interval("hint.low", "hint.high")
        taken_off = hint["difference_in_differences_variant"] == "placebo_adjusted"
        after = ", each less what the placebo does," if taken_off else ""
        add(
            f"The hint's effect where scripts differ minus its effect where they match{after} is "
            f"{text.points(key)} percentage points {interval}.",
            text,
        )


def _validity(summary: dict[str, Any], add: Callable[[str, Text], None]) -> None:
    rows = summary["judge_validity"]
    scripts = [
        (row["agreement"], i)
        for i, row in enumerate(rows)
        if row["by"] == "answer_script" and row["script"] != NO_LETTERS and row["n"] >= _FEWEST_ANSWERS
    ]
    if not scripts:
        return
    least, text = min(scripts)[1], Text(summary)
    pair = _verdicts(rows[least])
    whole = next(i for i, row in enumerate(rows) if row["by"] == "all" and _verdicts(row) == pair)
    several = sum(_verdicts(rows[i]) == pair for _, i in scripts) > 1
    key = f"judge_validity.{least if several else whole}"
    share, n = text.percent(f"{key}.agreement"), text.count(f"{key}.n")
    low, high = text.percent(f"{key}.agreement_low"), text.percent(f"{key}.agreement_high")
    sentence = f"The verdicts {_join([name.replace('_', ' ') for name in pair])} agree"
    if several:
        sentence += f" least where the answer is in the script {rows[least]['script']},"
    sentence += f" on {share} of {n} answers ({text.percent('confidence_level')} interval {low} to {high})"
    if several:
        sentence += f"; over all answers they agree on {text.percent(f'judge_validity.{whole}.agreement')}"
    add(sentence + ".", text)


def _verdicts(row: dict[str, Any]) -> list[str]:
    return [row["first"], row["second"]]


def _missing(summary: dict[str, Any], add: Callable[[str, Text], None]) -> None:
    if summary["n_missing"]:
        text = Text(summary)
        one = summary["n_missing"] == 1
        add(
            f"{text.count('n_missing')} answer{' was' if one else 's were'} not scored and "
            f"{'is' if one else 'are'} in no accuracy.",
            text,
        )


def _condition(name: str) -> str:
    return _NAMES.get(name, name)


def _join(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _zero(value: float, digits: int, sign: str = "") -> str:
    """Format a number and write no minus before a rounded zero."""
    rounded = round(value, digits) + 0.0
    return f"{rounded:{sign}.{digits}f}" if rounded else f"{0:.{digits}f}"

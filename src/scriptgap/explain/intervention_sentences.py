"""The findings on hints, instructions and script swaps, in plain language."""

from collections.abc import Iterator
from typing import Any

from scriptgap.explain.sentence import Text, join
from scriptgap.languages import language
from scriptgap.measure.conditions import condition, known

_WORDS = {
    "plain": "plain questions",
    "entity_only": "entity-only questions",
    "hint": "the hint",
    "hint_romanized": "the romanised hint",
    "hint_query": "the repeated name",
    "hint_placebo": "the placebo hint",
    "think": "the instruction to consider other scripts",
}

_WHERE = {"cross_script": "where scripts differ", "same_script": "between languages of the same script"}


def condition_words(name: str | None) -> str:
    """Return the words for a condition in a sentence."""
    if name is None or not known(name):
        return str(name)
    way = condition(name)
    if way.change == "swap":
        return f"{'entities' if way.base == 'entity_only' else 'questions'} written in {way.script}"
    words = _WORDS[way.change or name]
    return words if way.base == "plain" or way.change is None else f"{words} in {_WORDS[way.base]}"


def intervention_sentences(summary: dict[str, Any]) -> Iterator[tuple[str, Text]]:
    """Write the findings on interventions, each with the keys of its numbers.

    Args:
        summary: The summary without sentences.
    """
    yield from _hint(summary)
    yield from _controls(summary)
    yield from _think(summary)
    yield from _swaps(summary)


def _hint(summary: dict[str, Any]) -> Iterator[tuple[str, Text]]:
    hint, text = summary["hint"], Text(summary)
    parts = _by_class(text, "hint.", hint)
    if not parts:
        return
    base, some = condition_words(hint["base"]), ""
    if len(hint["models"]) < len(summary["models"]):
        some = f" ({join(hint['models'])} alone)"
    yield (
        f"Naming the entity as in the source language changes accuracy by {parts}, against {base}{some}.",
        text,
    )
    text = Text(summary)
    if parts := _by_class(text, "hint.placebo_", hint, "placebo_"):
        yield (
            f"A hint that names another entity, which can mislead, changes it by {parts}.",
            text,
        )
    if hint["difference_in_differences"] is not None:
        text = Text(summary)
        interval = text.interval("hint.low", "hint.high")
        taken_off = hint["difference_in_differences_variant"] == "placebo_adjusted"
        after = ", each less what the placebo does," if taken_off else ""
        yield (
            f"The hint's effect where scripts differ minus its effect where they match{after} is "
            f"{text.points('hint.difference_in_differences')} percentage points {interval}.",
            text,
        )


def _controls(summary: dict[str, Any]) -> Iterator[tuple[str, Text]]:
    """The hint against the control that says nothing new, and the interaction against the main control."""
    base = summary["hint"]["base"]
    rows = {row["control"]: i for i, row in enumerate(summary["hint_controls"]) if row["base"] == base}
    ending = "" if base == "plain" else f"{base}_"
    repeated = rows.get(f"{ending}hint_query")
    if repeated is not None and summary["hint_controls"][repeated]["difference_in_differences"] is not None:
        text, key = Text(summary), f"hint_controls.{repeated}"
        parts = _by_class(text, f"{key}.effect_", summary["hint_controls"][repeated], "effect_")
        interval = text.interval(f"{key}.low", f"{key}.high")
        yield (
            "Against the name repeated as the query language writes it, which has the form of a hint and "
            f"says nothing new, the hint does {parts}: a difference of "
            f"{text.points(f'{key}.difference_in_differences')} {interval}.",
            text,
        )
    controls = (f"{ending}hint_query", f"{ending}hint_placebo", base)
    main = next((rows[control] for control in controls if control in rows), None)
    if main is None or summary["hint_controls"][main]["interaction"]["low"] is None:
        return
    text, key = Text(summary), f"hint_controls.{main}.interaction"
    against = condition_words(summary["hint_controls"][main]["control"])
    yield (
        "In a mixed model that takes pairs of languages for a sample too, the hint multiplies the odds of a "
        f"right answer {text.ratio(f'{key}.odds_ratio')} times as much where scripts differ as where they "
        f"match ({text.percent('confidence_level')} interval {text.ratio(f'{key}.odds_ratio_low')} to "
        f"{text.ratio(f'{key}.odds_ratio_high')}), against {against}.",
        text,
    )


def _think(summary: dict[str, Any]) -> Iterator[tuple[str, Text]]:
    """What asking for it does, where one model was measured on one data set."""
    if len(summary["models"]) != 1 or len(summary["datasets"]) != 1:
        return
    rows = {
        row["match_class"]: i
        for i, row in enumerate(summary["condition_effects"])
        if row["condition"] == "think" and row["effect"] is not None
    }
    text = Text(summary)
    parts = []
    for name, where in _WHERE.items():
        if name in rows:
            key = f"condition_effects.{rows[name]}"
            interval = text.interval(f"{key}.low", f"{key}.high")
            parts.append(f"{text.points(f'{key}.effect')} percentage points {interval} {where}")
    if parts:
        yield (
            f"Asking to consider how names are written in other scripts changes accuracy by {join(parts)}.",
            text,
        )


def _swaps(summary: dict[str, Any]) -> Iterator[tuple[str, Text]]:
    for i, row in enumerate(summary["script_swap"]):
        text, key = Text(summary), f"script_swap.{i}"
        pairs, interval = text.count(f"{key}.n_pairs"), text.interval(f"{key}.low", f"{key}.high")
        names = join([language(tag).name for tag in row["languages"]])
        several = len(summary["models"]) > 1
        of_models = f" of {text.count('n_models')} models" if several else ""
        what = "questions" if row["base"] == "plain" else "questions with the entity alone"
        sentence = (
            f"Of the same {what} in the same language ({names}; {pairs} pairs{of_models}), the accuracy in "
            f"the source language's script minus that in another is {text.points(f'{key}.effect')} "
            f"percentage points {interval}, languages held fixed"
        )
        if len(row["languages"]) > 1:
            low, high = (language(row[f"{end}_language"]).name for end in ("lowest", "highest"))
            sentence += (
                f"; by language from {text.points(f'{key}.lowest')} in {low} to "
                f"{text.points(f'{key}.highest')} in {high}"
            )
        yield f"{sentence}.", text


def _by_class(text: Text, prefix: str, row: dict[str, Any], name: str = "") -> str:
    """The changes in both match classes, as far as they are known."""
    parts = [
        f"{text.points(prefix + key)} percentage points {where}"
        for key, where in _WHERE.items()
        if row[name + key] is not None
    ]
    return join(parts) if parts else ""

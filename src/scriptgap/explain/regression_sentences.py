"""The findings of the regressions in plain language."""

from collections.abc import Iterator
from typing import Any

from scriptgap.explain.regression.design import FIXED_TERMS
from scriptgap.explain.sentence import Text, join

_GROUPS = {"question": "the question", "model": "the model", "query_lang": "the query language"}
_SMALLEST_CHANGE = 0.001
"""Medians closer than this, a tenth of a percentage point, are not said to depend on a choice."""

_CHOICES = {
    "question": "a control for the question",
    "model": "a control for the model",
    "query_lang": "a control for the query language",
    "source_lang": "a control for the source language",
    "model_query_lang": "a control for each model's query languages",
    "language_pair": "a control for the pair of source and query language",
    "resource_size": "a control for the size of the query language's Wikipedia",
    "all": "taking all answers",
    "different_language": "leaving out answers in the source language",
    "known_in_source": "taking only facts known in the source language",
    "script_match": "matching the languages' scripts",
    "script_overlap": "the share of scripts in common",
    "entity_script_match": "matching the scripts of the entity's names",
}


def regression_sentences(summary: dict[str, Any]) -> Iterator[tuple[str, Text]]:
    """Write the findings, each with its keys.

    Args:
        summary: The summary without sentences.
    """
    yield from _effect(summary)
    yield from _ambiguity(summary)
    yield from _pairs(summary)
    yield from _importance(summary)
    yield from _curve(summary)
    yield from _models(summary)


def _effect(summary: dict[str, Any]) -> Iterator[tuple[str, Text]]:
    effect, text = summary["effects"]["script_match"], Text(summary)
    kept = [
        name.removesuffix("_match")
        for name in ("language_match", "family_match")
        if summary["effects"][name]["logit"] is not None
    ]
    random = summary["effects"]["specification"]["random_effects"]
    spread = f"random effects for {join([_GROUPS[name] for name in random])}" if random else ""
    held = [f"{name} match" for name in kept] + ([spread] if spread else [])
    if effect["logit"] is None:
        reason = summary["notes"].get("effects.script_match")
        if reason:
            text.keys.append("notes")
            yield "The regression gives no effect of a script match; the notes say why.", text
        return
    key = "effects.script_match"
    allowing = f"Allowing for {join(held)}, a" if held else "A"
    ratio, points = text.ratio(f"{key}.odds_ratio"), text.points(f"{key}.ame")
    sentence = f"{allowing} script match multiplies the odds of a right answer by {ratio}"
    if effect["odds_ratio_low"] is not None:
        low, high = text.ratio(f"{key}.odds_ratio_low"), text.ratio(f"{key}.odds_ratio_high")
        sentence += f" ({text.percent('confidence_level')} interval {low} to {high})"
    sentence += f", on average {points} percentage points"
    if effect["ame_low"] is not None:
        sentence += f" ({text.points(f'{key}.ame_low')} to {text.points(f'{key}.ame_high')})"
    else:
        sentence += "; how sure that is cannot be said"
    yield sentence + ".", text


def _ambiguity(summary: dict[str, Any]) -> Iterator[tuple[str, Text]]:
    """What the ambiguity of names goes with, where it was asked for."""
    effect, key, text = summary["effects"].get("ambiguity"), "effects.ambiguity", Text(summary)
    if effect is None or effect["odds_ratio_low"] is None:
        return
    low, high = text.ratio(f"{key}.odds_ratio_low"), text.ratio(f"{key}.odds_ratio_high")
    yield (
        "Among names in another script, one that is a standard deviation more ambiguous (in the logarithm of "
        "how many spellings are plausible) multiplies the odds of a right answer by "
        f"{text.ratio(f'{key}.odds_ratio')} ({text.percent('confidence_level')} interval {low} to {high}).",
        text,
    )


def _pairs(summary: dict[str, Any]) -> Iterator[tuple[str, Text]]:
    """How sure the effect is where language pairs may differ."""
    effects, key = summary["effects_with_language_pairs"], "effects_with_language_pairs.script_match"
    if effects is None or effects["script_match"]["odds_ratio_low"] is None:
        return
    text = Text(summary)
    low, high = text.ratio(f"{key}.odds_ratio_low"), text.ratio(f"{key}.odds_ratio_high")
    yield (
        "A match varies between pairs of languages. With an effect for each pair of source and query "
        "language as well, a script match multiplies the odds by "
        f"{text.ratio(f'{key}.odds_ratio')} ({low} to {high}), on average "
        f"{text.points(f'{key}.ame')} percentage points ({text.points(f'{key}.ame_low')} to "
        f"{text.points(f'{key}.ame_high')}).",
        text,
    )


def _importance(summary: dict[str, Any]) -> Iterator[tuple[str, Text]]:
    """Which predictor is primary, with and without an effect of the query language."""
    leaders = []
    for key in ("effects_without_query_language", "effects"):
        shares = _shares(summary[key])
        if len(shares) < 2:
            continue
        text = Text(summary)
        first = max(shares, key=lambda term: shares[term])
        leaders.append(first)
        parts = []
        for term in sorted(shares, key=lambda term: -shares[term]):
            share = text.percent(f"{key}.{term}.shapley_share")
            low, high = (text.percent(f"{key}.{term}.shapley_{end}") for end in ("low", "high"))
            parts.append(f"{_words(term)} {share} ({low.removesuffix(' %')} to {high})")
        held = "query_lang" in summary[key]["specification"]["random_effects"]
        scope = "With" if held else "Without"
        sentence = (
            f"{scope} an effect of the query language, {_words(first)} {_lead(summary[key], shares)}: of "
            f"the deviance that the matches explain together, {join(parts)} (Shapley shares, "
            "bootstrap over questions)"
        )
        if held and len(leaders) == 2:
            same = leaders[0] == leaders[1]
            sentence += "; both ways it leads" if same else "; which one leads depends on this control"
        yield sentence + ".", text


def _shares(effects: dict[str, Any] | None) -> dict[str, float]:
    shares = {term: effects[term]["shapley_share"] for term in FIXED_TERMS} if effects else {}
    return {term: share for term, share in shares.items() if share is not None}


def _lead(effects: dict[str, Any], shares: dict[str, float]) -> str:
    """Whether the largest share's interval lies above that of the next."""
    first, second = sorted(shares, key=lambda term: -shares[term])[:2]
    clear = effects[first]["shapley_low"] > effects[second]["shapley_high"]
    return "is primary" if clear else "leads, but not clearly"


def _words(term: str) -> str:
    return term.replace("_", " ")


def _curve(summary: dict[str, Any]) -> Iterator[tuple[str, Text]]:
    key, found = "specification_agreement", summary["specification_agreement"]
    if found["n"] < 2:
        return
    text = Text(summary)
    sign = "positive" if found["positive"] >= found["negative"] else "negative"
    beyond = "above" if sign == "positive" else "below"
    sentence = (
        f"The effect of the script is {sign} in {text.count(f'{key}.{sign}')} of {text.count(f'{key}.n')} "
        f"specifications (interval {beyond} zero in {text.count(f'{key}.{beyond}_zero')}), from "
        f"{text.points(f'{key}.lowest')} to {text.points(f'{key}.highest')} percentage points, median "
        f"{text.points(f'{key}.median')}"
    )
    choices = found["choices"]
    flips = found["positive"] > 0 and found["negative"] > 0
    sentence += "" if flips else "; nothing flips its sign"
    if choices:
        at = f"{key}.choices.0"
        what = _CHOICES[choices[0]["choice"]]
        if flips:
            sentence += (
                f". The sign depends most on {what}: negative in {text.count(f'{at}.negative')} of "
                f"{text.count(f'{at}.n')} with it and {text.count(f'{at}.negative_otherwise')} of "
                f"{text.count(f'{at}.n_otherwise')} without"
            )
        elif abs(choices[0]["median"] - choices[0]["median_otherwise"]) >= _SMALLEST_CHANGE:
            sentence += (
                f", and most depends on {what}: median {text.points(f'{at}.median')} with it, "
                f"{text.points(f'{at}.median_otherwise')} without"
            )
    yield sentence + ".", text
    text, leaders = Text(summary), {}
    for way in ("without", "with"):
        row = found[f"leading_{way}_query_language"]
        if not row["n"]:
            return
        first = max(("script", "language", "family"), key=lambda name: row[name])
        at = f"{key}.leading_{way}_query_language"
        leaders[way] = f"{first} in {text.count(f'{at}.{first}')} of {text.count(f'{at}.n')}"
    yield (
        f"Of the specifications with all three effects, the largest is that of {leaders['without']} without "
        f"control for the query language and of {leaders['with']} with it.",
        text,
    )


def _models(summary: dict[str, Any]) -> Iterator[tuple[str, Text]]:
    known = [
        (row["ame"], i, row["model"])
        for i, row in enumerate(summary["effects_by_model"])
        if row["ame"] is not None
    ]
    if len(known) < 2:
        return
    text = Text(summary)
    ends = [
        f"{text.points(f'effects_by_model.{i}.ame')} percentage points in {model}"
        for _, i, model in (min(known), max(known))
    ]
    yield f"Model by model, the effect of a script match goes from {ends[0]} to {ends[1]}.", text

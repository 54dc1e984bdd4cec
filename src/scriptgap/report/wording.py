"""The words, number formats and colours that every figure, table and paragraph of a report shares."""

from dataclasses import dataclass

from scriptgap.measure.conditions import condition, known

MINUS = "−"

MATCH_CLASSES = ("same_language", "same_script", "cross_script")

MATCH_CLASS_LABELS = {
    "same_language": "Same language",
    "same_script": "Other language, same script",
    "cross_script": "Other script",
}

_CHANGE_LABELS = {
    "hint": "hint",
    "hint_romanized": "romanized hint",
    "hint_query": "repeated name",
    "hint_placebo": "placebo hint",
    "think": "think first",
}

_BASE_LABELS = {"plain": "plain", "entity_only": "entity only"}

_BASE_MEANINGS = {
    "plain": "the whole question in the query language, no help",
    "entity_only": "the source-language question around the entity’s name as the query language writes it",
}

_CHANGE_MEANINGS = {
    "hint": "with the entity’s name in the source language beside it",
    "hint_romanized": "with the entity’s source-language name spelled in Latin letters",
    "hint_query": "with the entity’s name in the query language once more: a hint that says nothing new",
    "hint_placebo": "with the source-language name of another entity of the same type",
    "think": "after an instruction to consider how names are written in other scripts",
}

TERM_LABELS = {
    "script_match": "Same script",
    "language_match": "Same language",
    "family_match": "Same family",
    "ambiguity": "Ambiguous name (1 SD)",
}

CONTROL_LABELS = {
    "question": "question",
    "source_lang": "source language",
    "model": "model",
    "query_lang": "query language",
    "model_query_lang": "model by query language",
    "language_pair": "pair of languages",
    "resource_size": "resource size",
}

SAMPLE_LABELS = {
    "all": "all answers",
    "different_language": "other languages only",
    "known_in_source": "known in the source",
}

PREDICTOR_LABELS = {
    "script_match": "languages’ scripts agree",
    "script_overlap": "share of scripts in common",
    "entity_script_match": "names’ scripts agree",
}

DECOMPOSITION_LABELS = {
    "expression": "Expression",
    "placebo": "Placebo",
    "recognition": "Recognition",
    "recall": "Recall",
}
"""The terms that add up to the loss, in the order in which they do."""

SCORE_LABELS = {"one": "one sample", "majority": "majority", "any": "any"}

QUERY_LANGUAGE_LABELS = {
    False: "not allowing for the query language",
    True: "allowing for the query language",
}
"""Words for a regression without and with an effect of each query language."""


@dataclass(frozen=True)
class Colour:
    """One colour of the report on a light and on a dark page."""

    light: str
    dark: str


PALETTE = {
    "ink": Colour("#1f2328", "#e8eaed"),
    "muted": Colour("#5f6875", "#a3adba"),
    "line": Colour("#d9dde3", "#3b434d"),
    "page": Colour("#ffffff", "#14171b"),
    "same_language": Colour("#4d5a6b", "#aebccd"),
    "same_script": Colour("#0072b2", "#5cb8ef"),
    "cross_script": Colour("#c9510c", "#f59156"),
    "effect": Colour("#5b3f8c", "#b9a0e8"),
    "language_effect": Colour("#0b8a7b", "#4fc4b2"),
    "family_effect": Colour("#ad7b06", "#e2b443"),
}
"""Match classes keep one colour everywhere (slate, blue, vermilion: told apart with every common form of
colour blindness), and so do the effects of script, language and family (purple, teal, ochre). Figures are
drawn in the light colours; the page's style sheet maps them on a dark one."""

_TERM_COLOURS = {
    "script_match": "effect",
    "language_match": "language_effect",
    "family_match": "family_effect",
}


def condition_label(name: str) -> str:
    """Return the words for a condition's name, such as ``entity only`` or ``entity only, hint``."""
    if not known(name):
        return name.replace("_", " ")
    way = condition(name)
    if way.change is None:
        return _BASE_LABELS[name]
    if way.change == "swap":
        return f"{'entity ' if way.base == 'entity_only' else ''}in {way.script}"
    label = _CHANGE_LABELS[way.change]
    return label if way.base == "plain" else f"{_BASE_LABELS[way.base]}, {label}"


def condition_meaning(name: str) -> str | None:
    """Return what a condition shows the model; None for one that scriptgap does not know."""
    if not known(name):
        return None
    way = condition(name)
    if way.change is None:
        return _BASE_MEANINGS[name]
    if way.change == "swap":
        what = "the entity of an entity-only question" if way.base == "entity_only" else "the whole question"
        return f"{what} written in the script {way.script} by rule"
    return f"{_BASE_LABELS[way.base]}, {_CHANGE_MEANINGS[way.change]}"


def match_class_label(match_class: str) -> str:
    """Return the words for a match class, such as ``Other script``."""
    return MATCH_CLASS_LABELS.get(match_class, match_class.replace("_", " "))


def term_label(term: str) -> str:
    """Return the words for a term of the regression, such as ``Same script``."""
    return TERM_LABELS.get(term, term.replace("_", " "))


def match_class_colour(match_class: str) -> str:
    """Return the colour in which figures draw a match class."""
    return PALETTE.get(match_class, PALETTE["muted"]).light


def term_colour(term: str) -> str:
    """Return the colour in which figures draw a term of the regression."""
    return PALETTE[_TERM_COLOURS.get(term, "effect")].light


def decimal(value: float | None, places: int = 2) -> str:
    """Return `value` with a true minus sign and no negative zero; a dash where it is not known."""
    if value is None:
        return "–"
    text = f"{value:.{places}f}"
    if float(text) == 0:
        text = text.lstrip("-")
    return text.replace("-", MINUS)


def percent(value: float | None, places: int = 0) -> str:
    """Return a share as a bare percentage, such as ``84`` for 0.84."""
    return decimal(None if value is None else value * 100, places)


def points(value: float | None, places: int = 0) -> str:
    """Return a difference of shares in points with its sign, such as ``+47`` or ``−14``."""
    text = percent(value, places)
    return text if value is None or text.startswith(MINUS) or float(text) == 0 else f"+{text}"


def points_interval(low: float | None, high: float | None, places: int = 0) -> str:
    """Return an interval of a difference in points, such as ``[+40, +49]``; empty where not known."""
    return "" if low is None or high is None else f"[{points(low, places)}, {points(high, places)}]"


def percent_interval(low: float | None, high: float | None, places: int = 0) -> str:
    """Return an interval of a share in percent, such as ``[22, 27]``; empty where not known."""
    return "" if low is None or high is None else f"[{percent(low, places)}, {percent(high, places)}]"


def ratio(value: float | None) -> str:
    """Return an odds ratio in about three digits, such as ``0.12``, ``3.4`` or ``>1000``."""
    if value is None:
        return "–"
    if value > 1000:
        return ">1000"
    if value < 0.01:
        return "<0.01"
    return decimal(value, 0 if value >= 100 else 1 if value >= 10 else 2)


def p_value(value: float | None) -> str:
    """Return a p-value in three places, such as ``0.012`` or ``<0.001``; a dash where it is not known."""
    return "<0.001" if value is not None and value < 0.001 else decimal(value, 3)


def with_interval(value: str, interval: str) -> str:
    """Return a number and its interval, or the number alone where it has none."""
    return f"{value} {interval}".rstrip()


def short_count(value: float | None) -> str:
    """Return a whole number in at most five characters, such as ``962``, ``12k`` or ``1.2M``."""
    if value is None or value < 10_000:
        return count(value)
    if value < 999_500:
        return f"{round(value / 1000)}k"
    return f"{value / 1e6:.1f}M" if value < 99.95e6 else f"{round(value / 1e6)}M"


def ratio_interval(low: float | None, high: float | None) -> str:
    """Return an interval of an odds ratio, such as ``[1.68, 1.93]``; empty where not known."""
    return "" if low is None or high is None else f"[{ratio(low)}, {ratio(high)}]"


def count(value: float | None) -> str:
    """Return a whole number with thin spaces between thousands; a dash where it is not known."""
    return "–" if value is None else f"{round(value):,}".replace(",", "\u202f")

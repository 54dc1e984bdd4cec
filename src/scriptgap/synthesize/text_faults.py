"""What must not be in a trace, whatever it says of the name: leaks, marks of templates, refusals."""

import functools
from collections.abc import Collection

import regex

from scriptgap.errors import UsageError
from scriptgap.synthesize.wordings import part, wording_language

_TEMPLATE = regex.compile(
    r"<\|[^<>|\s]{1,40}\|>|<｜[^<>｜]{1,40}｜>|</?(?:start|end)_of_(?:turn|image)>|<(?:bos|eos|pad|unk|mask)>"
    r"|</?(?:s|think|thinking|thought|reasoning|seed:think|trace|spellings|answer|tool_call)>"
    r"|\[/?(?:INST|THINK|SYSTEM_PROMPT)\]|<</?SYS>>|◁/?think▷",
    regex.IGNORECASE,
)
_REFUSED_ANSWER = regex.compile(
    r"^(?:(?:i(?:['’]m| am) )?(?:sorry|unable|not able)\b|i apologi[sz]e|as an ai\b"
    r"|i (?:cannot|can['’]?t|can not|won['’]?t|will not|could(?: not|n['’]?t))\b"
    r"|i do(?: not|n['’]?t) (?:know|have)\b"
    r"|(?:unknown|none|n/a|no answer)\W*$)",
    regex.IGNORECASE,
)
_REFUSED = regex.compile(
    r"\bas an ai\b|\bi(?:['’]m| am) (?:sorry|unable to (?:help|answer|assist|provide|comply|fulfil))\b"
    r"|\bi (?:cannot|can['’]?t|can not|won['’]?t|will not) (?:help|assist|answer|provide|comply|fulfil)\b",
    regex.IGNORECASE,
)
_PROMPT = regex.compile(
    r"\b(?:the|my|your|this) (?:system )?(?:prompt|instructions?)\b"
    r"|\b(?:as|according to|per) (?:the )?(?:prompt|instructions?)\b"
    r"|\bi(?: was|['’]?ve been| have been| had been| am| got) (?:told|given|informed|instructed|shown)\b"
    r"|\bi(?:['’]m) (?:told|given|instructed)\b|\b(?:you|they) (?:told|gave|showed) me\b"
    r"|\bname (?:that )?(?:i was|was|is|has been) (?:told|given|provided|supplied)\b"
    r"|\b(?:hidden|provided|supplied) name\b",
    regex.IGNORECASE,
)
_GIVEN_NAME = regex.compile(r"\bgiven name\b", regex.IGNORECASE)
_PERSONS = frozenset({"person", "human", "people", "given_name", "name"})


def template_mark(text: str) -> str | None:
    """Return the first mark of a chat template or of thinking in a text, or None."""
    found = _TEMPLATE.search(text)
    return found[0] if found else None


def refusal(reasoning: str, response: str) -> str | None:
    """Return the words by which a reply refuses, or says that it does not know; None where it does not."""
    found = (
        _REFUSED_ANSWER.search(response.strip()) or _REFUSED.search(response) or _REFUSED.search(reasoning)
    )
    return found[0] if found else None


def hint_leak(text: str, tags: Collection[str], allowed: str) -> str | None:
    """Return the word for a hint in a text, or None.

    Args:
        text: The reasoning.
        tags: BCP-47 tags of the languages in whose words it may be; those without wordings do not count.
        allowed: The question and the names: a word that is in them is no leak.
    """
    return next(
        (
            found[0].strip()
            for tag in sorted({"en", *tags})
            for found in _words(tag, "hint").finditer(text)
            if found[0].strip().casefold() not in allowed.casefold()
        ),
        None,
    )


def prompt_leak(text: str, tags: Collection[str], allowed: str, entity_type: str | None) -> str | None:
    """Return the words by which a text tells that its writer was told the name, or None.

    A given name is no such word where the entity is a person. Arguments as those of `hint_leak`.
    """
    patterns = [_PROMPT, *(_words(tag, "told") for tag in sorted(set(tags)))]
    if (entity_type or "").casefold() not in _PERSONS:
        patterns.append(_GIVEN_NAME)
    return next(
        (
            found[0].strip()
            for pattern in patterns
            for found in pattern.finditer(text)
            if found[0].strip().casefold() not in allowed.casefold()
        ),
        None,
    )


@functools.cache
def _words(tag: str, name: str) -> "regex.Pattern[str]":
    """A pattern for words of a language with whatever ending, and with the prefixes of Hebrew and Arabic."""
    try:
        language = wording_language(tag)
    except UsageError:
        return regex.compile(r"(?!)")
    words = [regex.escape(word) for word in part(language, name)]
    if not words:
        return regex.compile(r"(?!)")
    pattern = "|".join(words)
    if language == "en":
        pattern = rf"\b(?:{pattern})\b"
    elif language in ("he", "ar"):
        pattern = rf"(?<!\p{{L}})[ובהלמכשفوكبال]{{0,3}}(?:{pattern})"
    elif language not in ("ja", "zh-Hans", "zh-Hant", "th", "ko"):
        pattern = rf"(?<![\p{{L}}\p{{M}}])(?:{pattern})"
    return regex.compile(pattern, regex.IGNORECASE)

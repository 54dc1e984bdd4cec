"""What a text says a whole name, or a word of it, to be: read out of free text in any language."""

import functools
from collections.abc import Iterator

import regex

from scriptgap.languages import language
from scriptgap.synthesize.stated_steps import Stated

_WORDS = (
    r"is|means|becomes|equals|gives|reads|stands for"
    r"|это|есть|це|е|је|είναι|यानी|म्हणजे|মানে|یعنی|هو|הוא|は|是|คือ"
)
_QUOTES = "\"'“”„‟‘’«»‹›「」『』`*_"
_LATIN = r"\p{Script=Latin}[\p{Script=Latin}\p{M}]*"
_AFTER = regex.compile(
    rf"[{_QUOTES}]*(?:(?P<sign>\s*(?:=>|=|→|->|⇒|≈|≅|＝)\s*)|\s*,?\s*(?:[-–—]\s*)?(?:{_WORDS})\s+)[{_QUOTES}]*"
    rf"(?P<said>{_LATIN}(?:['’ -]{_LATIN}){{0,4}})"
)
_NO_CAPITAL = regex.compile(r"[^\p{Lu}]")
_LETTER = regex.compile(r"[\p{L}\p{M}\p{N}]")


def stated_names(text: str, name: str, query_lang: str, source_lang: str) -> list[Stated]:
    """Find what is said of a name, and of the words of a name of several words.

    After a sign ("Греция = Greece") whatever Latin word follows; after a verb ("Греция is Greece") a
    word with a capital that names no language or script, for others are words of the sentence.

    Returns:
        Pairs of the name or word and the Latin words, up to five, that it is said to be.
    """
    if language(query_lang).scripts & language(source_lang).scripts:
        return []
    words = [word for word in name.split() if len(word) > 1] if " " in name else []
    return [
        Stated(whole, match["said"])
        for whole in dict.fromkeys([name, *words])
        for match in _claims(text, whole)
        if match["sign"]
        or not (_NO_CAPITAL.match(match["said"]) or _tongue(match["said"], query_lang, source_lang))
    ]


def _claims(text: str, name: str) -> Iterator["regex.Match[str]"]:
    at = text.find(name) if len(name) > 1 else -1
    while at >= 0:
        alone = not _LETTER.match(text[at - 1 : at]) and not _LETTER.match(text[at + len(name) :])
        if alone and (match := _AFTER.match(text, at + len(name))):
            yield match
        at = text.find(name, at + 1)


@functools.lru_cache(maxsize=1 << 12)
def _tongue(said: str, query_lang: str, source_lang: str) -> bool:
    """Whether the words begin with a language or a script: "Греция is Russian for Greece"."""
    names = {word for tag in (query_lang, source_lang) for word in language(tag).name.split()}
    return said.split()[0] in names | {
        "Cyrillic",
        "Devanagari",
        "Hangul",
        "Hanzi",
        "Katakana",
        "Latin",
        "This",
        "It",
    }

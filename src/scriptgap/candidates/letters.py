"""The letters of names as the models of transliteration see them: folded, one kind of sign for one sound."""

import unicodedata
from functools import cache, lru_cache
from typing import Any

import regex

SOURCE_LETTERS = "abcdefghijklmnopqrstuvwxyz'-. "
"""What a folded source spelling is made of."""

_EXPANDED = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ħ": "h", "ß": "ss"}
    | {"’": "'", "‘": "'", "ʻ": "'", "ʼ": "'", "‐": "-", "–": "-", "ə": "a", "ŋ": "ng"}
)
_NOT_SOURCE = regex.compile(r"[^a-z'\-. ]")
_VOWEL_SIGNS = regex.compile(r"[\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0640\u200b-\u200f\u00ad]")
_ONE_FORM = str.maketrans(
    dict(zip("ךםןףץ", "כמנפצ", strict=True))  # Hebrew letters at the end of a word
    | dict(zip("ىيكةۀۂھہ", "ییکههههه", strict=True))  # Arabic letters with two code points or a mute twin
    | {"־": "-", "׳": "'", "’": "'"}
)
_HANGUL = regex.compile(r"\p{Script=Hangul}")
_HAN = regex.compile(r"\p{Script=Han}")


@lru_cache(maxsize=500_000)
def fold_source(name: str) -> str:
    """Return a Latin spelling in small letters without diacritics: Gordó is gordo, Łódź is lodz.

    Two spellings that differ only in what is lost here count as one candidate.
    """
    plain = unicodedata.normalize("NFD", name.casefold().translate(_EXPANDED))
    return " ".join(_NOT_SOURCE.sub("", plain).split())


@cache
def _simplifier() -> Any:
    import opencc  # type: ignore[import-untyped, unused-ignore]

    return opencc.OpenCC("t2s")


@lru_cache(maxsize=500_000)
def fold_query(name: str) -> str:
    """Return a name of any script as the models read it.

    Case and vowel signs of Hebrew and Arabic are dropped, final forms are as elsewhere in a word, traditional
    characters become simplified ones, and Hangul syllables are taken apart, since each stands for sounds.
    """
    text = _VOWEL_SIGNS.sub("", unicodedata.normalize("NFC", name.casefold())).translate(_ONE_FORM)
    if _HAN.search(text):
        text = _simplifier().convert(text)
    if _HANGUL.search(text):
        text = unicodedata.normalize("NFD", text)
    return " ".join(text.split())


@lru_cache(maxsize=500_000)
def sounds_of(text: str) -> str:
    """Return a folded query name in basic Latin letters, by uroman, each Han character apart."""
    from scriptgap.scripts import romanize

    if _HAN.search(text):
        return "-".join(part for part in (romanize(character) for character in text) if part).lower()
    whole = (
        unicodedata.normalize("NFC", text)
        if _HANGUL.search(text) or "\u1100" <= text[:1] <= "\u11ff"
        else text
    )
    return romanize(whole).lower().strip()

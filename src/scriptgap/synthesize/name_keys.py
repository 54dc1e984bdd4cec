"""Forms of a name in which one name is one text, from strict to loose: plain, spelling, sounds, skeleton."""

import functools
import unicodedata
from itertools import product

import regex

from scriptgap.scoring.normalize import normalize
from scriptgap.scripts import romanize, script_of

# What a stripped diacritic would misread: the sound of the letter, as English would write it.
_SOUNDED = str.maketrans({
    "č": "ch", "ć": "ch", "ĉ": "ch", "š": "sh", "ś": "sh", "ş": "sh", "ș": "sh", "ŝ": "sh",
    "ž": "zh", "ź": "zh", "ż": "zh", "ț": "ts", "ţ": "ts", "ç": "c", "ñ": "ny", "ə": "a",
})  # fmt: skip
_LETTERS = str.maketrans({
    "æ": "a", "œ": "o", "ø": "o", "þ": "th", "ð": "d", "đ": "d", "ł": "l", "ß": "s", "ı": "i", "ŋ": "ng",
    "ə": "a", "ħ": "h", "ŧ": "t", "ɓ": "b", "ɗ": "d", "ƙ": "k", "ƴ": "y", "ɛ": "e", "ɔ": "o", "ʼ": "",
    "ĸ": "k", "ŀ": "l", "ɖ": "d", "ƒ": "f", "ɣ": "g", "ʋ": "v", "ǝ": "e", "ɩ": "i", "ʊ": "u",
})  # fmt: skip
_MARKS = regex.compile(r"\p{M}")
_OTHERS = regex.compile(r"[^a-z0-9]")
_NO_LETTERS = regex.compile(r"[^a-z]")
_WORD_BREAKS = regex.compile(r"[\s\-·・.,]+")
_APOSTROPHES = regex.compile(r"['’‘ʼʻʽʾʿʹ`´]")
_REPEATED = regex.compile(r"(\D)\1+")
_ROMAN = regex.compile(r"\bX{0,3}(?:IX|IV|V?I{0,3})\b")
_ONE_SIGN = regex.compile(r"^[IVX]$")
_ORDINALS = (
    "",
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
)
_NUMBER = regex.compile(r"\d{1,9}")
_UMLAUTS = regex.compile(r"(?<=[ao])e|(?<=u)e(?=[^aeiou])")

_GROUPS = [
    ("shch", "S"), ("tsch", "C"), ("dzh", "j"), ("tch", "C"), ("sch", "S"), ("sh", "S"), ("zh", "Z"),
    ("cz", "C"), ("ch", "C"), ("kh", "x"), ("gh", "g"), ("ph", "f"), ("th", "T"), ("dh", "d"), ("bh", "b"),
    ("dj", "j"), ("dz", "z"), ("tz", "Q"), ("ts", "Q"), ("ck", "k"), ("sz", "s"), ("qu", "kw"), ("q", "k"),
    ("x", "ks"),
]  # fmt: skip
_GROUP = regex.compile("|".join(letters for letters, _ in _GROUPS))
_SOUND_OF = dict(_GROUPS)

SOUNDS = "aeiouywhbpvftdTkgxszSZCcjQlrmn"
"""The letters of `sounds`. Capitals: S is sh, Z zh, C ch, T th, Q ts; x is kh."""

# The classes that spellings of one name keep apart; two where the letter is read in two ways, and an empty
# one where it may be none (vowels, semivowels and h are none).
_CLASSES = {
    **dict.fromkeys("bp", ("P",)), **dict.fromkeys("fv", ("P", "")), **dict.fromkeys("tdT", ("T",)),
    "k": ("K",),
    **dict.fromkeys("szSZQ", ("S",)), **dict.fromkeys("lr", ("L",)), **dict.fromkeys("mn", ("N",)),
    "g": ("K", "S"), "c": ("K", "S"), "C": ("S", "K"), "j": ("S", ""), "x": ("K", ""),
}  # fmt: skip


@functools.lru_cache(maxsize=1 << 18)
def plain_key(name: str) -> str:
    """Return a name without case, diacritics, punctuation and spaces, in its own script."""
    return normalize(_APOSTROPHES.sub("", name)).replace(" ", "")


@functools.lru_cache(maxsize=1 << 18)
def bare_keys(name: str) -> frozenset[str]:
    """Return `plain_key` with doubled letters once, and the same without diacritics of any script.

    Signs of Indic vowels are none: they stay.
    """
    key = plain_key(name)
    bare = "".join(sign for sign in unicodedata.normalize("NFD", key) if not unicodedata.combining(sign))
    return frozenset(_REPEATED.sub(r"\1", unicodedata.normalize("NFC", form)) for form in (key, bare))


@functools.lru_cache(maxsize=1 << 18)
def unmarked_key(name: str) -> str:
    """Return `plain_key` without any mark, Indic vowels included, and with doubled letters once."""
    bare = _MARKS.sub("", unicodedata.normalize("NFD", plain_key(name)))
    return str(_REPEATED.sub(r"\1", unicodedata.normalize("NFC", bare)))


def spelling_keys(name: str) -> set[str]:
    """Return `spelling_key`, and of Latin letters with marks also that of uroman's reading of them."""
    keys = {spelling_key(name)}
    if not name.isascii() and script_of(name) == "Latn":
        keys.add(spelling_key("".join(map(_romanized_letter, unicodedata.normalize("NFC", name)))))
    return keys - {""}


@functools.cache
def _romanized_letter(letter: str) -> str:
    return romanize(letter)


@functools.lru_cache(maxsize=1 << 18)
def spelling_key(name: str) -> str:
    """Return a name in the letters a to z, without what typists leave out or write in two ways.

    On top of `plain_key`: romanised, letters beyond a to z and umlauts in their short form (Zürich, Zuerich
    and Zurich are ``zurich``), doubled letters once.

    Returns:
        ``a`` to ``z`` and digits; empty where the name has neither letters nor digits.
    """
    text = _REPEATED.sub(r"\1", _OTHERS.sub("", _latin(name, "")))
    return str(_REPEATED.sub(r"\1", _UMLAUTS.sub("", text)))


@functools.lru_cache(maxsize=1 << 18)
def sounds(name: str) -> str:
    """Return what a name sounds like, roughly, one letter of `SOUNDS` a sound.

    The reading is English for Latin letters (``ch``, ``sh``, ``ph``), uroman's for others; a letter that
    languages read differently (``c``, ``j``, ``w``) stays, for the comparison to weigh.
    """
    text = _latin(name, "sounded")
    if script_of(name) == "Grek":
        text = text.replace("ch", "kh")  # uroman's letter for chi
    return "".join(_sounds_of_word(word) for word in _WORD_BREAKS.split(text))


@functools.lru_cache(maxsize=1 << 17)
def _sounds_of_word(word: str) -> str:
    text = _REPEATED.sub(r"\1", _NO_LETTERS.sub("", word))
    return str(_REPEATED.sub(r"\1", _GROUP.sub(lambda found: _SOUND_OF[found[0]], text)))


@functools.lru_cache(maxsize=1 << 17)
def _latin(name: str, how: str) -> str:
    text = unicodedata.normalize("NFKC", name).casefold()
    if text.isascii():
        return text
    if script_of(text) == "Latn":
        text = unicodedata.normalize("NFC", text)
        text = text.translate(_SOUNDED) if how else text
        text = unicodedata.normalize("NFD", text)
        text = _MARKS.sub("", text).translate(_LETTERS)
        return str(text) if text.isascii() else romanize(text).casefold()
    # uroman's own diacritics and marks of letters it has none for
    text = unicodedata.normalize("NFC", text)
    return str(_MARKS.sub("", unicodedata.normalize("NFD", romanize(text).casefold())))


def skeletons(sounded: str) -> set[str]:
    """Return the consonant classes of a text of `sounds`: one text for each way to read its letters.

    Voice, place of sibilants, l and r, m and n, and every vowel are merged away, so that one name in two
    scripts mostly has a skeleton in common; many different names have so too.
    """
    choices = [_CLASSES[letter] for letter in sounded if letter in _CLASSES]
    ambiguous = 0
    for index, classes in enumerate(choices):
        ambiguous += len(classes) > 1
        if ambiguous > 4 and len(classes) > 1:
            choices[index] = classes[:1]
    return {_REPEATED.sub(r"\1", "".join(classes)) for classes in product(*choices)}


def words_key(name: str) -> str | None:
    """Return the spelling of a name's words in the order of letters; None where it is one word.

    Roman numerals and English ordinals are numbers: World War II and Second World War have one key.
    """
    words = normalize(_ROMAN.sub(_number, name)).split()
    words = [str(_ORDINALS.index(word)) if word in _ORDINALS else word for word in words]
    return " ".join(sorted(map(spelling_key, words))) if len(words) > 1 else None


@functools.lru_cache(maxsize=1 << 18)
def numbers(name: str) -> frozenset[int]:
    """Return the numbers in a name, Roman ones of two signs included, and of one sign as its last word."""
    found = [match[0] for match in _ROMAN.finditer(name) if len(match[0]) > 1]
    last = name.split()[-1:] if " " in name else []
    found += [word for word in last if _ONE_SIGN.match(word)]
    return frozenset([*map(int, _NUMBER.findall(name)), *map(_value, found)])


def _number(found: regex.Match[str]) -> str:
    return str(_value(found[0])) if found[0] else ""


def _value(roman: str) -> int:
    signs = [{"I": 1, "V": 5, "X": 10}[sign] for sign in roman]
    return sum(-sign if sign < max(signs[at:]) else sign for at, sign in enumerate(signs))

"""Hindi in Latin letters as Hindi is romanised in India: Hunterian without macrons, silent schwas left out.

The Hunterian system is the national system of romanisation of India (Survey of India). CLDR's ``hi-Latn`` and
everyday romanised Hindi use the same plain letters: ``भारत की राजधानी`` is "bharat ki rajdhani". ISO 15919
would say "bhārata kī rājadhānī", with the silent vowels of Sanskrit: it can be read back, but nobody writes
Hindi so. Schwas fall as in Ohala, M. (1983), Aspects of Hindi Phonology: from right to left, after a vowel
and one consonant, before one consonant and a vowel.
"""

import unicodedata
from dataclasses import dataclass

import regex  # type: ignore[import-untyped, unused-ignore]

from scriptgap.script_swap.spelling import SENTENCE_START

CONSONANTS = {
    **dict(
        zip(
            "कगजझञङटडतदपबमयरलवशषसहणनळ",
            [
                "k",
                "g",
                "j",
                "jh",
                "n",
                "n",
                "t",
                "d",
                "t",
                "d",
                "p",
                "b",
                "m",
                "y",
                "r",
                "l",
                "v",
                "sh",
                "sh",
                "s",
                "h",
                "n",
                "n",
                "l",
            ],
            strict=True,
        )
    ),
    **dict(zip("खघचछठढथधफभ", ["kh", "gh", "ch", "chh", "th", "dh", "th", "dh", "ph", "bh"], strict=True)),
    **{"क़": "q", "ख़": "kh", "ग़": "gh", "ज़": "z", "झ़": "zh", "ड़": "r", "ढ़": "rh", "फ़": "f", "य़": "y"},
}
_CLUSTERS = {"ज्ञ": "gy", "च्छ": "chchh"}
_VOWELS = dict(
    zip(
        "अआइईउऊऋएऐओऔऑऍऎऒ",
        ["a", "a", "i", "i", "u", "u", "ri", "e", "ai", "o", "au", "o", "e", "e", "o"],
        strict=True,
    ),
)
_SIGNS = dict(
    zip("ािीुूृेैोौॉॅॆॊ", ["a", "i", "i", "u", "u", "ri", "e", "ai", "o", "au", "o", "e", "e", "o"], strict=True)
)
_VIRAMA, _NUKTA = "्", "़"
_SONORANTS = set("यरलवह")

_WORD = regex.compile(SENTENCE_START + r"[\u0900-\u0963\u0970-\u097F\u200c\u200d]+")
_UNIT = regex.compile(
    rf"(?P<onset>(?:[क-ह]{_NUKTA}?{_VIRAMA})*[क-ह]{_NUKTA}?)(?P<sign>[{''.join(_SIGNS)}{_VIRAMA}])?(?P<tail>[ँंः]*)"
    rf"|(?P<vowel>[{''.join(_VOWELS)}])(?P<tail>[ँंः]*)|(?P<other>.)"
)
_MARKS = str.maketrans(
    {**{digit: str(value) for value, digit in enumerate("०१२३४५६७८९")}, "।": ".", "॥": "."}
)


@dataclass
class _Unit:
    """A written syllable: consonants, a vowel (None where its schwa is silent), nasal or breath."""

    onset: list[str]
    vowel: str | None
    tail: str
    inherent: bool


def _units(word: str) -> list[_Unit]:
    units = []
    for found in _UNIT.finditer(word):
        onset = regex.findall(rf"[क-ह]{_NUKTA}?", found["onset"] or "")
        sign = found["sign"]
        if found["vowel"]:
            vowel: str | None = _VOWELS[found["vowel"]]
        elif sign == _VIRAMA:
            vowel = None
        else:
            vowel = _SIGNS[sign] if sign else "a"
        if onset or found["vowel"]:
            units.append(_Unit(onset, vowel, found["tail"] or "", bool(onset) and not sign))
    return units


def _silence(units: list[_Unit]) -> None:
    """Silence the schwas that are written, by the script's rule, but not spoken."""
    last = units[-1]
    if len(units) > 1 and last.inherent and not last.tail and not _spoken_at_end(units):
        last.vowel = None
    for place in range(len(units) - 2, 0, -1):
        before, here, after = units[place - 1 : place + 2]
        if not here.inherent or here.tail or len(here.onset) != 1 or len(after.onset) != 1:
            continue
        if before.vowel is not None and after.vowel is not None:
            here.vowel = None


def _spoken_at_end(units: list[_Unit]) -> bool:
    onset, before = units[-1].onset, units[-2]
    if len(onset) == 1:
        return onset == ["य"] and before.vowel in ("i", "ri")
    if onset[-1] in _SONORANTS:
        return True
    return onset[-1] in "नमण" and onset[-2] not in "रलनमणय"


def _spell(units: list[_Unit]) -> str:
    spelled = []
    for place, unit in enumerate(units):
        cluster = _VIRAMA.join(unit.onset)
        spelled.append(_CLUSTERS.get(cluster) or "".join(CONSONANTS.get(letter, "") for letter in unit.onset))
        spelled.append(unit.vowel or "")
        for sign in unit.tail:
            following = units[place + 1].onset[:1] if place + 1 < len(units) else []
            labial = bool(following) and following[0][0] in "पफबभम"
            spelled.append("h" if sign == "ः" else "m" if labial else "n")
    return "".join(spelled)


def _word_to_latin(found: "regex.Match[str]") -> str:
    word = found.group().replace("\u200c", "").replace("\u200d", "")
    if word == "ॐ":
        return "Om"
    units = _units(word)
    if not units:
        return str(found.group())
    _silence(units)
    spelled = _spell(units)
    return spelled[:1].upper() + spelled[1:] if found["start"] is not None else spelled


def to_latin(text: str) -> str:
    """Write Hindi in Latin letters, with a capital where a sentence begins: Devanagari has no capitals."""
    return str(_WORD.sub(_word_to_latin, unicodedata.normalize("NFC", text))).translate(_MARKS)

"""Named rules under which letters of one script may stand for a spelling in Latin letters.

``uroman``: the letters' own romanisation. ``sound spelling``: a spelling that the sound has in English or
another language of Latin script (k is c, ck, q). ``unwritten vowel``: scripts that leave vowels out.
``vowel not spoken``: scripts whose letters carry a vowel. ``silent letter``. ``name pairs``: met often enough
in the name pairs (see `name_pairs`), and plausible by the sound of the letters.
"""

import functools
import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from importlib.resources import files

import regex

from scriptgap.candidates.letters import fold_query, fold_source, sounds_of
from scriptgap.scripts import script_of


@functools.cache
def _sounds() -> dict[str, list[str]]:
    text = files("scriptgap").joinpath("data/sound_spellings.json").read_text(encoding="utf-8")
    sounds: dict[str, list[str]] = json.loads(text)["sounds"]
    return sounds


_LONGEST = 4
_VOWELS = "aeiouy"
_NO_VOWELS = frozenset({"Arab", "Hebr", "Syrc", "Thaa"})
_CARRIES_VOWEL = frozenset(
    {"Deva", "Beng", "Guru", "Gujr", "Orya", "Taml", "Telu", "Knda", "Mlym", "Sinh", "Thai", "Laoo", "Khmr"}
    | {"Mymr", "Tibt", "Ethi", "Hira", "Kana", "Jpan", "Hang", "Hani"}
)
_ALPHABETS = frozenset({"Cyrl", "Grek", "Armn", "Geor", *_NO_VOWELS})
_PUNCTUATION = regex.compile(r"[^a-z]")
_CONSONANT, _VOWELS_ONLY = regex.compile("[bcdfgklmnpqrstxz]"), regex.compile("[aeiou]+")
_NOT_SPELLED = frozenset({"ς", "ი", "ال"})
"""Endings of a case and an article, which the spelling elsewhere lacks."""
_DIGRAPHS = {"τζ": "dzh", "τσ": "ch"}
_SOFT = frozenset({"ь", "ъ", "ʼ", "'", "’"})
# Halves of mp and nt, which alignment takes for the whole, and a reading of Spanish names only.
_NO_UNITS = frozenset({("μ", "b"), ("ν", "d"), ("θ", "c")})
# Scripts with letters for both sounds never write one for the other; Russian has no h and writes g for it.
_BARRED = {script: frozenset({("g", "h"), ("a", "o"), ("a", "i")}) for script in ("Grek", "Armn", "Geor")}
_BARRED["Cyrl"] = frozenset({("a", "o"), ("a", "i")})
_BARRED_ELSEWHERE = frozenset({("g", "h")})
# How spellings begin, by the beginnings of Mandarin syllables, which have changed since the names were made.
_HAN_BEGINNINGS = {
    **{"b": "bpv", "c": "ctz", "d": "dt", "f": "fpv", "g": "gkch", "h": "hkgjc", "j": "jgkcz", "k": "kcqg"},
    **{"l": "lr", "m": "m", "n": "n", "p": "pbf", "q": "qckgt", "r": "rjl", "s": "sczt", "t": "td"},
    **{"w": "wvuo", "x": "xshcz", "y": "yiejau", "z": "zjsctd"},
}
_LEAST_COUNT, _LEAST_SHARE = 5, 0.1
_LEAST_COUNT_HAN, _LEAST_SHARE_HAN = 3, 0.05
_LEAST_BY_RULE = 0.05

UROMAN, SOUND, UNWRITTEN, UNSPOKEN, SILENT, PAIRS = (
    "uroman",
    "sound spelling",
    "unwritten vowel",
    "vowel not spoken",
    "silent letter",
    "name pairs",
)
COSTS = {UROMAN: 0.2, SOUND: 0.6, UNWRITTEN: 0.8, UNSPOKEN: 0.8, SILENT: 1.2, PAIRS: 1.0}
"""How much less an alignment likes a rule; only the order matters."""


class LearnedUnits:
    """What query letters stand for in aligned name pairs."""

    def __init__(self, counts: Mapping[tuple[str, str], int]) -> None:
        """Keep what was met often, and what no sound rules out.

        Five times and in a tenth of the uses of its letters; Han characters, which have many readings, three
        times and in a twentieth; a twentieth also where `general_rule` allows the unit. Alignment sets many
        letters beside what their neighbours stand for: see `plausible`.
        """
        merged: Counter[tuple[str, str]] = Counter()
        totals: Counter[str] = Counter()
        for (letters, spelling), count in counts.items():
            merged[letters, _PUNCTUATION.sub("", spelling)] += count
            totals[letters] += count
        self._readings: dict[str, dict[str, float]] = defaultdict(dict)
        for (letters, spelling), count in sorted(merged.items(), key=lambda item: (-item[1], item[0])):
            share = count / totals[letters]
            if _often(letters, spelling, count, share) and plausible(letters, spelling):
                self._readings[letters][spelling] = share

    def share(self, letters: str, spelling: str) -> float:
        """Return the share of the uses of folded `letters` in which they stand for `spelling`."""
        return self._readings.get(letters, {}).get(_PUNCTUATION.sub("", spelling), 0.0)

    def readings(self, letters: str) -> dict[str, float]:
        """Return what folded `letters` stand for, the commonest first, with its share."""
        return self._readings.get(letters, {})


def _often(letters: str, spelling: str, count: int, share: float) -> bool:
    if script_of(letters) == "Hani":
        return count >= _LEAST_COUNT_HAN and share >= _LEAST_SHARE_HAN
    if count < _LEAST_COUNT or share < _LEAST_BY_RULE:
        return False
    return share >= _LEAST_SHARE or bool(spelling and general_rule(letters, spelling))


def plausible(letters: str, spelling: str) -> bool:
    """Whether the sound of letters allows a spelling that was learned: vowels are no consonants.

    The sound is uroman's; y, w, v, h and j may be both. In alphabets a consonant is never silent by learning,
    for its sound then stands beside it. The beginning of a Han character's sound must fit, so that it has no
    translation (south for 南) and no reading of Japanese names.
    """
    script = script_of(letters)
    if general_rule(letters, spelling):
        return True
    if script == "Hani":
        return not spelling or spelling[0] in _HAN_BEGINNINGS.get(sounds_of(letters)[:1], spelling)
    if (letters, spelling) in _NO_UNITS:
        return False
    if not _CONSONANT.search(sounds_of(fold_query(letters))):
        return not _CONSONANT.search(spelling)
    return not _VOWELS_ONLY.fullmatch(spelling) if spelling else script not in _ALPHABETS


@functools.lru_cache(maxsize=200_000)
def general_rule(letters: str, spelling: str) -> str | None:
    """Return the rule, other than ``name pairs``, under which `letters` may stand for `spelling`.

    Args:
        letters: One to four letters of any script but Latin.
        spelling: Latin letters; may be empty.
    """
    folded = fold_query(letters)
    sound = _DIGRAPHS.get(folded) or regex.sub(r"[^a-z']", "", sounds_of(folded))
    bare = sound.replace("'", "")
    text = regex.sub(r"[^a-z]", "", fold_source(spelling))
    if text in (sound, bare):
        return UROMAN
    if not text:
        silent = bare in {"", "h", "a", "y", "u"} and len(folded) == 1
        return SILENT if silent or letters in _NOT_SPELLED else None
    script = script_of(letters)
    if bare and _spells(bare, text, script):
        return SOUND
    if folded in _SOFT and text in {"i", "y"}:
        return SOUND
    if script in _NO_VOWELS and len(folded) == 1:
        for consonant in _without_vowels(text):
            if consonant == bare or (consonant and bare and _spells(bare, consonant, script)):
                return UNWRITTEN
        if bare in {"", "a", "e", "h", "i", "y"} and all(c in _VOWELS for c in text):
            return UNWRITTEN  # alef, ayin, he and yod stand for vowels
        if bare in {"v", "w"} and text in {"o", "u", "oo", "ou"}:
            return UNWRITTEN
    if script in _CARRIES_VOWEL:
        short = bare.rstrip(_VOWELS)
        if short and short != bare and _spells(short, text, script):
            return UNSPOKEN
    return None


def _without_vowels(text: str) -> list[str]:
    core = text.strip(_VOWELS)
    return [core, text.rstrip(_VOWELS), text.lstrip(_VOWELS)] if len(text) - len(core) <= 3 else []


@functools.lru_cache(maxsize=50_000)
def _pattern(sound: str, barred: frozenset[tuple[str, str]]) -> "regex.Pattern[str]":
    parts = []
    place = 0
    while place < len(sound):
        for size in range(min(_LONGEST, len(sound) - place), 0, -1):
            unit = sound[place : place + size]
            if unit in _sounds() or size == 1:
                spellings = [one for one in _sounds().get(unit, [unit]) if (unit, one) not in barred]
                parts.append("(?:" + "|".join(sorted({*spellings, unit}, key=len, reverse=True)) + ")")
                place += size
                break
    return regex.compile("".join(parts))


def _spells(sound: str, text: str, script: str | None) -> bool:
    """Whether a text spells a sound; a consonant also with an e that is not spoken: Rome, Brisbane."""
    pattern = _pattern(sound, _BARRED.get(script or "", _BARRED_ELSEWHERE))
    silent_e = script not in _NO_VOWELS and sound[-1] not in _VOWELS and text.endswith("e")
    return pattern.fullmatch(text) is not None or (silent_e and pattern.fullmatch(text[:-1]) is not None)

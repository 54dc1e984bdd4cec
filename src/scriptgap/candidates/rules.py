"""Named rules under which letters of one script may stand for a spelling in Latin letters.

``uroman``: the letters' own romanisation. ``sound spelling``: a spelling that the sound has in English or
another language of Latin script (k is c, ck, q). ``unwritten vowel``: scripts that leave vowels out.
``vowel not spoken``: scripts whose letters carry a vowel. ``silent letter``. ``name pairs``: met often enough
in the name pairs (see `name_pairs`).
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
_LEAST_COUNT, _LEAST_SHARE = 3, 0.01

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
        """Keep what was met at least three times and in one of a hundred uses of its letters."""
        totals: Counter[str] = Counter()
        for (letters, _), count in counts.items():
            totals[letters] += count
        self._readings: dict[str, dict[str, float]] = defaultdict(dict)
        for (letters, spelling), count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
            if count >= _LEAST_COUNT and count / totals[letters] >= _LEAST_SHARE:
                self._readings[letters][spelling] = count / totals[letters]

    def share(self, letters: str, spelling: str) -> float:
        """Return the share of the uses of folded `letters` in which they stand for `spelling`."""
        return self._readings.get(letters, {}).get(spelling, 0.0)

    def readings(self, letters: str) -> dict[str, float]:
        """Return what folded `letters` stand for, the commonest first, with its share."""
        return self._readings.get(letters, {})


@functools.lru_cache(maxsize=200_000)
def general_rule(letters: str, spelling: str) -> str | None:
    """Return the rule, other than ``name pairs``, under which `letters` may stand for `spelling`.

    Args:
        letters: One to four letters of any script but Latin.
        spelling: Latin letters; may be empty.
    """
    folded = fold_query(letters)
    sound = regex.sub(r"[^a-z']", "", sounds_of(folded))
    bare = sound.replace("'", "")
    text = regex.sub(r"[^a-z]", "", fold_source(spelling))
    if text in (sound, bare):
        return UROMAN
    if not text:
        return SILENT if bare in {"", "h", "a", "y", "u"} and len(folded) == 1 else None
    if bare and _spells(bare, text):
        return SOUND
    script = script_of(letters)
    if script in _NO_VOWELS and len(folded) == 1:
        for consonant in _without_vowels(text):
            if consonant == bare or (consonant and bare and _spells(bare, consonant)):
                return UNWRITTEN
        if bare in {"", "a", "e", "h", "y"} and all(c in _VOWELS for c in text):
            return UNWRITTEN  # alef, ayin, he and yod stand for vowels
        if bare in {"v", "w"} and text in {"o", "u", "oo", "ou"}:
            return UNWRITTEN
    if script in _CARRIES_VOWEL:
        short = bare.rstrip(_VOWELS)
        if short and short != bare and (short == text or _spells(short, text)):
            return UNSPOKEN
    return None


def _without_vowels(text: str) -> list[str]:
    core = text.strip(_VOWELS)
    return [core, text.rstrip(_VOWELS), text.lstrip(_VOWELS)] if len(text) - len(core) <= 3 else []


@functools.lru_cache(maxsize=50_000)
def _pattern(sound: str) -> "regex.Pattern[str]":
    parts = []
    place = 0
    while place < len(sound):
        for size in range(min(_LONGEST, len(sound) - place), 0, -1):
            unit = sound[place : place + size]
            if unit in _sounds() or size == 1:
                spellings = _sounds().get(unit, [unit])
                parts.append("(?:" + "|".join(sorted({*spellings, unit}, key=len, reverse=True)) + ")")
                place += size
                break
    return regex.compile("".join(parts))


def _spells(sound: str, text: str) -> bool:
    return _pattern(sound).fullmatch(text) is not None

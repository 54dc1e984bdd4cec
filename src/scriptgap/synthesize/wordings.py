"""What a written trace can say: wordings of each part by language, and how one of them is chosen."""

import functools
import hashlib
import json
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from babel import Locale, UnknownLocaleError

from scriptgap.errors import UsageError
from scriptgap.languages import language
from scriptgap.scripts import script_of

_ENGLISH_SCRIPTS = {
    "Armn": "Armenian letters",
    "Arab": "Arabic letters",
    "Beng": "Bengali letters",
    "Cyrl": "Cyrillic",
    "Deva": "Devanagari",
    "Geor": "Georgian letters",
    "Grek": "Greek letters",
    "Hang": "Hangul",
    "Hani": "Chinese characters",
    "Hebr": "Hebrew letters",
    "Hira": "hiragana",
    "Jpan": "Japanese characters",
    "Kana": "katakana",
    "Latn": "Latin letters",
    "Taml": "Tamil letters",
    "Telu": "Telugu letters",
    "Thai": "Thai letters",
}

_PARTICLES = {"라는": "이라는", "는": "은", "를": "을", "가 ": "이 ", "와 ": "과 "}


@functools.cache
def _data() -> dict[str, dict[str, Any]]:
    text = files("scriptgap").joinpath("data/trace_wordings.json").read_text(encoding="utf-8")
    data: dict[str, dict[str, Any]] = json.loads(text)
    return data


def trace_languages() -> tuple[str, ...]:
    """Return the BCP-47 tags of the languages that the `rules` teacher can write in."""
    return tuple(_data())


@functools.cache
def wording_language(tag: str) -> str:
    """Return the language among `trace_languages` that `tag` is, whatever its region.

    Raises:
        UsageError: There are no wordings in the language and script of `tag`.
    """
    asked = language(tag)
    for known in _data():
        one = language(known)
        if (one.language, one.script) == (asked.language, asked.script):
            return known
    raise UsageError(
        f"no traces can be written in {tag}; trace languages are {', '.join(_data())}: take one of them"
    )


def part(tag: str, name: str) -> tuple[str, ...]:
    """Return the wordings of one part of a trace; none where the language has none of its own.

    Args:
        tag: A trace language.
        name: A key of ``data/trace_wordings.json``, such as ``open`` or ``capital``.

    Raises:
        UsageError: There are no wordings in the language of `tag`.
    """
    return tuple(_data()[wording_language(tag)].get(name, ()))


def remarks(tag: str, script: str | None) -> tuple[str, ...]:
    """Return true statements about how a script writes names; none where there are none in the language."""
    return tuple(_data()[wording_language(tag)]["remark"].get(script, ()))


@functools.lru_cache(maxsize=1 << 16)
def fine_script(name: str) -> str | None:
    """Return the script of a name by `scripts.script_of`, but ``Kana`` or ``Hira`` for kana of one kind."""
    script = script_of(name)
    if script != "Jpan":
        return script
    letters = [character for character in name if character.isalpha() and character != "ー"]
    if all("\u30a0" <= character <= "\u30ff" for character in letters):
        return "Kana"
    return "Hira" if all("\u3040" <= character <= "\u309f" for character in letters) else "Jpan"


@functools.cache
def script_name(script: str | None, tag: str) -> str:
    """Return what a script is called in a trace language, in a form that can follow a colon."""
    code = script or "Zyyy"
    if wording_language(tag) == "en" and code in _ENGLISH_SCRIPTS:
        return _ENGLISH_SCRIPTS[code]
    english = str(Locale("en").scripts.get(code, code))
    try:
        found = str(Locale.parse(wording_language(tag), sep="-").scripts.get(code, english))
    except UnknownLocaleError:
        found = english
    return f"{found} script" if wording_language(tag) == "en" else found


def with_particles(template: str, query: str) -> str:
    """Write the Korean particles after ``{query}`` as its last syllable asks for: 은, not 는, after ㄴ."""
    last = query[-1:]
    if not "가" <= last <= "힣" or (ord(last) - ord("가")) % 28 == 0:
        return template
    for vowel, consonant in _PARTICLES.items():
        template = template.replace(f"{{query}}”{vowel}", f"{{query}}”{consonant}")
    return template


class Chooser:
    """Chooses by hash of a key and a variant: the same always, whatever else was chosen before."""

    def __init__(self, key: Sequence[str], variant: int, plain: bool = False) -> None:
        """Take what identifies a seed and one of its traces; `plain` takes what is first, in all of them."""
        self._key = "\u001f".join(key)
        self._variant, self._plain = variant, plain

    def number(self, what: str, below: int) -> int:
        """Choose a number in [0, `below`)."""
        return 0 if self._plain else self._hash(f"{what}\u001f{self._variant}") % below

    def one_in(self, number: int, what: str) -> bool:
        """Decide for one in so many traces; for none where what is first is taken."""
        return not self._plain and self.number(what, number) == 0

    def pick(self, what: str, options: Sequence[str]) -> str:
        """Choose one of the options."""
        return options[self.number(what, len(options))]

    def turn(self, what: str, options: Sequence[str]) -> str:
        """Choose one of the options so that variants in a row have different ones."""
        return options[0 if self._plain else (self._hash(what) + self._variant) % len(options)]

    def order(self, what: str, options: Sequence[str]) -> list[str]:
        """Put the options in an order of their own."""
        if self._plain:
            return list(options)
        return sorted(options, key=lambda option: self._hash(f"{what}\u001f{option}\u001f{self._variant}"))

    def _hash(self, what: str) -> int:
        digest = hashlib.blake2b(f"{self._key}\u001e{what}".encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big")

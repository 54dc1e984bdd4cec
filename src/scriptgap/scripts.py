"""Writing systems of texts: detection, folding and romanisation."""

from collections import Counter
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import regex  # type: ignore[import-untyped, unused-ignore]

if TYPE_CHECKING:
    from uroman import Uroman

_FOLDED = {
    "Jpan": frozenset({"Hani", "Hira", "Kana"}),
    "Hrkt": frozenset({"Hira", "Kana"}),
    "Hanb": frozenset({"Bopo", "Hani"}),
    "Kore": frozenset({"Hang"}),
    "Jamo": frozenset({"Hang"}),
    "Hans": frozenset({"Hani"}),
    "Hant": frozenset({"Hani"}),
    "Aran": frozenset({"Arab"}),
    "Cyrs": frozenset({"Cyrl"}),
    "Geok": frozenset({"Geor"}),
    "Latf": frozenset({"Latn"}),
    "Latg": frozenset({"Latn"}),
    "Syre": frozenset({"Syrc"}),
    "Syrj": frozenset({"Syrc"}),
    "Syrn": frozenset({"Syrc"}),
}

_SCRIPTS = """
Latn Cyrl Arab Hani Deva Hira Kana Hang Hebr Grek Thai Beng Taml Telu Gujr Guru Knda Mlym Sinh Orya Geor Armn
Ethi Khmr Laoo Mymr Tibt Mong Thaa
Adlm Aghb Ahom Armi Avst Bali Bamu Bass Batk Bhks Bopo Brah Bugi Buhd Cakm Cans Cari Cham Cher Chrs Copt Cpmn
Cprt Diak Dogr Dsrt Dupl Egyp Elba Elym Gara Glag Gong Gonm Goth Gran Gukh Hano Hatr Hluw Hmng Hmnp Hung Ital
Java Kali Kawi Khar Khoj Kits Krai Kthi Lana Lepc Limb Lina Linb Lisu Lyci Lydi Mahj Maka Mand Mani Marc Medf
Mend Merc Mero Modi Mroo Mtei Mult Nagm Nand Narb Nbat Newa Nkoo Nshu Ogam Olck Onao Orkh Osge Osma Ougr Palm
Pauc Perm Phag Phli Phlp Phnx Plrd Prti Rjng Rohg Runr Samr Sarb Saur Sgnw Shaw Shrd Sidd Sind Sogd Sogo Sora
Soyo Sund Sunu Sylo Syrc Tagb Takr Tale Talu Tang Tavt Tfng Tglg Tirh Tnsa Todr Toto Tutg Ugar Vaii Vith Wara
Wcho Xpeo Xsux Yezi Yiii Zanb
"""
"""The scripts of Unicode 16, the common ones first."""

_JAPANESE = frozenset({"Hani", "Hira", "Kana"})


def fold_script(script: str) -> frozenset[str]:
    """Return the Unicode scripts that an ISO 15924 code stands for.

    Args:
        script: A four-letter ISO 15924 code, such as ``Jpan`` or ``Latn``.

    Returns:
        ``Jpan`` is {Hani, Hira, Kana}, ``Kore`` is {Hang}, ``Hans`` and ``Hant`` are {Hani}, font variants
        (``Aran``, ``Latf``, ...) are their script; any other code stands for itself.
    """
    return _FOLDED.get(script, frozenset({script}))


@cache
def _script_pattern() -> "regex.Pattern[str]":
    groups = "|".join(rf"(?P<{script}>\p{{Script={script}}})" for script in _SCRIPTS.split())
    return regex.compile(rf"(?=\p{{L}})(?:{groups})")


class _ScriptOfCharacter(dict[str, str | None]):
    """Script of each letter met so far; None for what is no letter or belongs to no one script."""

    def __missing__(self, character: str) -> str | None:
        match = _script_pattern().match(character)
        script = match.lastgroup if match else None
        self[character] = script
        return script


_script_of_character = _ScriptOfCharacter()


def script_of(text: str) -> str | None:
    """Return the dominant script of a text.

    Letters (Unicode category L) are counted by their Unicode script; digits, punctuation, marks and letters
    of no one script (such as the kana length mark) do not count. The three scripts of Japanese count
    together: where they win, the answer is ``Jpan`` if any of the letters is kana, else ``Hani``. A tie goes
    to the script that comes first in the text.

    Args:
        text: Any text.

    Returns:
        A code from ISO 15924: a Unicode script (``Latn``, ``Cyrl``, ``Hang``, ``Hani``, ...) or ``Jpan``;
        never ``Kore``, ``Hans``, ``Hant``, ``Hira`` or ``Kana``. None if there is no letter. To compare it
        with `Language.scripts`, use `fold_script`; Japanese in kanji alone is ``Hani``, a subset of them.
    """
    counts: dict[str, int] = {}
    kana = False
    for character, count in Counter(text).items():
        script = _script_of_character[character]
        if script is None:
            continue
        if script in _JAPANESE:
            kana = kana or script != "Hani"
            script = "Hani"
        counts[script] = counts.get(script, 0) + count
    if not counts:
        return None
    dominant = max(counts, key=counts.__getitem__)
    return "Jpan" if dominant == "Hani" and kana else dominant


@cache
def _romanizer() -> "Uroman":
    from uroman import Uroman

    return Uroman()


@lru_cache(maxsize=100_000)
def _romanize(text: str, iso639_3: str | None) -> str:
    return str(_romanizer().romanize_string(text, lcode=iso639_3))


def romanize(text: str, lang: str | None = None) -> str:
    """Return a text in basic Latin letters, by uroman.

    ASCII text comes back as it is. Other Latin text loses its diacritics, some by a spelling (``Übung`` is
    ``Uebung``, ``Łódź`` is ``Lodz``). uroman reads kanji as Chinese (``東京`` is ``dongjing``) and writes the
    consonants only of Arabic and Hebrew words without vowel signs. The first text that is not ASCII takes
    some seconds, in which uroman loads its tables.

    Args:
        text: Any text.
        lang: The text's language tag, which settles letters that languages read differently (``Київ`` is
            ``Kyiv`` in ``uk``); None if unknown.

    Raises:
        UsageError: `lang` is no language tag.
    """
    from scriptgap.languages import language  # imports this module

    iso639_3 = language(lang).iso639_3 if lang is not None else None
    return text if text.isascii() else _romanize(text, iso639_3)

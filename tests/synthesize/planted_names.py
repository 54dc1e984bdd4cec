"""Names to plant: entities of CLDR rewritten, persons transliterated, and honest others."""

import random
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from babel import Locale
from babel.localedata import locale_identifiers

from scriptgap.errors import UsageError
from scriptgap.script_swap import swap_name, targets
from scriptgap.scripts import romanize, script_of

UMLAUTS = {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ß": "ss", "ø": "oe", "æ": "ae"}


@dataclass(frozen=True, slots=True)
class Planted:
    """An entity's English name, and how a training row would have it."""

    kind: str
    english: str
    rewritten: str
    locale: str


def stripped(name: str) -> str:
    """Without combining marks, those of Indic vowels included."""
    return "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c))


def entities() -> dict[str, dict[str, str]]:
    """CLDR's territories, languages and exemplar cities: names by entity and locale."""
    found: dict[str, dict[str, str]] = {}
    for identifier in locale_identifiers():
        locale = Locale.parse(identifier)
        for kind, names in (("territory", locale.territories), ("language", locale.languages)):
            for code, name in names.items():
                if name != code and not ("_" in code or "(" in name):
                    found.setdefault(f"{kind} {code}", {})[identifier] = str(name)
        for zone, described in locale.time_zones.items():
            if "city" in described:
                found.setdefault(f"city {zone}", {})[identifier] = str(described["city"])
    for key, names in found.items():
        if key.startswith("city "):
            names.setdefault("en", key.rsplit("/", 1)[-1].replace("_", " "))
    return {key: names for key, names in found.items() if "en" in names}


def _at(chance: random.Random, name: str, mark: str) -> str:
    place = chance.randrange(1, max(2, len(name)))
    return name[:place] + mark + name[place:]


def _doubled(chance: random.Random, name: str) -> str:
    letters = [place for place, letter in enumerate(name) if letter.isalpha()]
    place = chance.choice(letters)
    return name[:place] + name[place] + name[place:]


def _typographic(name: str) -> str:
    return "".join(UMLAUTS.get(letter, letter) for letter in unicodedata.normalize("NFC", name))


def _swapped(chance: random.Random, name: str, locale: str) -> str | None:
    parts = locale.split("_")
    tag = "-".join(part for part in parts if len(part) != 2 or part == parts[0])
    try:
        choices = targets(tag, whole_text=False)
        return swap_name(name, tag, chance.choice(choices)) if choices else None
    except UsageError:
        return None


RESPELLINGS: dict[str, Callable[[random.Random, str], str]] = {
    "other locale": lambda chance, name: name,
    "capitals": lambda chance, name: name.upper(),
    "no diacritics": lambda chance, name: stripped(name),
    "Zuerich": lambda chance, name: _typographic(name),
    "romanised": lambda chance, name: romanize(name),
    "romanised, doubled letter": lambda chance, name: _doubled(chance, romanize(name)),
    "doubled letter": _doubled,
    "apostrophe": lambda chance, name: _at(chance, name, chance.choice("'’ʼ")),
    "hyphen": lambda chance, name: name.replace(" ", "-") if " " in name else _at(chance, name, "-"),
    "full width": lambda chance, name: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in name),
    "decomposed": lambda chance, name: unicodedata.normalize("NFD", name),
}


def plant(seed: int, number: int = 500) -> tuple[list[Planted], list[tuple[str, str]]]:
    """Choose entities and rewrite each once in each way.

    Returns:
        What is planted (`number` of each kind; script swaps where a rule exists), and names of the
        entities that are left, each with its English name.
    """
    chance = random.Random(seed)
    every = entities()
    chosen = set(chance.sample(sorted(every), number))
    planted = []
    for key in sorted(chosen):
        names = every[key]
        for kind, respell in RESPELLINGS.items():
            locale = chance.choice(sorted(names))
            planted.append(Planted(kind, names["en"], respell(chance, names[locale]), locale))
        for locale in chance.sample(sorted(names), len(names)):
            swapped = _swapped(chance, names[locale], locale)
            if swapped and script_of(swapped) != script_of(names[locale]):
                planted.append(Planted("script swap", names["en"], swapped, locale))
                break
    taken = {name.casefold() for key in chosen for name in every[key].values()}
    honest = []
    for key in sorted(set(every) - chosen):
        names = every[key]
        if not taken & {name.casefold() for name in names.values()}:
            honest += [
                (names[locale], names["en"])
                for locale in chance.sample(sorted(names), 4 if len(names) > 3 else 1)
            ]
    return planted, honest


_CYRILLIC = dict(zip("abcdefghijklmnopqrstuvwyz", "абкдефгхийклмнопкрстуввйз", strict=True)) | {
    "sh": "ш", "ch": "ч", "zh": "ж", "kh": "х", "ts": "ц", "ph": "ф", "th": "т", "j": "дж", "x": "кс",
    "ya": "я", "yu": "ю", "shch": "щ", "sch": "ш", "oo": "у", "ee": "и", "qu": "кв", "ck": "к",
}  # fmt: skip
_GREEK = dict(zip("abcdefghijklmnopqrstuvwyz", "αβκδεφγχιικλμνοπκρστυβωυζ", strict=True)) | {
    "th": "θ", "ph": "φ", "kh": "χ", "ps": "ψ", "x": "ξ", "sh": "σ", "ch": "τσ",
}  # fmt: skip
_GREEK_SOUNDED = _GREEK | {"b": "μπ", "d": "ντ", "g": "γκ", "j": "τζ", "u": "ου", "w": "ου", "y": "ι"}
_ARABIC = dict(zip("abcdefghijklmnopqrstuvwyz", "ابكديفغهيجكلمنوبقرستوفويز", strict=True)) | {
    "sh": "ش", "ch": "تش", "th": "ث", "ph": "ف", "kh": "خ", "gh": "غ", "dh": "ذ", "ou": "و", "ee": "ي",
    "x": "كس",
}  # fmt: skip
_HEBREW = dict(zip("abcdfghijklmnopqrstuvwyz", "אבקדפגהי-קלמנופקרסטוווי-", strict=True)) | {
    "e": "", "j": "ג'", "z": "ז", "sh": "ש", "ch": "צ'", "th": "ת", "ph": "פ", "kh": "ח", "tz": "צ",
    "x": "קס",
}  # fmt: skip
_GEORGIAN = dict(zip("abcdefghijklmnopqrstuvwyz", "აბკდეფგჰიჯკლმნოპქრსტუვვიზ", strict=True)) | {
    "sh": "შ", "ch": "ჩ", "th": "თ", "kh": "ხ", "zh": "ჟ", "ts": "ც", "dz": "ძ", "gh": "ღ", "x": "ქს",
}  # fmt: skip
_KANA_ROWS = {
    "": "アイウエオ", "k": "カキクケコ", "s": "サシスセソ", "t": "タティトゥテト", "n": "ナニヌネノ",
    "h": "ハヒフヘホ", "m": "マミムメモ", "r": "ラリルレロ", "l": "ラリルレロ", "g": "ガギグゲゴ",
    "z": "ザジズゼゾ", "b": "バビブベボ", "p": "パピプペポ", "c": "カキクケコ", "q": "カキクケコ",
}  # fmt: skip


def _kana() -> dict[str, str]:
    table = {
        row + vowel: sign
        for row, signs in _KANA_ROWS.items()
        if row != "t"
        for vowel, sign in zip("aiueo", signs, strict=True)
    }
    small = {"sh": "シ", "ch": "チ", "j": "ジ", "f": "フ", "v": "ヴ", "ph": "フ"}
    for row, sign in small.items():
        for vowel, end in zip("aiueo", "ァィ ェォ" if row in "fvph" else "ャ ュェョ", strict=True):
            table[row + vowel] = sign + end.strip()
        table[row] = sign
    table |= dict(zip(["ta", "ti", "tu", "te", "to"], ["タ", "ティ", "トゥ", "テ", "ト"], strict=True))
    table |= dict(zip(["da", "di", "du", "de", "do"], ["ダ", "ディ", "ドゥ", "デ", "ド"], strict=True))
    table |= {"th" + vowel: "サシスセソ"["aiueo".index(vowel)] for vowel in "aiueo"}
    table |= {
        "wa": "ワ",
        "wi": "ウィ",
        "we": "ウェ",
        "wo": "ウォ",
        "w": "ウ",
        "y": "イ",
        "ya": "ヤ",
        "yo": "ヨ",
    }
    table |= {"n": "ン", "t": "ト", "d": "ド", "x": "クス", "th": "ス", "ck": "ク", " ": "・", "h": ""}
    return table | {row: signs[2] for row, signs in _KANA_ROWS.items() if row not in ("", "t", "n", "h")}


TABLES = {
    "Cyrillic": _CYRILLIC,
    "Greek, letters": _GREEK,
    "Greek, sounds": _GREEK_SOUNDED,
    "Arabic": _ARABIC,
    "Hebrew": _HEBREW,
    "Georgian": _GEORGIAN,
    "katakana": _kana(),
}
"""Simple tables, the longest match first, by the script they write."""


def transliterated(name: str, table: dict[str, str]) -> str:
    """Write a Latin name by a table; what it lacks stays."""
    rest, written = stripped(name).lower(), ""
    while rest:
        length = next((n for n in (4, 3, 2, 1) if rest[:n] in table), 0)
        written += table[rest[:length]] if length else rest[0]
        rest = rest[length or 1 :]
    return written.replace("-", "").title()

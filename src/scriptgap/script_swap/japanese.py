"""Japanese in hiragana, katakana and Latin letters.

Readings are UniDic's (through fugashi); the reading of a kanji name may be another than the dictionary's.
Kana follow Gendai Kanazukai (Cabinet notice 1, 1986): texts keep it, so particles stay は and へ. Latin
letters are Hepburn's (revised 1954); in texts long vowels are spelled as in kana, as cutlet writes them; in
kana names ー is a macron, so that names can be read back.
"""

from functools import cache
from typing import Any

import regex  # type: ignore[import-untyped, unused-ignore]

from scriptgap.script_swap.libraries import library

_ROWS = {
    **{
        "": "アイウエオ",
        "k": "カキクケコ",
        "s": "サ スセソ",
        "t": "タ  テト",
        "n": "ナニヌネノ",
        "h": "ハヒ ヘホ",
    },
    **{
        "m": "マミムメモ",
        "y": "ヤ ユ ヨ",
        "r": "ラリルレロ",
        "w": "ワヰ ヱヲ",
        "g": "ガギグゲゴ",
        "z": "ザ ズゼゾ",
    },
    **{"d": "ダ  デド", "b": "バビブベボ", "p": "パピプペポ"},
}
_GLIDES = {
    **{
        "ky": "キ",
        "sh": "シ",
        "ch": "チ",
        "ny": "ニ",
        "hy": "ヒ",
        "my": "ミ",
        "ry": "リ",
        "gy": "ギ",
        "j": "ジ",
    },
    **{"by": "ビ", "py": "ピ", "ty": "テ", "dy": "デ", "fy": "フ", "vy": "ヴ"},
}
_HEPBURN = {
    **{
        kana: row + vowel
        for row, line in _ROWS.items()
        for kana, vowel in zip(line, "aiueo", strict=True)
        if kana != " "
    },
    **{
        "シ": "shi",
        "チ": "chi",
        "ツ": "tsu",
        "フ": "fu",
        "ジ": "ji",
        "ヂ": "ji",
        "ヅ": "zu",
        "ヴ": "vu",
        "ン": "n",
    },
    **{
        kana + small: glide + vowel
        for glide, kana in _GLIDES.items()
        for small, vowel in zip("ャュョ", "auo", strict=True)
    },
    **{
        "シェ": "she",
        "チェ": "che",
        "ジェ": "je",
        "ティ": "ti",
        "ディ": "di",
        "トゥ": "tu",
        "ドゥ": "du",
        "イェ": "ye",
    },
    **{f"フ{small}": f"f{vowel}" for small, vowel in zip("ァィェォ", "aieo", strict=True)},
    **{f"ヴ{small}": f"v{vowel}" for small, vowel in zip("ァィェォ", "aieo", strict=True)},
    **{f"ツ{small}": f"ts{vowel}" for small, vowel in zip("ァィェォ", "aieo", strict=True)},
    **{f"ウ{small}": f"w{vowel}" for small, vowel in zip("ィェォ", "ieo", strict=True)},
    **{f"ク{small}": f"kw{vowel}" for small, vowel in zip("ァィェォ", "aieo", strict=True)},
    **{"グァ": "gwa", "ヂャ": "ja", "ヂュ": "ju", "ヂョ": "jo"},
    **dict(zip("ァィゥェォャュョヮ", ["a", "i", "u", "e", "o", "ya", "yu", "yo", "wa"], strict=True)),
}
_READ = {
    **{latin: kana for kana, latin in reversed(_HEPBURN.items())},
    **{"wi": "ウィ", "we": "ウェ", "wo": "ウォ", "n’": "ン"},
}
_LONG, _SHORT = "āīūēō", "aiueo"
_KANA = regex.compile("|".join(sorted(_HEPBURN, key=lambda kana: -len(kana))) + "|[ッー・]")
_LATIN = regex.compile("|".join(sorted(_READ, key=lambda latin: -len(latin))) + "|.")
_SENTENCE_END = regex.compile(r"(?<=[。？！])(?![。？！」』）)])")
_COLON = regex.compile(r"：(?=\S)")
_TO_HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}
_TO_KATAKANA = {hiragana: katakana for katakana, hiragana in _TO_HIRAGANA.items()}


def hiragana(text: str) -> str:
    """Write katakana as hiragana; the rest stays."""
    return text.translate(_TO_HIRAGANA)


def katakana(text: str) -> str:
    """Write hiragana as katakana; the rest stays."""
    return text.translate(_TO_KATAKANA)


@cache
def _cutlet() -> Any:
    library("unidic_lite")
    romaniser = library("cutlet").Cutlet("hepburn", use_foreign_spelling=False, ensure_ascii=False)
    romaniser.exceptions.clear()  # which would give English spellings, such as Tokyo
    return romaniser


def _reading(text: str) -> str:
    """Replace words with kanji by their readings in katakana; a word the dictionary lacks stays."""
    lines = []
    for line in text.split("\n"):
        words = []
        for word in _cutlet().tagger(line):
            reading = word.feature.kana if regex.search(r"\p{Han}|[々〆ヶ]", word.surface) else None
            words.append(word.white_space + (reading if reading and reading != "*" else word.surface))
        lines.append("".join(words) + line[len(line.rstrip()) :])
    return "\n".join(lines)


def to_hiragana(text: str) -> str:
    """Write Japanese in hiragana only, without spaces between words."""
    return hiragana(_reading(text))


def to_katakana(text: str) -> str:
    """Write Japanese in katakana only, without spaces between words."""
    return katakana(_reading(text))


def to_latin(text: str) -> str:
    """Write Japanese in Latin letters, in words, with a capital where a sentence begins."""
    lines = []
    for line in _COLON.sub(": ", text).split("\n"):
        sentences = _SENTENCE_END.split(line)
        lines.append(" ".join(str(_cutlet().romaji(sentence)) for sentence in sentences if sentence))
    return "\n".join(lines)


def kana_to_latin(text: str) -> str:
    """Write a name that stands in kana in Latin letters, in small letters."""
    spelled = ""
    doubled = False
    for part in regex.split(f"({_KANA.pattern})", katakana(text)):
        latin = _HEPBURN.get(part)
        if part == "ッ":
            doubled = True
        elif part == "ー" and spelled[-1:] in set(_SHORT):
            spelled = spelled[:-1] + _LONG[_SHORT.index(spelled[-1])]
        elif part == "・":
            spelled += " "
        elif latin is None:
            spelled += part
        else:
            if spelled.endswith("n") and latin[0] in "aiueoy":
                spelled += "’"
            spelled += ("t" if latin.startswith("ch") else latin[0]) * doubled + latin
            doubled = False
    return spelled


def latin_to_kana(text: str) -> str:
    """Read a name in Hepburn's Latin letters back, as katakana."""
    for long, short in zip(_LONG, _SHORT, strict=True):
        text = text.replace(long, short + "ー").replace(long.upper(), short + "ー")
    written = regex.sub(r"t(?=ch)|([bcdfghjkpqrstvwyz])(?=\1)", "ッ", text.lower())
    return "".join(_READ.get(part, part) for part in _LATIN.findall(written)).replace(" ", "・")

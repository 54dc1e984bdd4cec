"""Kazakh in Cyrillic, in the Latin letters of 2021, and in the Arabic letters (töte) in use in China.

Sources: the alphabet of 31 Latin letters presented by the government of Kazakhstan on 28 January 2021 under
decree 569 (26 October 2017, as amended); Baitursynuly's reformed Arabic alphabet of 1912 in the form of 1982,
as in Unicode CLDR's locale ``kk_Arab``.
"""

import regex  # type: ignore[import-untyped, unused-ignore]

from scriptgap.script_swap.spelling import Spelling

_DOTTED = {"i": "İ", "ı": "I"}
_PLAIN = dict(zip("аәбвгғдежзкқлмнңоөпрстұүуфыіш", "aäbvgğdejzkqlmnñoöprstūüufyış", strict=True))
_TO_LATIN = {
    **_PLAIN,
    **{"и": "i", "й": "i", "х": "h", "һ": "h", "э": "e", "ё": "io", "ю": "iu", "я": "ia"},
    **{"ц": "ts", "ч": "tş", "щ": "ştş", "ъ": "", "ь": ""},
}
_TO_CYRILLIC = {
    "ştş": "щ",
    "tş": "ч",
    # й is not written before а and у, nor и before a vowel other than in borrowed words.
    "(?:^|(?<=[aäeıoöuūüyi]))ia": "я",
    "(?:^|(?<=[aäeıoöuūüyi]))iu": "ю",
    "(?<=[aäeıoöuūüy])i": "й",
    "ts(?=i)": "ц",
    "i": "и",
    "h": "х",
    **{latin: cyrillic for cyrillic, latin in _PLAIN.items()},
}
_TO_ARABIC = {
    "и(?=[йюя])": "",
    "ь(?=е)": "ي",
    **dict(zip("аәбвгғдежзкқлмнңоөпрстұүуфыіш", "اابۆگعدەجزكقلمنڭووپرستۇۇۋفىىش", strict=True)),
    **{"и": "ي", "й": "ي", "х": "ح", "һ": "ھ", "э": "ە", "ё": "يو", "ю": "يۋ", "я": "يا"},
    **{"ц": "تس", "ч": "چ", "щ": "شش", "ъ": "", "ь": ""},
}
_SIGNS = str.maketrans({",": "،", ";": "؛", "?": "؟"})
_WORD = regex.compile(r"[\p{Cyrillic}\p{M}]+")
_FRONT, _SHOWN = set("әөүі"), set("екгэ")

to_latin = Spelling(_TO_LATIN, capitals=_DOTTED)
to_cyrillic = Spelling(_TO_CYRILLIC, capitals=_DOTTED)
_letters_to_arabic = Spelling(_TO_ARABIC)


def _with_hamza(found: "regex.Match[str]") -> str:
    # A word with front vowels has one hamza before it, unless ك, گ or ە show them.
    letters = set(found.group().lower())
    return ("ء" if letters & _FRONT and not letters & _SHOWN else "") + _letters_to_arabic(found.group())


def to_arabic(text: str) -> str:
    """Write Kazakh in Arabic letters; front vowels are shown by one hamza a word, as its readers expect."""
    return str(_WORD.sub(_with_hamza, text)).translate(_SIGNS)

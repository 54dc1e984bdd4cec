"""Uzbek in the Latin letters of 1995 and in Cyrillic letters.

Sources: law of the Republic of Uzbekistan on the Uzbek alphabet based on the Latin script (2 September 1993,
as amended on 6 May 1995); rules of Uzbek spelling, resolution 339 of the Cabinet of Ministers (24 August
1995); the Cyrillic alphabet of 1940 and the spelling rules of 1956. Both spellings are official usage.
"""

import regex  # type: ignore[import-untyped, unused-ignore]

from scriptgap.script_swap.spelling import Spelling

_APOSTROPHES = r"['’‘ʻʼ`´]"
# At the end of a word other signs are closing quotation marks.
_LETTER_SIGN = regex.compile(rf"(?<=[OoGg])(?:{_APOSTROPHES}(?=\p{{L}})|[ʻ‘])")
_GLOTTAL_SIGN = regex.compile(rf"(?<=\p{{L}}){_APOSTROPHES}(?=\p{{L}})(?<![OoGg].)")

_PLAIN = dict(zip("абвгджзийклмнопрстуфхқҳ", "abvgdjziyklmnoprstufxqh", strict=True))
_SHARED = {"ў": "oʻ", "ғ": "gʻ", "ч": "ch", "ш": "sh"}
_TO_LATIN = {
    "(?:^|(?<=[аеёиоуўэюяъь]))е": "ye",
    "(?<=с)ҳ": "’h",  # Исҳоқ is no "ish"
    "ъ(?=[еёюя])": "",
    "ь(?=о)": "y",
    "ъ": "’",
    "ь": "",
    "(?<=[аеёиоуўэюя])ц": "ts",
    "ц": "s",
    **{"е": "e", "э": "e", "ё": "yo", "ю": "yu", "я": "ya", "ы": "i", "щ": "sh"},
    **_SHARED,
    **_PLAIN,
}
_TO_CYRILLIC = {
    "s’h": "сҳ",
    "yoʻ": "йў",
    "(?<=[bdfghjklmnpqrstvxz])ye": "ье",
    "(?:^|(?<=[aeiou]|oʻ))e": "э",
    **{"ye": "е", "yo": "ё", "yu": "ю", "ya": "я", "e": "е", "’": "ъ"},
    "(?<=[aeiou])ts(?=iy)": "ц",
    **{latin: cyrillic for cyrillic, latin in {**_SHARED, **_PLAIN}.items()},
}

to_latin = Spelling(_TO_LATIN)
_to_cyrillic = Spelling(_TO_CYRILLIC, joiners=r"’(?=\p{L})")


def to_cyrillic(text: str) -> str:
    """Write Uzbek in Cyrillic letters, whichever apostrophes the text uses (officially ``ʻ`` and ``’``)."""
    return _to_cyrillic(_GLOTTAL_SIGN.sub("’", _LETTER_SIGN.sub("ʻ", text)))

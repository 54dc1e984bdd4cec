"""Greek, Georgian and Korean names in Latin letters.

Sources:
    Greek: ELOT 743 (1982; UN resolution V/19 of 1987; ISO 843:1997, type 2), without accents.
    Georgian: the national system (State Department of Geodesy and Cartography, Academy of Sciences, 2002).
    Korean: Revised Romanization (Ministry of Culture and Tourism, proclamation 2000-8, 7 July 2000), with the
        sound changes that the library knows (not the palatalisation of ㄷ and ㅌ, nor an inserted ㄴ).
"""

from scriptgap.script_swap.libraries import library
from scriptgap.script_swap.spelling import Spelling, reversed_rules

_VOICELESS = "θκξπσςτφχψ"
_GREEK = {
    **{
        f"{vowel}[υύ](?={end})": f"{latin}{sound}"
        for vowel, latin in (("α", "a"), ("ε", "e"), ("η", "i"))
        for end, sound in ((f"[{_VOICELESS}]|$", "f"), ("[βγδζλμνρα-ωά-ώ]", "v"))
    },
    **{"ο[υύ]": "ou", "γγ": "ng", "γξ": "nx", "γχ": "nch", "^μπ": "b", "μπ$": "b"},
    **dict(zip("αβγδεζηικλμνξοπρσςτυφω", "avgdeziiklmnxoprsstyfo", strict=True)),
    **dict(zip("άέήίΐϊόύΰϋώ", "aeiiiioyyyo", strict=True)),
    **{"θ": "th", "χ": "ch", "ψ": "ps"},
}
_GEORGIAN = {
    **dict(zip("აბგდევზთილმნორსუფქჯჰ", "abgdevztilmnorsupkjh", strict=True)),
    **{"კ": "k’", "პ": "p’", "ტ": "t’", "ყ": "q’", "ჟ": "zh", "ღ": "gh", "შ": "sh", "ჩ": "ch", "ც": "ts"},
    **{"ძ": "dz", "წ": "ts’", "ჭ": "ch’", "ხ": "kh"},
}

greek_to_latin = Spelling(_GREEK)
georgian_to_latin = Spelling(_GEORGIAN)
# Georgian has no capitals in running text, though Unicode has some.
latin_to_georgian = Spelling(
    reversed_rules(_GEORGIAN), joiners="’", capitals={letter: letter for letter in _GEORGIAN}
)


def korean_to_latin(text: str) -> str:
    """Write a Korean name in Latin letters, in small letters."""
    return str(library("romaja").romaja(text))

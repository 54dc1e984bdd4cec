"""Names of Russian, Ukrainian, Bulgarian and Macedonian in Latin letters, and of Ukrainian whole texts.

Sources:
    Russian: BGN/PCGN 1947, as in Romanization Systems and Policies (US Board on Geographic Names), without
        its optional middle dots.
    Ukrainian: resolution 55 of the Cabinet of Ministers (27 January 2010) for names; DSTU 9112:2021, system
        A, which can be read back, for texts.
    Bulgarian: Transliteration Act (State Gazette 19, 13 March 2009), the Streamlined System.
    Macedonian: the Latin letters of the Pravopis (1945, 1998), as in UNGEGN's national system.
"""

from scriptgap.script_swap.libraries import library
from scriptgap.script_swap.spelling import Spelling, reversed_rules

_RUSSIAN = {
    "(?:^|(?<=[аеёиоуыэюяйъь]))е": "ye",
    "(?:^|(?<=[аеёиоуыэюяйъь]))ё": "yë",
    **dict(zip("абвгдеёзийклмнопрстуфыэ", "abvgdeëziyklmnoprstufye", strict=True)),
    **{"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ю": "yu", "я": "ya"},
    **{"ъ": "”", "ь": "’"},
}
_RUSSIAN_BACK = {
    **{"shch": "щ", "zh": "ж", "kh": "х", "ts": "ц", "ch": "ч", "sh": "ш", "”": "ъ", "’": "ь"},
    **{"ye": "е", "yë": "ё", "yu": "ю", "ya": "я"},
    "(?:^|(?<=[aeiouyë]))e": "э",
    "(?<=[aeiouyë])y": "й",
    "^y(?=[io])": "й",
    **dict(zip("abvgdeëziklmnoprstufy", "абвгдеёзиклмнопрстуфы", strict=True)),
}
_BULGARIAN = {
    "ия$": "ia",
    **dict(zip("абвгдезийклмнопрстуфхъь", "abvgdeziyklmnoprstufhay", strict=True)),
    **{"ж": "zh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sht", "ю": "yu", "я": "ya"},
}
_MACEDONIAN = {
    **dict(zip("абвгдежзијклмнопрстуфхцчш", "abvgdežzijklmnoprstufhcčš", strict=True)),
    **{"ѓ": "gj", "ѕ": "dz", "љ": "lj", "њ": "nj", "ќ": "kj", "џ": "dž"},
}

russian_to_latin = Spelling(_RUSSIAN)
russian_to_cyrillic = Spelling(_RUSSIAN_BACK, joiners="[’”]")
bulgarian_to_latin = Spelling(_BULGARIAN)
macedonian_to_latin = Spelling(_MACEDONIAN)
macedonian_to_cyrillic = Spelling(reversed_rules(_MACEDONIAN))


def ukrainian_name_to_latin(text: str) -> str:
    """Write a Ukrainian name in Latin letters, as in passports."""
    uklatn = library("uklatn")
    return str(uklatn.encode(text, table=uklatn.KMU_55))


def ukrainian_to_latin(text: str) -> str:
    """Write Ukrainian in Latin letters that can be read back."""
    uklatn = library("uklatn")
    return str(uklatn.encode(text, table=uklatn.DSTU_9112_A))


def ukrainian_to_cyrillic(text: str) -> str:
    """Read Ukrainian in the Latin letters of DSTU 9112:2021 back."""
    uklatn = library("uklatn")
    return str(uklatn.decode(text, table=uklatn.DSTU_9112_A))

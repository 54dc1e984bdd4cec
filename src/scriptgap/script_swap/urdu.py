"""Hindi names in the Arabic letters of Urdu, letter by letter, as for a name that Urdu does not have.

Short vowels are not written, so there is no way back; where Persian or Arabic words have letters of one sound
(ت ط, س ص ث, ز ذ ض ظ), the plainest is written. Sources: the letters of the National Language Authority (now
National Language Promotion Department) of Pakistan; doubled and aspirated letters as in Platts's dictionary.
"""

import unicodedata

import regex  # type: ignore[import-untyped, unused-ignore]

_PLAIN = dict(zip("कगङचजञटडणतदनपबमयरलवशषसहळ", "کگنچجنٹڈنتدنپبمیرلوششسہل", strict=True))
_BREATHED = {
    breathed: _PLAIN[plain] + "ھ" for breathed, plain in zip("खघछझठढथधफभ", "कगचजटडतदपब", strict=True)
}
_DOTTED = {"क़": "ق", "ख़": "خ", "ग़": "غ", "ज़": "ز", "झ़": "ژ", "ड़": "ڑ", "ढ़": "ڑھ", "फ़": "ف", "य़": "ی"}
_CONSONANTS = {**_PLAIN, **_BREATHED, **_DOTTED}
_FIRST = dict(
    zip(
        "अआइईउऊऋएऐओऔऑऍ", ["ا", "آ", "ا", "ای", "ا", "او", "ر", "ای", "ای", "او", "او", "آ", "ای"], strict=True
    )
)
_LATER = dict(
    zip("अआइईउऊऋएऐओऔऑऍ", ["ا", "ا", "ئ", "ئی", "ؤ", "ؤ", "ر", "ئی", "ئی", "ؤ", "ؤ", "ا", "ئی"], strict=True)
)
_SIGNS = {
    "ा": "ا",
    "ि": "",
    "ी": "ی",
    "ु": "",
    "ू": "و",
    "ृ": "ر",
    "े": "ی",
    "ै": "ی",
    "ो": "و",
    "ौ": "و",
    "ॉ": "ا",
    "ॅ": "ی",
}
_LAST = {"े": "ے", "ै": "ے", "ि": "ی", "ु": "و", "ए": "ئے", "ऐ": "ئے"}
_WORD = regex.compile(r"[\u0900-\u0963\u0970-\u097F\u200c\u200d]+")
_SIGN = regex.compile(r"[क-ह]़?|.")
_PAIRS = regex.compile(
    r"([क-ह]़?)्(?=\1)|क्(?=ख)|ग्(?=घ)|च्(?=छ)|ज्(?=झ)|ट्(?=ठ)|ड्(?=ढ)|त्(?=थ)|द्(?=ध)|प्(?=फ)|ब्(?=भ)"
)


def _word_to_arabic(found: "regex.Match[str]") -> str:
    signs = _SIGN.findall(_PAIRS.sub("", regex.sub("[\u200c\u200d]", "", found.group())))
    written = []
    for place, sign in enumerate(signs):
        last = place == len(signs) - 1
        if sign in "ँं":
            written.append("ں" if last else "ن")
        elif last and place and sign in _LAST:
            written.append(_LAST[sign])
        elif sign in _FIRST:
            written.append((_LATER if place else _FIRST)[sign])
        else:
            written.append(_CONSONANTS.get(sign, _SIGNS.get(sign, "ہ" if sign == "ः" else "")))
    return "".join(written)


def to_arabic(text: str) -> str:
    """Write a Hindi name in Arabic letters."""
    return str(_WORD.sub(_word_to_arabic, unicodedata.normalize("NFC", text)))

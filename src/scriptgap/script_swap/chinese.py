"""Chinese in simplified and traditional characters, and in pinyin.

Sources: the General List of Simplified Characters (1964, 1986) and the Table of General Standard Characters
(2013), Taiwan's and Hong Kong's standard forms, as OpenCC has them: characters change and words stay. Pinyin:
ISO 7098:2015, with tone marks in texts, where they keep words apart; without in names, as on maps and in
passports (GB/T 28039-2011). Syllables of a text stand apart: where words end is not written in Chinese.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import regex  # type: ignore[import-untyped, unused-ignore]

from scriptgap.script_swap.libraries import library
from scriptgap.script_swap.spelling import SENTENCE_START

_HAN = regex.compile(rf"{SENTENCE_START}(?<=(?P<before>\w)?)(?P<han>\p{{Han}}+)(?=(?P<after>\w)?)")
_SIGNS = dict(zip("，。？！：；、（）“”‘’《》〈〉", ',.?!:;,()""\'\'""""', strict=True))
_SPACED = "，。？！：；、"
_CLOSING = _SPACED + '）”’》〉),.?!:;"'
_SIGN = regex.compile(f"([{''.join(_SIGNS)}])(?=(.)?)", regex.DOTALL)


def _latin_sign(found: "regex.Match[str]") -> str:
    # A comma needs a space after it, unless a space, a closing sign or the end follows.
    sign, after = found[1], found[2] or " "
    return _SIGNS[sign] + (" " if sign in _SPACED and not after.isspace() and after not in _CLOSING else "")


@cache
def _converter(config: str) -> Any:
    return library("opencc").OpenCC(config)


def characters(config: str) -> Callable[[str], str]:
    """Return what writes Chinese in other characters.

    Args:
        config: OpenCC's name of the conversion, such as ``s2tw``.
    """

    def convert(text: str) -> str:
        return str(_converter(config).convert(text))

    return convert


def to_pinyin(text: str) -> str:
    """Write Chinese in pinyin with tone marks, syllable by syllable.

    Traditional characters are made simple first: the readings of words are known by simplified ones.
    """
    pypinyin = library("pypinyin")

    def syllables(found: "regex.Match[str]") -> str:
        spelled = " ".join(pypinyin.lazy_pinyin(found["han"], style=pypinyin.Style.TONE))
        if found["start"] is not None:
            spelled = spelled[:1].upper() + spelled[1:]
        return (" " if found["before"] else "") + spelled + (" " if found["after"] else "")

    return str(_SIGN.sub(_latin_sign, _HAN.sub(syllables, _converter("t2s").convert(text))))


def name_to_pinyin(text: str) -> str:
    """Write a Chinese name in pinyin without tones, its syllables joined."""
    pypinyin = library("pypinyin")

    def joined(found: "regex.Match[str]") -> str:
        first, *others = pypinyin.lazy_pinyin(found.group(), style=pypinyin.Style.NORMAL, v_to_u=True)
        return str(first + "".join(f"’{other}" if other[0] in "aeo" else other for other in others))

    return str(regex.sub(r"\p{Han}+", joined, _converter("t2s").convert(text))).replace("·", " ")

"""Make text from models and files safe to show: no control, bidi or stacking tricks."""

import math
from collections.abc import Mapping
from typing import Any

import regex

_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u206a-\u206f"
_FORBIDDEN = regex.compile(rf"[\x00-\x08\x0b-\x1f\x7f-\x9f{_BIDI}\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]")
_LINE_SEPARATOR = regex.compile(r"\r\n?|[\u2028\u2029\x85]")
_SURROGATE_OR_NONCHARACTER = regex.compile(r"[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_STACKED_MARKS = regex.compile(r"(\p{M}{6})\p{M}+")
_BLANKS = regex.compile(r"\s+")


def clean_text(text: str) -> str:
    """Return `text` without characters that could break a page or mislead its reader.

    Control characters, bidirectional marks, embeddings, overrides and isolates, and tag characters are
    dropped; lone surrogates become U+FFFD; a pile of more than six combining marks is cut to six. Joiners
    (U+200C, U+200D), which Persian and Indic spelling needs, stay.
    """
    text = _LINE_SEPARATOR.sub("\n", text)
    text = _FORBIDDEN.sub("", text)
    text = _SURROGATE_OR_NONCHARACTER.sub("\ufffd", text)
    return str(_STACKED_MARKS.sub(r"\1", text))


def clean(value: Any) -> Any:
    """Return a copy of a JSON-like value with clean text and with NaN and infinities as None."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {clean_text(str(key)): clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean(item) for item in value]
    return value


def clip(text: str, length: int) -> str:
    """Return `text` on one line, cut after `length` user-perceived characters with an ellipsis."""
    line = str(_BLANKS.sub(" ", text)).strip()
    graphemes = regex.findall(r"\X", line[: length * 12])
    if len(graphemes) <= length:
        return line
    return "".join(graphemes[:length]).rstrip() + "…"


def text_width(text: str, size: float) -> float:
    """Estimate the width of `text` in pixels at font size `size`, on the safe side."""
    width = 0.0
    for character in text:
        if regex.match(r"[\p{Mn}\p{Me}\p{Cf}]", character):
            continue
        wide = regex.match(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]", character)
        narrow = character in "iljtfrI.,:;'|()[] "
        width += 1.02 if wide else 0.36 if narrow else 0.62
    return width * size

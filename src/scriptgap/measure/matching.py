"""Whether an answer contains an accepted form: normalisation and matching that fit every script."""

import functools
import unicodedata

import regex

_MARKS_IGNORED = regex.compile(
    # Optional vowel points of abjads, and the accents of alphabets: leaving them out is a spelling variant.
    r"[\p{Mn}&&[\p{Script=Arabic}\p{Script=Hebrew}\u064B-\u065F\u0670\u0300-\u036F]]|\u0640",
    regex.VERSION1,
)
_SEPARATORS = regex.compile(r"[^\p{L}\p{M}\p{N}]+")
_APOSTROPHES = regex.compile(r"(?<=\p{L})[\u0027\u2018\u2019\u02BC\u02BB\u02BF\u0060\u00B4\u05F3](?=\p{L})")
_VARIANTS = str.maketrans("يىكةأإآٱıøłđ", "ییکهااااiold")
_UNSPACED = regex.compile(
    r"[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}"
    r"\p{Script=Khmer}\p{Script=Myanmar}]"
)
_HANGUL = regex.compile(r"\p{Script=Hangul}")


@functools.lru_cache(maxsize=1 << 17)
def normalize(text: str) -> str:
    """Fold away what does not tell two answers apart.

    Width and compatibility forms (NFKC), case, accents of Latin, Greek and Cyrillic letters, vowel points
    of Arabic and Hebrew, spelling variants of Arabic letters, apostrophes inside words; every run of
    punctuation and space becomes one space. Marks of Indic scripts stay: they are letters.

    Returns:
        The folded text, with no space at either end.
    """
    text = unicodedata.normalize("NFKC", text).casefold()
    text = _MARKS_IGNORED.sub("", unicodedata.normalize("NFD", text))
    text = unicodedata.normalize("NFC", text).translate(_VARIANTS)
    text = _APOSTROPHES.sub("", text)
    return str(_SEPARATORS.sub(" ", text)).strip()


def match(response: str, answers: list[str]) -> str | None:
    """Find the accepted form that `response` contains.

    A form counts where it stands as whole words. In scripts written without spaces it counts anywhere;
    in Hangul, where particles follow the noun without a space, it must begin a word.

    Returns:
        The longest accepted form found, as given in `answers`, or None.
    """
    folded = f" {normalize(response)} "
    best: str | None = None
    for answer in answers:
        form = normalize(answer)
        if not form or (best is not None and len(answer) <= len(best)):
            continue
        if _UNSPACED.search(form):
            found = form in folded
        elif _HANGUL.search(form):
            found = f" {form}" in folded
        else:
            found = f" {form} " in folded
        if found:
            best = answer
    return best

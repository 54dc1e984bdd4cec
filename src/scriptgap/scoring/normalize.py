"""Texts in a form in which the same answer is the same text: for every script, and for one language."""

import functools
import unicodedata

import regex

from scriptgap.languages import language

APOSTROPHE = "\x01"
"""Stands in `fold` where an apostrophe stood inside a word."""

UNSPACED = regex.compile(
    r"[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}"
    r"\p{Script=Khmer}\p{Script=Myanmar}\u30FC]"
)
"""A character of a script that is written without spaces between words."""

# Vowel points of abjads, and the accents of alphabets; without Indic marks, which are letters.
_POINT = regex.compile(
    r"[\p{Mn}&&[\p{Script=Arabic}\p{Script=Hebrew}\u064B-\u065F\u0670]]|\u0640", regex.VERSION1
)
_ACCENT = regex.compile(r"[\u0300-\u036F]")
_STRESSES = frozenset("\u0300\u0301")
_STRESS = regex.compile(r"(?<=\p{Script=Cyrillic})[\u0300\u0301]")

# The joiner that keeps two Arabic letters apart is often typed as a space; in Indic scripts it is left out.
_NO_JOINER = regex.compile(r"(?<=[\p{Script=Arabic}\p{Mn}])\u200C(?=\p{Script=Arabic})")
_ZERO_SPACE = regex.compile(rf"(?<!{UNSPACED.pattern})\u200B")
_INVISIBLE = regex.compile(r"\p{Default_Ignorable_Code_Point}")

_OF_WORDS = regex.compile(rf"[\p{{L}}\p{{M}}\p{{N}}{APOSTROPHE}]")
_QUOTES = "'‘’ʼʻʿ`´׳"
_QUOTED = frozenset(f'{_QUOTES}"״')
_APOSTROPHES = regex.compile(
    rf"(?<=[\p{{L}}\p{{M}}])[{_QUOTES}](?=\p{{L}})"
    r"|(?<=\p{Script=Hebrew})[\"״](?=\p{Script=Hebrew})"  # inside an acronym
)
_ACRONYM_DOTS = regex.compile(r"(?<=(?<![\p{L}\p{M}\p{N}])\p{L})\.(?=\p{L}(?![\p{L}\p{M}\p{N}]))")

_ARABIC = str.maketrans("يىكةأإآٱہۃ", "ییکهاااا\u0647\u0647")
_LETTERS = str.maketrans("ıøłđ", "iold")
_DOTTED = str.maketrans("Iİ", "ıi")
_DOTTED_LANGUAGES = frozenset({"tr", "az"})

ARTICLES: dict[str, frozenset[str]] = {
    tag: frozenset(words.casefold().split())
    for tag, words in {
        "af": "die",
        "ca": "el la els les",
        "de": "der die das den dem des",
        "el": "ο η το οι τα τον την του της τους τις των",
        "en": "a an the",
        "eo": "la",
        "es": "el la los las unos unas",
        "fil": "ang si sina",
        "fr": "le la les des",
        "ga": "an na",
        "gl": "o a os as",
        "hu": "a az",
        "it": "il lo la i gli le",
        "lb": "den déi dat dem der",
        "nl": "de het",
        "pt": "o a os as uns umas",
    }.items()
}
"""The articles by language, case-folded, as words of their own. An article that is also the numeral one
(un, ein, een, uma, en) is none here: it may be the answer. Nor are those of languages that put them at the
noun's end (Swedish, Romanian, Bulgarian); for the prefixes of Arabic and Hebrew see
`without_prefix_articles`."""

_ELISIONS = {
    tag: regex.compile(rf"(?<![\p{{L}}\p{{M}}\p{{N}}{_QUOTES}])(?:{words})[{_QUOTES}](?=\p{{L}})")
    for tag, words in {"ca": "l", "fr": "l", "it": "l|gl"}.items()
}
_PREFIX_ARTICLES = {"ar": "ال", "he": "ה"}


class _Folding(dict[int, str | None]):
    """A table for `str.translate`, filled as characters are met: what each one counts as."""

    def __init__(self, *, accents: bool):
        super().__init__()
        self._accents = accents

    def __missing__(self, code: int) -> str | None:
        self[code] = found = self._fold(chr(code))
        return found

    def _fold(self, character: str) -> str | None:
        if _INVISIBLE.match(character) or _POINT.match(character):
            return None
        if not self._accents and _ACCENT.match(character):
            return None
        if not _OF_WORDS.match(character):
            return " "
        digit = unicodedata.decimal(character, None)
        return character.translate(_ARABIC) if digit is None else str(digit)


_PLAIN, _ACCENTED = _Folding(accents=False), _Folding(accents=True)


@functools.lru_cache(maxsize=1 << 17)
def normalize(text: str) -> str:
    """Fold away what does not tell two answers apart, whatever the language.

    Width and compatibility forms (NFKC), case, the digits of every script, accents of Latin, Greek and
    Cyrillic letters, vowel points of Arabic and Hebrew, spelling variants of Arabic letters, apostrophes
    inside words, invisible characters; every run of punctuation and space becomes one space. Marks of Indic
    scripts stay: they are letters.

    Returns:
        The folded text, with no space at either end.
    """
    return fold(text).replace(APOSTROPHE, "")


_IN_NUMBER = regex.compile(r"\p{Nd}[.,٫٬]\p{Nd}")
_DECIMAL = regex.compile(r"(?<![\p{Nd}.,])(\p{Nd}+)[.,٫](\p{Nd}{1,2}|\p{Nd}{4,})(?![\p{Nd}]|[.,]\p{Nd})")
_THOUSANDS = regex.compile(
    r"(?<![\p{Nd}.,])(?!0)\p{Nd}{1,3}(?:([.,٬])\p{Nd}{3})(?:\1\p{Nd}{3})*(?!\p{Nd}|[.,]\p{Nd})"
)
# Counts as a letter, so that 12.5 is one word and neither a 12 nor a 5.
_POINT_IN_NUMBER = "ꞌ"


def _numbers(text: str) -> str:
    """Write numbers without thousands separators and with one sign for the decimal point."""
    if _IN_NUMBER.search(text) is None:
        return text
    text = _THOUSANDS.sub(lambda found: regex.sub(r"\P{Nd}", "", found[0]), text)
    return str(_DECIMAL.sub(rf"\1{_POINT_IN_NUMBER}\2", text))


@functools.lru_cache(maxsize=1 << 17)
def fold(text: str) -> str:
    """Return `normalize`'s text with `APOSTROPHE` where an apostrophe stood inside a word."""
    text = _marked(_numbers(unicodedata.normalize("NFKC", text)).casefold())
    if text.isascii():
        return " ".join(text.translate(_PLAIN).split())
    text = unicodedata.normalize("NFD", _visible(text)).translate(_PLAIN)
    return " ".join(unicodedata.normalize("NFC", text).translate(_LETTERS).split())


@functools.lru_cache(maxsize=1 << 17)
def normalize_answer(text: str, tag: str) -> str:
    """Fold away what does not tell two answers in one language apart: for exact match, F1 and chrF.

    As `normalize`, with these differences. Accents stay, but for the stress mark of Cyrillic, and ё is е
    in Russian. In Turkish and Azerbaijani the small form of I is ı. The dots of an acronym go (U.S. is
    US). The articles of the language (`ARTICLES`, and l' of French, Italian and Catalan) go, except where
    the article is the last word: Vitamin A keeps its name, and no answer becomes empty.

    Args:
        text: An answer.
        tag: BCP-47 tag of its language.

    Returns:
        The folded text, with no space at either end. A text of symbols only is kept, in small letters;
        empty only where `text` shows nothing.

    Raises:
        UsageError: `tag` is no language.
    """
    base = language(tag).language
    text = unicodedata.normalize("NFKC", text)
    text = (text.translate(_DOTTED) if base in _DOTTED_LANGUAGES else text).casefold()
    folded = text
    text = _numbers(text)
    text = _ELISIONS[base].sub("", text) if base in _ELISIONS else text
    text = _marked(_ACRONYM_DOTS.sub("", text) if "." in text else text)
    if text.isascii():
        text = text.translate(_ACCENTED)
    else:
        text = unicodedata.normalize("NFC", _visible(text.replace("i\u0307", "i"))).translate(_ACCENTED)
        text = unicodedata.normalize("NFC", text)
        text = _STRESS.sub("", text) if _STRESSES.intersection(text) else text
        text = text.replace("ё", "е") if base == "ru" else text
    words = text.replace(APOSTROPHE, "").split()
    if base in ARTICLES and len(words) > 1:
        words = [*(word for word in words[:-1] if word not in ARTICLES[base]), words[-1]]
    return " ".join(words or _INVISIBLE.sub("", folded).split())


def without_prefix_articles(text: str, tag: str) -> str:
    """Return a normalised answer without the article that Arabic and Hebrew write as part of the word.

    The article (ال, ה) goes where at least two letters remain. A word may begin with the same letters and
    have no article, so this is a second form to compare, not the answer's own.
    """
    prefix = _PREFIX_ARTICLES.get(language(tag).language)
    if not prefix:
        return text
    return " ".join(
        word.removeprefix(prefix) if len(word) >= len(prefix) + 2 else word for word in text.split()
    )


def _visible(text: str) -> str:
    """Make the joiner of Arabic, and the invisible break of spaced text, the spaces they stand for."""
    text = _NO_JOINER.sub(" ", text) if "\u200c" in text else text
    return _ZERO_SPACE.sub(" ", text) if "\u200b" in text else text


def _marked(text: str) -> str:
    """Mark the apostrophes inside words."""
    text = text.replace(APOSTROPHE, " ")
    return text if _QUOTED.isdisjoint(text) else _APOSTROPHES.sub(APOSTROPHE, text)

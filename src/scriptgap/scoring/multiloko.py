"""MultiLoKo's own scores, so that numbers stand beside the published ones.

Two versions of the authors' script are followed (github.com/facebookresearch/multiloko, ``eval.py``):
``original`` is that of the paper and its leaderboard (commit 56524f9), ``revised`` the one of the repository
since (commit 26a1fcc), which has the articles of each language and tries several forms of an answer.
"""

import functools
import re
import string
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from scriptgap.languages import language
from scriptgap.questions.multiloko import LANGUAGES
from scriptgap.scoring.overlap import sentence_chrf, token_f1

Version = Literal["original", "revised"]

_ARTICLES = {
    tag: re.compile(rf"\b(?:{words.replace(' ', '|')})\b")
    for tag, words in {
        "de": "der die das den dem des",
        "en": "a an the",
        "es": "el la los las unos unas",
        "fil": "ang ng mga si sina",
        "fr": "le la les des",
        "it": "il lo la i gli le",
        "nl": "de het",
        "pt": "o a os as uns umas",
        "ro": "niste niște",
    }.items()
}
_PREFIXES = {"ar": "ال", "he": "ה"}
_FRAMES = {"ur": ("جواب ", " ہے")}
_ENGLISH_FRAME = "answer is "
_POLITE = "です"
_JOINER = "\u200c"


class _WithoutPunctuation(dict[int, int | None]):
    """A table for `str.translate`, filled as characters are met."""

    # Symbols that the authors list besides the categories of punctuation.
    _symbols = frozenset(string.punctuation + "＄＋＜＝＞＾｀｜～〾〿")

    def __missing__(self, code: int) -> int | None:
        character = chr(code)
        dropped = character in self._symbols or unicodedata.category(character).startswith("P")
        self[code] = None if dropped else code
        return self[code]


_WITHOUT_PUNCTUATION = _WithoutPunctuation()


@dataclass(frozen=True, slots=True)
class MultilokoScores:
    """The three scores of one answer, each the best over the targets.

    Attributes:
        em: Exact match, 0 or 1.
        f1: F1 of the words between spaces, in [0, 1].
        chrf: Sentence chrF in [0, 1]: the authors' value, which runs to 100, over 100.
    """

    em: float
    f1: float
    chrf: float


def multiloko_scores(
    response: str | None, targets: Sequence[str], language_name_or_tag: str, version: Version = "revised"
) -> MultilokoScores:
    """Score an answer as MultiLoKo's authors do.

    ``original`` drops punctuation, the English articles in every language, all up to "answer is", and a final
    です. ``revised`` takes the articles of the language, also the prefixes of Arabic and Hebrew, the Urdu
    frame جواب … ہے, and the spellings of a zero-width non-joiner, each as a further form, and scores the best
    pair of an answer's and a target's form. Both split words at spaces alone, Chinese and Thai too.

    Args:
        response: The answer; None is scored as an empty one.
        targets: The accepted answers.
        language_name_or_tag: The language of the text, by the name of its folder or by BCP-47 tag; of a
            translated question the one it is translated to.
        version: Which of the authors' scripts.

    Returns:
        The scores. Where nothing is left of any target, ``original`` takes an empty answer for an exact
        match, as the authors' script does; ``revised``, where their script fails, has 0 for all three.

    Raises:
        UsageError: The language is unknown.
    """
    base = _base(language_name_or_tag)
    if version == "original":
        given: tuple[str, ...] = (_original_form(response or ""),)
        wanted = [_original_form(target) for target in targets]
    else:
        given = _revised_forms(response or "", base) or ("",)
        wanted = list(dict.fromkeys(form for target in targets for form in _revised_forms(target, base)))
    if any(form.split() for form in set(given).intersection(wanted)):
        # Equal forms have the highest F1 and chrF there are.
        return MultilokoScores(1.0, 1.0, 1.0)
    pairs = [(form, target) for form in given for target in wanted]
    return MultilokoScores(
        em=float(any(form == target for form, target in pairs)),
        f1=max((token_f1(form.split(), target.split()) for form, target in pairs), default=0.0),
        chrf=max((sentence_chrf(form, target) for form, target in pairs), default=0.0),
    )


@functools.cache
def _base(name_or_tag: str) -> str:
    return language(LANGUAGES.get(name_or_tag, name_or_tag)).language


def _plain(text: str) -> str:
    return " ".join(text.lower().translate(_WITHOUT_PUNCTUATION).split())


def _unwrapped(text: str) -> str:
    """Drop the words that models put around an answer."""
    if f" {_ENGLISH_FRAME}" in text:
        return text.split(f" {_ENGLISH_FRAME}")[-1]
    if _ENGLISH_FRAME in text:
        return text.replace(_ENGLISH_FRAME, "")
    return text.removesuffix(_POLITE)


@functools.lru_cache(maxsize=1 << 14)
def _original_form(text: str) -> str:
    return _unwrapped(" ".join(_ARTICLES["en"].sub(" ", _plain(text)).split()))


@functools.lru_cache(maxsize=1 << 14)
def _revised_forms(text: str, base: str) -> tuple[str, ...]:
    """Return every form an answer may take, without empty ones and repeats."""
    answer = _unwrapped(_plain(text))
    whole = dict.fromkeys([answer, _unframed(answer, base)])
    forms = [form for start in whole for form in (start, _without_articles(start, base))]
    joined = [form for form in forms if _JOINER in form]
    forms += [" ".join(form.replace(_JOINER, by).split()) for form in joined for by in (" ", "")]
    return tuple(filter(None, dict.fromkeys(forms)))


def _unframed(text: str, base: str) -> str:
    before, after = _FRAMES.get(base, ("", ""))
    return " ".join(text.removeprefix(before).removesuffix(after).split()) or text


def _without_articles(text: str, base: str) -> str:
    if base in _PREFIXES:
        return " ".join(_without_prefix(text.split(), _PREFIXES[base]))
    return " ".join(_ARTICLES[base].sub(" ", text).split()) if base in _ARTICLES else text


def _without_prefix(words: Iterable[str], prefix: str) -> Iterable[str]:
    """Drop the article that is part of a word where two letters remain of it."""
    return (word.removeprefix(prefix) if len(word) >= len(prefix) + 2 else word for word in words)

"""How much of an accepted answer a response is: exact match, F1 and chrF, for the language at hand."""

import functools
import operator
from collections import Counter
from collections.abc import Collection, Sequence

from sacrebleu.metrics.chrf import CHRF

from scriptgap.scoring.normalize import normalize_answer, without_prefix_articles
from scriptgap.scoring.tokens import tokens

_CHRF = CHRF()
_FEW = 2_000  # comparisons that take less time than counting


def exact_match(response: str | None, answers: Sequence[str], tag: str) -> bool:
    """Whether the whole response is an accepted answer, once both are normalised (`normalize_answer`).

    In Arabic and Hebrew the article written as part of the word makes no difference.

    Args:
        response: The answer to score; None or an empty one is none.
        answers: The accepted answers; empty ones are left out, and none at all is no match.
        tag: BCP-47 tag of the language of both.

    Raises:
        UsageError: `tag` is no language.
    """
    given, accepted = _normalized(response, answers, tag)
    return given in accepted or _bare(given, tag) in {_bare(answer, tag) for answer in accepted}


def f1(response: str | None, answers: Sequence[str], tag: str) -> float:
    """F1 of the tokens (`tokens`) of response and answer, normalised; the best over the answers.

    Twice the tokens in common, counted with repeats, over the tokens of both (Rajpurkar et al. 2016, arXiv
    1606.05250). In Arabic and Hebrew the better of the two with and without the article in the word.

    Args:
        response: The answer to score; None or an empty one scores 0.
        answers: The accepted answers; empty ones are left out, and none at all scores 0.
        tag: BCP-47 tag of the language of both.

    Returns:
        A value in [0, 1].

    Raises:
        UsageError: `tag` is no language.
    """
    given, accepted = _normalized(response, answers, tag)
    best = _token_f1(given, accepted, tag)
    bare = _bare(given, tag)
    without = [_bare(answer, tag) for answer in accepted]
    return best if (bare, without) == (given, accepted) else max(best, _token_f1(bare, without, tag))


def chrf(response: str | None, answers: Sequence[str], tag: str) -> float:
    """Character n-gram F-score (chrF) of response and answer, normalised; the best over the answers.

    sacrebleu's sentence chrF over 100: character n-grams up to 6, beta 2, no words, spaces left out, the
    effective order in place of smoothing (Popović 2015, aclanthology.org/W15-3049).

    Args:
        response: The answer to score; None or an empty one scores 0.
        answers: The accepted answers; empty ones are left out, and none at all scores 0.
        tag: BCP-47 tag of the language of both.

    Returns:
        A value in [0, 1].

    Raises:
        UsageError: `tag` is no language.
    """
    given, accepted = _normalized(response, answers, tag)
    return max((sentence_chrf(given, answer) for answer in accepted), default=0.0)


def token_f1(given: Sequence[str], expected: Sequence[str]) -> float:
    """F1 of two lists of tokens, in [0, 1]; 0 where either is empty."""
    if given == expected:
        return 1.0 if given else 0.0
    common = _in_common(given, expected, set(given).intersection(expected))
    if not common:
        return 0.0
    precision, recall = common / len(given), common / len(expected)
    return 2 * precision * recall / (precision + recall)


def sentence_chrf(given: str, expected: str) -> float:
    """`sacrebleu.sentence_chrf` of one text and one reference over 100, in [0, 1].

    The formula is sacrebleu's; the n-grams are matched here, where most pairs need no counting.
    """
    if given == expected:
        return 1.0 if given.split() else 0.0
    ours, theirs = _grams_of(given), _grams_of(expected)
    statistics: list[int] = []
    matched = 1
    for order in range(CHRF.CHAR_ORDER):
        number, wanted = max(ours.length - order, 0), max(theirs.length - order, 0)
        # Without a common n-gram there is no longer one either.
        matched = matched and ours.common(theirs, order)
        # As sacrebleu: n-grams longer than the reference do not count.
        statistics += (number if wanted else 0, wanted, matched)
    return float(_CHRF._compute_f_score(statistics)) / 100


class _Grams:
    """The character n-grams of a text without its spaces, made as they are asked for.

    Attributes:
        length: How many characters there are.
    """

    __slots__ = ("_lists", "_sets", "_text", "length")

    def __init__(self, text: str):
        self._text = "".join(text.split())
        self._lists = [list(self._text)]
        self._sets = [set(self._text)]
        self.length = len(self._text)

    def _make(self, order: int) -> None:
        grams = list(map(operator.add, self._lists[order - 1], self._text[order:]))
        self._lists.append(grams)
        self._sets.append(set(grams))

    def common(self, other: "_Grams", order: int) -> int:
        """How many n-grams of `order` + 1 characters both have; to be asked in rising order."""
        if order == len(self._lists):
            self._make(order)
        if order == len(other._lists):
            other._make(order)
        both = self._sets[order] & other._sets[order]
        ours, theirs = self._lists[order], other._lists[order]
        if len(ours) == len(self._sets[order]) or len(theirs) == len(other._sets[order]):
            return len(both)
        return _in_common(ours, theirs, both)


@functools.lru_cache(maxsize=1 << 12)
def _grams_of(text: str) -> _Grams:
    return _Grams(text)


def _in_common(ours: Sequence[str], theirs: Sequence[str], both: Collection[str]) -> int:
    """How many members two lists have in common, counted with repeats; `both` are the distinct ones."""
    if len(both) * (len(ours) + len(theirs)) < _FEW:
        return sum(min(ours.count(member), theirs.count(member)) for member in both)
    return sum((Counter(ours) & Counter(theirs)).values())


def _normalized(response: str | None, answers: Sequence[str], tag: str) -> tuple[str, list[str]]:
    """Normalise both; a response that is none, or empty, goes with no answer at all."""
    given = normalize_answer(response or "", tag)
    accepted = [form for answer in answers if given and (form := normalize_answer(answer, tag))]
    return given, accepted


def _bare(text: str, tag: str) -> str:
    return without_prefix_articles(text, tag)


def _token_f1(given: str, accepted: list[str], tag: str) -> float:
    # An answer of symbols only has no tokens; it is one.
    ours = tokens(given, tag) or [given]
    return max((token_f1(ours, tokens(answer, tag) or [answer]) for answer in accepted), default=0.0)

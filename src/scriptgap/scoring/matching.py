"""Whether an answer contains an accepted form: matching that fits every script."""

import functools
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Literal

import regex

from scriptgap.scoring.inflection import find_inflected, inflects
from scriptgap.scoring.normalize import APOSTROPHE, UNSPACED, fold, normalize

__all__ = ["longer_forms", "match", "normalize"]

_Kind = Literal["gap", "spaced", "hangul", "katakana", "unspaced"]

_KATAKANA = regex.compile(r"[\p{Script=Katakana}\u30FC]")
_HANGUL = regex.compile(r"\p{Script=Hangul}")
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]")
_MARK = regex.compile(r"\p{M}")

# What follows a Korean noun in the same word: particles, the copula, and what makes a place of a name.
_PARTICLES = regex.compile(
    r"(?:특별시|광역시|시|도|주|국|공화국|왕국)?"
    r"(?:은|는|이|가|을|를|의|에|에서|에게|께|로|으로|와|과|랑|이랑|도|만|까지|부터|보다|처럼|이나|나|든지|에는|에도|에만|에서는|에서도|로는|"
    r"으로는|라고|이라고|라는|이라는|라|이라|며|이며|고|이고|지만|이지만|다|이다|입니다|였다|이었다|였습니다|이었습니다|예요|이에요|에요|요|임|인|"
    r"였고|였으며|이었으며|인데|이자|으로서|로서|으로써|이란|란|에게서|한테|께서|마다|밖에|조차)*(?![\p{Hangul}])"
)

# Words of one letter that are written as part of the next one, in the order in which they can stand.
_CLITICS = regex.compile(r"ו?(?:כ?ש)?[בלמכ]?ה?|[وف]?(?:[بک]?(?:ال)?|لل?)")
_FROM_CLITICS = 3
_ARTICLE, _TO_THE = "ال", "لل"

_HIDDEN = "\0"


class _Text:
    """A folded text to search in.

    Attributes:
        plain: The text as `normalize` gives it, with a space at either end.
        breaks: The places in `plain` where an apostrophe stood, in order.
    """

    __slots__ = ("breaks", "plain")

    def __init__(self, marked: str):
        self.breaks: list[int] = []
        if APOSTROPHE in marked:
            at = marked.find(APOSTROPHE)
            while at >= 0:
                self.breaks.append(at - len(self.breaks))
                at = marked.find(APOSTROPHE, at + 1)
            marked = marked.replace(APOSTROPHE, "")
        self.plain = marked

    def find(self, form: str) -> Iterator[tuple[int, int]]:
        """Yield start and end of each place where `form` stands as words of its own."""
        plain = self.plain
        at = plain.find(form)
        while at >= 0:
            end = at + len(form)
            if self._ends(form[-1], end) and self._begins(form, at):
                yield at, end
            at = plain.find(form, at + 1)

    def _ends(self, last: str, end: int) -> bool:
        following = self.plain[end]
        if following == " ":
            return True
        if _MARK.match(following):
            return False
        kind, other = _kind(last), _kind(following)
        if kind == other == "hangul":
            return _PARTICLES.match(self.plain, end) is not None
        joined = kind == other and kind in ("spaced", "katakana")
        return not joined or self._breaks_at(end)

    def _begins(self, form: str, at: int) -> bool:
        before = self.plain[at - 1]
        if before == " ":
            return True
        kind, other = _kind(form[0]), _kind(before)
        joined = (kind == other and kind != "unspaced") or (kind, other) == ("hangul", "spaced")
        return not joined or self._breaks_at(at) or (kind == "spaced" and self._after_clitics(form, at))

    def _after_clitics(self, form: str, at: int) -> bool:
        if len(form) < _FROM_CLITICS or form[0] < "\u0590" or form[0] > "\u06ff":
            return False
        start = self.plain.rfind(" ", 0, at) + 1
        return at - start <= 5 and _CLITICS.fullmatch(self.plain, start, at) is not None

    def _breaks_at(self, place: int) -> bool:
        found = bisect_left(self.breaks, place)
        return found < len(self.breaks) and self.breaks[found] == place

    def hide(self, places: Iterable[tuple[int, int]]) -> None:
        """Put something that is no text at `places`, and leave all other places where they are."""
        for start, end in places:
            self.plain = self.plain[:start] + _HIDDEN * (end - start) + self.plain[end:]


def match(
    response: str, answers: list[str], rivals: Iterable[str] = (), tag: str | None = None
) -> str | None:
    """Find the accepted form that `response` contains.

    Both are folded by `normalize`. A form counts where it stands as whole words; so it does

    - before or after an apostrophe inside a word: Ankara'dır, l'Italie, Paris's;
    - in Hebrew and Arabic, for forms of three letters and more, after the prepositions, conjunctions and
      articles that are written as part of the word: בירושלים, وبالرياض, للرياض;
    - beside a script that is written without spaces: 首都はTokyoです, 1945年;
    - with another case ending, where `tag` is a language that inflects names (see `inflection`): в России.
      A form that cannot be told from a rival's so does not count.

    In scripts written without spaces it counts anywhere, but katakana only where no further katakana
    adjoins it: インド is not in インドネシア. In Hangul it must begin a word, and only particles may follow
    in it: 인도는, not 인도네시아. Nowhere does it end before a mark of its last letter. It does not count
    where it is part of a rival's form: "Pakistani rupee" is no Indian rupee, 都柏林 no 柏林.

    Args:
        response: The answer to score.
        answers: The accepted forms.
        rivals: Forms of other answers that contain an accepted one, with whatever endings, from
            `longer_forms` and `inflection.inflected_rivals`, and what the question itself names.
        tag: BCP-47 tag of the language asked in; None for a match without regard to endings.

    Returns:
        The longest accepted form found, as given in `answers`, or None.
    """
    text = _Text(f" {fold(response)} ")
    rivals = tuple(rivals)
    for form, answer in _forms(tuple(answers), rivals):
        if form not in text.plain:
            continue
        if answer is None:
            text.hide(list(text.find(form)))
        elif next(text.find(form), None):
            return answer
    return find_inflected(response, answers, rivals, tag) if tag is not None and inflects(tag) else None


@functools.lru_cache(maxsize=1 << 14)
def _forms(answers: tuple[str, ...], rivals: tuple[str, ...]) -> list[tuple[str, str | None]]:
    """Return what to look for, in order, with the answer that each stands for: None for a rival's."""
    own: dict[str, str | None] = {
        spelling: answer for answer in reversed(answers) for spelling in _spellings(normalize(answer))
    }
    other = {spelling for rival in rivals for spelling in _spellings(normalize(rival))}
    # Longest first: a rival's form hides the shorter own form in it, and is hidden by a longer own one.
    forms = sorted({*own, *other}, key=lambda form: (-len(form), form not in own, form))
    return [(form, own.get(form)) for form in forms]


def _spellings(form: str) -> list[str]:
    """Return a folded form as it can stand in a text: none if empty; Arabic "to the" has a letter less."""
    if form.startswith(_ARTICLE) and len(form) > len(_ARTICLE):
        return [form, _TO_THE + form[len(_ARTICLE) :]]
    return [form] if form else []


def longer_forms(accepted: Mapping[str, Collection[str]]) -> dict[str, list[str]]:
    """Find for each answer the forms of the others in which one of its own forms stands.

    Args:
        accepted: The accepted forms of each answer, by any key.

    Returns:
        For each key the normalised forms of other keys that contain one of its own and are none of its
        own; longest first.
    """
    own = {
        key: {form for answer in answers if (form := normalize(answer))} for key, answers in accepted.items()
    }
    # One text of all forms: a search in it runs in C, a loop over pairs of forms takes minutes.
    every = sorted({marked for answers in accepted.values() for marked in map(fold, answers) if marked})
    text = _Text("".join(f"\n {form} " for form in every))
    found: dict[str, list[str]] = {}
    for key, forms in own.items():
        longer: set[str] = set()
        for form in forms:
            for spelling in _spellings(form):
                for at, _ in text.find(spelling):
                    end = text.plain.find("\n", at)
                    start = text.plain.rfind("\n", 0, at) + 1
                    longer.add(text.plain[start : end if end >= 0 else None].strip())
        found[key] = sorted(longer - forms, key=lambda form: (-len(form), form))
    return found


@functools.cache
def _kind(character: str) -> _Kind:
    """How a character joins with its neighbours."""
    if not _WORD.match(character):
        return "gap"
    if _KATAKANA.match(character):
        return "katakana"
    if UNSPACED.match(character):
        return "unspaced"
    return "hangul" if _HANGUL.match(character) else "spaced"

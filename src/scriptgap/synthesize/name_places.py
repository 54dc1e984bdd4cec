"""Where a name stands in a text as words of its own, in any script."""

from collections.abc import Iterator

import regex

from scriptgap.scoring.normalize import UNSPACED
from scriptgap.scripts import script_of

_OF_WORDS = regex.compile(r"[\p{L}\p{M}\p{N}]")
_MARK = regex.compile(r"\p{M}")


def name_places(text: str, name: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each place where a name stands in a text, not as part of a word.

    A letter of another script beside it, or of a script that is written without spaces, is no part of its
    word: "是Greece". In Hangul, particles may follow.

    Args:
        text: A text as `normalize` gives it.
        name: A name as `normalize` gives it; an empty one stands nowhere.
    """
    at = text.find(name) if name else -1
    while at >= 0:
        end = at + len(name)
        begins = at == 0 or not _joined(text[at - 1], name[0])
        ends = end == len(text) or _follows(name[-1], text[end])
        if begins and ends:
            yield at, end
        at = text.find(name, at + 1)


def _follows(last: str, following: str) -> bool:
    return not _joined(last, following) or script_of(last) == script_of(following) == "Hang"


def _joined(one: str, other: str) -> bool:
    if not (_OF_WORDS.match(one) and _OF_WORDS.match(other)):
        return False
    if _MARK.match(other) or _MARK.match(one):
        return True
    if UNSPACED.match(one) or UNSPACED.match(other):
        return False
    ours, theirs = script_of(one), script_of(other)
    return ours == theirs or ours is None or theirs is None

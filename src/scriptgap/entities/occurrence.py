"""Where a name stands in a text, as words of its own, in every script."""

import itertools
from collections.abc import Iterator

import regex

from scriptgap.scoring.matching import match
from scriptgap.scoring.normalize import normalize

Span = tuple[int, int]
"""Start and end of a place in a text, as Python slices it."""

_CLUSTER = regex.compile(r"\X")
_GAP = regex.compile(r"\s")
_LETTER = regex.compile(r"[\p{L}\p{M}]")
_APOSTROPHE = regex.compile(r"['‘’ʼʻʿ`´׳\"״]")
_DISAMBIGUATION = regex.compile(r"\s*[(（][^()（）]*[)）]\s*$")

_STARTS_A_NAME = regex.compile(r"[\p{Lu}\p{Lt}\p{N}]")
_SEPARATOR = regex.compile(r"[,:;]\s+|\s+[-–—]\s+")
_SHORTEST_PART = 3
_BESIDE = 40
"""Characters of a text to show on either side of a name."""


def find_name(name: str, text: str) -> Span | None:
    """Find the first place where `text` has `name` as words of its own: letter for letter, else folded.

    What counts is what `scoring.matching.match` counts, without endings: case, accents, width and
    punctuation do not matter; a name in letters must not go on in the same word (no "Ann" in "Annual"), a
    Korean one may have particles, a Hebrew or Arabic one prefixes, and one in a script without spaces stands
    anywhere, but katakana not inside more katakana. Marks belong to their letter: no हिन in हिन्दी.

    Returns:
        Where it stands in `text`, unchanged; None where it does not, or `name` has no letter or digit.
    """
    wanted = normalize(name)
    if not wanted or match(text, [name]) is None:
        return None
    places = itertools.chain(_literal(name.strip(), text), _candidates(wanted, text))
    return next((span for span in places if _is_whole(name, text, span)), None)


def occurrence(name: str, text: str | None) -> str | None:
    """Return `name` as `text` writes it where it stands first; None where it does not."""
    span = find_name(name, text) if text else None
    return None if span is None or text is None else text[slice(*span)]


def evidence(name: str, text: str) -> str | None:
    """Return what stands around `name` in `text`, in one line, the name in 【】; None where it does not.

    At most 40 characters on either side, cut at clusters of letters and marks.
    """
    span = find_name(name, text)
    if span is None:
        return None
    start, end = span
    before, after = _CLUSTER.findall(text[:start]), _CLUSTER.findall(text[end:])
    left = ("…" if len(before) > _BESIDE else "") + "".join(before[-_BESIDE:])
    right = "".join(after[:_BESIDE]) + ("…" if len(after) > _BESIDE else "")
    return " ".join(f"{left}【{text[start:end]}】{right}".split())


def names_of_title(title: str) -> list[str]:
    """Return the names that a Wikipedia title can stand for: itself, and itself without "(album)" at its end.

    What a title has in parentheses tells articles apart and is no part of the name.
    """
    bare = _DISAMBIGUATION.sub("", title).strip()
    return list(dict.fromkeys(name for name in (title.strip(), bare) if name))


def title_in(title: str, text: str | None) -> str | None:
    """Return the name of a title (`names_of_title`) as `text` writes it, or None."""
    return next((found for name in names_of_title(title) if (found := occurrence(name, text))), None)


def part_of_title(title: str, text: str | None) -> str | None:
    """Return the longest run of a title's words that `text` has as a name, as it writes it; None without one.

    A run is a name where its first and last words start with a capital or a digit, in the title and in the
    text, so it is found in scripts with capitals only: "Vedder Crossing" of "Vedder Crossing, Chilliwack",
    "1984 Summer Olympics" of "Swimming at the 1984 Summer Olympics – Men's 100 metre butterfly". It does not
    go on over a comma, colon or dash. Of runs of one length the first counts.
    """
    parts = [part.split() for name in names_of_title(title)[-1:] for part in _SEPARATOR.split(name)]
    for length in range(max(map(len, parts), default=0), 0, -1):
        for words in parts:
            for start in range(len(words) - length + 1):
                run = words[start : start + length]
                name = " ".join(run)
                if _is_name(run) and len(name) >= _SHORTEST_PART:
                    found = occurrence(name, text)
                    if found is not None and _is_name(found.split()):
                        return found
    return None


def _is_name(words: list[str]) -> bool:
    """Whether the first and the last word start with a capital or a digit."""
    return all(_STARTS_A_NAME.match(word) for word in (words[0], words[-1]))


def _literal(name: str, text: str) -> Iterator[Span]:
    """Yield the places where `text` has `name` letter for letter, its last bracket too."""
    at = text.find(name)
    while at >= 0:
        yield at, at + len(name)
        at = text.find(name, at + 1)


def _candidates(wanted: str, text: str) -> Iterator[Span]:
    """Yield the places whose text folds to `wanted`, words of their own or not."""
    folded, places = _folded(text)
    at = folded.find(wanted)
    while at >= 0:
        yield places[at][0], places[at + len(wanted) - 1][1]
        at = folded.find(wanted, at + 1)


def _folded(text: str) -> tuple[str, list[Span]]:
    """Fold a text as `normalize` does, and say of each folded character where it comes from."""
    folded: list[str] = []
    places: list[Span] = []
    clusters = list(_CLUSTER.finditer(text))
    for position, cluster in enumerate(clusters):
        shown = normalize(cluster[0])
        if not shown:
            inside = 0 < position < len(clusters) - 1 and all(
                _LETTER.match(clusters[beside][0]) for beside in (position - 1, position + 1)
            )
            if (_APOSTROPHE.match(cluster[0]) and inside) or not folded or folded[-1] == " ":
                continue
            shown = " "
        folded.extend(shown)
        places.extend([cluster.span()] * len(shown))
    return "".join(folded), places


def _is_whole(name: str, text: str, span: Span) -> bool:
    """Whether the name at `span` is words of its own: asked of the words it touches alone."""
    start, end = span
    while start > 0 and not _GAP.match(text[start - 1]):
        start -= 1
    while end < len(text) and not _GAP.match(text[end]):
        end += 1
    return match(text[start:end], [name]) is not None

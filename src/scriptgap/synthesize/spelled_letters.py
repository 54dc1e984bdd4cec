"""How the letters of a name and what they stand for are written out in a trace."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import regex

from scriptgap.candidates.evidence import Step

# What is not shown alone: marks of a letter, and the small kana.
_MARK = regex.compile(r"[\p{M}\p{Cf}ーァィゥェォッャュョヮぁぃぅぇぉっゃゅょゎ]")
_SIGN = regex.compile(r"\p{M}")
_LETTER = regex.compile(r"[\p{L}\p{M}\p{N}]")
_VOWEL = regex.compile(r"[aeiouyàâãäåæèéêëìíîïòóôõöøùúûüýÿ]", regex.IGNORECASE)

_READINGS = 2
_LONGEST = 14
_MOST_WORDS = 4
_PLACES = 4

Format = Callable[[str, str], str]

FORMATS: dict[str, Format] = {
    "bare": lambda letters, spelling: f"{letters} {spelling}",
    "equals": lambda letters, spelling: f"{letters} = {spelling}",
    "arrow": lambda letters, spelling: f"{letters} → {spelling}",
    "colon": lambda letters, spelling: f"{letters}: {spelling}",
    "brackets": lambda letters, spelling: f"{letters} ({spelling})",
    "is": lambda letters, spelling: f"{letters} is {spelling}",
    "reads": lambda letters, spelling: f"{letters} reads {spelling}",
    "gives": lambda letters, spelling: f"{letters} gives {spelling}",
}
"""Ways of writing that some letters stand for a spelling; `stated_steps` reads every one of them."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Letters that are shown together, with a spelling that is not empty.

    Attributes:
        letters: One or more characters of the name; never a mark alone.
        spelling: What they stand for, in small letters.
        readings: What else they may stand for.
    """

    letters: str
    spelling: str
    readings: tuple[str, ...] = ()


def bare(spelling: str) -> str:
    """Return a spelling in small letters, without the hyphen or apostrophe at its ends."""
    return spelling.strip(" -'’‘").lower()


def words_of(steps: Iterable[Step]) -> list[list[Piece]]:
    """Group the steps of a name into its words.

    Silent letters and marks are shown together with the letter before them, a silent first letter with the
    one after it.

    Returns:
        The words that have a letter with a spelling, each as its pieces in order.
    """
    words: list[list[Piece]] = [[]]
    waiting = ""
    for step in steps:
        letters, spelling = step.letters.strip(), bare(step.spelling)
        readings = tuple(bare(reading) for reading in step.readings)
        if step.letters and not _LETTER.search(step.letters):
            if not letters:
                words.append([])
            continue
        piece = Piece(waiting + letters, spelling, tuple(r for r in readings if r and r != spelling))
        waiting = ""
        word = words[-1]
        if word and (not spelling or not letters or _MARK.match(letters)):
            word[-1] = _joined(word[-1], piece)
        elif not spelling:
            waiting = piece.letters
        else:
            word.append(piece)
    return [word for word in words if word]


def _joined(first: Piece, second: Piece) -> Piece:
    # A vowel sign, or the sign that there is no vowel, takes the place of the letter's own vowel.
    signed = bool(_SIGN.match(second.letters))
    own = [reading for reading in first.readings if not (signed and _VOWEL.match(reading[-1]))]
    readings = [reading + second.spelling for reading in own]
    readings += [first.spelling + reading for reading in second.readings if second.spelling]
    spelling = first.spelling + second.spelling
    others = tuple(dict.fromkeys(reading for reading in readings if reading != spelling))
    return Piece(first.letters + second.letters, spelling, others)


def syllables(word: Sequence[Piece]) -> list[Piece]:
    """Join the pieces of a word into groups with a vowel each, as far as they have vowels."""
    groups: list[list[Piece]] = [[]]
    for piece in word:
        if groups[-1] and _VOWEL.search(groups[-1][-1].spelling) and not _VOWEL.match(piece.spelling):
            groups.append([])
        groups[-1].append(piece)
    if len(groups) > 1 and not any(_VOWEL.search(piece.spelling) for piece in groups[-1]):
        groups[-2:] = [groups[-2] + groups[-1]]
    # One group would be no step towards the name.
    return [_group(group) for group in groups] if len(groups) > 1 else list(word)


def _group(pieces: Sequence[Piece]) -> Piece:
    letters = "".join(piece.letters for piece in pieces)
    return Piece(letters, "".join(piece.spelling for piece in pieces))


def shown(words: Sequence[Sequence[Piece]], grouped: bool) -> list[list[Piece]]:
    """Choose what of the words is written out: letters, groups of them or, in a long name, whole words."""
    if grouped or sum(map(len, words)) > _LONGEST:
        words = [syllables(word) for word in words]
    if len(words) > _MOST_WORDS or sum(map(len, words)) > _LONGEST:
        words = [[_group(word)] for word in words]
    return [list(word) for word in words]


def written(words: Sequence[Sequence[Piece]], way: str, either: str, comma: str, readings: bool) -> str:
    """Write out pieces, word by word.

    Args:
        words: From `shown`.
        way: A key of `FORMATS`.
        either: What stands between two readings of one piece.
        comma: What stands between two pieces.
        readings: Whether other readings are written beside the spelling.
    """
    most = _READINGS if readings else 0

    def item(piece: Piece) -> str:
        return FORMATS[way](piece.letters, either.join([piece.spelling, *piece.readings[:most]]))

    return "; ".join(comma.join(item(piece) for piece in word) for word in words)


def open_places(words: Sequence[Sequence[Piece]]) -> list[Piece]:
    """Return the pieces with more than one reading, each once and the first few of them."""
    pieces = [piece for word in words for piece in word if piece.readings]
    return list({piece.letters.casefold(): piece for piece in reversed(pieces)}.values())[::-1][:_PLACES]


def place(piece: Piece, either: str) -> str:
    """Write one piece with its readings."""
    return FORMATS["equals"](piece.letters, either.join([piece.spelling, *piece.readings[:_READINGS]]))

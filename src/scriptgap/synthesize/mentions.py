"""Names that questions mention, where no column says which name a question is about."""

import functools
from collections.abc import Collection, Iterable, Iterator

import regex

from scriptgap.scoring.normalize import UNSPACED
from scriptgap.synthesize.concepts import concept_table
from scriptgap.synthesize.name_keys import plain_key

_WORD = regex.compile(r"[\p{L}\p{N}][\p{L}\p{M}\p{N}’']*")
_CAPITAL = regex.compile(r"\p{Lu}")
_RUN_PARTS = regex.compile(r"^(?:of|de|da|do|du|la|le|van|von|der|den|al|el|bin|ibn|y|e|i|and|the|of the)$")
_LONGEST_RUN = 6
_LONGEST_MENTION = 4
_MOST_CHARACTERS = 12
# Words that Arabic and Hebrew write together with the name that follows them, and Korean after it.
_PREFIXED = regex.compile(r"[\p{Script=Arabic}\p{Script=Hebrew}]")
_SUFFIXED = regex.compile(r"\p{Script=Hangul}")
_MOST_AFFIXED = 3
_CURATED = ("territory:", "language:", "zone:")
_FEWEST_LETTERS = 4


def capitalised_names(questions: Iterable[str]) -> dict[str, str]:
    """Return the runs of capitalised words, and every part of one, with the question each is from.

    A word that stands somewhere in small letters too ("What", "city") is no name; small words within a run
    ("Duke of York") are part of it.
    """
    questions = list(dict.fromkeys(questions))
    small = {word for question in questions for word in _WORD.findall(question) if not _CAPITAL.match(word)}
    found: dict[str, str] = {}
    for question in questions:
        words = _WORD.findall(question)
        names = [bool(_CAPITAL.match(word)) and word.casefold() not in small for word in words]
        joins = [bool(_RUN_PARTS.match(word)) for word in words]
        for start, begins in enumerate(names):
            if not begins:
                continue
            for end in range(start, min(start + _LONGEST_RUN, len(words))):
                if not (names[end] or joins[end]):
                    break
                if names[end]:
                    found.setdefault(" ".join(words[start : end + 1]), question)
    return found


def mentioned(
    questions: Iterable[str], keys: Collection[str], concepts: Collection[str]
) -> tuple[dict[str, tuple[str, str]], dict[str, tuple[str, str]]]:
    """Find names in the questions in which no capital tells names: other scripts, or all small letters.

    Args:
        questions: Texts.
        keys: The `plain_key` of each name to find.
        concepts: Concepts, of which any name is found (of `concepts.concept_table`).

    Returns:
        By key and by concept, the text of the first mention and the question it is in. In small Latin,
        Greek or Cyrillic letters a single word counts only from four letters on and not by the name of some
        town.
    """
    by_key: dict[str, tuple[str, str]] = {}
    by_concept: dict[str, tuple[str, str]] = {}
    of_key = concept_table().of_key
    for question in dict.fromkeys(questions):
        if _CAPITAL.search(question):
            continue
        for form, key in _spans(question):
            if key in keys:
                by_key.setdefault(key, (form, question))
            for concept in of_key.get(key, ()):
                town = not concept.startswith(_CURATED)
                if concept in concepts and not (town and _is_cased(form) and " " not in form):
                    by_concept.setdefault(concept, (form, question))
    return by_key, by_concept


def _spans(question: str) -> Iterator[tuple[str, str]]:
    """Return every part of a question that may be a name, with its key."""
    words = _WORD.findall(question)
    for start in range(len(words)):
        for end in range(start + 1, min(start + _LONGEST_MENTION, len(words)) + 1):
            form = " ".join(words[start:end])
            if end == start + 1 and _is_cased(form) and len(form) < _FEWEST_LETTERS:
                continue
            yield form, plain_key.__wrapped__(form)
            affixed = range(1, _MOST_AFFIXED + 1)
            if _PREFIXED.match(form):
                yield from ((form[cut:], plain_key(form[cut:])) for cut in affixed if len(form) > cut + 2)
            elif _SUFFIXED.match(form):
                yield from ((form[:-cut], plain_key(form[:-cut])) for cut in affixed if len(form) > cut + 1)
    if UNSPACED.search(question):
        key = plain_key(question)
        for start in range(len(key)):
            for end in range(start + 2, min(start + _MOST_CHARACTERS, len(key)) + 1):
                yield key[start:end], key[start:end]


@functools.lru_cache(maxsize=1 << 16)
def _is_cased(form: str) -> bool:
    return form.upper() != form

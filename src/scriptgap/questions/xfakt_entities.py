"""The entities of X-FaKT's questions, found by the words that questions of one kind share.

The authors make every question from a pattern with one name in it (their ``src/factual_gen.py``): cities and
landmarks share a pattern, people another, festivals a third. Their files keep the questions only, and label
landmarks and festivals alike, ``lakes``.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

_PEOPLE = ("politicians", "artists", "athletes")
_PLACES = "cities"
_MIXED = "lakes"
_FEWEST = 12
"""With fewer questions, letters that the names happen to share would be taken for the pattern."""
_MOST = 0.9
"""What so large a share of the questions has is the pattern; a question without it is left out."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A fact's label and how it is asked for in one language."""

    label: str
    question: str


@dataclass(frozen=True, slots=True)
class _Pattern:
    before: str
    after: str

    def name_in(self, question: str) -> str | None:
        """Return what stands between the two parts; None where the question lacks one, or nothing does."""
        if len(question) < len(self.before) + len(self.after):
            return None
        if not (question.startswith(self.before) and question.endswith(self.after)):
            return None
        return question[len(self.before) : len(question) - len(self.after)].strip() or None


def entities(
    asked: Mapping[tuple[str, str], Asked],
) -> tuple[dict[tuple[str, str], str], dict[str, str]]:
    """Find the entity that each question names.

    In each language the pattern of a kind is the longest beginning and the longest end that nine questions
    in ten share, of at least 12. A fact labelled ``lakes`` is a landmark if in every language it is asked
    with the pattern of cities, a festival if in none; else it has neither kind nor entity.

    Args:
        asked: The questions by fact and language.

    Returns:
        The entity by fact and language, where it was found; and by fact its kind, ``city``, ``person``,
        ``landmark`` or ``festival``, where it is known.
    """
    places = _patterns(asked, [fact for (fact, _), one in asked.items() if one.label == _PLACES])
    kinds = _kinds(asked, places)
    names: dict[tuple[str, str], str] = {}
    for group in (("city", "landmark"), ("person",), ("festival",)):
        facts = [fact for fact, kind in kinds.items() if kind in group]
        patterns = places if "city" in group else _patterns(asked, facts)
        members = set(facts)
        for (fact, tag), one in asked.items():
            if fact in members and tag in patterns and (name := patterns[tag].name_in(one.question)):
                names[fact, tag] = name
    return names, kinds


def _kinds(asked: Mapping[tuple[str, str], Asked], places: Mapping[str, _Pattern]) -> dict[str, str]:
    kinds: dict[str, str] = {}
    fits: dict[str, set[bool]] = {}
    for (fact, tag), one in asked.items():
        if one.label == _PLACES:
            kinds[fact] = "city"
        elif one.label in _PEOPLE:
            kinds[fact] = "person"
        elif one.label == _MIXED and tag in places:
            fits.setdefault(fact, set()).add(places[tag].name_in(one.question) is not None)
    kinds |= {
        fact: "landmark" if found == {True} else "festival" for fact, found in fits.items() if len(found) == 1
    }
    return kinds


def _patterns(asked: Mapping[tuple[str, str], Asked], facts: Iterable[str]) -> dict[str, _Pattern]:
    """Find the pattern of these facts' questions in each language that has enough of them."""
    members = set(facts)
    questions: dict[str, set[str]] = {}
    for (fact, tag), one in asked.items():
        if fact in members:
            questions.setdefault(tag, set()).add(one.question)
    patterns = {}
    for tag, different in questions.items():
        if len(different) < _FEWEST:
            continue
        before = _shared_start(sorted(different))
        after = _shared_start([question[::-1] for question in sorted(different)])[::-1]
        if before or after:
            patterns[tag] = _Pattern(before, after)
    return patterns


def _shared_start(texts: Sequence[str]) -> str:
    """Return the longest start that a share of `_MOST` of the texts has."""
    needed = _MOST * len(texts)
    shared = ""
    while True:
        length = len(shared) + 1
        starts = Counter(one[:length] for one in texts if len(one) >= length and one.startswith(shared))
        if not starts:
            return shared
        start, count = starts.most_common(1)[0]
        if count < needed:
            return shared
        shared = start

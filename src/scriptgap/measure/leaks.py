"""Whether a hint gives the answer away: pure functions on the name in the hint and the accepted answers."""

from collections.abc import Sequence

from scriptgap.scoring.normalize import normalize
from scriptgap.scoring.scores import Answer, accepted_form

_SHORTEST = 4
"""Letters of a word that says something: most articles and prepositions have fewer."""


def leaked_answer(name: str, answers: Sequence[str], lang: str) -> str | None:
    """Return the accepted answer that a hint with `name` would show, or None.

    The name is taken for a response and scored as ``alias_match`` scores, with nothing that hides a form: a
    model that only copied such a hint would be counted right. "Entebbe Grade B Hospital" leaks "Grade B
    Hospital". The other direction is no leak: "Kuwait" does not show "Kuwait City", the scorer does not
    count it right, and `part_of_answer` tells it apart.

    Args:
        name: The name that the hint would put into the question.
        answers: The accepted answers, in any language and script.
        lang: BCP-47 tag of the query language, whose case endings the scorer allows for.

    Returns:
        The leaked answer as given in `answers`.
    """
    accepted = _shown(answers)
    return accepted_form(Answer(name, accepted, lang)) if accepted and name.strip() else None


def part_of_answer(name: str, answers: Sequence[str], lang: str) -> str | None:
    """Return the accepted answer of which `name` is a part but not the whole, or None.

    Such a hint helps to guess ("Kuwait" for "Kuwait City"), but does not say, the answer. It is counted as
    partial, and is given.

    Args:
        name: The name that the hint would put into the question.
        answers: The accepted answers, in any language and script.
        lang: BCP-47 tag of the query language.

    Returns:
        The answer as given in `answers`; None where the name leaks an answer whole.
    """
    if not name.strip() or leaked_answer(name, answers, lang) is not None:
        return None
    return next((one for one in _shown(answers) if accepted_form(Answer(one, [name], lang))), None)


def added_word(name: str, answers: Sequence[str], question: str) -> str | None:
    """Return the accepted answer of which `name` has a word that `question` has not, or None.

    "Fifth Labour Government of New Zealand" does not show "Labour Party", but says the word that tells the
    answer. Words of fewer than 4 letters say nothing. Scripts without spaces have no words to compare; a
    shared piece of them is not seen.

    Args:
        name: The name that the hint would put into the question.
        answers: The accepted answers, in any language and script.
        question: The question in the language of `name`, whose words are known without the hint.

    Returns:
        The answer as given in `answers`, also one that the name leaks whole.
    """
    added = {word for word in normalize(name).split() if len(word) >= _SHORTEST}
    added -= set(normalize(question).split())
    return next((one for one in _shown(answers) if added.intersection(normalize(one).split())), None)


def _shown(answers: Sequence[str]) -> list[str]:
    return [answer for answer in answers if answer and answer.strip()]

"""Which questions are asked where a limit does not let all be asked: the same under every condition."""

import hashlib
from collections.abc import Callable

from scriptgap.measure.cost import Piece


def by_question(pieces: list[Piece]) -> list[list[Piece]]:
    """Group what is to ask by question, all query languages and conditions together.

    Returns:
        The groups in an order that is random, but depends on the questions alone: a later call with a higher
        limit asks the next ones.
    """
    groups: dict[str, list[Piece]] = {}
    for piece in pieces:
        groups.setdefault(piece.question, []).append(piece)
    return [groups[question] for question in sorted(groups, key=_place)]


def first_that_fit(groups: list[list[Piece]], limit: float, cost: Callable[[Piece], float]) -> int:
    """How many of the first `groups` cost no more than `limit` together."""
    total = 0.0
    for number, group in enumerate(groups):
        total += sum(cost(piece) for piece in group)
        if total > limit:
            return number
    return len(groups)


def _place(question: str) -> bytes:
    return hashlib.sha256(question.encode()).digest()

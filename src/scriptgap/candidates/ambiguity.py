"""How many source spellings a name leaves plausible."""

import math
from collections.abc import Sequence

import polars as pl

from scriptgap.candidates.evidence import Candidate
from scriptgap.candidates.spelling import candidates_of
from scriptgap.scripts import script_of

COLUMN = "ambiguity"


def ambiguity(candidates: Sequence[Candidate]) -> float | None:
    """Return the effective number of spellings: two to the entropy of their probabilities (perplexity).

    Args:
        candidates: Of one name.

    Returns:
        At least 1; None without candidates. What lies beyond the candidates given is not counted.
    """
    total = sum(candidate.probability for candidate in candidates)
    if total <= 0:
        return None
    shares = [candidate.probability / total for candidate in candidates if candidate.probability > 0]
    return 2 ** -sum(share * math.log2(share) for share in shares)


def with_ambiguity(questions: pl.DataFrame, limit: int = 20) -> pl.DataFrame:
    """Add the column ``ambiguity`` to a questions table.

    Args:
        questions: Columns of `tables.QUESTIONS`.
        limit: Candidates that count for each name.

    Returns:
        The table with ``ambiguity`` (Float64): 1 for a name in Latin script, which needs no transliteration;
        null without an entity, or in a script for which nothing was learned.
    """
    names = [name for name in questions["entity_query"].unique() if name]
    scores = {
        name: 1.0 if script_of(name) in {None, "Latn"} else ambiguity(candidates_of(name, limit))
        for name in names
    }
    values = [scores.get(name) for name in questions["entity_query"]]
    return questions.with_columns(pl.Series(COLUMN, values, dtype=pl.Float64))

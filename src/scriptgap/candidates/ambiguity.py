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


def with_ambiguity(table: pl.DataFrame, limit: int = 20) -> pl.DataFrame:
    """Add the column ``ambiguity`` to questions or to the answers to them.

    Args:
        table: Columns ``entity_query`` and ``entity_source``.
        limit: Candidates that count for each name.

    Returns:
        The table with ``ambiguity`` (Float64): 1 for a name in the script of its source-language name, which
        needs no transliteration; null where either name is absent or has no letters, where the
        source-language name is in no Latin script, or in a script for which nothing was learned.
    """
    pairs = table.select("entity_query", "entity_source").unique().sort("entity_query", "entity_source")
    foreign = {
        query
        for query, source in pairs.iter_rows()
        if source and script_of(source) == "Latn" and query and script_of(query) not in {None, "Latn"}
    }
    scores = {name: ambiguity(candidates_of(name, limit)) for name in sorted(foreign)}
    values = [
        1.0
        if _in_one_script(query, source)
        else scores.get(query)
        if script_of(source or "") == "Latn"
        else None
        for query, source in pairs.iter_rows()
    ]
    known = pairs.with_columns(pl.Series(COLUMN, values, dtype=pl.Float64))
    return table.drop(COLUMN, strict=False).join(
        known, on=["entity_query", "entity_source"], how="left", nulls_equal=True, maintain_order="left"
    )


def _in_one_script(query: str | None, source: str | None) -> bool:
    script = script_of(query or "")
    return script is not None and script == script_of(source or "")

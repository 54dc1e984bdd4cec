"""A teacher's replies as rows of a table, and the source spellings that they propose."""

import hashlib
from collections.abc import Mapping
from typing import Any

import polars as pl

from scriptgap.candidates.evidence import Candidate, NameKey
from scriptgap.synthesize.knowledge import SEED_KEY
from scriptgap.synthesize.teacher_prompts import name_key
from scriptgap.synthesize.teacher_replies import Reply

EXTRA: dict[str, pl.DataType | type[pl.DataType]] = {
    "sample_id": pl.String,
    "style": pl.String,
    "teacher": pl.String,
    "trace_lang": pl.String,
    "reasoning": pl.String,
    "response": pl.String,
    "candidates": pl.List(pl.String),
    "fault": pl.String,
    "text": pl.String,
}
"""Columns that a teacher adds to a seed's. ``candidates``: the source spellings that it proposes. ``fault``:
why the row is no sample, null where it is one. ``text``: all that the model wrote, to see what was wrong."""


def made(
    seed: Mapping[str, Any], reply: Reply, style: str, teacher: str, trace_lang: str, number: int = 1
) -> dict[str, Any]:
    """Make the row of a seed and what its teacher replied; `number` tells several replies apart."""
    name = "\u001f".join(
        [*(str(seed[column]) for column in SEED_KEY), style, teacher, trace_lang, str(number)]
    )
    return {
        **seed,
        "sample_id": hashlib.sha256(name.encode()).hexdigest()[:16],
        "style": style,
        "teacher": teacher,
        "trace_lang": trace_lang,
        "reasoning": reply.reasoning,
        "response": reply.response,
        "candidates": list(reply.spellings),
        "fault": reply.fault,
        "text": None,
    }


def proposals(samples: pl.DataFrame) -> dict[NameKey, tuple[Candidate, ...]]:
    """Collect the source spellings that a teacher proposed for each name.

    The teacher was told the name: how often it is among the proposals says nothing of their recall.

    Args:
        samples: What `teach` returned; rows with a fault count for nothing.

    Returns:
        For each name its candidates, the likeliest first. A spelling weighs one over its place in each list;
        ``probability`` is its share of all weights.
    """
    weights: dict[NameKey, dict[str, float]] = {}
    for row in samples.filter(pl.col("fault").is_null()).iter_rows(named=True):
        held = weights.setdefault(name_key(row), {})
        for place, spelling in enumerate(row["candidates"] or [], 1):
            held[spelling] = held.get(spelling, 0.0) + 1 / place
    return {
        key: tuple(
            Candidate(spelling, weight / sum(held.values()), "teacher")
            for spelling, weight in sorted(held.items(), key=lambda pair: (-pair[1], pair[0]))
        )
        for key, held in weights.items()
        if held
    }

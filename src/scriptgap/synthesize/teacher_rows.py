"""A teacher's replies as rows of a table."""

import hashlib
from collections.abc import Mapping
from typing import Any

import polars as pl

from scriptgap.synthesize.knowledge import SEED_KEY
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
"""Columns that a teacher adds to a seed's. ``candidates``: the source spellings that a model proposes; it was
told the name, so how often the name is among them says nothing of its skill. ``fault``: why the row is no
sample, null where it is one. ``text``: all that the model wrote, to see what was wrong."""


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

"""Observations for the tests of published metrics: rows that name only what differs."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from scriptgap.tables import OBSERVATIONS


def answers(rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """Observations, by default of one model asked plainly once; further keys are further columns."""
    usual = {
        "model": "m", "condition": "plain", "sample": 0, "response": "", "reasoning": None,
        "stop_reason": "stop", "correct": None, "answer_script": "Latn", "scorer": "test",
    }  # fmt: skip
    frame = pl.DataFrame([{**usual, **row} for row in rows], infer_schema_length=None)
    return frame.with_columns(pl.col(name).cast(dtype) for name, dtype in OBSERVATIONS.items())

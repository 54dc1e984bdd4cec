"""From Inspect logs to the observations table."""

import math
from collections.abc import Iterable

import polars as pl
from inspect_ai.log import EvalLog, EvalSample

from scriptgap.tables import OBSERVATION_KEY, OBSERVATIONS, check_table


def from_logs(logs: Iterable[EvalLog], model: str) -> pl.DataFrame:
    """Make one observation of each sample in `logs` that was made by `condition_task`.

    Args:
        logs: Whole logs, samples included.
        model: What the column ``model`` shall say.

    Returns:
        Columns of `tables.OBSERVATIONS`, and ``topic``; sorted by its key. An answer that failed has
        stop reason ``error`` and ``correct`` null.
    """
    rows = [
        _observation(sample, str((log.eval.metadata or {}).get("condition")), model)
        for log in logs
        for sample in log.samples or []
    ]
    frame = pl.DataFrame(rows, schema={**OBSERVATIONS, "topic": pl.String}, orient="row")
    return check_table(frame, OBSERVATIONS, OBSERVATION_KEY, "the logs").sort(OBSERVATION_KEY)


def _observation(sample: EvalSample, condition: str, model: str) -> dict[str, object]:
    metadata = sample.metadata
    scorer, score = next(iter((sample.scores or {}).items()), ("alias_match", None))
    failed = sample.error is not None or score is None
    correct: bool | None = None
    if not failed and score is not None and not math.isnan(score.as_float()):
        correct = score.as_float() >= 0.5
    message = sample.output.message if sample.output.choices else None
    reasoning = [
        part.reasoning
        for part in (message.content if message and not isinstance(message.content, str) else [])
        if part.type == "reasoning"
    ]
    return {
        **{column: metadata[column] for column in ("dataset", "question_id", "source_lang", "query_lang")},
        "model": model,
        "condition": condition,
        "sample": sample.epoch,
        "response": None if failed else sample.output.completion,
        "reasoning": "\n".join(reasoning) or None,
        "stop_reason": "error" if failed else str(sample.output.stop_reason),
        "correct": correct,
        "answer_script": (score.metadata or {}).get("answer_script") if score is not None else None,
        "scorer": scorer,
        "topic": metadata.get("topic"),
    }

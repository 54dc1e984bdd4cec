"""Entry point by which Inspect finds the tasks, solvers, scorer and model provider of scriptgap."""

from inspect_ai.model import ModelAPI, modelapi

from scriptgap.measure.scorers import (
    alias_match,
    chrf,
    exact_match,
    f1,
    judge,
    multiloko,
    multiloko_revised,
    word_recall,
)
from scriptgap.measure.solvers import ask
from scriptgap.measure.tasks import atlas, questions


@modelapi(name="embedded")
def embedded() -> type[ModelAPI]:
    """The embedded models, loaded only when one is asked for."""
    from scriptgap.measure.provider import EmbeddedAPI

    return EmbeddedAPI


__all__ = [
    "alias_match",
    "ask",
    "atlas",
    "chrf",
    "embedded",
    "exact_match",
    "f1",
    "judge",
    "multiloko",
    "multiloko_revised",
    "questions",
    "word_recall",
]

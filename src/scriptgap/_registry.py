"""Entry point by which Inspect finds the tasks, solvers, scorer and model provider of scriptgap."""

from inspect_ai.model import ModelAPI, modelapi

from scriptgap.measure.scorers import alias_match
from scriptgap.measure.solvers import entity_only, hint, hint_placebo, hint_romanized, plain
from scriptgap.measure.tasks import atlas, questions


@modelapi(name="embedded")
def embedded() -> type[ModelAPI]:
    """The embedded models, loaded only when one is asked for."""
    from scriptgap.measure.provider import EmbeddedAPI

    return EmbeddedAPI


__all__ = [
    "alias_match",
    "atlas",
    "embedded",
    "entity_only",
    "hint",
    "hint_placebo",
    "hint_romanized",
    "plain",
    "questions",
]

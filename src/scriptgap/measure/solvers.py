"""The conditions as Inspect solvers: each asks its own form of the question, after the worked examples."""

from collections.abc import Callable

from inspect_ai.model import ChatMessageUser
from inspect_ai.solver import Generate, Solver, TaskState, solver

from scriptgap.measure.conditions import Item, present
from scriptgap.measure.reasoning import separate_reasoning


def _ask(condition: str) -> Solver:
    async def solve(state: TaskState, generate: Generate) -> TaskState:
        question = present(Item(**state.metadata["item"]), condition)
        if question is None:
            raise ValueError(f"{state.sample_id}: the table lacks what condition {condition} needs")
        state.messages[-1] = ChatMessageUser(content=question)
        # Each repeated sample has its own seed; at temperature 0 no seed is used.
        state = await generate(state, seed=state.epoch)
        state.output = separate_reasoning(state.output)
        return state

    return solve


@solver
def plain() -> Solver:
    """Ask the question as it stands."""
    return _ask("plain")


@solver
def entity_only() -> Solver:
    """Ask in the source language, with the entity as the query language writes it."""
    return _ask("entity_only")


@solver
def hint() -> Solver:
    """Add the entity's source-language name."""
    return _ask("hint")


@solver
def hint_romanized() -> Solver:
    """Add the entity's source-language name in Latin letters."""
    return _ask("hint_romanized")


@solver
def hint_placebo() -> Solver:
    """Add the source-language name of another entity of the same type."""
    return _ask("hint_placebo")


SOLVERS: dict[str, Callable[[], Solver]] = {
    "plain": plain,
    "entity_only": entity_only,
    "hint": hint,
    "hint_romanized": hint_romanized,
    "hint_placebo": hint_placebo,
}

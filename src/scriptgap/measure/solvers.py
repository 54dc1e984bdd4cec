"""The conditions as an Inspect solver, which asks a condition's form of the question."""

from inspect_ai.model import ChatMessageUser
from inspect_ai.solver import Generate, Solver, TaskState, solver

from scriptgap.measure.budget import asking
from scriptgap.measure.conditions import check_conditions
from scriptgap.measure.presentation import Item, present
from scriptgap.measure.reasoning import separate_reasoning


@solver
def ask(condition: str = "plain") -> Solver:
    """Ask the question as `condition` presents it.

    Args:
        condition: A name that `conditions.condition` knows.
    """
    check_conditions([condition])

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        question, omitted = present(Item(**state.metadata["item"]), condition)
        if question is None:
            raise ValueError(f"{state.sample_id}: cannot be asked under {condition}: {omitted}")
        state.messages[-1] = ChatMessageUser(content=question)
        # Each repeated sample has its own seed; at temperature 0 no seed is used.
        async with asking(state, condition):
            state = await generate(state, seed=state.epoch)
        state.output = separate_reasoning(state.output)
        return state

    return solve

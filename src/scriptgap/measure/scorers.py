"""The scorer of names: an answer is right where it contains an accepted form, in any script."""

from inspect_ai.scorer import Score, Scorer, Target, accuracy, scorer, stderr
from inspect_ai.solver import TaskState

from scriptgap.scoring.matching import match
from scriptgap.scripts import script_of


@scorer(metrics=[accuracy(), stderr()])
def alias_match() -> Scorer:
    """Score 1 where the answer contains an accepted form in any language or script, else 0.

    The score's metadata hold ``answer_script``, the ISO 15924 script in which the answer was given. An
    answer that did not end by itself (its ``stop_reason`` is not ``stop``) is left unscored.
    """

    async def score(state: TaskState, target: Target) -> Score:
        response = state.output.completion
        reason = state.output.stop_reason
        if reason != "stop":
            return Score.unscored(answer=response, reason="truncated" if reason == "max_tokens" else reason)
        form = match(response, list(target), state.metadata.get("rivals", ()))
        return Score(
            value=1 if form else 0, answer=response, metadata={"answer_script": script_of(form or response)}
        )

    return score

"""A model's reasoning, set apart from its answer in Inspect's terms."""

from inspect_ai.model import ContentReasoning, ContentText, ModelOutput

from scriptgap.scoring.reasoning import split_reasoning


def reasoning_parts(output: ModelOutput) -> list[ContentReasoning]:
    """Return the reasoning that is set apart in the answer, in order."""
    content = output.message.content if output.choices else ""
    return [] if isinstance(content, str) else [part for part in content if part.type == "reasoning"]


def separate_reasoning(output: ModelOutput) -> ModelOutput:
    """Return `output` with reasoning that stands in the text moved to content of its own.

    Reasoning that the provider set apart already (``reasoning_content``) stays as it is. Where the reasoning
    has no end, the answer is empty and the stop reason is ``max_tokens``, whatever the server said.
    """
    if not output.choices:
        return output
    choice = output.choices[0]
    content = choice.message.content
    parts = [ContentText(text=content)] if isinstance(content, str) else list(content)
    texts = [part for part in parts if part.type == "text"]
    thought = split_reasoning("\n".join(part.text for part in texts))
    if thought.reasoning is None and thought.complete:
        return output
    kept = [part for part in parts if part.type != "text"]
    reasoning = [ContentReasoning(reasoning=thought.reasoning)] if thought.reasoning else []
    message = choice.message.model_copy(
        update={"content": [*kept, *reasoning, ContentText(text=thought.answer)]}
    )
    update = {"message": message} | ({} if thought.complete else {"stop_reason": "max_tokens"})
    separated = choice.model_copy(update=update)
    return output.model_copy(
        update={"choices": [separated, *output.choices[1:]], "completion": thought.answer}
    )

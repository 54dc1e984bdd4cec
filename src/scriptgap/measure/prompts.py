"""The text that a base model sees in place of a conversation."""

from collections.abc import Sequence

from inspect_ai.model import ChatMessage


def as_text(messages: Sequence[ChatMessage]) -> str:
    """Write a conversation for a base model: ``Q:`` and ``A:`` lines, ending in an open ``A:``."""
    text = ""
    for message in messages:
        if message.role == "user":
            text += f"Q: {message.text}\nA:"
        elif message.role == "assistant":
            text += f" {message.text}\n\n"
        else:
            text += f"{message.text}\n\n"
    return text

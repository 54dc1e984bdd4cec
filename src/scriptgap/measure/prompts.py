"""The text that a base model sees in place of a conversation."""

from collections.abc import Sequence
from typing import Any

from inspect_ai.model import ChatMessage

BASE_TOKENS = 64
"""Longest answer of a base model in tokens where the caller sets none: one line, as the answers are names."""

TEMPLATE = (
    "{% for message in messages %}"
    "{% if message['role'] == 'user' %}{{ 'Q: ' + message['content'] + '\\nA:' }}"
    "{% elif message['role'] == 'assistant' %}{{ ' ' + message['content'] + '\\n\\n' }}"
    "{% else %}{{ message['content'] + '\\n\\n' }}{% endif %}{% endfor %}"
)
"""A chat template that writes what `as_text` does, for engines that ask a base model through one."""


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


def base_template(tokenizer: Any) -> str:
    """Return `TEMPLATE` to save with a tokenizer: engines add no special tokens to what a template writes.

    So it begins a text itself, where the tokenizer does: not all that have a token for it write it.
    """
    begins = tokenizer("")["input_ids"][:1] == [tokenizer.bos_token_id]
    return ("{{ bos_token }}" if begins else "") + TEMPLATE

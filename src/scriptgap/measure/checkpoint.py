"""A checkpoint that `train` made: how it was trained to be asked, and which of its files answers fastest."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scriptgap.errors import UsageError

NOTE = "training.json"
BEGUN = "begun.json"
MERGED = "merged"
ENTITIES = "entities.txt"
"""The entities that it was trained on, one a line."""
GGUF = "model.gguf"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A folder that `train` made.

    Attributes:
        folder: The folder.
        gguf: Its weights as one GGUF file, which the embedded engine serves; None where there is none.
        chat: Whether it was trained on conversations, not on texts of questions and answers.
        shots: Worked examples it was trained to see before a question.
        max_tokens: Length of answer, in tokens, that leaves room beyond the longest it was trained on.
        training: SHA-256 of its ``training.json``: another training in the same folder is another model.
    """

    folder: Path
    gguf: Path | None
    chat: bool
    shots: int
    max_tokens: int
    training: str


def checkpoint(model: str) -> Checkpoint | None:
    """Return what is known of a model that is a folder made by `train`; None for any other model.

    Raises:
        UsageError: Its training has not ended, or its ``training.json`` cannot be read.
    """
    folder = Path(model)
    note = folder / NOTE
    if not note.is_file():
        if (folder / BEGUN).is_file():
            raise UsageError(f"{folder}: its training has not ended; give the command of `train` again first")
        return None
    try:
        text = note.read_bytes()
        held: dict[str, Any] = json.loads(text)
        asked = held["asked"]
        gguf = folder / GGUF
        return Checkpoint(
            folder=folder,
            gguf=gguf if gguf.is_file() else None,
            chat=bool(asked["chat"]),
            shots=int(asked["shots"]),
            max_tokens=int(asked["max_tokens"]),
            training=hashlib.sha256(text).hexdigest(),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{note}: does not say how to ask the model ({error}); train it again") from None

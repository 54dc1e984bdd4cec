"""A run folder: which run it holds, and files in it that are never half written."""

import hashlib
import json
import os
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import polars as pl

from scriptgap.errors import UsageError
from scriptgap.tables import QUESTION_KEY, QUESTIONS

_NOTE = "run.json"

LEDGER = "requests.jsonl"
"""The file of a run folder that notes every request (see `ledger`)."""


def identity(
    table: pl.DataFrame,
    model: str,
    repeats: int,
    temperature: float,
    scorers: list[str],
    graders: list[str],
    shots: int | None = None,
    training: str | None = None,
) -> dict[str, object]:
    """What must stay the same for a run to go on in its folder; conditions and limits may change.

    `training` tells one training in a checkpoint's folder from another.
    """
    content = table.select(list(QUESTIONS)).sort(QUESTION_KEY).write_ndjson()
    held: dict[str, object] = {
        "scriptgap": version("scriptgap"),
        "model": model,
        "questions_hash": hashlib.sha256(content.encode()).hexdigest(),
        "samples": repeats,
        "temperature": temperature,
        "scorers": scorers,
        "graders": graders,
    }
    return held | {
        key: value for key, value in (("shots", shots), ("training", training)) if value is not None
    }


def check_held(folder: Path, identity: dict[str, object]) -> None:
    """Refuse a folder that holds another run.

    Raises:
        UsageError: It does, or its ``run.json`` cannot be read.
    """
    note = folder / _NOTE
    if not note.is_file():
        return
    try:
        held = json.loads(note.read_text(encoding="utf-8"))
    except ValueError:
        raise UsageError(f"{note}: not JSON; name another folder, or delete this one") from None
    for key, value in identity.items():
        if held.get(key) != value:
            raise UsageError(
                f"{folder}: holds a run with {key} {held.get(key)}, not {value}; name another folder"
            )


def claim(folder: Path, identity: dict[str, object]) -> None:
    """Make the folder, and note in it which run it holds.

    Raises:
        UsageError: The folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / _NOTE).is_file():
            text = json.dumps(identity, indent=2) + "\n"
            replace(folder / _NOTE, lambda partial: partial.write_text(text, encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{folder}: cannot be written ({error.strerror})") from None


def replace(file: Path, write: Callable[[Path], object]) -> None:
    """Write under another name first: a killed run must not leave half a file."""
    partial = file.with_name(f"{file.name}.{os.getpid()}.partial")
    write(partial)
    partial.replace(file)

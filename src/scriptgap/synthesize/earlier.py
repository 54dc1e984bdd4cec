"""What samples of an earlier call a folder holds, and how they were made otherwise."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_SHOWN = 6
"""So many differences are told, the others are counted."""


def told_differences(note: Path, made_of: Mapping[str, Any]) -> str | None:
    """Say in one line how the samples that a folder holds differ from those that will replace them.

    Args:
        note: The ``synthesis.json`` of the folder, which may be absent.
        made_of: What `synthesis.made_of` returned for the samples to be made.

    Returns:
        The line; None where nothing differs, or nothing is known of an earlier call.
    """
    try:
        held = json.loads(note.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(held, dict):
        return None
    before = _flat({key: held[key] for key in made_of if key in held})
    now = _flat(json.loads(json.dumps(made_of)))
    # What an older version did not note is not known to differ.
    differing = [key for key in now if key in before and before[key] != now[key]]
    if not differing:
        return None
    told = [f"{key} was {_words(before[key])}, is {_words(now[key])}" for key in differing[:_SHOWN]]
    if len(differing) > _SHOWN:
        told.append(f"and {len(differing) - _SHOWN} more")
    return f"{note.parent}: holds samples made otherwise, which will be replaced: {'; '.join(told)}"


def _flat(values: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Name values within values by both names; those of a recipe and of the inputs by their own."""
    flat: dict[str, Any] = {}
    for key, value in values.items():
        name = key if before in ("", "recipe", "inputs") else f"{before}: {key}"
        flat |= _flat(value, name) if isinstance(value, dict) else {name: value}
    return flat


def _words(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return "not set" if value is None else str(value)

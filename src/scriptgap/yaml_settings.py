"""Small YAML files of settings, checked key by key, so that a slip is one clear line."""

import contextlib
import math
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeGuard

import yaml

from scriptgap.errors import UsageError


def text_of(path: str | Path) -> str:
    """Read a file of settings.

    Raises:
        UsageError: It cannot be read, or is not UTF-8.
    """
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = "not UTF-8" if isinstance(error, UnicodeDecodeError) else error.strerror
        raise UsageError(f"{path}: cannot be read ({reason})") from None


def parsed(text: str, name: str) -> dict[str, Any]:
    """Parse a YAML text of keys and values; an empty one has no keys.

    Args:
        text: The YAML text.
        name: How error messages call it.

    Raises:
        UsageError: It is no YAML, or something else than keys with values.
    """
    try:
        given = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" line {mark.line + 1}:" if mark else ""
        raise UsageError(f"{name}:{line} not YAML ({getattr(error, 'problem', error)})") from None
    return mapping({} if given is None else given, name)


def mapping(value: object, name: str) -> dict[str, Any]:
    """Return `value` with texts as keys.

    Raises:
        UsageError: It is no mapping.
    """
    if not isinstance(value, dict):
        raise UsageError(f"{name}: is {value!r}, not keys with values; `--show-recipe` prints an example")
    return {str(key): item for key, item in value.items()}


def check_keys(given: Mapping[str, Any], known: Sequence[str], name: str) -> None:
    """Refuse keys that are not known.

    Raises:
        UsageError: There is one; the message names the nearest that is known.
    """
    for key in given:
        if key not in known:
            close = get_close_matches(key, known, n=1, cutoff=0.5)
            hint = f"did you mean {close[0]!r}?" if close else f"the keys are {', '.join(known)}"
            raise UsageError(f"{name}: unknown key {key!r}; {hint}")


def with_defaults(value: object, default: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return the default's keys, with the values of `value` where it has some.

    Raises:
        UsageError: It is no mapping, or has a key that the default has not.
    """
    own = mapping(value, name)
    check_keys(own, list(default), name)
    return {**default, **own}


def overridden(text: str, key: str, value: object) -> str:
    """Return a YAML text with one top-level key, of one line, set to another value."""
    lines = [line for line in text.splitlines() if not line.startswith(f"{key}:")]
    return "\n".join([*lines, f"{key}: {value}"]) + "\n"


def is_number(value: object) -> TypeGuard[float]:
    """Whether `value` is a finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def count(value: object, least: int, name: str) -> int:
    """Return `value`, a whole number from `least`.

    Raises:
        UsageError: It is none.
    """
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise UsageError(f"{name}: is {value!r}, not a whole number from {least}")
    return value


def number(value: object, least: float, name: str) -> float:
    """Return `value`, a number from `least`; YAML reads ``6e-4`` as a text, which counts too.

    Raises:
        UsageError: It is none.
    """
    if isinstance(value, str):
        with contextlib.suppress(ValueError):
            value = float(value)
    if not is_number(value) or value < least:
        raise UsageError(f"{name}: is {value!r}, not a number from {least:g}")
    return float(value)


def choice(value: object, known: Sequence[str], name: str) -> str:
    """Return `value`, one of `known`.

    Raises:
        UsageError: It is none; the message names the nearest.
    """
    if value not in known:
        close = get_close_matches(str(value), known, n=1, cutoff=0.5)
        hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(known)}"
        raise UsageError(f"{name}: unknown value {value!r}; {hint}")
    return str(value)

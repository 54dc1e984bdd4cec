"""The instruction of the condition ``think``: consider how names might be written in other scripts."""

import json
from functools import cache
from importlib.resources import files

from scriptgap.errors import UsageError
from scriptgap.languages import language

_SAME_TEXT = {"nb": "no"}
"""Languages that read another's text: Norwegian is Bokmål where the tag does not say."""


@cache
def _instructions() -> dict[str, str]:
    path = files("scriptgap") / "data" / "think_instructions.json"
    texts: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return texts


def think_tags() -> tuple[str, ...]:
    """Return the BCP-47 tags that an instruction is written for, sorted."""
    return tuple(_instructions())


def _key(tag: str) -> tuple[str, frozenset[str]]:
    """Return the language and the Unicode scripts of a tag; Hans and Hant stay apart."""
    known = language(tag)
    scripts = frozenset({known.script}) if known.scripts == {"Hani"} else known.scripts
    return _SAME_TEXT.get(known.language, known.language), scripts


@cache
def _by_key() -> dict[tuple[str, frozenset[str]], str]:
    return {_key(tag): text for tag, text in _instructions().items()}


@cache
def think_instruction(tag: str) -> str | None:
    """Return the instruction to consider, before answering, how names might be written in other scripts.

    A region or a variant does not matter beyond the script it implies: ``pt-BR`` has the text of ``pt``,
    ``zh`` that of ``zh-Hans``, ``zh-TW`` that of ``zh-Hant``, ``sr`` that of ``sr-Cyrl``.

    Args:
        tag: The BCP-47 tag of the query language.

    Returns:
        One sentence in the language and script of `tag`, without a line break; None where none is written
        for the language in that script (``ru-Latn``, ``yue-Hans``), or `tag` is no known language.
    """
    try:
        return _by_key().get(_key(tag))
    except UsageError:
        return None

"""The form in which a model teacher replies: written for worked examples, read with every fault named."""

from collections.abc import Sequence
from dataclasses import dataclass

import regex

from scriptgap.tables import CUT_SHORT

TRACE, SPELLINGS, ANSWER = "trace", "spellings", "answer"
"""The elements of a reply. None of the names marks a reasoning model's own thinking (`scoring.reasoning`)."""

FAILED, NOT_ASKED, REFUSED, TRUNCATED, EMPTY, WRONG_FORMAT = (
    "failed",
    "not asked",
    "refused",
    "truncated",
    "empty",
    "wrong format",
)

FAULTS = (FAILED, NOT_ASKED, REFUSED, TRUNCATED, EMPTY, WRONG_FORMAT)
"""The first words of a fault; a colon and the details may follow."""

UNTRACED = frozenset({"direct"})
"""Styles without reasoning."""

MOST_SPELLINGS = 20
"""So many proposals of one reply are kept."""

_REFUSAL = regex.compile(
    r"\b(?:i['’]?m (?:sorry|unable|not able)|i am (?:sorry|unable|not able)|i apologi[sz]e|as an ai\b"
    r"|i (?:cannot|can['’]?t|can not|won['’]?t|will not) )",
    regex.IGNORECASE,
)
_REFUSAL_LENGTH = 600
_SEPARATORS = regex.compile(r"\s*[;,\n|、،，；]\s*")
_BULLET = regex.compile(r"^(?:[-*•]|\(?\d{1,2}[.)])\s*")
_QUOTES = " \t\"'`“”‘’«»*_."
# Dots, dashes and brackets where a text should be: the form copied, not filled.
_NO_TEXT = regex.compile(r"[^\p{L}\p{N}]*")


@dataclass(frozen=True, slots=True)
class Reply:
    """What a teacher's text says.

    Attributes:
        reasoning: The thinking; empty in a style without one, or with a fault.
        spellings: Source spellings that it proposes, its likeliest first; empty where it lists none.
        response: The final answer; empty with a fault.
        fault: Why the text is of no use: one of `FAULTS`, with details; None where it is well formed.
    """

    reasoning: str = ""
    spellings: tuple[str, ...] = ()
    response: str = ""
    fault: str | None = None


def write_reply(reasoning: str, spellings: Sequence[str], response: str) -> str:
    """Write a reply as `read_reply` reads it: a worked example's. What is empty is left out."""
    parts = [f"<{TRACE}>\n{reasoning}\n</{TRACE}>"] if reasoning else []
    parts += [f"<{SPELLINGS}>{'; '.join(spellings)}</{SPELLINGS}>"] if spellings else []
    return "\n".join([*parts, f"<{ANSWER}>{response}</{ANSWER}>"])


def read_reply(text: str, stop_reason: str, style: str, refused: bool = False) -> Reply:
    """Take a teacher's text apart.

    The first trace and the first answer count: a base model goes on with a question of its own, and others
    put words around what was asked for. A last answer may lack its end, where the model stopped by itself.
    A text that was cut after its answer is whole.

    Args:
        text: What the model wrote, without its own thinking.
        stop_reason: Inspect's.
        style: The style that was asked for; those of `UNTRACED` must have no trace, the others one.
        refused: The provider marked the text as a refusal.
    """
    text = text.strip()
    if refused or stop_reason == "content_filter":
        return Reply(fault=REFUSED)
    reply = _read(text, style, may_be_open=stop_reason not in CUT_SHORT)
    if reply.fault is None:
        return reply
    if stop_reason in CUT_SHORT:
        return Reply(fault=f"{TRUNCATED}: {stop_reason}")
    if not text:
        return Reply(fault=EMPTY)
    if len(text) <= _REFUSAL_LENGTH and f"<{TRACE}>" not in text and _REFUSAL.search(text):
        return Reply(fault=f"{REFUSED}: in words")
    return reply


def _read(text: str, style: str, may_be_open: bool) -> Reply:
    reasoning, rest = "", text
    if style in UNTRACED:
        if _opening(TRACE).search(text):
            return _wrong(f"a <{TRACE}> where none was asked for")
    else:
        found = _element(TRACE, text)
        if found is None:
            return _wrong(f"no <{TRACE}>" if not _opening(TRACE).search(text) else f"<{TRACE}> has no end")
        reasoning, rest = found
        if _NO_TEXT.fullmatch(reasoning):
            return _wrong(f"<{TRACE}> is empty")
        if _opening(ANSWER).search(reasoning) or _opening(TRACE).search(reasoning):
            return _wrong(f"<{TRACE}> has no end before the next element")
    answer = _element(ANSWER, rest)
    if answer is None and may_be_open and (opened := _opening(ANSWER).search(rest)):
        answer = rest[opened.end() :].strip(), ""
    if answer is None:
        return _wrong(f"no <{ANSWER}>" if not _opening(ANSWER).search(rest) else f"<{ANSWER}> has no end")
    response = answer[0]
    if _NO_TEXT.fullmatch(response):
        return _wrong(f"<{ANSWER}> is empty")
    if _opening(rf"/?(?:{TRACE}|{SPELLINGS}|{ANSWER})").search(response):
        return _wrong(f"<{ANSWER}> holds another element")
    before = _opening(ANSWER).split(rest)[0]
    listed = _element(SPELLINGS, before)
    return Reply(reasoning, _listed(listed[0]) if listed else (), response)


def _wrong(details: str) -> Reply:
    return Reply(fault=f"{WRONG_FORMAT}: {details}")


def _opening(name: str) -> regex.Pattern[str]:
    return regex.compile(rf"<\s*{name}\s*>", regex.IGNORECASE)


def _element(name: str, text: str) -> tuple[str, str] | None:
    """Return the content of the first element of that name, and the text after it, or None."""
    found = regex.search(rf"<\s*{name}\s*>(.*?)<\s*/\s*{name}\s*>", text, regex.IGNORECASE | regex.DOTALL)
    return (found[1].strip(), text[found.end() :]) if found else None


def _listed(text: str) -> tuple[str, ...]:
    """Read a list of spellings, however it is set out."""
    parts = (_BULLET.sub("", part.strip()).strip(_QUOTES) for part in _SEPARATORS.split(text))
    kept = [part for part in parts if not _NO_TEXT.fullmatch(part)]
    return tuple(dict.fromkeys(kept))[:MOST_SPELLINGS]

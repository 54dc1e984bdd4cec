"""General data of the user's own, to mix in against forgetting: conversations, or prompts and completions."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import polars as pl
import regex

from scriptgap.records import FieldError, Intake, Loaded, Record, optional_text, table_rows, text
from scriptgap.scoring.normalize import UNSPACED
from scriptgap.scoring.reasoning import split_reasoning
from scriptgap.synthesize.name_keys import plain_key
from scriptgap.synthesize.seeds import SEEDS, split_of
from scriptgap.tables import QUESTION_KEY

_WORD = regex.compile(r"[\p{L}\p{N}][\p{L}\p{M}\p{N}’']*")
_LONGEST_NAME = 5
_FEWEST_LETTERS = 3
_LANGUAGE = "en"

REPLAY = {**SEEDS, "reasoning": pl.String, "response": pl.String}
"""Columns of replay: those of seeds, and what is to be learned."""


def read_replay(path: str | Path, shares: Mapping[str, float]) -> Loaded:
    """Read general data, one sample a row.

    Args:
        path: A file that `records.table_rows` reads, with ``messages`` (a list of ``role`` and ``content``,
            the user's and then the assistant's; ``reasoning_content`` if there is some) or with ``prompt``
            and ``completion``. A column ``language`` (BCP-47) says the language; English where it is absent.
        shares: As in `seeds.split_of`; rows are split by hash of the prompt.

    Returns:
        Columns of `REPLAY`. Refused are conversations of several turns or with a system message, and replies
        whose reasoning cannot be told from the answer.

    Raises:
        UsageError: The file cannot be read, or no row of it can.
    """
    path, intake = Path(path), Intake()
    for number, record in table_rows(path, intake):
        with intake.row(str(path), number) as row:
            prompt, reply, reasoning = _turn(record)
            thought = split_reasoning(reply)
            if not thought.complete or not thought.answer.strip() or (thought.reasoning and reasoning):
                raise FieldError(None, "has reasoning that cannot be told from the answer")
            tag = optional_text(record, "language") or _LANGUAGE
            name = hashlib.sha256(f"{prompt}\u001f{reply}".encode()).hexdigest()[:16]
            row.update(
                dict.fromkeys(SEEDS)
                | {
                    "dataset": path.stem,
                    "question_id": f"replay-{name}",
                    "source_lang": tag,
                    "query_lang": tag,
                    "question": prompt,
                    "answers": [],
                    "split": split_of(prompt, shares),
                    "entity": f"replay-{name}",
                    "condition": "plain",
                    "prompt": prompt,
                    "answer": thought.answer.strip(),
                    "answer_lang": tag,
                    "kind": "replay",
                    "reasoning": (thought.reasoning or reasoning).strip(),
                    "response": thought.answer.strip(),
                }
            )
    return intake.load(REPLAY, QUESTION_KEY, str(path))


def _turn(record: Record) -> tuple[str, str, str]:
    """Return the prompt, the reply and its reasoning of one row."""
    if record.get("messages") is None:
        return text(record, "prompt"), text(record, "completion"), ""
    turns = record["messages"]
    if not isinstance(turns, list) or not all(isinstance(turn, dict) for turn in turns):
        raise FieldError("messages", "is no list of messages")
    roles = [turn.get("role") for turn in turns]
    if roles != ["user", "assistant"]:
        raise FieldError("messages", f"has the roles {', '.join(map(str, roles))}, not user, assistant")
    asked, said = turns
    return text(asked, "content"), text(said, "content"), optional_text(said, "reasoning_content") or ""


def mentions(texts: Iterable[str], names: Iterable[str]) -> dict[str, str]:
    """Find the texts that mention a name, in the script that it is given in.

    Args:
        texts: Prompts and replies.
        names: Names of at least three letters; of scripts without spaces, of at least two.

    Returns:
        For each text that mentions one, the first name that was found.
    """
    spaced = {plain_key(name): name for name in names if len(plain_key(name)) >= _FEWEST_LETTERS}
    unspaced = {key: name for key, name in spaced.items() if UNSPACED.search(name)}
    unspaced |= {
        plain_key(name): name for name in names if UNSPACED.search(name) and len(plain_key(name)) > 1
    }
    found = {}
    for content in dict.fromkeys(texts):
        words = _WORD.findall(content)
        spans = (
            plain_key("".join(words[start:end]))
            for start in range(len(words))
            for end in range(start + 1, min(start + _LONGEST_NAME, len(words)) + 1)
        )
        hit = next((spaced[span] for span in spans if span in spaced), None)
        if hit is None and UNSPACED.search(content):
            key = plain_key(content)
            hit = next((name for form, name in unspaced.items() if form in key), None)
        if hit is not None:
            found[content] = hit
    return found

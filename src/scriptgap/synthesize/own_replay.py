"""Replay of a model's own: it asks and answers everyday questions, so that training keeps how it does so.

Huang et al., 2024 (arXiv 2403.01244) rehearse such data in place of the data that a model was trained on.
"""

import asyncio
import contextlib
import functools
import io
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from inspect_ai.model import ChatMessage, ChatMessageAssistant, ChatMessageUser, GenerateConfig, Model

from scriptgap.errors import ScriptgapError, UsageError
from scriptgap.languages import language
from scriptgap.measure.models import is_base, load, one_line
from scriptgap.measure.reasoning import separate_reasoning
from scriptgap.measure.run_folder import replace
from scriptgap.synthesize.name_keys import plain_key

_AT_ONCE = 10
_SHOWN = 4
_ALIKE = 25
"""So many prompts in a row show the same examples: engines keep the beginning that prompts share."""

_TEMPERATURE = 1.0
"""What is drawn from a model at temperature 1 pulls it, on average, to where it is."""

Said = dict[str, str] | None
"""A message of the assistant; None where it was cut short or is empty."""


@dataclass(frozen=True, slots=True)
class _Prompt:
    """What is asked, after worked examples of what is asked and answered; ``seed`` is the sampling's."""

    shown: Sequence[tuple[str, str]]
    asked: str
    seed: int


@dataclass(frozen=True, slots=True)
class OwnReplay:
    """What a model wrote.

    Attributes:
        rows: A row each, as `replay.read_replay` takes them: ``id``, ``model``, ``language`` (BCP-47),
            ``topic`` and ``messages`` (of the user and of the assistant).
        asked: Questions that the model was asked to write.
    """

    rows: list[dict[str, Any]]
    asked: int


def build_replay(
    model: str,
    out: str | Path,
    languages: Sequence[str] | None = None,
    each: int = 100,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> OwnReplay:
    """Let a model write questions about everyday topics, and then answer them, both drawn at temperature 1.

    It is told a topic and shown four worked examples in the language; a base model sees such examples before
    the answer too, a chat model answers as it would a user. Left out is what was cut short or is empty, a
    question that is a worked example or was there before, and an answer that repeats its question.

    Args:
        model: Any name that `measure` knows.
        out: JSON Lines to write. While the model is asked, ``.partial`` after its name keeps what it said,
            and an interrupted call goes on from there.
        languages: Tags of some of `languages_known`; all where None.
        each: Questions to ask for in each language.
        progress: Told how many requests are done, and of how many: two for each question.

    Raises:
        UsageError: There are no worked examples in a language, or no such model.
        ScriptgapError: The model cannot be loaded, or a request failed.
    """
    tags = sorted(set(languages or languages_known()))
    if unknown := [tag for tag in tags if tag not in languages_known()]:
        known = ", ".join(languages_known())
        raise UsageError(f"no everyday questions in {', '.join(unknown)}; there are some in {known}")
    if each < 1:
        raise UsageError(f"must ask for at least 1 question, not {each}")
    with contextlib.redirect_stdout(io.StringIO()):  # Inspect prints a banner of its own
        opened, base = load(model, _TEMPERATURE), is_base(model)
    wanted = [(tag, number) for tag in tags for number in range(each)]
    wishes = {(tag, number): _wish(tag, number) for tag, number in wanted}
    out = Path(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.closing(_Journal(out.with_name(f"{out.name}.partial"), model)) as journal:

        def heard() -> None:
            progress(len(journal.said), 2 * len(wanted))

        def ask(prompts: Mapping[str, _Prompt]) -> None:
            # In a thread of its own: a notebook has an event loop running in this one.
            with ThreadPoolExecutor(1) as thread:
                thread.submit(asyncio.run, _ask(opened, model, prompts, journal, heard)).result()

        ask({f"question {tag} {number}": wish for (tag, number), wish in wishes.items()})
        questions = {key: journal.said[f"question {key[0]} {key[1]}"] for key in wanted}
        ask(
            {
                f"answer {tag} {number}": _Prompt(
                    _answered(tag, number) if base else [], said["content"], number
                )
                for (tag, number), said in questions.items()
                if said is not None
            }
        )
        rows = [
            {
                "id": f"{tag}-{number}",
                "model": model,
                "language": tag,
                "topic": _topic(tag, number),
                "messages": [{"role": "user", "content": said["content"]}, answer],
            }
            for (tag, number), said in questions.items()
            if said is not None and (answer := journal.said[f"answer {tag} {number}"]) is not None
        ]
    progress(2 * len(wanted), 2 * len(wanted))
    rows = list(_without_repetitions(rows))
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    replace(out, lambda partial: partial.write_text(text, encoding="utf-8"))
    journal.file.unlink()
    return OwnReplay(rows, len(wanted))


@functools.cache
def languages_known() -> tuple[str, ...]:
    """Return the tags of the languages that have worked examples."""
    return tuple(sorted(_data()["examples"]))


@functools.cache
def _data() -> dict[str, Any]:
    text = files("scriptgap").joinpath("data/everyday_questions.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


def _topic(tag: str, number: int) -> str:
    return str(random.Random(f"{tag} {number}").choice(_data()["topics"]))


def _examples(tag: str, number: int) -> list[dict[str, str]]:
    return random.Random(f"{tag} {number // _ALIKE}").sample(_data()["examples"][tag], _SHOWN)


def _wish(tag: str, number: int) -> _Prompt:
    def about(topic: str) -> str:
        return f"A short question in {language(tag).name} about {topic}?"

    shown = [(about(one["topic"]), one["question"]) for one in _examples(tag, number)]
    return _Prompt(shown, about(_topic(tag, number)), number)


def _answered(tag: str, number: int) -> list[tuple[str, str]]:
    return [(one["question"], one["answer"]) for one in _examples(tag, number)]


class _Journal:
    """What a model said so far, each noted as it comes: an interrupted call loses none.

    Attributes:
        file: JSON Lines with ``model``, ``key`` and ``said``.
        said: By key.
    """

    def __init__(self, file: Path, model: str) -> None:
        """Take over what the same model said in an earlier call."""
        self.file, self._model = file, model
        self.said: dict[str, Said] = {}
        before = file.read_bytes().splitlines() if file.is_file() else []
        self._out = file.open("w", encoding="utf-8")
        for line in before:
            try:
                row = json.loads(line)
            except ValueError:
                continue  # A killed call may leave half a line.
            if row["model"] == model:
                self.add(row["key"], row["said"])

    def add(self, key: str, said: Said) -> None:
        """Note it."""
        self.said[key] = said
        row = {"model": self._model, "key": key, "said": said}
        self._out.write(json.dumps(row, ensure_ascii=False) + "\n")
        self._out.flush()

    def close(self) -> None:
        """Write no more."""
        self._out.close()


async def _ask(
    opened: Model, model: str, prompts: Mapping[str, _Prompt], journal: _Journal, heard: Callable[[], None]
) -> None:
    waiting = iter([key for key in prompts if key not in journal.said])

    async def work() -> None:
        for key in waiting:
            try:
                said = await _said(opened, prompts[key])
            except Exception as error:
                cause = error.__cause__ or error
                raise ScriptgapError(f"{model}: {type(cause).__name__}: {one_line(cause)}") from None
            journal.add(key, said)
            heard()

    tasks = [asyncio.ensure_future(work()) for _ in range(_AT_ONCE)]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()


async def _said(opened: Model, prompt: _Prompt) -> Said:
    turns: list[ChatMessage] = []
    for user, assistant in prompt.shown:
        turns += [ChatMessageUser(content=user), ChatMessageAssistant(content=assistant)]
    config = GenerateConfig(temperature=_TEMPERATURE, seed=prompt.seed, max_retries=3)
    output = await opened.generate([*turns, ChatMessageUser(content=prompt.asked)], config=config)
    output = separate_reasoning(output)
    text = output.completion.strip()
    if output.stop_reason != "stop" or not text:
        return None
    content = output.message.content
    parts = [] if isinstance(content, str) else content
    thought = "\n".join(part.reasoning for part in parts if part.type == "reasoning").strip()
    return {"role": "assistant", "content": text} | ({"reasoning_content": thought} if thought else {})


def _without_repetitions(rows: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    seen = {plain_key(one["question"]) for own in _data()["examples"].values() for one in own}
    for row in rows:
        question, answer = (plain_key(turn["content"]) for turn in row["messages"])
        if question and answer and question not in seen and question != answer:
            seen.add(question)
            yield row

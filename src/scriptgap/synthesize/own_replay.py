"""Replay of a model's own: it asks and answers everyday questions, so that training keeps how it does so.

Huang et al., 2024 (arXiv 2403.01244) rehearse such data in place of the data that a model was trained on.
"""

import asyncio
import contextlib
import functools
import hashlib
import io
import itertools
import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from inspect_ai.model import ChatMessage, ChatMessageAssistant, ChatMessageUser, GenerateConfig, Model

from scriptgap.errors import ScriptgapError, UsageError
from scriptgap.languages import language
from scriptgap.measure.checkpoint import checkpoint
from scriptgap.measure.event_loop import run_to_end
from scriptgap.measure.models import is_base, load, one_line
from scriptgap.measure.reasoning import reasoning_parts, separate_reasoning
from scriptgap.measure.run_folder import replace
from scriptgap.synthesize.name_keys import plain_key

_REQUESTS_AT_ONCE = 10
_SHOTS = 4
_SAME_SHOTS = 25
"""So many prompts in a row show the same examples: engines keep the beginning that prompts share."""

_TEMPERATURE = 1.0
"""What is drawn from a model's own distribution pulls it, on average, to where it is."""

Said = dict[str, str] | None
"""A message of the assistant; None where it was cut short or is empty."""


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


@dataclass(frozen=True, slots=True)
class _Prompt:
    """What is asked, after worked examples of what is asked and answered; ``seed`` is the sampling's."""

    shown: Sequence[tuple[str, str]]
    asked: str
    seed: int


@dataclass(frozen=True, slots=True)
class _Wish:
    """A question that is to be written: its language, and its number there."""

    tag: str
    number: int

    @property
    def topic(self) -> str:
        return str(random.Random(f"{self.tag} {self.number}").choice(_data()["topics"]))

    @property
    def examples(self) -> list[dict[str, str]]:
        draw = random.Random(f"{self.tag} {self.number // _SAME_SHOTS}")
        return draw.sample(_data()["examples"][self.tag], _SHOTS)

    def for_question(self) -> _Prompt:
        def about(topic: str) -> str:
            return f"A short question in {language(self.tag).name} about {topic}?"

        shown = [(about(one["topic"]), one["question"]) for one in self.examples]
        return _Prompt(shown, about(self.topic), self.number)

    def for_answer(self, question: str, base: bool) -> _Prompt:
        shown = [(one["question"], one["answer"]) for one in self.examples] if base else []
        return _Prompt(shown, question, self.number)


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
    question that is a worked example or was there before, and an answer that repeats its question. The
    embedded models draw as llama.cpp does, from the likelier tokens only, and at most 64 (base) or 256.

    Args:
        model: Any name that `measure` knows.
        out: JSON Lines to write. While the model is asked, ``.partial`` after its name keeps what it said,
            and an interrupted call goes on from there.
        languages: Tags of some of `languages_known`; all where None.
        each: Questions to ask for in each language.
        progress: Told how many requests are done, and of how many: two for each question.

    Raises:
        UsageError: There are no worked examples in a language, `out` is a folder, or no such model.
        ScriptgapError: The model cannot be loaded, or a request failed.
    """
    tags = sorted(set(languages or languages_known()))
    if unknown := [tag for tag in tags if tag not in languages_known()]:
        known = ", ".join(languages_known())
        raise UsageError(f"no everyday questions in {', '.join(unknown)}; there are some in {known}")
    if each < 1:
        raise UsageError(f"must ask for at least 1 question, not {each}")
    out = Path(out)
    if out.is_dir():
        raise UsageError(f"{out}: is a folder; name a file to write")
    with contextlib.redirect_stdout(io.StringIO()):  # Inspect prints a banner of its own
        opened, base = load(model, _TEMPERATURE), is_base(model)
    trained = checkpoint(model)
    wishes = [_Wish(tag, number) for tag in tags for number in range(each)]
    done = itertools.count(1)
    out.parent.mkdir(parents=True, exist_ok=True)
    journal = _Journal(out.with_name(f"{out.name}.partial"), f"{model} {trained.training if trained else ''}")
    with contextlib.closing(journal):
        work = _ask(opened, model, base, wishes, journal, lambda: progress(next(done), 2 * len(wishes)))
        pairs = run_to_end(work)
    rows = [
        {
            "id": f"{wish.tag}-{wish.number}",
            "model": model,
            "language": wish.tag,
            "topic": wish.topic,
            "messages": [{"role": "user", "content": question["content"]}, answer],
        }
        for wish, (question, answer) in zip(wishes, pairs, strict=True)
        if question and answer
    ]
    rows = list(_without_repetitions(rows))
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    replace(out, lambda partial: partial.write_text(text, encoding="utf-8"))
    journal.file.unlink()
    return OwnReplay(rows, len(wishes))


@functools.cache
def languages_known() -> tuple[str, ...]:
    """Return the tags of the languages that have worked examples."""
    return tuple(sorted(_data()["examples"]))


@functools.cache
def _data() -> dict[str, Any]:
    text = files("scriptgap").joinpath("data/everyday_questions.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


class _Journal:
    """What a model said so far, each noted as it comes: an interrupted call loses none.

    Attributes:
        file: JSON Lines with ``key``, a hash of model and prompt, and ``said``.
        said: By key.
    """

    def __init__(self, file: Path, model: str) -> None:
        """Read what earlier calls noted."""
        self.file, self._model = file, model
        self.said: dict[str, Said] = {}
        for line in file.read_bytes().splitlines() if file.is_file() else []:
            with contextlib.suppress(ValueError):  # A killed call may leave half a line.
                row = json.loads(line)
                self.said[row["key"]] = row["said"]
        self._out = file.open("a", encoding="utf-8")
        if file.stat().st_size:
            self._out.write("\n")

    def key(self, prompt: _Prompt) -> str:
        return hashlib.sha256(json.dumps([self._model, asdict(prompt)]).encode()).hexdigest()

    def add(self, key: str, said: Said) -> None:
        self.said[key] = said
        self._out.write(json.dumps({"key": key, "said": said}, ensure_ascii=False) + "\n")
        self._out.flush()

    def close(self) -> None:
        self._out.close()


async def _ask(
    opened: Model,
    model: str,
    base: bool,
    wishes: Sequence[_Wish],
    journal: _Journal,
    heard: Callable[[], None],
) -> list[tuple[Said, Said]]:
    """Ask for all questions, and then for their answers."""

    async def said(prompt: _Prompt | None) -> Said:
        if prompt is None:
            heard()
            return None
        key = journal.key(prompt)
        if key not in journal.said:
            try:
                journal.add(key, await _said(opened, prompt))
            except Exception as error:
                cause = error.__cause__ or error
                raise ScriptgapError(f"{model}: {type(cause).__name__}: {one_line(cause)}") from None
        heard()
        return journal.said[key]

    questions = await _in_order(said, [wish.for_question() for wish in wishes])
    prompts = [
        wish.for_answer(question["content"], base) if question else None
        for wish, question in zip(wishes, questions, strict=True)
    ]
    return list(zip(questions, await _in_order(said, prompts), strict=True))


async def _in_order(ask: Callable[..., Any], prompts: Sequence[_Prompt | None]) -> list[Said]:
    """Ask some at once, the first ones first; the first to fail ends the others."""
    found: list[Said] = [None] * len(prompts)
    waiting = iter(range(len(prompts)))

    async def work() -> None:
        for place in waiting:
            found[place] = await ask(prompts[place])

    try:
        async with asyncio.TaskGroup() as tasks:
            for _ in range(_REQUESTS_AT_ONCE):
                tasks.create_task(work())
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None
    return found


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
    thought = "\n".join(part.reasoning for part in reasoning_parts(output) if not part.redacted).strip()
    return {"role": "assistant", "content": text} | ({"reasoning_content": thought} if thought else {})


def _without_repetitions(rows: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    seen = {plain_key(one["question"]) for own in _data()["examples"].values() for one in own}
    for row in rows:
        question, answer = (plain_key(turn["content"]) for turn in row["messages"])
        if question and answer and question not in seen and question != answer:
            seen.add(question)
            yield row

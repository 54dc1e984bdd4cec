"""The Inspect task that asks a teacher, and the journal that holds what it replied."""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from inspect_ai import Task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import (
    ChatMessage,
    ChatMessageAssistant,
    ChatMessageSystem,
    ChatMessageUser,
    GenerateConfig,
    ModelOutput,
)
from inspect_ai.solver import Generate, Solver, TaskState, solver

from scriptgap.measure.budget import asking
from scriptgap.measure.prompts import as_text
from scriptgap.measure.reasoning import separate_reasoning
from scriptgap.synthesize.teacher_prompts import instruction
from scriptgap.synthesize.teacher_replies import ANSWER

_STOPS = [f"</{ANSWER}>", "\nQ:"]
"""Where a base model's reply ends: it would go on with a question of its own."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a teacher is asked about one seed.

    Attributes:
        id: The seed's key, in one text.
        request: The last message.
        examples: Pairs of request and reply that go before it.
    """

    id: str
    request: str
    examples: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Held:
    """A reply as the journal holds it: the text without the model's own thinking, and how it ended."""

    text: str
    stop_reason: str
    refused: bool = False


class Journal:
    """The replies of a folder, each noted in its file as it comes: a killed run loses none.

    Inspect writes its logs several answers at a time, and rewrites the whole log for it. A line holds
    ``style``, ``id``, ``text``, ``stop_reason`` and ``refused``.
    """

    def __init__(self, file: Path) -> None:
        """Read what earlier calls noted; the file is made with the first reply."""
        self._file = file
        self._out: int | None = None
        self.replies: dict[tuple[str, str], Held] = {}
        for line in file.read_bytes().splitlines() if file.is_file() else []:
            try:
                row = json.loads(line)
                key = row.pop("style"), row.pop("id")
                self.replies[key] = Held(**row)
            except (ValueError, KeyError, TypeError):
                continue  # A killed run may leave half a line.

    def add(self, style: str, id: str, held: Held) -> None:
        """Note a reply."""
        if self._out is None:
            self._out = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
            if self._file.stat().st_size and not self._file.read_bytes().endswith(b"\n"):
                os.write(self._out, b"\n")
        line = json.dumps({"style": style, "id": id, **asdict(held)}, ensure_ascii=False)
        os.write(self._out, line.encode("utf-8", "surrogatepass") + b"\n")
        self.replies[style, id] = held

    def close(self) -> None:
        """Write no more."""
        if self._out is not None:
            os.close(self._out)
            self._out = None


def teacher_task(
    lessons: Sequence[Lesson], style: str, journal: Journal, base: bool, max_tokens: int | None
) -> Task:
    """Make the task that asks for traces of one style; replies go to `journal`, and are taken from it.

    Args:
        lessons: What to ask.
        style: One of `teacher_prompts.STYLES`.
        journal: Where replies are noted.
        base: Whether the model is a base model: it sees instruction and examples in one text, and its reply
            ends with the answer.
        max_tokens: Most tokens of a reply, or None.
    """
    samples = [Sample(id=lesson.id, input=_messages(lesson, style, base)) for lesson in lessons]
    return Task(
        name=f"teacher_{style}",
        dataset=MemoryDataset(samples, name=f"teacher_{style}"),
        solver=_reply(style, journal),
        config=GenerateConfig(max_tokens=max_tokens, stop_seqs=_STOPS if base else None),
        # By this the logs, the limits and the progress bars of `measure` tell tasks apart.
        metadata={"condition": style},
    )


def _messages(lesson: Lesson, style: str, base: bool) -> list[ChatMessage]:
    turns: list[ChatMessage] = []
    for asked, replied in lesson.examples:
        turns += [ChatMessageUser(content=asked), ChatMessageAssistant(content=replied)]
    told = instruction(style)
    if base:
        return [
            ChatMessageSystem(content=f"{told}\n\n{as_text(turns)}".strip()),
            ChatMessageUser(content=lesson.request),
        ]
    return [ChatMessageSystem(content=told), *turns, ChatMessageUser(content=lesson.request)]


def _reply(style: str, journal: Journal) -> Solver:
    @solver(name="teacher_reply")
    def reply() -> Solver:
        async def solve(state: TaskState, generate: Generate) -> TaskState:
            held = journal.replies.get((style, str(state.sample_id)))
            if held is None:
                async with asking(state, style):
                    state = await generate(state, seed=state.epoch)
                # A reasoning model thinks for itself first: the trace asked for is in its text.
                state.output = separate_reasoning(state.output)
                journal.add(style, str(state.sample_id), held_reply(state.output))
            else:
                state.output = ModelOutput.from_content(str(state.model), held.text)
            return state

        return solve

    return reply()


def held_reply(output: ModelOutput) -> Held:
    """Return what the journal holds of a model's output, its own thinking left out."""
    if not output.choices:
        return Held("", "unknown")
    content = output.message.content
    parts = [] if isinstance(content, str) else content
    refused = any(part.type == "text" and bool(part.refusal) for part in parts)
    return Held(output.completion, str(output.stop_reason), refused)

"""Thinking and answer told apart in one text, whatever marks the thinking."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Thought:
    """A text taken apart.

    Attributes:
        reasoning: The thinking, without its marks; several blocks with an empty line between them. None
            where the text marks no thinking, empty where a block of thinking is empty.
        answer: What is left; the text itself, unchanged, where it marks no thinking.
        complete: False where the thinking has no end: the text was cut, and `answer` is empty.
    """

    reasoning: str | None
    answer: str
    complete: bool


# The mark before and the mark after thinking, by carrier.
_TAGS = {
    "think": (r"<think>", r"</think>"),
    "thinking": (r"<thinking>", r"</thinking>"),
    "thought": (r"<thought>", r"</thought>"),
    "reasoning": (r"<reasoning>", r"</reasoning>"),
    "seed": (r"<seed:think>", r"</seed:think>"),
    "bracket": (r"\[THINK\]", r"\[/THINK\]"),
    "bar": (r"<\|begin_of_thought\|>", r"<\|end_of_thought\|>"),
    "capitals": (r"<\|START_THINKING\|>", r"<\|END_THINKING\|>"),
    "triangle": ("◁think▷", "◁/think▷"),
}
# A mark between backticks is spoken of, not used.
_MARK = re.compile(
    "|".join(
        rf"(?P<{name}_begins>(?<!`)(?:{begin})|(?:{begin})(?!`))"
        rf"|(?P<{name}_ends>(?<!`)(?:{end})|(?:{end})(?!`))"
        for name, (begin, end) in _TAGS.items()
    ),
    re.IGNORECASE,
)
_FENCE = re.compile(r"^(`{3,}|~{3,})([^\n]*)$", re.MULTILINE)
_AROUND_ANSWER = re.compile(r"<\|(?:begin|end)_of_solution\|>|<\|(?:START|END)_RESPONSE\|>")

_CHANNEL = re.compile(r"<\|channel\|>\s*(?:analysis|commentary|final)\b")
_MESSAGE_END = re.compile(r"<\|(?:end|return|call)\|>|<\|start\|>[^<]*")
_MESSAGE = re.compile(r"<\|channel\|>\s*(\w+)[^<]*(?:<\|constrain\|>[^<]*)?(?:<\|message\|>)?")

_WORD_ANALYSIS, _WORDS_FINAL = "analysis", "assistantfinal"


def split_reasoning(text: str) -> Thought:
    """Tell a model's thinking from its answer where the text itself has both.

    These carriers are known:

    - a block between ``<think>`` and ``</think>``; likewise thinking, thought, reasoning and seed:think,
      ``[THINK]``, ``<|begin_of_thought|>``, ``<|START_THINKING|>`` and ``◁think▷``. There may be several
      blocks. Where an end comes without a beginning, because the prompt ended with the beginning, all
      before it is thinking. Where a beginning has no end, all of the text is.
    - the channels of the harmony format, ``<|channel|>analysis<|message|>…``: ``final`` is the answer,
      everything else is thinking. Without ``final`` there is no answer, and the thinking has no end.
    - the same, decoded without its special tokens: ``analysis…assistantfinal…``. Only a text that begins
      with the one word and has the other in it is read so; the last one counts.

    Marks directly between backticks, and blocks within a closed code fence outside of thinking, are text.
    Other marks that an answer speaks of, unquoted, are taken for the model's own; a text that was cut
    in the ``analysis`` of the third form cannot be told from an answer. What the marks enclose and the
    answer are stripped of space at both ends; nothing else is lost but the marks.
    """
    reasoning: list[str] = []
    answer, complete, marked = text, True, False
    # An answer is split again until it marks no thinking, so that it can be split once more without harm.
    while complete and (found := _channels(answer) or _decoded(answer) or _blocks(answer)):
        marked = True
        answer, complete = found.answer, found.complete
        reasoning += [found.reasoning] if found.reasoning else []
    return Thought("\n\n".join(reasoning), answer, complete) if marked else Thought(None, text, True)


def _blocks(text: str) -> Thought | None:
    """Take out blocks of thinking; None where there is no mark of any."""
    if not _MARK.search(text):
        return None
    thinking: list[str] = []
    answer: list[str] = []
    fences = _closed_fences(text)
    quoted: set[tuple[int, int]] = set()
    opened: str | None = None
    seen, at = False, 0
    for mark in _MARK.finditer(text):
        name, _, side = (mark.lastgroup or "").rpartition("_")
        fence = next((span for span in fences if span[0] < mark.start() < span[1]), None)
        if opened is None and fence and (side == "begins" or fence in quoted):
            quoted.add(fence)
        elif side == "begins" and opened is None:
            answer.append(text[at : mark.start()])
            opened = name
            seen, at = True, mark.end()
        elif side == "ends" and opened == name:
            thinking.append(text[at : mark.start()])
            opened = None
            seen, at = True, mark.end()
        elif side == "ends" and opened is None:
            # The beginning was not written: all before this was thinking.
            thinking += [*answer, text[at : mark.start()]]
            answer = []
            seen, at = True, mark.end()
    if not seen:
        return None
    if opened is not None:
        return Thought(_joined([*answer, *thinking, text[at:]]), "", False)
    answer.append(text[at:])
    return Thought(_joined(thinking), _joined([_AROUND_ANSWER.sub("", part) for part in answer]), True)


def _closed_fences(text: str) -> list[tuple[int, int]]:
    """Return where each code fence that has an end begins and ends."""
    found: list[tuple[int, int]] = []
    begun: re.Match[str] | None = None
    for line in _FENCE.finditer(text):
        if begun is None:
            begun = line
        elif line[1] == begun[1] and not line[2].strip():
            found.append((begun.start(), line.end()))
            begun = None
    return found


def _channels(text: str) -> Thought | None:
    """Read harmony channels; None where there are none."""
    if not _CHANNEL.search(text):
        return None
    thinking: list[str] = []
    answer: list[str] = []
    final = False
    for message in _MESSAGE_END.split(text):
        # A message may lack its end before the next one's channel.
        for part in re.split(r"(?=<\|channel\|>)", message):
            header = _MESSAGE.match(part)
            is_answer = header is not None and header[1] == "final"
            final = final or is_answer
            (answer if is_answer else thinking).append(part[header.end() :] if header else part)
    if not final:
        return Thought(_joined(thinking), "", False)
    return Thought(_joined(thinking), _joined(answer), True)


def _decoded(text: str) -> Thought | None:
    """Read harmony channels that lost their special tokens; None where there are none."""
    start = text.lstrip()
    if not start.startswith(_WORD_ANALYSIS) or _WORDS_FINAL not in start:
        return None
    thinking, _, answer = start.removeprefix(_WORD_ANALYSIS).rpartition(_WORDS_FINAL)
    return Thought(thinking.strip(), answer.strip(), True)


def _joined(parts: list[str]) -> str:
    return "\n\n".join(filter(None, (part.strip() for part in parts)))

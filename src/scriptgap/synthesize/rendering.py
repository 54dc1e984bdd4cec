"""Training rows as the text that a model sees, by the chat template of its own tokenizer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import TemplateError

from scriptgap.errors import UsageError
from scriptgap.synthesize.tokenizers import ChatTokenizer

Row = Mapping[str, Any]
Options = Mapping[str, Any]

# Stands in for an answer, to see what a template writes after one.
_PROBE = "ZQXJKVWYZQXJ"


@dataclass(frozen=True, slots=True)
class Rendered:
    """One training row as text.

    Attributes:
        prompt: What the model is asked with: all up to its reply, with the template's generation prompt.
        whole: What the model is trained on, which may not begin with `prompt`: templates can write a reply
            otherwise than they begin one.
        end: What the template writes after the answer; for a base model the token that ends a text.
        special: Whether the tokenizer adds its special tokens; chat templates write them themselves.
    """

    prompt: str
    whole: str
    end: str
    special: bool

    @property
    def shared(self) -> int:
        """Number of characters that `prompt` and `whole` begin with alike."""
        pairs = enumerate(zip(self.prompt, self.whole, strict=False))
        return next((at for at, (a, b) in pairs if a != b), min(len(self.prompt), len(self.whole)))

    @property
    def answer_end(self) -> int:
        """Where in `whole` the answer ends."""
        return len(self.whole.removesuffix(self.end))

    def token_ids(self, tokenizer: ChatTokenizer, text: str) -> list[int]:
        """Tokenise `text`, a beginning of this row, as the row is."""
        return token_ids(tokenizer, text, self.special)


def render(
    tokenizer: ChatTokenizer, rows: Sequence[Row], options: Options | None = None
) -> Iterator[Rendered]:
    """Render each row.

    Args:
        tokenizer: The tokenizer of the model to train, with its chat template.
        rows: What `export.export_rows` made, or the same read back from JSON Lines.
        options: Further variables of the chat template, such as ``enable_thinking``.

    Raises:
        UsageError: The rows are conversations and the tokenizer has no chat template that writes them, or
            they are texts and it has no token that ends one.
    """
    ends: dict[bool, str] = {}
    for row in rows:
        text = is_completion(row)
        if text not in ends:
            ends[text] = _end_of_text(tokenizer) if text else _end_of_turn(tokenizer, options or {})
        if text:
            yield Rendered(row["prompt"], row["prompt"] + row["completion"] + ends[text], ends[text], True)
        else:
            yield render_messages(tokenizer, row["messages"], ends[text], options or {})


def render_messages(
    tokenizer: ChatTokenizer, messages: Sequence[Mapping[str, Any]], end: str, options: Options
) -> Rendered:
    """Render a conversation whose last message is the reply to train."""
    # Tables fill in the keys that only some messages have.
    turns = [{key: value for key, value in turn.items() if value is not None} for turn in messages]
    prompt = _apply(tokenizer, turns[:-1], options, add_generation_prompt=True)
    return Rendered(prompt, _apply(tokenizer, turns, options), end, False)


def is_completion(row: Row) -> bool:
    """Whether `row` is one text for a base model, not a conversation."""
    return "completion" in row


def token_ids(tokenizer: ChatTokenizer, text: str, special: bool) -> list[int]:
    """Tokenise `text`, with or without the special tokens that the tokenizer adds."""
    ids: list[int] = tokenizer(text, add_special_tokens=special, verbose=False)["input_ids"]
    return ids


def _apply(
    tokenizer: ChatTokenizer,
    turns: list[dict[str, str]],
    options: Options,
    add_generation_prompt: bool = False,
) -> str:
    try:
        text: str = tokenizer.apply_chat_template(
            turns, tokenize=False, add_generation_prompt=add_generation_prompt, **options
        )
    except TemplateError as error:
        raise UsageError(
            f"the chat template refuses a conversation ({error}); give the tokenizer another"
        ) from None
    return text


def _end_of_text(tokenizer: ChatTokenizer) -> str:
    if not tokenizer.eos_token:
        raise UsageError("the tokenizer has no token that ends a text (eos_token); set one")
    return tokenizer.eos_token


def _end_of_turn(tokenizer: ChatTokenizer, options: Options) -> str:
    if not tokenizer.chat_template:
        raise UsageError(
            "the model has no chat template; export with form completion, or give its tokenizer one"
        )
    probe = [{"role": "user", "content": "?"}, {"role": "assistant", "content": _PROBE}]
    _, found, end = _apply(tokenizer, probe, options).rpartition(_PROBE)
    if not found:
        raise UsageError(
            "the chat template does not write the assistant's answer; give the tokenizer another"
        )
    return end

"""Which tokens of a training row carry loss, found from the text that each token covers."""

from collections.abc import Sequence
from dataclasses import dataclass

from scriptgap.errors import UsageError
from scriptgap.synthesize.export import CLOSE, OPEN
from scriptgap.synthesize.rendering import Options, Rendered, Row, render
from scriptgap.synthesize.tokenizers import ChatTokenizer

IGNORED = -100
"""The label of a token that carries no loss, as PyTorch's cross-entropy has it."""


@dataclass(frozen=True, slots=True)
class LossMask:
    """One training row in tokens.

    Attributes:
        sample_id: The row's name.
        ids: Token ids of the whole row, prompt and reply.
        pieces: The text of each token. Where several tokens make one character, the first has it and the
            others are empty.
        trained: Whether each token carries loss.
    """

    sample_id: str
    ids: tuple[int, ...]
    pieces: tuple[str, ...]
    trained: tuple[bool, ...]

    @property
    def labels(self) -> list[int]:
        """The token ids that carry loss, `IGNORED` in place of the others."""
        return [token if kept else IGNORED for token, kept in zip(self.ids, self.trained, strict=True)]


def loss_masks(
    tokenizer: ChatTokenizer, rows: Sequence[Row], options: Options | None = None
) -> list[LossMask]:
    """Mark the tokens of each row that carry loss: those that the model has to write itself.

    These are the tokens after the generation prompt, up to and with the one that ends the turn. Marks of
    thinking are among them unless the generation prompt writes them. Where the row does not go on as the
    generation prompt ends, the loss begins where they part, before any mark of thinking. A token that
    reaches across either bound carries no loss. `mask_check.check_masks` refuses rows of both kinds.

    Args:
        tokenizer: The tokenizer of the model to train, with its chat template.
        rows: What `export.export_rows` made, or the same read back from JSON Lines.
        options: Further variables of the chat template, such as ``enable_thinking``.

    Raises:
        UsageError: The rows are conversations and the tokenizer has no chat template that writes them, they
            are texts and it has no token that ends one, or it does not tell which text a token covers.
    """
    if not tokenizer.is_fast:
        raise UsageError("the tokenizer does not tell which text a token covers; use its fast version")
    return [
        _mask(tokenizer, row, text) for row, text in zip(rows, render(tokenizer, rows, options), strict=True)
    ]


def _mask(tokenizer: ChatTokenizer, row: Row, text: Rendered) -> LossMask:
    encoded = tokenizer(
        text.whole, add_special_tokens=text.special, return_offsets_mapping=True, verbose=False
    )
    spans = encoded["offset_mapping"]
    start = min(_start(text), text.answer_end)
    # Line breaks after the end of the turn are the template's, not the model's.
    ends = (b for a, b in spans if a >= text.answer_end and text.whole[a:b].strip())
    stop = next(ends, text.answer_end)
    pieces, at = [], 0
    for a, b in spans:
        pieces.append(text.whole[max(a, at) : b])
        at = max(at, b)
    trained = tuple(start <= a and start < b <= stop for a, b in spans)
    return LossMask(str(row["sample_id"]), tuple(encoded["input_ids"]), tuple(pieces), trained)


def _start(text: Rendered) -> int:
    if text.whole.startswith(text.prompt):
        return len(text.prompt)
    opened, closed = (text.whole.rfind(mark, 0, text.shared) for mark in (OPEN, CLOSE))
    return opened if opened > closed else text.shared

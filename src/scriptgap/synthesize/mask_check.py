"""The proof that loss masks train the reasoning, the answer and the end of the turn, and nothing else."""

import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence

from scriptgap.errors import UsageError
from scriptgap.scoring.reasoning import split_reasoning
from scriptgap.synthesize.export import CLOSE, OPEN, thought_of
from scriptgap.synthesize.masks import LossMask
from scriptgap.synthesize.rendering import (
    Options,
    Rendered,
    Row,
    is_completion,
    render,
    render_messages,
    token_ids,
)
from scriptgap.synthesize.tokenizers import ChatTokenizer

_SHOWN = 30
"""So many characters of a prompt's end are quoted."""


def check_masks(
    tokenizer: ChatTokenizer, rows: Sequence[Row], masks: Sequence[LossMask], options: Options | None = None
) -> None:
    """Prove that `masks` train the reasoning, the answer and the end of the turn of every row, and no more.

    Args:
        tokenizer: As in `masks.loss_masks`.
        rows: As in `masks.loss_masks`.
        masks: Of the same rows, however they were made; tokens of padding may follow.
        options: As in `masks.loss_masks`.

    Raises:
        UsageError: The rows cannot be rendered, or some mask is wrong; the message has the commonest fault,
            the number of rows that have it, and the first of them.
    """
    faults = mask_faults(tokenizer, rows, masks, options)
    if faults:
        fault, count = Counter(fault for _, fault in faults).most_common(1)[0]
        first = next(sample_id for sample_id, found in faults if found == fault)
        raise UsageError(f"{count} of {len(rows)} training rows, the first {first}: {fault}")


def mask_faults(
    tokenizer: ChatTokenizer, rows: Sequence[Row], masks: Sequence[LossMask], options: Options | None = None
) -> list[tuple[str, str]]:
    """Return what `check_masks` objects to, as (sample_id, fault): the first fault of each row that has one.

    Nothing that `masks.loss_masks` found out is relied on. The tokens before the loss must be those that the
    model is asked with. The tokens with loss must be one run whose last is the special token after the
    answer, and whose text, read as `measure` reads a reply, gives the reasoning and the answer of the row.

    Raises:
        UsageError: The rows cannot be rendered.
    """
    added = tokenizer.added_tokens_decoder
    special = {*tokenizer.all_special_ids, *(token for token, made in added.items() if made.special)}
    faults = []
    for row, text, mask in zip(rows, render(tokenizer, rows, options), masks, strict=True):
        fault = (
            _of_tokens(tokenizer, text, mask)
            or _of_prompt(tokenizer, row, text, mask, options or {})
            or _of_end(tokenizer, text, mask, special)
            or _of_reply(tokenizer, row, text, mask, options or {})
        )
        if fault:
            faults.append((str(row["sample_id"]), fault))
    return faults


def _run(mask: LossMask) -> tuple[int, int]:
    """Return the places of the first and the last token that carry loss."""
    return mask.trained.index(True), len(mask.trained) - 1 - mask.trained[::-1].index(True)


def _of_tokens(tokenizer: ChatTokenizer, text: Rendered, mask: LossMask) -> str | None:
    whole = text.token_ids(tokenizer, text.whole)
    if list(mask.ids[: len(whole)]) != whole or {*mask.ids[len(whole) :]} - {tokenizer.pad_token_id}:
        return "the tokens are not those of the row as the template renders it"
    if True not in mask.trained:
        return "no token carries loss"
    if any(mask.trained[len(whole) :]):
        return "padding carries loss"
    first, last = _run(mask)
    return None if all(mask.trained[first : last + 1]) else "some tokens within the reply carry no loss"


def _of_prompt(
    tokenizer: ChatTokenizer, row: Row, text: Rendered, mask: LossMask, options: Options
) -> str | None:
    if not text.whole.startswith(text.prompt):
        return _asked_otherwise(tokenizer, row, text, options)
    asked = text.token_ids(tokenizer, text.prompt)
    for place, (token, other) in enumerate(zip(asked, mask.ids, strict=False)):
        if token != other:
            return (
                f"the end of the prompt, from {mask.pieces[place]!r} on, is made of other tokens where the "
                "reply follows: one reaches into the reply, or is split before it"
            )
    first, _ = _run(mask)
    if first < len(asked):
        return f"tokens of the prompt or of the template's header carry loss: {len(asked) - first} of them"
    if first > len(asked):
        return f"tokens at the beginning of the reply carry no loss: {first - len(asked)} of them"
    return None


def _of_end(tokenizer: ChatTokenizer, text: Rendered, mask: LossMask, special: Collection[int]) -> str | None:
    end = text.end.strip()
    if not end:
        return "the template does not end the assistant's turn, so that the model would not learn to stop"
    stop = next(
        token for token in token_ids(tokenizer, text.end, False) if _decoded(tokenizer, [token]).strip()
    )
    if stop not in special:
        return f"the end of the turn, {end!r}, is no special token, so that no server would stop at it"
    first, last = _run(mask)
    if stop in mask.ids[first:last]:
        return f"the token that ends the turn, {end!r}, stands within the reply"
    if mask.ids[last] != stop or not text.whole.endswith(text.end):
        return f"the token that ends the turn, {end!r}, is not the last that carries loss"
    return None


def _of_reply(
    tokenizer: ChatTokenizer, row: Row, text: Rendered, mask: LossMask, options: Options
) -> str | None:
    first, last = _run(mask)
    # Decoded after the prompt: some tokenizers drop a space at the beginning of a text.
    before = _decoded(tokenizer, mask.ids[:first])
    trained = _decoded(tokenizer, mask.ids[:last]).removeprefix(before)
    if _folded(trained) != _folded(text.whole[len(text.prompt) : text.answer_end]):
        return "the text of the tokens with loss is not the reply as the template renders it"
    told, read = thought_of(row), split_reasoning(trained)
    if told.reasoning and _folded(told.reasoning) not in _folded(trained):
        return f"the template drops the reasoning; {_mend(tokenizer, row, text.end, options)}"
    if (_folded(read.reasoning or ""), _folded(read.answer)) != (
        _folded(told.reasoning or ""),
        _folded(told.answer),
    ):
        return "as `measure` reads the reply, reasoning and answer are not those of the row; " + _mend(
            tokenizer, row, text.end, options
        )
    return None


def _decoded(tokenizer: ChatTokenizer, ids: Sequence[int]) -> str:
    text: str = tokenizer.decode(list(ids), skip_special_tokens=False, clean_up_tokenization_spaces=False)
    return text


def _folded(text: str) -> str:
    # A tokenizer may write a text in NFC.
    return unicodedata.normalize("NFC", text).strip()


def _asked_otherwise(tokenizer: ChatTokenizer, row: Row, text: Rendered, options: Options) -> str:
    asked = text.prompt[max(0, text.shared - _SHOWN) :]
    fault = f"the model would be asked with a prompt that ends in {asked!r}, and the row does not go on so"
    for thinking in (True, False):
        chosen = {**options, "enable_thinking": thinking}
        other = render_messages(tokenizer, row["messages"], text.end, chosen)
        if other.whole.startswith(other.prompt):
            return f"{fault}; train and ask with the template option enable_thinking={thinking}"
    return f"{fault}; {_mend(tokenizer, row, text.end, options)}"


def _mend(tokenizer: ChatTokenizer, row: Row, end: str, options: Options) -> str:
    """Name the form of the row that the template keeps whole, if there is one."""
    told = thought_of(row)
    if not is_completion(row) and told.reasoning:
        *before, reply = row["messages"]
        if reply.get("reasoning_content"):
            form, content = "inline", {"content": f"{OPEN}\n{told.reasoning}\n{CLOSE}\n\n{told.answer}"}
        else:
            form, content = "messages", {"content": told.answer, "reasoning_content": told.reasoning}
        text = render_messages(tokenizer, [*before, {"role": "assistant", **content}], end, options)
        if text.whole.startswith(text.prompt) and told.reasoning in text.whole[len(text.prompt) :]:
            return f"export with form {form}"
    return "give the tokenizer another chat template"

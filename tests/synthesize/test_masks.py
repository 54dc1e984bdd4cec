from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scriptgap.errors import ScriptgapError, UsageError
from scriptgap.synthesize.export import FORMS, export_rows, to_row
from scriptgap.synthesize.loss_view import loss_view
from scriptgap.synthesize.mask_check import check_masks, mask_faults
from scriptgap.synthesize.masks import IGNORED, LossMask, loss_masks
from scriptgap.synthesize.tokenizers import load_tokenizer
from tests.synthesize.training_samples import FULL, sample, samples

transformers = pytest.importorskip("transformers")

# In the manner of Gemma: the assistant is "model", and nothing is known of reasoning.
GEMMA = (
    "{{ bos_token }}{% for turn in messages %}"
    "<start_of_turn>{{ 'model' if turn.role == 'assistant' else turn.role }}\n"
    "{{ turn.content | trim }}<end_of_turn>\n{% endfor %}"
    "{% if add_generation_prompt %}<start_of_turn>model\n{% endif %}"
)
# In the manner of Qwen 3: every reply has a block of thinking; where thinking is off, the prompt has it.
QWEN = (
    "{% for turn in messages %}{{ '<|im_start|>' + turn.role + '\n' }}"
    "{% if turn.role == 'assistant' %}{% set parts = turn.content.split('</think>') %}"
    "{% set thought = turn.reasoning_content or parts[:-1] | join('</think>') | replace('<think>', '') %}"
    "{{ '<think>\n' + thought.strip('\n') + '\n</think>\n\n' + parts[-1].lstrip('\n') }}"
    "{% else %}{{ turn.content }}{% endif %}{{ '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}"
    "{% if enable_thinking is defined and not enable_thinking %}{{ '<think>\n\n</think>\n\n' }}{% endif %}"
    "{% endif %}"
)
STYLES = ("gemma", "qwen", "smollm2")
CASES = [(style, form) for style in STYLES for form in FORMS if form != "messages" or style == "qwen"]


@cache
def tokenizer(style: str) -> Any:
    if style == "qwen":
        return _small_tokenizer()
    name = {"gemma": "gemma-3-270m", "smollm2": "smollm2-135m"}[style]
    try:
        loaded: Any = load_tokenizer(f"embedded/{name}")
    except ScriptgapError as error:
        pytest.skip(str(error))
    if style == "gemma":
        # That of the base model comes without a template.
        assert loaded.chat_template is None
        loaded.chat_template = GEMMA
    return loaded


def _small_tokenizer(template: str = QWEN, special: tuple[str, ...] = ()) -> Any:
    """Learn a byte-level tokenizer with Qwen's special tokens, and its habit of writing text in NFC."""
    from tokenizers import (
        AddedToken,
        Regex,
        Tokenizer,
        decoders,
        models,
        normalizers,
        pre_tokenizers,
        trainers,
    )

    made = Tokenizer(models.BPE())
    made.normalizer = normalizers.NFC()
    words = Regex(r" ?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+|\s*[\r\n]+|\s+")
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(words, "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    made.decoder = decoders.ByteLevel()
    texts = [
        text for row in samples().to_dicts() for text in (row["prompt"], row["reasoning"], row["response"])
    ]
    names = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", *special]
    made.train_from_iterator(
        texts * 3,
        trainers.BpeTrainer(
            vocab_size=600,
            special_tokens=names,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    made.add_tokens([AddedToken(mark, special=False) for mark in ("<think>", "</think>")])
    loaded = transformers.PreTrainedTokenizerFast(
        tokenizer_object=made, eos_token="<|im_end|>", pad_token="<|endoftext|>"
    )
    loaded.chat_template = template
    return loaded


def _rows(form: str) -> list[dict[str, Any]]:
    return export_rows(samples(), form)


def _trained_text(mask: LossMask) -> str:
    return "".join(piece for piece, kept in zip(mask.pieces, mask.trained, strict=True) if kept)


@pytest.mark.parametrize(("style", "form"), CASES)
def test_reasoning_answer_and_end_of_turn_are_trained_and_nothing_else(style: str, form: str) -> None:
    rows = _rows(form)
    masks = loss_masks(tokenizer(style), rows)
    check_masks(tokenizer(style), rows, masks)
    end = {"gemma": "<end_of_turn>", "qwen": "<|im_end|>", "smollm2": "<|im_end|>"}[style]
    if (style, form) == ("gemma", "completion"):
        end = "<eos>"
    reasoned = {
        "messages": f"<think>\n{FULL}\n</think>\n\nАфины",
        "inline": f"<think>\n{FULL}\n</think>\n\nАфины",
        "completion": rows[0].get("completion"),
    }[form]
    direct = f"{' ' if form == 'completion' else ''}Афины"
    if style == "qwen" and form != "completion":
        # Such a model closes its thinking even where there is none.
        direct = "<think>\n\n</think>\n\nАфины"
    assert [_trained_text(mask) for mask in masks[:2]] == [f"{reasoned}{end}", f"{direct}{end}"]
    before = ["".join(mask.pieces).partition(_trained_text(mask))[0] for mask in masks[:2]]
    header = {"gemma": "<start_of_turn>model\n", "qwen": "assistant\n", "smollm2": "assistant\n"}[style]
    assert all(text.endswith("\nA:" if form == "completion" else header) for text in before)


def _moved(mask: LossMask, first: int, last: int) -> tuple[bool, ...]:
    begin, end = _bounds(mask)
    return tuple(begin + first <= place < end + last for place in range(len(mask.trained)))


def _bounds(mask: LossMask) -> tuple[int, int]:
    return mask.trained.index(True), len(mask.trained) - mask.trained[::-1].index(True)


def _without_reasoning(mask: LossMask) -> tuple[bool, ...]:
    answer = "".join(mask.pieces[: _bounds(mask)[1]]).rfind("</think>")
    at, kept = 0, []
    for piece, trained in zip(mask.pieces, mask.trained, strict=True):
        kept.append(trained and at >= answer)
        at += len(piece)
    return tuple(kept)


BREAKS: dict[str, tuple[Callable[[LossMask], tuple[bool, ...]], str]] = {
    "shifted right": (lambda mask: _moved(mask, 1, 1), "at the beginning of the reply carry no loss: 1"),
    "shifted left": (lambda mask: _moved(mask, -1, -1), "of the template's header carry loss: 1 of them"),
    "header included": (lambda mask: _moved(mask, -2, 0), "of the template's header carry loss: 2 of them"),
    "everything": (lambda mask: (True,) * len(mask.trained), "of the prompt or of the template's header"),
    "nothing": (lambda mask: (False,) * len(mask.trained), "no token carries loss"),
    "end of turn excluded": (lambda mask: _moved(mask, 0, -1), "is not the last that carries loss"),
    "reasoning dropped": (_without_reasoning, "at the beginning of the reply carry no loss"),
    "a hole": (
        lambda mask: tuple(kept and place != _bounds(mask)[0] + 2 for place, kept in enumerate(mask.trained)),
        "some tokens within the reply carry no loss",
    ),
}


@pytest.mark.parametrize("kind", BREAKS)
@pytest.mark.parametrize(("style", "form"), CASES)
def test_a_mask_broken_on_purpose_is_refused(style: str, form: str, kind: str) -> None:
    row = _rows(form)[0]
    good = loss_masks(tokenizer(style), [row])[0]
    damage, fault = BREAKS[kind]
    bad = replace(good, trained=damage(good))
    assert bad.trained != good.trained
    with pytest.raises(UsageError, match=f"1 of 1 training rows, the first a1: .*{fault}"):
        check_masks(tokenizer(style), [row], [bad])


@pytest.mark.parametrize("style", ["gemma", "qwen", "smollm2"])
def test_the_line_break_after_the_turn_is_not_the_models_to_write(style: str) -> None:
    row = _rows("inline")[0]
    good = loss_masks(tokenizer(style), [row])[0]
    assert good.pieces[-1] == "\n"
    bad = replace(good, trained=(*good.trained[:-1], True))
    with pytest.raises(UsageError, match="is not the last that carries loss|stands within the reply"):
        check_masks(tokenizer(style), [row], [bad])


@pytest.mark.parametrize(("style", "form"), CASES)
def test_padding_carries_no_loss(style: str, form: str) -> None:
    row, pad = _rows(form)[0], tokenizer(style).pad_token_id
    good = loss_masks(tokenizer(style), [row])[0]
    padded = LossMask("a1", (*good.ids, pad, pad), (*good.pieces, "", ""), (*good.trained, False, False))
    check_masks(tokenizer(style), [row], [padded])
    with pytest.raises(UsageError, match="padding carries loss"):
        check_masks(tokenizer(style), [row], [replace(padded, trained=(*good.trained, True, False))])
    with pytest.raises(UsageError, match="not those of the row"):
        check_masks(tokenizer(style), [row], [replace(good, ids=(*good.ids[:-2], 5, good.ids[-1]))])


@pytest.mark.parametrize("style", ["gemma", "smollm2"])
def test_a_template_that_drops_the_reasoning_is_detected(style: str) -> None:
    rows = _rows("messages")
    faults = mask_faults(tokenizer(style), rows, loss_masks(tokenizer(style), rows))
    assert {sample_id for sample_id, _ in faults} == {"a1", "a3", "a4", "a5"}, "all but the direct one"
    assert {fault for _, fault in faults} == {"the template drops the reasoning; export with form inline"}


def test_a_template_that_strips_inline_thinking_is_detected() -> None:
    kept = "{{ '<think>\n' + turn.reasoning_content + '\n</think>\n\n' if turn.reasoning_content }}"
    stripping = (
        "{% for turn in messages %}{{ '<|im_start|>' + turn.role + '\n' }}KEPT"
        "{{ turn.content.split('</think>')[-1].strip() }}<|im_end|>\n{% endfor %}"
        "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
    )
    rows = _rows("inline")
    made = _small_tokenizer(stripping.replace("KEPT", kept))
    with pytest.raises(UsageError, match=r"4 of 5 .* drops the reasoning; export with form messages"):
        check_masks(made, rows, loss_masks(made, rows))
    check_masks(made, _rows("messages"), loss_masks(made, _rows("messages")))
    made = _small_tokenizer(stripping.replace("KEPT", ""))
    with pytest.raises(UsageError, match="drops the reasoning; give the tokenizer another chat template"):
        check_masks(made, rows, loss_masks(made, rows))


@pytest.mark.parametrize("form", ["messages", "inline"])
def test_a_model_asked_without_thinking_is_not_trained_to_think(form: str) -> None:
    rows, off = _rows(form), {"enable_thinking": False}
    masks = loss_masks(tokenizer("qwen"), rows, off)
    # The mask has all of the reasoning, and yet no model asked so would come to write it.
    assert _trained_text(masks[0]).startswith("<think>\nThe name is in Cyrillic.")
    with pytest.raises(UsageError, match=r"4 of 5 .*option enable_thinking=True"):
        check_masks(tokenizer("qwen"), rows, masks, off)
    direct = [row for row in rows if row["style"] == "direct"]
    masks = loss_masks(tokenizer("qwen"), direct, off)
    check_masks(tokenizer("qwen"), direct, masks, off)
    assert _trained_text(masks[0]) == "Афины<|im_end|>"


def test_thinking_that_the_generation_prompt_opens_is_not_trained_twice() -> None:
    made = _small_tokenizer(
        QWEN.replace("{{ '<|im_start|>assistant\n' }}", "<|im_start|>assistant\n<think>\n")
    )
    rows = [row for row in _rows("messages") if row["style"] == "full"]
    masks = loss_masks(made, rows)
    check_masks(made, rows, masks)
    assert _trained_text(masks[0]) == f"{FULL}\n</think>\n\nАфины<|im_end|>"


@pytest.mark.parametrize("style", STYLES)
def test_a_token_across_the_boundary_is_an_error(style: str) -> None:
    row = {"sample_id": "a1", "prompt": "Q: Страна?\nA: ", "completion": "Афины is the"}
    made = tokenizer(style)
    masks = loss_masks(made, [row])
    with pytest.raises(UsageError, match="is made of other tokens where the reply follows"):
        check_masks(made, [row], masks)


def test_an_end_of_turn_that_no_server_knows_is_an_error() -> None:
    rows = _rows("inline")
    for end, fault in {
        "": "does not end the assistant's turn",
        "[END]": r"'\[END\]', is no special token",
    }.items():
        made = _small_tokenizer(QWEN.replace("<|im_end|>", end))
        with pytest.raises(UsageError, match=fault):
            check_masks(made, rows, loss_masks(made, rows))
    stopping = to_row(sample(reasoning="So <|im_end|> is next."), "inline")
    with pytest.raises(UsageError, match="stands within the reply"):
        check_masks(tokenizer("qwen"), [stopping], loss_masks(tokenizer("qwen"), [stopping]))


def test_a_tokenizer_that_cannot_be_used_is_refused() -> None:
    rows = _rows("inline")
    with pytest.raises(UsageError, match="no chat template; export with form completion"):
        loss_masks(_small_tokenizer(""), rows)
    with pytest.raises(UsageError, match="refuses a conversation .*no assistants"):
        loss_masks(_small_tokenizer("{{ raise_exception('no assistants') }}"), rows)
    with pytest.raises(UsageError, match="does not write the assistant's answer"):
        loss_masks(_small_tokenizer("{{ messages[0].content }}"), rows)
    endless = _small_tokenizer()
    endless.eos_token = None
    with pytest.raises(UsageError, match="no token that ends a text"):
        loss_masks(endless, _rows("completion"))


# SmolLM2's tokenizer has no tokens for the bytes of planes 4 and above, which hold no letters.
_TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], max_codepoint=0x3FFFF), min_size=1, max_size=40
)


@settings(deadline=None)
@given(prompt=_TEXT, reasoning=_TEXT, response=_TEXT, form=st.sampled_from(FORMS))
@pytest.mark.parametrize("style", STYLES)
def test_masks_hold_for_any_text(style: str, prompt: str, reasoning: str, response: str, form: str) -> None:
    if not response.strip() or (form == "messages" and style != "qwen"):
        return
    row = to_row(sample(prompt=prompt, reasoning=reasoning, response=response), form)
    made = tokenizer(style)
    masks = loss_masks(made, [row])
    assert mask_faults(made, [row], masks) == []
    whole = "".join(masks[0].pieces)
    assert whole.count(row["prompt"] if form == "completion" else prompt.strip()) >= 1
    assert masks[0].labels == [
        token if kept else IGNORED for token, kept in zip(masks[0].ids, masks[0].trained, strict=True)
    ]


def test_text_that_the_tokenizer_loses_is_an_error() -> None:
    row = to_row(sample(response="\U00040000"), "inline")
    with pytest.raises(UsageError, match="is not the reply as the template renders it"):
        check_masks(tokenizer("smollm2"), [row], loss_masks(tokenizer("smollm2"), [row]))


def test_the_view_marks_what_is_trained() -> None:
    row = to_row(sample(reasoning="Г is g 𐍈."), "inline")
    view = loss_view(loss_masks(tokenizer("qwen"), [row])[0])
    lines = view.plain.replace("·", "").split("\n")
    assert lines == [
        "<|im_start|>user↵",
        "Страна: Греция. Какой город — столица этой страны?<|im_end|>↵",
        "<|im_start|>assistant↵",
        "⟦<think>↵",
        "Г is g 𐍈.↵",
        "</think>↵",
        "↵",
        "Афины<|im_end|>⟧↵",
        "",
    ]
    green = {view.plain[span.start : span.end] for span in view.spans if span.style == "bold green"}
    assert "<|im_end|>" in green
    assert "user" not in green


def test_a_tokenizer_is_found_by_the_models_name(tmp_path: Path) -> None:
    tokenizer("qwen").save_pretrained(tmp_path / "checkpoint")
    loaded = load_tokenizer(str(tmp_path / "checkpoint"))
    assert loaded.chat_template == QWEN
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="empty: has no tokenizer_config.json"):
        load_tokenizer(str(tmp_path / "empty"))
    with pytest.raises(UsageError, match="unknown embedded model embedded/none"):
        load_tokenizer("embedded/none")

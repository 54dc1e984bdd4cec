import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from inspect_ai.model import ChatMessageUser, GenerateConfig

from scriptgap.measure.checkpoint import NOTE
from scriptgap.measure.models import is_base, load
from scriptgap.measure.prompts import as_text, base_template
from scriptgap.measure.run import measure

pytest.importorskip("transformers")
pytest.importorskip("torch")

from tokenizers.processors import ByteLevel
from transformers import AutoTokenizer, GenerationConfig

from tests.train.tiny_model import save_tiny_model

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A checkpoint without a GGUF file, of a base model with random weights."""
    made = save_tiny_model(tmp_path / "model")
    asked = {"chat": False, "shots": 0, "max_tokens": 8}
    (made / NOTE).write_text(json.dumps({"asked": asked}), encoding="utf-8")
    tokenizer = AutoTokenizer.from_pretrained(made)
    tokenizer.chat_template = base_template(tokenizer)
    tokenizer.save_pretrained(made)
    return made


def test_greedy_answers_are_the_same_again_and_cut_ones_not_counted(
    tiny: pl.DataFrame, tmp_path: Path, folder: Path
) -> None:
    one, two = (
        measure(tiny, str(folder), tmp_path / name, ["plain"]).observations for name in ("one", "two")
    )
    assert one.height > 2
    assert one["response"].to_list() == two["response"].to_list()
    # Random weights write no end: each answer has all the tokens it may have.
    assert set(one["stop_reason"]) == {"max_tokens"}
    assert one["correct"].null_count() == one.height
    assert not any("\ue000" in text for text in one["response"])


def test_answers_that_end_are_counted_though_others_of_their_batch_are_cut(
    tiny: pl.DataFrame, tmp_path: Path, folder: Path
) -> None:
    tokenizer = AutoTokenizer.from_pretrained(folder)
    whole = measure(tiny, str(folder), tmp_path / "whole", ["plain"]).observations
    written = [tokenizer(text, add_special_tokens=False)["input_ids"] for text in whole["response"]]
    # Only of a text that reads back as it was written is it known which tokens it has.
    known = ["\N{REPLACEMENT CHARACTER}" not in text for text in whole["response"]]
    end = next(ids[1] for ids, sure in zip(written, known, strict=True) if sure and len(ids) == 8)
    other = shutil.copytree(folder, tmp_path / "other")  # Inspect keeps loaded models
    GenerationConfig(eos_token_id=[1, end], pad_token_id=0, bos_token_id=2).save_pretrained(other)
    seen = measure(tiny, str(other), tmp_path / "run", ["plain"]).observations
    assert set(seen["stop_reason"]) == {"stop", "max_tokens"}
    for row, ids, sure in zip(seen.iter_rows(named=True), written, known, strict=True):
        if sure:
            assert (row["stop_reason"] == "stop") == (end in ids)
        assert row["correct"] is (False if row["stop_reason"] == "stop" else None)


def test_several_answers_are_sampled(folder: Path) -> None:
    model = load(str(folder), temperature=1.0)
    texts = {
        asyncio.run(
            model.generate([ChatMessageUser(content="Q")], config=GenerateConfig(temperature=1.0))
        ).completion
        for _ in range(2)
    }
    assert len(texts) == 2


def test_a_prompt_begins_once(folder: Path) -> None:
    api: Any = load(str(folder)).api
    prompt = api.hf_chat([ChatMessageUser(content="Question?")], [])
    assert prompt.startswith(api.tokenizer.bos_token)
    ids = api.tokenizer(prompt, **api.tokenizer_call_args)["input_ids"]
    assert ids.count(api.tokenizer.bos_token_id) == 1


def test_a_model_without_a_chat_template_is_asked_as_a_base_model(tmp_path: Path) -> None:
    bare = save_tiny_model(tmp_path / "bare")
    assert is_base(str(bare))
    model = load(str(bare))
    api: Any = model.api
    question = [ChatMessageUser(content="Question?")]
    assert api.hf_chat(question, []) == as_text(question)
    # The tokenizer's own beginning, once.
    ids = api.tokenizer(as_text(question), **api.tokenizer_call_args)["input_ids"]
    assert ids.count(api.tokenizer.bos_token_id) == 1
    given = api.model.generation_config
    (newline,) = api.tokenizer("\n", add_special_tokens=False)["input_ids"]
    assert given.eos_token_id == sorted([1, newline])
    assert model.config.max_tokens == 64
    config = GenerateConfig(temperature=0, max_tokens=8)
    assert asyncio.run(model.generate(question, config=config)).stop_reason == "max_tokens"
    given.suppress_tokens = [token for token in range(len(api.tokenizer)) if token != newline]
    line = asyncio.run(model.generate(question, config=config))
    assert (line.completion, line.stop_reason) == ("", "stop")
    assert line.usage is not None
    assert line.usage.output_tokens == 1
    tokenizer = AutoTokenizer.from_pretrained(bare)
    tokenizer.chat_template = base_template(tokenizer)
    tokenizer.save_pretrained(bare)
    assert not is_base(str(bare))


def test_the_template_begins_a_text_only_where_the_tokenizer_does(tmp_path: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(save_tiny_model(tmp_path / "bare"))
    conversation = [{"role": "user", "content": "Question?"}]
    text = as_text([ChatMessageUser(content="Question?")])
    for before in (tokenizer.bos_token, ""):
        tokenizer.chat_template = base_template(tokenizer)
        assert tokenizer.apply_chat_template(conversation, tokenize=False) == before + text
        tokenizer.backend_tokenizer.post_processor = ByteLevel()


def test_a_models_own_settings_do_not_weigh_on_its_answers(tmp_path: Path) -> None:
    folder = save_tiny_model(tmp_path / "model")
    GenerationConfig(repetition_penalty=1.5, num_beams=2, top_k=50, bos_token_id=2).save_pretrained(folder)
    own = load(str(folder)).api.model.generation_config  # type: ignore[attr-defined]
    assert (own.repetition_penalty, own.num_beams, own.top_k) == (1.0, 1, 0)
    # Settings without an end take the tokenizer's.
    assert 1 in own.eos_token_id

"""The loss masks beside those of TRL, and with the chat templates that TRL has of well-known models."""

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from scriptgap.errors import UsageError
from scriptgap.synthesize.export import export_rows
from scriptgap.synthesize.mask_check import check_masks
from scriptgap.synthesize.masks import IGNORED, LossMask, loss_masks
from tests.synthesize.test_masks import CASES, STYLES, tokenizer
from tests.synthesize.training_samples import samples

trl = pytest.importorskip("trl")
datasets = pytest.importorskip("datasets")
torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

TEMPLATES = Path(trl.__file__).parent / "chat_templates"


def _trainer(rows: Sequence[dict[str, Any]], made: Any, folder: Path, **options: Any) -> Any:
    config = transformers.LlamaConfig(
        vocab_size=len(made),
        hidden_size=8,
        intermediate_size=8,
        num_hidden_layers=1,
        num_attention_heads=1,
        num_key_value_heads=1,
        tie_word_embeddings=True,
    )
    options = {"max_length": None, "per_device_train_batch_size": len(rows), **options}
    return trl.SFTTrainer(
        model=transformers.LlamaForCausalLM(config),
        args=trl.SFTConfig(output_dir=str(folder), report_to=[], use_cpu=True, bf16=False, **options),
        train_dataset=datasets.Dataset.from_list(list(rows)),
        processing_class=copy.deepcopy(made),
    )


def _as_trl_has_them(trainer: Any) -> list[tuple[list[int], list[int]]]:
    return [(row["input_ids"], row["labels"]) for row in trainer.train_dataset]


def _with_line_break(mask: LossMask) -> tuple[list[int], list[int]]:
    """TRL trains the template's line break after the turn, which the model never gets to write."""
    labels = mask.labels
    if mask.pieces[-1] == "\n":
        labels[-1] = mask.ids[-1]
    return list(mask.ids), labels


@pytest.mark.parametrize(("style", "form"), CASES)
def test_trl_trains_the_same_tokens_of_prompt_and_completion(style: str, form: str, tmp_path: Path) -> None:
    rows = export_rows(samples(), form)
    given = [{key: row[key] for key in ("prompt", "completion") if key in row} for row in rows]
    if form != "completion":
        given = [{"prompt": row["messages"][:-1], "completion": row["messages"][-1:]} for row in rows]
    trainer = _trainer(given, tokenizer(style), tmp_path, completion_only_loss=True)
    ours = [_with_line_break(mask) for mask in loss_masks(tokenizer(style), rows)]
    assert _as_trl_has_them(trainer) == ours


@pytest.mark.parametrize("form", ["messages", "inline"])
def test_trl_trains_the_same_tokens_by_the_marks_of_its_own_template(form: str, tmp_path: Path) -> None:
    made = copy.deepcopy(tokenizer("qwen"))
    made.chat_template = (TEMPLATES / "qwen3.jinja").read_text(encoding="utf-8")
    rows = export_rows(samples(), form)
    masks = loss_masks(made, rows)
    check_masks(made, rows, masks)
    messages = [{"messages": row["messages"]} for row in rows]
    trainer = _trainer(messages, made, tmp_path, assistant_only_loss=True)
    for (ids, labels), mask in zip(_as_trl_has_them(trainer), masks, strict=True):
        assert ids == list(mask.ids)
        theirs = [label != IGNORED for label in labels]
        assert [*theirs[:-1], False] == list(mask.trained)


@pytest.mark.parametrize("style", STYLES)
def test_the_batches_that_trl_makes_of_our_labels_hold(style: str, tmp_path: Path) -> None:
    rows = export_rows(samples(), "inline")
    made = tokenizer(style)
    masks = loss_masks(made, rows)
    given = [{"input_ids": list(mask.ids), "labels": mask.labels} for mask in masks]
    trainer = _trainer(given, made, tmp_path)
    batch = trainer.data_collator([dict(row) for row in trainer.train_dataset])
    assert len({len(mask.ids) for mask in masks}) > 1, "some rows are padded"
    collated = [
        LossMask(mask.sample_id, tuple(ids), ("",) * len(ids), tuple(label != IGNORED for label in labels))
        for mask, ids, labels in zip(
            masks, batch["input_ids"].tolist(), batch["labels"].tolist(), strict=True
        )
    ]
    # SmolLM2 pads with the token that ends its turns: masking by the id would lose that.
    check_masks(made, rows, collated)
    with torch.no_grad():
        out = trainer.model(**batch)
    chances = out.logits[:, :-1].log_softmax(-1).gather(-1, batch["input_ids"][:, 1:, None])[..., 0]
    kept = torch.tensor([row.trained[1:] for row in collated])
    assert out.loss.item() == pytest.approx(-chances[kept].mean().item(), rel=1e-5)


KEPT = "kept"
TEMPLATE_SAYS = {
    "qwen3": {"messages": KEPT, "inline": KEPT},
    "qwen3_5_think": {"messages": KEPT, "inline": KEPT},
    "gptoss": {"messages": KEPT},
    "qwen2_5": {"messages": "export with form inline", "inline": KEPT},
    "gemma": {"messages": "export with form inline", "inline": KEPT},
    "gemma3": {"messages": "export with form inline", "inline": KEPT},
    "phi3": {"messages": "export with form inline", "inline": KEPT},
    "qwen3_5_nothink": {"messages": "enable_thinking=True", "inline": "enable_thinking=True"},
    "nemotron_3_nano": {"messages": KEPT, "inline": KEPT},
    "deepseek_r1_distill": {
        "messages": "give the tokenizer another chat template",
        "inline": "give the tokenizer another chat template",
    },
    "glm4moe": {"messages": "does not end the assistant's turn"},
}
SPECIAL = [
    *("<start_of_turn>", "<end_of_turn>", "<|user|>", "<|assistant|>", "<|end|>", "<|start|>", "<|return|>"),
    *(
        "<|message|>",
        "<|channel|>",
        "<｜User｜>",
        "<｜Assistant｜>",
        "<｜end▁of▁sentence｜>",
        "<|endoftext|>",
    ),
]


@pytest.mark.parametrize(
    ("name", "form"), [(name, form) for name in TEMPLATE_SAYS for form in TEMPLATE_SAYS[name]]
)
def test_templates_of_well_known_models(name: str, form: str) -> None:
    path = TEMPLATES / f"{name}.jinja"
    if not path.is_file():
        pytest.skip(f"this TRL has no template {name}")
    made = copy.deepcopy(tokenizer("qwen"))
    made.add_special_tokens({"additional_special_tokens": SPECIAL})
    made.chat_template = path.read_text(encoding="utf-8")
    rows = [row for row in export_rows(samples(), form) if row["style"] == "full"]
    masks = loss_masks(made, rows)
    if (fault := TEMPLATE_SAYS[name][form]) == KEPT:
        check_masks(made, rows, masks)
        return
    with pytest.raises(UsageError, match=fault):
        check_masks(made, rows, masks)
    if fault.startswith("enable_thinking"):
        thinking = {"enable_thinking": True}
        check_masks(made, rows, loss_masks(made, rows, thinking), thinking)

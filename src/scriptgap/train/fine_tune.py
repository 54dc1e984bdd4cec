"""Supervised fine-tuning with TRL and PEFT: what is set for the machine at hand, and the run itself."""

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from peft import LoraConfig
from transformers import PrinterCallback, TrainerCallback
from trl import SFTConfig, SFTTrainer

from scriptgap.synthesize.masks import IGNORED
from scriptgap.train.completion_loss import CompletionTrainer
from scriptgap.train.encode import Encoded
from scriptgap.train.own_beginnings import OwnBeginnings
from scriptgap.train.recipe import TrainingRecipe
from scriptgap.train.vocabulary import Vocabulary

CHECKPOINTS = "checkpoints"

_FEW_SHAPES = 16
"""On a CPU kernels are compiled for each length of a batch: fewer lengths save less than they pad."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What the recipe's ``auto`` came to on this machine.

    Attributes:
        device: ``cpu``, or the GPU's type.
        precision: Name of a torch dtype.
        tokens_in_use: Whether the head is cut down to the tokens in use.
        packing: Whether rows are packed into full windows.
    """

    device: str
    precision: str
    tokens_in_use: bool
    packing: bool


def machine_for(recipe: TrainingRecipe) -> Machine:
    """Decide what the recipe leaves to the machine."""
    accelerator = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else None
    device = "cpu" if accelerator is None else accelerator.type
    fast_bf16 = torch.cuda.is_bf16_supported() if device == "cuda" else _cpu_computes_in_bf16()
    precision = recipe.precision
    if precision == "auto":
        precision = "bfloat16" if fast_bf16 else "float32"
    flash = device == "cuda" and _has_flash_attention()
    return Machine(
        device=device,
        precision=precision,
        tokens_in_use=recipe.vocabulary == "tokens_in_use"
        or (recipe.vocabulary == "auto" and device == "cpu"),
        packing=recipe.packing == "yes" or (recipe.packing == "auto" and flash and not recipe.own_beginnings),
    )


def total_steps(recipe: TrainingRecipe, rows: int) -> int:
    """Return the number of optimiser steps."""
    return recipe.steps or math.ceil(recipe.epochs * math.ceil(rows / recipe.batch))


def fine_tune(
    model: Any,
    tokenizer: Any,
    train: Encoded,
    validation: Encoded,
    recipe: TrainingRecipe,
    machine: Machine,
    folder: Path,
    vocabulary: Vocabulary | None = None,
    callbacks: Sequence[TrainerCallback] = (),
) -> SFTTrainer:
    """Train `model` in place; a training that was stopped goes on from its last checkpoint.

    Args:
        model: A Transformers model; where `vocabulary` is given, one cut down to it.
        tokenizer: Its tokenizer.
        train: Rows to train on.
        validation: Rows whose loss is told during training; may be empty.
        recipe: How to train.
        machine: What `machine_for` decided.
        folder: Checkpoints go to ``checkpoints`` in it.
        vocabulary: Renumbers the tokens.
        callbacks: Called by the trainer as it goes.

    Returns:
        The trainer, with the trained model and the log.
    """
    steps = total_steps(recipe, len(train.rows))
    looks = recipe.evaluations if validation.rows else 0
    rows = _dataset(train, vocabulary)
    collator, own = None, []
    if not machine.packing:
        lengths = [len(ids) for ids in train.input_ids]
        batches = steps * recipe.batch // recipe.rows_at_once
        order = batches_of_like_length(lengths, recipe.rows_at_once, batches, recipe.seed)
        rows = rows.select(order)
        collator = Padded(0, _FEW_SHAPES if machine.device == "cpu" else 8)
        if recipe.own_beginnings:
            begun = OwnBeginnings(
                tokenizer, train, order, recipe.batch, steps, recipe.own_beginnings, recipe.seed, vocabulary,
                folder,
            )  # fmt: skip
            collator, own = replace(collator, instead=begun.rows), [begun]
    peft = None
    if recipe.method == "lora":
        peft = LoraConfig(
            r=recipe.rank,
            lora_alpha=recipe.alpha,
            lora_dropout=recipe.dropout,
            target_modules="all-linear",
            task_type="CAUSAL_LM",
        )
    config = SFTConfig(
        output_dir=str(folder / CHECKPOINTS),
        max_steps=steps,
        per_device_train_batch_size=recipe.rows_at_once,
        per_device_eval_batch_size=recipe.rows_at_once,
        gradient_accumulation_steps=recipe.batch // recipe.rows_at_once,
        learning_rate=recipe.learning_rate,
        lr_scheduler_type=recipe.schedule,
        warmup_steps=math.ceil(recipe.warmup * steps),
        max_length=recipe.longest,
        packing=machine.packing,
        train_sampling_strategy="random" if machine.packing else "sequential",
        bf16=machine.precision == "bfloat16",
        gradient_checkpointing=machine.device != "cpu",
        use_cpu=machine.device == "cpu",
        eval_strategy="steps" if looks else "no",
        eval_steps=max(1, steps // looks) if looks else None,
        save_strategy="steps" if recipe.checkpoints else "no",
        save_steps=max(1, steps // max(1, recipe.checkpoints)),
        save_total_limit=1,
        logging_steps=max(1, min(10, steps // 20)),
        report_to="none",
        disable_tqdm=True,
        include_num_input_tokens_seen="non_padding",
        dataloader_pin_memory=machine.device != "cpu",
        seed=recipe.seed,
        eos_token=None,
        pad_token=None,
    )
    trainer = (CompletionTrainer if machine.device == "cpu" else SFTTrainer)(
        model=model,
        args=config,
        train_dataset=rows,
        eval_dataset=_dataset(validation, vocabulary) if looks else None,
        processing_class=tokenizer,
        data_collator=collator,
        peft_config=peft,
        callbacks=[*callbacks, *own],
    )
    trainer.remove_callback(PrinterCallback)  # the reporter tells the same
    kept = sorted((folder / CHECKPOINTS).glob("checkpoint-*"))
    trainer.train(resume_from_checkpoint=bool(kept))
    # The whole vocabulary, which is put back next, never left it.
    model.to("cpu")
    return trainer


def batches_of_like_length(lengths: Sequence[int], batch: int, batches: int, seed: int) -> list[int]:
    """Order rows so that those of a batch are of like length, and the batches in no order.

    Batches sorted by length, as of the trainer's own ``group_by_length``, would teach one sort of row after
    the other. A pass over the rows leaves out, at random, those that would not fill a batch.

    Args:
        lengths: Tokens of each row.
        batch: Rows of a batch; where there are fewer rows, they are taken again and again.
        batches: Batches to make.
        seed: Draws another order.

    Returns:
        Numbers of rows, `batch` times `batches` of them.
    """
    draw, rows = random.Random(seed), list(range(len(lengths))) * math.ceil(batch / len(lengths))
    made: list[list[int]] = []
    while len(made) < batches:
        whole = draw.sample(rows, len(rows) - len(rows) % batch)
        near = sorted(whole, key=lambda row: lengths[row])
        own = [near[start : start + batch] for start in range(0, len(near), batch)]
        draw.shuffle(own)
        made += own
    return [row for own in made[:batches] for row in own]


@dataclass(frozen=True, slots=True)
class Padded:
    """Rows of one batch, padded on the right to one length.

    Attributes:
        pad: The token to pad with; it is masked, so that any will do.
        multiple: The length is a multiple of this.
        instead: For the tokens of a row, the tokens and labels to take in its place.
    """

    pad: int
    multiple: int
    instead: Mapping[tuple[int, ...], tuple[list[int], list[int]]] = field(default_factory=dict)

    def __call__(self, rows: list[dict[str, list[int]]]) -> dict[str, torch.Tensor]:
        """Return ``input_ids``, ``attention_mask`` and ``labels``, each (rows, length)."""
        rows = [self._replaced(row) for row in rows]
        longest = max(len(row["input_ids"]) for row in rows)
        longest = math.ceil(longest / self.multiple) * self.multiple

        def padded(key: str, filler: int) -> torch.Tensor:
            return torch.tensor([row[key] + [filler] * (longest - len(row[key])) for row in rows])

        mask = [[1] * len(row["input_ids"]) + [0] * (longest - len(row["input_ids"])) for row in rows]
        return {
            "input_ids": padded("input_ids", self.pad),
            "labels": padded("labels", IGNORED),
            "attention_mask": torch.tensor(mask),
        }

    def _replaced(self, row: dict[str, list[int]]) -> dict[str, list[int]]:
        ids, labels = self.instead.get(tuple(row["input_ids"]), (row["input_ids"], row["labels"]))
        return {"input_ids": ids, "labels": labels}


def _dataset(encoded: Encoded, vocabulary: Vocabulary | None) -> Dataset:
    ids, labels = encoded.input_ids, encoded.labels
    if vocabulary is not None:
        ids = [vocabulary.places(row) for row in ids]
        labels = [vocabulary.label_places(row) for row in labels]
    return Dataset.from_dict({"input_ids": ids, "labels": labels})


def _cpu_computes_in_bf16() -> bool:
    return bool(torch.cpu._is_avx512_bf16_supported()) or bool(torch.cpu._is_amx_tile_supported())


def _has_flash_attention() -> bool:
    from transformers.utils import is_flash_attn_2_available

    return bool(is_flash_attn_2_available())

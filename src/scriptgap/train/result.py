"""The folder of a trained model: as PEFT or Transformers load it, merged, and as GGUF."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scriptgap.measure.checkpoint import GGUF, MERGED
from scriptgap.measure.prompts import base_template
from scriptgap.train.base_model import BaseModel
from scriptgap.train.gguf_export import can_export, write_gguf
from scriptgap.train.recipe import TrainingRecipe


def write_result(
    base: BaseModel,
    model: Any,
    before: Mapping[str, Any],
    recipe: TrainingRecipe,
    folder: Path,
    chat: bool,
    merged: bool,
) -> None:
    """Write a trained model.

    Args:
        base: What was trained, with its whole vocabulary again.
        model: The trained model; of PEFT where adapters were trained.
        before: The weights before training, by name.
        recipe: How it was trained.
        folder: Where to.
        chat: Whether it was trained on conversations.
        merged: Whether to write the merged model too.
    """
    tokenizer = base.tokenizer
    if not chat:
        tokenizer.chat_template = base_template(tokenizer)
    tokenizer.save_pretrained(folder)
    whole = model
    if recipe.method == "lora":
        config = model.peft_config["default"]
        config.base_model_name_or_path = base.source
        # The vocabulary did not change: it was cut down while training, and is whole again.
        model.save_pretrained(folder, save_embedding_layers=False)
        whole = model.merge_and_unload()
    else:
        whole.save_pretrained(folder)
    if merged and recipe.method == "lora":
        whole.save_pretrained(folder / MERGED)
        tokenizer.save_pretrained(folder / MERGED)
    if base.gguf is not None and can_export(base.gguf):
        after = whole.state_dict()
        changed = {name for name, value in after.items() if name in before and not value.equal(before[name])}
        write_gguf(base.gguf, after, changed, folder / GGUF)


def merge(base: BaseModel, folder: Path) -> None:
    """Write the adapters of a finished training merged into the model.

    Args:
        base: What was trained.
        folder: What `write_result` wrote without the merged model.
    """
    from peft import PeftModel
    from transformers import AutoTokenizer

    PeftModel.from_pretrained(base.model, folder).merge_and_unload().save_pretrained(folder / MERGED)
    AutoTokenizer.from_pretrained(folder).save_pretrained(folder / MERGED)

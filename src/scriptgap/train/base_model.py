"""The model to train, and its tokenizer, wherever the weights lie."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scriptgap.errors import ScriptgapError, UsageError
from scriptgap.measure.checkpoint import MERGED
from scriptgap.measure.embedded import cache_folder, embedded_model, weights
from scriptgap.measure.models import one_line

_EMBEDDED = "embedded/"
_ADAPTER = "adapter_config.json"


@dataclass(frozen=True, slots=True)
class BaseModel:
    """A causal language model to train.

    Attributes:
        name: As the user named it.
        source: What Transformers and PEFT load it by: a folder, or a repository of the hub.
        model: The Transformers model.
        tokenizer: Its tokenizer.
        gguf: The GGUF file that it came from, or None.
    """

    name: str
    source: str
    model: Any
    tokenizer: Any
    gguf: Path | None


def load_base_model(name: str, precision: str) -> BaseModel:
    """Load a model to train.

    Args:
        name: ``embedded/...``, a folder of Transformers, or a repository of the Hugging Face hub, with or
            without Inspect's ``hf/`` before it.
        precision: Name of a torch dtype for its weights, such as ``bfloat16``.

    Raises:
        UsageError: The folder holds no model, or an adapter that was not merged.
        ScriptgapError: The weights cannot be read.
    """
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    gguf = None
    source = name.removeprefix("hf/")
    if name.startswith(_EMBEDDED):
        gguf = weights(embedded_model(name.removeprefix(_EMBEDDED)))
        source = str(as_transformers_folder(gguf))
    elif source.startswith((".", "/", "~")) and not Path(source).exists():
        raise UsageError(f"{source}: no such folder; name a folder of Transformers")
    elif (Path(source) / _ADAPTER).is_file():
        raise UsageError(
            f"{source}: is an adapter; train on from its merged model, {source}/{MERGED}, which its own "
            "command writes with --merged"
        )
    elif Path(source).is_dir() and not (Path(source) / "config.json").is_file():
        raise UsageError(f"{source}: is a folder without config.json; name a folder of Transformers")
    try:
        model = AutoModelForCausalLM.from_pretrained(source, dtype=getattr(torch, precision))
        tokenizer = AutoTokenizer.from_pretrained(source)
    except Exception as error:
        raise ScriptgapError(f"{name}: cannot be loaded for training: {one_line(error)}") from None
    kept = Path(source) / "model.gguf"
    return BaseModel(name, source, model, tokenizer, gguf or (kept if kept.is_file() else None))


def as_transformers_folder(gguf: Path) -> Path:
    """Write the weights of a GGUF file as a Transformers folder (bfloat16), once, in the cache.

    Returns:
        The folder: ``config.json``, ``model.safetensors`` and the tokenizer.
    """
    folder = cache_folder() / f"transformers-{gguf.stem}"
    if (folder / "config.json").is_file():
        return folder
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    source: dict[str, Any] = {"pretrained_model_name_or_path": str(gguf.parent), "gguf_file": gguf.name}
    model: Any = AutoModelForCausalLM.from_pretrained(
        **source, quantization_config=GgufConfig(dequantize=True), dtype=torch.bfloat16
    )
    # Transformers keeps both as if the weights were still packed, and would save them so.
    model.hf_quantizer = None
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    partial = folder.with_name(f"{folder.name}.{os.getpid()}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    model.save_pretrained(partial)
    AutoTokenizer.from_pretrained(**source).save_pretrained(partial)
    try:
        partial.replace(folder)
    except OSError:  # a training beside this one may have written it meanwhile
        shutil.rmtree(partial)
        if not (folder / "config.json").is_file():
            raise
    return folder

"""Trained weights as a GGUF file, for llama.cpp and for the embedded engine.

Only models that came from a GGUF file can be written so: its metadata and tokenizer are kept as they are.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import numpy.typing as npt

Weights = npt.NDArray[np.float32]

ARCHITECTURES = ("gemma3", "llama")
"""Architectures whose tensors are known to be written as llama.cpp reads them."""


def can_export(base: Path) -> bool:
    """Whether models of this GGUF file's architecture can be written."""
    return _architecture(gguf.GGUFReader(base)) in ARCHITECTURES


def write_gguf(base: Path, trained: Mapping[str, Any], changed: set[str], path: Path) -> None:
    """Write the file `base` with the tensors that training changed.

    Changed matrices are stored as Q8_0 (8 bits and a scale for 32 weights), changed vectors as float32; the
    other tensors as they stand in `base`.

    Args:
        base: The GGUF file that the training began with.
        trained: Torch tensors by name, as Transformers has them.
        changed: Names of those that training changed.
        path: The file to write.

    Raises:
        KeyError: A changed tensor is none that the file has.
    """
    reader = gguf.GGUFReader(base)
    architecture = _architecture(reader)
    blocks = int(reader.fields[f"{architecture}.block_count"].contents())
    names = gguf.get_tensor_name_map(_number_of(architecture), blocks)
    new: dict[str, Weights] = {}
    for name in changed:
        stem, _, suffix = name.rpartition(".")
        place = names.get_name(stem)
        if place is None:
            raise KeyError(name)
        tensor = trained[name].detach().float().cpu().numpy()
        new[f"{place}.{suffix}"] = _as_llama_cpp(tensor, place, architecture, reader)
    known = {tensor.name for tensor in reader.tensors}
    # A tied head has no tensor of its own.
    if missing := set(new) - known - {"output.weight"}:
        raise KeyError(", ".join(sorted(missing)))
    partial = path.with_suffix(".partial")
    writer = gguf.GGUFWriter(partial, architecture)
    for field in reader.fields.values():
        if field.name != "general.architecture" and not field.name.startswith("GGUF."):
            kind = field.types[0]
            of = field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None
            writer.add_key_value(field.name, field.contents(), kind, of)
    for tensor in reader.tensors:
        if tensor.name not in new:
            writer.add_tensor(tensor.name, tensor.data, raw_dtype=tensor.tensor_type)
        elif new[tensor.name].ndim == 1:
            writer.add_tensor(tensor.name, new[tensor.name])
        else:
            packed = gguf.quants.quantize(new[tensor.name], gguf.GGMLQuantizationType.Q8_0)
            writer.add_tensor(tensor.name, packed, raw_dtype=gguf.GGMLQuantizationType.Q8_0)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    partial.replace(path)


def _as_llama_cpp(tensor: Weights, place: str, architecture: str, reader: Any) -> Weights:
    if architecture == "gemma3" and place.endswith("norm"):
        return np.asarray(tensor + 1, np.float32)
    if architecture == "llama" and place.endswith(("attn_q", "attn_k")):
        heads = "head_count" if place.endswith("attn_q") else "head_count_kv"
        number = int(reader.fields[f"llama.attention.{heads}"].contents())
        # llama.cpp pairs the halves of a rotary dimension, Transformers keeps them apart.
        halves = tensor.reshape(number, 2, tensor.shape[0] // number // 2, *tensor.shape[1:])
        return np.ascontiguousarray(halves.swapaxes(1, 2).reshape(tensor.shape))
    return tensor


def _architecture(reader: Any) -> str:
    return str(reader.fields["general.architecture"].contents())


def _number_of(architecture: str) -> Any:
    return next(number for number, name in gguf.MODEL_ARCH_NAMES.items() if name == architecture)

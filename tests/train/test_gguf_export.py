import numpy as np
import pytest

gguf = pytest.importorskip("gguf")
pytest.importorskip("torch")

from pathlib import Path  # noqa: E402

from scriptgap.errors import ScriptgapError  # noqa: E402
from scriptgap.measure.embedded import embedded_model, weights  # noqa: E402


@pytest.mark.slow
@pytest.mark.parametrize("name", ["gemma-3-270m", "smollm2-135m"])
def test_weights_that_did_not_change_come_back_as_they_were(tmp_path: Path, name: str) -> None:
    """Every tensor written anew is that of the original file, but for the rounding to 8 bits."""
    from safetensors.torch import load_file

    from scriptgap.train.base_model import as_transformers_folder
    from scriptgap.train.gguf_export import write_gguf

    try:
        original = weights(embedded_model(name))
    except ScriptgapError as error:
        pytest.skip(str(error))
    tensors = load_file(as_transformers_folder(original) / "model.safetensors")
    write_gguf(original, tensors, set(tensors), tmp_path / "same.gguf")
    before, after = (
        {tensor.name: tensor for tensor in gguf.GGUFReader(path).tensors}
        for path in (original, tmp_path / "same.gguf")
    )
    assert list(before) == list(after)
    for key, tensor in before.items():
        ours, theirs = (
            gguf.quants.dequantize(found.data, found.tensor_type) for found in (after[key], tensor)
        )
        assert np.abs(ours - theirs).max() <= 0.01 * np.abs(theirs).max()

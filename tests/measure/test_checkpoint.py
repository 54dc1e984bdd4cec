import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from scriptgap.errors import UsageError
from scriptgap.measure.checkpoint import BEGUN, GGUF, NOTE, checkpoint
from scriptgap.measure.models import is_base, load
from scriptgap.measure.preview import preview
from scriptgap.measure.run_folder import claim

ASKED = {"chat": False, "shots": 0, "max_tokens": 200}


def _folder(tmp_path: Path, **changes: Any) -> Path:
    (tmp_path / NOTE).write_text(json.dumps({"asked": {**ASKED, **changes}}), encoding="utf-8")
    return tmp_path


def test_a_folder_that_train_made_says_how_to_ask_it(tmp_path: Path) -> None:
    assert checkpoint(str(tmp_path)) is None
    found = checkpoint(str(_folder(tmp_path)))
    assert found is not None
    assert (found.chat, found.shots, found.max_tokens, found.gguf) == (False, 0, 200, None)
    (tmp_path / GGUF).touch()
    again = checkpoint(str(tmp_path))
    assert again is not None
    assert again.gguf == tmp_path / GGUF
    assert is_base(str(tmp_path))
    assert not is_base(str(_folder(tmp_path, chat=True)))


def test_a_folder_that_is_still_trained_is_no_model(tmp_path: Path) -> None:
    (tmp_path / BEGUN).write_text("{}", encoding="utf-8")
    with pytest.raises(UsageError, match="its training has not ended"):
        load(str(tmp_path))
    assert checkpoint(str(_folder(tmp_path))) is not None


@pytest.mark.parametrize("note", ["{", "{}", '{"asked": {"chat": false}}', '{"asked": 3}'])
def test_a_note_that_does_not_say_it_is_one_clear_line(tmp_path: Path, note: str) -> None:
    (tmp_path / NOTE).write_text(note, encoding="utf-8")
    with pytest.raises(UsageError, match="does not say how to ask the model"):
        checkpoint(str(tmp_path))


def _shown(table: pl.DataFrame, model: str, shots: int | None) -> set[int]:
    """How many messages stand before each question; a base model gets its examples in one."""
    view = preview(table, model, conditions=["plain"], shots=shots)
    return {len(sample.input) - 1 for sample in view.tasks["plain"].dataset}


def test_a_checkpoint_sees_as_many_worked_examples_as_it_was_trained_with(
    tiny: pl.DataFrame, tmp_path: Path
) -> None:
    trained = str(_folder(tmp_path))
    assert _shown(tiny, trained, None) == {0}
    assert _shown(tiny, trained, 1) == {1}
    assert _shown(tiny, "openai/some-model", None) == {2}
    assert _shown(tiny, "openai/some-model", 0) == {0}
    with pytest.raises(UsageError, match="--shots must be at least 0"):
        preview(tiny, trained, shots=-1)


def test_another_number_of_examples_is_another_run(tiny: pl.DataFrame) -> None:
    plain = preview(tiny, "openai/some-model").identity
    assert "shots" not in plain
    assert preview(tiny, "openai/some-model", shots=0).identity == {**plain, "shots": 0}


@pytest.mark.slow
def test_its_gguf_file_is_served(tmp_path: Path) -> None:
    from scriptgap.measure.embedded import embedded_model, weights

    pytest.importorskip("xllamacpp")
    folder = _folder(tmp_path)
    (folder / GGUF).symlink_to(weights(embedded_model("gemma-3-270m")))
    model = load(str(folder))
    assert str(model) == "embedded/checkpoint"
    assert model.config.max_tokens == 200


def test_another_training_in_the_same_folder_is_another_run(tiny: pl.DataFrame, tmp_path: Path) -> None:
    trained, run = _folder(tmp_path), tmp_path / "run"
    first = preview(tiny, str(trained), run).identity
    claim(run, first)
    assert preview(tiny, str(trained), run).identity == first
    with pytest.raises(UsageError, match="holds a run with training"):
        preview(tiny, str(_folder(tmp_path, max_tokens=100)), run)

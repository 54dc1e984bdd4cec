"""The card of a trained model."""

from pathlib import Path

import pytest
import yaml

from scriptgap.train.card import model_card
from scriptgap.train.recipe import read_recipe

_NOTE = {
    "scriptgap": "0.0",
    "model": "embedded/gemma-3-270m",
    "data": {"train.jsonl": "ab12", "validation.jsonl": "cd34"},
    "recipe": read_recipe(None).settings(),
    "rows": {"train": 4000, "validation": 100},
    "query_languages": ["en", "ru"],
    "steps": 250,
    "tokens": 390_000,
    "own_beginnings": 0,
    "validation_loss": None,
    "loss": 0.375,
    "asked": {"chat": False, "shots": 0, "max_tokens": 200},
}


def test_the_card_names_the_data_and_the_licence_and_no_folder_of_the_machine() -> None:
    head, body = model_card(_NOTE).split("---\n")[1:]
    assert yaml.safe_load(head) == {"library_name": "peft", "tags": ["scriptgap"]}
    assert "SHA-256 `ab12`" in body
    assert "Gemma Terms of Use" in body
    assert "after 0 worked examples" in body
    assert "began itself" not in body
    assert "began itself, from the middle on: 1,200" in model_card({**_NOTE, "own_beginnings": 1200})
    assert "Last loss: 0.375; of validation entities: not measured" in body


@pytest.mark.parametrize("model", ["Qwen/Qwen3-0.6B", "hf/Qwen/Qwen3-0.6B"])
def test_a_model_of_the_hub_is_the_base_model_of_the_card(model: str) -> None:
    head = model_card({**_NOTE, "model": model}).split("---\n")[1]
    assert yaml.safe_load(head)["base_model"] == "Qwen/Qwen3-0.6B"


def test_a_folder_is_called_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    head, body = model_card({**_NOTE, "model": "."}).split("---\n")[1:]
    assert "base_model" not in yaml.safe_load(head)
    assert body.startswith(f"# {tmp_path.name}, trained")

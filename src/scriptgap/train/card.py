"""The card of a trained model: its ``README.md``, in place of the blank one that PEFT writes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from scriptgap.measure.embedded import MODELS

CARD = "README.md"
_EMBEDDED = "embedded/"


def model_card(note: Mapping[str, Any]) -> str:
    """Return the text of the card, Markdown after a YAML head.

    Args:
        note: What ``training.json`` holds.
    """
    recipe, asked = note["recipe"], note["asked"]
    lora = recipe["method"] == "lora"
    head: dict[str, Any] = {"library_name": "peft" if lora else "transformers", "tags": ["scriptgap"]}
    folder = Path(note["model"])
    name = folder.resolve().name if folder.is_dir() else note["model"].removeprefix("hf/")
    if not folder.is_dir() and not name.startswith(_EMBEDDED):
        head["base_model"] = name
    how = "as a chat" if asked["chat"] else f"as `Q: ...` and `A:`, after {asked['shots']} worked examples"
    lines = [
        "---",
        yaml.safe_dump(head, sort_keys=False).strip(),
        "---",
        f"# {name}, trained to find names across scripts",
        "",
        f"- Trained from: {name}{_licence(name)}",
        f"- By: scriptgap {note['scriptgap']}, {'LoRA' if lora else 'all weights'}, seed {recipe['seed']}, "
        f"{note['steps']:,} steps, {note['tokens']:,} tokens",
        f"- Rows: {note['rows']['train']:,} (train.jsonl, SHA-256 `{note['data']['train.jsonl']}`)",
        *_own(note["own_beginnings"]),
        f"- Query languages: {', '.join(note['query_languages'])}",
        f"- Asked: {how}; answers have up to {asked['max_tokens']} tokens",
        f"- Last loss: {_told(note['loss'])}; of validation entities: {_told(note['validation_loss'])}",
        "",
        "`training.json` has the recipe and all figures. Ask it with "
        "`scriptgap measure QUESTIONS --model FOLDER -o RUN`.",
    ]
    return "\n".join(lines) + "\n"


def _licence(name: str) -> str:
    embedded = MODELS.get(name.removeprefix(_EMBEDDED)) if name.startswith(_EMBEDDED) else None
    return f". {embedded.licence}" if embedded else ""


def _own(rows: int) -> list[str]:
    return [f"- Rows that the model began itself, from the middle on: {rows:,}"] if rows else []


def _told(loss: float | None) -> str:
    return "not measured" if loss is None else f"{loss:.3f}"

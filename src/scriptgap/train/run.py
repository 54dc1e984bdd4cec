"""`train`: fine-tune a model on the samples of `synthesize`; a stopped training can go on."""

import contextlib
import hashlib
import json
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from scriptgap.errors import ScriptgapError, UsageError
from scriptgap.measure.checkpoint import BEGUN, ENTITIES, MERGED, NOTE
from scriptgap.measure.run_folder import replace
from scriptgap.synthesize.export import read_rows
from scriptgap.train.base_model import load_base_model
from scriptgap.train.card import CARD, model_card
from scriptgap.train.recipe import TrainingRecipe, read_recipe, with_options

if TYPE_CHECKING:
    from scriptgap.train.encode import Encoded

LOG = {
    "step": pl.Int64,
    "loss": pl.Float64,
    "validation_loss": pl.Float64,
    "validation_accuracy": pl.Float64,
    "seconds": pl.Float64,
}
"""Columns of ``log.csv``."""

_PACKAGES = ("torch", "transformers", "peft", "trl", "gguf")
_ROOM = 1.5
"""Answers may be this much longer than the longest that was trained on."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a training stands.

    Attributes:
        step: Optimiser steps done.
        steps: Optimiser steps in all.
        loss: Mean loss in nats a token since the last report, or None.
        validation_loss: The same of the validation rows, where they were just looked at.
        validation_accuracy: Share of the validation rows answered right, likewise, 0 to 1.
        seconds_left: Estimate of the time left, or None.
    """

    step: int
    steps: int
    loss: float | None = None
    validation_loss: float | None = None
    validation_accuracy: float | None = None
    seconds_left: float | None = None


@dataclass(frozen=True, slots=True)
class Trained:
    """What a training made.

    Attributes:
        folder: A folder of PEFT (method lora) or of Transformers (full), with ``training.json``, ``log.csv``
            and, where the model came from a GGUF file, ``model.gguf``.
        note: What ``training.json`` holds.
        log: The columns of `LOG`; null where not told.
    """

    folder: Path
    note: dict[str, Any]
    log: pl.DataFrame


def train(
    data: str | Path,
    model: str,
    folder: str | Path,
    recipe: TrainingRecipe | str | Path | None = None,
    steps: int | None = None,
    seed: int | None = None,
    merged: bool = False,
    on_progress: Callable[[Progress], None] | None = None,
) -> Trained:
    """Fine-tune `model` on the rows of a folder that `synthesize` made.

    The work goes on where an earlier call with the same arguments stopped, from its last checkpoint.

    ``training.json`` holds the model, the recipe, the hashes of the data, how many rows and tokens were
    trained on, how many rows the model began itself, the time, the last losses, and how the model is to be
    asked (``asked``).

    Args:
        data: A folder with ``train.jsonl`` and ``validation.jsonl``.
        model: ``embedded/...``, a folder of Transformers, or a repository of the Hugging Face hub.
        folder: Where the trained model goes; made where it is absent.
        recipe: A recipe, or its YAML file; the default one where None.
        steps: In place of the recipe's.
        seed: In place of the recipe's.
        merged: Also write the adapters merged into the model, to ``merged``.
        on_progress: Called as the training goes on.

    Raises:
        UsageError: The data or the recipe are wrong, or `folder` holds another training.
        ScriptgapError: The packages for training or the weights are not there.
    """
    if not isinstance(recipe, TrainingRecipe):
        recipe = read_recipe(recipe)
    recipe = with_options(recipe, steps, seed)
    data, folder = Path(data), Path(folder)
    if folder.resolve() == data.resolve():
        raise UsageError(f"{folder}: holds the samples; name another folder for the model")
    identity = _identity(data, model, recipe)
    _check_held(folder, identity)
    if (folder / NOTE).is_file():
        if merged and recipe.method == "lora" and not (folder / MERGED).is_dir():
            check_packages()
            _merge(model, recipe, folder)
        log = pl.read_csv(folder / "log.csv", schema=LOG)
        return Trained(folder, json.loads((folder / NOTE).read_text(encoding="utf-8")), log)
    rows = {split: read_rows(data / f"{split}.jsonl") for split in ("train", "validation")}
    if not rows["train"]:
        raise UsageError(f"{data / 'train.jsonl'}: has no rows")
    check_packages()
    return _trained(data, model, folder, recipe, rows, identity, merged, on_progress or (lambda _: None))


def _trained(
    data: Path,
    name: str,
    folder: Path,
    recipe: TrainingRecipe,
    rows: dict[str, list[dict[str, Any]]],
    identity: dict[str, Any],
    merged: bool,
    on_progress: Callable[[Progress], None],
) -> Trained:
    from scriptgap.train.encode import encode
    from scriptgap.train.fine_tune import fine_tune, machine_for, total_steps
    from scriptgap.train.own_beginnings import kept_rows
    from scriptgap.train.reporting import Reporter, quiet_libraries
    from scriptgap.train.result import write_result
    from scriptgap.train.vocabulary import Vocabulary, sliced

    machine = machine_for(recipe)
    base = load_base_model(name, "float32" if recipe.method == "full" else machine.precision)
    encoded = {split: encode(base.tokenizer, own, recipe.longest) for split, own in rows.items()}
    vocabulary = None
    if machine.tokens_in_use:
        used = [ids for own in encoded.values() for ids in own.input_ids]
        vocabulary = Vocabulary(used, base.tokenizer.all_special_ids)
    # Only now: what cannot be trained must leave no folder behind.
    _claim(folder, identity)
    steps = total_steps(recipe, len(encoded["train"].rows))
    reporter = Reporter(steps, on_progress, folder / "log.csv")
    callbacks = reporter.callbacks(base.tokenizer, encoded["validation"], recipe.evaluated, vocabulary)
    before = {}
    if base.gguf is not None:  # to tell which tensors to write anew
        before = {key: value.detach().clone() for key, value in base.model.state_dict().items()}
    started = time.monotonic()
    with quiet_libraries(), sliced(base.model, vocabulary) if vocabulary else contextlib.nullcontext():
        trainer = fine_tune(
            base.model,
            base.tokenizer,
            encoded["train"],
            encoded["validation"],
            recipe,
            machine,
            folder,
            vocabulary,
            callbacks,
        )
    seconds = reporter.before + time.monotonic() - started
    chat = "messages" in rows["train"][0]
    note = {
        "scriptgap": version("scriptgap"),
        **identity,
        "machine": asdict(machine),
        "rows": {split: len(own.rows) for split, own in encoded.items()},
        "too_long": {split: own.too_long for split, own in encoded.items()},
        "query_languages": sorted({str(row["query_lang"]) for row in rows["train"]}),
        "steps": steps,
        "tokens": int(trainer.state.num_input_tokens_seen),
        "seconds": round(seconds, 1),
        "vocabulary": len(vocabulary.tokens) if vocabulary else None,
        "own_beginnings": kept_rows(folder),
        "validation_loss": reporter.last("validation_loss"),
        "validation_accuracy": reporter.last("validation_accuracy"),
        "loss": reporter.last("loss"),
        "asked": {"chat": chat, "shots": 0 if chat else _shots(data), "max_tokens": _room(encoded["train"])},
    }
    write_result(base, trainer.model, before, recipe, folder, chat, merged)
    # PEFT's own card is blank, and names a folder of this machine.
    (folder / CARD).write_text(model_card(note), encoding="utf-8")
    entities = sorted({str(row["entity"]) for row in rows["train"]})
    (folder / ENTITIES).write_text("".join(f"{entity}\n" for entity in entities), encoding="utf-8")
    text = json.dumps(note, indent=2, ensure_ascii=False) + "\n"
    replace(folder / NOTE, lambda partial: partial.write_text(text, encoding="utf-8"))
    return Trained(folder, note, reporter.table())


def _merge(name: str, recipe: TrainingRecipe, folder: Path) -> None:
    from scriptgap.train.fine_tune import machine_for
    from scriptgap.train.result import merge

    merge(load_base_model(name, machine_for(recipe).precision), folder)


def check_packages() -> None:
    """Refuse to begin where a package for training is missing.

    Raises:
        ScriptgapError: One is.
    """
    absent = [name for name in _PACKAGES if find_spec(name) is None]
    if absent:
        raise ScriptgapError(
            f"training needs {', '.join(absent)}, not installed here: pip install 'scriptgap[train]'"
        )


def _identity(data: Path, model: str, recipe: TrainingRecipe) -> dict[str, Any]:
    hashes = {}
    for split in ("train", "validation"):
        path = data / f"{split}.jsonl"
        if not path.is_file():
            raise UsageError(f"{path}: no such file; make it: scriptgap synthesize")
        hashes[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return {"model": model, "data": hashes, "recipe": recipe.settings()}


def _check_held(folder: Path, identity: dict[str, Any]) -> None:
    note = folder / BEGUN
    if note.is_file():
        held = json.loads(note.read_text(encoding="utf-8"))
        for key, value in identity.items():
            if held.get(key) != value:
                differs = _difference(held.get(key), value)
                raise UsageError(f"{folder}: holds a training with other {key}{differs}; name another folder")


def _difference(held: Any, value: Any) -> str:
    if not (isinstance(held, dict) and isinstance(value, dict)):
        return f" ({held}, not {value})"
    keys = [key for key in {**held, **value} if held.get(key) != value.get(key)]
    return f" ({', '.join(keys)})"


def _claim(folder: Path, identity: dict[str, Any]) -> None:
    note = folder / BEGUN
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(identity, indent=2) + "\n"
    replace(note, lambda partial: partial.write_text(text, encoding="utf-8"))


def _shots(data: Path) -> int:
    note = data / "synthesis.json"
    if not note.is_file():
        return 0
    return int(json.loads(note.read_text(encoding="utf-8"))["recipe"].get("shots", 0))


def _room(encoded: "Encoded") -> int:
    longest = max(sum(label >= 0 for label in labels) for labels in encoded.labels)
    return math.ceil(longest * _ROOM)

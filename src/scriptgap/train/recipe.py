"""The recipe of a training, from a small YAML file."""

import functools
from dataclasses import asdict, dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from scriptgap import yaml_settings
from scriptgap.errors import UsageError
from scriptgap.yaml_settings import choice, count, number, with_defaults

METHODS = ("lora", "full")

_CHOICES = {
    "method": METHODS,
    "schedule": ("cosine", "linear", "constant"),
    "precision": ("auto", "bfloat16", "float32"),
    "vocabulary": ("auto", "tokens_in_use", "all"),
    "packing": ("auto", "yes", "no"),
}
_COUNTS = {
    "steps": 0,
    "batch": 1,
    "rows_at_once": 1,
    "longest": 8,
    "evaluations": 0,
    "evaluated": 0,
    "checkpoints": 0,
    "seed": 0,
}


@dataclass(frozen=True, slots=True)
class TrainingRecipe:
    """How to train; the comments in ``data/training.yaml`` say what each key does.

    Attributes:
        method: One of `METHODS`.
        rank: Rank of the LoRA adapters.
        alpha: Their scale is alpha / rank.
        dropout: Share of their inputs that is dropped in training, 0 to 1.
        learning_rate: The highest; above 0.
        schedule: Its course after the warm-up.
        warmup: Share of the steps in which it rises, 0 to 1.
        epochs: Passes over the training rows; above 0.
        steps: Optimiser steps; 0 leaves it to `epochs`.
        batch: Rows of a step.
        rows_at_once: Rows in memory at once; it divides `batch`.
        longest: Longest row in tokens.
        precision: Name of a torch dtype, or ``auto``.
        vocabulary: ``tokens_in_use``, ``all`` or ``auto``.
        packing: ``yes``, ``no`` or ``auto``.
        own_beginnings: Share of the rows of the second half that begin as the model reasons, 0 to 1.
        evaluations: Evaluations during training.
        evaluated: Validation rows answered in each.
        checkpoints: States saved during training.
        seed: Draws other adapters and another order.
        text: The YAML that it was read from, with the values of the options that override it.
    """

    method: str
    rank: int
    alpha: float
    dropout: float
    learning_rate: float
    schedule: str
    warmup: float
    epochs: float
    steps: int
    batch: int
    rows_at_once: int
    longest: int
    precision: str
    vocabulary: str
    packing: str
    own_beginnings: float
    evaluations: int
    evaluated: int
    checkpoints: int
    seed: int
    text: str

    def settings(self) -> dict[str, Any]:
        """Return the values as JSON can hold them."""
        values = asdict(self)
        values.pop("text")
        return values


@functools.cache
def default_text() -> str:
    """Return the default recipe, a YAML text with comments."""
    return files("scriptgap").joinpath("data/training.yaml").read_text(encoding="utf-8")


def read_recipe(path: str | Path | None = None) -> TrainingRecipe:
    """Read a recipe from its file; the default one where None.

    Raises:
        UsageError: The file cannot be read or is no YAML, or a key or value is wrong.
    """
    if path is None:
        return recipe_of(default_text())
    return recipe_of(yaml_settings.text_of(path), str(path))


def recipe_of(text: str, name: str = "training recipe") -> TrainingRecipe:
    """Read a recipe from YAML; keys that it lacks have the default values.

    Args:
        text: The YAML text.
        name: How error messages call it.

    Raises:
        UsageError: As in `read_recipe`.
    """
    default = yaml_settings.parsed(default_text(), name)
    given = yaml_settings.parsed(text, name)
    values = with_defaults(given, default, name)
    lora = with_defaults(values["lora"], default["lora"], f"{name}: lora")
    # YAML reads an unquoted yes or no as true or false.
    values["packing"] = {True: "yes", False: "no"}.get(values["packing"], values["packing"])
    recipe = TrainingRecipe(
        rank=count(lora["rank"], 1, f"{name}: lora: rank"),
        alpha=number(lora["alpha"], 0, f"{name}: lora: alpha"),
        dropout=_share(lora["dropout"], f"{name}: lora: dropout"),
        learning_rate=_above_zero(values["learning_rate"], f"{name}: learning_rate"),
        epochs=_above_zero(values["epochs"], f"{name}: epochs"),
        warmup=_share(values["warmup"], f"{name}: warmup"),
        own_beginnings=_share(values["own_beginnings"], f"{name}: own_beginnings"),
        **{key: choice(values[key], known, f"{name}: {key}") for key, known in _CHOICES.items()},  # type: ignore[arg-type]
        **{key: count(values[key], least, f"{name}: {key}") for key, least in _COUNTS.items()},  # type: ignore[arg-type]
        text=text,
    )
    if recipe.batch % recipe.rows_at_once:
        raise UsageError(f"{name}: rows_at_once {recipe.rows_at_once} does not divide batch {recipe.batch}")
    if recipe.own_beginnings and recipe.packing == "yes":
        raise UsageError(f"{name}: own_beginnings changes rows while it trains: set packing: no")
    return recipe


def with_options(recipe: TrainingRecipe, steps: int | None, seed: int | None) -> TrainingRecipe:
    """Return the recipe with steps or a seed of its own, noted in its text."""
    for option, value in (("steps", steps), ("seed", seed)):
        if value is not None:
            value = count(value, 0, f"--{option}")
            text = yaml_settings.overridden(recipe.text, option, value)
            recipe = replace(recipe, **{option: value, "text": text})  # type: ignore[arg-type]
    return recipe


def _above_zero(value: object, name: str) -> float:
    found = number(value, 0, name)
    if not found:
        raise UsageError(f"{name}: must be above 0")
    return found


def _share(value: object, name: str) -> float:
    found = number(value, 0, name)
    if found > 1:
        raise UsageError(f"{name}: is {value!r}, not a share from 0 to 1")
    return found

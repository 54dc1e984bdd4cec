"""The recipe of a set of samples: what to make and how much of it, from a small YAML file."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from scriptgap import yaml_settings
from scriptgap.errors import UsageError
from scriptgap.languages import language
from scriptgap.synthesize.export import FORMS
from scriptgap.synthesize.sample_check import Limits
from scriptgap.synthesize.seeds import ANSWER_LANGUAGES, CONDITIONS, KINDS, SPLITS
from scriptgap.synthesize.traces import STYLES, WORDINGS
from scriptgap.yaml_settings import check_keys, choice, count, is_number, mapping, with_defaults

Balance = str | int
"""``equal``, ``proportional``, or the most samples of one level."""

_TRACE_LANGUAGES = ("english", "query")
_DIMENSIONS = ("script_pair", "relation", "difficulty")
_BALANCES = ("equal", "proportional")
_SHARES = {"split": SPLITS, "conditions": CONDITIONS, "kinds": KINDS, "trace_language": _TRACE_LANGUAGES}
_COUNTS = {"countries": 1, "variants": 1, "per_entity": 0, "samples": 1, "shots": 0, "fold": 0, "seed": 0}
_CHOICES = {
    "style": STYLES,
    "wording": WORDINGS,
    "answer_language": ANSWER_LANGUAGES,
    "form": FORMS,
}
_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Recipe:
    """What to make; the comments in ``data/recipe.yaml`` say what each key does.

    Attributes:
        languages: BCP-47 tags; None for all.
        relations: Topics; None for all.
        countries: Number of countries of Atlas.
        split: Share of each split, 0 to 1, together 1; so are those below.
        fold: Which entities are in which split (`seeds.split_of`).
        conditions: Share of each condition.
        kinds: Share of each kind.
        style: One of `traces.STYLES`.
        wording: One of `traces.WORDINGS`.
        answer_language: One of `seeds.ANSWER_LANGUAGES`.
        trace_language: Share of each language of reasoning, ``english`` and ``query``.
        variants: Samples of one seed, at most.
        balance: For each dimension a `Balance`.
        per_entity: Samples of one entity and kind, at most; 0 for any number.
        samples: Training samples, at most.
        limits: Lengths in characters.
        most_alike: Jaccard index above which samples are near-duplicates, 0 to 1.
        form: One of `export.FORMS`.
        shots: Worked examples before each row of form ``completion``.
        seed: Draws other samples.
        text: The YAML that it was read from, with the values of the options that override it.
    """

    languages: tuple[str, ...] | None
    relations: tuple[str, ...] | None
    countries: int
    split: Mapping[str, float]
    fold: int
    conditions: Mapping[str, float]
    kinds: Mapping[str, float]
    style: str
    wording: str
    answer_language: str
    trace_language: Mapping[str, float]
    variants: int
    balance: Mapping[str, Balance]
    per_entity: int
    samples: int
    limits: Limits
    most_alike: float
    form: str
    shots: int
    seed: int
    text: str


@functools.cache
def default_text() -> str:
    """Return the default recipe, a YAML text with comments."""
    return files("scriptgap").joinpath("data/recipe.yaml").read_text(encoding="utf-8")


def read_recipe(path: str | Path | None = None) -> Recipe:
    """Read a recipe from its file; the default one where None.

    Raises:
        UsageError: The file cannot be read or is no YAML, or a key or value is wrong.
    """
    if path is None:
        return recipe_of(default_text(), "recipe")
    return recipe_of(yaml_settings.text_of(path), str(path))


def recipe_of(text: str, name: str = "recipe") -> Recipe:
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
    # Shares are given whole: half of the default's and half of one's own would be neither.
    for key in ("balance", "limits"):
        values[key] = with_defaults(values[key], default[key], f"{name}: {key}")
    limits, most_alike = _limits(values["limits"], f"{name}: limits")
    return Recipe(
        languages=_languages(values["languages"], f"{name}: languages"),
        relations=_list(values["relations"], f"{name}: relations"),
        **{key: _shares(values[key], known, f"{name}: {key}") for key, known in _SHARES.items()},  # type: ignore[arg-type]
        **{key: count(values[key], least, f"{name}: {key}") for key, least in _COUNTS.items()},  # type: ignore[arg-type]
        **{key: choice(values[key], known, f"{name}: {key}") for key, known in _CHOICES.items()},  # type: ignore[arg-type]
        balance={key: _balance(values["balance"][key], f"{name}: balance: {key}") for key in _DIMENSIONS},
        limits=limits,
        most_alike=most_alike,
        text=text,
    )


def with_options(recipe: Recipe, style: str | None = None, form: str | None = None) -> Recipe:
    """Return the recipe with a style or a form of its own, noted in its text.

    Raises:
        UsageError: There is no such style or form.
    """
    for option, value in (("style", style), ("form", form)):
        if value is not None:
            value = choice(value, _CHOICES[option], f"--{option}")
            text = yaml_settings.overridden(recipe.text, option, value)
            recipe = replace(recipe, **{option: value, "text": text})  # type: ignore[arg-type]
    return recipe


def settings(recipe: Recipe) -> dict[str, Any]:
    """Return the values of a recipe as JSON can hold them."""
    values = asdict(recipe)
    values.pop("text")
    return values


def _shares(value: object, known: Sequence[str], name: str) -> dict[str, float]:
    given = mapping(value, name)
    check_keys(given, known, name)
    for key, share in given.items():
        if not is_number(share) or share < 0:
            raise UsageError(f"{name}: {key} is {share!r}, not a share from 0 to 1")
    total = sum(given.values())
    if abs(total - 1) > _ROUNDING:
        raise UsageError(f"{name}: the shares together are {total:g}, not 1")
    shares = {key: float(given.get(key, 0)) for key in known}
    if name.endswith("split") and not shares["train"]:
        raise UsageError(f"{name}: train has no share; give it most")
    return shares


def _balance(value: object, name: str) -> Balance:
    if isinstance(value, str):
        return choice(value, _BALANCES, name)
    return count(value, 1, name)


def _list(value: object, name: str) -> tuple[str, ...] | None:
    if value == "all":
        return None
    if not isinstance(value, list) or not value or not all(isinstance(item, str) for item in value):
        # YAML reads the language `no` as false.
        hint = "; put quotes around 'no'" if isinstance(value, list) and False in value else ""
        raise UsageError(f"{name}: is {value!r}, neither all nor a list of texts{hint}")
    return tuple(dict.fromkeys(value))


def _languages(value: object, name: str) -> tuple[str, ...] | None:
    tags = _list(value, name)
    if tags is None:
        return None
    try:
        return tuple(language(tag).tag for tag in tags)
    except UsageError as error:
        raise UsageError(f"{name}: {error}") from None


def _limits(value: Mapping[str, Any], name: str) -> tuple[Limits, float]:
    lengths = {key: count(value[key], 0, f"{name}: {key}") for key in value if key != "most_alike"}
    if lengths["shortest"] > lengths["longest"]:
        raise UsageError(f"{name}: shortest is more than longest")
    alike = value["most_alike"]
    if not is_number(alike) or not 0 <= alike <= 1:
        raise UsageError(f"{name}: most_alike is {alike!r}, not a number from 0 to 1")
    return Limits(**lengths), float(alike)

"""`demo --close`: the whole story on the embedded Gemma 3 270M, its gap and what training closes of it."""

import json
import random
from importlib.resources import files
from pathlib import Path

from rich.console import Console

from scriptgap.errors import UsageError
from scriptgap.measure.run_folder import replace
from scriptgap.synthesize.recipe import recipe_of, settings
from scriptgap.train.run import Progress, check_packages, train

CLOSING_SAMPLES, CLOSING_TRAINING = (
    files("scriptgap").joinpath(f"data/closing_{name}.yaml").read_text(encoding="utf-8")
    for name in ("samples", "training")
)
"""The recipes: what is taught, and how."""

MODEL = "embedded/gemma-3-270m"
BEFORE = ["plain", "entity_only", "hint", "entity_only_hint"]
AFTER = ["plain", "entity_only"]

UNTAUGHT = ["ar", "he", "ka", "zh-Hans"]
"""Query languages that are asked and never taught."""

ASKED = ["en", "fr", "ru", "el", "hi", "ko", "th", *UNTAUGHT]
QUESTIONS_OF_A_TOPIC = 20
"""An answer with its reasoning takes about a second: more would not fit into 40 minutes."""


def close_gap(out: Path, console: Console) -> Path:
    """Measure, explain, synthesize, train, measure again and compare; every step goes on where it stopped.

    Args:
        out: Folder for ``samples``, ``before``, ``report``, ``trained``, ``after`` and ``comparison``.
        console: Where each step and the findings are printed.

    Returns:
        The page of the comparison.

    Raises:
        ScriptgapError: The embedded model, or the packages for training, are not installed.
    """
    check_packages()

    def step(number: int, text: str) -> None:
        console.print(f"{number} of 6: {text}", highlight=False)

    from scriptgap.compare.compare import compare
    from scriptgap.explain.explanation import explain
    from scriptgap.measure.run import measure
    from scriptgap.train.recipe import recipe_of as training_recipe

    step(1, "making samples of some countries and cities, the others kept for the test")
    test = make_samples(out / "samples", CLOSING_SAMPLES)
    counts = json.loads((out / "samples" / "synthesis.json").read_text(encoding="utf-8"))["counts"]
    console.print(f"  {counts['train']:,} samples", highlight=False)
    step(2, "measuring Gemma 3 270M on the others, with and without the name as a hint")
    measure(test, MODEL, out / "before", BEFORE)
    step(3, "explaining the gap")
    explain(out / "before").write(out / "report")
    step(4, "training")

    def told(progress: Progress) -> None:
        left = "" if progress.seconds_left is None else f", {progress.seconds_left / 60:.0f} minutes left"
        loss = "" if progress.loss is None else f", loss {progress.loss:.2f}"
        console.print(f"  step {progress.step} of {progress.steps}{loss}{left}", highlight=False)

    train(
        out / "samples",
        MODEL,
        out / "trained",
        training_recipe(CLOSING_TRAINING),
        on_progress=told,
    )
    step(5, "measuring the trained model")
    measure(test, str(out / "trained"), out / "after", AFTER)
    step(6, "comparing")
    comparison = compare(out / "before", out / "after")
    page = comparison.write(out / "comparison")
    console.print()
    for sentence in comparison.sentences:
        console.print(f"• {sentence}", highlight=False)
    console.print(f"\nreport: {page}", highlight=False)
    return page


def make_samples(folder: Path, recipe_text: str) -> Path:
    """Make samples of Atlas, where they are not made, and the questions to measure on.

    Args:
        folder: Where to.
        recipe_text: A recipe of `synthesize`, in YAML, that names its relations; with ``name`` among them
            the built-in names of cities are taught too.

    Returns:
        ``asked.parquet``: `QUESTIONS_OF_A_TOPIC` held-out questions of each relation of Atlas in `ASKED`, and
        the worked examples.

    Raises:
        UsageError: The folder holds samples of another recipe.
    """
    recipe = recipe_of(recipe_text)
    test, note = folder / "asked.parquet", folder / "synthesis.json"
    if test.is_file():
        if json.loads(note.read_text(encoding="utf-8"))["recipe"] != json.loads(json.dumps(settings(recipe))):
            raise UsageError(f"{folder}: holds samples of another recipe; name another folder")
        return test
    import polars as pl

    from scriptgap.measure.presentation import FEWSHOT
    from scriptgap.questions.atlas import build_atlas
    from scriptgap.synthesize.city_names import GEONAMES
    from scriptgap.synthesize.name_questions import TOPIC
    from scriptgap.synthesize.run import synthesize

    relations = [relation for relation in recipe.relations or () if relation != TOPIC]
    names = GEONAMES if TOPIC in (recipe.relations or ()) else None
    synthesize("atlas", folder=folder, recipe=recipe, names=names)
    held = pl.read_parquet(folder / "test.parquet").filter(
        (pl.col("split") != FEWSHOT) & pl.col("topic").is_in(relations)
    )
    chosen = set[str]()
    for (_,), own in held.group_by("topic"):
        ids = own["question_id"].unique().sort().to_list()
        chosen.update(random.Random(0).sample(ids, min(QUESTIONS_OF_A_TOPIC, len(ids))))
    whole = build_atlas(ASKED, relations, recipe.countries).questions
    asked = whole.filter((pl.col("split") == FEWSHOT) | pl.col("question_id").is_in(chosen))
    replace(test, asked.write_parquet)
    return test

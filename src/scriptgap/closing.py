"""`demo --close`: the whole story on the embedded Gemma 3 270M, its gap and what training closes of it."""

import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

from rich.console import Console

MODEL = "embedded/gemma-3-270m"
BEFORE = ["plain", "entity_only", "hint", "entity_only_hint"]
AFTER = ["plain", "entity_only"]

UNTAUGHT = ["ar", "he", "ka", "zh-Hans"]
"""Query languages that are asked and never taught."""


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

    def step(number: int, text: str) -> None:
        console.print(f"{number} of 6: {text}", highlight=False)

    from scriptgap.compare.compare import compare
    from scriptgap.explain.explanation import explain
    from scriptgap.measure.run import measure
    from scriptgap.train.recipe import recipe_of as training_recipe
    from scriptgap.train.run import Progress, train

    step(1, "making samples of some countries and cities, the others kept for the test")
    test = _samples(out / "samples", lambda line: console.print(f"  {line}", highlight=False))
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
        training_recipe(_text("closing_training.yaml")),
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


def _samples(folder: Path, on_line: Callable[[str], None]) -> Path:
    """Make the samples where they are not made, and the test questions in languages never taught as well."""
    test = folder / "asked.parquet"
    if test.is_file():
        return test
    import polars as pl

    from scriptgap.questions.atlas import build_atlas
    from scriptgap.synthesize.recipe import recipe_of
    from scriptgap.synthesize.run import synthesize

    recipe = recipe_of(_text("closing_samples.yaml"))
    synthesize("atlas", folder=folder, recipe=recipe)
    held = pl.read_parquet(folder / "test.parquet")
    assert recipe.languages is not None
    whole = build_atlas([*recipe.languages, *UNTAUGHT], recipe.relations, recipe.countries).questions
    asked = whole.join(held, on=["dataset", "question_id"], how="semi")
    asked.write_parquet(test)
    on_line(f"{json.loads((folder / 'synthesis.json').read_text())['counts']['train']:,} samples")
    return test


def _text(name: str) -> str:
    return files("scriptgap").joinpath(f"data/{name}").read_text(encoding="utf-8")

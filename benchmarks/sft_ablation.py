"""What of a trace teaches? Styles of traces against each other, on entities never trained on.

Run: python benchmarks/sft_ablation.py FOLDER [--styles full,direct,...] [--seeds 0,1,2]
     [--folds 0,1,2] [--steps 280] [--budgets steps,tokens] [--model embedded/gemma-3-270m] [--jobs 1]
For each fold (which entities are held out), style and seed: samples, a training, and the held-out questions
asked with only the name in the query script. A style is trained for as many steps as `full`, and for as many
tokens. `own_beginnings` has the samples of `full`, of which the model begins 60 % itself from half-way on;
all others are trained without that. `demo --close` teaches `name_only`. `--jobs` trains so many at once,
where one does not fill the machine, such as a GPU. Goes on where it was stopped; then prints the tables of
what is there (--table: does only that) for the folds and seeds named.
"""

import argparse
import functools
import json
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import polars as pl

from scriptgap.closing import CLOSING_SAMPLES, CLOSING_TRAINING, UNTAUGHT, make_samples
from scriptgap.compare.changes import change
from scriptgap.compare.gap_closed import gap_closed
from scriptgap.compare.pairing import AFTER, BEFORE, HINT, KEY, paired
from scriptgap.errors import UsageError
from scriptgap.explain.prepare import load, prepare
from scriptgap.measure.models import is_base
from scriptgap.measure.run import measure
from scriptgap.synthesize.export import read_rows
from scriptgap.synthesize.masks import loss_masks
from scriptgap.synthesize.tokenizers import load_tokenizer
from scriptgap.train.recipe import recipe_of
from scriptgap.train.run import train
from scriptgap.yaml_settings import overridden

OWN = "own_beginnings"
OWN_SHARE = 0.6
OF_FULL = ("full", OWN)
"""Styles with the samples of `full`: as many steps are as many tokens."""
STYLES = [*OF_FULL, "name_only", "wrong_candidates", "filler", "direct"]
CONDITION = "entity_only"
_SAME = ["match_class", "question_group", "entity"]
_HEAD = [
    "style", "runs", "entities", "taught scripts: right", "gap closed", "scripts not taught: right",
    "gap closed", "English: right", "full minus this, all scripts", "sign test by entity",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cell:
    """One training of the ablation."""

    fold: int
    style: str
    budget: str
    seed: int

    @property
    def taught(self) -> str:
        """Style of its samples."""
        return "full" if self.style in OF_FULL else self.style


def prepare_folds(options: argparse.Namespace, cells: Sequence[Cell]) -> None:
    """Make the samples that the cells share, and measure the model on their questions, as far as not done."""
    for fold in sorted({cell.fold for cell in cells}):
        own = options.folder / f"fold-{fold}"
        for style in sorted({"full", *(cell.taught for cell in cells if cell.fold == fold)}):
            asked = samples(own, style, fold, options.model)
        measure(asked, options.model, own / "before", [CONDITION, f"{CONDITION}_hint"])


def run(options: argparse.Namespace, cell: Cell) -> None:
    """Train and measure, as far as that is not done."""
    own = options.folder / f"fold-{cell.fold}"
    style, budget, seed, taught = cell.style, cell.budget, cell.seed, cell.taught
    asked = samples(own, taught, cell.fold, options.model)
    steps = options.steps
    if budget == "tokens" and style not in OF_FULL:
        steps = round(
            steps * mean_length(own / "full", options.model) / mean_length(own / style, options.model)
        )
    name = f"{style}-{budget}-{seed}"
    recipe = replace(recipe_of(CLOSING_TRAINING), own_beginnings=OWN_SHARE if style == OWN else 0)
    trained = own / "trained" / name
    train(own / taught, options.model, trained, recipe, steps=steps, seed=seed)
    measure(asked, str(trained), own / "after" / name, [CONDITION])


def samples(own: Path, style: str, fold: int, model: str) -> Path:
    """Make the samples of a style; every style of a fold has the same entities and the same test."""
    text = overridden(overridden(CLOSING_SAMPLES, "style", style), "fold", fold)
    return make_samples(own / style, overridden(text, "form", "completion" if is_base(model) else "inline"))


def mean_length(folder: Path, model: str) -> float:
    """Mean tokens of a training row."""
    masks = loss_masks(load_tokenizer(model), read_rows(folder / "train.jsonl"))
    return sum(len(mask.ids) for mask in masks) / len(masks)


def runs_of(options: argparse.Namespace, style: str, budget: str) -> dict[tuple[int, int], pl.DataFrame]:
    """Pairs of a style before and after, of each fold and seed that was run.

    Raises:
        UsageError: They were not trained alike, such as for other numbers of steps.
    """
    found, alike = {}, {}
    for fold in options.folds:
        own = options.folder / f"fold-{fold}"
        for seed in options.seeds:
            name = f"{style}-{budget}-{seed}"
            if (own / "after" / name / "observations.parquet").is_file():
                after = prepare(*load(own / "after" / name)).filter(condition=CONDITION)
                found[fold, seed] = paired(before(own), after)
                alike[own / "trained" / name] = settings(own / "trained" / name, budget)
    if len(set(alike.values())) > 1:
        raise UsageError(f"not trained alike, name other --folds or --seeds: {', '.join(map(str, alike))}")
    return found


@functools.cache
def before(own: Path) -> pl.DataFrame:
    """Read the answers of the untrained model in a fold, which all its runs are compared with."""
    return prepare(*load(own / "before"))


def settings(trained: Path, budget: str) -> str:
    """Tell how a model was trained, but for what the cells differ in."""
    note = json.loads((trained / "training.json").read_text(encoding="utf-8"))
    # What `auto` came to is told by the machine.
    free = {"seed", "own_beginnings", "vocabulary", "packing", *(["steps"] if budget == "tokens" else [])}
    kept = {key: value for key, value in note["recipe"].items() if key not in free}
    return json.dumps([note["model"], note["machine"], kept], sort_keys=True)


def averaged(runs: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Average the seeds of each question; folds share no question."""
    by_question = pl.concat(runs).group_by([*KEY, *_SAME], maintain_order=True)
    return by_question.agg(pl.col(BEFORE, HINT, AFTER).mean(), once=pl.lit(False))


def tables(options: argparse.Namespace) -> Iterable[str]:
    """Yield the lines of a Markdown table for each budget."""
    full = runs_of(options, "full", "steps")
    for budget in options.budgets:
        yield f"\n**Equal {budget}**\n"
        yield f"| {' | '.join(_HEAD)} |\n{'|---' * len(_HEAD)}|"
        for style in options.styles:
            own = budget if style not in OF_FULL else "steps"
            runs = full if style == "full" else runs_of(options, style, own)
            if not runs:
                continue
            pairs = averaged(runs.values())
            across = pairs.filter(match_class="cross_script")
            cells: list[Any] = [style, len(runs), across["entity"].n_unique()]
            for known in (True, False):
                part = across.filter(pl.col("query_lang").is_in(UNTAUGHT) != known)
                row, _ = gap_closed(part)
                cells += [percent(part[AFTER].mean()), share(row)]
            english = pairs.filter(match_class="same_language")
            cells.append(percent(english[AFTER].mean()))
            both = sorted(full.keys() & runs.keys()) if style != "full" else []
            cells += against([(runs[run], full[run]) for run in both]) if both else ["", ""]
            yield "| " + " | ".join(map(str, cells)) + " |"


def against(runs: Sequence[tuple[pl.DataFrame, pl.DataFrame]]) -> list[str]:
    """`full` minus a style across scripts, question by question, with the sign test by entity.

    Args:
        runs: Pairs of the style and of `full`, of one fold and seed each.
    """
    joined = [
        style.drop(BEFORE).rename({AFTER: BEFORE}).join(full.select(*KEY, AFTER), on=KEY, validate="1:1")
        for style, full in runs
    ]
    row = change(averaged(joined).filter(match_class="cross_script"))
    return [
        f"{100 * row['change']:+.1f} ({100 * row['low']:+.1f} to {100 * row['high']:+.1f})",
        f"p = {row['sign_p']:.2g} ({row['entities_up']} up, {row['entities_down']} down; {len(runs)} runs)",
    ]


def percent(value: Any) -> str:
    """Format a share."""
    return "-" if value is None else f"{100 * value:.1f}"


def share(row: dict[str, Any]) -> str:
    """Format the share of the gap that was closed, with its interval."""
    if row["gap_closed"] is None:
        return "-"
    return f"{100 * row['gap_closed']:.0f} ({100 * row['low']:.0f} to {100 * row['high']:.0f})"


def numbers(text: str) -> list[int]:
    """Read numbers with commas between them."""
    return [int(part) for part in text.split(",")]


def main() -> None:
    """Run what is not done, then print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--styles", type=lambda text: text.split(","), default=STYLES)
    parser.add_argument("--budgets", type=lambda text: text.split(","), default=["steps", "tokens"])
    parser.add_argument("--seeds", type=numbers, default=[0, 1, 2])
    parser.add_argument("--folds", type=numbers, default=[0, 1, 2])
    parser.add_argument("--steps", type=int, default=recipe_of(CLOSING_TRAINING).steps)
    parser.add_argument("--model", default="embedded/gemma-3-270m")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--table", action="store_true")
    options = parser.parse_args()
    if max(options.folds) >= 5:
        parser.error("each fold holds out another fifth of the entities: they are 0 to 4")
    cells = [
        Cell(fold, style, budget, seed)
        for fold in options.folds
        for seed in options.seeds
        for style in options.styles
        for budget in (options.budgets if style not in OF_FULL else ["steps"])
    ]
    if not options.table:
        prepare_folds(options, cells)
        pool = ProcessPoolExecutor(options.jobs, get_context("spawn"), max_tasks_per_child=1)
        done = {pool.submit(run, options, cell): cell for cell in cells}
        try:
            for number, ended in enumerate(as_completed(done), 1):
                ended.result()
                print(f"{number} of {len(cells)}: {done[ended]}", flush=True)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
    print("\n".join(tables(options)))


if __name__ == "__main__":
    main()

"""Which samples to make: balanced over cells, in the proportions of the recipe, the same every time."""

import bisect
import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import polars as pl

from scriptgap.languages import language
from scriptgap.synthesize.knowledge import SEED_KEY
from scriptgap.synthesize.name_questions import TOPIC
from scriptgap.synthesize.recipe import Balance, Recipe
from scriptgap.synthesize.seeds import hash_number

CELL = ["split", "kind", "condition", "script_pair", "relation", "difficulty"]
"""What tells cells apart: samples are balanced between cells, and drawn by hash within one."""

UNMEASURED = "not measured"

NAMES = "names, of the above"
"""The row of `kinds_table` that counts questions of names, which are of the other kinds too."""

_NO_SEEDS = "there are no seeds of it"
_NO_NAMES = "none is left: none given, or none measured, or all held out"

_BALANCED = ["script_pair", "relation", "difficulty"]


def plans_of(seeds: pl.DataFrame, recipe: Recipe, variants: int) -> pl.DataFrame:
    """List the samples that could be made, each cell's in the order in which to make them.

    Every seed's first variant stands before any second one; among equals a hash decides.

    Args:
        seeds: A seeds table, with ``difficulty`` if it is known.
        recipe: Its ``seed``, ``trace_language`` and ``per_entity`` count here.
        variants: Samples of one seed, at most; of replay one.

    Returns:
        One row for each sample: ``seed`` (number of the seed's row), ``variant`` (from 0), ``trace``
        (``english`` or ``query``), the columns of `CELL`, and ``rank`` (place in its cell, from 0).
    """
    scripts = {
        tag: language(tag).script for tag in {*seeds["source_lang"].unique(), *seeds["query_lang"].unique()}
    }
    difficulty = pl.col("difficulty") if "difficulty" in seeds.columns else pl.lit(None, pl.String)
    cells = seeds.select(
        "split",
        "kind",
        "condition",
        "entity",
        script_pair=pl.concat_str(
            pl.col("source_lang").replace_strict(scripts, return_dtype=pl.String),
            pl.col("query_lang").replace_strict(scripts, return_dtype=pl.String),
            separator="-",
        ),
        relation=pl.col("topic").fill_null("(none)"),
        difficulty=difficulty.fill_null(UNMEASURED),
    ).with_row_index("seed")
    rows = []
    for seed, (*key, kind) in enumerate(seeds.select(*SEED_KEY, "kind").iter_rows()):
        for variant in range(1 if kind == "replay" else variants):
            number = hash_number("\u001f".join([*map(str, key), str(variant), str(recipe.seed)]))
            # The low bits choose the language, the number as a whole the order: they are independent.
            english = number % 10_000 < 10_000 * recipe.trace_language["english"]
            rows.append((seed, variant, "english" if english else "query", number))
    schema = {"seed": pl.UInt32, "variant": pl.Int64, "trace": pl.String, "order": pl.UInt64}
    plans = pl.DataFrame(rows, schema=schema, orient="row").join(
        cells.cast({"seed": pl.UInt32}), on="seed", how="left", maintain_order="left"
    )
    if recipe.per_entity:
        own = ["split", "kind", "entity"]
        plans = plans.sort("variant", "order", "seed").filter(
            (pl.int_range(pl.len()).over(own) < recipe.per_entity) | (pl.col("kind") == "replay")
        )
    return (
        plans.drop("entity")
        .sort(*CELL, "variant", "order", "seed")
        .with_columns(rank=pl.int_range(pl.len(), dtype=pl.Int64).over(CELL))
        .drop("order")
    )


def asked_of(plans: pl.DataFrame, recipe: Recipe) -> pl.DataFrame:
    """Say how many samples of each cell to make.

    Training gets ``samples``, validation as many for its share of entities. They are shared out by kind,
    then by condition (those that a kind has), script pair, relation and difficulty. Where a cell has too few,
    nothing else is made in its stead. Where so a kind runs out, all kinds get fewer, so that their
    proportions hold. A kind that has nothing at all is left out of this: the others share its part in their
    proportions.

    Args:
        plans: What `plans_of` returned.
        recipe: Its shares and balance.

    Returns:
        One row for each cell: `CELL`, ``seeds`` and ``available`` (samples that could be made), ``asked``
        (samples to make, whether or not there are so many).
    """
    cells = (
        plans.filter(pl.col("split") != "test")
        .group_by(CELL)
        .agg(seeds=pl.col("seed").n_unique().cast(pl.Int64), available=pl.len().cast(pl.Int64))
        .sort(CELL)
    )
    rows = cells.to_dicts()
    for split in ("train", "validation"):
        total = round(recipe.samples * recipe.split[split] / recipe.split["train"])
        found = _grouped([row for row in rows if row["split"] == split], "kind")
        shares = _shares(found, recipe)
        due = {kind: round(total * share) for kind, share in shares.items()}
        for kind, number in due.items():
            _share_out(found[kind], number, recipe)
        short = [kind for kind, number in due.items() if _reached(found[kind]) < number]
        if short:
            least = min(_reached(found[kind]) / shares[kind] for kind in short)
            for kind, share in shares.items():
                wanted = round(least * share)
                if _reached(found[kind]) > wanted:
                    _cut_down(found[kind], wanted, due[kind], recipe)
    return pl.DataFrame(
        [{**row, "asked": row.get("asked", 0)} for row in rows],
        schema={**cells.schema, "asked": pl.Int64},
    )


def mix_table(asked: pl.DataFrame, kept: pl.DataFrame) -> pl.DataFrame:
    """Set beside what was asked what was reached.

    Args:
        asked: What `asked_of` returned.
        kept: One row for each sample that was kept, with the columns of `CELL`.

    Returns:
        The rows of `asked` with ``reached`` and ``lacking`` (how many samples fewer than asked).
    """
    reached = kept.group_by(CELL).agg(reached=pl.len().cast(pl.Int64))
    return asked.join(reached, on=CELL, how="left", maintain_order="left").with_columns(
        reached=pl.col("reached").fill_null(0),
        lacking=(pl.col("asked") - pl.col("reached").fill_null(0)).clip(0),
    )


def kinds_table(mix: pl.DataFrame, recipe: Recipe, names: bool = False) -> pl.DataFrame:
    """Compare the proportions of kinds in training with the recipe's.

    Args:
        mix: What `mix_table` returned.
        recipe: Its shares and number of samples.
        names: Whether a table of names is among what samples are made of: `NAMES` then has a row.

    Returns:
        One row for each kind that the recipe asks for or that was reached: ``kind``, ``recipe_share`` (0 to
        1), ``recipe_samples``, ``asked``, ``reached``, ``share`` (of all reached, 0 to 1; null where there
        is none), and ``note``: why there are fewer or more than the recipe has, or null. `NAMES` has no
        share in the recipe.
    """
    train = mix.filter(split="train")
    total = int(train["reached"].sum())
    shares = _shares(set(train["kind"]), recipe)
    rows: list[tuple[Any, ...]] = []
    for kind, share in recipe.kinds.items():
        of_kind = train.filter(kind=kind)
        asked, reached = int(of_kind["asked"].sum()), int(of_kind["reached"].sum())
        if not (share or reached):
            continue
        wanted = round(recipe.samples * share)
        note = None
        if of_kind.is_empty():
            note = _NO_SEEDS
        elif reached < asked:
            note = told_lack(of_kind)
        elif asked < round(recipe.samples * shares.get(kind, 0)):
            note = "fewer, so that the proportions hold: another kind runs out"
        elif asked > wanted:
            note = "more: it has its part of the kinds without seeds too"
        rows.append((kind, share, wanted, asked, reached, reached / total if total else None, note))
    if names:
        named = train.filter(relation=TOPIC)
        asked, reached = int(named["asked"].sum()), int(named["reached"].sum())
        note = _NO_NAMES if named.is_empty() else told_lack(named) or None
        rows.append((NAMES, None, None, asked, reached, reached / total if total else None, note))
    schema = {
        "kind": pl.String,
        "recipe_share": pl.Float64,
        "recipe_samples": pl.Int64,
        "asked": pl.Int64,
        "reached": pl.Int64,
        "share": pl.Float64,
        "note": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def told_lack(mix: pl.DataFrame) -> str:
    """Say how many samples fewer than asked a mix reached, and where; empty where none lacks."""
    short = mix.filter(pl.col("lacking") > 0)
    if short.is_empty():
        return ""
    lacking, groups = int(short["lacking"].sum()), short.height
    return (
        f"{lacking:,} sample{'s' * (lacking > 1)} fewer than asked, in {groups:,} "
        f"group{'s' * (groups > 1)} of one script, topic and difficulty"
    )


def apportioned(total: int, weights: Sequence[float]) -> list[int]:
    """Divide a number by weights into whole numbers that sum to it, by the largest remainders."""
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    exact = [total * weight / whole for weight in weights]
    counts = [math.floor(part) for part in exact]
    rest = sorted(range(len(weights)), key=lambda at: (counts[at] - exact[at], at))
    for at in rest[: total - sum(counts)]:
        counts[at] += 1
    return counts


def _shares(kinds: Collection[str], recipe: Recipe) -> dict[str, float]:
    """The recipe's shares of the kinds that there are, together 1."""
    held = {kind: share for kind, share in recipe.kinds.items() if share and kind in kinds}
    whole = sum(held.values())
    return {kind: share / whole for kind, share in held.items()}


def _reached(rows: Sequence[Mapping[str, Any]]) -> int:
    return sum(min(row["asked"], row["available"]) for row in rows)


def _share_out(rows: list[dict[str, Any]], total: int, recipe: Recipe) -> None:
    """Divide `total` over the cells of one kind, by condition and then by balance."""
    groups = _grouped(rows, "condition")
    shares = [recipe.conditions[condition] for condition in groups]
    for held, count in zip(groups.values(), apportioned(total, shares), strict=True):
        _balance(held, count, recipe.balance, _BALANCED)


def _cut_down(rows: list[dict[str, Any]], wanted: int, due: int, recipe: Recipe) -> None:
    """Ask for as few of one kind as reach the wanted number: cells that lack samples make their part less."""

    def reached(total: int) -> int:
        _share_out(rows, total, recipe)
        return _reached(rows)

    totals = range(wanted, due)
    _share_out(rows, wanted + bisect.bisect_left(totals, wanted, key=reached), recipe)


def _balance(
    rows: list[dict[str, Any]], total: int, balance: Mapping[str, Balance], dimensions: Sequence[str]
) -> None:
    if not dimensions:
        (row,) = rows
        row["asked"] = total
        return
    dimension, *rest = dimensions
    groups = _grouped(rows, dimension)
    how = balance[dimension]
    weights = [1.0 if how == "equal" else sum(row["seeds"] for row in held) for held in groups.values()]
    for held, count in zip(groups.values(), apportioned(total, weights), strict=True):
        _balance(held, min(count, how) if isinstance(how, int) else count, balance, rest)


def _grouped(rows: list[dict[str, Any]], column: str) -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row[column], []).append(row)
    return groups

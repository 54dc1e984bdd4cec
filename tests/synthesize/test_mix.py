"""The mix: proportions and balance, and what is said where there is too little."""

from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scriptgap.synthesize.mix import (
    CELL,
    NAMES,
    apportioned,
    asked_of,
    kinds_table,
    mix_table,
    plans_of,
    told_lack,
)
from scriptgap.synthesize.recipe import Recipe, read_recipe
from tests.synthesize.seed_tables import SEEDS, seed_row

KINDS = {"cross_script": 0.8, "same_script": 0.1, "source_language": 0.1, "replay": 0.0}


def recipe(**values: Any) -> Recipe:
    made = {"samples": 100, "variants": 2, "kinds": KINDS, "conditions": {"plain": 1.0, "entity_only": 0.0}}
    return replace(read_recipe(), **{**made, **values})


def seeds(numbers: dict[tuple[str, str, str], int], split: str = "train") -> pl.DataFrame:
    """So many seeds of a kind, query language and topic."""
    rows = []
    for (kind, tag, topic), number in numbers.items():
        for at in range(number):
            row = seed_row(f"{kind}{tag}{topic}{at}", "имя", "a", "б", topic=topic, kind=kind, split=split)
            rows.append(row | {"query_lang": tag})
    return pl.DataFrame(rows, schema=SEEDS)


def asked(table: pl.DataFrame, of: Recipe) -> pl.DataFrame:
    return asked_of(plans_of(table, of, of.variants), of)


def counts(frame: pl.DataFrame, column: str, by: str) -> dict[str, int]:
    return dict(frame.group_by(by).agg(pl.col(column).sum()).iter_rows())


ENOUGH = {
    ("cross_script", "ru", "capital"): 300,
    ("cross_script", "el", "capital"): 60,
    ("same_script", "de", "capital"): 90,
    ("source_language", "en", "capital"): 30,
}


def test_kinds_have_their_shares_and_script_pairs_are_equal() -> None:
    found = asked(seeds(ENOUGH), recipe())
    assert counts(found, "asked", "kind") == {"cross_script": 80, "same_script": 10, "source_language": 10}
    assert counts(found.filter(kind="cross_script"), "asked", "script_pair") == {
        "Latn-Cyrl": 40,
        "Latn-Grek": 40,
    }


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("proportional", {"Latn-Cyrl": 67, "Latn-Grek": 13}),
        (20, {"Latn-Cyrl": 20, "Latn-Grek": 13}),
    ],
)
def test_other_balances(how: object, expected: dict[str, int]) -> None:
    balance = {"script_pair": how, "relation": "equal", "difficulty": "equal"}
    found = asked(seeds(ENOUGH), recipe(balance=balance))
    assert counts(found.filter(kind="cross_script"), "asked", "script_pair") == expected


def test_a_cell_that_runs_out_is_not_made_up_for_and_all_kinds_keep_their_proportions() -> None:
    few = {**ENOUGH, ("cross_script", "el", "capital"): 5}
    of = recipe()
    plans = plans_of(seeds(few), of, of.variants)
    found = asked_of(plans, of)
    assert counts(found.filter(kind="cross_script"), "asked", "script_pair") == {
        "Latn-Cyrl": 40,
        "Latn-Grek": 40,
    }
    made = plans.join(found.select(*CELL, "asked"), on=CELL).filter(pl.col("rank") < pl.col("asked"))
    mix = mix_table(found, made)
    greek = mix.filter(script_pair="Latn-Grek").row(0, named=True)
    assert (greek["available"], greek["reached"], greek["lacking"]) == (10, 10, 30)
    kinds = {row["kind"]: row for row in kinds_table(mix, of).to_dicts()}
    assert kinds["cross_script"]["reached"] == 50
    told = "30 samples fewer than asked, in 1 group of one script, topic and difficulty"
    assert kinds["cross_script"]["note"] == told_lack(mix) == told
    for kind, row in kinds.items():
        assert row["share"] == pytest.approx(KINDS[kind], abs=0.01)
    assert "another kind runs out" in kinds["same_script"]["note"]


def test_a_kind_that_is_cut_down_still_reaches_its_share_where_a_condition_lacks() -> None:
    held = {("cross_script", "ru", "name"): 900, ("same_script", "de", "capital"): 20}
    rows = seeds(held).with_columns(
        condition=pl.when(kind="cross_script").then(pl.lit("entity_only")).otherwise(pl.lit("plain"))
    )
    few = seeds({("cross_script", "ru", "capital"): 10})
    of = recipe(
        samples=400,
        variants=1,
        kinds={"cross_script": 0.9, "same_script": 0.1, "source_language": 0.0, "replay": 0.0},
        conditions={"plain": 0.5, "entity_only": 0.5},
    )
    plans = plans_of(pl.concat([rows, few]), of, 1)
    cells = asked_of(plans, of).with_columns(reached=pl.min_horizontal("asked", "available"))
    assert counts(cells, "reached", "kind") == {"cross_script": 180, "same_script": 20}


def test_a_kind_without_seeds_is_named_and_does_not_stop_the_others() -> None:
    only = {key: number for key, number in ENOUGH.items() if key[0] == "cross_script"}
    of = recipe()
    found = asked(seeds(only), of)
    assert found["asked"].sum() == 100
    table = kinds_table(mix_table(found, found.clear()), of)
    assert table.filter(kind="same_script")["note"].to_list() == ["there are no seeds of it"]


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ({("source_language", "en", "capital"): 50}, {"source_language": 50}),
        (
            {("same_script", "de", "capital"): 50, ("source_language", "en", "capital"): 50},
            {"same_script": 33, "source_language": 17},
        ),
        # The scarce kind still holds the others down: 10 of a third leave 20 of two thirds.
        (
            {("same_script", "de", "capital"): 50, ("source_language", "en", "capital"): 10},
            {"same_script": 20, "source_language": 10},
        ),
    ],
)
def test_kinds_that_are_absent_leave_their_share_to_the_others(
    numbers: dict[tuple[str, str, str], int], expected: dict[str, int]
) -> None:
    kinds = {"cross_script": 0.85, "same_script": 0.1, "source_language": 0.05, "replay": 0.0}
    of = recipe(samples=50, variants=1, kinds=kinds)
    plans = plans_of(seeds(numbers), of, of.variants)
    found = asked_of(plans, of)
    made = plans.join(found.select(*CELL, "asked"), on=CELL).filter(pl.col("rank") < pl.col("asked"))
    assert dict(made["kind"].value_counts().iter_rows()) == expected
    notes = {row["kind"]: row["note"] or "" for row in kinds_table(mix_table(found, made), of).to_dicts()}
    assert notes["cross_script"] == "there are no seeds of it"
    if sum(expected.values()) == 50:
        assert "part of the kinds without seeds" in notes["source_language"]


def test_rounding_is_no_shortage() -> None:
    found = asked(seeds(ENOUGH), recipe(samples=14))
    assert counts(found, "asked", "kind") == {"cross_script": 11, "same_script": 1, "source_language": 1}


def test_validation_has_as_many_for_its_entities() -> None:
    table = pl.concat([seeds(ENOUGH), seeds(ENOUGH, "validation"), seeds(ENOUGH, "test")])
    found = asked(table, recipe(samples=160, split={"train": 0.8, "validation": 0.1, "test": 0.1}))
    assert counts(found, "asked", "split") == {"train": 160, "validation": 20}


def test_first_variants_go_first_and_the_order_is_the_same_whatever_else_there_is() -> None:
    of = recipe()
    alone = plans_of(seeds({("cross_script", "ru", "capital"): 20}), of, 2)
    assert alone.sort("rank")["variant"].to_list() == [0] * 20 + [1] * 20
    more = plans_of(
        seeds({("cross_script", "ru", "capital"): 20, ("cross_script", "el", "capital"): 9}), of, 2
    )
    assert (
        more.filter(script_pair="Latn-Cyrl")
        .select("seed", "variant", "rank")
        .equals(alone.select("seed", "variant", "rank"))
    )
    other = plans_of(seeds({("cross_script", "ru", "capital"): 20}), recipe(seed=1), 2)
    assert other["seed"].to_list() != alone["seed"].to_list()


def test_trace_languages_have_their_shares() -> None:
    plans = plans_of(seeds({("cross_script", "ru", "capital"): 4000}), recipe(), 1)
    assert plans.filter(trace="english").height / 4000 == pytest.approx(0.5, abs=0.04)


def test_difficulty_is_balanced_where_it_is_known() -> None:
    table = seeds({("cross_script", "ru", "capital"): 100}).with_columns(
        difficulty=pl.Series(["easy"] * 80 + ["hard"] * 20)
    )
    balance = {"script_pair": "equal", "relation": "equal", "difficulty": "equal"}
    found = asked(table, recipe(samples=40, balance=balance, kinds={**KINDS, "cross_script": 1.0}))
    assert counts(found, "asked", "difficulty") == {"easy": 20, "hard": 20}


def test_questions_of_names_are_counted_beside_the_kinds() -> None:
    of = recipe()
    table = seeds({**ENOUGH, ("cross_script", "ru", "name"): 300})
    plans = plans_of(table, of, of.variants)
    found = asked_of(plans, of)
    made = plans.join(found.select(*CELL, "asked"), on=CELL).filter(pl.col("rank") < pl.col("asked"))
    mix = mix_table(found, made)
    assert NAMES not in kinds_table(mix, of)["kind"]
    row = kinds_table(mix, of, names=True).row(-1, named=True)
    assert row["kind"] == NAMES
    number = made.filter(relation="name").height
    assert (row["asked"], row["reached"]) == (number, number)
    assert row["share"] == number / made.height > 0.1
    none = mix.filter(pl.col("relation") != "name")
    row = kinds_table(none, of, names=True).row(-1, named=True)
    assert (row["reached"], row["share"], row["note"]) == (
        0,
        0.0,
        "none is left: none given, or none measured, or all held out",
    )


def test_nothing_is_said_of_a_mix_that_lacks_nothing() -> None:
    mix = pl.DataFrame({"lacking": [0, 0]})
    assert told_lack(mix) == ""
    two = pl.DataFrame({"lacking": [1, 0]})
    assert told_lack(two) == "1 sample fewer than asked, in 1 group of one script, topic and difficulty"


@given(st.integers(0, 10_000), st.lists(st.floats(0, 100), min_size=1, max_size=8))
def test_apportioned_parts_are_whole_and_sum(total: int, weights: list[float]) -> None:
    parts = apportioned(total, weights)
    assert sum(parts) == (total if sum(weights) else 0)
    if sum(weights):
        for part, weight in zip(parts, weights, strict=True):
            assert abs(part - total * weight / sum(weights)) < 1 + 1e-6


def test_an_entity_has_no_more_samples_of_a_kind_than_it_may() -> None:
    rows = [
        seed_row(f"name{entity}", f"имя{entity}", "a", "б", topic=topic, query_lang=tag)
        for entity in range(5)
        for topic in ("capital", "continent")
        for tag in ("ru", "el", "ko")
    ]
    table = pl.DataFrame(rows, schema=SEEDS)
    found = plans_of(table, recipe(per_entity=4), 2)
    chosen = table[found["seed"].to_list()]
    assert chosen.group_by("entity").len()["len"].to_list() == [4] * 5
    assert found["variant"].max() == 0  # other questions before other wordings
    assert {"capital", "continent"} == set(chosen["topic"])
    assert plans_of(table, recipe(), 2).height == 60

"""What a teacher may cost in all, shared out between its runs."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from scriptgap.measure.budget import Limits
from scriptgap.measure.cost import Prices
from scriptgap.synthesize import teaching
from scriptgap.synthesize.recipe import read_recipe
from scriptgap.synthesize.teaching import Asked, by_model, by_self
from tests.synthesize.model_server import choice, model_server
from tests.synthesize.seed_tables import COUNTRIES, seed_row, seed_table
from tests.synthesize.test_distill import question_table
from tests.synthesize.test_teacher import GOOD, serving


def planned(english: int, query: int) -> pl.DataFrame:
    rows = [seed_row(*country) for country in COUNTRIES[: english + query]]
    table = seed_table(rows)
    return table.with_columns(trace=pl.Series(["english"] * english + ["query"] * query), variant=pl.lit(0))


@pytest.mark.parametrize(
    ("most", "expected"), [(1, [1, 0]), (2, [1, 1]), (5, [3, 2]), (7, [5, 2]), (None, [None, None])]
)
def test_the_two_runs_of_a_teacher_keep_to_its_limit_in_all(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, most: int | None, expected: list[int | None]
) -> None:
    given: list[Limits] = []

    def noting(part: pl.DataFrame, *rest: Any, limits: Limits, **more: Any) -> pl.DataFrame:
        given.append(limits)
        return part

    monkeypatch.setattr(teaching, "teach", noting)
    asked = Asked(Limits(most, 3.0), Prices(1.0, 1.0))
    made = by_model(planned(8, 4), {}, "m", tmp_path, read_recipe(), None, asked)
    assert made.height == 12
    assert [limits.requests for limits in given] == expected
    assert [limits.dollars for limits in given] == [2.0, 1.0]


def test_a_part_without_requests_is_not_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with model_server(lambda body: choice(GOOD)) as served:
        model = serving(monkeypatch, "parts", served)
        made = by_model(planned(4, 1), {}, model, tmp_path, read_recipe(), None, Asked(Limits(2)))
        # The greeting counts.
        assert len(served.asked) == 1
    assert made["fault"].null_count() == 1
    assert set(made["fault"].drop_nulls()) == {"not asked: the limit of the run is reached"}
    assert not (tmp_path / "query").exists()


def test_the_two_conditions_of_self_keep_to_its_limit_in_all(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    rows = [seed_row(*country) for country in COUNTRIES[:3]]
    one = {"condition": "entity_only", "answer": "Athens", "answer_lang": "en"}
    seeds = seed_table([*rows, seed_row(*COUNTRIES[0], **one)])
    recipe = replace(read_recipe(), variants=1)
    with model_server(lambda body: choice("Афины")) as served:
        model = serving(monkeypatch, "halves", served)
        made = by_self(seeds, question_table(3), model, tmp_path, recipe, Asked(Limits(2)))
        assert len(served.asked) == 1
    assert made.height == 4
    only = made.filter(condition="entity_only")
    assert only["fault"].to_list() == ["not asked: the limit of the run is reached"]
    assert not (tmp_path / "self" / "entity_only").exists()

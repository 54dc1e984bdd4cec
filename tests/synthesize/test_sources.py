"""What samples are made of: what is given is used, or refused with what to do."""

from pathlib import Path

import pytest

from scriptgap.errors import UsageError
from scriptgap.synthesize.recipe import recipe_of
from scriptgap.synthesize.sources import read_source
from tests.synthesize.test_distill import question_table

NAMES = "name_source,name_query,source_lang,query_lang\nIvan,Иван,en,ru\nKoba,Koba,en,de\n"


@pytest.fixture
def names(tmp_path: Path) -> Path:
    file = tmp_path / "people.csv"
    file.write_text(NAMES, encoding="utf-8")
    return file


def test_names_are_seeds_beside_facts(names: Path) -> None:
    seeds = read_source(question_table(), recipe_of("relations: [capital, name]"), names).seeds
    assert seeds.filter(topic="name").select("prompt", "answer", "condition", "kind").rows() == [
        ("Name: Иван. In English?", "Ivan", "entity_only", "cross_script")
    ]
    assert set(seeds["topic"]) == {"capital", "name"}


@pytest.mark.parametrize(
    ("recipe", "message"),
    [
        ("relations: [capital]", r"the recipe's relations leave names out; set relations: \[capital, name\]"),
        (
            "conditions: {plain: 1}",
            "the recipe gives no share; set conditions: {plain: 0.5, entity_only: 0.5}",
        ),
        ("languages: [de]", "people.csv: no name is of the recipe's languages and kinds, and written diff"),
        ("kinds: {source_language: 1}", "people.csv: no name is of the recipe's languages and kinds"),
    ],
)
def test_names_that_the_recipe_has_no_place_for_are_refused(names: Path, recipe: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        read_source(question_table(), recipe_of(recipe), names)

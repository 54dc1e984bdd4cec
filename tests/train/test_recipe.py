import pytest

from scriptgap.errors import UsageError
from scriptgap.train.recipe import default_text, read_recipe, recipe_of, with_options


def test_the_default_recipe_reads() -> None:
    recipe = read_recipe()
    assert recipe.learning_rate == pytest.approx(6e-4)
    assert (recipe.method, recipe.rank, recipe.packing) == ("lora", 32, "auto")
    assert recipe.text == default_text()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("learning_rate: fast", "not a number from 0"),
        ("learning_rate: 0", "must be above 0"),
        ("lora: {rnak: 4}", "did you mean 'rank'?"),
        ("method: lore", "did you mean 'lora'?"),
        ("warmup: 2", "not a share"),
        ("batch: 10\nrows_at_once: 4", "does not divide batch 10"),
        ("stepps: 3", "did you mean 'steps'?"),
        ("- a", "not keys with values"),
    ],
)
def test_what_is_wrong_is_said(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said.replace("?", r"\?")):
        recipe_of(text)


def test_yaml_reads_yes_as_true() -> None:
    assert recipe_of("packing: yes").packing == "yes"


def test_options_override_and_are_noted() -> None:
    recipe = with_options(recipe_of("steps: 5"), 7, None)
    assert recipe.steps == 7
    assert recipe_of(recipe.text).steps == 7

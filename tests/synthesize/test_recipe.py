"""The recipe: defaults, and errors that say what is wrong."""

from pathlib import Path

import pytest

from scriptgap.errors import UsageError
from scriptgap.synthesize.recipe import default_text, read_recipe, recipe_of, settings, with_options


def test_the_default_recipe_is_what_an_empty_one_means() -> None:
    assert settings(recipe_of("")) == settings(read_recipe()) == settings(recipe_of(default_text()))


def test_own_keys_replace_the_default_and_the_others_stay() -> None:
    recipe = recipe_of("languages: [ru, zh_hant]\nbalance: {relation: 50}\nlimits: {longest: 300}\n")
    assert recipe.languages == ("ru", "zh-Hant")
    assert recipe.balance == {"script_pair": "equal", "relation": 50, "difficulty": "proportional"}
    assert (recipe.limits.longest, recipe.limits.shortest) == (300, 8)
    assert recipe.samples == read_recipe().samples
    assert (recipe.shots, recipe_of("shots: 2").shots) == (0, 2)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("langages: all", "unknown key 'langages'; did you mean 'languages'?"),
        ("zzz: 1", "unknown key 'zzz'; the keys are languages, relations"),
        ("languages: [frnech]", "languages: unknown language tag 'frnech'; did you mean 'fr'"),
        ("languages: [no]", "put quotes around 'no'"),
        ("languages: ru", "neither all nor a list"),
        ("relations: []", "neither all nor a list"),
        ("split: {train: 0.5, test: 0.4}", "the shares together are 0.9, not 1"),
        ("split: {train: 0, test: 1}", "train has no share"),
        ("kinds: {cross_script: 1.5, replay: -0.5}", "replay is -0.5, not a share"),
        ("kinds: {cross_scripts: 1}", "did you mean 'cross_script'?"),
        ("conditions: [plain]", "not keys with values"),
        ("style: ful", "style: unknown value 'ful'; did you mean 'full'?"),
        ("form: chat", "form: unknown value 'chat'; there are messages"),
        ("variants: 0", "variants: is 0, not a whole number from 1"),
        ("samples: many", "samples: is 'many'"),
        ("shots: -1", "shots: is -1, not a whole number from 0"),
        ("balance: {script_pair: same}", "balance: script_pair: unknown value 'same'"),
        ("balance: {script: equal}", "did you mean 'script_pair'?"),
        ("limits: {shortest: 20, longest: 10}", "shortest is more than longest"),
        ("limits: {most_alike: 2}", "most_alike is 2"),
        ("[1, 2]", "not keys with values"),
        ("a: [", "line 1: not YAML"),
    ],
)
def test_what_is_wrong_is_said(text: str, message: str) -> None:
    with pytest.raises(UsageError) as error:
        recipe_of(text, "mine.yaml")
    assert message in str(error.value)
    assert str(error.value).startswith("mine.yaml:")


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"absent.yaml: cannot be read \(No such file"):
        read_recipe(tmp_path / "absent.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"style: \xff")
    with pytest.raises(UsageError, match="not UTF-8"):
        read_recipe(tmp_path / "latin.yaml")


def test_options_override_and_are_noted_in_the_text() -> None:
    recipe = with_options(read_recipe(), "direct", "completion")
    assert (recipe.style, recipe.form) == ("direct", "completion")
    assert settings(recipe_of(recipe.text)) == settings(recipe)
    with pytest.raises(UsageError, match="--style: unknown value 'ful'"):
        with_options(recipe, "ful")

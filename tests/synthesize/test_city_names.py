"""The built-in names of cities."""

import pytest

from scriptgap.errors import UsageError
from scriptgap.languages import language
from scriptgap.scripts import script_of
from scriptgap.synthesize import city_names as module
from scriptgap.synthesize.city_names import MOST, city_names
from scriptgap.synthesize.recipe import recipe_of
from scriptgap.synthesize.sources import read_source


def test_names_are_in_the_script_of_their_language_and_their_sounds_are_near() -> None:
    names = city_names(["en", "ru", "el", "ko"])
    assert names["query_lang"].unique().sort().to_list() == ["el", "ko", "ru"]
    assert names.group_by("query_lang").len()["len"].is_between(1_500, MOST).all()
    for source, query, tag in names.select("name_source", "name_query", "query_lang").iter_rows():
        assert script_of(source) == "Latn"
        assert script_of(query) == {"ko": "Hang"}.get(tag, language(tag).script)
    pairs = set(names.select("name_source", "name_query").iter_rows())
    assert {("Toronto", "Торонто"), ("Kinshasa", "Κινσάσα"), ("Istanbul", "이스탄불")} <= pairs
    assert ("Ho Chi Minh City", "Сайгон") not in pairs


def test_letters_of_other_languages_of_the_script_are_no_names_of_this_one() -> None:
    assert not module._is_name("Київ", "ru")
    assert module._is_name("Киев", "ru")
    assert not module._is_name("Нью-York", "ru")
    assert not module._is_name("Омск (город)", "ru")


@pytest.mark.parametrize("tags", [["en", "fr"], ["zh-Hans", "zh-Hant"], ["uk", "bg"]])
def test_no_name_where_the_script_does_not_tell_the_language(tags: list[str]) -> None:
    assert city_names(tags).is_empty()


def test_they_are_asked_beside_the_facts() -> None:
    recipe = recipe_of("languages: [en, el]\nrelations: [capital, name]\nkinds: {cross_script: 1}\n")
    read = read_source("atlas", recipe, "geonames")
    named = read.seeds.filter(dataset="geonames")
    assert named["query_lang"].unique().to_list() == ["el"]
    assert named["topic"].unique().to_list() == ["name"]
    assert named.height > 1_500
    with pytest.raises(UsageError, match="geonames: has names in none of the recipe's languages"):
        read_source("atlas", recipe_of(recipe.text.replace("en, el", "en, fr")), "geonames")

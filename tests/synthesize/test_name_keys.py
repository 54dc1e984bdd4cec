"""Keys of names: what they merge and what they keep apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scriptgap.scripts import script_of
from scriptgap.synthesize.name_distance import distances, weight, written
from scriptgap.synthesize.name_forms import name_forms
from scriptgap.synthesize.name_keys import (
    SOUNDS,
    bare_keys,
    plain_key,
    skeletons,
    sounds,
    spelling_key,
    unmarked_key,
    words_key,
)

NAMES = st.text(
    st.sampled_from(
        "abcdefghijklmnopqrstuvwxyzäöüßéçšжщюиаолрглдאבגדהושטאبتثجحرλμπχドイツクー한국독일北京के रिल '-."
    ),
    max_size=20,
)


def distance(one: str, other: str) -> float:
    pair = (sounds(one), sounds(other), written(script_of(one)), written(script_of(other)))
    return float(distances([pair])[0])


@pytest.mark.parametrize(
    ("one", "other"),
    [("Zürich", "ZUERICH"), ("Zürich", "Zurich"), ("Saint-Étienne", "saint etienne"), ("O’Brien", "OBrien"),
     ("Москва", "Moskva"), ("Ｂｅｒｌｉｎ", "Berlin"), ("Philippines", "Phillipines"), ("ドイツ", "Doitsu")],
)  # fmt: skip
def test_spellings_of_one_name_share_a_key(one: str, other: str) -> None:
    assert spelling_key(one) == spelling_key(other)


@pytest.mark.parametrize(("one", "other"), [("Iran", "Iraq"), ("Niger", "Nigeria"), ("Mali", "Malawi")])
def test_names_of_two_things_share_none(one: str, other: str) -> None:
    assert spelling_key(one) != spelling_key(other)
    assert not bare_keys(one) & bare_keys(other)


def test_bare_keys_undo_doubled_letters_and_lost_vowel_signs_of_any_script() -> None:
    assert bare_keys("ቶቶከላው") & bare_keys("ቶከላው")
    assert bare_keys("अगरज") & {unmarked_key("अंग्रेज़ी")}
    assert not bare_keys("सूडान") & bare_keys("सिडनी")
    assert bare_keys("글라라스베이") & bare_keys("글라스베이")


def test_words_in_another_order_share_a_key() -> None:
    assert words_key("Washington, George") == words_key("George Washington")
    assert words_key("George") is None


def test_forms_leave_out_parentheses_articles_and_commas() -> None:
    assert name_forms("Mercury (planet)") == ("Mercury (planet)", "Mercury")
    assert "Gambia" in name_forms("The Gambia")
    assert "George Washington" in name_forms("Washington, George")
    assert name_forms("1984") == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [("George Washington", "Джордж Вашингтон"), ("Angela Merkel", "アンゲラ・メルケル"),
     ("Angela Merkel", "أنجيلا ميركل"), ("Peter Jackson", "Πίτερ Τζάκσον"), ("Barack Obama", "בראק אובמה"),
     ("Vladimir Putin", "블라디미르 푸틴"), ("Narendra Modi", "नरेन्द्र मोदी")],
)  # fmt: skip
def test_one_person_in_two_scripts_is_near_and_another_is_not(one: str, other: str) -> None:
    assert distance(one, other) < 0.16
    assert distance("Christopher Columbus", other) > 0.3


@given(NAMES, NAMES)
def test_distance_is_symmetric_within_bounds_and_zero_for_the_same(one: str, other: str) -> None:
    there, back = distance(one, other), distance(other, one)
    assert there == pytest.approx(back, abs=1e-5)
    assert 0 <= there <= 2.5
    assert distance(one, one) == 0


@given(NAMES)
def test_keys_are_stable_and_in_their_alphabet(name: str) -> None:
    assert plain_key(plain_key(name)) == plain_key(name)
    assert set(sounds(name)) <= set(SOUNDS)
    assert spelling_key(name).isascii()
    assert all(set(key) <= set("PTKSLN") for key in skeletons(sounds(name)))
    assert 0 <= weight(sounds(name)) <= len(sounds(name))

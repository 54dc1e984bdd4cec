"""Case endings: what is the same name, and what is another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scriptgap.scoring.inflection import inflected_rivals, inflects
from scriptgap.scoring.matching import match, normalize


@pytest.mark.parametrize(
    ("tag", "form", "response"),
    [
        ("ru", "Россия", "Озеро находится в России."),
        ("ru", "Соединённые Штаты", "Это город в Соединенных Штатах Америки"),
        ("uk", "Таїланд", "Чіангмай знаходиться в **Таїланді**."),
        ("uk", "Кенія", "це місто в Кенії"),
        ("uk", "Туреччина", "знаходиться в Туреччині, у Стамбулі"),
        ("be", "Польшча", "Гэта горад у Польшчы"),
        ("el", "Ταϊλάνδη", "βρίσκεται στην πόλη της Ταϊλάνδης"),
        ("pl", "Japonia", "To miasto w Japonii"),
        ("cs", "Praha", "Bydlí u Prahy"),
        ("fi", "Pariisi", "Se on Pariisissa"),
        ("tr", "Türkiye", "Türkiyede"),
        ("ru", "Иран", "в Иране"),
        ("hu", "Budapest", "Budapesten él"),
        ("de", "Deutschland", "die Hauptstadt Deutschlands"),
        ("sr", "Француска", "у Француској"),
        ("ro", "Franța", "capitala Franței"),
        ("lt", "Vilnius", "Vilniuje"),
    ],
)
def test_an_inflected_name_is_the_name(tag: str, form: str, response: str) -> None:
    assert match(response, [form], tag=tag) == form


@pytest.mark.parametrize(
    ("tag", "form", "response"),
    [
        ("ru", "Австрия", "в Австралии"),
        ("ru", "Иран", "в Ираке"),
        ("uk", "Індія", "в Індонезії"),
        ("fr", "Tunis", "la Tunisie"),
        ("en", "Rome", "Romania"),
        ("ja", "日本", "中国"),
        ("xx-unknown", "Россия", "в России"),
    ],
)
def test_another_name_is_not(tag: str, form: str, response: str) -> None:
    assert match(response, [form], tag=tag) is None


def test_a_form_that_two_answers_share_counts_for_neither() -> None:
    accepted = {"NE": ["Нигер"], "NG": ["Нигерия"]}
    rivals = inflected_rivals(accepted, ["ru"])
    assert rivals == {"NE": {"нигерия"}, "NG": {"нигер"}}
    for code in accepted:
        assert match("в Нигерии", accepted[code], rivals[code], "ru") is None
        assert match(accepted[code][0], accepted[code], rivals[code], "ru") == accepted[code][0]


def test_a_form_inside_another_answers_name_is_hidden_by_it() -> None:
    accepted = {"MA": ["Fas"], "BF": ["Burkina Faso"]}
    rivals = inflected_rivals(accepted, ["pl"])
    assert match("w Burkina Faso", accepted["MA"], rivals["MA"], "pl") is None


@given(st.sampled_from(["ru", "uk", "el", "tr", "pl", "hy", "hi"]), st.text(max_size=30))
def test_every_form_matches_itself(tag: str, text: str) -> None:
    assert inflects(tag)
    if normalize(text):
        assert match(text, [text], tag=tag) == text

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scriptgap.candidates.letters import SOURCE_LETTERS, fold_query, fold_source, sounds_of


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("Gordó", "gordo"),
        ("Łódź", "lodz"),
        ("O’Higgins", "o'higgins"),
        ("Æthel  Ød", "aethel od"),
        ("Страна", ""),
    ],
)
def test_fold_source(name: str, folded: str) -> None:
    assert fold_source(name) == folded


@given(st.text())
def test_fold_source_gives_known_letters_and_is_stable(text: str) -> None:
    folded = fold_source(text)
    assert set(folded) <= set(SOURCE_LETTERS)
    assert fold_source(folded) == folded


@given(st.text(max_size=30))
def test_fold_query_is_stable(text: str) -> None:
    assert fold_query(fold_query(text)) == fold_query(text)


def test_fold_query_takes_one_form_of_each_letter() -> None:
    assert fold_query("שלום") == fold_query("שלומ")
    assert fold_query("كتابي") == fold_query("کتابی")
    assert fold_query("庫") == fold_query("库")
    assert len(fold_query("한국")) == 6


def test_sounds_keep_characters_of_chinese_apart() -> None:
    assert sounds_of("卢梭") == "lu-suo"
    assert sounds_of(fold_query("부산")) == "busan"

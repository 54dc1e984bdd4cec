import pytest
from hypothesis import given
from hypothesis import strategies as st

from scriptgap.candidates.rules import LearnedUnits, general_rule
from scriptgap.candidates.spelling import true_step


@pytest.mark.parametrize(
    ("letters", "spelling", "rule"),
    [
        ("р", "r", "uroman"),
        ("к", "c", "sound spelling"),
        ("ф", "ph", "sound spelling"),
        ("ב", "be", "unwritten vowel"),
        ("م", "ma", "unwritten vowel"),
        ("ク", "c", "vowel not spoken"),
        ("ь", "", "uroman"),
        ("ह", "h", "vowel not spoken"),
        ("р", "k", None),
        ("ク", "m", None),
        ("ب", "tra", None),
    ],
)
def test_general_rule(letters: str, spelling: str, rule: str | None) -> None:
    assert general_rule(letters, spelling) == rule


@given(st.text(st.characters(categories=["L"]), min_size=1, max_size=3), st.text(max_size=4))
def test_any_letters_get_a_rule_or_none(letters: str, spelling: str) -> None:
    assert general_rule(letters, spelling) in {
        None, "uroman", "sound spelling", "unwritten vowel", "vowel not spoken", "silent letter"
    }  # fmt: skip


def test_rare_readings_are_no_rule() -> None:
    units = LearnedUnits({("к", "k"): 900, ("к", "zz"): 2, ("к", "ch"): 50, ("к", "b"): 4})
    assert list(units.readings("к")) == ["k", "ch"]
    assert units.share("к", "zz") == 0


def test_latin_letters_are_no_step() -> None:
    assert true_step("a", "a", "en", "en") is None

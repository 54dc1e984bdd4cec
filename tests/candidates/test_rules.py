import pytest
from hypothesis import given
from hypothesis import strategies as st

from scriptgap.candidates.rules import LearnedUnits, general_rule, plausible
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
        ("г", "h", "sound spelling"),
        ("გ", "h", None),
        ("а", "o", None),
        ("н", "ne", "sound spelling"),
        ("τζ", "j", "sound spelling"),
        ("ς", "", "silent letter"),
        ("ال", "", "silent letter"),
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
    units = LearnedUnits({("к", "k"): 800, ("к", "zz"): 60, ("к", "ch"): 60, ("к", "b"): 4})
    assert list(units.readings("к")) == ["k", "ch"]
    assert units.share("к", "zz") == 0


def test_punctuation_is_no_spelling() -> None:
    units = LearnedUnits({("ప", "t."): 10, ("ప", "p"): 10, ("ప", "&"): 9})
    assert set(units.readings("ప")) == {"t", "p", ""}


@pytest.mark.parametrize(
    ("letters", "spelling", "expected"),
    [
        *(("φ", "a", False), ("з", "i", False), ("и", "k", False), ("κ", "", False), ("ν", "d", False)),
        *(("χ", "h", True), ("ј", "i", True), ("ъ", "o", True), ("भ", "v", True), ("加", "ka", True)),
        *(("加", "a", False), ("南", "south", False), ("川", "kawa", False), ("尔", "l", True)),
    ],
)
def test_vowels_are_no_consonants(letters: str, spelling: str, expected: bool) -> None:
    assert plausible(letters, spelling) is expected


@pytest.mark.parametrize(
    ("letters", "spelling"),
    [("з", "i"), ("ш", "k"), ("ж", "y"), ("θ", "c"), ("φ", "a"), ("გ", "h"), ("δ", "s")],
)
def test_noise_of_alignment_is_no_true_step(letters: str, spelling: str) -> None:
    assert true_step(letters, spelling, "", "en") is None


def test_latin_letters_are_no_step() -> None:
    assert true_step("a", "a", "en", "en") is None

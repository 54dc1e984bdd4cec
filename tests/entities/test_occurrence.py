"""Names in texts: word boundaries of every script, titles, and what is shown as evidence."""

import unicodedata

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from scriptgap.entities.occurrence import (
    evidence,
    find_name,
    names_of_title,
    occurrence,
    part_of_title,
    title_in,
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
WORDS = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("Ann", "The Annual of Ann.", "Ann"),
        ("Ann", "The Annual", None),
        ("AFN Bremerhaven", "in l'AFN Bremerhaven ?", "AFN Bremerhaven"),
        ("bulk Material analyzer", "the Bulk  material\nanalyzer's belt", "Bulk  material\nanalyzer"),
        ("That's What", "of “That’s What Love”", "That’s What"),
        ("Arroyo Penasco Group", "the Arroyo Peñasco Group.", "Arroyo Peñasco Group"),
        ("Straße", "in der STRASSE", "STRASSE"),
        ("K-1", "K–1: K’Festa", "K–1"),
        ("Prizzi", "普里兹 (Prizzi) 系列", "Prizzi"),
        ("普里兹", "美国普里兹系列小说", "普里兹"),
        ("インド", "インドネシアの首都", None),
        ("インド", "国インドの首都", "インド"),
        ("กรีซ", "ประเทศกรีซอยู่ที่ไหน", "กรีซ"),
        ("हिन", "हिन्दी भाषा", None),
        ("हिन्दी", "वह हिन्दी है", "हिन्दी"),
        ("인도", "인도네시아는", None),
        ("인도", "인도는 어디", "인도"),
        ("פריצי", "ברומנים של פריצי?", "פריצי"),
        ("ירושלים", "בירושלים", "ירושלים"),
        ("Россия", "в России", None),
        ("Zürich", unicodedata.normalize("NFD", "in Zürich,"), unicodedata.normalize("NFD", "Zürich")),
        ("Zürich", "in ZU\u0308RICH", "ZU\u0308RICH"),
        ("Nguyễn Thị Mỹ Đức", unicodedata.normalize("NFD", "x Nguyễn Thị Mỹ Đức?"), ...),
        ("", "text", None),
        ("?!", "text?!", None),
        ("Ann", "", None),
    ],
)
def test_a_name_is_found_as_words_of_its_own(name: str, text: str, found: object) -> None:
    span = find_name(name, text)
    shown = None if span is None else text[slice(*span)]
    if found is ...:
        assert shown is not None
        assert unicodedata.normalize("NFC", shown) == name
    else:
        assert shown == found


@given(TEXTS, WORDS, TEXTS)
def test_a_name_between_spaces_is_found_as_it_is_written(before: str, name: str, after: str) -> None:
    text = f"{before} {name} {after}"
    found = occurrence(name, text)
    assert found is not None
    assert found in text
    assert occurrence(found, text) == found


@given(WORDS.filter(lambda word: regex.fullmatch(r"\p{Latin}+", word) is not None))
def test_a_name_in_letters_is_not_found_inside_a_longer_word(name: str) -> None:
    assert find_name(name, f"x{name}x y{name}") is None


@given(TEXTS, TEXTS)
def test_whatever_the_texts_the_place_is_in_the_text(name: str, text: str) -> None:
    span = find_name(name, text)
    if span is not None:
        assert 0 <= span[0] < span[1] <= len(text)
        shown = evidence(name, text)
        assert shown is not None
        assert " ".join(text[slice(*span)].split()) in shown.replace("【", "").replace("】", "")


def test_evidence_shows_what_is_beside_and_says_what_is_left_out() -> None:
    shown = evidence("Ann", f"{'a' * 50} Ann\nand {'b' * 60}")
    assert shown == f"…{'a' * 39} 【Ann】 and {'b' * 35}…"
    assert evidence("Ann", "Annual") is None


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("Fighter (David Nail album)", ["Fighter (David Nail album)", "Fighter"]),
        ("(What's the Story) Morning Glory?", ["(What's the Story) Morning Glory?"]),
        ("水星（行星）", ["水星（行星）", "水星"]),
        ("Vedder Crossing, Chilliwack", ["Vedder Crossing, Chilliwack"]),
        ("(album)", ["(album)"]),
        (" ", []),
    ],
)
def test_what_tells_articles_apart_is_no_part_of_the_name(title: str, names: list[str]) -> None:
    assert names_of_title(title) == names


def test_the_whole_title_goes_before_the_bare_name() -> None:
    assert title_in("Blur (band)", "Blur, or Blur (band)") == "Blur (band)"
    assert title_in("Blur (band)", "the album Blur") == "Blur"
    assert title_in("Blur (band)", "a blurred text") is None
    assert title_in("Blur (band)", None) is None


@pytest.mark.parametrize(
    ("title", "text", "part"),
    [
        ("Vedder Crossing, Chilliwack", "What was built in the Vedder Crossing area?", "Vedder Crossing"),
        (
            "Swimming at the 1984 Summer Olympics – Men's 100 metre butterfly",
            "In what city did the 1984 Summer Olympics men's 100 metre butterfly final take place?",
            "1984 Summer Olympics",
        ),
        ("Augie Donatelli", "When was August Joseph Donatelli's plane shot down?", "Donatelli"),
        ("Right of access to personal data", "Who has the right of access?", None),
        ("List of Turkish politicians", "Who was the first female mayor in Turkey?", None),
        ("Ann Lee (album)", "Whose annual album is it?", None),
        ("東京タワー", "タワーはどこ?", None),
        ("Anything", None, None),
    ],
)
def test_the_part_of_a_title_that_a_question_names(title: str, text: str | None, part: str | None) -> None:
    assert part_of_title(title, text) == part

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scriptgap.errors import UsageError
from scriptgap.scoring.normalize import ARTICLES, normalize, normalize_answer, without_prefix_articles

TAGS = ["en", "fr", "de", "tr", "ru", "ar", "he", "fa", "hi", "th", "ja", "zh-Hant", "ko", "el", "sv"]


@pytest.mark.parametrize(
    ("text", "tag", "expected"),
    [
        ("The Beatles", "en", "beatles"),
        ("The Beatles", "de", "the beatles"),
        ("Vitamin A", "en", "vitamin a"),
        ("the", "en", "the"),
        ("A", "en", "a"),
        ("La Tour Eiffel", "fr", "tour eiffel"),
        ("L’Aquila", "it", "aquila"),
        ("l'homme", "fr", "homme"),
        ("aujourd'hui", "fr", "aujourdhui"),
        ("Das Boot", "de", "boot"),
        # The numeral one is no article.
        ("un", "fr", "un"),
        ("ein Jahr", "de", "ein jahr"),
        ("en bok", "sv", "en bok"),
        ("Η Αθήνα", "el", "αθήνα"),
        # I and its dot, by language.
        ("ISPARTA", "tr", "ısparta"),
        ("İZMİR", "tr", "izmir"),
        ("İzmir", "en", "izmir"),
        ("ISPARTA", "en", "isparta"),
        ("ISPARTA", "az-Latn", "ısparta"),
        ("STRASSE", "de", "strasse"),
        ("Straße", "de", "strasse"),
        # Accents tell words apart, but for the stress mark.
        ("São Paulo", "pt", "são paulo"),
        ("Москва\u0301", "ru", "москва"),
        ("Королёв", "ru", "королев"),
        ("йод", "ru", "йод"),
        ("Ёсць", "be", "ёсць"),
        # Digits and width.
        ("１９４５", "ja", "1945"),
        ("२०२४", "hi", "2024"),
        ("٢٠٢٤", "ar", "2024"),
        ("۲۰۲۴", "fa", "2024"),
        ("๒๕", "th", "25"),
        ("ﾄｳｷｮｳ", "ja", "トウキョウ"),
        # Punctuation of every script.
        ("「東京」。", "ja", "東京"),
        ("नई दिल्ली।", "hi", "नई दिल्ली"),
        ("الرياض؟", "ar", "الریاض"),
        ("ភ្នំពេញ។", "km", "ភ្នំពេញ"),
        ("Jean-Paul", "fr", "jean paul"),
        ("N'Djamena", "en", "ndjamena"),
        ("U.S.A.", "en", "usa"),
        ("J.R.R. Tolkien", "en", "jrr tolkien"),
        ("end.of", "en", "end of"),
        ("תל־אביב", "he", "תל אביב"),
        ('צה"ל', "he", "צהל"),
        # Marks: those of abjads go, those of Indic scripts are letters.
        ("الرِّيَاض", "ar", "الریاض"),
        ("محـــمد", "ar", "محمد"),
        ("أحمد إلى آخر", "ar", "احمد الی اخر"),
        ("כֹּהֵן", "he", "כהן"),
        ("हिन्दी", "hi", "हिन्दी"),
        ("ক্\u200dষ", "bn", "ক্ষ"),
        ("می\u200cروم", "fa", "می روم"),
        ("Tokyo\u200e", "en", "tokyo"),
        # Symbols alone are kept, and what shows nothing is empty.
        ("♥", "en", "♥"),
        ("...", "en", "..."),
        (" \u200b", "en", ""),
        ("", "en", ""),
    ],
)
def test_normalize_answer(text: str, tag: str, expected: str) -> None:
    assert normalize_answer(text, tag) == expected


def test_unknown_language() -> None:
    with pytest.raises(UsageError):
        normalize_answer("x", "xx-unknown")


@pytest.mark.parametrize(
    ("text", "tag", "expected"),
    [
        ("الریاض", "ar", "ریاض"),
        ("ال", "ar", "ال"),
        ("הים התיכון", "he", "ים תיכון"),
        ("הר", "he", "הר"),
        ("the sea", "en", "the sea"),
    ],
)
def test_without_prefix_articles(text: str, tag: str, expected: str) -> None:
    assert without_prefix_articles(text, tag) == expected


def test_articles_are_normalised_words() -> None:
    assert normalize_answer("Της Αθήνας", "el") == "αθήνασ"
    for tag, articles in ARTICLES.items():
        for article in articles:
            assert normalize_answer(article, tag) == article
            assert normalize_answer(f"{article} x y", tag) == "x y"


@given(st.text(), st.sampled_from(TAGS))
def test_normalize_answer_is_stable_and_empty_only_for_nothing(text: str, tag: str) -> None:
    folded = normalize_answer(text, tag)
    # NFKC itself is not stable under case folding for a few characters.
    if unicodedata.normalize("NFKC", folded).casefold() == folded:
        assert normalize_answer(folded, tag) == folded
    assert folded == " ".join(folded.split())
    if any(character.isalnum() for character in unicodedata.normalize("NFKC", text)):
        assert folded


@given(st.text(alphabet=st.characters(categories=["Nd"]), min_size=1))
def test_digits_of_every_script_are_ascii(text: str) -> None:
    expected = "".join(str(unicodedata.decimal(digit)) for digit in unicodedata.normalize("NFKC", text))
    assert normalize(text) == normalize_answer(text, "en") == expected

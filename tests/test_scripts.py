import sys
import unicodedata

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from scriptgap.errors import UsageError
from scriptgap.scripts import fold_script, romanize, script_of


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("Paris", "Latn"),
        ("Łódź", "Latn"),
        ("Москва", "Cyrl"),
        ("القاهرة", "Arab"),
        ("ירושלים", "Hebr"),
        ("Αθήνα", "Grek"),
        ("दिल्ली", "Deva"),
        ("กรุงเทพฯ", "Thai"),
        ("តាកែវ", "Khmr"),
        ("தமிழ்", "Taml"),
        ("አዲስ አበባ", "Ethi"),
        ("თბილისი", "Geor"),
        ("ရန်ကုန်", "Mymr"),
        ("北京", "Hani"),
        ("臺北", "Hani"),
        ("東京", "Hani"),
        ("東京タワー", "Jpan"),
        ("とうきょう", "Jpan"),
        ("ソニー", "Jpan"),
        ("서울", "Hang"),
        ("서울特別市に", "Jpan"),  # four of Japanese, two of Hangul
        ("Sony は 東京 の会社 です", "Jpan"),
        ("iPhone是手机", "Latn"),
        ("Москва is the capital", "Latn"),
        ("aб", "Latn"),
        ("бa", "Cyrl"),
        ("", None),
        ("2024", None),
        ("٤٢ !?", None),
        ("🎉 ー", None),
        ("\ud800", None),
        ("́", None),
    ],
)
def test_script_of(text, script):
    assert script_of(text) == script


@given(st.text(st.characters(codec=None)))
def test_script_of_any_text_is_a_script_or_nothing(text):
    script = script_of(text)
    assert script is None or (len(script) == 4 and script not in {"Kore", "Hans", "Hant", "Hira", "Kana"})
    if script is None:
        assert not any(regex.match(r"\p{Script=Latn}|\p{Script=Cyrl}", c) for c in text if c.isalpha())


@given(st.text(), st.integers(2, 5))
def test_script_of_repeated_text_is_the_same(text, times):
    assert script_of(text * times) == script_of(text)


@given(st.text("abc 123.", min_size=1), st.text("ёжик", min_size=1))
def test_script_of_the_longer_part_wins(latin, cyrillic):
    letters = sum(c.isalpha() for c in latin)
    expected = "Latn" if letters > len(cyrillic) else "Cyrl"
    if letters != len(cyrillic):
        assert script_of(latin + cyrillic) == expected


def test_every_letter_of_one_script_has_it():
    common = regex.compile(r"\p{Script=Common}|\p{Script=Inherited}")
    missed = [
        hex(code)
        for code in range(sys.maxunicode + 1)
        if unicodedata.category(character := chr(code)).startswith("L")
        and not 0x4E00 <= code < 0x9FFF
        and not 0xAC00 <= code < 0xD7A3
        and not 0x17000 <= code < 0x40000
        and not common.match(character)
        and script_of(character) is None
    ]
    assert missed == []


def test_fold_script():
    assert fold_script("Jpan") == {"Hani", "Hira", "Kana"}
    assert fold_script("Kore") == fold_script("Hang") == {"Hang"}
    assert fold_script("Hans") == fold_script("Hant") == {"Hani"}
    assert fold_script("Latn") == {"Latn"}


@given(st.text(st.characters(codec="ascii")))
def test_ascii_text_is_not_romanized(text):
    assert romanize(text) == text


def test_unknown_language_of_a_text():
    with pytest.raises(UsageError, match="unknown language tag"):
        romanize("Paris", "klingonese")


@pytest.mark.parametrize(
    ("text", "lang", "latin"),
    [
        ("Київ", "uk", "Kyiv"),
        ("Łódź", "pl", "Lodz"),
        ("São Paulo", None, "Sao Paulo"),
        ("Übung", "de", "Uebung"),
        ("서울", "ko", "seoul"),
        ("北京", "zh-Hans", "beijing"),
        ("東京", "ja", "dongjing"),
        ("Αθήνα", "el", "Athena"),
        ("Москва", None, "Moskva"),
    ],
)
def test_romanize(text, lang, latin):
    assert romanize(text, lang) == latin

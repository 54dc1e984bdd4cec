import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scriptgap.script_swap import japanese


@pytest.mark.parametrize(
    ("text", "hiragana", "latin"),
    [
        ("東京へ行く。", "とうきょうへいく。", "Toukyou e iku."),
        ("これは何ですか？", "これはなんですか？", "Kore wa nan desu ka?"),
        ("国：{entity}。この国は？", "くに：{entity}。このくには？", "Kuni: {entity}. Kono kuni wa?"),
        ("アメリカの首都", "あめりかのしゅと", "Amerika no shuto"),
    ],
)
def test_texts(text, hiragana, latin):
    assert japanese.to_hiragana(text) == hiragana
    assert japanese.to_katakana(text) == japanese.katakana(hiragana)
    assert japanese.to_latin(text) == latin


def test_no_english_spelling_leaks():
    assert "curry" not in japanese.to_latin("カレーを食べる").lower()


def test_acronyms_numbers_and_lines_stay():
    assert japanese.to_hiragana("NHKは1925年\nです") == "NHKは1925ねん\nです"


@pytest.mark.parametrize(
    ("kana", "latin"),
    [
        ("ジョン・スミス", "jon sumisu"),
        ("シャルル", "sharuru"),
        ("チェーホフ", "chēhofu"),
        ("ヴィクトル", "vikutoru"),
        ("ハッチ", "hatchi"),
        ("マッテオ", "matteo"),
        ("ケンイチ", "ken’ichi"),
        ("ウィリアム", "wiriamu"),
        ("フェルナンデス", "ferunandesu"),
        ("ツァラ", "tsara"),
        ("ティム", "timu"),
    ],
)
def test_kana_names(kana, latin):
    assert japanese.kana_to_latin(kana) == latin
    assert japanese.latin_to_kana(latin) == kana
    assert japanese.kana_to_latin(japanese.hiragana(kana)) == latin


@given(st.text(st.characters(min_codepoint=ord("ァ"), max_codepoint=ord("ヶ"))))
def test_the_two_kana_are_one_to_one(text):
    assert japanese.katakana(japanese.hiragana(text)) == text


@settings(max_examples=50, deadline=None)
@given(st.text())
def test_never_crash(text):
    japanese.to_hiragana(text)
    japanese.to_latin(text)
    japanese.latin_to_kana(japanese.kana_to_latin(text))

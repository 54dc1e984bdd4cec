import pytest
from hypothesis import given
from hypothesis import strategies as st

from scriptgap.script_swap import chinese


@pytest.mark.parametrize(
    ("simplified", "traditional"),
    [
        ("中国的首都是哪座城市？", "中國的首都是哪座城市？"),
        ("头发与发展", "頭髮與發展"),
        ("乾隆皇帝后来", "乾隆皇帝後來"),
        ("NASA 在1958年", "NASA 在1958年"),
    ],
)
def test_characters(simplified, traditional):
    assert chinese.characters("s2tw")(simplified) == traditional
    assert chinese.characters("tw2s")(traditional) == simplified


@pytest.mark.parametrize(
    ("text", "pinyin"),
    [
        ("中国的首都是哪座城市？", "Zhōng guó de shǒu dū shì nǎ zuò chéng shì?"),
        ("重庆，银行", "Chóng qìng, yín háng"),
        ("NASA在1958年成立。", "NASA zài 1958 nián chéng lì."),
        ("《红楼梦》", '"Hóng lóu mèng"'),
        ("旅行", "Lǚ xíng"),
        ("国家：{entity}。这个国家", "Guó jiā: {entity}. Zhè ge guó jiā"),
        ("國家：這個國家", "Guó jiā: zhè ge guó jiā"),
        ("Is it 3, or 4?  ", "Is it 3, or 4?  "),
    ],
)
def test_pinyin(text, pinyin):
    assert chinese.to_pinyin(text) == pinyin


@pytest.mark.parametrize(
    ("name", "pinyin"),
    [
        ("北京", "beijing"),
        ("西安", "xi’an"),
        ("乔治·奥威尔", "qiaozhi aowei’er"),
        ("吕梁", "lüliang"),
        ("重庆", "chongqing"),
    ],
)
def test_names(name, pinyin):
    assert chinese.name_to_pinyin(name) == pinyin


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)) | st.text())
def test_never_crash(text):
    chinese.to_pinyin(text)
    chinese.name_to_pinyin(text)
    chinese.characters("s2tw")(text)

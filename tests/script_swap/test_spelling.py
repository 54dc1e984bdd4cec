from hypothesis import given
from hypothesis import strategies as st

from scriptgap.script_swap.spelling import Spelling, reversed_rules

TWO = Spelling({"ш": "sh", "^а": "ja", "а": "a", "и": "i"}, capitals={"i": "İ"})


def test_longest_rule_in_context_with_the_case_of_the_word():
    assert TWO("аша Аша АША Ш ши") == "jasha Jasha JASHA Sh shi"


def test_capitals_of_the_target_alphabet():
    assert TWO("Иша") == "İsha"


def test_a_word_with_an_unknown_letter_stays_whole():
    assert TWO("аща аша") == "аща jasha"


def test_addresses_and_roman_numerals_stay():
    back = Spelling({"i": "и", "v": "в", "x": "х", "a": "а", "c": "ц", "o": "о", "m": "м"})
    assert back("vi XIX IV a@c.com www.ai.com {vi} vi") == "ви XIX IV a@c.com www.ai.com {vi} ви"


def test_accents_stay_on_their_letters():
    assert TWO("ша\u0301") == "shá"


def test_signs_may_belong_to_words():
    assert Spelling({"a’": "х", "a": "а"}, joiners="’")("a’ ’a") == "х ’а"


def test_reversed_rules_try_the_longest_first():
    assert list(reversed_rules({"л": "l", "љ": "lj"})) == ["lj", "l"]


@given(st.text())
def test_never_crashes_and_keeps_what_has_no_letter(text):
    TWO(text)
    signs = "".join(sign for sign in text if sign.isascii() and not sign.isalpha())
    assert TWO(signs) == signs

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scriptgap.errors import UsageError
from scriptgap.languages import language
from scriptgap.script_swap import RULES, rule_for, swap, swap_name, targets
from scriptgap.script_swap.refusals import REFUSALS


def test_every_rule_is_found_by_its_tag_and_none_twice():
    keys = [(rule.language, rule.from_script, rule.to_script, rule.whole_text) for rule in RULES]
    assert len(set(keys)) == len(keys)
    for rule in RULES:
        tag = f"{rule.language}-{rule.from_script}"
        assert rule_for(tag, rule.to_script, rule.whole_text) is rule


def test_the_likely_script_is_the_one_to_start_from():
    assert swap("Грчка", "sr", "Latn") == swap("Грчка", "sr-Cyrl", "Latn") == "Grčka"
    assert swap("Grčka", "sr-Latn", "Cyrl") == "Грчка"
    assert swap("台灣", "zh-TW", "Hans") == "台湾"
    assert swap("Oʻzbek", "uz", "Cyrl") == "Ўзбек"


@pytest.mark.parametrize(
    ("lang", "whole", "names"),
    [
        ("sr", ["Latn"], ["Latn"]),
        ("kk", ["Arab", "Latn"], ["Arab", "Latn"]),
        ("hi", ["Latn"], ["Arab", "Latn"]),
        ("zh", ["Hant", "Latn"], ["Hant", "Latn"]),
        ("ja", ["Hira", "Kana", "Latn"], ["Hira", "Kana", "Latn"]),
        ("ru", [], ["Latn"]),
        ("he", [], []),
    ],
)
def test_targets(lang, whole, names):
    assert targets(lang) == whole
    assert targets(lang, whole_text=False) == names


def test_names_have_their_own_rules_and_capitals():
    assert swap("北京", "zh", "Latn") == "Běi jīng"
    assert swap_name("北京", "zh", "Latn") == "Beijing"
    assert swap_name("नई दिल्ली", "hi", "Latn") == "Nai Dilli"
    assert swap_name("ジョン・スミス", "ja-Kana", "Latn") == "Jon Sumisu"
    assert swap_name("서울", "ko", "Latn") == "Seoul"
    assert swap_name("თბილისი", "ka", "Latn") == "Tbilisi"
    assert swap_name("Київ", "uk", "Latn") == "Kyiv"
    assert swap_name("Београд", "sr", "Latn") == "Beograd"
    assert swap_name("西安", "zh", "Latn") == "Xi’an"


@pytest.mark.parametrize(
    "refused",
    REFUSALS,
    ids=lambda refused: "-".join(map(str, (refused.language, refused.from_script, refused.to_script))),
)
def test_refusals_say_why(refused):
    with pytest.raises(UsageError) as raised:
        swap("text", f"{refused.language}-{refused.from_script}", refused.to_script)
    message = str(raised.value)
    assert refused.reason in message
    assert "\n" not in message
    assert language(refused.language).name in message


@pytest.mark.parametrize(
    ("lang", "script", "reason"),
    [
        ("he", "Latn", "Hebrew, Hebr to Latn: vowels are not written"),
        ("ru", "Latn", "names are written so by rule, whole texts are not"),
        ("sr", "Cyrl", "written in Cyrl already"),
        ("sr", "Deva", "there is no rule for it .scripts with a rule: Latn"),
        ("sw", "Cyrl", "there is no rule for it .scripts with a rule: none"),
        ("sr", "Xxxx", "unknown script"),
        ("xx-bad-tag-here", "Latn", "unknown language tag"),
        ("en", "Cyrl", "letter by letter is not how"),
    ],
)
def test_what_has_no_rule_is_refused(lang, script, reason):
    with pytest.raises(UsageError, match=reason):
        swap("text", lang, script)


def test_a_missing_library_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "pypinyin", None)
    with pytest.raises(UsageError, match=r"pypinyin: pip install 'scriptgap\[swap\]'"):
        rule_for("zh", "Latn").forward("北京")


_RULES = st.sampled_from([rule for rule in RULES if rule.from_script != "Jpan"])


@settings(deadline=None)
@given(_RULES, st.text("0123456789 .:;-()!", max_size=20))
def test_numbers_and_shared_signs_stay(rule, text):
    swapped = rule.forward(text)
    assert swapped.translate(str.maketrans("؛", ";")) == text


@settings(deadline=None)
@given(
    _RULES.filter(lambda rule: rule.from_script not in ("Latn", "Kore")), st.text("abcXYZ 09", max_size=20)
)
def test_latin_words_stay_in_texts_of_other_scripts(rule, text):
    assert rule.forward(text) == text


@settings(deadline=None, max_examples=300)
@given(_RULES, st.text(max_size=40))
def test_no_rule_crashes(rule, text):
    swapped = rule.forward(text)
    if rule.back is not None:
        rule.back(swapped)


@settings(deadline=None)
@given(
    st.sampled_from([rule for rule in RULES if rule.from_script in ("Cyrl", "Deva", "Grek", "Geor", "Kana")]),
    st.text("абвгджзклмнопрстуфąक्ी भारतαθήναთბილისアイウ", max_size=30),
)
def test_what_is_swapped_stays_when_swapped_again(rule, text):
    once = rule.forward(text)
    assert rule.forward(once) == once

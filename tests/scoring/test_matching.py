import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scriptgap.scoring.matching import longer_forms, match, normalize


@pytest.mark.parametrize(
    ("response", "answers", "expected"),
    [
        ("Athens", ["Athens"], "Athens"),
        ("The capital is Athens.", ["Athens"], "Athens"),
        ("Washington, D.C.", ["Washington"], "Washington"),
        ("Αθήνα", ["Athens", "Αθήνα"], "Αθήνα"),
        ("Sao Paulo", ["São Paulo"], "São Paulo"),
        ("N’Djaména", ["N'Djamena"], "N'Djamena"),
        ("ＴＯＫＹＯ", ["Tokyo"], "Tokyo"),
        ("首都是北京。", ["北京"], "北京"),
        ("กรุงเทพมหานคร", ["กรุงเทพ"], "กรุงเทพ"),
        ("서울입니다", ["서울"], "서울"),
        ("नई दिल्ली", ["दिल्ली"], "दिल्ली"),
        ("الرِّيَاض", ["الرياض"], "الرياض"),
        ("אתונה היא הבירה", ["אתונה"], "אתונה"),
        ("Łódź", ["Lodz"], "Lodz"),
        ("New Delhi", ["Delhi", "New Delhi"], "New Delhi"),
        # Digits of every script.
        ("१९४५", ["1945"], "1945"),
        ("عام ١٩٤٥", ["1945"], "1945"),
        ("1945年", ["1945"], "1945"),
        ("11月", ["1月"], None),
        ("19450", ["1945"], None),
        # Katakana that goes on is another word; what follows in another script is none.
        ("ローマです", ["ローマ"], "ローマ"),
        ("インドネシア", ["インド"], None),
        ("スリランカ・ルピー", ["ルピー"], "ルピー"),
        ("ソマリア", ["マリ"], None),
        ("ローマー", ["ローマ"], None),
        ("首都はTokyoです", ["Tokyo"], "Tokyo"),
        ("Tokyo입니다", ["Tokyo"], "Tokyo"),
        ("K서울", ["서울"], None),
        # A mark belongs to the letter before it.
        ("กรุงเทพ์", ["กรุงเทพ"], None),
        # What Hebrew and Arabic write as part of the word.
        ("בירושלים", ["ירושלים"], "ירושלים"),
        ("ובירושלים", ["ירושלים"], "ירושלים"),
        ("שבירושלים.", ["ירושלים"], "ירושלים"),
        ("ירושלימה", ["ירושלים"], None),
        ("גירושלים", ["ירושלים"], None),
        ('צה"ל', ["צה״ל"], "צה״ל"),
        ("בצ׳אד", ["צ'אד"], "צ'אד"),
        ("بالرياض", ["الرياض"], "الرياض"),
        ("وبالرياض", ["الرياض"], "الرياض"),
        ("للرياض", ["الرياض"], "الرياض"),
        ("للقاهرة", ["القاهرة", "قاهرة"], "القاهرة"),
        ("العاصمة هي ولندن", ["لندن"], "لندن"),
        ("كلندن", ["لندن"], "لندن"),
        ("قلندن", ["لندن"], None),
        ("בגד", ["גד"], None),
        # After and before an apostrophe.
        ("Ankara'dır", ["Ankara"], "Ankara"),
        ("Ankara’nın nüfusu", ["Ankara"], "Ankara"),
        ("Ankaralı", ["Ankara"], None),
        ("l'Italie", ["Italie"], "Italie"),
        ("Paris's", ["Paris"], "Paris"),
        # What shows nothing: soft hyphen, joiners, variation selectors, marks of direction.
        ("Ath\u00adens", ["Athens"], "Athens"),
        ("ශ්\u200dරී ලංකාව", ["ශ්රී ලංකාව"], "ශ්රී ලංකාව"),
        ("葛\U000e0100城", ["葛城"], "葛城"),
        ("ភ្នំ\u200bពេញ", ["ភ្នំពេញ"], "ភ្នំពេញ"),
        ("قطب\u200cزاده", ["قطب زاده"], "قطب زاده"),
        # A form inside a longer word, or with another vowel sign, is another word.
        ("Romeo", ["Rome"], None),
        ("दिल्ला", ["दिल्ली"], None),
        ("내서울", ["서울"], None),
        ("", ["Athens"], None),
        ("Paris", [], None),
        ("Paris", ["...", ""], None),
    ],
)
def test_match(response: str, answers: list[str], expected: str | None) -> None:
    assert match(response, answers) == expected


@given(st.text())
def test_normalize_is_stable(text: str) -> None:
    folded = normalize(text)
    assert normalize(folded) == folded or unicodedata.normalize("NFKC", folded) != folded
    assert folded == folded.strip()


@given(st.text(), st.lists(st.text(max_size=8), max_size=4))
def test_match_returns_one_of_the_answers(response: str, answers: list[str]) -> None:
    found = match(response, answers)
    assert found is None or found in answers


@given(st.text(alphabet=st.characters(categories=["Lu", "Ll", "Lo"]), min_size=1))
def test_an_answer_contains_itself(text: str) -> None:
    if normalize(text):
        assert match(f"«{text}».", [text]) == text


def test_a_form_inside_a_rivals_form_does_not_count() -> None:
    accepted = {
        "IN": ["Indian rupee", "rupee", "भारतीय रुपया"],
        "PK": ["Pakistani rupee", "rupee"],
        "DE": ["柏林", "Berlin"],
        "IE": ["都柏林", "Dublin"],
        "GN": ["Guinea"],
        "GQ": ["Equatorial Guinea"],
    }
    rivals = longer_forms(accepted)
    assert rivals == {
        "IN": ["pakistani rupee"],
        "PK": ["indian rupee"],
        "DE": ["都柏林"],
        "IE": [],
        "GN": ["equatorial guinea"],
        "GQ": [],
    }

    def right(key: str, response: str) -> bool:
        return match(response, accepted[key], rivals[key]) is not None

    assert right("IN", "Rupee")
    assert right("IN", "The Indian rupee.")
    assert not right("IN", "Pakistani rupee")
    assert right("IN", "not the Pakistani rupee, the rupee")
    assert right("DE", "柏林")
    assert not right("DE", "都柏林")
    assert not right("GN", "Equatorial Guinea")
    assert right("GQ", "Equatorial Guinea")


@given(st.dictionaries(st.text(max_size=3), st.lists(st.text(max_size=6), max_size=4), max_size=5))
def test_longer_forms_contain_an_own_form_and_are_not_own(accepted: dict[str, list[str]]) -> None:
    for key, rivals in longer_forms(accepted).items():
        own = {normalize(answer) for answer in accepted[key]} - {""}
        for rival in rivals:
            assert rival not in own
            as_given = [form for forms in accepted.values() for form in forms if normalize(form) == rival]
            assert as_given
            assert any(match(form, accepted[key]) for form in as_given)


def test_a_rival_hides_an_own_form_wherever_it_would_be_found() -> None:
    accepted = {"CI": ["Côte d'Ivoire"], "it": ["Ivoire"], "a": ["שלימה"], "b": ["לימה"]}
    rivals = longer_forms(accepted)
    assert rivals == {"CI": [], "it": ["cote divoire"], "a": [], "b": ["שלימה"]}
    assert match("Côte d’Ivoire", accepted["it"], rivals["it"]) is None
    assert match("l'Ivoire", accepted["it"], rivals["it"]) == "Ivoire"
    assert match("בשלימה", accepted["b"], rivals["b"]) is None


def test_every_accepted_form_of_atlas_is_right_whatever_its_rivals() -> None:
    from scriptgap.questions.atlas import build_atlas

    table = build_atlas(["en", "zh-Hans"], ["currency", "country"]).questions
    for (topic,), rows in table.group_by("topic"):
        accepted = {row["question_id"]: row["answers"] for row in rows.filter(query_lang="en").to_dicts()}
        rivals = longer_forms(accepted)
        wrong = [
            (key, form)
            for key, forms in accepted.items()
            for form in forms
            if normalize(form) and match(form, forms, rivals[key]) is None
        ]
        assert wrong == [], topic


@pytest.mark.parametrize(
    ("form", "response", "found"),
    [
        ("5", "12.5", False),
        ("5", "3,5 million", False),
        ("1000", "1,000 people", True),
        ("1.000", "1,000", True),
        ("12,5", "12.5 %", True),
        ("2020", "01.05.2020", True),
        ("1776", "July 4, 1776.", True),
        ("5", "It is 5.", True),
        ("인도", "인도네시아", False),
        ("인도", "인도양", False),
        ("인도", "인도입니다", True),
        ("인도", "인도에서는", True),
        ("서울", "서울특별시이다", True),
    ],
)
def test_numbers_are_whole_and_korean_names_end_in_particles(form: str, response: str, found: bool) -> None:
    assert (match(response, [form]) is not None) is found

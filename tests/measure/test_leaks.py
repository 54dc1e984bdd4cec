"""Leaks: which names give an answer away, and which are a part of it only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scriptgap.measure.leaks import added_word, leaked_answer, part_of_answer
from scriptgap.scoring.scores import Answer, accepted_form

NAMES = st.text(st.characters(categories=["L", "M", "N", "P", "Zs"]), max_size=20)


@pytest.mark.parametrize(
    ("name", "answers", "lang", "leaked"),
    [
        ("Tenderpreneur", ["Tenderpreneur"], "en", "Tenderpreneur"),
        ("TENDERPRENEUR", ["投标企业家", "Tenderpreneur"], "zh", "Tenderpreneur"),
        ("Singapore", ["सिंगापुर", "Singapore"], "hi", "Singapore"),
        ("University of Rome", ["Rome"], "en", "Rome"),
        ("Romeo and Juliet", ["Rome"], "en", None),
        ("Kuwait", ["Kuwait City"], "en", None),
        ("Greece", ["Athens", "Αθήνα"], "el", None),
        ("東京タワー", ["東京"], "ja", "東京"),
        ("インドネシア", ["インド"], "ja", None),
        ("Республика Россия", ["Россию"], "ru", "Россию"),
        ("1929 Detroit Titans football team", ["1929"], "en", "1929"),
        ("1929 Detroit Titans football team", ["192"], "en", None),
        ("The Beatles", ["Beatles"], "en", "Beatles"),
        ("Greece", ["", " "], "en", None),
        ("Greece", [], "en", None),
        ("", ["Athens"], "en", None),
    ],
)
def test_a_name_that_would_be_counted_right_leaks(
    name: str, answers: list[str], lang: str, leaked: str | None
) -> None:
    assert leaked_answer(name, answers, lang) == leaked


@pytest.mark.parametrize(
    ("name", "answers", "lang", "whole"),
    [
        ("Kuwait", ["مدينة الكويت", "Kuwait City"], "ar", "Kuwait City"),
        ("Kuwait City", ["Kuwait City"], "en", None),
        ("Guinea", ["Guineans"], "en", None),
        ("Kuwait", ["Kuwait", "Kuwait City"], "en", None),
        (" ", ["Kuwait City"], "en", None),
    ],
)
def test_a_part_of_an_answer_is_no_leak_but_is_told(
    name: str, answers: list[str], lang: str, whole: str | None
) -> None:
    assert part_of_answer(name, answers, lang) == whole


@pytest.mark.parametrize(
    ("name", "answers", "question", "told"),
    [
        (
            "Fifth Labour Government of New Zealand",
            ["Labour Party"],
            "Which party did Clark lead?",
            "Labour Party",
        ),
        ("LABOUR Day", ["דיון", "Labour Party"], "When?", "Labour Party"),
        ("Entebbe General Hospital", ["Entebbe Grade B Hospital"], "Is Entebbe General Hospital old?", None),
        ("Duke of the Hill", ["Earl of the Dale"], "Who?", None),
        ("東京大学", ["東京"], "どこ", None),
        ("", ["Labour Party"], "", None),
        ("Labour", [""], "", None),
    ],
)
def test_a_word_of_the_answer_that_the_question_has_not_is_told(
    name: str, answers: list[str], question: str, told: str | None
) -> None:
    assert added_word(name, answers, question) == told


@given(NAMES, NAMES, st.lists(NAMES, max_size=3), st.sampled_from(["en", "ru", "zh", "hi"]))
def test_what_leaks_is_what_the_scorer_counts_right(
    before: str, name: str, answers: list[str], lang: str
) -> None:
    leaked = leaked_answer(f"{before} {name}", [name, *answers], lang)
    shown = [answer for answer in [name, *answers] if answer.strip()]
    assert leaked == (accepted_form(Answer(f"{before} {name}", shown, lang)) if shown else None)
    assert leaked is None or part_of_answer(f"{before} {name}", [name, *answers], lang) is None

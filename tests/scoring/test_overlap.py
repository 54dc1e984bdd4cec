import pytest
import sacrebleu
from hypothesis import given
from hypothesis import strategies as st

from scriptgap.scoring.normalize import normalize_answer
from scriptgap.scoring.overlap import chrf, exact_match, f1, sentence_chrf

TEXTS = st.text(alphabet="abA é♥東京กदि्ש ", max_size=12)


@pytest.mark.parametrize(
    ("response", "answers", "tag", "expected"),
    [
        ("The Athens.", ["Athens"], "en", True),
        ("Athens, Greece", ["Athens"], "en", False),
        ("رياض", ["الرياض"], "ar", True),
        ("הים התיכון", ["ים תיכון"], "he", True),
        ("１９４５年", ["1945年"], "ja", True),
        ("resume", ["résumé"], "fr", False),
        ("", ["Athens"], "en", False),
        (None, ["Athens"], "en", False),
        ("Athens", [], "en", False),
        ("", [""], "en", False),
        ("♥", ["♥"], "en", True),
    ],
)
def test_exact_match(response: str | None, answers: list[str], tag: str, expected: bool) -> None:
    assert exact_match(response, answers, tag) is expected


@pytest.mark.parametrize(
    ("response", "answers", "tag", "expected"),
    [
        ("the city of Athens", ["Athens"], "en", 2 * (1 / 3) / (1 / 3 + 1)),
        ("New York", ["Paris", "New York City"], "en", 2 * (2 / 3) / (2 / 3 + 1)),
        ("a a b", ["a b b"], "sv", 2 / 3),
        ("東京都", ["東京"], "ja", 0.8),
        ("البحر المتوسط", ["بحر متوسط"], "ar", 1.0),
        ("نهر", ["النهر الكبير"], "ar", 2 * 0.5 / 1.5),
        ("x", ["y"], "en", 0.0),
        ("", ["y"], "en", 0.0),
        (None, ["y"], "en", 0.0),
        ("y", ["", "..."], "en", 0.0),
        ("♥", ["♥"], "en", 1.0),
    ],
)
def test_f1(response: str | None, answers: list[str], tag: str, expected: float) -> None:
    assert f1(response, answers, tag) == pytest.approx(expected)


@given(TEXTS, TEXTS.filter(str.split))
def test_sentence_chrf_is_sacrebleus(given_text: str, expected: str) -> None:
    assert sentence_chrf(given_text, expected) * 100 == sacrebleu.sentence_chrf(given_text, [expected]).score


def test_sentence_chrf_of_long_texts_is_sacrebleus() -> None:
    long, other = "the cat sat on the mat " * 40, "the mat sat on a cat and sat " * 30
    assert sentence_chrf(long, other) == sacrebleu.sentence_chrf(long, [other]).score / 100


@given(TEXTS, st.lists(TEXTS, max_size=3))
def test_chrf_is_the_best_of_sacrebleus_on_normalised_texts(response: str, answers: list[str]) -> None:
    accepted = [form for answer in answers if (form := normalize_answer(answer, "fr"))]
    folded = normalize_answer(response, "fr")
    expected = sacrebleu.sentence_chrf(folded, accepted).score / 100 if accepted and folded else 0.0
    assert chrf(response, answers, "fr") == expected


@given(TEXTS, st.lists(TEXTS, max_size=3), st.sampled_from(["en", "ja", "he", "th"]))
def test_scores_are_in_range_and_an_exact_match_has_the_highest(
    response: str, answers: list[str], tag: str
) -> None:
    score, characters = f1(response, answers, tag), chrf(response, answers, tag)
    assert 0 <= score <= 1
    assert 0 <= characters <= 1
    if exact_match(response, answers, tag):
        assert score == 1


def test_none_has_no_chrf() -> None:
    assert chrf(None, ["x"], "en") == 0.0
    assert chrf("x", [], "en") == 0.0

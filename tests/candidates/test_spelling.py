import pytest

from scriptgap.candidates.ambiguity import ambiguity
from scriptgap.candidates.evidence import Candidate
from scriptgap.candidates.spelling import _steps, _together, candidates_of, evidence_for, true_step
from scriptgap.scripts import script_of

_KEYS = [
    ("Бразилия", "Brazil", "ru", "en"),
    ("Канада", "Canada", "ru", "en"),
    ("Бразилиа", "Brasilia", "ru", "en"),
    ("Сан Марино", "San Marino", "ru", "en"),
    ("Германия", "Germany", "ru", "en"),
    ("Гавана", "Havana", "ru", "en"),
    ("Антигуа и Барбуда", "Antigua & Barbuda", "ru", "en"),
    ("Гвинея-Бисау", "Guinea-Bissau", "ru", "en"),
    ("მალტა", "Malta", "ka", "en"),
    ("ロメ", "Lomé", "ja", "en"),
]


@pytest.fixture(scope="module")
def evidence() -> dict[str, object]:
    return {key[0]: found for key, found in evidence_for(_KEYS).items()}


def test_steps_spell_both_names(evidence: dict[str, object]) -> None:
    for query, source, *_ in _KEYS:
        steps = evidence[query].steps  # type: ignore[attr-defined]
        if steps:
            assert "".join(step.letters for step in steps) == query.replace(" и ", " ").replace("-", " ")
            assert "".join(step.spelling for step in steps) == source.replace("& ", "").replace("-", " ")


def test_every_step_is_true_and_what_is_no_transliteration_has_none(evidence: dict[str, object]) -> None:
    assert evidence["Канада"].steps  # type: ignore[attr-defined]
    assert evidence["Сан Марино"].steps  # type: ignore[attr-defined]
    for found in evidence.values():
        for step in found.steps:  # type: ignore[attr-defined]
            if step.letters != " ":
                assert true_step(step.letters, step.spelling, "ru", "en") == step.rule
                assert not set(step.spelling) & set("&.'0123456789")
            for reading in step.readings:
                assert true_step(step.letters, reading, "ru", "en")


def test_candidates_can_be_aligned_with_the_name(evidence: dict[str, object]) -> None:
    for query, source, *_ in _KEYS:
        shown = [candidate.spelling for candidate in evidence[query].candidates]  # type: ignore[attr-defined]
        script = script_of(query)
        assert script
        assert all(_steps(query, spelling, script) for spelling in shown if spelling != source), shown
        assert not set(shown) & {"Havant", "Bhavāni", "Comé", "Dome", "Altai"}
        assert not any(any(character.isdigit() for character in spelling) for spelling in shown)


def test_what_cannot_be_aligned_has_no_steps() -> None:
    assert _steps("Гавана", "Havant", "Cyrl") == ()
    assert _steps("ロメ", "Comé", "Jpan") == ()
    assert _steps("Антигуа и Барбуда", "Antigua and Barbuda", "Cyrl") == ()


def test_an_empty_spelling_is_no_word_of_a_candidate() -> None:
    assert _together([[Candidate("antigua", 1, "x")], [Candidate("", 1, "x")]], 5) == []


def test_candidates_find_a_name_that_is_written_as_it_sounds() -> None:
    assert "Canada" in {candidate.spelling for candidate in candidates_of("Канада")}


def test_latin_names_need_no_candidates() -> None:
    assert candidates_of("Canada") == []
    ((_, found),) = evidence_for([("Canada", "Canada", "fr", "en")]).items()
    assert (found.steps, found.candidates) == ((), ())


def test_ambiguity_is_the_effective_number_of_spellings() -> None:
    even = [Candidate(name, 0.2, "generated") for name in "abcd"]
    assert ambiguity(even) == pytest.approx(4)
    assert ambiguity(even[:1]) == pytest.approx(1)
    assert ambiguity([]) is None

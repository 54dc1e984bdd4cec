import numpy as np
import pytest

from scriptgap.errors import UsageError
from scriptgap.explain.planning.study import Assumptions, Study, StudyDesign, assumptions_from, design_from
from scriptgap.explain.regression.collapse import collapse
from scriptgap.explain.regression.design import FIXED_TERMS, design
from scriptgap.explain.regression.estimate import estimate
from tests.explain.regression.simulated import LANGUAGES, SOURCES, simulated

MANY = StudyDesign(2000, ("en", "ru"), ("en", "es", "ru", "ko"), models=40, samples=3)


def test_every_question_of_every_model_in_every_language() -> None:
    small = StudyDesign(
        questions=5, source_languages=("en", "ru"), query_languages=("en", "uk", "ko"), models=2
    )
    cells = Study(small, Assumptions()).cells
    assert cells.height == small.answers == 30
    assert cells.select("question", "model", "query_lang").n_unique() == 30
    matches = cells.filter(question="q1", model="m0").select("query_lang", *FIXED_TERMS).rows()
    assert sorted(matches) == [("en", 0.0, 0.0, 1.0), ("ko", 0.0, 0.0, 0.0), ("uk", 1.0, 0.0, 1.0)]


def test_draws_have_the_assumed_shares() -> None:
    """The share of right answers in draws is that where nothing matches, by a quadrature that is tested."""
    assumed = Assumptions(intercept=-0.7, deviations={"question": 1.2, "model": 0.5, "query_lang": 0.0})
    study = Study(MANY, assumed)
    cells = study.draw(0.9, [1, 2, 3])
    assert (cells["right"] + cells["wrong"] == MANY.samples).all()
    assert set(cells["right"].unique()) == {0, 1, 2, 3}
    nothing = cells.filter(script_match=0, language_match=0, family_match=0)
    assert nothing["right"].sum() / (3 * nothing.height) == pytest.approx(study.baseline, abs=0.02)


def test_the_marginal_effect_averages_over_groups_and_cells() -> None:
    assumed = Assumptions(intercept=-0.7, deviations={"question": 1.2, "model": 0.5, "query_lang": 0.8})
    study = Study(MANY, assumed)
    drawn = np.random.default_rng(3).normal(size=200_000) * np.sqrt(1.2**2 + 0.5**2 + 0.8**2)
    expected = 0.0
    for language, family, n in study.cells.group_by("language_match", "family_match").len().iter_rows():
        rest = -0.7 + 1.6 * language + 0.1 * family + drawn
        gain = 1 / (1 + np.exp(-rest - 0.9)) - 1 / (1 + np.exp(-rest))
        expected += n / study.cells.height * gain.mean()
    assert study.marginal(0.9) == pytest.approx(expected, abs=1e-3)
    assert study.marginal(0.0) == 0


def test_a_draw_depends_on_its_seed_alone() -> None:
    study = Study(StudyDesign(10), Assumptions())
    assert study.draw(1.0, [1, 2]).equals(study.draw(1.0, [1, 2]))
    assert not study.draw(1.0, [1, 2]).equals(study.draw(1.0, [1, 3]))


def test_one_model_is_average() -> None:
    study = Study(StudyDesign(10, models=1), Assumptions())
    assert study.deviations == {"question": 1.2, "model": 0.0, "query_lang": 1.4}


def test_the_designs_and_assumptions_of_a_run() -> None:
    cells = collapse(simulated())
    assert design_from(cells) == StudyDesign(160, tuple(sorted(SOURCES)), tuple(sorted(LANGUAGES)), 6, 1)
    found = estimate(design(cells))
    assumed = assumptions_from(found, "a test")
    assert assumed.origin == "a test"
    assert found.fitted is not None
    assert [assumed.intercept, assumed.language_match] == pytest.approx(found.fitted.coefficients[[0, 2]])
    assert assumed.deviations == pytest.approx(found.fitted.deviations)


def test_what_a_run_cannot_tell_is_as_usual() -> None:
    cells = collapse(simulated()).filter(model="model-1", source_lang="en")
    assumed = assumptions_from(estimate(design(cells)))
    assert assumed.deviations["model"] == Assumptions().deviations["model"]
    assert assumed.deviations["question"] != Assumptions().deviations["question"]


def test_samples_are_those_of_most_cells() -> None:
    cells = collapse(simulated()).filter(model="model-1")
    assert design_from(cells.with_columns(wrong=cells["wrong"] + 2)).samples == 3


def test_nothing_to_assume_from() -> None:
    cells = collapse(simulated()).filter(right=1.0)
    with pytest.raises(UsageError, match="answers are right"):
        assumptions_from(estimate(design(cells)))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"questions": 0}, "questions must be at least 1, not 0"),
        ({"models": -1}, "models must be at least 1"),
        ({"samples": 0}, "samples must be at least 1"),
        ({"query_languages": ("en",)}, "at least two query languages"),
        ({"query_languages": ("en", "frnech")}, "unknown language tag 'frnech'"),
        ({"query_languages": ("en", "ru", "EN")}, "query language en is given twice"),
        ({"source_languages": ("iw", "he")}, "source language"),
        ({"source_languages": ()}, "0 source languages"),
        ({"questions": 1, "source_languages": ("en", "ru")}, "2 source languages for 1 questions"),
    ],
)
def test_wrong_designs(changed: dict, words: str) -> None:
    with pytest.raises(UsageError, match=words) as error:
        StudyDesign(**changed)
    assert "\n" not in str(error.value)

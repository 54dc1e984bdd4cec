import json
from pathlib import Path
from typing import Any

import pytest

from scriptgap.errors import UsageError
from scriptgap.questions.multiloko import LANGUAGES
from scriptgap.scoring.multiloko import MultilokoScores, Version, multiloko_scores

GOLDEN = json.loads(Path(__file__).with_name("multiloko_golden.json").read_text(encoding="utf-8"))["cases"]


@pytest.mark.parametrize("version", ["original", "revised"])
@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_the_authors_scripts_numbers(version: Version, language: str) -> None:
    cases: list[dict[str, Any]] = [case for case in GOLDEN if case["language"] == language]
    assert len(cases) >= 8
    for case in cases:
        for name in (language, LANGUAGES[language]):
            scores = multiloko_scores(case["response"], case["targets"], name, version)
            em, f1, chrf = case[version] or (0, 0, 0)
            assert (scores.em, scores.f1) == (em, pytest.approx(f1, abs=1e-12)), case
            assert scores.chrf == pytest.approx(chrf / 100, abs=1e-12), case


def test_the_golden_cases_have_every_kind_of_result() -> None:
    for version in ("original", "revised"):
        ems = [case[version][0] for case in GOLDEN if case[version]]
        assert 0.3 < sum(ems) / len(ems) < 0.8
    assert any(case["revised"] is None for case in GOLDEN)
    assert any(case["revised"] and case["original"][0] != case["revised"][0] for case in GOLDEN)


def test_the_versions_differ_where_they_should() -> None:
    def ems(response: str, target: str, name: str) -> tuple[float, float]:
        old = multiloko_scores(response, [target], name, "original")
        return old.em, multiloko_scores(response, [target], name, "revised").em

    assert ems("The river", "river", "en") == (1, 1)
    assert ems("Die Elbe", "Elbe", "de") == (0, 1)
    assert ems("الرياض", "رياض", "arabic") == (0, 1)
    assert ems("جواب لاہور ہے", "لاہور", "ur") == (0, 1)
    assert ems("东京です", "东京", "ja") == (1, 1)
    # English articles went in every language: the Portuguese for "the".
    assert ems("a casa", "casa", "pt") == (1, 1)
    assert ems("the", "", "de") == (1, 0)


def test_nothing_to_score() -> None:
    nothing = MultilokoScores(0.0, 0.0, 0.0)
    for version in ("original", "revised"):
        assert multiloko_scores(None, ["x"], "en", version) == nothing
        assert multiloko_scores("x", [], "en", version) == nothing


def test_unknown_language() -> None:
    with pytest.raises(UsageError):
        multiloko_scores("x", ["x"], "klingonish")

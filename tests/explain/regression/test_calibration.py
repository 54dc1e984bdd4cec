"""The intervals of the regression hold the truth, in short; `benchmarks/calibration.py` does it at length."""

import pytest

from tests.explain.regression.calibration import calibration, found


@pytest.mark.slow
@pytest.mark.parametrize("name", ["dense, 12 languages", "sparse, 2 languages a question", "few models"])
def test_intervals_of_the_script_match_hold_the_truth(name):
    row = calibration(name, [found(name, seed) for seed in range(60)])
    assert row["fitted"] == 60
    assert 0.88 <= row["coverage"] <= 1
    assert abs(row["bias"]) < 0.05 + 2 * row["bias_error"]
    assert row["ame_coverage"] >= 0.85


@pytest.mark.slow
def test_few_languages_judged_by_comparing_them():
    """A normal interval held the truth 89 % of the time here."""
    row = calibration("", [found("dense, 12 languages, one source", seed) for seed in range(100)])
    assert 0.91 <= row["coverage"] <= 1

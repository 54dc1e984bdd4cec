import math

import numpy as np
import polars as pl
import pytest

from scriptgap.explain.regression.fit import fit, method, right_side

CELLS = pl.DataFrame({"right": [1.0, 2.0], "wrong": [3.0, 4.0]})


def test_cbind_counts_successes_and_failures():
    """Three right of ten, without groups: logit(.3), and its standard error by hand."""
    found = fit(CELLS, [], [])
    assert found.coefficients == pytest.approx([math.log(3 / 7)], abs=1e-6)
    assert found.covariance[0, 0] == pytest.approx(1 / 3 + 1 / 7, abs=1e-6)
    assert found.linear_predictor == pytest.approx([math.log(3 / 7)] * 2, abs=1e-6)


def test_modes_are_in_the_linear_predictor():
    """Ten groups, one far better: its logit is moved towards its own share, and the others' are not."""
    cells = pl.DataFrame(
        {"model": [f"m{i}" for i in range(10)], "right": [18.0] + [6.0] * 9, "wrong": [2.0] + [14.0] * 9}
    )
    found = fit(cells, [], ["model"])
    assert found.converged
    best, others = found.linear_predictor[0], found.linear_predictor[1:]
    assert found.coefficients[0] < best < math.log(18 / 2)
    assert others == pytest.approx(np.full(9, others[0]))
    assert others[0] < found.coefficients[0]


def test_a_failure_is_not_converged():
    cells = pl.DataFrame({"right": [1.0, 2.0], "wrong": [2.0, 1.0], "x": [np.nan, np.inf]})
    found = fit(cells, ["x"], [])
    assert not found.converged
    assert found.warnings
    assert found.standard_error("x") is None


def test_words():
    assert right_side([], []) == "1"
    assert right_side(["script_match"], ["model"]) == "script_match + (1|model)"
    assert [method(random) for random in ([], ["model"], ["model", "question"])] == [
        "no random effect",
        "adaptive Gauss-Hermite, 11 nodes",
        "Laplace",
    ]

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import norm

from scriptgap.explain.planning.probit import probit

X = np.array([0.5, 0.75, 1.0, 1.25, 1.5])
TRIALS = np.array([60.0, 70.0, 80.0, 70.0, 60.0])


def test_maximum_likelihood() -> None:
    """The curve and its covariance are those of a general optimiser on the likelihood."""
    successes = np.array([12.0, 31.0, 52.0, 63.0, 57.0])

    def loss(beta: np.ndarray) -> float:
        p = norm.cdf(beta[0] + beta[1] * X)
        return -float((successes * np.log(p) + (TRIALS - successes) * np.log1p(-p)).sum())

    expected = minimize(loss, [-1.0, 1.0], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12}).x
    found = probit(X, TRIALS, successes)
    assert found is not None
    assert [found.intercept, found.slope] == pytest.approx(expected, abs=1e-5)
    p, density = norm.cdf(expected[0] + expected[1] * X), norm.pdf(expected[0] + expected[1] * X)
    design = np.column_stack([np.ones(5), X])
    information = (design * (TRIALS * density**2 / (p * (1 - p)))[:, None]).T @ design
    assert found.covariance == pytest.approx(np.linalg.inv(information), rel=1e-4)


def test_the_crossing_and_its_interval() -> None:
    """Drawn from a known curve, the crossing is unbiased and its interval holds it 95 % of the time."""
    random = np.random.default_rng(0)
    truth = (norm.ppf(0.8) + 1.96) / 2.9
    found = [
        probit(X, TRIALS, random.binomial(TRIALS.astype(int), norm.cdf(2.9 * X - 1.96))) for _ in range(500)
    ]
    places, errors = np.array([curve.crossing(0.8) for curve in found if curve is not None]).T
    assert len(places) == 500
    assert places.mean() == pytest.approx(truth, abs=0.01)
    assert 0.92 < np.mean(np.abs(places - truth) < 1.96 * errors) < 0.98


@pytest.mark.parametrize(
    "successes",
    [[0, 0, 80, 70, 60], [60, 70, 80, 70, 60], [0, 0, 0, 0, 0], [40, 30, 20, 10, 5], [30, 35, 40, 35, 30]],
)
def test_no_curve(successes: list[float]) -> None:
    """A step, all, none, falling and level."""
    found = probit(X, TRIALS, np.array(successes, dtype=float))
    assert found is None or found.slope < 1e-6

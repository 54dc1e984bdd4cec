from itertools import pairwise

import numpy as np
import pytest

from scriptgap.explain.intervals import normal_quantile
from scriptgap.explain.regression.collapse import collapse
from scriptgap.explain.regression.design import FIXED_TERMS, RANDOM_TERMS, design
from scriptgap.explain.regression.estimate import estimate
from scriptgap.explain.regression.fit import fit
from scriptgap.explain.regression.importance import subsets
from scriptgap.explain.regression.linearised import best_deviations, linearise, small_sample, solve
from tests.explain.regression.simulated import simulated


@pytest.fixture(scope="module")
def fitted():
    cells = design(collapse(simulated(questions=80, models=3))).cells
    return cells, fit(cells, FIXED_TERMS, RANDOM_TERMS)


def everything(line):
    return line.cross_products(np.ones((1, line.n_questions)))


def test_covariance_is_that_of_the_full_mixed_model_equations(fitted):
    """Against the inverse of Henderson's equations with every question's effect written out."""
    cells, found = fitted
    line = linearise(cells, found)
    solution = solve(everything(line), range(4), line.deviations, line.level_groups)
    mean = 1 / (1 + np.exp(-found.linear_predictor))
    weight = (cells["right"] + cells["wrong"]).to_numpy() * mean * (1 - mean)
    blocks = [np.ones((cells.height, 1)), cells.select(FIXED_TERMS).to_numpy()]
    precision = [0.0] * 4
    for group in RANDOM_TERMS:
        dummies = cells[group].to_dummies().to_numpy()
        blocks.append(dummies)
        precision += [found.deviations[group] ** -2] * dummies.shape[1]
    table = np.hstack(blocks)
    inverse = np.linalg.inv(table.T @ (weight[:, None] * table) + np.diag(precision))
    assert solution.covariance[0] == pytest.approx(inverse[:4, :4], rel=1e-6)


def test_nested_deviances_are_close_to_exact_fits(fitted):
    """What a set explains is understated, alike for all sets: by their share of the whole they agree."""
    cells, found = fitted
    line = linearise(cells, found)
    products = everything(line)
    exact, near = {}, {}
    for chosen in subsets(FIXED_TERMS):
        kept = [0, *(found.position(term) for term in chosen)]
        deviations = best_deviations(products[0], kept, line.deviations, line.level_groups)
        near[chosen] = solve(products, kept, deviations, line.level_groups).deviance[0]
        exact[chosen] = -2 * fit(cells, chosen, RANDOM_TERMS).log_likelihood
    whole = [values[()] - values[tuple(FIXED_TERMS)] for values in (near, exact)]
    assert 0.75 < whole[0] / whole[1] < 1.05
    for chosen in subsets(FIXED_TERMS):
        shares = [
            (values[()] - values[chosen]) / total for values, total in zip((near, exact), whole, strict=True)
        ]
        assert shares[0] == pytest.approx(shares[1], abs=0.05)


def test_a_question_drawn_twice_counts_as_two(fitted):
    cells, found = fitted
    line = linearise(cells, found)
    counts = np.zeros((3, line.n_questions))
    counts[0, 3], counts[1, 3], counts[2, 5] = 1, 2, 1
    one, two, other = line.cross_products(counts)
    assert two == pytest.approx(2 * one)
    assert line.cross_products(counts[:1] + counts[2:])[0] == pytest.approx(one + other)


def test_variances_of_the_full_model_are_found_again(fitted):
    cells, found = fitted
    line = linearise(cells, found)
    best = best_deviations(everything(line)[0], range(4), np.zeros(2), line.level_groups)
    assert best == pytest.approx(line.deviations, rel=0.03)


def test_few_languages_widen_intervals_and_many_do_not(drawn):
    """Judged between twelve languages: eight degrees of freedom. Within them: hundreds, and no growth."""
    between = estimate(design(collapse(drawn(1, sources=("en",), questions=60, models=1, script=1.0))))
    within = estimate(design(collapse(drawn(1, questions=60, models=1, script=1.0))))
    assert between.terms["script_match"]["df"] == pytest.approx(8, abs=0.5)
    width = between.terms["script_match"]["high"] - between.terms["script_match"]["low"]
    assert width > 1.2 * 2 * normal_quantile() * between.terms["script_match"]["se"]
    inflation, freedom = small_sample(within.linearised)
    place = within.fitted.position("script_match")
    assert inflation[place] == pytest.approx(1, abs=0.01)
    assert freedom[place] > 100


def test_without_groups_nothing_is_corrected(fitted):
    cells, _ = fitted
    inflation, freedom = small_sample(linearise(cells, fit(cells, FIXED_TERMS, [])))
    assert list(inflation) == [1] * 4
    assert np.isinf(freedom).all()


def test_questions_are_blocks(fitted):
    cells, found = fitted
    shuffled = cells.with_columns(eta=found.linear_predictor).sample(fraction=1, shuffle=True, seed=3)
    again = fit(shuffled.drop("eta"), FIXED_TERMS, RANDOM_TERMS)
    line = linearise(shuffled.drop("eta"), again)
    assert line.n_questions == cells["question"].n_unique()
    assert all(a < b for a, b in pairwise(line.starts))
    assert everything(line) == pytest.approx(everything(linearise(cells, found)), rel=1e-3, abs=1e-2)

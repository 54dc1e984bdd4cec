"""One logistic mixed model, fitted to counts of right and wrong answers.

Binomial with logit link, by maximum likelihood (`glmm`, an independent implementation of the method of lme4:
Bates et al. 2015, J. Statistical Software 67). Crossed random intercepts are integrated out by the Laplace
approximation, a single one by adaptive Gauss-Hermite quadrature.
"""

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import glmm
import numpy as np
import numpy.typing as npt
import polars as pl

Array = npt.NDArray[np.float64]

_QUADRATURE_NODES = 11


@dataclass(frozen=True, slots=True)
class Fitted:
    """A fitted model, as far as the effects need it.

    Attributes:
        fixed: The predictors.
        coefficients: The estimates: intercept, then the predictors, in logits.
        covariance: Their covariance matrix.
        deviations: Standard deviation of each random effect, in logits, by group.
        linear_predictor: For each cell the logit at the random effects' conditional modes; empty if the fit
            did not converge.
        log_likelihood: The maximised log-likelihood, comparable between fits to the same cells.
        converged: Whether the search settled; if not, no number is to be used.
        singular: Whether a random effect's variance was estimated as zero.
        warnings: What the engine has to say, in its words.
    """

    fixed: tuple[str, ...]
    coefficients: Array
    covariance: Array
    deviations: dict[str, float]
    linear_predictor: Array
    log_likelihood: float
    converged: bool
    singular: bool
    warnings: tuple[str, ...]

    def position(self, term: str) -> int:
        """Return the place of a predictor among the coefficients."""
        return self.fixed.index(term) + 1

    def standard_error(self, term: str) -> float | None:
        """Return the standard error of a predictor's estimate; None where the engine found none."""
        place = self.position(term)
        variance = float(self.covariance[place, place])
        return math.sqrt(variance) if math.isfinite(variance) and variance > 0 else None


def fit(cells: pl.DataFrame, fixed: Sequence[str], random: Sequence[str]) -> Fitted:
    """Fit ``cbind(right, wrong) ~ fixed + (1|random)``.

    Raises nothing: a fit that fails comes back as not converged.

    Args:
        cells: One row for each combination of predictors and groups, with the columns `fixed` (Float64),
            `random` (String), ``right`` and ``wrong`` (numbers of answers).
        fixed: The predictors; none gives the intercept alone.
        random: The grouping columns of random intercepts.
    """
    columns = {
        **{name: cells[name].to_list() for name in random},
        **{name: cells[name].to_numpy() for name in [*fixed, "right", "wrong"]},
    }
    # cbind's second column counts failures, as in R, not trials
    formula = f"cbind(right, wrong) ~ {right_side(fixed, random)}"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", glmm.DiagnosticWarning)
            found = glmm.fit(columns, formula, "binomial", nagq=quadrature_nodes(random))
    except (ValueError, ArithmeticError, np.linalg.LinAlgError) as error:
        size = len(fixed) + 1
        nothing = np.full(size, np.nan)
        return Fitted(
            tuple(fixed), nothing, np.full((size, size), np.nan), {}, nothing[:0], math.nan, False, False,
            (str(error),),
        )  # fmt: skip
    # A fit that diverged, as under separation, has no variances.
    deviations = {
        group: math.sqrt(max(0.0, float(variance[0])))
        for (group, _), variance in zip(found.re_groups, found.varcorr, strict=False)
    }
    coefficients = np.asarray(found.beta, dtype=np.float64)
    in_order = list(found.names) == ["(Intercept)", *fixed] and not any(found.aliased)
    complete = len(deviations) == len(random)
    converged = bool(found.converged and in_order and complete and np.isfinite(coefficients).all())
    linear = np.empty(0)
    if converged:
        linear = np.full(cells.height, coefficients[0])
        for name, slope in zip(fixed, coefficients[1:], strict=True):
            linear += slope * cells[name].to_numpy()
        for block in found.ranef_blocks:
            modes = dict(zip(block["levels"], block["values"][:, 0].tolist(), strict=True))
            linear += cells[block["group"]].replace_strict(modes, return_dtype=pl.Float64).to_numpy()
    return Fitted(
        fixed=tuple(fixed),
        coefficients=coefficients,
        covariance=np.asarray(found.vcov, dtype=np.float64).reshape(len(coefficients), -1),
        deviations=deviations,
        linear_predictor=linear,
        log_likelihood=float(found.loglik),
        converged=converged,
        singular=bool(found.singular),
        warnings=tuple(f"{entry['title']}: {entry['message']}" for entry in found.warnings),
    )


def right_side(fixed: Sequence[str], random: Sequence[str]) -> str:
    """Return the formula's right side, such as ``script_match + (1|question)``."""
    return " + ".join([*fixed, *(f"(1|{name})" for name in random)]) or "1"


def quadrature_nodes(random: Sequence[str]) -> int:
    """Return how many nodes integrate out the random effects: 1 is the Laplace approximation."""
    return _QUADRATURE_NODES if len(random) == 1 else 1


def method(random: Sequence[str]) -> str:
    """Say in words how the random effects are integrated out."""
    if not random:
        return "no random effect"
    nodes = quadrature_nodes(random)
    return "Laplace" if nodes == 1 else f"adaptive Gauss-Hermite, {nodes} nodes"

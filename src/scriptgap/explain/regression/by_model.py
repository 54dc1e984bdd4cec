"""The effect of a script match in each model by itself."""

from typing import Any

import polars as pl

from scriptgap.explain.regression.collapse import count, pool
from scriptgap.explain.regression.design import FIXED_TERMS, RANDOM_TERMS, design
from scriptgap.explain.regression.estimate import NUMBERS, estimate
from scriptgap.explain.regression.fit import right_side
from scriptgap.explain.regression.parallel import run_all


def effects_by_model(cells: pl.DataFrame, condition: str) -> list[dict[str, Any]]:
    """Fit the regression to each model's answers under one condition.

    Args:
        cells: `collapse.collapse`'s table.
        condition: The condition whose answers are used.

    Returns:
        One row for each model: ``model, n, n_right, formula, converged, singular``, the numbers of its
        script match (`estimate.NUMBERS`), and ``note``, why they are null. Nothing is shared between
        models, so the rows show how much the effect differs between them.
    """
    own = cells.filter(pl.col("condition") == condition)
    key = [*FIXED_TERMS, *RANDOM_TERMS]
    models = sorted(own["model"].unique())
    return run_all(_row, [(pool(own.filter(pl.col("model") == model), key), model) for model in models])


def _row(cells: pl.DataFrame, model: str) -> dict[str, Any]:
    plan = design(cells)
    found = estimate(plan)
    return {
        "model": model,
        "n": count(cells, "right") + count(cells, "wrong"),
        "n_right": count(cells, "right"),
        "formula": f"correct ~ {right_side(plan.fixed, plan.random)}",
        "converged": found.converged,
        "singular": found.singular,
        **(found.terms.get("script_match") or dict.fromkeys(NUMBERS)),
        "note": found.problem or found.notes.get("script_match") or found.notes.get("script_match.se"),
    }

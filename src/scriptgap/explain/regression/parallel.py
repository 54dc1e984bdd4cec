"""Many independent fits on all cores."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import polars as pl
from joblib import Parallel, delayed

Result = TypeVar("Result")

_WORTH_IT = 100_000
"""Cells in all from which starting processes, about two seconds, pays."""


def run_all(function: Callable[..., Result], calls: Sequence[tuple[Any, ...]]) -> list[Result]:
    """Call a function with each tuple of arguments, in processes where the tables among them are large.

    Returns:
        The results in the order of the calls.
    """
    size = sum(value.height for call in calls for value in call if isinstance(value, pl.DataFrame))
    jobs = -1 if size > _WORTH_IT and len(calls) > 1 else 1
    return list(Parallel(n_jobs=jobs)(delayed(function)(*call) for call in calls))

"""Do 95 % intervals of the hint's interaction hold the truth 95 % of the time? Simulated data sets.

Run: python benchmarks/interaction.py [data sets, 200]
Seeds are 0, 1, ...; 11 query languages beside the source language, 40 questions, a true effect of 1 logit.
"""

import sys
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.explain.conftest import LANGUAGES, _observe
from tests.explain.regression.test_interaction import simulated

from scriptgap.explain.regression.interaction import interaction


def found(seed: int, spread: float) -> tuple[float, float, float]:
    """Return the estimate and its interval for one data set."""
    row, _ = interaction(simulated(_observe, LANGUAGES, seed, 1.0, 40, spread), "hint", "plain")
    return row["logit"], row["low"], row["high"]


def main() -> None:
    """Print mean, bias and coverage where languages differ in the hint's effect, and where they do not."""
    sets = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    print("| standard deviation of the hint's effect between languages | mean | coverage |\n|---|---|---|")
    for spread in (0.0, 0.6):
        rows = np.array(Parallel(n_jobs=-1)(delayed(found)(seed, spread) for seed in range(sets)))
        held = float(np.mean((rows[:, 1] < 1) & (rows[:, 2] > 1)))
        error = (held * (1 - held) / sets) ** 0.5
        print(
            f"| {spread} | {rows[:, 0].mean():.2f} | {100 * held:.1f} % (± {100 * error:.1f}) |", flush=True
        )


if __name__ == "__main__":
    main()

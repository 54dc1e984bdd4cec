"""Do 95 % intervals hold the truth 95 % of the time? Simulated data sets with known effects.

Run: python benchmarks/calibration.py [data sets a design, 200]
It prints the table of docs/regression.md. Seeds are 0, 1, ...
"""

import sys
from pathlib import Path

from joblib import Parallel, delayed

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.explain.regression.calibration import DESIGNS, calibration, found


def main() -> None:
    """Fit every design's data sets and print what was found."""
    sets = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    print(
        "| design | fitted | truth | mean | bias | coverage | width | bias of the AME | coverage of the AME |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for name in DESIGNS:
        results = Parallel(n_jobs=-1)(delayed(found)(name, seed) for seed in range(sets))
        row = calibration(name, results)
        print(
            f"| {name} | {row['fitted']} of {row['sets']} | {row['truth']:.2f} | {row['mean']:.3f} "
            f"| {100 * row['bias']:+.1f} % (± {100 * row['bias_error']:.1f}) "
            f"| {100 * row['coverage']:.1f} % (± {100 * row['coverage_error']:.1f}) | {row['width']:.2f} "
            f"| {100 * row['ame_bias']:+.1f} % | {100 * row['ame_coverage']:.1f} % |",
            flush=True,
        )


if __name__ == "__main__":
    main()

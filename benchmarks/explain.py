"""Time and memory of `explain` on large tables, and of its fit against the bare engine.

Run: python benchmarks/explain.py [report|fit|collapse ...]   (all three where none is named)

report: 1,000,000 observations from Parquet to the report, by the command line, in a process of its own.
fit: `scriptgap.explain.regression.fit.fit` against `glmm.fit` on the same collapsed table, in turns.
collapse: 20,000,000 observations, 10 samples of 2,000,000 cells, from Parquet to cells, likewise.
"""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import glmm
import numpy as np
import polars as pl

from scriptgap.explain.regression.collapse import collapse
from scriptgap.explain.regression.design import design
from scriptgap.explain.regression.fit import fit, right_side
from scriptgap.languages import add_match_predictors

LANGUAGES = [
    *("en", "es", "vi", "tr", "sw", "ru", "uk", "el", "hi", "ne", "ar", "ko", "fr", "de", "it", "pl", "ja"),
    *("zh", "th", "ta", "id", "pt", "fa", "he", "bg", "sr", "mr", "bn", "te", "ur", "uz", "kk", "ka", "hy"),
    *("am", "km", "my", "ml", "gu", "pa", "nl", "sv", "cs", "ro", "hu", "fi", "ms", "fil", "az", "si"),
]
SLOPES = {"script_match": 0.8, "language_match": 0.6, "family_match": 0.3}


def observations(questions: int, models: int, samples: int) -> Iterator[pl.DataFrame]:
    """Draw observations with the effects `SLOPES`, one model at a time, in 50 query languages."""
    random = np.random.default_rng(20260317)
    difficulty, spoken = random.normal(size=questions), 0.6 * random.normal(size=len(LANGUAGES))
    answers = pl.Series([f"An answer of a few words, number {i}" for i in range(997)])
    question = np.repeat(np.arange(questions), len(LANGUAGES) * samples)
    language = np.tile(np.repeat(np.arange(len(LANGUAGES)), samples), questions)
    for model in range(models):
        frame = pl.DataFrame(
            {
                "question_id": pl.Series([f"question-{i}" for i in range(questions)]).gather(question),
                "source_lang": pl.Series([LANGUAGES[i % 50] for i in range(questions)]).gather(question),
                "query_lang": pl.Series(LANGUAGES).gather(language),
                "sample": pl.Series(np.tile(np.arange(samples, dtype=np.int32), len(question) // samples)),
                "response": answers.gather(random.integers(0, 997, len(question))),
            }
        )
        matches = add_match_predictors(frame)
        logit = -0.5 + difficulty[question] + spoken[language] + 0.7 * random.normal()
        for term, slope in SLOPES.items():
            logit += slope * matches[term].cast(pl.Float64).to_numpy()
        correct = random.random(len(logit)) < 1 / (1 + np.exp(-logit))
        texts = {
            "dataset": "drawn", "model": f"model-{model}", "condition": "plain", "stop_reason": "stop",
            "answer_script": "Latn", "scorer": "drawn",
        }  # fmt: skip
        yield frame.with_columns(
            **{name: pl.lit(value) for name, value in texts.items()},
            reasoning=pl.lit(None, pl.String),
            correct=pl.Series(correct),
        )


def measured(command: list[str]) -> tuple[float, float]:
    """Run a command; its wall-clock seconds, and the largest memory of one of its processes in GB."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - start
    return seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6


def report(folder: Path) -> None:
    """1,000,000 observations to the report."""
    path = folder / "million.parquet"
    pl.concat(observations(2000, 10, 1)).write_parquet(path)
    command = ["-m", "scriptgap.cli", "explain", str(path), "-o", str(folder / "report")]
    seconds, memory = measured([sys.executable, *command])
    print(f"report of 1,000,000 observations: {seconds:.0f} s, {memory:.1f} GB", flush=True)


def compare_fits() -> None:
    """The fit against the bare engine."""
    plan = design(collapse(pl.concat(observations(400, 10, 1))))
    columns = {name: plan.cells[name].to_list() for name in plan.random}
    columns |= {name: plan.cells[name].to_numpy() for name in [*plan.fixed, "right", "wrong"]}
    formula = f"cbind(right, wrong) ~ {right_side(plan.fixed, plan.random)}"
    ratios = []
    for _ in range(5):
        start = time.perf_counter()
        fit(plan.cells, plan.fixed, plan.random)
        middle = time.perf_counter()
        glmm.fit(columns, formula, "binomial")
        ratios.append((middle - start) / (time.perf_counter() - middle))
    print(
        f"fit of {plan.cells.height:,} cells: {median(ratios):.2f} times the bare glmm call "
        f"({min(ratios):.2f} to {max(ratios):.2f})",
        flush=True,
    )


def collapse_many(folder: Path) -> None:
    """20,000,000 observations to cells."""
    path = folder / "many"
    path.mkdir()
    for i, part in enumerate(observations(4000, 10, 10)):
        part.write_parquet(path / f"{i}.parquet")
    single = folder / "many.parquet"
    pl.scan_parquet(path / "*.parquet").sink_parquet(single)
    code = (
        "import sys; from scriptgap.explain.regression.collapse import collapse_file; "
        "cells = collapse_file(sys.argv[1]); assert cells.height == 2_000_000"
    )
    seconds, memory = measured([sys.executable, "-c", code, str(single)])
    print(f"20,000,000 observations to 2,000,000 cells: {seconds:.0f} s, {memory:.1f} GB", flush=True)


def main() -> None:
    """Run what was asked for."""
    wanted = sys.argv[1:] or ["fit", "collapse", "report"]
    with tempfile.TemporaryDirectory() as name:
        for what in wanted:
            {
                "fit": compare_fits,
                "collapse": lambda: collapse_many(Path(name)),
                "report": lambda: report(Path(name)),
            }[what]()


if __name__ == "__main__":
    main()

"""Answers drawn from the model itself, the same in every run."""

import numpy as np
import polars as pl

from scriptgap.explain.prepare import prepare
from scriptgap.tables import OBSERVATIONS

LANGUAGES = ["en", "es", "vi", "tr", "sw", "ru", "uk", "el", "hi", "ne", "ar", "fa"]
SOURCES = ["en", "ru", "hi", "tr"]
TRUTH = {"script_match": 0.8, "language_match": 0.6, "family_match": 0.3}


def simulated(seed: int = 20260317, questions: int = 160, models: int = 6) -> pl.DataFrame:
    """Return prepared observations with the effects `TRUTH` and standard deviations 1, .7 and .6.

    160 questions from four source languages, asked in twelve languages of six models: 11,520 answers.
    """
    random = np.random.default_rng(seed)
    question, model = random.normal(size=questions), 0.7 * random.normal(size=models)
    spoken = dict(zip(LANGUAGES, 0.6 * random.normal(size=len(LANGUAGES)), strict=True))
    rows = [
        {
            "dataset": "simulated",
            "model": f"model-{m}",
            "question_id": f"q{q}",
            "source_lang": SOURCES[q % len(SOURCES)],
            "query_lang": tag,
            "condition": "plain",
            "sample": 1,
            "scorer": "drawn",
        }
        for m in range(models)
        for q in range(questions)
        for tag in LANGUAGES
    ]
    frame = prepare(pl.DataFrame(rows, schema=OBSERVATIONS))
    logit = (
        -0.5
        + sum(value * frame[name].cast(pl.Float64).to_numpy() for name, value in TRUTH.items())
        + question[[int(text[1:]) for text in frame["question_id"]]]
        + model[[int(text[6:]) for text in frame["model"]]]
        + np.array([spoken[tag] for tag in frame["query_lang"]])
    )
    return frame.with_columns(correct=pl.Series(random.random(frame.height) < 1 / (1 + np.exp(-logit))))

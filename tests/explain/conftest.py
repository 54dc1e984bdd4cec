from collections.abc import Callable, Sequence
from itertools import product

import numpy as np
import polars as pl
import pytest

from scriptgap.explain.prepare import prepare

LANGUAGES = ["en", "es", "fr", "id", "tr", "sw", "ru", "uk", "hi", "ar", "ko", "th"]


def _observe(
    right: Callable[[str, str, str, str, int], bool | None],
    languages: Sequence[str] = LANGUAGES,
    questions: int = 20,
    conditions: Sequence[str] = ("plain",),
    models: Sequence[str] = ("model-a",),
    sources: Sequence[str] = ("en",),
    samples: int = 1,
) -> pl.DataFrame:
    """Observations whose correctness is right(model, question, query_lang, condition, sample)."""
    rows = []
    for model in models:
        for question in range(questions):
            for query, condition, sample in product(languages, conditions, range(samples)):
                correct = right(model, f"q{question}", query, condition, sample)
                rows.append(
                            {
                                "dataset": "atlas", "model": model, "question_id": f"q{question}",
                                "source_lang": sources[question % len(sources)], "query_lang": query,
                                "condition": condition, "sample": sample, "response": "Paris",
                                "reasoning": None, "stop_reason": "max_tokens" if correct is None else "stop",
                                "correct": correct, "answer_script": "Latn", "scorer": "test",
                            }
                        )  # fmt: skip
    return pl.DataFrame(
        rows, schema_overrides={"correct": pl.Boolean, "reasoning": pl.String, "sample": pl.Int32}
    )


@pytest.fixture
def observe() -> Callable[..., pl.DataFrame]:
    """Build observations from a rule that says which answers are right."""
    return _observe


@pytest.fixture
def languages() -> list[str]:
    """Twelve query languages in which script and family are crossed."""
    return LANGUAGES


@pytest.fixture
def drawn(languages: list[str]) -> Callable[..., pl.DataFrame]:
    """Build observations from the model itself, with known effects and random deviations 1, .5 and .7."""

    def build(seed, sources=("en", "ru", "id", "hi"), questions=120, models=2, **beta):
        generator = np.random.default_rng(seed)
        question = generator.normal(size=questions)
        model = generator.normal(size=models) * 0.5
        spoken = dict(zip(languages, generator.normal(size=len(languages)) * 0.7, strict=True))
        names = [f"model-{i}" for i in range(models)]
        frame = prepare(_observe(lambda *_: True, questions=questions, models=names, sources=sources))
        logit = (
            -0.4
            + sum(frame[f"{name}_match"].cast(pl.Float64).to_numpy() * value for name, value in beta.items())
            + question[[int(q[1:]) for q in frame["question_id"]]]
            + model[[names.index(m) for m in frame["model"]]]
            + np.array([spoken[lang] for lang in frame["query_lang"]])
        )
        draw = generator.random(frame.height) < 1 / (1 + np.exp(-logit))
        return frame.with_columns(correct=pl.Series(draw))

    return build


@pytest.fixture
def demo() -> pl.DataFrame:
    """A model that knows much in Latin script and little in others, unless it is hinted."""
    generator = np.random.default_rng(7)
    difficulty = {f"q{i}": generator.normal() for i in range(30)}
    latin = {"en": 2.0, "es": 1.2, "fr": 1.0, "id": 1.1, "tr": 0.9, "sw": 0.6}

    def right(model: str, question: str, query: str, condition: str, sample: int) -> bool | None:
        logit = latin.get(query, -1.5) + difficulty[question]
        if condition == "hint" and query not in latin:
            logit += 2.2
        draw = generator.random()
        return None if generator.random() < 0.02 else bool(draw < 1 / (1 + np.exp(-logit)))

    frame = _observe(right, questions=30, conditions=["plain", "entity_only", "hint", "hint_placebo"])
    return frame.with_columns(
        topic=pl.when(pl.col("question_id") < "q2").then(pl.lit("a")).otherwise(pl.lit("b"))
    )


def observations(answers: Sequence[tuple[int, str, bool | None]]) -> pl.DataFrame:
    """Observations from (question, query_lang, correct); repeated ones are further samples."""
    frame = _observe(lambda *_: True, ["en"], 1).clear()
    rows = [
        {
            "dataset": "atlas", "model": "m", "question_id": f"q{question}", "source_lang": "en",
            "query_lang": query, "condition": "plain", "sample": sample, "response": "", "reasoning": None,
            "stop_reason": "stop", "correct": correct, "answer_script": None, "scorer": "test",
        }
        for sample, (question, query, correct) in enumerate(answers)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=frame.schema)

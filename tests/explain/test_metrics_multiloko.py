import numpy as np
import polars as pl
import pytest

from scriptgap.explain.metrics.multiloko import gap_interval, multiloko
from scriptgap.explain.prepare import prepare
from tests.explain.metric_frames import answers

N = 10


def rows(shares, **more):
    """Ten questions of each (dataset, source, query), of which the first `shares` are right."""
    return [
        {
            "dataset": dataset, "question_id": f"{source}-{i}", "source_lang": source, "query_lang": query,
            "correct": i < right, "scorer": "alias_match", **more,
        }
        for (dataset, source, query), right in shares.items()
        for i in range(N)
    ]  # fmt: skip


SHARES = {
    ("multiloko", "en", "en"): 8, ("multiloko", "ru", "ru"): 5, ("multiloko", "zh-Hant", "zh-Hant"): 2,
    ("multiloko", "ru", "en"): 3, ("multiloko", "zh-Hant", "en"): 3,
    ("multiloko", "en", "ru"): 6, ("multiloko", "en", "zh-Hant"): 4,
    ("multiloko_machine", "ru", "en"): 1, ("multiloko_machine", "en", "ru"): 5,
}  # fmt: skip


def test_by_hand():
    figures, notes = multiloko(prepare(answers(rows(SHARES))))
    assert figures["em"] == pytest.approx((0.8 + 0.5 + 0.2) / 3)
    assert figures["gap"] == pytest.approx(0.6)
    assert (figures["best_language"], figures["worst_language"]) == ("en", "zh-Hant")
    assert figures["mother_tongue_effect"] == pytest.approx(((0.5 - 0.3) + (0.2 - 0.3)) / 2)
    assert figures["locality_effect"] == pytest.approx(((0.5 - 0.6) + (0.2 - 0.4)) / 2)
    assert figures["mother_tongue_effect_machine"] == pytest.approx(0.4)
    assert figures["locality_effect_machine"] == pytest.approx(0.0)
    assert figures["score"] == "em from correct by scorer alias_match"
    assert (figures["n_languages"], figures["n_questions"], figures["n_unscored"]) == (3, 30, 0)
    for name in ("em", "gap", "mother_tongue_effect", "locality_effect", "locality_effect_machine"):
        assert figures[f"{name}_low"] < figures[name] < figures[f"{name}_high"]
    table = {row["language"]: row for row in figures["by_language"]}
    assert table["ru"]["em"] == 0.5
    assert table["ru"]["name"] == "Russian"
    assert table["ru"]["mother_tongue_effect"] == pytest.approx(0.2)
    assert table["ru"]["n_mother_tongue_effect"] == 10
    assert "mother_tongue_effect" not in table["en"]
    assert notes == {}


def test_mother_tongue_effect_is_paired():
    """Questions not scored in English count for the score, not for the effect."""
    found = rows({("multiloko", "ru", "ru"): 5, ("multiloko", "ru", "en"): 5})
    for row in found[N : N + 3]:
        row["correct"] = None
    figures, _ = multiloko(prepare(answers(found)))
    assert figures["em"] == 0.5
    assert figures["mother_tongue_effect"] == pytest.approx(2 / 7 - 2 / 7)
    assert figures["n_unscored"] == 3
    # the same answers: the paired interval is narrower than that of two independent shares of seven
    assert figures["mother_tongue_effect_high"] < 0.35


def test_the_authors_score_comes_first():
    frame = answers(rows(SHARES)).with_columns(
        multiloko_em=pl.col("correct"), multiloko_f1=pl.lit(0.7), exact_match=pl.lit(value=False)
    )
    figures, _ = multiloko(prepare(frame))
    assert figures["score"] == "multiloko_em, multiloko_f1"
    assert figures["em"] == pytest.approx(0.5)
    assert figures["f1"] == pytest.approx(0.7)
    assert "chrf" not in figures
    figures, _ = multiloko(prepare(frame.drop("multiloko_em", "multiloko_f1")))
    assert (figures["score"], figures["em"], figures["gap"]) == ("exact_match", 0, 0)


def test_several_models_and_missing_parts(observe):
    shares = {("multiloko", "ru", "ru"): 5}
    figures, notes = multiloko(prepare(answers(rows(shares) + rows(shares, model="b"))))
    assert figures["em"] is None
    assert "2 models" in notes["metrics.multiloko.em"]
    assert figures["by_model"]["b"]["em"] == 0.5
    assert "two languages" in notes["metrics.multiloko.by_model.b.gap"]
    assert "human translation" in notes["metrics.multiloko.by_model.b.locality_effect"]
    figures, notes = multiloko(prepare(observe(lambda *_: True)))
    assert figures is None
    assert "data set multiloko" in notes["metrics.multiloko"]
    unscored = [{**row, "correct": None} for row in rows(SHARES)]
    figures, notes = multiloko(prepare(answers(unscored)))
    assert figures["em"] is None
    assert notes["metrics.multiloko.em"]
    assert notes["metrics.multiloko.by_language.0.em"]


def test_the_interval_of_the_gap_holds_the_truth_also_where_all_languages_are_equally_hard():
    """The simulations in which a bootstrap held it a quarter of the time; never a point."""
    generator = np.random.default_rng(4)
    for chances in (np.full(12, 0.4), np.linspace(0.3, 0.5, 12)):
        held = 0
        for _ in range(200):
            scores = [(generator.random(60) < chance).astype(float) for chance in chances]
            means = [own.mean() for own in scores]
            gap = max(means) - min(means)
            interval = gap_interval(gap, scores)
            assert interval.estimate == gap
            held += interval.low - 1e-12 <= chances[-1] - chances[0] <= interval.high
        assert held >= 190
    flat = gap_interval(0.0, [np.array([0.0, 1.0, 0.0, 1.0])] * 12)
    assert flat.low == 0 < flat.high

import numpy as np
import polars as pl
import pytest
from scipy.stats import t

from scriptgap.explain.regression.linear_probability import linear_probability

FIXED = ["script_match", "family_match"]


def drawn(samples: int = 1) -> pl.DataFrame:
    """Cells of 9 questions, 3 models and 5 languages, some absent, with up to `samples` answers each."""
    random = np.random.default_rng(4)
    rows = [
        {
            "question": f"q{q}", "model": f"m{m}", "query_lang": f"l{lang}",
            "script_match": float((q + lang) % 2), "family_match": float((q * lang) % 3 == 0),
            "right": float(random.binomial(n, 0.5)), "n": n,
        }
        for q in range(9) for m in range(3) for lang in range(5)
        if (n := int(random.integers(0, samples + 1)))
    ]  # fmt: skip
    return pl.DataFrame(rows).with_columns(wrong=pl.col("n") - pl.col("right"))


def by_dummies(cells: pl.DataFrame, groups: list[str]) -> dict[str, tuple[float, float]]:
    """One row an answer, one column a level, and the sandwich as in the book."""
    rows = pl.concat(
        [
            cells.select(pl.all().repeat_by(pl.col(side).cast(pl.Int64))).explode(pl.all()).with_columns(y=pl.lit(y))
            for side, y in (("right", 1.0), ("wrong", 0.0))
        ]
    ).drop_nulls("question")  # fmt: skip
    x = np.column_stack(
        [rows.select(FIXED).to_numpy(), np.ones(rows.height)]
        + [
            (rows[name] == level).cast(pl.Float64).to_numpy()
            for name in groups
            for level in rows[name].unique().sort()[1:]
        ]
    )
    inverse = np.linalg.inv(x.T @ x)
    beta = inverse @ x.T @ rows["y"].to_numpy()
    residual = rows["y"].to_numpy() - x @ beta
    meat = np.zeros_like(inverse)
    clusters = rows["question"].unique().to_list()
    for cluster in clusters:
        score = (
            x[(rows["question"] == cluster).to_numpy()].T @ residual[(rows["question"] == cluster).to_numpy()]
        )
        meat += np.outer(score, score)
    counted = x.shape[1] - ("question" in groups) * (len(clusters) - 1)
    small = len(clusters) / (len(clusters) - 1) * (rows.height - 1) / (rows.height - counted)
    errors = np.sqrt(small * np.diag(inverse @ meat @ inverse))
    return {name: (float(beta[i]), float(errors[i])) for i, name in enumerate(FIXED)}


@pytest.mark.parametrize("samples", [1, 4])
@pytest.mark.parametrize(
    "groups", [["question", "model", "query_lang"], ["model", "query_lang"], ["question"], ["query_lang"], []]
)
def test_least_squares_on_dummies(groups: list[str], samples: int) -> None:
    cells = drawn(samples)
    found = linear_probability(cells, FIXED, groups)
    for name, (effect, error) in by_dummies(cells, groups).items():
        assert found[name].effect == pytest.approx(effect, abs=1e-10)
        assert found[name].se == pytest.approx(error, abs=1e-10)
        assert found[name].high == pytest.approx(effect + t.ppf(0.975, 8) * error, abs=1e-9)
        assert found[name].low == pytest.approx(effect - t.ppf(0.975, 8) * error, abs=1e-9)


def test_a_difference_of_shares() -> None:
    """One predictor, no group: the difference of two shares, and its clustered error by hand."""
    cells = pl.DataFrame(
        {
            "question": ["a", "b", "a", "b"],
            "x": [1.0, 1.0, 0.0, 0.0],
            "right": [3.0, 1.0, 1.0, 1.0],
            "wrong": [1.0, 3.0, 3.0, 3.0],
        }
    )
    found = linear_probability(cells, ["x"], [])["x"]
    assert found.effect == pytest.approx(0.5 - 0.25)
    # Each question adds its residuals with x, over 8, less those without, over 8: +-(1 / 8).
    assert found.se == pytest.approx(np.sqrt(2 / 1 * 15 / 14 * 2 / 64))


def test_a_predictor_that_the_groups_take_up() -> None:
    cells = drawn().with_columns(own=(pl.col("query_lang") == "l1").cast(pl.Float64))
    found = linear_probability(cells, ["own", *FIXED], ["question", "query_lang"])
    assert found["own"].effect is found["own"].se is found["own"].low is None
    assert "each level of question, query language has an effect of its own" in found["own"].reason
    without = linear_probability(cells, FIXED, ["question", "query_lang"])
    assert {name: found[name] for name in FIXED} == without


def test_a_predictor_that_repeats_another() -> None:
    cells = drawn().with_columns(again=1 - pl.col("script_match"))
    found = linear_probability(cells, [*FIXED, "again"], ["model"])
    assert found["again"].effect is None
    assert found["script_match"].effect is not None


@pytest.mark.parametrize(
    ("keep", "words"), [(pl.col("question") == "q1", "one question"), (pl.col("n").cum_sum() <= 3, "too few")]
)
def test_too_little_to_tell(keep: pl.Expr, words: str) -> None:
    cells = drawn().filter(pl.col("query_lang") < "l2").sort("model").filter(keep)
    found = linear_probability(cells, ["script_match"], ["query_lang"])
    assert found["script_match"].effect is None
    assert words in found["script_match"].reason

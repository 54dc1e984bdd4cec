import json
from pathlib import Path

import polars as pl
import pytest

from scriptgap.compare.changes import change
from scriptgap.compare.compare import compare
from scriptgap.compare.gap_closed import gap_closed
from scriptgap.compare.pairing import paired
from scriptgap.errors import UsageError
from scriptgap.explain.prepare import prepare
from scriptgap.measure.checkpoint import ENTITIES
from tests.compare.runs import AFTER, BEFORE, observations


def _pairs() -> pl.DataFrame:
    return paired(
        prepare(observations("base", BEFORE)), prepare(observations("trained", AFTER, reasoning=True))
    )


def test_pairs_have_the_hint_of_the_run_before() -> None:
    pairs = _pairs()
    assert pairs.height == 4 * 40
    russian = pairs.filter(query_lang="ru")
    assert russian.select(pl.col("before", "after", "hint").sum()).row(0) == (10, 26, 30)
    assert pairs.filter(query_lang="fr")["hint"].null_count() == 40


def test_change_counts_gains_and_losses() -> None:
    row = change(_pairs().filter(query_lang="ru"))
    assert (row["gained"], row["lost"], row["entities_up"], row["entities_down"]) == (16, 0, 16, 0)
    assert row["change"] == pytest.approx(0.4)
    # Both tests are the exact binomial of 16 in 16.
    assert row["mcnemar_p"] == row["sign_p"] == pytest.approx(2 * 0.5**16)


def test_sign_test_takes_an_entity_once_however_many_languages_ask_it() -> None:
    pairs = _pairs().filter(pl.col("query_lang") == "ru")
    twice = pl.concat([pairs, pairs.with_columns(query_lang=pl.lit("uk"))])
    assert change(twice)["sign_p"] == change(pairs)["sign_p"]
    assert change(twice)["mcnemar_p"] < change(pairs)["mcnemar_p"]


def test_gap_closed_is_the_gain_over_what_the_hint_gains() -> None:
    row, reason = gap_closed(_pairs())
    assert reason is None
    assert row["gap_closed"] == pytest.approx((16 + 4) / (20 + 20))
    assert row["low"] < row["gap_closed"] < row["high"]
    assert gap_closed(_pairs()) == (row, None)


def test_no_share_of_a_gap_that_may_be_none() -> None:
    pairs = _pairs().with_columns(hint=pl.col("before"))
    row, reason = gap_closed(pairs)
    assert row["gap_closed"] is None
    assert reason is not None
    assert "interval reaches 0" in reason
    few, reason = gap_closed(_pairs().filter(pl.col("entity").is_in(["Name0", "Name12"])))
    assert few["gap_closed"] is None
    assert reason == "fewer than 20 entities"


@pytest.mark.parametrize("right", [(90, 96, 93), (80, 88, 84), (30, 36, 33)])
def test_a_gap_of_few_entities_has_no_share_and_the_page_is_written(
    tmp_path: Path, right: tuple[int, int, int]
) -> None:
    before, hint, after = right
    entities = 40 if before < 40 else 100
    found = compare(
        observations("base", {("plain", "ru"): before, ("hint", "ru"): hint}, entities),
        observations("trained", {("plain", "ru"): after}, entities),
    )
    row = found.summary["runs"][0]["gap_closed"][0]
    assert row["gap_closed"] is row["low"] is row["high"] is None
    assert "gap_closed" in "".join(found.summary["notes"])
    found.write(tmp_path)


def test_the_share_is_told_by_topic_where_there_are_several() -> None:
    table = observations("base", BEFORE, 40), observations("trained", AFTER, 40)
    first, then = (
        frame.with_columns(
            topic=pl.when(pl.col("entity_source").str.ends_with("5")).then(pl.lit("b")).otherwise(pl.lit("a"))
        )
        for frame in table
    )
    rows = compare(first, then).summary["runs"][0]["gap_closed"]
    told = {row["topic"]: row for row in rows if row["languages"] == "all"}
    assert set(told) == {None, "a", "b"}
    assert told["a"]["n_pairs"] + told["b"]["n_pairs"] == told[None]["n_pairs"] == 80
    # 5, 15, 25 and 35: of Russian 15 and 25 are newly right, of Greek none.
    assert told["b"]["after"] - told["b"]["before"] == pytest.approx(2 / 8)
    assert all("b" not in str(row["topic"]) or row["gap_closed"] is None for row in rows)


def test_intervals_hold_the_truth_in_simulated_trainings() -> None:
    """Each entity is hard or easy in all languages; the share closed of the population is known."""
    import numpy as np

    rng = np.random.default_rng(5)
    held, trials, entities, languages = 0, 150, 60, 5
    for _ in range(trials):
        ability = rng.normal(0, 1, (entities, 1))
        chance = {side: 1 / (1 + np.exp(-(ability + at))) for side, at in (("b", -1.5), ("a", 0.2), ("h", 1))}
        drawn = {s: (rng.random((entities, languages)) < p).astype(float) for s, p in chance.items()}
        grid = np.random.default_rng(0).normal(0, 1, 400_000)
        means = {s: (1 / (1 + np.exp(-(grid + at)))).mean() for s, at in (("b", -1.5), ("a", 0.2), ("h", 1))}
        pairs = pl.DataFrame(
            {
                "entity": np.repeat([f"e{n}" for n in range(entities)], languages),
                "match_class": ["cross_script"] * (entities * languages),
                "before": drawn["b"].ravel(),
                "after": drawn["a"].ravel(),
                "hint": drawn["h"].ravel(),
            }
        )
        row, _ = gap_closed(pairs)
        truth = (means["a"] - means["b"]) / (means["h"] - means["b"])
        held += row["low"] <= truth <= row["high"]
    # Binomial(150, .95) is below 135 once in 300 times.
    assert held >= 135


def test_compare_tells_taught_languages_from_others_and_writes_its_page(tmp_path: Path) -> None:
    found = compare(
        observations("base", BEFORE),
        observations("trained", AFTER, reasoning=True),
        observations("control", BEFORE),
        taught=["ru"],
    )
    closed = {
        (row["languages"], row["query_lang"]): row["gap_closed"]
        for row in found.summary["runs"][0]["gap_closed"]
    }
    assert closed["taught", None] == pytest.approx(16 / 20)
    assert closed["not taught", None] == pytest.approx(4 / 20)
    headline = found.summary["comparison"]
    assert headline["gap_closed"] == pytest.approx(0.5)
    assert headline["harm_same_script"] == pytest.approx(0)
    assert headline["harm_source_language"] == pytest.approx(-1 / 40)
    between = [row for row in found.summary["between"] if row["match_class"] == "cross_script"]
    assert between[0]["change"] == pytest.approx(20 / 80)
    traces = {row["query_lang"]: row for row in found.summary["runs"][0]["recovery"]}
    assert traces["ru"]["recovered"] == pytest.approx(26 / 40)
    assert (traces["ru"]["accuracy_recovered"], traces["ru"]["accuracy_otherwise"]) == (1, 0)
    page = found.write(tmp_path / "out").read_text(encoding="utf-8")
    assert "50 %" in page
    assert "<svg" in page
    assert json.loads((tmp_path / "out/summary.json").read_text())["comparison"] == headline
    assert (tmp_path / "out/tables/gap_closed.csv").is_file()
    assert any("closed 80 % of the hint-closable gap" in text for text in found.sentences)


def test_questions_of_one_side_and_entities_trained_on_are_told(tmp_path: Path) -> None:
    model = tmp_path / "model"
    model.mkdir()
    (model / ENTITIES).write_text("name 3\nNAME 4\n", encoding="utf-8")
    run = tmp_path / "after"
    run.mkdir()
    (run / "run.json").write_text(json.dumps({"model": str(model)}), encoding="utf-8")
    observations("trained", AFTER).filter(pl.col("query_lang") != "el").write_parquet(
        run / "observations.parquet"
    )
    found = compare(observations("base", BEFORE), run)
    own = found.summary["runs"][0]
    assert own["unpaired"] == {"before": 40, "after": 0}
    assert own["trained_on"] == {"n_pairs": 2 * 3, "n_entities": 2, "n_asked": 120}
    assert any("40 questions were asked only before, and 0 only after" in text for text in found.sentences)
    assert any("6 of 120 pairs are about 2 entities that it was trained on" in t for t in found.sentences)


def test_runs_without_a_common_question_are_refused() -> None:
    other = observations("trained", AFTER).with_columns(dataset=pl.lit("other"))
    with pytest.raises(UsageError, match="share no scored question"):
        compare(observations("base", BEFORE), other)


def test_answers_that_were_cut_short_are_counted_and_both_figures_told() -> None:
    after = observations("trained", AFTER).with_columns(
        correct=pl.when((pl.col("query_lang") == "ru") & ~pl.col("correct"))
        .then(None)
        .otherwise(pl.col("correct"))
    )
    run = compare(observations("base", BEFORE), after).summary["runs"][0]
    assert run["left_out"] == {"before": 0, "after": 14}
    shown, strict = (
        next(row for row in run[key] if row["match_class"] == "cross_script")
        for key in ("changes", "changes_unscored_wrong")
    )
    assert (shown["n_pairs"], strict["n_pairs"]) == (66, 80)
    assert strict["change"] == pytest.approx(20 / 80)
    told = compare(observations("base", BEFORE), after).sentences
    assert any("0 answers before and 14 after" in text and "Counted as wrong" in text for text in told)
    with pytest.raises(UsageError, match="none of the 160 answers after is scored"):
        compare(observations("base", BEFORE), after.with_columns(correct=pl.lit(None, pl.Boolean)))


def test_a_taught_language_that_nobody_asked_is_refused() -> None:
    with pytest.raises(UsageError, match="--taught: nothing was asked in xx; query languages are .*ru"):
        compare(observations("base", BEFORE), observations("trained", AFTER), taught=["ru", "xx"])


def test_other_worked_examples_are_told(tmp_path: Path) -> None:
    for name, rates, shots in (("before", BEFORE, {}), ("after", AFTER, {"shots": 0})):
        (tmp_path / name).mkdir()
        observations(name, rates).write_parquet(tmp_path / name / "observations.parquet")
        (tmp_path / name / "run.json").write_text(json.dumps({"model": name, **shots}), encoding="utf-8")
    told = compare(tmp_path / "before", tmp_path / "after").sentences
    shown = "shown all worked examples before each question"
    assert [shown in sentence and "0 worked examples" in sentence for sentence in told].count(True) == 1
    same = compare(tmp_path / "before", observations("other", AFTER)).sentences
    assert not any("worked examples" in sentence for sentence in same)

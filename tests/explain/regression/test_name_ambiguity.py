import json

import numpy as np
import polars as pl
import pytest

from scriptgap.candidates import ambiguity as scores
from scriptgap.candidates.evidence import Candidate
from scriptgap.errors import UsageError
from scriptgap.explain.explanation import explain
from scriptgap.explain.regression.collapse import collapse
from scriptgap.explain.regression.name_ambiguity import ambiguity_effect
from tests.explain.test_summary import check

NAMES = {"ru": "Перу", "uk": "Перу", "hi": "पेरू", "ar": "بيرو", "ko": "페루", "th": "เปรู"}


def named(frame):
    """Give each answer a name in the script of its query language, another for each question."""
    number = pl.col("question_id").str.slice(1)
    base = pl.col("query_lang").replace_strict(NAMES, default="Peru")
    return frame.with_columns(
        entity_source=pl.lit("Peru"), entity_query=pl.concat_str(base, number, separator=" ")
    )


def answers(observe, slope, seed=3, questions=60):
    """Answers that get rarer the more spellings a name in another script has: `slope` logits for each SD."""
    generator = np.random.default_rng(seed)
    frame = named(observe(lambda *_: True, questions=questions, models=["m", "n"], sources=["en"]))
    pairs = frame.select("entity_query").unique().sort("entity_query")
    pairs = pairs.with_columns(ambiguity=pl.Series(np.exp(generator.normal(1.5, 0.5, pairs.height))))
    frame = frame.join(pairs, on="entity_query", how="left", maintain_order="left")
    latin = ~pl.col("query_lang").is_in(list(NAMES))
    frame = frame.with_columns(pl.when(latin).then(1.0).otherwise("ambiguity").alias("ambiguity"))
    logit = frame.select(
        pl.when(latin).then(0.5).otherwise(slope * (pl.col("ambiguity").log() - 1.5) / 0.5 - 0.5)
    )
    right = generator.random(frame.height) < 1 / (1 + np.exp(-logit.to_series().to_numpy()))
    return frame.with_columns(correct=pl.Series(right))


def test_a_known_effect_is_found_and_tested(observe):
    cells = collapse(answers(observe, -0.8), ["ambiguity"])
    found, notes = ambiguity_effect(cells, "plain")
    assert found["logit"] == pytest.approx(-0.8, abs=0.25)
    assert found["low"] < -0.8 < found["high"] < 0
    assert found["odds_ratio"] == pytest.approx(np.exp(found["logit"]))
    assert found["lr_p"] < 1e-6
    assert (found["n"], found["n_unknown"]) == (60 * 12 * 2, 0)
    assert "ambiguity" in found["formula"]
    assert not notes


def test_no_effect_is_none(observe):
    found, _ = ambiguity_effect(collapse(answers(observe, 0.0), ["ambiguity"]), "plain")
    assert found["low"] < 0 < found["high"]
    assert found["lr_p"] > 0.05


def test_the_unit_is_a_standard_deviation_whatever_the_scale(observe):
    frame = answers(observe, -0.8)
    squared = frame.with_columns(pl.col("ambiguity") ** 2)
    one, other = (ambiguity_effect(collapse(f, ["ambiguity"]), "plain")[0] for f in (frame, squared))
    assert one["logit"] == pytest.approx(other["logit"], abs=1e-5)


def test_unknown_scores_are_left_out_and_counted(observe):
    frame = answers(observe, -0.8)
    korean = frame.with_columns(
        pl.when(pl.col("query_lang") == "ko").then(None).otherwise("ambiguity").alias("ambiguity")
    )
    found, _ = ambiguity_effect(collapse(korean, ["ambiguity"]), "plain")
    assert (found["n"], found["n_unknown"]) == (60 * 11 * 2, 60 * 2)
    none = frame.with_columns(ambiguity=pl.lit(None, pl.Float64))
    found, notes = ambiguity_effect(collapse(none, ["ambiguity"]), "plain")
    assert found["logit"] is None
    assert notes == {"ambiguity": "of no answer is the ambiguity of the name known"}
    same = frame.with_columns(ambiguity=pl.lit(2.0))
    assert ambiguity_effect(collapse(same, ["ambiguity"]), "plain")[1] == {
        "ambiguity": "ambiguity is the same in all these data"
    }


def test_it_is_in_the_summary_and_the_report_only_where_it_is_asked_for(observe, monkeypatch, tmp_path):
    frame = answers(observe, -0.8, questions=20).rename({"ambiguity": "drawn"})
    drawn = dict(frame.select("entity_query", "drawn").iter_rows())

    def candidates_of(name, limit):
        number = round(drawn[name])
        return [Candidate(f"s{n}", 1 / number, "generated") for n in range(number)]

    monkeypatch.setattr(scores, "candidates_of", candidates_of)
    plain = check(explain(frame))
    assert "ambiguity" not in plain["effects"]
    asked = explain(frame, ambiguity=True)
    summary = check(asked)
    effect = summary["effects"].pop("ambiguity")
    assert effect["high"] < 0
    assert effect["lr_p"] < 0.01
    assert summary["effects_by_condition"]["plain"].pop("ambiguity") == effect
    sentence = "Among names in another script, one that is a standard deviation more ambiguous"
    assert sum(text.startswith(sentence) for text in asked.sentences) == 1
    # Nothing else changes.
    kept = [entry for entry in summary["sentences"] if not entry["text"].startswith(sentence)]
    assert {**summary, "sentences": kept, "created": ""} == {**plain, "created": ""}
    summary["effects_by_condition"]["plain"]["ambiguity"] = summary["effects"]["ambiguity"] = effect
    row = asked.table("effects").filter(term="ambiguity", query_language_effect=True)
    assert row["logit"].to_list() == [effect["logit"]]
    assert asked.write(tmp_path).is_file()
    assert "Ambiguous name (1 SD)" in (tmp_path / "tables" / "effects.tex").read_text(encoding="utf-8")
    assert "Ambiguous name" not in (tmp_path / "figures" / "forest.svg").read_text(encoding="utf-8")
    assert (
        json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))["effects"]["ambiguity"] == effect
    )


def test_names_are_needed(demo):
    with pytest.raises(UsageError, match="needs the questions table"):
        explain(demo, ambiguity=True)

"""`demo --close` in small: every step on the embedded model."""

import io
import json
from pathlib import Path

import polars as pl
import pytest
from rich.console import Console

from scriptgap import closing

_SMALL = (
    "languages: [en, ru]\nrelations: [capital]\ncountries: 60\nsamples: 60\nform: completion\n"
    "style: direct\nsplit: {train: 0.6, validation: 0.1, test: 0.3}\nkinds: {cross_script: 1, replay: 0}\n"
)
# Direct, since what two steps of reasoning teach rambles on and takes minutes.


@pytest.mark.slow
def test_the_whole_story_is_told_and_goes_on_where_it_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("trl", reason="training needs the extra `train`")
    pytest.importorskip("xllamacpp", reason="the embedded model needs the extra `demo`")
    monkeypatch.setattr(closing, "ASKED", ["en", "ru", "ka"])
    monkeypatch.setattr(closing, "CLOSING_SAMPLES", _SMALL)
    monkeypatch.setattr(closing, "CLOSING_TRAINING", "steps: 2\nevaluations: 0\nevaluated: 0\n")
    monkeypatch.setattr(closing, "QUESTIONS_OF_A_TOPIC", 11)
    said = io.StringIO()
    page = closing.close_gap(tmp_path, Console(file=said, width=200))

    asked = pl.read_parquet(tmp_path / "samples/asked.parquet").filter(pl.col("split") == "test")
    assert asked.group_by("query_lang").len().sort("query_lang").rows() == [
        ("en", 11),
        ("ka", 11),
        ("ru", 11),
    ]
    taught = pl.read_parquet(tmp_path / "samples/samples.parquet")["entity_source"]
    assert not set(asked["entity_source"]) & set(taught)
    summary = json.loads((page.parent / "summary.json").read_text(encoding="utf-8"))
    assert summary["runs"][0]["taught"] == ["ru"]
    # After two steps the model still rambles: some conditions may have no answer that ended.
    told = {row["condition"] for row in summary["runs"][0]["changes"]}
    assert told
    assert told <= {"plain", "entity_only"}
    assert f"report: {page}" in said.getvalue()

    same = reloaded(tmp_path / "trained", asked.filter(query_lang="en"), tmp_path / "after")
    # The served file is rounded (Q8_0) and the folder is not; after two steps many answers are near ties.
    assert len(same) == 11
    assert sum(same) >= 6

    begun = (tmp_path / "trained/training.json").read_bytes()
    assert closing.close_gap(tmp_path, Console(file=io.StringIO())) == page
    assert (tmp_path / "trained/training.json").read_bytes() == begun  # not trained again


def reloaded(trained: Path, questions: pl.DataFrame, run: Path) -> list[bool]:
    """Ask a trained folder by plain Transformers and PEFT: is each answer that of the run?"""
    import torch
    from peft import AutoPeftModelForCausalLM
    from transformers import AutoTokenizer

    model = AutoPeftModelForCausalLM.from_pretrained(trained, dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(trained)
    told = pl.read_parquet(run / "observations.parquet").filter(condition="plain", query_lang="en")
    answers = dict(told.select("question_id", "response").iter_rows())
    most = json.loads((trained / "training.json").read_text(encoding="utf-8"))["asked"]["max_tokens"]
    same = []
    for row in questions.iter_rows(named=True):
        chat = [{"role": "user", "content": row["question"]}]
        ids = tokenizer.apply_chat_template(chat, return_tensors="pt", return_dict=True)
        with torch.no_grad():
            out = model.generate(
                **ids, max_new_tokens=most, do_sample=False, stop_strings=["\n"], tokenizer=tokenizer
            )
        text = tokenizer.decode(out[0][ids["input_ids"].shape[1] :], skip_special_tokens=True)
        same.append(text.strip().split("\n")[0].strip() == answers[row["question_id"]].strip())
    return same

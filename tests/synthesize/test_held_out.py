"""What replay may not say of held-out entities."""

import json
from pathlib import Path

import polars as pl
import pytest

from scriptgap.synthesize.held_out import MENTIONED, hold_out
from scriptgap.synthesize.replay import read_replay
from scriptgap.synthesize.seeds import with_splits
from scriptgap.tables import QUESTIONS

SHARES = {"train": 1.0, "validation": 0.0, "test": 0.0}
TOLD = "Kazakhstan has the capital Astana."


@pytest.mark.parametrize("said", ["prompt", "reasoning", "response"])
def test_replay_that_names_an_evaluation_entity_anywhere_goes(tmp_path: Path, said: str) -> None:
    file = tmp_path / "chat.jsonl"
    texts = {"prompt": "Count.", "reasoning": "One and on.", "response": "Two."}
    rows = [texts, texts | {"prompt": "Count again."} | {said: TOLD}]
    messages = [
        {
            "messages": [
                {"role": "user", "content": row["prompt"]},
                {"role": "assistant", "content": row["response"], "reasoning_content": row["reasoning"]},
            ]
        }
        for row in rows
    ]
    file.write_text("\n".join(map(json.dumps, messages)), encoding="utf-8")
    seeds = read_replay(file, SHARES).table
    question = {
        "dataset": "test", "question_id": "1", "source_lang": "en", "query_lang": "ru", "split": "test",
        "question": "Казахстан: столица?", "answers": ["Астана"], "entity_source": "Kazakhstan",
        "entity_query": "Казахстан",
    }  # fmt: skip
    evaluation = pl.DataFrame([question], schema=QUESTIONS)
    held = hold_out(seeds, with_splits(evaluation.clear(), SHARES), [evaluation])
    assert held.kept["prompt"].to_list() == ["Count."]
    assert held.kept["response"].to_list() == ["Two."]
    assert held.removed.select("reason", "training_form").rows() == [(MENTIONED, "Kazakhstan")]

"""What replay may not say of held-out entities."""

import json
from pathlib import Path

import polars as pl
import pytest

from scriptgap.synthesize.held_out import MENTIONED, OWN, hold_out
from scriptgap.synthesize.replay import read_replay
from scriptgap.synthesize.seeds import with_splits
from scriptgap.tables import QUESTIONS
from tests.synthesize.seed_tables import COUNTRIES, seed_row, seed_table

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
    assert held.removed.select("evaluation_dataset", "evaluation_question_id").rows() == [("test", "1")]


def test_the_held_out_split_is_told_from_an_evaluation_set_of_the_same_data_set() -> None:
    rows = [seed_row(*country) for country in COUNTRIES[:4]]
    seeds = seed_table(rows)
    questions = seeds.with_columns(split=pl.Series(["train", "train", "validation", "test"]))
    taught = seed_table([*rows, *(row | {"question_id": f"{row['question_id']}-2"} for row in rows[1:])])
    evaluation = questions.head(1).select(list(QUESTIONS))
    held = hold_out(taught, questions, [evaluation])
    assert set(held.kept["entity_source"]) == {"France"}
    found = dict(held.summary.group_by("evaluation_dataset").agg(pl.col("seeds").sum()).iter_rows())
    assert found == {"tiny": 1, OWN: 4}

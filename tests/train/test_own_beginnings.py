"""Rows that go on from what the model itself writes half-way."""

import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("trl", reason="training needs the extra `train`")

from scriptgap.errors import UsageError
from scriptgap.train.own_beginnings import FILE, sentences_before_name
from scriptgap.train.recipe import recipe_of
from scriptgap.train.run import Progress, train
from tests.train.tiny_model import save_tiny_model

RECIPE = """
learning_rate: 5e-3
batch: 4
rows_at_once: 4
steps: 40
checkpoints: 4
evaluations: 0
precision: float32
own_beginnings: 1
"""
NAMES = {"Греция": "Greece", "Перу": "Peru", "Чад": "Chad", "Чили": "Chile", "Гана": "Ghana", "Мали": "Mali"}


def _row(number: int, query: str, source: str, heard: str) -> dict[str, Any]:
    reasoning = f"It sounds like “{heard}”. In English this is {source}."
    return {
        "sample_id": f"s{number}",
        "entity": source.lower(),
        "query_lang": "ru",
        "topic": "name",
        "kind": "cross_script",
        "style": "full",
        "teacher": "rules",
        "prompt": f"Q: Country: {query}. In English?\nA:",
        "completion": f" <think> {reasoning} </think> {source}",
    }


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    # No romanisation: a small model reads none of them right by the middle.
    rows = [_row(n, *pair, f"q{n}{n}z") for n, pair in enumerate(list(NAMES.items()) * 6)]
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (folder / "train.jsonl").write_text(text, encoding="utf-8")
    (folder / "validation.jsonl").write_text("", encoding="utf-8")
    return folder


def test_sentences_before_the_name_are_counted() -> None:
    def counted(reasoning: str, entity: str = "châtenay-malabry") -> int:
        text = f" <think> {reasoning} </think> Châtenay-Malabry"
        return sentences_before_name({"completion": text, "entity": entity})

    assert counted("It sounds like “syateune”. In English this is Châtenay-Malabry.") == 1
    assert counted("First ш. Then а. So it is Châtenay-Malabry. Done.") == 2
    assert counted("In English this is Châtenay-Malabry. It sounds so.") == 0
    assert counted("It sounds like “syateune”. It is that.") == 0
    assert counted("यह “शा” है। It is Châtenay-Malabry.") == 1
    assert counted("It sounds like this. Anything.", entity="") == 0
    assert sentences_before_name({"completion": " Athens", "entity": "greece"}) == 0


@pytest.mark.slow
def test_the_second_half_goes_on_from_what_the_model_wrote(tmp_path: Path, data: Path) -> None:
    base = save_tiny_model(tmp_path / "base")
    whole = train(data, str(base), tmp_path / "whole", recipe_of(RECIPE))
    rows = [json.loads(line) for line in (tmp_path / "whole" / FILE).read_text(encoding="utf-8").splitlines()]
    assert whole.note["own_beginnings"] == len(rows) > 0
    taught = {row["sample_id"]: row for row in map(json.loads, (data / "train.jsonl").open(encoding="utf-8"))}
    for row in rows:
        told = taught[row["sample_id"]]
        assert row["own"].rstrip("”").endswith(".")
        assert row["taught"].removesuffix("<eos>") == told["completion"].split("”.", 1)[1]
        learned = [label for label in row["labels"] if label >= 0]
        assert row["input_ids"][-len(learned) :] == learned
    # The same weights, wherever the training was stopped after the middle.
    from safetensors.torch import load_file

    class StoppedError(Exception):
        pass

    def stop(progress: Progress) -> None:
        if progress.step >= 32:
            raise StoppedError

    with pytest.raises(StoppedError):
        train(data, str(base), tmp_path / "parts", recipe_of(RECIPE), on_progress=stop)
    train(data, str(base), tmp_path / "parts", recipe_of(RECIPE))
    weights = [load_file(tmp_path / name / "adapter_model.safetensors") for name in ("whole", "parts")]
    assert all(value.equal(weights[1][name]) for name, value in weights[0].items())


def test_rows_that_are_packed_cannot_change() -> None:
    with pytest.raises(UsageError, match="packing: no"):
        recipe_of("own_beginnings: 0.5\npacking: yes\n")

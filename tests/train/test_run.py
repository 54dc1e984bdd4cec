import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("trl")

from scriptgap.errors import UsageError
from scriptgap.measure.checkpoint import ENTITIES, checkpoint
from scriptgap.train.recipe import recipe_of
from scriptgap.train.run import LOG, Progress, train
from tests.train.tiny_model import save_tiny_model

RECIPE = "learning_rate: 5e-3\nbatch: 4\nrows_at_once: 2\nevaluations: 2\nevaluated: 2\nprecision: float32\n"


def _row(number: int) -> dict[str, Any]:
    names = {"sample_id": f"s{number}", "entity": "Greece", "query_lang": "ru", "topic": "capital"}
    return {
        **names,
        "kind": "cross_script",
        "style": "full",
        "teacher": "rules",
        "prompt": "Q: Country: Греция. What is the capital of this country?\nA:",
        "completion": " <think> Greece </think> Athens",
    }


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    for split, number in (("train", 8), ("validation", 2)):
        lines = "".join(json.dumps(_row(n), ensure_ascii=False) + "\n" for n in range(number))
        (folder / f"{split}.jsonl").write_text(lines, encoding="utf-8")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("method", ["lora", "full"])
def test_a_training_learns_and_loads_in_plain_transformers(tmp_path: Path, data: Path, method: str) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    base = save_tiny_model(tmp_path / "base")
    told: list[Progress] = []
    made = train(
        data,
        str(base),
        tmp_path / "out",
        recipe_of(f"{RECIPE}method: {method}\nsteps: 40\n"),
        merged=True,
        on_progress=told.append,
    )
    assert told[-1].step == 40
    losses = made.log["loss"].drop_nulls().to_list()
    assert losses[-1] < 0.75 * losses[0]
    assert made.note["validation_accuracy"] == 1
    assert made.note["query_languages"] == ["ru"]
    folder = str(tmp_path / "out")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    asked = tokenizer.apply_chat_template(
        [{"role": "user", "content": "Country: Греция. What is the capital of this country?"}],
        return_tensors="pt",
        return_dict=True,
    )
    text = "<bos>" + _row(0)["prompt"]
    assert tokenizer.decode(asked["input_ids"][0]) == text
    answers = set()
    for source in [folder, *([f"{folder}/merged"] if method == "lora" else [])]:
        model = AutoModelForCausalLM.from_pretrained(source)
        written = model.generate(**asked, max_new_tokens=20, do_sample=False)
        answers.add(tokenizer.decode(written[0], skip_special_tokens=True))
    assert answers == {_row(0)["prompt"] + _row(0)["completion"]}


@pytest.mark.slow
def test_a_stopped_training_goes_on_to_the_same_weights(tmp_path: Path, data: Path) -> None:
    from safetensors.torch import load_file

    base = save_tiny_model(tmp_path / "base")
    recipe = recipe_of(f"{RECIPE}steps: 8\ncheckpoints: 4\nevaluations: 0\n")
    whole = train(data, str(base), tmp_path / "whole", recipe)

    class StoppedError(Exception):
        pass

    def stop(progress: Progress) -> None:
        if progress.step == 5:
            raise StoppedError

    with pytest.raises(StoppedError):
        train(data, str(base), tmp_path / "parts", recipe, on_progress=stop)
    assert not (tmp_path / "parts/training.json").exists()
    steps: list[int] = []
    parts = train(
        data, str(base), tmp_path / "parts", recipe, on_progress=lambda told: steps.append(told.step)
    )
    assert min(steps) == 4  # tells from where it goes on
    assert parts.note["seconds"] >= parts.log["seconds"].max()  # those of both calls
    ours, theirs = (load_file(tmp_path / name / "adapter_model.safetensors") for name in ("whole", "parts"))
    assert all(ours[key].allclose(theirs[key], atol=1e-5) for key in ours)
    # And one that is done is not trained again.
    again = train(data, str(base), tmp_path / "whole", recipe, on_progress=lambda told: steps.append(-1))
    assert again.note == whole.note
    assert -1 not in steps
    assert dict(again.log.schema) == LOG
    # Its merged model can be asked for later.
    train(data, str(base), tmp_path / "whole", recipe, merged=True)
    theirs = load_file(tmp_path / "whole/merged/model.safetensors")
    train(data, str(base), tmp_path / "merged", recipe, merged=True)
    ours = load_file(tmp_path / "merged/merged/model.safetensors")
    assert ours.keys() == theirs.keys()
    assert all(ours[key].allclose(theirs[key], atol=1e-5) for key in ours)


@pytest.mark.slow
def test_a_checkpoint_says_how_it_is_asked_and_another_training_is_refused(
    tmp_path: Path, data: Path
) -> None:
    base = save_tiny_model(tmp_path / "base", "llama")
    train(data, str(base), tmp_path / "out", recipe_of(f"{RECIPE}steps: 1\n"))
    found = checkpoint(str(tmp_path / "out"))
    assert found is not None
    assert (found.chat, found.shots, found.gguf) == (False, 0, None)
    assert found.max_tokens > 4
    assert (tmp_path / "out" / ENTITIES).read_text() == "Greece\n"
    with pytest.raises(UsageError, match=r"holds a training with other recipe \(steps\)"):
        train(data, str(base), tmp_path / "out", recipe_of(f"{RECIPE}steps: 2\n"))


def test_what_cannot_be_trained_on_is_said(tmp_path: Path, data: Path) -> None:
    with pytest.raises(UsageError, match="no such file; make it: scriptgap synthesize"):
        train(tmp_path / "nowhere", "x", tmp_path / "out")
    with pytest.raises(UsageError, match="holds the samples; name another folder"):
        train(data, "x", data)
    with pytest.raises(UsageError, match="no such folder"):
        train(data, f"{tmp_path}/absent", tmp_path / "out")
    base = save_tiny_model(tmp_path / "base")
    with pytest.raises(UsageError, match="every row has more than longest = 8 tokens"):
        train(data, str(base), tmp_path / "out", recipe_of("longest: 8"))

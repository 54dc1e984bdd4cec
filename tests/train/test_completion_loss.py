"""The loss against TRL's own, which computes the head everywhere."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("trl", reason="training needs the extra `train`")

from datasets import Dataset  # noqa: E402
from peft import LoraConfig  # noqa: E402
from transformers import AutoModelForCausalLM, AutoTokenizer  # noqa: E402
from trl import SFTConfig, SFTTrainer  # noqa: E402

from scriptgap.synthesize.masks import IGNORED  # noqa: E402
from scriptgap.train.completion_loss import CompletionTrainer  # noqa: E402
from scriptgap.train.fine_tune import Padded  # noqa: E402
from tests.train.tiny_model import save_tiny_model  # noqa: E402

ROWS = [
    {"input_ids": [2, 20, 31, 7, 40, 9], "labels": [IGNORED, IGNORED, IGNORED, 7, 40, 9]},
    {"input_ids": [2, 7, 99, 1], "labels": [IGNORED, IGNORED, 99, 1]},
    {"input_ids": [2, 7, 98], "labels": [IGNORED, IGNORED, IGNORED]},
]


@pytest.mark.parametrize("number", [None, 7])
@pytest.mark.parametrize("adapters", [False, True])
@pytest.mark.parametrize("kind", ["gemma3", "llama"])
def test_loss_and_gradients_are_those_of_trl(
    tmp_path: Path, kind: str, adapters: bool, number: int | None
) -> None:
    found = []
    for trainer_class in (SFTTrainer, CompletionTrainer):
        torch.manual_seed(0)
        source = save_tiny_model(tmp_path / trainer_class.__name__, kind)
        trainer = trainer_class(
            model=AutoModelForCausalLM.from_pretrained(source),
            args=SFTConfig(output_dir=str(tmp_path / "out"), use_cpu=True, bf16=False, report_to="none"),
            train_dataset=Dataset.from_list(ROWS),
            processing_class=AutoTokenizer.from_pretrained(source),
            data_collator=Padded(0, 8),
            peft_config=LoraConfig(target_modules="all-linear", task_type="CAUSAL_LM") if adapters else None,
        )
        trainer.model.eval()
        loss = trainer.compute_loss(trainer.model, Padded(0, 8)(ROWS), num_items_in_batch=number)
        loss.backward()
        gradients = [p.grad.clone() for p in trainer.model.parameters() if p.grad is not None]
        assert gradients
        found.append((loss.item(), gradients))
    (expected, theirs), (own, ours) = found
    assert own == pytest.approx(expected, abs=1e-5)
    assert all(torch.allclose(a, b, atol=1e-5) for a, b in zip(theirs, ours, strict=True))

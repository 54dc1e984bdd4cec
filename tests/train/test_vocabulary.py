from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from scriptgap.train.vocabulary import Vocabulary, sliced  # noqa: E402
from tests.train.tiny_model import save_tiny_model  # noqa: E402


def test_tokens_are_renumbered() -> None:
    vocabulary = Vocabulary([[5, 9], [7]], always=[1])
    assert vocabulary.tokens == [1, 5, 7, 9]
    assert vocabulary.places([9, 1]) == [3, 0]
    assert vocabulary.places([8, 7], unknown=0) == [0, 2]
    with pytest.raises(KeyError):
        vocabulary.places([8])


@pytest.mark.parametrize("kind", ["gemma3", "llama"])
def test_the_loss_is_that_of_the_whole_model_over_the_tokens_kept(tmp_path: Path, kind: str) -> None:
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(save_tiny_model(tmp_path, kind))
    ids = [[2, 20, 31, 7, 40], [2, 7, 99, 31, 1]]
    vocabulary = Vocabulary(ids)
    whole = model(torch.tensor(ids)).logits
    kept = whole[..., vocabulary.tokens]
    targets = torch.tensor([vocabulary.places(row) for row in ids])
    expected = torch.nn.functional.cross_entropy(kept[:, :-1].flatten(0, 1), targets[:, 1:].flatten())
    with sliced(model, vocabulary):
        assert model(targets).logits.shape[-1] == len(vocabulary.tokens)
        found = torch.nn.functional.cross_entropy(
            model(targets).logits[:, :-1].flatten(0, 1), targets[:, 1:].flatten()
        )
    assert abs((found - expected).item()) < 1e-4
    assert torch.equal(model(torch.tensor(ids)).logits, whole)


@pytest.mark.parametrize("kind", ["gemma3", "llama"])
def test_rows_that_were_trained_are_written_back_and_the_others_stay(tmp_path: Path, kind: str) -> None:
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(save_tiny_model(tmp_path, kind))
    before = model.get_input_embeddings().weight.detach().clone()
    with sliced(model, Vocabulary([[3, 4]])), torch.no_grad():
        model.get_input_embeddings().weight[1] += 1
    after = model.get_input_embeddings().weight
    changed = (after != before).any(dim=1).nonzero().flatten().tolist()
    assert changed == [4]
    assert model.get_output_embeddings().out_features == before.shape[0]

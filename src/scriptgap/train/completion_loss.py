"""TRL's trainer with the head computed only where something is to be learned."""

from typing import Any

import torch
from trl import SFTTrainer

from scriptgap.synthesize.masks import IGNORED


class CompletionTrainer(SFTTrainer):  # type: ignore[misc]
    """An `SFTTrainer` for CPUs, where TRL computes the head at every position of a batch, prompts too.

    The loss is the same: the mean negative log-likelihood, in nats, of the tokens that are not masked.
    """

    def compute_loss(
        self,
        model: Any,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: torch.Tensor | int | None = None,
    ) -> Any:
        """Return the loss of a batch, and with `return_outputs` the logits at the labels too."""
        labels = inputs["labels"][:, 1:]
        kept = labels != IGNORED
        head = model.get_output_embeddings()

        def only_kept(_: Any, hidden: tuple[torch.Tensor]) -> tuple[torch.Tensor]:
            return (hidden[0][:, :-1][kept],)

        with head.register_forward_pre_hook(only_kept):
            outputs = model(
                input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"], use_cache=False
            )
        number = kept.sum() if num_items_in_batch is None else num_items_in_batch
        total = torch.nn.functional.cross_entropy(outputs.logits.float(), labels[kept], reduction="sum")
        loss = total / torch.as_tensor(number).clamp(min=1)
        return (loss, outputs) if return_outputs else loss

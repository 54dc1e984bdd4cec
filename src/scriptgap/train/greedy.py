"""What a model that is being trained writes itself."""

from collections.abc import Sequence
from typing import Any

import torch

from scriptgap.train.vocabulary import Vocabulary


def greedy(
    model: Any,
    tokenizer: Any,
    prompts: Sequence[Sequence[int]],
    longest: int,
    vocabulary: Vocabulary | None = None,
) -> list[list[int]]:
    """Let a model go on from each prompt, always with the likeliest token.

    Args:
        model: A Transformers model, wrapped by PEFT or not, in training or not.
        tokenizer: Its tokenizer.
        prompts: Token ids of each prompt, of one batch.
        longest: Tokens written at most.
        vocabulary: The tokens in use, if the model is cut down to them: others are not written.

    Returns:
        Token ids of what was written to each prompt; after the end of a text only the token that ends one.
    """
    end = tokenizer.eos_token_id
    if vocabulary is not None:
        prompts = [vocabulary.places(prompt) for prompt in prompts]
        end = vocabulary.places([end])[0]
    widest = max(map(len, prompts))
    ids = torch.tensor([[end] * (widest - len(prompt)) + [*prompt] for prompt in prompts])
    mask = torch.tensor([[0] * (widest - len(prompt)) + [1] * len(prompt) for prompt in prompts])
    was_training = model.training
    model.eval()
    with torch.no_grad():
        written: list[list[int]] = model.generate(
            input_ids=ids.to(model.device),
            attention_mask=mask.to(model.device),
            max_new_tokens=longest,
            do_sample=False,
            eos_token_id=end,
            pad_token_id=end,
        )[:, widest:].tolist()
    model.train(was_training)
    if vocabulary is not None:
        written = [[vocabulary.tokens[place] for place in row] for row in written]
    return written

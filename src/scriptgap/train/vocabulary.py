"""Training over the tokens in use alone: a small model's cost is mostly its head, over words never seen."""

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import torch

from scriptgap.synthesize.masks import IGNORED


class Vocabulary:
    """The tokens in use, renumbered from 0.

    Attributes:
        tokens: (size,) the token ids in use, ascending.
    """

    def __init__(self, used: Iterable[Iterable[int]], always: Iterable[int] = ()) -> None:
        """Number the tokens of some sequences, and `always`."""
        found = set(always)
        for sequence in used:
            found.update(sequence)
        self.tokens = sorted(found)
        self._place = {token: place for place, token in enumerate(self.tokens)}

    def places(self, tokens: Sequence[int], unknown: int | None = None) -> list[int]:
        """Renumber tokens; a token that is not in use becomes `unknown`.

        Raises:
            KeyError: A token is not in use, and there is no `unknown`.
        """
        if unknown is None:
            return [self._place[token] for token in tokens]
        return [self._place.get(token, unknown) for token in tokens]

    def label_places(self, labels: Sequence[int]) -> list[int]:
        """Renumber the labels of a row, all but `IGNORED`.

        Raises:
            KeyError: One is not in use.
        """
        return [IGNORED if label == IGNORED else self._place[label] for label in labels]


@contextlib.contextmanager
def sliced(model: Any, vocabulary: Vocabulary) -> Iterator[None]:
    """Cut the embeddings and the head of `model` down to the tokens in use, and put them back at the end.

    Within, token ids are the vocabulary's places. The logits of the tokens kept are those of the whole model,
    so the loss is the whole model's with the softmax taken over the tokens kept: gradients no longer push
    down tokens that no sample has. What was trained of the rows in use is written back.

    Args:
        model: A Transformers causal language model, not wrapped by PEFT.
        vocabulary: The tokens in use.
    """
    rows = torch.tensor(vocabulary.tokens)
    into, out = model.get_input_embeddings(), model.get_output_embeddings()
    whole_in, whole_out = into.weight, out.weight
    bias = getattr(out, "bias", None)
    padding, number = into.padding_idx, into.num_embeddings
    trained = whole_in.requires_grad
    into.weight = torch.nn.Parameter(whole_in.data[rows].clone(), requires_grad=trained)
    into.num_embeddings, into.padding_idx = len(rows), None
    tied = whole_out is whole_in
    out.weight = into.weight if tied else torch.nn.Parameter(whole_out.data[rows].clone(), trained)
    out.out_features = len(rows)
    if bias is not None:
        out.bias = torch.nn.Parameter(bias.data[rows].clone(), trained)
    try:
        yield
    finally:
        with torch.no_grad():
            whole_in.data[rows] = into.weight.data.to(whole_in)
            if not tied:
                whole_out.data[rows] = out.weight.data.to(whole_out)
            if bias is not None:
                bias.data[rows] = out.bias.data.to(bias)
        into.weight, into.num_embeddings, into.padding_idx = whole_in, number, padding
        out.weight, out.out_features = whole_out, number
        if bias is not None:
            out.bias = bias

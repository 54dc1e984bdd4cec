"""How many validation rows the model answers right while it trains."""

from collections.abc import Callable
from typing import Any

from transformers import TrainerCallback

from scriptgap.scoring.normalize import normalize
from scriptgap.scoring.reasoning import split_reasoning
from scriptgap.synthesize.export import thought_of
from scriptgap.train.encode import Encoded
from scriptgap.train.greedy import greedy
from scriptgap.train.vocabulary import Vocabulary

_ROOM = 1.25
"""Answers may be this much longer than the longest of the rows."""


class AnswerCheck(TrainerCallback):  # type: ignore[misc]
    """Answers some validation rows at each evaluation, greedily, and tells the share that is right.

    An answer is right if it is that of the row, both normalised. With a cut-down vocabulary the model can
    only write the tokens in use, which makes the share a little too high.
    """

    def __init__(
        self,
        tokenizer: Any,
        rows: Encoded,
        number: int,
        vocabulary: Vocabulary | None,
        tell: Callable[[int, float], None],
    ) -> None:
        """Choose the rows, evenly spaced.

        Args:
            tokenizer: The model's tokenizer.
            rows: The validation rows.
            number: How many to answer.
            vocabulary: The tokens in use, if the model is cut down to them.
            tell: Called with the step and the share, 0 to 1.
        """
        chosen = range(0, len(rows.rows), max(1, len(rows.rows) // max(1, number)))[:number]
        self._prompts, self._answers, longest = [], [], 1
        for index in chosen:
            start = rows.reply_start(index)
            self._prompts.append(rows.input_ids[index][:start])
            self._answers.append(normalize(thought_of(rows.rows[index]).answer))
            longest = max(longest, len(rows.input_ids[index]) - start)
        self._longest = int(longest * _ROOM)
        self._tokenizer, self._vocabulary, self._tell = tokenizer, vocabulary, tell

    def on_evaluate(self, args: Any, state: Any, control: Any, model: Any = None, **_: Any) -> None:
        """Answer the rows."""
        if not self._prompts:
            return
        written = greedy(model, self._tokenizer, self._prompts, self._longest, self._vocabulary)
        texts = self._tokenizer.batch_decode(written, skip_special_tokens=True)
        right = sum(
            normalize(split_reasoning(text.strip()).answer) == answer
            for text, answer in zip(texts, self._answers, strict=True)
        )
        self._tell(state.global_step, right / len(self._answers))

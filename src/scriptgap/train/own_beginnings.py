"""Reasoning that the model begins itself while it is trained: it learns to go on from its own mistakes.

Trained on right beginnings alone, a model that misreads a name goes on as if it had read it right. So the
model writes the part before the name, as it is half-way, and learns the part after it (Ross et al., 2011,
DAgger: the learner's own states, the teacher's next steps; Agarwal et al., 2024, on-policy distillation).
"""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import regex
from transformers import TrainerCallback

from scriptgap.measure.run_folder import replace
from scriptgap.scoring.normalize import normalize
from scriptgap.synthesize.export import CLOSE, thought_of
from scriptgap.synthesize.masks import IGNORED
from scriptgap.synthesize.rendering import Row
from scriptgap.train.encode import Encoded
from scriptgap.train.greedy import greedy
from scriptgap.train.vocabulary import Vocabulary

FILE = "own_beginnings.jsonl"

_SENTENCE_END = regex.compile(r"[.!?।。؟][”\"’»」)]*(?=\s|$)")
_AT_ONCE = 64
_ROOM = 1.5
"""The model's own sentences may be this much longer than the teacher's."""
_AHEAD = 2
"""Batches that may have been put together already when the model begins to write."""

Ids = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Cut:
    """Where a row is cut in two.

    Attributes:
        row: Its number.
        start: Tokens of its prompt.
        end: Tokens up to the end of the sentence before the one that names the entity.
        sentences: Ends of sentences between the two.
    """

    row: int
    start: int
    end: int
    sentences: int


class OwnBeginnings(TrainerCallback):  # type: ignore[misc]
    """From the middle of a training on, a share of the rows begin as the model itself begins to reason.

    Attributes:
        rows: For the tokens of a row, as the trainer sees them, the tokens and labels to train on in its
            place; empty in the first half of the training.
    """

    def __init__(
        self,
        tokenizer: Any,
        train: Encoded,
        order: Sequence[int],
        batch: int,
        steps: int,
        share: float,
        seed: int,
        vocabulary: Vocabulary | None,
        folder: Path,
    ) -> None:
        """Note which rows come when.

        Args:
            tokenizer: The model's tokenizer.
            train: The rows to train on.
            order: Numbers of rows, in the order they come in.
            batch: Rows of a step.
            steps: Optimiser steps of the training.
            share: Of the rows that come in the second half and can be cut, 0 to 1.
            seed: Chooses other rows.
            vocabulary: The tokens in use, if the model is cut down to them.
            folder: `FILE` in it keeps the rows; a training that was stopped takes them from there.
        """
        self.rows: dict[Ids, tuple[list[int], list[int]]] = {}
        self._tokenizer, self._train, self._vocabulary = tokenizer, train, vocabulary
        self._share, self._seed, self._path = share, seed, folder / FILE
        self._from, self._written = steps // 2, False
        coming = order[self._from * batch :]
        # Put together by then, unless the training was stopped: both ways the rows must be the same.
        self._coming = sorted({*coming} - {*coming[: _AHEAD * batch]})

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Take the rows of a training that was stopped after its middle."""
        if state.global_step >= self._from and self._path.is_file():
            self._take(_read(self._path))

    def on_step_begin(self, args: Any, state: Any, control: Any, model: Any = None, **_: Any) -> None:
        """Let the model write its beginnings, at the middle."""
        if state.global_step < self._from or self._written:
            return
        made = []
        by_length = sorted(self._chosen(), key=lambda cut: (cut.end - cut.start, cut.row))
        for at in range(0, len(by_length), _AT_ONCE):
            cuts = by_length[at : at + _AT_ONCE]
            prompts = [self._train.input_ids[cut.row][: cut.start] for cut in cuts]
            longest = round(_ROOM * max(cut.end - cut.start for cut in cuts))
            written = greedy(model, self._tokenizer, prompts, longest, self._vocabulary)
            made += [row for cut, own in zip(cuts, written, strict=True) if (row := self._row(cut, own))]
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in made)
        replace(self._path, lambda partial: partial.write_text(text, encoding="utf-8"))
        self._take(made)

    def _chosen(self) -> list[_Cut]:
        cuts = [cut for row in self._coming if (cut := _cut(self._tokenizer, self._train, row))]
        return random.Random(self._seed).sample(cuts, round(self._share * len(cuts)))

    def _row(self, cut: _Cut, own: list[int]) -> dict[str, Any] | None:
        """Put what the model wrote before what it is to learn; None where it did not write so much."""
        end = _tokens_of(self._tokenizer, own, cut.sentences)
        if end is None or self._tokenizer.eos_token_id in own[:end]:
            return None
        text = self._tokenizer.decode(own[:end])
        if CLOSE in text:
            return None
        ids, labels = self._train.input_ids[cut.row], self._train.labels[cut.row]
        return {
            "sample_id": self._train.rows[cut.row]["sample_id"],
            "row": cut.row,
            "own": text,
            "taught": self._tokenizer.decode(ids[cut.end :]),
            "input_ids": [*ids[: cut.start], *own[:end], *ids[cut.end :]],
            "labels": [*labels[: cut.start], *[IGNORED] * end, *labels[cut.end :]],
        }

    def _take(self, made: Sequence[dict[str, Any]]) -> None:
        self._written = True
        for row in made:
            ids, labels = row["input_ids"], row["labels"]
            seen = self._train.input_ids[row["row"]]
            if self._vocabulary is not None:
                ids, seen = self._vocabulary.places(ids), self._vocabulary.places(seen)
                labels = self._vocabulary.label_places(labels)
            self.rows[tuple(seen)] = (ids, labels)


def kept_rows(folder: Path) -> int:
    """Return how many rows a training kept in its folder; 0 where it has none."""
    path = folder / FILE
    return len(_read(path)) if path.is_file() else 0


def sentences_before_name(row: Row) -> int:
    """Count the sentences of a row's reasoning that stand before the first one that names its entity.

    Returns:
        0 where there are none, or the entity is not named.
    """
    reasoning, entity = thought_of(row).reasoning or "", normalize(row["entity"] or "")
    ends = [0, *(end.end() for end in _SENTENCE_END.finditer(reasoning))]
    for number, (start, end) in enumerate(zip(ends, [*ends[1:], len(reasoning)], strict=True)):
        if entity and entity in normalize(reasoning[start:end]):
            return number
    return 0


def _cut(tokenizer: Any, train: Encoded, row: int) -> _Cut | None:
    sentences = sentences_before_name(train.rows[row])
    if not sentences:
        return None
    start = train.reply_start(row)
    length = _tokens_of(tokenizer, train.input_ids[row][start:], sentences)
    return None if length is None else _Cut(row, start, start + length, sentences)


def _tokens_of(tokenizer: Any, ids: Sequence[int], sentences: int) -> int | None:
    """Return how many tokens hold so many sentences, or None."""
    for length in range(1, len(ids) + 1):
        if len(_SENTENCE_END.findall(tokenizer.decode(ids[:length]))) >= sentences:
            return length
    return None


def _read(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]

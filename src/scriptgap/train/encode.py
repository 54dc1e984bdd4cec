"""Training rows as token ids and labels, each row proven to carry loss where it should."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scriptgap.errors import UsageError
from scriptgap.synthesize.mask_check import check_masks
from scriptgap.synthesize.masks import IGNORED, loss_masks
from scriptgap.synthesize.rendering import Row

_CHECKED = 500


@dataclass(frozen=True, slots=True)
class Encoded:
    """Rows in tokens.

    Attributes:
        input_ids: Token ids of each row.
        labels: The same, `masks.IGNORED` where a token carries no loss.
        rows: The rows, in the same order.
        too_long: Rows left out because they have more tokens than allowed.
    """

    input_ids: list[list[int]]
    labels: list[list[int]]
    rows: list[Row]
    too_long: int

    def reply_start(self, row: int) -> int:
        """Return how many tokens of a row stand before the first that carries loss."""
        return next(at for at, label in enumerate(self.labels[row]) if label != IGNORED)


def encode(tokenizer: Any, rows: Sequence[Row], longest: int) -> Encoded:
    """Tokenise rows, and mark what carries loss.

    Args:
        tokenizer: The tokenizer of the model to train.
        rows: What `synthesize` exported.
        longest: Rows with more tokens are left out.

    Raises:
        UsageError: The masks of some row are wrong (`mask_check.check_masks`; of many rows it checks 500,
            evenly spaced), or no row is left.
    """
    masks = loss_masks(tokenizer, rows)
    step = max(1, len(rows) // _CHECKED)
    check_masks(tokenizer, rows[::step], masks[::step])
    kept = [number for number, mask in enumerate(masks) if len(mask.ids) <= longest]
    if rows and not kept:
        shortest = min(len(mask.ids) for mask in masks)
        raise UsageError(f"every row has more than longest = {longest} tokens; the shortest has {shortest}")
    return Encoded(
        input_ids=[list(masks[number].ids) for number in kept],
        labels=[masks[number].labels for number in kept],
        rows=[rows[number] for number in kept],
        too_long=len(rows) - len(kept),
    )

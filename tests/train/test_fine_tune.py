"""The order of training rows."""

from collections import Counter
from itertools import pairwise

import pytest

pytest.importorskip("trl", reason="training needs the extra `train`")
from hypothesis import given
from hypothesis import strategies as st

from scriptgap.train.fine_tune import batches_of_like_length


@given(
    st.lists(st.integers(1, 300), min_size=1, max_size=60),
    st.integers(1, 8),
    st.integers(1, 30),
    st.integers(0, 5),
)
def test_every_batch_is_whole_and_no_row_comes_much_more_often(
    lengths: list[int], batch: int, batches: int, seed: int
) -> None:
    order = batches_of_like_length(lengths, batch, batches, seed)
    assert len(order) == batch * batches
    assert order == batches_of_like_length(lengths, batch, batches, seed)
    counts = Counter(order)
    passes = -(-len(order) // max(1, len(lengths) - len(lengths) % batch))
    assert max(counts.values()) <= passes * -(-batch // len(lengths))


def test_a_batch_has_rows_of_like_length_and_long_ones_come_at_any_time() -> None:
    lengths = [20] * 320 + [200] * 320
    order = batches_of_like_length(lengths, 32, 20, 0)
    kinds = [{lengths[row] for row in order[start : start + 32]} for start in range(0, 640, 32)]
    assert all(len(kind) == 1 for kind in kinds)
    assert sorted(order) == list(range(640))
    assert sum(a != b for a, b in pairwise(kinds)) > 1  # not sorted

"""Asynchronous work from a script and from a notebook."""

import asyncio

import pytest

from scriptgap.errors import UsageError
from scriptgap.measure.event_loop import run_to_end


async def work(value: int) -> int:
    await asyncio.sleep(0)
    if value < 0:
        raise UsageError("below 0")
    return value + 1


def test_it_runs_with_and_without_a_running_loop() -> None:
    async def in_a_notebook() -> int:
        return run_to_end(work(2))

    assert run_to_end(work(1)) == 2
    assert asyncio.run(in_a_notebook()) == 3


def test_an_error_comes_out_as_it_is() -> None:
    async def in_a_notebook() -> int:
        return run_to_end(work(-1))

    with pytest.raises(UsageError, match="below 0"):
        run_to_end(work(-1))
    with pytest.raises(UsageError, match="below 0"):
        asyncio.run(in_a_notebook())

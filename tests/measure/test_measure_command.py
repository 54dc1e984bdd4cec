"""`scriptgap measure` within limits, as a user meets it."""

import json
import os
from pathlib import Path

import polars as pl
import pytest

from tests.measure.loopback import loopback
from tests.measure.test_budget import names, varied
from tests.test_cli import errors, run

PRICE = ("--price", "1000,2000,100")


@pytest.mark.slow
def test_a_limit_is_said_before_and_after_and_the_rest_can_be_explained(tmp_path: Path) -> None:
    questions, folder = tmp_path / "q.parquet", tmp_path / "run"
    names(20).write_parquet(questions)
    with loopback(varied) as server:
        at = {"LOOPBACK_BASE_URL": server.url, "LOOPBACK_API_KEY": "none", "PATH": os.environ["PATH"]}
        command = ["measure", str(questions), "-m", f"openai-api/loopback/{server.port}", "-o", str(folder)]

        dry = run(*command, *PRICE, "--dry-run", **at)
        assert dry.returncode == 0
        assert "output tokens are assumed" in dry.stderr
        assert " all " in dry.stderr
        assert server.requests == 0
        assert not folder.exists()

        stopped = run(*command, *PRICE, "--budget", "1.5", **at)
        assert stopped.returncode == 1
        (line,) = errors(stopped)
        observations = pl.read_parquet(folder / "observations.parquet")
        left = 80 - observations.height
        assert line == (
            f"scriptgap: {left} questions not asked: the budget of $1.50 is reached; raise --budget to go on"
        )
        assert "estimated" in stopped.stderr
        assert "counted" in stopped.stderr
        cost = json.loads((folder / "cost.json").read_text(encoding="utf-8"))
        assert sum(row["dollars"] for row in cost["folder"]) <= 1.5
        assert cost["not_asked"] == left

        explained = run("explain", str(folder), "-o", str(tmp_path / "report"))
        assert explained.returncode == 0, explained.stderr
        assert f"{observations.height} of {observations.height} answers were scored" in explained.stdout

        done = run(*command, **at)
        assert done.returncode == 0, done.stderr
        assert "with earlier calls" in done.stderr


def test_a_budget_without_prices_is_one_line(tmp_path: Path) -> None:
    names(1).write_parquet(tmp_path / "q.parquet")
    command = ["measure", str(tmp_path / "q.parquet"), "-m", "openai-api/x/y", "-o", str(tmp_path / "run")]
    for options, message in (
        (("--budget", "1"), "--budget needs the model's prices: --price INPUT,OUTPUT[,CACHED_INPUT]"),
        (("--price", "cheap,1"), "--price: 'cheap,1' is not INPUT,OUTPUT[,CACHED_INPUT] in numbers"),
    ):
        process = run(*command, *options)
        assert process.returncode == 2
        (line,) = errors(process)
        assert message in line

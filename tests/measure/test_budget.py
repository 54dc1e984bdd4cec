"""Limits of a run, proved at the server: what arrives there, and what it costs."""

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from scriptgap.errors import ScriptgapError, UsageError
from scriptgap.measure.logs import read_logs
from scriptgap.measure.preview import preview
from scriptgap.measure.run import Run, measure
from tests.conftest import question_table
from tests.measure.loopback import Loopback, answer, loopback

PRICES = (1000.0, 2000.0, 100.0)
VERDICTS = (500.0, 500.0)


def names(number: int) -> pl.DataFrame:
    rows = []
    for place in range(number):
        rows.append({"question_id": f"q{place}", "question": f"Country {place}: Greece?"})
        greek = {"query_lang": "el", "question": f"Χώρα {place}: Ελλάδα;", "entity_query": "Ελλάδα"}
        rows.append({"question_id": f"q{place}", **greek})
    return question_table(rows)


def varied(prompt: str) -> dict[str, Any]:
    """Answers of 5 to 54 tokens."""
    digest = hashlib.sha256(prompt.encode()).digest()
    return answer(output=5 + int.from_bytes(digest[:4], "big") % 50)


def graded(prompt: str) -> dict[str, Any]:
    return answer("GRADE: C", 40) if "GRADE:" in prompt else varied(prompt)


def run(
    server: Loopback,
    table: pl.DataFrame,
    folder: Path,
    conditions: Sequence[str] = ("plain", "hint"),
    **options: Any,
) -> Run:
    os.environ["LOOPBACK_BASE_URL"], os.environ["LOOPBACK_API_KEY"] = server.url, "none"
    # Inspect keeps a model by its name, and each server has an address of its own.
    model = f"openai-api/loopback/{server.port}"
    return measure(table, model, folder, conditions, prices=PRICES, **options)


def asked(observations: pl.DataFrame) -> dict[str, set[tuple[str, str]]]:
    keys = ("question_id", "query_lang")
    return {
        str(condition): set(rows.select(keys).iter_rows())
        for (condition,), rows in observations.group_by("condition")
    }


def test_a_limit_below_the_greetings_is_kept_too(tmp_path: Path) -> None:
    with loopback(graded) as server:
        graders = [f"openai-api/loopback/{server.port}-{place}" for place in range(3)]
        for _ in range(2):
            with pytest.raises(
                ScriptgapError, match="0 of 4 requests are used, and the next question does not fit"
            ):
                run(server, names(1), tmp_path, ["plain"], graders=graders, max_requests=4)
        assert server.requests <= 4


@pytest.mark.slow
def test_no_more_requests_arrive_than_the_limit_with_many_in_flight(tmp_path: Path) -> None:
    table = names(40)
    with loopback(varied, seconds=0.2) as server:
        first = run(server, table, tmp_path, max_requests=90)
        assert 80 < server.requests <= 90
        assert server.most_at_once >= 15
        assert first.cost["requests"].sum() == server.requests
        assert first.reached == (
            "89 of 90 requests are used, and the next question does not fit; raise --max-requests to go on"
        )
        assert first.not_asked == 160 - first.observations.height
        by_condition = asked(first.observations)
        assert by_condition["plain"] == by_condition["hint"]
        # Every question is asked in all its languages.
        assert {lang for _, lang in by_condition["plain"]} == {"en", "el"}
        assert first.observations["correct"].null_count() == 0

        arrived = server.requests
        again = run(server, table, tmp_path, max_requests=90)
        assert server.requests == arrived
        assert again.observations.equals(first.observations)

        whole = run(server, table, tmp_path)
        assert whole.not_asked == 0
        assert whole.observations.height == 160
        assert server.requests == whole.cost["requests"].sum() == 160 + 2  # and a greeting each time


def test_no_more_money_is_spent_than_the_budget_with_many_in_flight(tmp_path: Path) -> None:
    with loopback(varied, seconds=0.15) as server:
        done = run(server, names(50), tmp_path, budget=5.0)
        assert server.most_at_once >= 10
        assert 4.0 < server.dollars(*PRICES) <= 5.0
        assert done.cost["dollars_at_most"].sum() == pytest.approx(server.dollars(*PRICES))
        by_condition = asked(done.observations)
        assert by_condition["plain"] == by_condition["hint"] != set()


def test_answers_far_longer_than_assumed_do_not_break_the_budget(tmp_path: Path) -> None:
    with loopback(lambda prompt: answer(output=2000 if "(" in prompt else 1000)) as server:
        run(server, names(40), tmp_path, budget=60.0)
        assert 30 < server.dollars(*PRICES) <= 60.0


def test_the_money_spent_never_exceeds_the_budget_and_is_counted_to_the_cent(tmp_path: Path) -> None:
    table, budget = names(30), 1.0
    with loopback(varied) as server:
        first = run(server, table, tmp_path, budget=budget)
        spent = server.dollars(*PRICES)
        assert 0.4 * budget < spent <= budget
        assert first.cost["dollars"].sum() == pytest.approx(spent)
        assert first.cost["output_tokens"].sum() == server.output
        assert first.cost["input_tokens"].sum() == server.input
        assert first.cost["cached_input_tokens"].sum() == server.cached
        by_condition = asked(first.observations)
        assert by_condition["plain"] == by_condition["hint"] != set()
        assert (
            first.reached
            == f"the budget of ${budget:.{2 if budget >= 1 else 4}f} is reached; raise --budget to go on"
        )

        more = run(server, table, tmp_path, budget=2 * budget)
        assert asked(more.observations)["plain"] > by_condition["plain"]
        assert spent < server.dollars(*PRICES) <= 2 * budget


@pytest.mark.slow
def test_failed_requests_count_whoever_repeats_them(tmp_path: Path) -> None:
    table = names(6)
    # The greeting is answered; the client of the provider would repeat a failure by itself, unseen.
    with loopback(varied, fails=lambda number, _: 500 if number in (2, 5) else None) as server:
        first = run(server, table, tmp_path, ["plain"], max_requests=12)
        assert server.requests == first.cost["requests"].sum() <= 12
        assert first.cost["unanswered"].sum() == 2
        assert first.observations["stop_reason"].to_list() == ["stop"] * first.observations.height
        assert first.cost["dollars_at_most"].sum() == pytest.approx(server.dollars(*PRICES))


def test_a_server_that_always_fails_ends_at_the_limit(tmp_path: Path) -> None:
    with loopback(varied, fails=lambda number, _: 500 if number > 1 else None) as server:
        with pytest.raises(ScriptgapError, match=r"no question was asked: 3 of 3 requests are used"):
            run(server, names(1), tmp_path, ["plain"], max_requests=3)
        assert server.requests == 3
        with pytest.raises(ScriptgapError, match="no question was asked"):
            run(server, names(1), tmp_path, ["plain"], max_requests=3)
        assert server.requests == 3
        assert json.loads((tmp_path / "cost.json").read_text())["folder"][1]["unanswered"] == 2


def test_graders_are_counted_and_limited_by_their_own_prices(tmp_path: Path) -> None:
    table = names(12)
    with loopback(graded) as server:
        grader = f"openai-api/loopback/{server.port}-grader"
        options: dict[str, Any] = {"graders": [grader], "grader_prices": VERDICTS}
        limited = run(server, table, tmp_path / "a", max_requests=40, **options)
        assert server.requests == limited.cost["requests"].sum() <= 40
        assert limited.observations["judge"].all()
        by_condition = asked(limited.observations)
        assert by_condition["plain"] == by_condition["hint"] != set()

        paid = run(server, table, tmp_path / "b", budget=6.0, **options)
        dollars = paid.cost["dollars_at_most"].sum()
        assert 2.0 < dollars <= 6.0
        verdicts = paid.cost.filter(role="grader", condition="plain").row(0, named=True)
        assert verdicts["requests"] == len(asked(paid.observations)["plain"])
        assert verdicts["output_tokens"] == 40 * verdicts["requests"]
        cached, read = verdicts["cached_input_tokens"], verdicts["input_tokens"]
        assert verdicts["dollars"] == pytest.approx((500 * read + 500 * 40 * verdicts["requests"]) / 1e6)
        assert 0 < cached < read


def test_repeats_are_limited_and_a_condition_can_be_added_later(tmp_path: Path) -> None:
    table = names(8)
    with loopback(varied) as server:
        first = run(server, table, tmp_path, ["plain"], repeats=3, max_requests=30)
        assert server.requests <= 30
        assert first.observations.group_by("question_id", "query_lang").len()["len"].unique().to_list() == [3]
        prompts = len(server.prompts)
        added = run(server, table, tmp_path, repeats=3, max_requests=60)
        assert server.requests <= 60
        new = server.prompts[prompts:]
        old = set(server.prompts[:prompts]) - {"Hello"}
        assert not old & set(new)
        by_condition = asked(added.observations)
        assert by_condition["hint"]
        assert by_condition["plain"] >= by_condition["hint"]


@pytest.mark.slow
def test_a_killed_run_counts_what_it_sent(tmp_path: Path) -> None:
    table = names(20)
    table.write_parquet(tmp_path / "q.parquet")
    script = (
        "import sys; from scriptgap.measure.run import measure; "
        "measure(sys.argv[1], sys.argv[2], sys.argv[3], ['plain', 'hint'], max_requests=60)"
    )
    with loopback(varied, seconds=0.1) as server:
        os.environ["LOOPBACK_BASE_URL"], os.environ["LOOPBACK_API_KEY"] = server.url, "none"
        model = f"openai-api/loopback/{server.port}"
        command = [sys.executable, "-c", script, str(tmp_path / "q.parquet"), model, str(tmp_path / "run")]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert process.stderr is not None
        for line in process.stderr:
            if line.split()[:1] == ["plain"] and int(line.split()[1].split("/")[0]) >= 12:
                break
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stderr.close()
        sent = server.requests
        assert sent > 12
        resumed = run(server, table, tmp_path / "run", max_requests=60)
        assert server.requests <= resumed.cost["requests"].sum() <= 60
        by_condition = asked(resumed.observations)
        assert by_condition["plain"] >= by_condition["hint"] != set()
        whole = run(server, table, tmp_path / "run")
        assert whole.not_asked == 0
        assert whole.observations.height == 80


def test_inspects_logs_hold_the_same_tokens_and_limits_can_be_read_from_the_file(tmp_path: Path) -> None:
    with loopback(varied) as server:
        done = run(server, names(5), tmp_path)
        for log in read_logs(tmp_path / "logs", ["plain", "hint"]):
            (usage,) = log.stats.model_usage.values()
            row = done.cost.filter(condition=(log.eval.metadata or {})["condition"]).row(0, named=True)
            assert usage.total_cost == pytest.approx(row["dollars"])
            assert usage.output_tokens == row["output_tokens"]
            assert usage.input_tokens + (usage.input_tokens_cache_read or 0) == row["input_tokens"]
        written = json.loads((tmp_path / "cost.json").read_text(encoding="utf-8"))
        assert written["folder"] == done.cost.to_dicts()
        assert written["prices"] == {"input": 1000, "output": 2000, "cached_input": 100}
        assert written["limits"] == {"requests": None, "dollars": None}


def test_a_preview_asks_nothing_and_writes_nothing(tmp_path: Path) -> None:
    view = preview(names(3), "openai-api/nowhere/m", tmp_path / "run", ["plain", "hint"], repeats=2)
    assert view.estimate["requests"].to_list() == [12, 12]
    assert view.estimate["dollars"].null_count() == 2
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"budget": 1.0}, "--budget needs the model's prices: --price"),
        ({"budget": -1.0, "prices": (1, 1)}, "--budget must be more than 0"),
        ({"max_requests": 0}, "--max-requests must be at least 1"),
        ({"prices": (1,)}, "--price: 1 is not INPUT,OUTPUT"),
        ({"prices": (1, -1)}, "--price: 1,-1 is not INPUT,OUTPUT"),
        ({"grader_prices": (1, 1)}, "--grader-price needs --grader"),
        (
            {"budget": 1.0, "prices": (1, 1), "graders": ["openai-api/x/y"]},
            "--budget needs the grader's prices",
        ),
    ],
)
def test_limits_that_make_no_sense_are_refused(
    tiny: pl.DataFrame, tmp_path: Path, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        measure(tiny, "openai-api/nowhere/m", tmp_path / "run", **options)
    assert not (tmp_path / "run").exists()

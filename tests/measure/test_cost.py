"""Estimates and counts as pure functions, against closed forms."""

import random
from pathlib import Path

import polars as pl
import pytest

from scriptgap.measure.cost import (
    GRADER,
    MODEL,
    REQUESTS,
    Piece,
    Prices,
    Rates,
    counted,
    estimated,
    most_prompt_tokens,
    prompt_tokens,
    rates,
    spent,
    text_tokens,
)
from scriptgap.measure.ledger import Ledger, read_requests
from scriptgap.measure.selection import by_question, first_that_fit


def requests(*rows: dict[str, object]) -> pl.DataFrame:
    base = {"condition": "plain", "role": MODEL, "estimated": 10.0, "most_input": 100, "most_output": 50}
    tokens = {"state": "answered", "input": 20, "cached": 5, "output": 4, "reasoning": 1}
    return pl.DataFrame([{**base, **tokens, **row} for row in rows], schema=REQUESTS)


def piece(condition: str = "plain", question: str = "q", repeats: int = 1, tokens: float = 100.0) -> Piece:
    return Piece(condition, f"{question}/{condition}", question, tokens, 300.0, repeats)


def test_dollars_are_tokens_times_price() -> None:
    assert Prices(2, 8).dollars(1_000_000, 500_000) == pytest.approx(6.0)
    assert Prices(2, 8).dollars(1_000_000, 0, cached=400_000) == pytest.approx(2.0)
    assert Prices(2, 8, 0.5).dollars(1_000_000, 0, cached=400_000) == pytest.approx(1.4)


def test_counts_keep_known_and_possible_dollars_apart() -> None:
    table = requests(
        {},
        {"role": GRADER, "output": 40},
        {"state": "lost", "input": 0, "cached": 0, "output": 0, "reasoning": 0},
        {"state": "refused", "input": 0, "cached": 0, "output": 0, "reasoning": 0},
    )
    prices, verdicts = Prices(1e6, 2e6, 1e5), Prices(3e6, 1e6)
    model, grader = counted(table, prices, verdicts).to_dicts()
    assert model["requests"] == 3
    assert model["unanswered"] == 2
    assert model["input_tokens"], model["cached_input_tokens"] == (20, 5)
    assert model["dollars"] == pytest.approx(15 * 1 + 5 * 0.1 + 4 * 2)
    assert model["dollars_at_most"] == pytest.approx(model["dollars"] + 100 * 1 + 50 * 2)
    assert grader["dollars"] == pytest.approx(20 * 3 + 40 * 1)
    assert spent(table, prices, verdicts) == pytest.approx(
        model["dollars_at_most"] + grader["dollars_at_most"]
    )
    (unpriced, _) = counted(table).to_dicts()
    assert unpriced["dollars"] is None
    assert spent(table, prices, None) == pytest.approx(model["dollars_at_most"])


def test_an_estimate_has_every_repeat_and_every_grader() -> None:
    pieces = [piece(repeats=3), piece("hint", tokens=110)]
    plain, hint = estimated(pieces, ["plain", "hint"], Rates(), graders=2).to_dicts()
    assert (plain["questions"], plain["requests"], hint["requests"]) == (1, 9, 3)
    assert plain["input_tokens"] == 3 * (100 + 2 * (300 + 32))
    assert plain["output_tokens"] == 3 * (32 + 2 * 150)
    assert plain["dollars"] is None
    priced = estimated(pieces, ["plain", "hint"], Rates(), 0, Prices(1e6, 2e6))
    assert priced["dollars"].to_list() == pytest.approx([3 * (100 + 2 * 32), 110 + 2 * 32])


def test_answers_that_are_there_make_the_estimate() -> None:
    greeting = {"condition": "", "output": 1000}
    known = rates(
        requests({}, {"output": 8}, {"condition": "hint", "output": 100}, {"state": "lost"}, greeting)
    )
    assert known.scale == {MODEL: 2.0}
    assert known.cached == {MODEL: 0.25}
    assert known.output_tokens("plain", MODEL) == 6
    assert known.output_tokens("hint", MODEL) == 100
    assert known.output_tokens("entity_only", MODEL) == pytest.approx(112 / 3)
    (row,) = estimated([piece()], ["plain"], known).to_dicts()
    assert (row["input_tokens"], row["output_tokens"]) == (200, 6)


def test_tokens_grow_with_the_text_and_stay_below_the_bound() -> None:
    for text in (
        "Greece",
        "Ελλάδα",
        "ग्रीस",
        "اليونان",
        "希腊",
        "ギリシャ",
        "그리스",
        "กรีซ",
        "საბერძნეთი",
        "🇬🇷",
    ):
        assert 0 < text_tokens(text) < text_tokens(text * 2) < most_prompt_tokens([text * 2])
    assert prompt_tokens(["a", "b"]) == pytest.approx(2 * (4 + text_tokens("a")))
    assert prompt_tokens([]) == 0


def test_questions_are_chosen_by_their_id_alone_and_whole() -> None:
    pieces = [piece(condition, f"q{n}") for condition in ("plain", "hint") for n in range(50)]
    groups = by_question(pieces)
    shuffled = random.Random(1).sample(pieces, len(pieces))
    assert [group[0].question for group in by_question(shuffled)] == [group[0].question for group in groups]
    assert all({p.condition for p in group} == {"plain", "hint"} for group in groups)
    order = [group[0].question for group in groups]
    assert order != sorted(order, key=lambda name: int(name[1:]))
    assert first_that_fit(groups, 9, lambda p: p.repeats) == 4
    assert first_that_fit(groups, 1, lambda p: p.repeats) == 0
    assert first_that_fit(groups, 1e9, lambda p: p.repeats) == 50


def test_a_ledger_is_read_again_as_it_was_even_torn(tmp_path: Path) -> None:
    file = tmp_path / "requests.jsonl"
    ledger = Ledger(file)
    assert ledger.sent("plain", MODEL, 9.5, 100, 64) == 0
    assert not file.exists()
    ledger.start()
    ledger.answered(0, 12, 3, 4, 0)
    ledger.sent("hint", MODEL, 9.5, 100, 64)
    ledger.refused(1)
    ledger.sent("hint", GRADER, 9.5, 100, 64)
    assert read_requests(file).equals(ledger.table())
    ledger.close()
    whole = file.read_bytes()
    for end in range(len(whole)):
        file.write_bytes(whole[:end])
        again = Ledger(file)
        held = again.table().height
        again.sent("more", MODEL, 1, 1, 1)
        again.close()
        assert read_requests(file).height == held + 1
    assert ledger.table()["state"].to_list() == ["answered", "refused", "lost"]

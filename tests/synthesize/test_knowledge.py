from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scriptgap.errors import UsageError
from scriptgap.synthesize.knowledge import (
    CLASSES,
    KEPT,
    LOST,
    SEED_KEY,
    UNKNOWN,
    UNMEASURED,
    known,
    measured,
    qualifying,
    taught,
    unanswered,
)
from scriptgap.tables import OBSERVATIONS
from tests.synthesize.seed_tables import COUNTRIES, seed_row, seed_table


def observed(rows: list[tuple[str, str, str, list[bool | None]]], model: str = "m") -> pl.DataFrame:
    """Observations of (country, query language, condition, verdicts)."""
    made: list[dict[str, Any]] = []
    for country, query_lang, condition, verdicts in rows:
        for sample, verdict in enumerate(verdicts, 1):
            made.append(
                {
                    "dataset": "tiny",
                    "model": model,
                    "question_id": f"capital-{country}",
                    "source_lang": "en",
                    "query_lang": query_lang,
                    "condition": condition,
                    "sample": sample,
                    "response": "x",
                    "stop_reason": "stop" if verdict is not None else "max_tokens",
                    "correct": verdict,
                    "scorer": "alias_match",
                }
            )
    return pl.DataFrame(made, schema=OBSERVATIONS)


def test_each_seed_has_its_class() -> None:
    observations = observed(
        [
            ("Greece", "en", "plain", [True]),
            ("Greece", "ru", "plain", [False]),
            ("France", "en", "plain", [True]),
            ("France", "ru", "plain", [True]),
            ("Japan", "en", "plain", [False]),
            ("Japan", "ru", "plain", [True]),
            ("Norway", "en", "plain", [None]),
            ("Norway", "ru", "plain", [False]),
            ("Egypt", "en", "plain", [True]),
            ("Egypt", "ru", "plain", [None]),
            ("Cuba", "en", "plain", [False]),
        ]
    )
    table = known(observations, seed_table(number=7))
    assert table["knowledge"].to_list() == [LOST, KEPT, UNKNOWN, UNMEASURED, UNMEASURED, UNKNOWN, UNMEASURED]
    assert table["source_accuracy"].to_list() == [1.0, 1.0, 0.0, None, 1.0, 0.0, None]
    assert table.select(SEED_KEY).rows() == seed_table(number=7).select(SEED_KEY).rows()


def test_of_repeated_answers_half_is_enough_and_those_not_scored_do_not_count() -> None:
    observations = observed(
        [
            ("Greece", "en", "plain", [True, False, None, None]),
            ("Greece", "ru", "plain", [True, False, False, None]),
            ("France", "en", "plain", [True, True, False]),
            ("France", "ru", "plain", [False, True, None]),
        ]
    )
    table = known(observations, seed_table(number=2))
    assert table["knowledge"].to_list() == [LOST, KEPT]
    assert table["query_accuracy"].to_list() == pytest.approx([1 / 3, 1 / 2])


def test_a_seed_is_looked_up_under_its_own_condition_and_its_source_under_plain_too() -> None:
    seeds = seed_table(
        [
            seed_row(*COUNTRIES[0]),
            seed_row(*COUNTRIES[0], condition="entity_only"),
            seed_row(*COUNTRIES[1], condition="entity_only"),
        ]
    )
    observations = observed(
        [
            ("Greece", "en", "plain", [True]),
            ("Greece", "ru", "plain", [False]),
            ("Greece", "ru", "entity_only", [True]),
            ("France", "en", "plain", [False]),
            ("France", "en", "entity_only", [True]),
            ("France", "ru", "entity_only", [False]),
        ]
    )
    assert known(observations, seeds)["knowledge"].to_list() == [LOST, KEPT, LOST]


def test_difficulty_counts_the_other_languages_of_the_question() -> None:
    observations = observed(
        [
            ("Greece", "en", "plain", [True]),
            *(("Greece", tag, "plain", [tag in ("de", "fr")]) for tag in ("ru", "de", "fr", "hi")),
            *(("France", tag, "plain", [tag != "ru"]) for tag in ("ru", "de", "fr", "hi")),
            *(("Japan", tag, "plain", [False]) for tag in ("ru", "de")),
            ("Norway", "en", "plain", [True]),
        ]
    )
    table = known(observations, seed_table(number=4))
    assert table["languages_right"].to_list() == [2, 3, 0, 0]
    assert table["languages_measured"].to_list() == [4, 4, 2, 0]
    assert table["difficulty"].to_list() == ["medium", "easy", "hard", None]


def test_what_is_taught_is_lost_across_scripts_and_held_elsewhere() -> None:
    rows = [seed_row(*country) for country in COUNTRIES[:6]]
    rows[2]["kind"] = rows[3]["kind"] = "same_script"
    rows[4]["kind"] = "replay"
    seeds = seed_table(rows)
    lost, held = [("en", [True]), ("ru", [False])], [("en", [True]), ("ru", [True])]
    answers = {"Greece": lost, "France": held, "Japan": lost, "Norway": held}
    observations = observed(
        [(name, tag, "plain", verdict) for name, pairs in answers.items() for tag, verdict in pairs]
    )
    table = known(observations, seeds)
    kept = taught(seeds, table)
    assert kept["entity_source"].to_list() == ["Greece", "Norway", "Egypt"]
    assert taught(seeds, table, keep_all=True)["entity_source"].to_list() == seeds["entity_source"].to_list()
    assert {"knowledge", "difficulty", "languages_right"} <= set(kept.columns)


def test_the_share_that_qualifies_is_told_for_all_scripts_and_topics() -> None:
    rows = [seed_row(*country) for country in COUNTRIES[:5]]
    rows[1]["query_lang"] = "hi"
    rows[2]["topic"] = None
    rows[4]["kind"] = "same_script"
    seeds = seed_table(rows)
    observations = observed(
        [(name, "en", "plain", [True]) for name, *_ in COUNTRIES[:5]]
        + [("Greece", "ru", "plain", [False]), ("France", "hi", "plain", [True])]
        + [("Japan", "ru", "plain", [False]), ("Egypt", "ru", "plain", [False])]
    )
    counted = qualifying(seeds, known(observations, seeds))
    by = {(row["query_script"], row["topic"]): row for row in counted.iter_rows(named=True)}
    everything = by[None, None]
    assert (everything["seeds"], everything[LOST], everything[KEPT], everything[UNMEASURED]) == (4, 2, 1, 1)
    assert everything["share"] == pytest.approx(2 / 3)
    assert by["Cyrl", None]["share"] == 1.0
    assert by["Deva", None]["share"] == 0.0
    assert by[None, "capital"]["seeds"] == 3
    assert by["Cyrl", ""]["seeds"] == 1
    assert counted.height == len(by) == 1 + 2 + 2 + 3


@pytest.mark.parametrize("verdicts", [[], [None]])
def test_a_share_of_nothing_is_null(verdicts: list[None]) -> None:
    seeds = seed_table(number=1)
    observations = observed([("Greece", "de", "plain", [True]), ("Greece", "ru", "plain", verdicts)])
    assert qualifying(seeds, known(observations, seeds))["share"].to_list() == [None] * 4


def test_answers_of_two_models_and_of_other_questions_are_refused() -> None:
    rows = [("Greece", "en", "plain", [True])]
    both = pl.concat([observed(rows), observed(rows, "n")])
    with pytest.raises(UsageError, match="answers of m, n; keep those of the one to be trained"):
        known(both, seed_table())
    with pytest.raises(UsageError, match="no question of the seeds was measured"):
        known(observed([("Atlantis", "en", "plain", [True])]), seed_table())
    with pytest.raises(UsageError, match="tiny/capital-Greece/en/ru/plain is there twice"):
        known(observed(rows), pl.concat([seed_table(number=1)] * 2))


def test_seeds_that_a_run_did_not_ask_are_counted_by_condition() -> None:
    rows = [seed_row(*country) for country in COUNTRIES[:4]]
    rows += [seed_row(*country, condition="entity_only") for country in COUNTRIES[:3]]
    rows.append(seed_row(*COUNTRIES[5], kind="replay"))
    seeds = seed_table(rows)
    observations = observed(
        [(name, "en", "plain", [True]) for name in ("Greece", "France", "Japan")]
        + [("Greece", "ru", "plain", [False]), ("France", "ru", "plain", [None])]
        + [("Japan", "ru", "plain", [False]), ("Norway", "ru", "plain", [False])]
    )
    table = unanswered(seeds, known(observations, seeds))
    # France was cut short, Norway was not asked in its source language.
    assert table.rows() == [("entity_only", 3, 3), ("plain", 4, 2)]
    kept, told = measured(observations, seeds)
    assert kept["entity_source"].to_list() == ["Greece", "Japan", "Cuba"]
    assert (told.run, told.model) == (None, "m")
    assert told.told_unanswered() == (
        "5 of 7 seeds (a question in one language and condition) have no scored answer in the run and are "
        "left out: entity_only 3 of 3, plain 2 of 4"
    )
    assert "are kept all the same" in measured(observations, seeds, keep_all=True)[1].told_unanswered()


def test_nothing_is_said_where_every_seed_is_answered() -> None:
    seeds = seed_table(number=1)
    observations = observed([("Greece", "en", "plain", [True]), ("Greece", "ru", "plain", [False])])
    assert measured(observations, seeds)[1].told_unanswered() == ""


verdict_lists = st.lists(st.sampled_from([True, False, None]), max_size=4)


@given(st.lists(st.tuples(verdict_lists, verdict_lists), min_size=1, max_size=8))
def test_classes_are_as_counted_by_hand(answers: list[tuple[list[bool | None], list[bool | None]]]) -> None:
    rows = [("Iran", "en", "plain", [True])]
    rows += [
        (COUNTRIES[i][0], tag, "plain", verdicts)
        for i, pair in enumerate(answers)
        for tag, verdicts in zip(("en", "ru"), pair, strict=True)
    ]
    seeds = seed_table(number=12)
    table = known(observed(rows), seeds)

    def right(verdicts: list[bool | None]) -> bool | None:
        scored = [verdict for verdict in verdicts if verdict is not None]
        return 2 * sum(scored) >= len(scored) if scored else None

    for (source, query), said in zip(answers, table["knowledge"], strict=False):
        expected = {
            (True, True): KEPT,
            (True, False): LOST,
            (False, True): UNKNOWN,
            (False, False): UNKNOWN,
            (False, None): UNKNOWN,
        }.get((right(source), right(query)), UNMEASURED)  # type: ignore[arg-type]
        assert said == expected
    counted = qualifying(seeds, table).row(0, named=True)
    assert sum(counted[name] for name in CLASSES) == counted["seeds"] == 12

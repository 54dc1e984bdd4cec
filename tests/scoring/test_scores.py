"""The scorers by name on whole tables."""

import polars as pl
import pytest

from scriptgap.errors import UsageError
from scriptgap.scoring.scores import (
    SCORERS,
    add_scores,
    check_scorers,
    check_text_scorers,
    decide,
    default_scorers,
    rivals_of,
)
from scriptgap.tables import OBSERVATIONS
from tests.conftest import question_table


def observations(*answers: tuple[str, str, str | None, str | None]) -> pl.DataFrame:
    rows = [
        {
            "dataset": "tiny",
            "model": "m",
            "question_id": question,
            "source_lang": "en",
            "query_lang": lang,
            "condition": "plain",
            "sample": 1,
            "response": response,
            "stop_reason": stop_reason,
            "correct": None,
            "scorer": "none",
        }
        for question, lang, response, stop_reason in answers
    ]
    return pl.DataFrame(rows, schema=OBSERVATIONS)


def test_a_table_is_scored_in_its_order_and_only_where_an_answer_ended(tiny: pl.DataFrame) -> None:
    table = observations(
        ("capital-FR", "el", "Το Παρίσι", "stop"),
        ("capital-GR", "en", "Athens", "max_tokens"),
        ("capital-GR", "en", "Sparta", None),
        ("capital-IT", "el", None, "stop"),
        ("capital-XX", "en", "Athens", "stop"),
    )
    scored = add_scores(table, tiny, list(SCORERS))
    assert scored.drop(scored.columns[len(OBSERVATIONS) :]).equals(table)
    assert scored["alias_match"].to_list() == [True, None, False, None, None]
    assert scored["exact_match"].to_list() == [True, None, False, None, None]
    assert scored["multiloko_em"].to_list() == [False, None, False, None, None]
    for column in ("f1", "chrf", "word_recall", "multiloko_f1", "multiloko_chrf", "multiloko_revised_f1"):
        assert scored[column].drop_nulls().is_between(0, 1).all()
        assert scored[column].null_count() == 3


def test_an_echo_of_the_questions_entity_is_no_answer() -> None:
    table = question_table(
        [{"question_id": "a", "answers": ["David Nail"], "entity_source": "Fighter (David Nail album)"}]
    )
    echo = observations(("a", "en", "Fighter (David Nail album)", "stop"))
    assert add_scores(echo, table, ["alias_match"])["alias_match"].to_list() == [False]
    answer = observations(("a", "en", "It is by David Nail.", "stop"))
    assert add_scores(answer, table, ["alias_match"])["alias_match"].to_list() == [True]


def test_a_table_of_other_questions_is_refused(tiny: pl.DataFrame) -> None:
    with pytest.raises(UsageError, match="no answer is to a question"):
        add_scores(observations(("other", "en", "Athens", "stop")), tiny, ["alias_match"])


def test_rivals_come_from_the_column_where_there_is_one(tiny: pl.DataFrame) -> None:
    given = tiny.with_columns(rivals=pl.lit(["athens georgia"]))
    assert rivals_of(given)["tiny", "capital-GR", "el"] == ["athens georgia"]
    assert rivals_of(tiny) == {}


def test_defaults_are_the_authors_own() -> None:
    assert default_scorers(["eclektic"]) == ["alias_match", "word_recall"]
    assert default_scorers(["multiloko", "multiloko_machine"])[0] == "multiloko"
    assert default_scorers(["atlas", "mkqa"]) == ["alias_match"]


@pytest.mark.parametrize("names", [[], ["f1"], ["alias"], ["alias_match", "nonsense"]])
def test_what_cannot_decide_is_refused(names: list[str]) -> None:
    with pytest.raises(UsageError):
        check_scorers(names)


def test_a_judge_scores_no_text() -> None:
    assert check_text_scorers(["f1", "chrf", "f1"]) == ["f1", "chrf"]
    with pytest.raises(UsageError, match="judge"):
        check_text_scorers(["judge"])


def test_answers_to_other_questions_do_not_change_a_verdict() -> None:
    rows = [{"question_id": "year", "answers": ["1776"]}, {"question_id": "day", "answers": ["July 4, 1776"]}]
    answer = observations(("year", "en", "On July 4, 1776.", "stop"))
    for table in (question_table(rows), question_table(rows[:1])):
        assert add_scores(answer, table, ["alias_match"])["alias_match"].to_list() == [True]


@pytest.mark.parametrize(
    ("tag", "accepted", "response"),
    [
        ("en", "The Beatles", "Beatles"),
        ("en", "U.S.A.", "USA"),
        ("fr", "les Pays-Bas", "Pays-Bas"),
        ("ar", "الهند", "هند"),
        ("ru", "Сингапур", "в Сингапуре"),
    ],
)
def test_what_is_exactly_right_is_an_alias_too(tag: str, accepted: str, response: str) -> None:
    table = question_table(
        [{"question_id": "a", "query_lang": tag, "answers": [accepted], "entity_query": accepted}]
    )
    answer = observations(("a", tag, response, "stop"))
    assert add_scores(answer, table, ["alias_match"])["alias_match"].to_list() == [True]


def test_a_stop_reason_of_another_program_is_no_loss(tiny: pl.DataFrame) -> None:
    table = observations(("capital-GR", "en", "Athens", "end_turn"), ("capital-GR", "el", None, "error"))
    scored = add_scores(table, tiny, ["alias_match", "multiloko"])
    assert scored["alias_match"].to_list() == [True, None]
    assert {"multiloko_em", "multiloko_f1", "multiloko_chrf"} <= set(scored.columns)


def test_a_scorer_can_decide(tiny: pl.DataFrame) -> None:
    table = add_scores(observations(("capital-GR", "en", "Athens", "stop")), tiny, ["multiloko"])
    decided = decide(table, "multiloko")
    assert decided["correct"].to_list() == [True]
    assert decided["scorer"].to_list() == ["multiloko"]
    with pytest.raises(UsageError, match="grades"):
        decide(table, "f1")

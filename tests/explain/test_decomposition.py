import json
from itertools import product

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scriptgap.explain.decomposition import TERMS, decomposition
from scriptgap.explain.intervals import wilson
from scriptgap.explain.prepare import prepare
from scriptgap.tables import OBSERVATIONS, QUESTIONS

CONDITIONS = ["plain", "hint", "hint_placebo"]
CITIES = {"q0": ("Athens", "Афины"), "q1": ("Rome", "Рим"), "q2": ("Cairo", "Каир"), "q3": ("Oslo", "Осло")}
FACTS = {(city, tag): [form] for city, forms in CITIES.items() for tag, form in zip(("en", "ru"), forms)}  # noqa: B905


def questions(answers, source="en", **columns):
    """A questions table from the accepted forms by question and query language."""
    rows = [
        {"dataset": "d", "question_id": question, "source_lang": source, "query_lang": tag, "question": "?",
         "answers": forms, "split": "test"}
        for (question, tag), forms in answers.items()
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=QUESTIONS).with_columns(**columns)


def observed(answers, source="en", scorer="alias_match", model="m"):
    """Prepared answers from (question, query language, condition, correct, response); repeats are samples."""
    rows = [
        {"dataset": "d", "model": model, "question_id": question, "source_lang": source, "query_lang": tag,
         "condition": condition, "sample": sample, "response": response, "correct": correct, "scorer": scorer}
        for sample, (question, tag, condition, correct, response) in enumerate(answers)
    ]  # fmt: skip
    return prepare(pl.DataFrame(rows, schema=OBSERVATIONS))


def by_hand(conditions=CONDITIONS, base="plain"):
    """The source knows three of four; hints and names change what is said of them in Russian."""
    right, wrong = True, False
    said = {
        "plain": [(right, "Афины"), (wrong, "Rome"), (wrong, "Берлин"), (wrong, "Берлин")],
        "hint_placebo": [(wrong, "Лима"), (wrong, "In Rome."), (wrong, "Лима"), (wrong, "Лима")],
        "hint": [(right, "Афины"), (right, "Рим"), (wrong, "Cairo"), (wrong, "Берлин")],
    }
    known = [("q0", right), ("q1", right), ("q2", right), ("q3", wrong)]
    return [(city, "en", base, correct, "") for city, correct in known] + [
        (f"q{i}", "ru", base if condition == "plain" else condition, *answer)
        for condition in conditions
        for i, answer in enumerate(said[condition])
    ]


def one(frame, table=None):
    (row,), notes = decomposition(frame, table)
    assert all(key.startswith("decomposition.0.") for key in notes)
    notes = {key.removeprefix("decomposition.0."): text for key, text in notes.items()}
    assert {key for key, value in row.items() if value is None} <= notes.keys()
    return row, notes


def test_by_hand():
    row, notes = one(observed(by_hand()), questions(FACTS))
    assert (row["source_accuracy"], row["base_accuracy"], row["loss"]) == (0.75, 0.25, 0.5)
    assert [row[term] for term in TERMS] == [0.25, 0.5, -0.25, 0.0]
    assert (row["base"], row["hint"], row["recognition_variant"]) == ("plain", "hint", "beyond_placebo")
    assert (row["n_units"], row["n_questions"], notes) == (4, 4, {})
    assert (row["expression_low"], row["expression_high"]) == (wilson(1, 4).low, wilson(1, 4).high)


def test_without_placebo():
    row, notes = one(observed(by_hand(["plain", "hint"])), questions(FACTS))
    assert [row[term] for term in TERMS] == [0.25, 0.25, None, 0.0]
    assert row["recognition_variant"] == "hint_only"
    assert notes == dict.fromkeys(
        ["placebo", "placebo_low", "placebo_high"], "the placebo hint was not run"
    )  # fmt: skip


@pytest.mark.parametrize("conditions", [["plain"], ["plain", "hint_placebo"]])
def test_without_hint(conditions):
    row, notes = one(observed(by_hand(conditions)), questions(FACTS))
    assert (row["loss"], row["expression"], row["hint"]) == (0.5, 0.25, None)
    assert [row[term] for term in ("recognition", "placebo", "recall")] == [None] * 3
    assert notes["recognition"] == notes["recall_low"] == "the hint was not run"


def test_without_questions():
    row, notes = one(observed(by_hand()))
    assert [row[term] for term in TERMS] == [None, 0.5, -0.25, 0.25]
    assert row["loss"] == pytest.approx(0.5 - 0.25 + 0.25)
    assert "no questions table" in notes["expression"]
    assert "counts as 0 in the sum" in notes["expression_low"]


def test_forms_that_all_languages_accept():
    every = {(city, tag): list(CITIES[city]) for city, tag in FACTS}
    row, notes = one(observed(by_hand()), questions(every))
    assert (row["expression"], row["recall"]) == (None, 0.25)
    assert "by construction" in notes["expression"]


def test_forms_that_are_spelled_alike_are_one():
    alike = {(city, tag): [f"{CITIES[city][1]}{'!' * (tag == 'ru')}"] for city, tag in FACTS}
    assert "by construction" in one(observed(by_hand()), questions(alike))[1]["expression"]


@pytest.mark.parametrize("scorer", ["judge", "xfakt_judge"])
def test_a_judge_is_not_overruled(scorer):
    row, notes = one(observed(by_hand(), scorer=scorer), questions(FACTS))
    assert (row["expression"], row["recall"]) == (None, 0.25)
    assert "the judge accepts" in notes["expression"]


def test_without_responses():
    frame = observed(by_hand())
    silent = frame.with_columns(response=pl.lit(None, pl.String))
    assert one(silent, questions(FACTS))[0]["expression"] is None
    lost = (pl.col("question_id") == "q3") & (pl.col("condition") == "plain")
    some = frame.with_columns(response=pl.when(~lost).then("response"))
    row, notes = one(some, questions(FACTS))
    assert row["expression"] == 0.25
    assert notes["expression"].startswith("1 of 9 wrong answers lack their response")
    assert one(frame, questions({("q9", "en"): ["Lima"]}))[0]["expression"] is None


def test_without_source_answers():
    frame = observed([answer for answer in by_hand() if answer[1] == "ru"])
    row, notes = one(frame, questions(FACTS))
    assert (row["n_units"], row["loss"], row["base_accuracy"]) == (0, None, None)
    assert all(notes[key].startswith("no question was scored under plain both") for key in ("loss", "recall"))


def test_no_row_without_answers_across_scripts():
    assert decomposition(observed([("q0", "en", "plain", True, ""), ("q0", "es", "plain", True, "")])) == (
        [],
        {},
    )
    assert decomposition(observed([("q0", "ru", "hint", True, "")])) == ([], {})
    assert decomposition(observed([("q0", "ru", "plain", None, "")])) == ([], {})


def test_entity_only_is_the_base_without_plain():
    row, _ = one(observed(by_hand(base="entity_only")), questions(FACTS))
    assert (row["base"], row["loss"], row["expression"]) == ("entity_only", 0.5, 0.25)


def test_a_hint_to_other_questions_is_no_hint():
    answers = [*by_hand(["plain"]), ("q9", "ru", "hint", True, "")]
    row, notes = one(observed(answers), questions(FACTS))
    assert (row["loss"], row["hint"]) == (0.5, None)
    assert notes["recall"] == "no unit was scored under plain and hint"


def test_only_units_scored_in_all_conditions():
    frame = observed(by_hand())
    lost = (pl.col("question_id") == "q0") & (pl.col("condition") == "hint_placebo")
    frame = frame.with_columns(correct=pl.when(~lost).then("correct"))
    row, _ = one(frame, questions(FACTS))
    assert (row["n_units"], row["base_accuracy"]) == (3, 0.0)
    assert row["source_accuracy"] == pytest.approx(2 / 3)
    assert [row[term] for term in TERMS] == pytest.approx([1 / 3, 1 / 3, 0.0, 0.0])


def test_samples_are_averaged_and_units_weigh_the_same():
    answers = [
        ("a", "en", "plain", True, ""), ("a", "en", "plain", True, ""),
        ("a", "ru", "plain", True, ""), ("a", "ru", "plain", False, "x"), ("a", "ru", "plain", False, "x"),
        ("a", "ru", "plain", False, "Rome"), ("a", "hi", "plain", False, "x"),
        ("b", "en", "plain", False, ""), ("b", "ru", "plain", True, ""),
    ]  # fmt: skip
    forms = {("a", "en"): ["Rome"], ("a", "ru"): ["Рим"], ("a", "hi"): ["रोम"], ("b", "en"): ["Oslo"]}
    row, _ = one(observed(answers), questions(forms))
    assert (row["n_units"], row["n_questions"]) == (3, 2)
    assert row["source_accuracy"] == pytest.approx(2 / 3)
    assert row["base_accuracy"] == pytest.approx((1 / 4 + 0 + 1) / 3)
    assert row["expression"] == pytest.approx(1 / 4 / 3)


def test_answers_without_a_verdict_stay_without():
    answers = [("q0", "en", "plain", True, ""), ("q0", "ru", "plain", False, "Athens"),
               ("q0", "ru", "plain", None, "Athens"), ("q1", "en", "plain", True, ""),
               ("q1", "ru", "plain", None, "Rome")]  # fmt: skip
    row, _ = one(observed(answers), questions(FACTS))
    assert (row["n_units"], row["expression"]) == (1, 1.0)


ENTITY = {"entity_source": pl.lit("Mexico"), "entity_query": pl.lit("Мексика")}
CAPITAL = {("a", "en"): ["Mexico City"], ("a", "es"): ["Ciudad de México", "México", "CDMX"],
           ("a", "ru"): ["Мехико"], ("a", "zh"): ["墨西哥城"]}  # fmt: skip


@pytest.mark.parametrize(
    ("response", "expressed"),
    [("CDMX", 1), ("Es la Ciudad de México.", 1), ("墨西哥城", 1), ("México", 0), ("Mexico", 0), ("CDMX2", 0),
     ("CDMX Airport", 0), ("", 0)],
)  # fmt: skip
def test_what_expresses_the_fact(response, expressed):
    table = questions(CAPITAL, **ENTITY, rivals=pl.lit(["cdmx airport"]))
    answers = [("a", "en", "plain", True, ""), ("a", "ru", "plain", False, response)]
    assert one(observed(answers), table)[0]["expression"] == expressed


def test_a_form_that_stands_in_the_name_asked_for_is_none():
    forms = {("a", "en"): ["Afghani", "อัฟกานิ"], ("a", "th"): ["Afghani"]}
    table = questions(forms, entity_source=pl.lit("Afghanistan"), entity_query=pl.lit("อัฟกานิสถาน"))
    answers = [("a", "en", "plain", True, ""), ("a", "th", "plain", False, "อัฟกานิสถาน")]
    assert "by construction" in one(observed(answers), table)[1]["expression"]


def test_the_forms_of_the_own_language_are_no_other_forms():
    forms = {("a", "en"): ["Rome"], ("a", "ru"): ["Rome, Италия"]}
    answers = [("a", "en", "plain", True, ""), ("a", "ru", "plain", False, "Rome, Италия")]
    assert one(observed(answers, scorer="exact_match"), questions(forms))[0]["expression"] == 0


def test_other_forms_with_the_endings_of_their_language():
    forms = {("a", "ru"): ["Москва"], ("a", "en"): ["Moscow"], ("a", "fr"): ["Moscou"]}
    answers = [("a", "ru", "plain", True, ""), ("a", "en", "plain", False, "В Москве"),
               ("a", "fr", "plain", False, "В Минске")]  # fmt: skip
    row, _ = one(observed(answers, "ru"), questions(forms, "ru"))
    assert (row["n_units"], row["expression"]) == (2, 0.5)


def test_models_have_rows_of_their_own():
    frames = [
        observed(by_hand(), model="b"),
        observed(by_hand(["plain"]), model="a"),
        observed([("q0", "en", "plain", True, "")], model="c"),
    ]
    rows, notes = decomposition(pl.concat(frames), questions(FACTS))
    assert [row["model"] for row in rows] == ["a", "b"]
    assert [row["recall"] for row in rows] == [None, 0.0]
    assert {key.rsplit(".", 1)[0] for key in notes} == {"decomposition.0"}


@st.composite
def tables(draw):
    units = list(product(["q0", "q1", "q2"], ["en", "ru", "hi"], CONDITIONS, range(2)))
    verdict = st.sampled_from([True, False, None])
    kept = draw(st.lists(st.sampled_from(units), min_size=1, max_size=40))
    answers = [
        (city, tag, condition, draw(verdict), draw(st.sampled_from([*CITIES[city], "Lima", None])))
        for city, tag, condition, _ in kept
    ]
    forms = {key: FACTS[key] for key in FACTS if draw(st.booleans())}
    return answers, questions(forms) if forms else None


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tables())
def test_terms_add_up(case):
    answers, table = case
    rows, notes = decomposition(observed(answers), table)
    json.dumps([rows, notes], allow_nan=False)
    for row in rows:
        nulls = {f"decomposition.0.{key}" for key, value in row.items() if value is None}
        assert nulls <= notes.keys() <= nulls | {"decomposition.0.expression"}
        assert all(notes.values())
        if row["n_units"]:
            assert row["loss"] == pytest.approx(row["source_accuracy"] - row["base_accuracy"], abs=1e-12)
        if row["hint"]:
            assert sum(row[term] or 0 for term in TERMS) == pytest.approx(row["loss"], abs=1e-12)
        for term in ("loss", *TERMS):
            if row[term] is not None:
                low, high = row[f"{term}_low"], row[f"{term}_high"]
                assert -1 <= low <= row[term] + 1e-12
                assert row[term] - 1e-12 <= high <= 1
        assert row["expression"] is None or row["expression_low"] >= 0


def test_intervals_hold_the_truth():
    """Questions of differing difficulty; three languages of other scripts; the truth is the population's."""
    generator, runs, n = np.random.default_rng(12), 120, 40
    tags, other = ["ru", "hi", "ar"], "Rome"
    facts = [(f"q{i}", tag, condition) for i in range(n) for tag in tags for condition in CONDITIONS]
    frame = observed(
        [(f"q{i}", "en", "plain", True, "") for i in range(n)] + [(*fact, True, "") for fact in facts]
    )
    table = questions(
        {(f"q{i}", tag): [other if tag == "en" else tag] for i in range(n) for tag in ["en", *tags]}
    )
    place = pl.col("question_id").str.slice(1).cast(pl.Int64)
    number = frame.select(place).to_series().to_numpy()
    # Logits of a right answer in each condition, and of one in English among the wrong ones.
    shift = {"source": 1.5, "plain": -1.0, "hint_placebo": -1.6, "hint": 0.8, "expressed": -1.2}
    kind = np.where(frame["query_lang"] == "en", "source", frame["condition"])
    logit = np.array([shift[name] for name in kind])

    def chance(values):
        return 1 / (1 + np.exp(-values))

    grid = generator.normal(size=200_000)
    mean = {name: float(chance(grid + value).mean()) for name, value in shift.items()}
    told = {
        name: float(
            (
                chance(grid + shift[name])
                + (1 - chance(grid + shift[name])) * chance(grid + shift["expressed"])
            ).mean()
        )
        for name in CONDITIONS
    }
    truth = {
        "loss": mean["source"] - mean["plain"],
        "expression": told["plain"] - mean["plain"],
        "recognition": told["hint"] - told["hint_placebo"],
        "placebo": told["hint_placebo"] - told["plain"],
        "recall": mean["source"] - told["hint"],
    }
    inside = dict.fromkeys(truth, 0)
    for _ in range(runs):
        difficulty = generator.normal(size=n)[number]
        right = generator.random(frame.height) < chance(difficulty + logit)
        english = generator.random(frame.height) < chance(difficulty + shift["expressed"])
        (row,), _ = decomposition(
            frame.with_columns(
                correct=pl.Series(right),
                response=pl.Series(np.where(right, "", np.where(english, other, "none"))),
            ),
            table,
        )
        for term, value in truth.items():
            inside[term] += row[f"{term}_low"] <= value <= row[f"{term}_high"]
    assert all(count / runs >= 0.9 for count in inside.values()), inside

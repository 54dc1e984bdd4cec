"""Atlas: what is asked, in which languages, and which answers count."""

import functools
import string
from collections import Counter

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from scriptgap.errors import UsageError
from scriptgap.languages import language
from scriptgap.questions import names
from scriptgap.questions.atlas import RELATIONS, Atlas, build_atlas, format_report
from scriptgap.scoring.matching import match, normalize
from scriptgap.tables import QUESTION_KEY, QUESTIONS, check_table


@functools.cache
def atlas() -> Atlas:
    return build_atlas()


@functools.cache
def rows() -> dict[tuple[str, str], dict[str, object]]:
    return {(row["question_id"], row["query_lang"]): row for row in atlas().questions.iter_rows(named=True)}


def test_questions_are_a_questions_table() -> None:
    checked = check_table(atlas().questions, QUESTIONS, QUESTION_KEY, "atlas")
    assert checked.columns == [*QUESTIONS, "rivals"]
    assert set(checked["topic"]) == set(RELATIONS)
    assert set(checked["source_lang"]) == {"en"}


def test_languages_cross_script_and_family() -> None:
    tags = atlas().questions["query_lang"].unique().to_list()
    assert len(tags) >= 25
    cells = Counter(
        (language(tag).script == "Latn", language(tag).family == language("en").family) for tag in tags
    )
    assert len(cells) == 4
    assert min(cells.values()) >= 5
    assert {"sr-Latn", "sr-Cyrl", "zh-Hans", "zh-Hant"} <= set(tags)


def test_every_language_asks_the_same_questions() -> None:
    counts = atlas().questions.group_by("topic", "question_id").agg(pl.col("query_lang").n_unique())
    assert counts["query_lang"].unique().to_list() == [len(names.LANGUAGES)]


def test_capitals_are_those_of_the_100_most_populous_countries() -> None:
    asked = atlas().questions.filter(topic="capital", split="test", query_lang="en")
    assert asked.height == 100
    populations = [
        names.countries()[key.removeprefix("capital-")]["population"] for key in asked["question_id"]
    ]
    assert populations == sorted(populations, reverse=True)
    assert asked["question"][0] == "Country: China. What is the capital of this country?"


def test_entities_stand_literally_in_questions() -> None:
    for row in rows().values():
        assert row["entity_query"] in row["question"]
        if row["query_lang"] == "en":
            assert row["entity_source"] == row["entity_query"]
        assert rows()[row["question_id"], "en"]["entity_query"] == row["entity_source"]


@pytest.mark.parametrize(
    ("key", "tag", "entity", "answer"),
    [
        ("capital-FR", "ru", "Франция", "Париж"),
        ("capital-JP", "ja", "日本", "東京"),
        ("capital-GR", "mr", "ग्रीस", "अथेन्स"),
        ("capital-EG", "ar", "مصر", "القاهرة"),
        ("capital-IL", "he", "ישראל", "ירושלים"),
        ("capital-CN", "de", "China", "Peking"),
        ("capital-CD", "en", "Democratic Republic of the Congo", "Kinshasa"),
        ("capital-MM", "en", "Myanmar", "Naypyidaw"),
        ("capital-NZ", "hy", "Նոր Զելանդիա", "Wellington"),
        ("currency-JP", "ka", "იაპონია", "იაპონური იენი"),
        ("currency-JO", "ka", "იორდანია", "იორდანიული დინარი"),
        ("currency-IN", "hi", "भारत", "भारतीय रुपया"),
        ("continent-KE", "el", "Κένυα", "Αφρική"),
        ("continent-US", "sr-Cyrl", "Сједињене Државе", "Северна Америка"),
        ("country-2643743", "ko", "런던", "영국"),
        ("country-524901", "zh-Hant", "莫斯科", "俄羅斯"),
    ],
)
def test_known_truths(key: str, tag: str, entity: str, answer: str) -> None:
    row = rows()[key, tag]
    assert row["entity_query"] == entity
    assert row["answers"][0] == answer


@pytest.mark.parametrize(
    ("key", "response"),
    [
        ("capital-RU", "Moskau"),
        ("capital-US", "Washington"),
        ("capital-ZA", "Cape Town"),
        ("capital-BO", "La Paz."),
        ("capital-IN", "Delhi"),
        ("capital-UA", "Kiev"),
        ("currency-IN", "Rupee"),
        ("currency-IN", "रुपया"),
        ("currency-MX", "песо"),
        ("currency-TR", "lira"),
        ("currency-CN", "renminbi"),
        ("currency-TH", "บาท"),
        ("currency-CM", "CFA franc"),
        ("continent-CA", "北米"),
        ("country-745044", "Turkey"),
        ("country-5368361", "США"),
        ("country-2643743", "the UK"),
    ],
)
def test_usual_forms_are_accepted(key: str, response: str) -> None:
    assert match(response, rows()[key, "en"]["answers"])


@pytest.mark.parametrize(
    ("key", "response"),
    [
        ("capital-RU", "Saint Petersburg"),
        ("capital-AU", "Sydney"),
        ("capital-MX", "Mexico"),
        ("capital-TR", "Istanbul"),
        ("currency-IN", "taka"),
        ("currency-JO", "dollar"),
        ("continent-CA", "South America"),
        ("continent-CA", "America"),
        ("country-1835848", "North Korea"),
        ("country-2314302", "Republic of the Congo"),
    ],
)
def test_wrong_answers_are_refused(key: str, response: str) -> None:
    assert not match(response, rows()[key, "en"]["answers"])


def test_preferred_answers_are_right_for_their_own_question_only() -> None:
    """In every language, the answer shown for one capital or continent is not right for another."""
    for topic in ("capital", "continent"):
        shown: dict[str, set[str]] = {}
        forms: dict[str, set[str]] = {}
        for row in rows().values():
            if row["topic"] == topic:
                answer = rows()[row["question_id"], "en"]["answers"][0]
                forms.setdefault(answer, set()).update(normalize(form) for form in row["answers"])
                shown.setdefault(answer, set()).add(normalize(row["answers"][0]))
        for answer, texts in shown.items():
            for other, others in forms.items():
                assert answer == other or not texts & others, (answer, other, texts & others)


def test_an_echo_of_the_question_is_right_only_where_it_is_the_answer() -> None:
    for row in rows().values():
        assert not match(f"{row['entity_query']} ; {row['entity_source']}", row["answers"][1:])


def test_answers_are_distinct_and_not_tiny() -> None:
    for row in rows().values():
        folded = [normalize(answer) for answer in row["answers"]]
        assert min(map(len, folded)) > 1
        assert len(folded) == len(set(folded))


def test_shown_answers_use_the_script_of_the_language() -> None:
    latin = set(string.ascii_letters)
    foreign = [
        (row["question_id"], tag, row["answers"][0])
        for (_, tag), row in rows().items()
        if row["split"] == "test" and language(tag).script != "Latn" and set(row["answers"][0]) & latin
    ]
    # CLDR writes CFA and BEAC in Latin letters in several languages.
    assert {answer for key, _, answer in foreign if "CFA" not in answer and "BEAC" not in answer} <= {
        "워싱턴 D.C.",
        "ワシントンD.C.",
    }


def test_worked_examples_are_six_and_never_asked() -> None:
    questions = atlas().questions
    examples = questions.filter(split="fewshot")
    counts = examples.group_by("topic", "query_lang").len()
    assert counts["len"].unique().to_list() == [6]
    for topic in RELATIONS:
        mine = questions.filter(topic=topic)
        shown = set(mine.filter(split="fewshot")["entity_source"])
        assert not shown & set(mine.filter(split="test")["entity_source"])
        english = mine.filter(split="fewshot", query_lang="en")["answers"].list.first()
        assert english.n_unique() == 6
        # A worked example is answered in the source language, whatever the language of its question.
        everywhere = mine.filter(split="fewshot")["answers"].list.first()
        assert set(everywhere) == set(english)


def test_building_twice_gives_the_same_table() -> None:
    again = build_atlas(["en", "ta"])
    assert again.questions.equals(build_atlas(["en", "ta"]).questions)
    same = atlas().questions.filter(pl.col("query_lang").is_in(["en", "ta"]))
    assert again.questions.equals(same)


def test_report_adds_up_and_prints() -> None:
    report = atlas().report
    assert report["built"].sum() + report["fewshot"].sum() == atlas().questions.height
    assert (report["answers_localised"] + report["answers_english"]).to_list() == (
        report["built"] + report["fewshot"]
    ).to_list()
    left_out = dict(zip(atlas().left_out["name"], atlas().left_out["reason"], strict=True))
    assert "two continents" in left_out["Russia"]
    assert "one name" in left_out["Singapore"]
    baselines = dict(zip(atlas().baselines["topic"], atlas().baselines["accuracy"], strict=True))
    assert baselines["capital"] == 0.01
    assert 0.2 < baselines["continent"] < 0.5
    console = Console(width=100)
    with console.capture() as printed:
        console.print(format_report(atlas()))
    assert "zh-Hant" in printed.get()
    assert "Left out" in printed.get()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"languages": ["en", "xx"]}, "unknown language xx; available: en, es"),
        ({"languages": []}, "no language given"),
        ({"relations": ["mayor"]}, "unknown relation mayor; available: capital"),
        ({"countries": 0}, "countries is 0"),
        ({"countries": 999}, "countries is 999"),
    ],
)
def test_wrong_use_gives_one_line(arguments: dict[str, object], words: str) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        build_atlas(**arguments)
    assert "\n" not in str(caught.value)


@settings(deadline=None, max_examples=15)
@given(
    tags=st.lists(st.sampled_from(names.LANGUAGES), min_size=1, max_size=3, unique=True),
    relation=st.sampled_from(RELATIONS),
)
def test_a_subset_is_part_of_the_whole(tags: list[str], relation: str) -> None:
    part = build_atlas(tags, [relation]).questions
    assert part["query_lang"].unique(maintain_order=True).to_list() == tags
    whole = atlas().questions.filter(pl.col("query_lang").is_in(tags), topic=relation)
    assert part.sort("query_lang", "question_id").equals(whole.sort("query_lang", "question_id"))


@given(tag=st.sampled_from(names.LANGUAGES), relation=st.sampled_from(RELATIONS), entity=st.text(min_size=1))
def test_frames_take_any_entity(tag: str, relation: str, entity: str) -> None:
    frame = names.curated()["frames"][tag][relation]
    assert frame.count("{entity}") == 1
    question = frame.format(entity=entity)
    assert entity in question
    assert len(question) > len(entity) + 10


@pytest.mark.parametrize(
    ("question_id", "wrong"),
    [("currency-US", "Jamaican dollar"), ("currency-IN", "Pakistani rupee"), ("capital-IN", "马德里")],
)
def test_forms_of_answers_that_no_row_asks_for_are_rivals_too(question_id: str, wrong: str) -> None:
    table = build_atlas(["en"], ["currency", "capital"], 12).questions
    row = table.filter(question_id=question_id).row(0, named=True)
    assert match(wrong, row["answers"]) is not None
    assert match(wrong, row["answers"], row["rivals"]) is None
    assert match(row["answers"][0], row["answers"], row["rivals"]) is not None

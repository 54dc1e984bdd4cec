"""Decontamination across scripts: what is planted is found, what is honest stays."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from scriptgap.errors import UsageError
from scriptgap.questions.eclektic import build_eclektic
from scriptgap.synthesize.decontaminate import REASONS, Decontamination, decontaminate
from scriptgap.synthesize.name_index import NameIndex
from scriptgap.synthesize.question_overlap import overlaps, runs
from scriptgap.tables import QUESTIONS
from tests.synthesize.planted_names import TABLES, plant, transliterated

ECLEKTIC = Path(__file__).parents[3] / "shared/data/eclektic/eclektic_main_39.jsonl"
SCHEMA = {**QUESTIONS, "prompt": pl.String, "answer": pl.String}


def row(number: int, **given: Any) -> dict[str, Any]:
    base = {
        "dataset": "made", "question_id": str(number), "source_lang": "en", "query_lang": "ru",
        "question": f"{given.get('dataset')} question {number}", "answers": ["x"], "entity_source": None,
        "entity_query": None, "entity_type": None, "context": None,
        "topic": None, "split": "test", "answer": "", "prompt": "",
    }  # fmt: skip
    return base | given


def table(rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=SCHEMA)


def removed(seed: dict[str, Any], evaluation: dict[str, Any], **options: Any) -> str | None:
    """Return the reason for which a seed goes."""
    result = decontaminate(table([row(1, **seed)]), table([row(1, dataset="test", **evaluation)]), **options)
    return result.removed["reason"][0] if result.removed.height else None


def by_names(names: list[str], entities: list[str]) -> Decontamination:
    seeds = table([row(number, entity_query=name) for number, name in enumerate(names)])
    return decontaminate(
        seeds, table([row(number, dataset="test", entity_source=one) for number, one in enumerate(entities)])
    )


@pytest.mark.parametrize("seed", [1, 20])
def test_planted_entities_are_found_in_other_scripts_and_spellings(seed: int) -> None:
    planted, honest = plant(seed, 500)
    starts = [place for place, one in enumerate(planted) if one.kind == "other locale"]
    ends = [*starts[1:], len(planted)]
    chosen = [
        planted[start + (seed + number) % (end - start)]
        for number, (start, end) in enumerate(zip(starts, ends, strict=True))
    ]
    assert len(chosen) == 500
    assert len({one.kind for one in chosen}) == 12
    names = [one.rewritten for one in chosen] + [name for name, _ in honest]
    result = by_names(names, sorted({one.english for one in planted}))
    gone = set(result.removed["training_form"])
    missed = [one for one in chosen if one.rewritten not in gone]
    assert not missed
    others = {name for name, _ in honest}
    assert len(others) >= 2_000
    assert len(others & gone) <= 0.02 * len(others)


def test_persons_written_by_simple_tables_are_found_and_others_stay() -> None:
    known = ["George Washington", "Angela Merkel", "Leonardo da Vinci", "Marie Curie", "Nelson Mandela",
             "Frida Kahlo", "Ludwig van Beethoven", "Napoleon Bonaparte"]  # fmt: skip
    others = ["Martin Luther", "Albert Camus", "Simone Weil", "Pablo Neruda", "Karl Marx", "Rosa Parks"]
    for letters in TABLES.values():
        planted = [transliterated(name, letters) for name in known]
        honest = [transliterated(name, letters) for name in others]
        result = by_names(planted + honest, known)
        assert result.removed["training_form"].to_list() == planted
        assert result.kept["entity_query"].to_list() == honest


@pytest.mark.parametrize(
    ("name", "entity", "reason"),
    [("ZÜRICH", "Zurich", "same name"), ("Alemania", "Germany", "same concept"),
     ("ドイツ", "Germany", "same concept"), ("Джордж Вашингтон", "George Washington", "romanised"),
     ("Doitssu", "Germany", "romanised"), ("Nigeria", "Niger", None), ("Austria", "Australia", None),
     ("Ирак", "Iran", None), ("Мартин Лютер", "Marie Curie", None), ("German", "Germany", None)],
)  # fmt: skip
def test_reasons_of_names(name: str, entity: str, reason: str | None) -> None:
    assert removed({"entity_query": name}, {"entity_source": entity}) == reason
    assert removed({"entity_source": name}, {"entity_query": entity}) == reason
    by_name = None if reason == "romanised" else reason
    assert removed({"entity_query": name}, {"answers": [entity]}) == by_name


def test_an_answer_counts_against_entities_and_not_against_answers() -> None:
    seed = {"entity_source": "Berlin", "answer": "Германия"}
    assert removed(seed, {"entity_source": "Germany"}) == "answer is an evaluation entity"
    assert removed(seed, {"answers": ["Germany"]}) is None


def test_candidates_find_what_no_sound_tells() -> None:
    asked: list[str] = []

    def spell(name: str, query: str, source: str) -> list[str]:
        asked.append(name)
        return ["Shang", "Sand"]

    seed = {"entity_source": "Sand", "entity_type": "person"}
    evaluation = {"entity_query": "桑", "query_lang": "zh-Hans", "question": "桑是谁？"}
    assert removed(seed, evaluation) is None
    assert removed(seed, evaluation, candidates=spell) == "candidate spelling"
    assert removed(seed, evaluation | {"entity_type": "person"}, candidates=spell) == "candidate spelling"
    assert removed(seed, evaluation | {"entity_type": "city"}, candidates=spell) is None
    assert set(asked) == {"桑"}
    # Known names, names with a source name and names that are found anyway need no spelling.
    for known in ({"entity_query": "巴黎"}, {"entity_source": "George Sand"}, {"entity_query": "Санд"}):
        removed(seed, evaluation | known, candidates=lambda *name: pytest.fail(f"asked {name}"))


def test_sound_joins_entities_only_and_only_those_of_one_kind() -> None:
    franc = {"answers": ["فرانک"]}
    assert removed({"entity_source": "France"}, franc) is None
    assert removed({"entity_source": "Niamey"}, {"answers": ["남미"]}) is None
    assert removed({"entity_source": "Berlin", "answer": "Эйнштейн"}, {"entity_source": "Einstein"}) is None
    seed = {"entity_query": "Эйнштейн", "entity_type": "person"}
    assert removed(seed, {"entity_source": "Einstein"}) == "romanised"
    assert removed(seed, {"entity_source": "Einstein", "entity_type": "person"}) == "romanised"
    assert removed(seed, {"entity_source": "Einstein", "entity_type": "city"}) is None
    assert removed(seed, {"entity_source": "Einstein", "entity_type": "dynasty"}) == "romanised"


def test_entities_whose_source_names_differ_in_meaning_are_never_joined_by_sound() -> None:
    seed = {"entity_source": "Rwanda", "entity_query": "Lyuanda"}
    evaluation = {"entity_source": "Luanda", "entity_query": "Луанда"}
    assert removed({"entity_query": "Lyuanda"}, evaluation) == "romanised"
    assert removed(seed, evaluation) is None


@pytest.mark.parametrize(
    ("name", "entity"),
    [("ნიგერი", "Nigeria"), ("موريتانيا", "Mauritius"), ("Նիկարագուա", "Nigeria"), ("Caracas", "Sucre"),
     ("Yangon", "Pyinmana"), ("Rangun", "Pyinmana"), ("United States", "US$"),
     ("Elizabeth I", "Elizabeth II"), ("Аполлон 11", "Apollo 13")],
)  # fmt: skip
def test_names_that_surely_mean_different_things_stay(name: str, entity: str) -> None:
    assert NameIndex([entity]).find([name]) == {}
    assert NameIndex([name]).find([entity]) == {}


@pytest.mark.parametrize(
    ("name", "entity"),
    [("Queen Elizabeth II", "Elizabeth II"), ("World War II", "Second World War"),
     ("Holy See", "Vatican City"), ("Macedonia", "North Macedonia"), ("Ceylon", "Sri Lanka"),
     ("Елизавета II", "Elizaveta II")],
)  # fmt: skip
def test_other_usual_names_are_found(name: str, entity: str) -> None:
    assert NameIndex([entity]).find([name])
    assert NameIndex([name]).find([entity])


def test_an_answer_that_names_a_country_among_names_of_a_city_is_none() -> None:
    juba = {"entity_source": "South Sudan", "answers": ["Cuba", "Juba", "Джуба", "جوبا", "ジュバ"]}
    assert removed({"entity_source": "Cuba"}, juba) is None
    assert removed({"entity_source": "Juba"}, juba) == "same name"
    singapore = {"entity_source": "Raffles", "answers": ["Singapore", "Сингапур", "シンガポール"]}
    assert removed({"entity_source": "Singapore"}, singapore) == "same name"


def test_an_evaluation_question_goes_however_many_sets_have_it() -> None:
    text = "In which year did the last steam engine of the northern line leave the old harbour?"
    for evaluation in (
        [row(1, dataset=name, question=text) for name in ("one", "two", "three", "four")],
        [row(n, dataset="test", question=text, entity_source=name) for n, name in enumerate("ABCD")],
    ):
        seeds = table([row(1, question=text), row(2, question=text + " Please.")])
        result = decontaminate(seeds, table(evaluation))
        assert result.removed["question_id"][0] == "1"
        assert set(result.removed["reason"]) == {"question overlap"}
    assert removed({"question": "Who?"}, {"question": "who"}) == "question overlap"
    assert removed({"question": "?"}, {"question": "!"}) is None
    # Three questions that nobody named, of one frame, are a frame still; one asked by three sets is not.
    asked = [row(1, dataset=name, question=text) for name in ("one", "two", "three")]
    assert decontaminate(table([row(2, question=text + " Please.")]), table(asked)).kept.is_empty()


def test_names_mentioned_where_no_entity_is_given() -> None:
    berlin = {"entity_source": "Berlin"}
    assert removed(berlin, {"question": "Who was mayor of Berlin in 1960?"}) == "same name"
    assert removed(berlin, {"question": "who was mayor of berlin in 1960"}) == "same name"
    assert removed(berlin, {"question": "柏林的市长是谁？", "query_lang": "zh-Hans"}) == "same concept"
    assert removed(berlin, {"question": "Who was mayor of Hamburg in 1960?"}) is None
    named = {"question": "Who was mayor of Berlin in 1960?", "entity_source": "Willy Brandt"}
    assert removed(berlin, named) is None


def test_a_frame_is_no_overlap_and_the_same_wording_is() -> None:
    frame = "Country: {}. What is the capital city of this country today?"
    training = [(frame.format(name), (name,)) for name in ("Peru", "Chile", "Kenya")]
    evaluation = [(frame.format(name), name) for name in ("Ghana", "Japan", "Italy")]
    assert overlaps(training, evaluation) == {}
    assert (
        overlaps(training[:1], evaluation[:1]) != {} or runs(training[0][0]) & runs(evaluation[0][0]) == set()
    )
    text = "In which year did the last steam engine of the northern line leave the old harbour?"
    assert set(overlaps([(text + " Please.", ())], [(text, "q1")])) == {text + " Please."}
    chinese = "请问北方铁路线的最后一台蒸汽机车是在哪一年离开旧港口的"
    assert set(overlaps([("你好。" + chinese, ())], [(chinese, "q1")])) == {"你好。" + chinese}


def test_a_run_through_a_name_counts_whole_or_not_at_all() -> None:
    frame = "国：{}。この国はどの大陸に属していますか"
    assert runs(frame.format("アルジェリア")) & runs(frame.format("ナイジェリア"))
    training = [(frame.format("ナイジェリア"), ("Nigeria", "ナイジェリア"))]
    assert overlaps(training, [(frame.format("アルジェリア"), "Algeria")]) == {}
    assert overlaps(training, [("では、" + frame.format("ナイジェリア"), "q1")])


def test_an_entity_found_by_one_name_goes_in_every_language() -> None:
    names = ["Qrst", "Эйнштейн", "アインシュタイン"]
    seeds = table([row(i, entity_source="Unnamed", entity_query=name) for i, name in enumerate(names)])
    result = decontaminate(seeds, table([row(1, dataset="test", entity_query="Einstein")]))
    assert result.kept.is_empty()
    assert len({*result.removed["evaluation_form"]}) == 1


def test_a_mention_removes_every_name_of_its_concept() -> None:
    seeds = table([row(i, entity_query=name) for i, name in enumerate(["Berlin", "Берлин", "柏林", "Париж"])])
    asked = table([row(1, dataset="test", question="柏林的市长是谁？", query_lang="zh-Hans")])
    assert decontaminate(seeds, asked).kept["entity_query"].to_list() == ["Париж"]


def test_kept_and_removed_are_all_rows_with_their_keys() -> None:
    names = ["Париж", "Нобель", "東京"]
    seeds = table([row(number, entity_query=name) for number, name in enumerate(names)])
    evaluation = table(
        [row(7, dataset="test", entity_source="Paris"), row(8, dataset="test", answers=["Tokyo"])]
    )
    result = decontaminate(seeds, evaluation)
    assert result.kept["question_id"].to_list() == ["1"]
    assert result.removed.select("question_id", "evaluation_question_id").rows() == [("0", "7"), ("2", "8")]
    assert set(result.removed["reason"]) <= set(REASONS)
    assert result.summary["seeds"].sum() == 2
    again = decontaminate(result.kept, evaluation)
    assert again.removed.is_empty()
    assert again.summary.is_empty()
    assert again.kept.equals(result.kept)


def test_a_missing_column_is_one_clear_line() -> None:
    with pytest.raises(UsageError, match="seeds: missing column answer"):
        decontaminate(table([row(1)]).drop("answer"), table([row(1)]))


@pytest.mark.skipif(not ECLEKTIC.is_file(), reason="ECLeKTic may not be redistributed")
def test_titles_of_eclektic_are_found_by_name_and_by_sound() -> None:
    evaluation = build_eclektic(ECLEKTIC).table
    titles = evaluation["title"].unique(maintain_order=True).to_list()
    assert len(titles) == 39
    seeds = table([row(number, entity_source=title.upper()) for number, title in enumerate(titles)])
    assert decontaminate(seeds, evaluation).kept.is_empty()
    written = [transliterated(title, TABLES["Cyrillic"]) for title in titles if title.isascii()]
    seeds = table([row(number, entity_query=name) for number, name in enumerate(written)])
    assert decontaminate(seeds, evaluation).kept.height <= 0.1 * len(written)

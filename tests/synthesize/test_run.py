"""`synthesize` as a whole, from Atlas, with a spelling model that is always right."""

import itertools
import json
import re
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import scriptgap
from scriptgap.errors import ScriptgapError, UsageError
from scriptgap.measure.presentation import FEWSHOT
from scriptgap.questions.atlas import build_atlas
from scriptgap.synthesize.export import read_rows
from scriptgap.synthesize.held_out import OWN, hold_out, without_held_out
from scriptgap.synthesize.mix import NAMES
from scriptgap.synthesize.name_keys import plain_key
from scriptgap.synthesize.recipe import recipe_of
from scriptgap.synthesize.replay import mentions, read_replay
from scriptgap.synthesize.synthesis import SAMPLES, Synthesis
from scriptgap.synthesize.teacher_replies import write_reply
from scriptgap.tables import OBSERVATIONS, read_questions
from tests.conftest import question_table
from tests.synthesize import spelling_stub
from tests.synthesize.model_server import choice, model_server
from tests.synthesize.test_teacher import serving

RECIPE = "samples: 300\nvariants: 3\nkinds: {cross_script: 0.8, same_script: 0.1, source_language: 0.1}\n"
Make = Callable[..., Synthesis]


@pytest.fixture(scope="module")
def atlas() -> pl.DataFrame:
    return build_atlas(["en", "de", "ru", "el", "ko"], ["capital", "currency"], 100).questions


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, atlas: pl.DataFrame) -> Make:
    spelling_stub.install(monkeypatch)

    def made(source: Any = atlas, recipe: str = RECIPE, **options: Any) -> Synthesis:
        folder = options.pop("folder", tmp_path / "samples")
        return scriptgap.synthesize(source, folder=folder, recipe=recipe_of(recipe), **options)

    return made


def observations(questions: pl.DataFrame, right: pl.Expr) -> pl.DataFrame:
    """What a model answered that is right where `right` says so."""
    asked = questions.filter(pl.col("split") != FEWSHOT)
    rows = asked.select("dataset", "question_id", "source_lang", "query_lang", correct=right).with_columns(
        model=pl.lit("model"), sample=pl.lit(0), response=pl.lit(""), reasoning=pl.lit(None, pl.String),
        stop_reason=pl.lit("stop"), answer_script=pl.lit(None, pl.String), scorer=pl.lit("alias_match"),
    )  # fmt: skip
    both = [rows.with_columns(condition=pl.lit(condition)) for condition in ("plain", "entity_only")]
    return pl.concat(both).select(list(OBSERVATIONS)).cast(OBSERVATIONS)  # type: ignore[arg-type]


def test_all_files_are_written_and_agree(make: Make) -> None:
    made = make(command="scriptgap synthesize -o samples")
    assert set(made.files) == {
        "train", "validation", "samples", "rejects", "removed", "test", "card", "synthesis"
    }  # fmt: skip
    samples = pl.read_parquet(made.files["samples"])
    assert samples.columns[: len(SAMPLES)] == list(SAMPLES)
    assert samples.equals(made.samples)
    assert samples["sample_id"].is_unique().all()
    for split in ("train", "validation"):
        rows = read_rows(made.files[split])
        assert {row["sample_id"] for row in rows} == set(samples.filter(split=split)["sample_id"])
    summary = json.loads(made.files["synthesis"].read_text(encoding="utf-8"))
    assert summary["counts"]["train"] == samples.filter(split="train").height == 300
    assert summary["packages"]["babel"] == version("babel")
    assert summary["rejected_share"] == made.rejected_share < 0.05
    assert sum(row["n"] for row in summary["rejects"]) == pl.read_parquet(made.files["rejects"]).height
    assert "scriptgap synthesize -o samples" in made.files["card"].read_text(encoding="utf-8")
    kinds = {row["kind"]: row["share"] for row in made.kinds.to_dicts()}
    assert kinds == pytest.approx({"cross_script": 0.8, "same_script": 0.1, "source_language": 0.1}, abs=0.01)
    assert set(made.scripts) == {"Cyrl", "Grek", "Kore"}


def test_the_same_recipe_makes_the_same_bytes(make: Make, tmp_path: Path) -> None:
    first, second = (make(folder=tmp_path / name) for name in ("first", "second"))
    assert first.files["train"].read_bytes() == second.files["train"].read_bytes()


def test_no_entity_is_in_two_splits_nor_in_another_splits_samples(make: Make, atlas: pl.DataFrame) -> None:
    made = make()
    test = read_questions(made.files["test"])
    assert set(test["split"]) == {"test", FEWSHOT}
    assert test.filter(split="test").height == made.test_questions > 0
    held = {plain_key(name) for name in test.filter(split="test")["entity_source"]}
    for column in ("entity_source", "entity_query", "answer"):
        assert not held & {plain_key(name) for name in made.samples[column]}
    entities = {split: set(made.samples.filter(split=split)["entity"]) for split in ("train", "validation")}
    assert not entities["train"] & entities["validation"]
    # Every language of a held-out question is there, so that it can be measured.
    assert set(test.filter(split="test")["query_lang"]) == set(atlas["query_lang"])


def test_candidates_that_name_a_held_out_entity_are_not_shown(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = sorted(set(read_questions(make().files["test"]).filter(split="test")["entity_source"]))
    monkeypatch.setattr(spelling_stub, "EXTRA_CANDIDATES", [*held, held[0].upper(), "Zzyzx"])
    made = make()
    told = made.samples.filter(kind="cross_script").select("entity_source", "reasoning").rows()
    assert any("Zzyzx" in reasoning for _, reasoning in told)
    # South Sudan is another entity than Sudan, and may be taught where that is held out.
    shown = [
        name
        for name in held
        for own, reasoning in told
        if name not in own and (name in reasoning or name.upper() in reasoning)
    ]
    assert not shown


def test_a_name_keeps_its_own_spelling() -> None:
    key = ("Перу", "Peru", "ru", "en")
    evidence = spelling_stub.evidence_for([key])
    clean = without_held_out(evidence, frozenset({"peru", "perua"}))
    assert [candidate.spelling for candidate in clean[key].candidates] == ["Peru"]


def test_an_evaluation_set_is_not_taught_in_any_script(make: Make, atlas: pl.DataFrame) -> None:
    taught = make().samples.filter(split="train")["entity_source"].unique().sort().to_list()
    evaluation = atlas.filter(pl.col("entity_source").is_in(taught[:5]) & (pl.col("query_lang") == "ko"))
    made = make(evaluation=[evaluation])
    assert not set(taught[:5]) & set(made.samples["entity_source"])
    assert set(taught[:5]) <= set(
        made.removed.join(atlas.select("question_id", "entity_source").unique(), on="question_id")[
            "entity_source"
        ]
    )
    assert made.decontamination["seeds"].sum() == made.removed.height
    assert {"atlas"} <= set(made.decontamination["evaluation_dataset"]) <= {"atlas", OWN}


def test_only_what_the_model_knows_in_the_source_language_is_taught(make: Make, atlas: pl.DataFrame) -> None:
    # Right in Latin letters; in Greek too; in Russian and Korean wrong.
    answers = observations(atlas, ~pl.col("query_lang").is_in(["ru", "ko"]))
    made = make(knowledge=answers)
    cross = made.samples.filter(kind="cross_script")
    assert set(cross["query_lang"]) == {"ru", "ko"}
    assert made.knowledge is not None
    overall = made.knowledge.row(0, named=True)
    assert overall["share"] == pytest.approx(2 / 3, abs=0.02)
    assert set(make(knowledge=answers, keep_all=True).scripts) == {"Cyrl", "Grek", "Kore"}
    with pytest.raises(UsageError, match="--keep-all keeps all"):
        make(knowledge=observations(atlas, pl.lit(False)))


def test_a_run_folder_brings_its_questions_and_answers(
    make: Make, atlas: pl.DataFrame, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    run.mkdir()
    atlas.write_parquet(run / "questions.parquet")
    answers = observations(atlas, pl.col("query_lang") != "el")
    answers.write_parquet(run / "observations.parquet")
    made = make(run)
    assert set(made.scripts) == {"Grek"}
    card = made.files["card"].read_text(encoding="utf-8")
    assert "chosen by what `model` answered in the run `run`" in card
    assert "Not measured" not in card
    # A run that asked the plain questions only cannot say what the others find.
    answers.filter(condition="plain").write_parquet(run / "observations.parquet")
    made = make(run)
    assert set(made.samples.filter(kind="cross_script")["condition"]) == {"plain"}
    summary = json.loads(made.files["synthesis"].read_text(encoding="utf-8"))
    lost = {row["condition"]: row["unanswered"] for row in summary["measured"]["unanswered"]}
    assert lost["plain"] == 0 < lost["entity_only"]
    assert (summary["measured"]["run"], summary["measured"]["model"]) == ("run", "model")
    assert f"entity_only {lost['entity_only']:,} of" in made.files["card"].read_text(encoding="utf-8")
    assert made.measured is not None


def test_samples_of_another_make_are_replaced_and_that_is_said_before(
    make: Make, atlas: pl.DataFrame
) -> None:
    notes: list[str] = []
    make(on_note=notes.append)
    make(on_note=notes.append)
    assert notes == []
    made = make(style="direct", recipe=RECIPE.replace("300", "200"), knowledge=observations(
        atlas, pl.col("query_lang") != "el"), on_note=notes.append)  # fmt: skip
    assert notes == [
        f"{made.folder}: holds samples made otherwise, which will be replaced: knowledge was not set, is a "
        "table; style was full, is direct; samples was 300, is 200"
    ]
    # Nothing is known of samples whose note was lost.
    made.files["synthesis"].write_text("[", encoding="utf-8")
    make(on_note=notes.append)
    assert len(notes) == 1


def test_tables_without_rows_keep_their_columns(make: Make, tmp_path: Path) -> None:
    split = "split: {train: 1}\nkinds: {source_language: 1}\nconditions: {plain: 1}\nsamples: 9"
    made = make(recipe=split)
    for name, column in (("rejects", "reason"), ("removed", "evaluation_dataset"), ("test", "question_id")):
        table = pl.read_parquet(made.files[name])
        assert column in table.columns
    assert pl.read_parquet(made.files["removed"]).is_empty()
    assert pl.read_parquet(made.files["rejects"]).is_empty()


@pytest.mark.parametrize("style", ["name_only", "filler", "direct", "wrong_candidates"])
def test_controls(make: Make, style: str) -> None:
    made = make(style=style)
    assert set(made.samples["style"]) == {style}
    assert made.rejected_share < 0.1
    if style == "direct":
        assert set(made.samples["reasoning"]) == {""}
    if style == "wrong_candidates":
        # A wrong name is always one that is taught in the same split.
        for split in ("train", "validation"):
            rows = made.samples.filter(split=split)
            names = set(rows["entity_source"])
            for row in rows.filter(kind="cross_script").iter_rows(named=True):
                assert any(name in row["reasoning"] for name in names - {row["entity_source"]})


def test_names_are_taught_beside_facts(make: Make, tmp_path: Path) -> None:
    people = ["Иван Ivan", "Пётр Pyotr", "Анна Anna", "Борис Boris", "Вера Vera", "Глеб Gleb", "Зоя Zoya"]
    lines = [",".join([pair.split()[1], pair.split()[0], "en", "ru"]) for pair in people]
    file = tmp_path / "people.csv"
    file.write_text("\n".join(["name_source,name_query,source_lang,query_lang", *lines]), encoding="utf-8")
    made = make(names=file, recipe=RECIPE)
    named = made.samples.filter(topic="name")
    assert named.height
    assert (named["response"] == named["entity_source"]).all()
    row = made.kinds.filter(kind=NAMES).row(0, named=True)
    train = made.samples.filter(split="train")
    assert row["reached"] == train.filter(topic="name").height > 0
    assert row["share"] == row["reached"] / train.height
    only = make(None, names=file, recipe="relations: [name]\nkinds: {cross_script: 1}\nsamples: 9")
    assert set(only.samples["topic"]) == {"name"}


@pytest.mark.parametrize(("shots", "shown"), [(0, 0), (1, 1), (9, 6)])
def test_completions_show_as_many_worked_examples_as_the_recipe_says(
    make: Make, atlas: pl.DataFrame, shots: int, shown: int
) -> None:
    made = make(recipe=f"{RECIPE}shots: {shots}\nform: completion")
    examples = set(atlas.filter(split=FEWSHOT)["question"])
    rows = read_rows(made.files["train"])
    plain = set(made.samples.filter(condition="plain")["sample_id"])
    held = [sum(text in row["prompt"] for text in examples) for row in rows if row["sample_id"] in plain]
    assert held
    assert set(held) == {shown}
    summary = json.loads(made.files["synthesis"].read_text(encoding="utf-8"))
    assert summary["recipe"]["shots"] == shots
    assert ("--shots" in made.files["card"].read_text(encoding="utf-8")) is True


def test_replay_is_mixed_in_and_does_not_name_what_is_held_out(
    make: Make, atlas: pl.DataFrame, tmp_path: Path
) -> None:
    held = read_questions(make().files["test"]).filter(split="test", query_lang="ru").row(0, named=True)
    rows: list[dict[str, Any]] = [
        {"prompt": f"Count to {number}.", "completion": f"<think>1 and on</think>{number}"}
        for number in range(200)
    ]
    rows.append({"prompt": f"Что ты знаешь о стране {held['entity_query']}?", "completion": "Многое."})
    rows.append({"prompt": "unanswered"})
    file = tmp_path / "general.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    recipe = "samples: 200\nkinds: {cross_script: 0.7, source_language: 0.1, replay: 0.2}"
    made = make(recipe=recipe, replay=file)
    replayed = made.samples.filter(kind="replay", split="train")
    assert replayed.height == 40
    assert set(replayed["reasoning"]) == {"1 and on"}
    assert made.refused["row"].to_list() == [202]
    assert held["entity_query"] not in " ".join(made.samples.filter(kind="replay")["prompt"])
    assert "mentions an evaluation entity" in set(made.removed["reason"])
    assert "`replay`: general data given by the user" in made.files["card"].read_text(encoding="utf-8")
    with pytest.raises(UsageError, match="--replay FILE"):
        make(recipe=recipe)
    with pytest.raises(UsageError, match="gives kind replay no share"):
        make(replay=file)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Where is Cape Verde?", "Cape Verde"),
        ("日本はどこ", "日本"),
        ("en Perú, sí", "Peru"),
        ("Peruvian", None),
    ],
)
def test_mentions(text: str, name: str | None) -> None:
    assert mentions([text], ["Peru", "Cape Verde", "日本", "OK"]).get(text) == name


def test_replay_refuses_what_it_cannot_tell_apart(tmp_path: Path) -> None:
    def turn(*roles: str) -> dict[str, Any]:
        return {"messages": [{"role": role, "content": f"{role} says"} for role in roles]}

    rows = [turn("user", "assistant"), turn("system", "user", "assistant"), turn("user", "assistant", "user"),
            {"prompt": "p", "completion": "<think>without end"}]  # fmt: skip
    file = tmp_path / "chat.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    loaded = read_replay(file, {"train": 1.0, "validation": 0.0, "test": 0.0})
    assert loaded.table["prompt"].to_list() == ["user says"]
    assert loaded.refused["row"].to_list() == [2, 3, 4]


def test_hold_out_without_anything_held_keeps_all(atlas: pl.DataFrame, make: Make) -> None:
    seeds = make().samples.filter(split="train")
    nothing = atlas.clear()
    assert hold_out(seeds, nothing).kept.height == seeds.height


MODEL_RECIPE = "samples: 20\nlanguages: [ru]\nrelations: [capital]\nkinds: {cross_script: 1}"


def pupil(atlas: pl.DataFrame, wrong: Callable[[str], bool]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """A model that answers right but for the names for which it does not."""
    capitals = {
        (row["entity_source"], row["query_lang"]): row["answers"][0]
        for row in atlas.filter(topic="capital").iter_rows(named=True)
    }

    def play(body: dict[str, Any]) -> dict[str, Any]:
        lines = dict(
            line.split(": ", 1) for line in body["messages"][-1]["content"].splitlines() if ": " in line
        )
        name = lines["Name"].removesuffix(" (English)")
        if wrong(name):
            return choice("I have nothing of use to say.")
        tag = {"Russian": "ru", "English": "en"}[lines["Answer in"]]
        return choice(write_reply(f"It reads like {name}.", [name], capitals[name, tag]))

    return play


def test_a_model_teaches_its_faults_are_rejected_and_nothing_is_asked_twice(
    make: Make, atlas: pl.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    with model_server(pupil(atlas, lambda name: name < "F")) as served:
        model = serving(monkeypatch, "pupil", served)
        made = make(teacher=model, recipe=MODEL_RECIPE)
        asked = len(served.asked)
        assert asked == made.samples.height + made.rejects.height > 20
        assert make(teacher=model, recipe=MODEL_RECIPE).samples.equals(made.samples)
        assert len(served.asked) == asked
    # What is there can be written in another form where the model is out of reach.
    notes: list[str] = []
    again = make(teacher=model, recipe=MODEL_RECIPE, form="inline", on_note=notes.append)
    assert again.samples.equals(made.samples)
    assert [line.partition(": ")[2] for line in notes] == [
        "holds samples made otherwise, which will be replaced: form was messages, is inline"
    ]
    assert set(made.samples["teacher"]) == {model}
    # What the teacher proposed stays beside its samples.
    assert (made.samples["candidates"].list.first() == made.samples["entity_source"]).all()
    assert made.rejects.filter(pl.col("entity_source") < "F").height > 0
    assert "nothing of use" in made.rejects.filter(pl.col("entity_source") < "F")["text"][0]
    assert (made.samples["entity_source"] >= "F").all()
    # A model is asked once: what it lacks is told.
    assert made.mix["lacking"].sum() > 0


def test_where_nothing_is_left_the_rejects_say_why(
    make: Make, atlas: pl.DataFrame, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with (
        model_server(pupil(atlas, lambda name: True)) as served,
        pytest.raises(ScriptgapError, match=r"rejects.parquet says why"),
    ):
        make(teacher=serving(monkeypatch, "useless", served), recipe=MODEL_RECIPE)
    assert set(pl.read_parquet(tmp_path / "samples" / "rejects.parquet")["reason"]) == {"no sample"}


def test_a_failed_run_leaves_nothing_of_an_earlier_one(
    make: Make, atlas: pl.DataFrame, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "samples"
    made = make(folder=folder)
    (folder / "mine.txt").write_text("mine", encoding="utf-8")
    with model_server(pupil(atlas, lambda name: True)) as served, pytest.raises(ScriptgapError):
        make(teacher=serving(monkeypatch, "failing", served), recipe=MODEL_RECIPE, folder=folder)
    assert pl.read_parquet(folder / "samples.parquet").is_empty()
    assert not [
        made.files[name] for name in ("train", "validation", "card", "synthesis") if made.files[name].exists()
    ]
    assert (folder / "mine.txt").exists()


SELF_RECIPE = """
samples: 8
variants: 4
languages: [ru]
relations: [capital]
kinds: {cross_script: 1}
conditions: {plain: 1}
split: {train: 1}
"""


def knowing(atlas: pl.DataFrame) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """A model that answers right in Russian, each time with other words before the answer."""
    told = {
        row["entity_query"]: row["answers"][0]
        for row in atlas.filter(topic="capital", query_lang="ru").iter_rows(named=True)
    }
    times = itertools.count()
    counting = ["ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять"]

    def play(body: dict[str, Any]) -> dict[str, Any]:
        text = str(body["messages"][-1]["content"])
        name = next(name for name in sorted(told, key=len, reverse=True) if f": {name} (" in text)
        source = re.search(r"\((.*?)\)", text)
        assert source is not None
        words = " ".join(counting[int(digit)] for digit in str(next(times)) * 9)
        return choice(told[name], reasoning_content=f"{words}: {name} is {source[1]}.")

    return play


def test_a_model_that_teaches_itself_is_heard_on_every_seed_and_its_surplus_is_counted(
    make: Make, atlas: pl.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    with model_server(knowing(atlas)) as served:
        model = serving(monkeypatch, "knowing", served)
        made = make(teacher="self", target=model, recipe=SELF_RECIPE)
        assert len(served.asked) == 32
    assert made.samples.height == made.samples["entity"].n_unique() == 8
    assert made.surplus == 32 - 8 - made.rejects.height > 8
    summary = json.loads(made.files["synthesis"].read_text(encoding="utf-8"))
    assert summary["counts"]["surplus"] == made.surplus
    assert summary["rejected_share"] == made.rejected_share == made.rejects.height / 32
    assert sum(row["share"] for row in summary["rejects"]) == pytest.approx(made.rejected_share)
    card = made.files["card"].read_text(encoding="utf-8")
    assert f"Rejected by verification: {made.rejects.height} of 32 samples" in card
    assert f"more than the recipe asks for: {made.surplus}." in card


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"teacher": "self"}, "needs the model that is to be trained: --target MODEL"),
        ({"teacher": "self", "style": "filler"}, "in its own way, not in style filler"),
        ({"budget": 1.0}, "--budget needs the teacher's prices"),
        ({"recipe": "languages: [ja]"}, "no question is asked in ja; there are de, el, en, ko, ru"),
        ({"recipe": "relations: [continent]"}, "no question is of continent; there are capital, currency"),
        ({"source": "absent.parquet"}, "absent.parquet: no such file"),
        ({"evaluation": ["absent.parquet"]}, "absent.parquet: no such file"),
    ],
)
def test_wrong_use_is_said(make: Make, options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as error:
        make(**options)
    assert message in str(error.value)


def test_an_evaluation_name_without_its_source_is_found_by_its_likely_spellings(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What decontamination asks for: spellings of names of which it knows nothing else."""
    monkeypatch.setattr(spelling_stub, "EXTRA_CANDIDATES", ["Mongolia"])
    unknown = question_table(
        [
            {
                "question_id": "x",
                "source_lang": "ru",
                "query_lang": "ru",
                "question": "Где находится Жзыкплщ?",
                "answers": ["там"],
                "entity_source": "Жзыкплщ",
                "entity_query": "Жзыкплщ",
                "entity_type": None,
                "topic": None,
            }
        ]
    )
    made = make(evaluation=[unknown])
    assert "Mongolia" not in set(made.samples["entity_source"])

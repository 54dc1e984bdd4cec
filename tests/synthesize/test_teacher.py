"""The model teacher: what it is told, what becomes of its faults, and that nothing is asked twice."""

import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from scriptgap.errors import UsageError
from scriptgap.measure.budget import Limits
from scriptgap.synthesize.teacher import teach
from scriptgap.synthesize.teacher_prompts import Examples, instruction, request
from scriptgap.synthesize.teacher_replies import FAULTS, write_reply
from scriptgap.synthesize.wrong_names import WrongNames
from tests.synthesize.model_server import Play, Served, choice, embedded_play, model_server
from tests.synthesize.seed_tables import COUNTRIES, GREECE, example_table, seed_row, seed_table

EVIDENCE = {("Греция", "Greece", "ru", "en"): GREECE}
GOOD = write_reply("It is in Cyrillic and reads Greece.", ["Gretsia", "Greece"], "Афины")


def serving(monkeypatch: pytest.MonkeyPatch, service: str, served: Served) -> str:
    # A service of its own for each test: Inspect keeps a model, address and all, by its name.
    monkeypatch.setenv(f"{service.upper()}_BASE_URL", served.url)
    monkeypatch.setenv(f"{service.upper()}_API_KEY", "none")
    return f"openai-api/{service}/m"


def test_the_request_tells_the_hidden_name_and_the_prompt_of_the_sample_does_not() -> None:
    seed = seed_table().row(0, named=True)
    text = request(seed, "full", "en", GREECE)
    assert "Name: Greece (English)" in text
    assert "Letters: Г = G or H, р = r" in text
    assert "Possible spellings: Gretsia; Greece" in text
    assert "Thinking in: English\nAnswer in: Russian" in text
    assert "Greece" not in seed["prompt"]
    assert "told the name" in instruction("full")


def test_a_direct_request_asks_for_no_thinking() -> None:
    seed = seed_table().row(0, named=True)
    assert "Thinking" not in request(seed, "direct", "en", GREECE)
    assert "<trace>" not in instruction("direct")


def test_a_name_that_is_not_spelt_after_its_sound_is_said_to_be_none() -> None:
    seed = seed_table().row(0, named=True)
    text = request(seed, "full", "en", GREECE.__class__("中国", "China", "zh", "en", (), "zhongguo", ()))
    assert "Sounds like: zhongguo; the name is not spelt after this sound" in text


def test_worked_examples_are_near_and_never_of_the_entity_itself() -> None:
    table = example_table("full", ["Greece", "France", "Spain", "Iran"])
    other = table.with_columns(query_lang=pl.lit("el"), entity=pl.lit("x"))
    examples = Examples(pl.concat([other, table]), {}, WrongNames([table]))
    shown = examples.of(seed_table().row(0, named=True), "full", "en")
    assert [asked.splitlines()[2] for asked, _ in shown] == [
        "Name: France (English)",
        "Name: Spain (English)",
        "Name: Iran (English)",
    ]
    assert examples.of(seed_table().row(0, named=True), "filler", "en") == []


def test_an_example_gone_astray_names_the_wrong_name_that_its_trace_has() -> None:
    table = example_table("wrong_candidates")
    examples = Examples(table, {}, WrongNames([table, seed_table()]))
    asked = [asked for asked, _ in examples.of(seed_table().row(0, named=True), "wrong_candidates", "en")]
    assert len(asked) == 3
    assert all("Wrong name: Cuba" in text for text in asked)


def test_a_wrong_name_is_of_the_same_type_and_split_and_never_the_own() -> None:
    rows = [seed_row(*country) for country in COUNTRIES[:6]]
    rows[3]["split"] = rows[4]["split"] = "validation"
    rows[5]["entity_type"] = "language"
    seeds = seed_table(rows)
    names = WrongNames([seeds])
    chosen = {row["entity_source"]: names.of(row) for row in seeds.iter_rows(named=True)}
    assert chosen["Norway"] == "Egypt"
    assert chosen["Egypt"] == "Norway"
    assert chosen["Cuba"] is None
    for name in ("Greece", "France", "Japan"):
        assert chosen[name] in {"Greece", "France", "Japan"} - {name}


FAULTY: dict[str, dict[str, Any] | int] = {
    "Греция": choice(GOOD),
    "Франция": choice("It is France, so Paris."),
    "Япония": choice("I'm sorry, but I cannot do that."),
    "Норвегия": choice(None, refusal="No."),
    "Египет": choice("<trace>It is", "length"),
    "Куба": choice(""),
    "Перу": choice(GOOD, "content_filter"),
    "Кения": 400,
    "Канада": choice(GOOD, reasoning_content="The user wants <trace> and <answer>."),
}


def faulty(body: dict[str, Any]) -> dict[str, Any] | int:
    text = str(body["messages"][-1]["content"])
    return next(answer for name, answer in FAULTY.items() if f"As written: {name} " in text)


def test_every_fault_is_a_row_and_only_failures_are_asked_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seeds = seed_table(number=9)
    with model_server(faulty) as served:
        model = serving(monkeypatch, "faulty", served)
        taught = teach(seeds, EVIDENCE, model, tmp_path)
        first = Counter(served.asked)
        again = teach(seeds, EVIDENCE, model, tmp_path)
        second = Counter(served.asked) - first
    faults = dict(zip(taught["entity_source"], taught["fault"], strict=True))
    assert {name: fault and fault.split(":")[0] for name, fault in faults.items()} == {
        "Greece": None,
        "France": "wrong format",
        "Japan": "refused",
        "Norway": "refused",
        "Egypt": "truncated",
        "Cuba": "empty",
        "Peru": "refused",
        "Kenya": "failed",
        "Canada": None,
    }
    good = taught.filter(pl.col("fault").is_null())
    assert good["reasoning"].to_list() == ["It is in Cyrillic and reads Greece."] * 2
    assert good["response"].to_list() == ["Афины"] * 2
    assert good["candidates"].to_list() == [["Gretsia", "Greece"]] * 2
    assert good["teacher"].unique().to_list() == [model]
    assert taught["sample_id"].n_unique() == 9
    assert taught.filter(entity_source="France")["text"].item() == "It is France, so Paris."
    assert_frame_equal(again, taught)
    assert set(first) == set(served.asked)
    # A failed request is sent once more in each call; whatever was answered is not asked again.
    assert {text.split("As written: ")[1].split()[0] for text in second} == {"Кения"}
    assert sorted(first.values()) == [1] * 8 + [2]


def test_a_limit_leaves_seeds_unasked_and_a_higher_one_goes_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seeds = seed_table()
    with model_server(lambda body: choice(GOOD)) as served:
        model = serving(monkeypatch, "limited", served)
        # The greeting counts.
        taught = teach(seeds, {}, model, tmp_path, limits=Limits(requests=6))
        assert len(served.asked) == 5
        assert taught["fault"].null_count() == 5
        assert set(taught["fault"].drop_nulls()) == {"not asked: the limit of the run is reached"}
        assert teach(seeds, {}, model, tmp_path)["fault"].null_count() == 12
        assert len(served.asked) == len(set(served.asked)) == 12


def test_a_seed_without_a_name_is_not_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    rows = [seed_row(*COUNTRIES[0]), seed_row(*COUNTRIES[1], kind="replay", entity_source=None)]
    with model_server(lambda body: choice(GOOD)) as served:
        model = serving(monkeypatch, "nameless", served)
        taught = teach(seed_table(rows), {}, model, tmp_path, ["full", "wrong_candidates"])
    assert len(served.asked) == 1
    assert taught.select("style", "fault").rows() == [
        ("full", None),
        ("full", "not asked: the seed names no entity"),
        ("wrong_candidates", "not asked: there is no other entity of its type"),
        ("wrong_candidates", "not asked: the seed names no entity"),
    ]


def test_a_chat_model_sees_examples_as_turns(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with model_server(lambda body: choice(GOOD)) as served:
        model = serving(monkeypatch, "turns", served)
        teach(seed_table(number=1), {}, model, tmp_path, examples=example_table(), temperature=0.5)
    (body,) = served.bodies
    assert [m["role"] for m in body["messages"]] == ["system", *["user", "assistant"] * 3, "user"]
    assert body["temperature"] == 0.5
    assert "stop" not in body


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"styles": ["long"]}, "unknown style 'long'; the styles are full, name_only"),
        ({"styles": []}, "no style given"),
        ({"trace_lang": "no language"}, "unknown language tag"),
        ({"temperature": -1.0}, "at least 0"),
        ({"limits": Limits(dollars=1.0)}, "needs the model's prices"),
        ({"seeds": pl.concat([seed_table(number=1)] * 2)}, "tiny/capital-Greece/en/ru/plain is there twice"),
        ({}, "a base model needs worked examples, and there are none of style full"),
        ({"model": "embedded/gemma-4"}, "unknown embedded model"),
    ],
)
def test_wrong_use_is_one_line_and_leaves_no_folder(
    tmp_path: Path, arguments: dict[str, Any], message: str
) -> None:
    given = {"seeds": seed_table(number=2), "evidence": {}, "model": "embedded/gemma-3-270m"} | arguments
    with pytest.raises(UsageError, match=message):
        teach(**given, folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_base_model_of_transformers_does_not_teach(tmp_path: Path) -> None:
    pytest.importorskip("transformers")
    pytest.importorskip("torch")
    from tests.train.tiny_model import save_tiny_model

    base = save_tiny_model(tmp_path / "base")
    with pytest.raises(UsageError, match="is a base model, whose answers are of one line"):
        teach(seed_table(number=1), {}, str(base), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_folder_keeps_to_its_seeds(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with model_server(lambda body: choice(GOOD)) as served:
        model = serving(monkeypatch, "keeping", served)
        teach(seed_table(number=1), {}, model, tmp_path)
        with pytest.raises(UsageError, match="holds a run with inputs_hash"):
            teach(seed_table(number=2), {}, model, tmp_path)


SCRIPT = """
import sys
from scriptgap.synthesize.teacher import teach
from tests.synthesize.seed_tables import example_table, seed_table
examples = example_table(names=["Iran"])
teach(seed_table(number=int(sys.argv[3])), {}, sys.argv[1], sys.argv[2], examples=examples, temperature=0.0)
"""


def killed_midway(play: Play, number: int, answers: int, folder: Path, service: str) -> pl.DataFrame:
    """Let a teacher answer so often, kill who asks, and let it go on; checks that nothing is asked twice."""
    held, open_again = threading.Semaphore(answers), threading.Event()

    def until_killed(body: dict[str, Any]) -> dict[str, Any] | int:
        if not open_again.is_set() and not held.acquire(blocking=False):
            open_again.wait()
            return 400
        return play(body)

    with model_server(until_killed) as served, pytest.MonkeyPatch.context() as patch:
        model = serving(patch, service, served)
        command = [sys.executable, "-c", SCRIPT, model, str(folder), str(number)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 120
        while len(served.answered) < answers:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        time.sleep(0.5)
        process.send_signal(signal.SIGKILL)
        process.wait()
        before = list(served.answered)
        asked_before = len(served.asked)
        assert len(before) == answers
        open_again.set()
        taught = teach(
            seed_table(number=number),
            {},
            model,
            folder,
            examples=example_table(names=["Iran"]),
            temperature=0.0,
        )
        after = served.asked[asked_before:]
    assert not set(before) & set(after)
    assert len(after) == len(set(after)) == number - answers
    return taught


def test_a_killed_teacher_goes_on_and_asks_no_question_twice(tmp_path: Path) -> None:
    taught = killed_midway(lambda body: choice(GOOD), 12, 7, tmp_path, "killed")
    assert taught["fault"].null_count() == 12


def test_what_the_log_lost_the_journal_has(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # Of 1,000 seeds and more, Inspect writes answers to its log fifty or more at a time.
    with model_server(faulty) as served:
        model = serving(monkeypatch, "lost", served)
        first = teach(seed_table(number=6), {}, model, tmp_path)
        shutil.rmtree(tmp_path / "teacher" / "logs")
        journal = tmp_path / "teacher" / "replies.jsonl"
        lines = journal.read_bytes().splitlines(keepends=True)
        # The last line is cut, as by a kill: of it alone is nothing known.
        journal.write_bytes(b"".join(lines)[:-20])
        assert_frame_equal(teach(seed_table(number=6), {}, model, tmp_path), first)
        assert len(served.asked) == 7
        assert_frame_equal(teach(seed_table(number=6), {}, model, tmp_path), first)
        assert len(served.asked) == 7


@pytest.mark.slow
@pytest.mark.parametrize("name", ["gemma-3-270m", "smollm2-135m"])
def test_a_real_small_model_over_http_is_killed_goes_on_and_has_its_faults_named(
    tmp_path: Path, name: str
) -> None:
    number, service = 3, name.split("-")[0].replace("2", "")
    taught = killed_midway(embedded_play(name, 80), number, 1, tmp_path, f"real{service}")
    assert taught.height == number
    assert taught["text"].null_count() == 0
    whole = taught.filter(pl.col("fault").is_null())
    for row in whole.iter_rows(named=True):
        assert row["reasoning"] in row["text"]
        assert row["response"] in row["text"]
    assert {fault.split(":")[0] for fault in taught["fault"].drop_nulls()} <= set(FAULTS)
    # Such small models know the form from the example, and hardly any answer in Russian.
    right = [row["answer"] in row["response"] for row in taught.iter_rows(named=True)]
    assert sum(right) < number

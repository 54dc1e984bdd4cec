"""Sample logs in the form of lm-evaluation-harness, whole and broken."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from scriptgap.errors import UsageError
from scriptgap.ingest.lm_eval import ingest_lm_eval
from tests.ingest import mutations
from tests.ingest.mutations import Mutation, broken_bytes, broken_records, check_loaded, ingested, thoroughly

TIME = "2025-05-01T10-20-30.123456"
PLACES = {"query_lang": "doc.lang", "source_lang": "=en"}


def line(doc_id: int, **fields: Any) -> dict[str, Any]:
    answer = "Athènes" if doc_id % 2 else "Афины"
    record: dict[str, Any] = {
        "doc_id": doc_id,
        "doc": {"lang": "fr" if doc_id % 2 else "ru", "question": "?", "meta": {"topic": "capital"}},
        "target": "Athens",
        "arguments": {"gen_args_0": {"arg_0": "prompt", "arg_1": {"until": ["\n"]}}},
        "resps": [[f" {answer}.\n"]],
        "filtered_resps": [answer],
        "filter": "none",
        "metrics": ["exact_match"],
        "doc_hash": "a",
        "prompt_hash": "b",
        "target_hash": "c",
        "exact_match": float(doc_id % 3 == 0),
    }
    return {**record, **fields}


def write(
    folder: Path,
    records: list[dict[str, Any]],
    task: str = "capitals_x",
    time: str = TIME,
    model: str = "org__m",
) -> Path:
    file = folder / model / f"samples_{task}_{time}.jsonl"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(mutations.json_lines_of(records))
    return file


LINES = [line(doc_id) for doc_id in range(6)]


def test_a_log_becomes_observations(tmp_path: Path) -> None:
    file = write(tmp_path, LINES)
    loaded = ingest_lm_eval(tmp_path, {**PLACES, "topic": "doc.meta.topic"})
    check_loaded(loaded, 6)
    row = loaded.table.filter(question_id="3").row(0, named=True)
    assert (row["dataset"], row["model"], row["query_lang"]) == ("capitals_x", "org__m", "fr")
    assert (row["response"], row["answer_script"], row["scorer"]) == (" Athènes.\n", "Latn", "exact_match")
    assert (row["correct"], row["exact_match"], row["topic"]) == (True, 1.0, "capital")
    assert (row["condition"], row["sample"], row["stop_reason"]) == ("plain", 1, None)
    assert loaded.table["correct"].sum() == 2
    packed = file.with_name(file.name + ".gz")
    packed.write_bytes(gzip.compress(file.read_bytes()))
    file.unlink()
    assert ingest_lm_eval(packed, PLACES).table.height == 6


def test_the_models_name_comes_from_the_results_of_the_same_run(tmp_path: Path) -> None:
    file = write(tmp_path, LINES)
    (file.parent / "results_2024-01-01T00-00-00.json").write_text(json.dumps({"model_name": "other"}))
    assert ingest_lm_eval(file, PLACES).table["model"].unique().to_list() == ["org__m"]
    results = file.parent / f"results_{TIME}.json"
    results.write_text(json.dumps({"model_name": "org/m"}))
    assert ingest_lm_eval(file, PLACES).table["model"].unique().to_list() == ["org/m"]
    results.write_text("[1]")
    assert ingest_lm_eval(file, PLACES).table["model"].unique().to_list() == ["org__m"]
    assert ingest_lm_eval(file, {**PLACES, "model": "=mine"}).table["model"].unique().to_list() == ["mine"]


def test_one_of_several_filters_must_be_chosen(tmp_path: Path) -> None:
    strict = [line(doc_id, filter="strict-match", exact_match=0.0) for doc_id in range(4)]
    loose = [line(doc_id, filter="flexible-extract", exact_match=1.0) for doc_id in range(5)]
    write(tmp_path, [*strict, *loose])
    with pytest.raises(UsageError, match="each of the filters flexible-extract, strict-match; say which"):
        ingest_lm_eval(tmp_path, PLACES)
    for correct in ("exact_match,flexible-extract", "exact_match == 1,flexible-extract"):
        loaded = ingest_lm_eval(tmp_path, PLACES, correct)
        check_loaded(loaded, 5)
        assert loaded.table["correct"].to_list() == [True] * 5
        assert loaded.table["scorer"].unique().to_list() == [correct]
    # One document has no line of the filter: it is refused, not lost.
    loaded = ingest_lm_eval(tmp_path, PLACES, "exact_match,strict-match")
    check_loaded(loaded, 5)
    assert loaded.table["correct"].to_list() == [False] * 4
    assert loaded.refused["reason"].to_list() == ["is flexible-extract, and there is no line of strict-match"]


def test_one_of_several_metrics_must_be_chosen(tmp_path: Path) -> None:
    write(tmp_path, [line(doc_id, metrics=["acc", "f1"], acc=1, f1=0.4) for doc_id in range(3)])
    with pytest.raises(UsageError, match="has the metrics acc, f1; say which decides, as in --correct acc"):
        ingest_lm_eval(tmp_path, PLACES)
    assert ingest_lm_eval(tmp_path, PLACES, "acc").table["correct"].to_list() == [True] * 3
    assert ingest_lm_eval(tmp_path, PLACES, "f1 >= 0.5").table["correct"].to_list() == [False] * 3
    with pytest.raises(UsageError, match=r"row 1: column f1 is 0.4, a grade"):
        ingest_lm_eval(tmp_path, PLACES, "f1")
    with pytest.raises(UsageError, match="no column 'em'"):
        ingest_lm_eval(tmp_path, PLACES, "em")


def test_older_logs_do_not_list_their_metrics(tmp_path: Path) -> None:
    records = [{key: value for key, value in record.items() if key != "metrics"} for record in LINES]
    write(tmp_path, records)
    assert ingest_lm_eval(tmp_path, PLACES).table["scorer"].unique().to_list() == ["exact_match"]


def test_what_the_model_wrote_is_told_from_what_it_rated(tmp_path: Path) -> None:
    choices = {"resps": [[["-1.5", "True"]], [["-3.0", "False"]]], "filtered_resps": [["-1.5", "True"]] * 2}
    one_choice = {"resps": [[["-1.5", "True"]]], "filtered_resps": [["-1.5", "True"]]}
    repeats = {"resps": [["a", "b", "b"]], "filtered_resps": ["b"]}
    write(tmp_path, [line(0, **choices), line(1, **one_choice), line(2, **repeats), line(3, resps="text")])
    loaded = ingest_lm_eval(tmp_path, PLACES)
    assert loaded.table["response"].to_list() == [None, None, "b"]
    assert loaded.refused["column"].to_list() == ["resps"]


def test_reasoning_is_set_apart_from_what_is_scored(tmp_path: Path) -> None:
    answers = ["<think>Paris? no.</think>Rome", "<think>Paris, Paris"]
    write(tmp_path, [line(i, resps=[[answer]]) for i, answer in enumerate(answers)])
    table = ingest_lm_eval(tmp_path, PLACES).table
    assert table["response"].to_list() == ["Rome", ""]
    assert table["reasoning"].to_list() == ["Paris? no.", "Paris, Paris"]
    assert table["correct"].to_list() == [True, None]
    assert table["stop_reason"].to_list() == [None, "max_tokens"]


def test_of_two_runs_the_later_is_read(tmp_path: Path) -> None:
    write(tmp_path, [line(0, exact_match=0.0), line(1)], time="2025-04-30T09-00-00.1")
    write(tmp_path, [line(0, exact_match=1.0)])
    loaded = ingest_lm_eval(tmp_path, PLACES)
    check_loaded(loaded, 3)
    assert loaded.table["correct"].to_list() == [True, False]
    assert "2025-04-30" in loaded.refused["file"][0]


def test_what_does_not_fit_is_one_clear_line(tmp_path: Path) -> None:
    file = write(tmp_path, LINES)
    empty = tmp_path / "empty"
    empty.mkdir()
    for source, places, message in [
        (file, {}, "no column source_lang; there are doc_id, doc, doc.lang, .*--columns source_lang=NAME"),
        (file, {**PLACES, "query_lang": "doc.language"}, "no column doc.language"),
        (file, {**PLACES, "query_lang": "=frnech"}, "no row could be read"),
        (file, {**PLACES, "colour": "doc.lang"}, "no column 'colour' to point to"),
        (empty, PLACES, "no samples_.*in this folder; lm_eval writes them with --log_samples"),
        (tmp_path / "absent.jsonl", PLACES, "no such file"),
    ]:
        with pytest.raises(UsageError, match=message) as caught:
            ingest_lm_eval(source, places)
        assert "\n" not in str(caught.value)


CORRECT = (None, "exact_match", "exact_match,none", "doc.lang == 'fr' and exact_match == 1")


@pytest.mark.slow
@thoroughly(1200)
@given(mutations.mutations(*mutations.STRUCTURE))
def test_logs_broken_in_structure(tmp_path_factory: pytest.TempPathFactory, steps: list[Mutation]) -> None:
    content = mutations.json_lines_of(broken_records(LINES, steps))
    file = tmp_path_factory.getbasetemp() / "samples_structure.jsonl"
    file.write_bytes(content)
    correct = CORRECT[len(steps) % 4]
    # With a filter chosen, lines of other filters are not offered.
    rows = None if correct == CORRECT[2] else mutations.line_count(content)
    ingested(lambda: ingest_lm_eval(file, PLACES, correct), rows)


@pytest.mark.slow
@thoroughly(1000)
@given(mutations.mutations(*mutations.BYTES))
def test_logs_broken_in_bytes(tmp_path_factory: pytest.TempPathFactory, steps: list[Mutation]) -> None:
    content = broken_bytes(mutations.json_lines_of(LINES), steps)
    file = tmp_path_factory.getbasetemp() / "samples_bytes.jsonl"
    file.write_bytes(content)
    ingested(lambda: ingest_lm_eval(file, PLACES), mutations.line_count(content))

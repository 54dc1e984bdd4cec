import json
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scriptgap.errors import UsageError
from scriptgap.measure.prompts import as_text
from scriptgap.measure.tasks import samples as measured
from scriptgap.questions.atlas import build_atlas
from scriptgap.scoring.reasoning import Thought, split_reasoning
from scriptgap.synthesize.export import (
    FORMS,
    METADATA,
    export,
    export_rows,
    one_line,
    read_rows,
    thought_of,
    to_row,
)
from tests.synthesize.training_samples import FULL, sample, samples


def test_messages_keep_the_reasoning_beside_the_answer() -> None:
    assert to_row(sample(), "messages")["messages"] == [
        {"role": "user", "content": "Страна: Греция. Какой город — столица этой страны?"},
        {"role": "assistant", "content": "Афины", "reasoning_content": FULL},
    ]


def test_inline_writes_the_reasoning_into_the_content() -> None:
    reply = to_row(sample(), "inline")["messages"][-1]
    assert reply == {"role": "assistant", "content": f"<think>\n{FULL}\n</think>\n\nАфины"}


def test_a_completion_is_one_line() -> None:
    row = to_row(sample(), "completion")
    assert row["prompt"] == "Q: Страна: Греция. Какой город — столица этой страны?\nA:"
    assert row["completion"] == (
        " <think> The name is in Cyrillic. Г is g or h, р is r. Could be Gretsiya, Hretsiya; «Греция» is "
        "Greece. Its capital: Athens. </think> Афины"
    )


@pytest.mark.parametrize("form", FORMS)
def test_direct_samples_have_no_trace_of_reasoning(form: str) -> None:
    row = to_row(sample(style="direct", reasoning=""), form)
    assert "think" not in json.dumps(row)
    assert "reasoning_content" not in json.dumps(row)
    assert thought_of(row) == Thought(None, "Афины", True)


@pytest.mark.parametrize("form", FORMS)
def test_metadata_are_kept_beside(form: str) -> None:
    row = to_row(sample(), form)
    assert {name: row[name] for name in METADATA} == {name: sample()[name] for name in METADATA}
    assert set(row) - set(METADATA) == ({"prompt", "completion"} if form == "completion" else {"messages"})


_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@given(reasoning=_TEXT, response=_TEXT)
def test_whatever_is_exported_is_read_back_as_measure_reads_it(reasoning: str, response: str) -> None:
    made = sample(reasoning=reasoning, response=response)
    for form in FORMS:
        try:
            row = json.loads(json.dumps(to_row(made, form)))
        except UsageError:
            assert not response.strip() or split_reasoning(f"{reasoning}\n{response}").reasoning is not None
            continue
        told = thought_of(row)
        if form == "completion":
            assert len(row["completion"].splitlines()) == 1
            assert (told.reasoning or "", told.answer) == (one_line(reasoning), one_line(response))
        else:
            assert (told.reasoning or "", told.answer) == (reasoning.strip(), response.strip())


@given(_TEXT)
def test_one_line_has_no_line_break_and_loses_only_space(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert "".join(line.split()) == "".join(text.split())
    assert one_line(line) == line


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("column", "text"),
    [("response", "  \n"), ("reasoning", "so </think> then"), ("response", "<think> hm </think> Афины")],
)
def test_what_cannot_be_told_apart_is_refused_by_name(form: str, column: str, text: str) -> None:
    with pytest.raises(UsageError, match=r"sample a1: .*leave the sample out"):
        to_row(sample(**{column: text}), form)


@pytest.mark.parametrize("condition", ["plain", "entity_only"])
def test_a_base_model_is_trained_on_the_very_prompt_that_measure_shows(condition: str) -> None:
    questions = build_atlas(["en", "ru", "ja"]).questions
    shown = {str(made.id): as_text(made.input) for made in measured(questions, condition, True)}  # type: ignore[arg-type]
    asked = questions.filter(pl.col("split") != "fewshot").with_columns(
        id=pl.concat_str("dataset", "question_id", "source_lang", "query_lang", separator="/")
    )
    picked = asked.filter(pl.col("id").is_in(list(shown))).sample(200, seed=1).to_dicts()
    made = pl.DataFrame(
        [
            sample(
                sample_id=row["id"],
                query_lang=row["query_lang"],
                topic=row["topic"],
                condition=condition,
                prompt=shown[row["id"]].rpartition("Q: ")[2].removesuffix("\nA:"),
            )
            for row in picked
        ]
    )
    rows = export_rows(made, "completion", questions)
    assert len(rows) == len(picked) > 100
    assert all(row["prompt"].count("Q: ") > 3 for row in rows)
    assert {row["sample_id"]: row["prompt"] for row in rows} == {key: shown[key] for key in made["sample_id"]}


def test_the_number_of_worked_examples_can_be_chosen() -> None:
    questions = build_atlas(["en", "ru"]).questions
    made = pl.DataFrame([sample(), sample(sample_id="a2", topic="no such topic")])

    def prompts(**options: int) -> list[str]:
        return [row["prompt"] for row in export_rows(made, "completion", questions, **options)]

    every, none = prompts()
    assert every.count("Q: ") == 7
    assert none == prompts(shots=0)[1] == prompts(shots=0)[0]
    two = prompts(shots=2)[0]
    assert two.count("Q: ") == 3
    assert every.startswith(two.removesuffix(none))
    with pytest.raises(UsageError, match="-1 worked examples"):
        prompts(shots=-1)


@pytest.mark.parametrize("form", FORMS)
def test_files_hold_their_splits_in_the_order_of_the_hash(tmp_path: Path, form: str) -> None:
    paths = export(samples().reverse(), tmp_path / "new", form)
    assert {split: path.name for split, path in paths.items()} == {
        "train": "train.jsonl",
        "validation": "validation.jsonl",
    }
    train, validation = (read_rows(path) for path in paths.values())
    assert [row["sample_id"] for row in train] == ["a1", "a2", "a4"]
    assert [row["sample_id"] for row in validation] == ["a3"]
    assert [*train, *validation] == [to_row(row, form) for row in samples()[[0, 1, 3, 2]].to_dicts()]


def test_faults_of_the_table_are_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="unknown form 'chat' of training rows; there are messages, inline"):
        export(samples(), tmp_path, "chat")
    with pytest.raises(UsageError, match="samples: missing column reasoning"):
        export(samples().drop("reasoning"), tmp_path, "inline")
    with pytest.raises(UsageError, match="no sample is in the split train"):
        export(samples().filter(pl.col("split") != "train"), tmp_path, "inline")
    with pytest.raises(UsageError, match="samples: row 1 is there twice"):
        export(pl.concat([samples(), samples()]), tmp_path, "inline")


def test_a_file_of_other_content_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    with pytest.raises(UsageError, match=r"train.jsonl: no such file; make it: scriptgap synthesize"):
        read_rows(path)
    path.write_text('{"messages": []}\n{"text": ""}\n')
    with pytest.raises(UsageError, match="line 2: neither messages nor prompt and completion"):
        read_rows(path)
    path.write_text("no\n")
    with pytest.raises(UsageError, match="line 1: not JSON"):
        read_rows(path)


@pytest.mark.parametrize("form", FORMS)
def test_the_files_load_as_a_data_set(tmp_path: Path, form: str) -> None:
    datasets = pytest.importorskip("datasets")
    paths = export(samples(), tmp_path / "data", form)
    files = {split: str(path) for split, path in paths.items()}
    loaded = datasets.load_dataset("json", data_files=files, cache_dir=str(tmp_path / "cache"))
    assert {split: len(rows) for split, rows in loaded.items()} == {"train": 3, "validation": 1}
    assert loaded["train"][0]["sample_id"] == "a1"
    for split, path in paths.items():
        assert [thought_of(row) for row in loaded[split]] == [thought_of(row) for row in read_rows(path)]

import hashlib
import re
from pathlib import Path

import polars as pl
import pytest
import yaml

from scriptgap.errors import UsageError
from scriptgap.synthesize.card import Making, data_card, write_card
from scriptgap.synthesize.export import export
from scriptgap.synthesize.knowledge import Measured
from tests.synthesize.training_samples import sample, samples

MAKING = Making(
    form="inline",
    recipe="styles:\n  full: 1.0\n# ``` fenced ```\n",
    command="scriptgap synthesize questions.parquet --teacher rules -o DIR",
    rejects=pl.DataFrame({"reason": ["no source name", "no source name", "too | long"]}),
    removed=pl.DataFrame({"reason": ["entity of atlas test"]}),
)


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    return export(samples(), tmp_path, "inline")


def _table(card: str, head: str) -> list[list[str]]:
    lines = card[card.index(f"| {head} |") :].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def test_the_header_is_yaml_that_names_languages_and_files(files: dict[str, Path]) -> None:
    _, header, _ = data_card(samples(), MAKING, files).split("---\n", 2)
    read = yaml.safe_load(header)
    assert read["language"] == ["en", "hi", "ja", "ru"]
    assert read["size_categories"] == ["n<1K"]
    assert read["configs"][0]["data_files"] == [
        {"split": "train", "path": "train.jsonl"},
        {"split": "validation", "path": "validation.jsonl"},
    ]


def test_languages_that_yaml_takes_for_a_truth_value_are_quoted(files: dict[str, Path]) -> None:
    made = pl.DataFrame([sample(query_lang="no"), sample(sample_id="a2", query_lang="zh-Hant")])
    read = yaml.safe_load(data_card(made, MAKING, files).split("---\n", 2)[1])
    assert read["language"] == ["en", "no", "zh"]
    assert read["language_bcp47"] == ["en", "no", "zh-Hant"]


def test_the_hub_reads_the_header(files: dict[str, Path], tmp_path: Path) -> None:
    hub = pytest.importorskip("huggingface_hub")
    card = hub.DatasetCard.load(write_card(tmp_path, samples(), MAKING, files))
    assert card.data.language == ["en", "hi", "ja", "ru"]
    assert card.data.license == "other"


def test_counts_are_those_of_the_exported_samples(files: dict[str, Path]) -> None:
    card = data_card(samples(), MAKING, files)
    assert _table(card, "Split") == [["train", "3", "0", "3", "2"], ["validation", "0", "1", "1", "1"]]
    assert _table(card, "Style of reasoning") == [
        ["full", "2", "1", "3", "3"],
        ["direct", "1", "0", "1", "1"],
    ]
    assert [row[0] for row in _table(card, "Script of the question")] == ["Cyrl", "Deva", "Jpan"]
    assert _table(card, "Topic") == [["capital", "2", "1", "3", "2"], ["(none)", "1", "0", "1", "1"]]
    for head in ("Kind of question", "Teacher", "Language of the question", "Condition"):
        assert sum(int(row[3]) for row in _table(card, head)) == 4


def test_what_was_left_out_is_counted_by_reason(files: dict[str, Path]) -> None:
    card = data_card(samples(), MAKING, files)
    assert "Rejected by verification: 3 of 7 samples (42.9 %)." in card
    assert "is taught: 1." in card
    assert "| no source name | 2 |\n| too \\| long | 1 |" in card
    many = Making(**{**_fields(), "rejects": pl.DataFrame({"reason": [f"reason {n}" for n in range(60)]})})
    assert "| (20 other reasons) | 20 |" in data_card(samples(), many, files)
    nothing = Making(**{**_fields(), "rejects": MAKING.rejects.clear(), "removed": MAKING.removed.clear()})
    assert "Rejected by verification: 0 of 4 samples (0.0 %)." in data_card(samples(), nothing, files)
    assert "more than the recipe asks for" not in card
    more = data_card(samples(), Making(**{**_fields(), "surplus": 3}), files)
    assert "Rejected by verification: 3 of 10 samples (30.0 %)." in more
    assert "Kept by verification, but more than the recipe asks for: 3." in more
    with pytest.raises(UsageError, match="removed: missing column reason; it has why"):
        data_card(samples(), Making(**{**_fields(), "removed": pl.DataFrame({"why": ["x"]})}), files)


@pytest.mark.parametrize(
    ("run", "keep_all", "words"),
    [
        (
            "gemma",
            False,
            ["chosen by what `m` answered in the run `gemma`", "are left out: entity_only 3 of 3."],
        ),
        (
            "gemma",
            True,
            ["All questions are kept", "`m` answered in the run `gemma`", "are kept all the same"],
        ),
        (None, False, ["chosen by what `m` answered in a table of observations"]),
    ],
)
def test_the_run_that_chose_the_questions_is_named(
    files: dict[str, Path], run: str | None, keep_all: bool, words: list[str]
) -> None:
    lacking = pl.DataFrame({"condition": ["entity_only", "plain"], "seeds": [3, 4], "unanswered": [3, 0]})
    measured = Measured(run, "m", keep_all, pl.DataFrame(), lacking)
    card = data_card(samples(), Making(**{**_fields(), "measured": measured}), files)
    for told in words:
        assert told in card
    assert "answered in" not in data_card(samples(), MAKING, files)


def _fields() -> dict[str, object]:
    return {name: getattr(MAKING, name) for name in Making.__slots__}


def test_hashes_are_those_of_the_files(files: dict[str, Path]) -> None:
    card = data_card(samples(), MAKING, files)
    for path in files.values():
        content = path.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        lines = len(content.splitlines())
        assert f"| `{path.name}` | {lines} | {len(content):,} | `{digest}` |" in card


def test_sources_are_named_with_their_licences(files: dict[str, Path]) -> None:
    card = data_card(samples(), MAKING, files)
    assert "Unicode-3.0" in card
    assert "GeoNames](https://www.geonames.org), CC BY 4.0" in card
    assert "given by the user" not in card
    other = pl.DataFrame(
        [sample(dataset="mine", teacher="openai/gpt"), sample(sample_id="a2", dataset="mine", teacher="self")]
    )
    card = data_card(other, MAKING, files)
    assert "GeoNames" not in card
    assert "`mine`: a table given by the user" in card
    assert "`openai/gpt`: written by that model" in card
    assert "by `self`: written by the target model" in card
    card = data_card(pl.DataFrame([sample(dataset="chats", teacher="replay")]), MAKING, files)
    assert "written by" not in card
    assert "- `replay`: general data given by the user" in card


@pytest.mark.parametrize(
    ("form", "shots", "words"),
    [
        ("inline", 0, "The rows have the form `inline`. "),
        ("completion", None, "`completion`, with all worked examples"),
        ("completion", 0, "`completion`, without worked examples before the question: measure"),
        ("completion", 2, "with up to 2 worked examples before the question: measure the trained model with "
         "`--shots 2`."),
    ],
)  # fmt: skip
def test_worked_examples_are_told_of_completions(
    files: dict[str, Path], form: str, shots: int | None, words: str
) -> None:
    card = data_card(samples(), Making(**{**_fields(), "form": form, "shots": shots}), files)
    assert words in card


def test_recipe_command_and_version_are_there_as_given(files: dict[str, Path]) -> None:
    card = data_card(samples(), MAKING, files)
    assert f"````yaml\n{MAKING.recipe.strip()}\n````" in card
    assert f"```sh\n{MAKING.command}\n```" in card
    assert re.search(r"by scriptgap \d+\.\d+", card)

"""`scriptgap synthesize` as a user meets it."""

import re
from pathlib import Path

import polars as pl
import pytest
import yaml
from click.testing import Result
from typer.testing import CliRunner

from scriptgap.cli import app
from scriptgap.errors import UsageError
from scriptgap.questions.atlas import build_atlas
from scriptgap.synthesize.loss_check import check_form
from scriptgap.synthesize.recipe import default_text
from scriptgap.synthesize.tokenizers import load_tokenizer
from scriptgap.tables import read_questions
from tests.synthesize import spelling_stub
from tests.synthesize.test_run import observations
from tests.test_cli import errors, run

RECIPE = "samples: 60\nkinds: {cross_script: 0.9, source_language: 0.1}\n"


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):  # type: ignore[no-untyped-def]
    spelling_stub.install(monkeypatch)
    monkeypatch.setenv("COLUMNS", "200")
    questions = tmp_path / "q.parquet"
    build_atlas(["en", "ru", "el"], ["capital"], 60).questions.write_parquet(questions)
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(RECIPE, encoding="utf-8")

    def called(*options: str) -> Result:
        folder = str(tmp_path / "samples")
        return CliRunner().invoke(
            app, ["synthesize", str(questions), "--recipe", str(recipe), "-o", folder, *options]
        )

    return called


def test_it_says_what_was_made_and_where(call, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    result = call()
    assert result.exit_code == 0, result.output
    folder = tmp_path / "samples"
    assert f"{folder / 'train.jsonl'}: 60 samples" in result.output
    scripts = re.search(r"across scripts: (\w+) (\d+), (\w+) (\d+)", result.output)
    assert scripts is not None
    assert {scripts[1], scripts[3]} == {"Cyrl", "Grek"}
    assert len(re.findall(r"^\[(?:ru|el), full\]", result.output, re.MULTILINE)) == 2
    assert "→ " in result.output
    held = re.search(r"test.parquet: (\d+) held-out questions", result.output)
    assert held is not None
    assert int(held[1]) > 0


def test_options_reach_the_samples(call, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    result = call("--style", "direct", "--form", "completion", "--target", "mine")
    assert result.exit_code == 0, result.output
    card = (tmp_path / "samples" / "card.md").read_text(encoding="utf-8")
    assert "`completion`" in card
    assert "style: direct" in card
    assert "Target model: `mine`" in card


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--price", "cheap"], "--price: 'cheap' is not INPUT,OUTPUT"),
        (["--style", "ful"], "did you mean 'full'"),
        (["--form", "chat"], "--form: unknown value 'chat'"),
        (["--budget", "1"], "--budget needs the teacher's prices"),
        (["--against", "absent.parquet"], "absent.parquet: no such file"),
        (["--teacher", "self"], "--teacher self needs the model that is to be trained: --target MODEL"),
        (["--teacher", "self", "--target", "mine"], "mine: no such model"),
        (["--teacher", "opnai/gpt"], "opnai/gpt: Model API opnai"),
    ],
)
def test_wrong_use(call, tmp_path: Path, options: list[str], message: str) -> None:  # type: ignore[no-untyped-def]
    result = call(*options)
    assert isinstance(result.exception, UsageError)
    assert message in str(result.exception)
    assert not (tmp_path / "samples").exists()
    assert "decontaminating" not in result.stderr


def test_the_recipe_is_shown_and_can_be_read_back() -> None:
    shown = run("synthesize", "--show-recipe")
    assert shown.returncode == 0
    assert shown.stdout == default_text()
    assert yaml.safe_load(shown.stdout)["samples"] == 24000


def test_a_folder_is_needed() -> None:
    process = run("synthesize", "atlas")
    assert process.returncode == 2
    assert errors(process) == ["scriptgap: synthesize needs a folder to write to: -o FOLDER"]


def test_the_loss_is_shown_on_the_models_own_template(call) -> None:  # type: ignore[no-untyped-def]
    pytest.importorskip("transformers")
    result = call("--form", "inline", "--show-loss", "embedded/smollm2-135m")
    assert result.exit_code == 0, result.output
    assert "⟦" in result.output
    assert "the loss is on the reasoning, the answer and the end of the turn" in result.output


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["--form", "messages"],
            "embedded/smollm2-135m: the template drops the reasoning; export with form i",
        ),
        (
            ["--show-loss", "embedded/gemma-3-270m"],
            "a base model has no chat template; export with form completion",
        ),
        (["--show-loss", "embedded/gemma-4"], "unknown embedded model embedded/gemma-4"),
    ],
)
def test_loss_that_cannot_be_shown_is_refused_before_the_work(  # type: ignore[no-untyped-def]
    call, options: list[str], message: str
) -> None:
    pytest.importorskip("transformers")
    refused = call("--show-loss", "embedded/smollm2-135m", *options)
    assert isinstance(refused.exception, UsageError)
    assert message in str(refused.exception)
    assert "reading" not in refused.stderr


def test_a_tokenizer_without_a_template_can_show_the_loss_on_texts_only() -> None:
    pytest.importorskip("transformers")
    tokenizer = load_tokenizer("embedded/smollm2-135m")
    tokenizer.chat_template = None
    check_form(tokenizer, "mine", "completion", True)
    with pytest.raises(
        UsageError, match="--show-loss mine: the model has no chat template; export with form"
    ):
        check_form(tokenizer, "mine", "inline", True)


def test_what_goes_amiss_is_said(call, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    first = call()
    assert "will be replaced" not in first.output
    assert "warning" not in first.stderr
    (tmp_path / "recipe.yaml").write_text("samples: 9\nkinds: {source_language: 1}", encoding="utf-8")
    result = call("--style", "direct")
    assert result.exit_code == 0, result.output
    assert "holds samples made otherwise, which will be replaced: " in result.stderr
    assert "style was full, is direct" in result.stderr
    assert "warning: no sample for training is across scripts" in result.stderr
    (tmp_path / "recipe.yaml").write_text("samples: 900\nvariants: 1", encoding="utf-8")
    assert re.search(r"samples fewer than asked, in \d+ groups? of one script", call().stderr)


def test_what_the_run_did_not_ask_is_said(call, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    answers = observations(read_questions(tmp_path / "q.parquet"), pl.col("query_lang") == "en")
    answers.filter(condition="plain").write_parquet(tmp_path / "plain.parquet")
    result = call("--knowledge", str(tmp_path / "plain.parquet"))
    assert result.exit_code == 0, result.output
    assert re.search(
        r"[\d,]+ of [\d,]+ seeds .* no scored answer in the run and are left out: entity_only (\d+) of \1\n",
        result.stderr,
    )
    card = (tmp_path / "samples" / "card.md").read_text(encoding="utf-8")
    assert "`model` answered in the run `plain.parquet`" in card


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (
            "names.csv",
            "name_source,name_query,source_lang,query_lang\nIvan,Иван,en,ru",
            "give it by --names ",
        ),
        ("names.tsv", "Ivan\tИван", "make one by scriptgap build table"),
    ],
)
def test_a_table_of_names_as_source_is_sent_to_its_option(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    result = CliRunner().invoke(app, ["synthesize", str(file), "-o", str(tmp_path / "samples")])
    assert isinstance(result.exception, UsageError)
    assert message in str(result.exception)
    assert f"--names {file}" in str(result.exception)

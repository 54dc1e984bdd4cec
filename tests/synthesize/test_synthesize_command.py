"""`scriptgap synthesize` as a user meets it."""

import re
from pathlib import Path

import pytest
import yaml
from click.testing import Result
from typer.testing import CliRunner

from scriptgap.cli import app
from scriptgap.errors import UsageError
from scriptgap.questions.atlas import build_atlas
from scriptgap.synthesize.recipe import default_text
from tests.synthesize import spelling_stub
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
    ],
)
def test_wrong_use(call, options: list[str], message: str) -> None:  # type: ignore[no-untyped-def]
    result = call(*options)
    assert isinstance(result.exception, UsageError)
    assert message in str(result.exception)


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
    dropped = call("--form", "messages", "--show-loss", "embedded/smollm2-135m")
    assert isinstance(dropped.exception, UsageError)
    assert "drops the reasoning" in str(dropped.exception)

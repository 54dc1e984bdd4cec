"""The command line as a user meets it: in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

import scriptgap


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scriptgap.cli", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "200", **environment},
    )


def errors(process: subprocess.CompletedProcess[str]) -> list[str]:
    return [line for line in process.stderr.splitlines() if line.startswith("scriptgap: ")]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["build", "atlas", "--languages", "en,frnech", "-o", "q.parquet"], "unknown language frnech"),
        (["build", "atlas", "-o", "q.csv"], "q.csv: tables of questions and answers are Parquet"),
        (["languages", "frnech"], "unknown language tag 'frnech'; did you mean 'fr'"),
        (
            ["measure", "absent.parquet", "-m", "embedded/gemma-3-270m", "-o", "run"],
            "absent.parquet: no such file",
        ),
        (["measure", "EMPTY", "-m", "embedded/gemma-3-270m", "-o", "run"], "not a Parquet file"),
        (["measure", "SHORT", "-m", "embedded/gemma-3-270m", "-o", "run"], "missing column answers"),
        (["measure", "TINY", "-m", "embedded/gemma-4", "-o", "run"], "unknown embedded model"),
        (["measure", "TINY", "-m", "absent-folder", "-o", "run"], "absent-folder: no such model"),
        (
            ["measure", "TINY", "-m", "mockllm/model", "--conditions", "hnit", "-o", "run"],
            "unknown condition 'hnit'",
        ),
        (
            ["measure", "TINY", "-m", "mockllm/model", "--samples", "0", "-o", "run"],
            "--samples must be at least 1",
        ),
        (["explain", "absent", "-o", "out"], "absent: no such file"),
        (["explain", "TINY", "-o", "out"], "missing columns model, condition"),
    ],
)
def test_wrong_use_is_one_line_and_exit_code_2(
    tiny: pl.DataFrame, tmp_path: Path, arguments: list[str], message: str
) -> None:
    tiny.write_parquet(tmp_path / "tiny.parquet")
    tiny.drop("answers").write_parquet(tmp_path / "short.parquet")
    (tmp_path / "empty.parquet").touch()
    files = {"TINY": "tiny.parquet", "SHORT": "short.parquet", "EMPTY": "empty.parquet"}
    process = run(
        *(
            str(tmp_path / files[a]) if a in files else str(tmp_path / a) if a in ("run", "out") else a
            for a in arguments
        )
    )
    assert process.returncode == 2
    assert len(errors(process)) == 1
    assert message in errors(process)[0]
    assert "Traceback" not in process.stderr


def test_a_model_that_cannot_be_reached_is_one_line_and_exit_code_1(
    tiny: pl.DataFrame, tmp_path: Path
) -> None:
    file = tmp_path / "tiny.parquet"
    tiny.write_parquet(file)
    process = run(
        *("measure", str(file), "-m", "openai-api/local/model", "-o", str(tmp_path / "run")),
        LOCAL_API_KEY="none",
        LOCAL_BASE_URL="http://127.0.0.1:9/v1",
    )
    assert process.returncode == 1
    assert "openai-api/local/model: cannot be reached" in errors(process)[0]
    assert "Traceback" not in process.stderr


def test_a_missing_option_is_exit_code_2() -> None:
    assert run("measure").returncode == 2


def test_version_and_help() -> None:
    assert run("--version").stdout.strip() == scriptgap.__version__
    for command in (["demo"], ["build", "atlas"], ["measure"], ["explain"], ["languages"]):
        assert "Example" in run(*command, "--help").stdout


def test_languages() -> None:
    process = run("languages", "sr-Cyrl", "ja")
    assert process.returncode == 0
    assert "Cyrl" in process.stdout
    assert "Hani Hira Kana" in process.stdout


def test_build_atlas_prints_what_it_built(tmp_path: Path) -> None:
    file = tmp_path / "new" / "q.parquet"
    process = run("build", "atlas", "--languages", "en,ru", "--relations", "capital", "-o", str(file))
    assert process.returncode == 0, process.stderr
    assert f"{file}: {pl.read_parquet(file).height:,} rows" in process.stdout
    assert "100 + 6" in process.stdout


@pytest.mark.slow
def test_the_main_path_from_questions_to_the_report(tiny: pl.DataFrame, tmp_path: Path) -> None:
    questions, folder, out = tmp_path / "q.parquet", tmp_path / "run", tmp_path / "out"
    tiny.write_parquet(questions)
    process = run(
        *("measure", str(questions), "-m", "embedded/gemma-3-270m", "-o", str(folder)),
        *("--conditions", "plain,entity_only,hint,hint_romanized,hint_placebo"),
    )
    assert process.returncode == 0, process.stderr
    assert "30 observations" in process.stdout
    process = run("explain", str(folder), "-o", str(out))
    assert process.returncode == 0, process.stderr
    assert "30 of 30 answers were scored" in process.stdout
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "Ελλάδα" in page
    assert (out / "summary.json").is_file()


@pytest.mark.slow
def test_inspect_finds_the_task_and_the_model(tmp_path: Path) -> None:
    process = subprocess.run(
        [
            *(str(Path(sys.executable).parent / "inspect"), "eval", "scriptgap/atlas"),
            *("--model", "embedded/gemma-3-270m", "--limit", "2", "--display", "plain"),
            *(
                "-T",
                "condition=hint",
                "-T",
                "languages=en,ru",
                "-T",
                "relations=capital",
                "--log-dir",
                str(tmp_path),
            ),
        ],
        capture_output=True,
        text=True,
    )
    assert process.returncode == 0, process.stdout + process.stderr
    assert "accuracy" in process.stdout
    assert len(list(tmp_path.glob("*.eval"))) == 1


def test_build_and_ingest_write_what_was_read_and_list_what_was_refused(tmp_path: Path) -> None:
    source = tmp_path / "mine.csv"
    source.write_text(
        "id,lang,question,answers\n1,el,Ποια;,Αθήνα\n2,el,,Ρώμη\n3,xx,Q?,A\n4,en,Q?,B\n", encoding="utf-8"
    )
    columns = "question_id=id,query_lang=lang,source_lang==en"
    questions = tmp_path / "q.parquet"
    built = run("build", "table", str(source), "--columns", columns, "-o", str(questions))
    assert built.returncode == 0
    assert "q.parquet: 2 questions (2 questions, 2 languages)" in built.stdout
    assert "2 of 4 rows refused" in built.stderr
    assert "row 2: column question is empty" in built.stderr
    assert (tmp_path / "q.refused.csv").read_text(encoding="utf-8").count("\n") == 3

    answers = tmp_path / "answers.jsonl"
    answers.write_text('{"id": 1, "lang": "el", "response": "στην Αθήνα"}\n', encoding="utf-8")
    found = tmp_path / "o.parquet"
    places = f"{columns},dataset==mine,model==m"
    asked = ["ingest", "table", str(answers), "--columns", places, "--questions", str(questions)]
    assert run(*asked, "-o", str(found)).returncode == 0
    assert pl.read_parquet(found).select("correct", "scorer").row(0) == (True, "alias_match")

    before = source.read_bytes()
    over = run("build", "table", str(source), "--columns", columns, "-o", str(source))
    assert over.returncode == 2
    assert "name another file" in errors(over)[-1]
    assert source.read_bytes() == before


def test_the_real_benchmark_is_built_whole(tmp_path: Path) -> None:
    extract = Path(__file__).parents[1] / "../shared/data/eclektic/eclektic_main_39.jsonl"
    if not extract.is_file():
        pytest.skip("ECLeKTic's extract is absent: it may not be redistributed")
    built = run("build", "eclektic", str(extract), "-o", str(tmp_path / "e.parquet"))
    assert "468 questions (39 questions, 12 languages)" in built.stdout
    assert not built.stderr

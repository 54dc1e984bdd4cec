"""The published metrics and the agreement of verdicts: on the page, as CSV and as LaTeX."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from scriptgap.report import write_report
from scriptgap.report.metrics import METRIC_COLUMNS
from scriptgap.report.tables import write_tables


def limits(**values: float | None) -> dict[str, float | None]:
    """Each value with limits a little below and above."""
    made: dict[str, float | None] = {}
    for name, value in values.items():
        width = 0.05 if value is not None and abs(value) <= 1 else 2.0
        made |= {name: value}
        made |= {f"{name}_low": None if value is None else value - width}
        made |= {f"{name}_high": None if value is None else value + width}
    return made


def with_metrics(summary: dict[str, Any]) -> dict[str, Any]:
    counts = {"n_pairs": 4218, "n_unscored": 6, "n_questions": 384, "source_right": 200.0}
    eclektic = {
        "condition": "plain",
        **limits(overall_success=0.123, transfer_score=0.305, transfer_with_source=0.362),
        **counts,
        "word_recall": limits(overall_success=0.2, transfer_score=0.4) | counts,
    }
    effects = limits(
        mother_tongue_effect=-0.021, locality_effect=0.034,
        mother_tongue_effect_machine=0.05, locality_effect_machine=None,
    )  # fmt: skip
    multiloko = {
        "condition": "plain", "score": "multiloko_em, multiloko_f1", "n_languages": 2, "n_questions": 500,
        "n_unscored": 0, **limits(em=0.345, gap=0.2), "f1": 0.41, "best_language": "en",
        "worst_language": "ru", **effects,
        "by_language": [
            {"language": "en", "name": "English", "n": 250, **limits(em=0.445), "f1": 0.5},
            {"language": "ru", "name": "Russian", "n": 250, **limits(em=0.245), "f1": 0.3, **effects,
             "n_mother_tongue_effect": 250},
        ],
    }  # fmt: skip
    xfakt = {
        "condition": "plain", **limits(associative_error=4.98, non_associative_error=22.32),
        **limits(frs=0.677, kts=0.705, x_fakt=0.691), "n_unscored": 3,
    }  # fmt: skip
    row = {
        "first": "judge", "second": "human", "n": 50, "n_questions": 50, "both_right": 20, "both_wrong": 15,
        "only_first": 5, "only_second": 10, **limits(agreement=0.7, kappa=0.4, sensitivity=0.66),
        **limits(specificity=None),
    }  # fmt: skip
    return summary | {
        "metrics": {
            "eclektic": {**eclektic, "by_model": {"gpt-4.1_mini": eclektic}},
            "multiloko": {**multiloko, "by_model": {"gpt-4.1_mini": multiloko}},
            "xfakt": {"gemma-2-9b-it": xfakt},
        },
        "judge_validity": [
            {"by": "all", "script": "all", **row},
            {"by": "query_script", "script": "Jpan", **row},
            {"by": "answer_script", "script": "none", **row},
        ],
    }


def test_page_shows_metrics(summary: dict[str, Any], tmp_path: Path) -> None:
    page = write_report(with_metrics(summary), pl.DataFrame(), tmp_path).read_text(encoding="utf-8")
    page = re.sub(r"</?(span|bdi)[^>]*>", "", page)
    for words in (
        "Published metrics", "ECLeKTic", "30.5 [25.5, 35.5]", "word recall", "MultiLoKo",
        "(machine translations)", "−2.1 [−7.1, +2.9]", "Russian", "20.0 [15.0, 25.0] (en, ru)",
        "4.98 [2.98, 6.98]", "0.691 [0.641, 0.741]", "Judge validity", "70.0 [65.0, 75.0]",
        "0.40 [0.35, 0.45]", "asked in Jpan", "without letters", "Sensitivity",
    ):  # fmt: skip
        assert words in page, words


def test_page_without_metrics_is_silent(summary: dict[str, Any], tmp_path: Path) -> None:
    page = write_report(summary, pl.DataFrame(), tmp_path).read_text(encoding="utf-8")
    assert "Published metrics" not in page
    assert "Judge validity" not in page
    assert not list((tmp_path / "tables").glob("metrics*"))


@pytest.mark.parametrize("damage", [None, {}, [], "?", {"eclektic": [], "xfakt": {"m": None}}])
def test_damaged_metrics_do_not_stop_the_report(damage: Any, summary: dict[str, Any], tmp_path: Path) -> None:
    damaged = summary | {"metrics": damage, "judge_validity": damage}
    assert write_report(damaged, pl.DataFrame(), tmp_path).is_file()


def test_csv_holds_every_number(summary: dict[str, Any], tmp_path: Path) -> None:
    given = with_metrics(summary)
    write_tables(given, tmp_path)
    for name, columns in METRIC_COLUMNS.items():
        assert pl.read_csv(tmp_path / f"{name}.csv").columns == columns
    eclektic = pl.read_csv(tmp_path / "metrics_eclektic.csv").to_dicts()
    assert [row["score"] for row in eclektic] == ["correct", "word_recall"]
    assert [row["transfer_score"] for row in eclektic] == [0.305, 0.4]
    assert eclektic[0]["model"] == "gpt-4.1_mini"
    languages = pl.read_csv(tmp_path / "metrics_multiloko_languages.csv").to_dicts()
    assert [row["mother_tongue_effect"] for row in languages] == [None, -0.021]
    assert pl.read_csv(tmp_path / "metrics_xfakt.csv")["x_fakt"].item() == 0.691
    validity = pl.read_csv(tmp_path / "judge_validity.csv").to_dicts()
    wanted = given["judge_validity"]
    assert [{key: row[key] for key in wanted[0]} for row in validity] == wanted


def test_latex_compiles(summary: dict[str, Any], tmp_path: Path) -> None:
    if shutil.which("pdflatex") is None:
        pytest.skip("pdflatex is not installed")
    write_tables(with_metrics(summary), tmp_path)
    for name in METRIC_COLUMNS:
        command = ["pdflatex", "-output-format=dvi", "-interaction=nonstopmode", "-halt-on-error"]
        done = subprocess.run(
            [*command, f"{name}.tex"], cwd=tmp_path, capture_output=True, check=False, timeout=120
        )
        assert done.returncode == 0, done.stdout[-2000:]

"""The CSV files hold every number; the LaTeX files compile."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from scriptgap.report.latex import escape_latex
from scriptgap.report.reading import look_up
from scriptgap.report.tables import COLUMNS, write_tables
from scriptgap.report.text import clean_text, clip

AWKWARD = 'a_b%&#$~^\\{x} <"> [ب] *é č|−…'


@pytest.mark.parametrize("name", ["accuracy", "accuracy_by_class", "gap", "condition_effects"])
def test_csv_round_trip(name: str, two_models: dict[str, Any], tmp_path: Path) -> None:
    write_tables(two_models, tmp_path)
    read = pl.read_csv(tmp_path / f"{name}.csv")
    assert read.columns == COLUMNS[name]
    assert read.to_dicts() == [{column: row[column] for column in COLUMNS[name]} for row in two_models[name]]


def test_effects_csv_has_dropped_terms(summary: dict[str, Any], tmp_path: Path) -> None:
    write_tables(summary, tmp_path)
    read = pl.read_csv(tmp_path / "effects.csv")
    assert read.height == 12
    out = read.filter(pl.col("dropped_because").is_not_null())
    assert set(out["term"]) == {"language_match", "(1|model)"}
    assert out["odds_ratio"].null_count() == out.height
    kept = read.filter(term="script_match", condition="plain", query_language_effect=True)
    assert kept["ame"].item() == summary["effects"]["script_match"]["ame"]
    kept = read.filter(term="script_match", condition="plain", query_language_effect=False)
    wanted = summary["effects_without_query_language"]["script_match"]
    assert kept.select(*wanted).row(0, named=True) == wanted


EXPLAINED = [
    *("effects_by_model", "specification_curve", "script_pairs", "identifying_pairs", "decomposition"),
    *("sampling", "crosscheck", "specification_choices", "specification_agreement"),
]


@pytest.mark.parametrize("name", EXPLAINED)
def test_csv_holds_every_number_of_what_is_explained(
    name: str, two_models: dict[str, Any], tmp_path: Path
) -> None:
    write_tables(two_models, tmp_path)
    read = pl.read_csv(tmp_path / f"{name}.csv").to_dicts()
    agreement = two_models["specification_agreement"]
    wanted = {
        "crosscheck": two_models["crosscheck"]["rows"],
        "specification_choices": agreement["choices"],
        "specification_agreement": [agreement],
    }.get(name) or two_models[name]
    assert len(read) == len(wanted)
    for row, expected in zip(read, wanted, strict=True):
        flat: dict[str, Any] = {}
        for key, value in expected.items():
            if key.startswith("leading"):
                flat |= {f"{key}_{effect}": n for effect, n in value.items()}
            elif key != "choices":
                flat[key] = " + ".join(value) if key == "controls" else value
        assert row == {column: flat[column] for column in COLUMNS[name]}
        assert set(flat) == set(COLUMNS[name])


def test_latex_effects_read_as_a_table_of_a_paper(summary: dict[str, Any], tmp_path: Path) -> None:
    write_tables(summary, tmp_path)
    lines = (tmp_path / "effects.tex").read_text(encoding="utf-8").splitlines()
    left_out = lines.index(
        r"\multicolumn{5}{l}{\emph{Asked ``plain'', not allowing for the query language (n = 3\,588)}} \\"
    )
    assert lines[left_out + 1] == (
        r"Same script & 11.1 {[}7.38, 16.8{]} & +43.3 {[}+37.4, +49.2{]} "
        r"& \textless{}0.001 & 91 {[}86, 96{]} \\"
    )
    assert lines[left_out + 2] == "Same language & not identified & – & – & –".replace("–", "--") + r" \\"
    assert any("Random effects (SD, logits): question 1.21, query language 0.48" in line for line in lines)
    assert not any("model" in line for line in lines[left_out:])


def test_latex_specifications_are_sorted(summary: dict[str, Any], tmp_path: Path) -> None:
    write_tables(summary, tmp_path)
    lines = (tmp_path / "specification_curve.tex").read_text(encoding="utf-8").splitlines()
    body = [line for line in lines if line.startswith(("languages", "share"))]
    assert len(body) == 30
    assert "question, query language (primary)" in body[1]
    assert body[-1].count("--") == 3


def test_empty_summary_gives_headings(tmp_path: Path) -> None:
    write_tables({}, tmp_path)
    for name, columns in COLUMNS.items():
        assert pl.read_csv(tmp_path / f"{name}.csv").columns == columns
        assert "no data" in (tmp_path / f"{name}.tex").read_text(encoding="utf-8")


def test_latex_specials_are_escaped() -> None:
    assert escape_latex("a_b%&#$") == r"a\_b\%\&\#\$"
    assert escape_latex("\\{}~^") == r"\textbackslash{}\{\}\textasciitilde{}\textasciicircum{}"
    assert escape_latex("[1] *") == "{[}1{]} {*}"
    assert escape_latex("é ب") == "é [U+0628]"


def test_latex_compiles(two_models: dict[str, Any], tmp_path: Path) -> None:
    if shutil.which("pdflatex") is None:
        pytest.skip("pdflatex is not installed")
    for key in ("accuracy", "accuracy_by_class", "gap", "condition_effects"):
        for row in two_models[key]:
            row["model"] = AWKWARD if "smollm" in row["model"] else row["model"]
    write_tables(two_models, tmp_path)
    (tmp_path / "paper.tex").write_text(
        r"\documentclass{article}\usepackage{booktabs,longtable}\begin{document}"
        r"\begin{table}\input{gap.tex}\end{table}\input{accuracy.tex} end\end{document}"
    )
    for name in [*COLUMNS, "paper"]:
        command = [
            "pdflatex",
            "-output-format=dvi",
            "-interaction=nonstopmode",
            "-halt-on-error",
            f"{name}.tex",
        ]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, timeout=120)
        assert done.returncode == 0, done.stdout[-2000:]


def test_look_up_finds_keys_that_hold_dots() -> None:
    summary = {"metrics": {"xfakt": {"llama-3.1": {"frs": 0.5}}}, "gap": [{"low": 1}]}
    assert look_up(summary, "metrics.xfakt.llama-3.1.frs") == (True, 0.5)
    assert look_up(summary, "gap.0.low") == (True, 1)
    assert look_up(summary, "gap.1.low") == (False, None)


def test_clean_text_keeps_joiners_and_drops_tricks() -> None:
    assert clean_text("می\u200cخواهم") == "می\u200cخواهم"
    assert clean_text("a\u202eb\u2066c\x07\ud800") == "abc\ufffd"
    assert clean_text("e" + "\u0301" * 90) == "e" + "\u0301" * 6


def test_clip_cuts_between_graphemes() -> None:
    assert clip("हिन्दी हिन्दी", 100) == "हिन्दी हिन्दी"
    assert clip("👩‍👩‍👧 family", 1) == "👩‍👩‍👧…"

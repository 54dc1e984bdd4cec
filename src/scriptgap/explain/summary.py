"""What ``summary.json`` holds, put together."""

import math
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import polars as pl

from scriptgap.explain.accuracy import (
    accuracy_by_class,
    accuracy_by_language,
    accuracy_by_topic,
    answer_scripts,
    gaps,
    missing_answers,
)
from scriptgap.explain.hints import hint_effects, hint_summary
from scriptgap.explain.intervals import CONFIDENCE
from scriptgap.explain.metrics.agreement import judge_validity
from scriptgap.explain.metrics.eclektic import eclektic
from scriptgap.explain.metrics.multiloko import multiloko
from scriptgap.explain.metrics.xfakt import xfakt
from scriptgap.explain.prepare import MATCH_CLASSES, headline_condition, ordered_conditions
from scriptgap.explain.regression import effects
from scriptgap.explain.sentences import sentences
from scriptgap.languages import language

SCHEMA_VERSION = 1
"""Version of the summary's keys, described by ``data/summary.schema.json``."""

_LATER = "computed by a later version of scriptgap"
_FEW_LANGUAGES = 20


def summarise(frame: pl.DataFrame) -> dict[str, Any]:
    """Compute the summary of prepared observations.

    Args:
        frame: `scriptgap.explain.prepare.prepare`'s table.

    Returns:
        A dictionary for `json.dumps`: probabilities in [0, 1], intervals at 95 %, None for what cannot be
        known with the reason under ``notes`` (by dotted key; the note of an object holds for all in it).
    """
    conditions = ordered_conditions(frame["condition"].to_list())
    headline = headline_condition(conditions)
    scored = frame.filter(pl.col("correct").is_not_null())
    notes: dict[str, str] = {}
    summary: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "scriptgap_version": _version(),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "confidence_level": CONFIDENCE,
        "n_observations": frame.height,
        "n_scored": scored.height,
        "n_missing": frame.height - scored.height,
        "models": sorted(frame["model"].unique()),
        "n_models": frame["model"].n_unique(),
        "datasets": sorted(frame["dataset"].unique()),
        "conditions": conditions,
        "headline_condition": headline,
        "query_languages": _query_languages(frame),
        "n_query_languages": frame["query_lang"].n_unique(),
        "source_languages": sorted(frame["source_lang"].unique()),
        "questions": frame["question_group"].n_unique(),
        "accuracy": accuracy_by_language(frame),
        "accuracy_by_class": accuracy_by_class(frame),
        "accuracy_by_topic": accuracy_by_topic(frame),
        "gap": gaps(frame),
    }
    by_condition = {}
    for condition in [c for c in conditions if c in ("plain", "entity_only", headline)]:
        by_condition[condition], reasons = effects(frame, condition)
        notes |= {f"effects_by_condition.{condition}.{key}": reason for key, reason in reasons.items()}
        if condition == headline:
            notes |= {f"effects.{key}": reason for key, reason in reasons.items()}
    if headline is None:
        absent, _ = effects(frame.clear(), "plain")
        summary["effects"] = absent
        summary["effects"]["specification"]["condition"] = None
        notes["effects"] = notes["headline_condition"] = "every condition gives a hint"
    else:
        summary["effects"] = by_condition[headline]
    summary["effects_by_condition"] = by_condition
    summary["hint"], reasons = hint_summary(frame)
    notes |= {f"hint.{key}": reason for key, reason in reasons.items()}
    metrics: dict[str, Any] = {}
    for name, compute in (("eclektic", eclektic), ("multiloko", multiloko), ("xfakt", xfakt)):
        metrics[name], reasons = compute(frame)
        notes |= reasons
    validity, reasons = judge_validity(frame)
    notes |= reasons
    summary |= {
        "hint_effects": hint_effects(frame),
        "missing": missing_answers(frame),
        "answer_scripts": answer_scripts(frame),
        "metrics": metrics,
        "judge_validity": validity,
        "comparison": None,
        "specification_curve": [],
    }
    notes |= dict.fromkeys(["comparison", "specification_curve"], _LATER)
    notes |= _notes_of_tables(summary)
    summary["notes"] = notes
    summary["sentences"] = sentences(summary)
    summary["limits"] = limits(summary)
    return {key: _without_nan(value) for key, value in summary.items()}


def limits(summary: dict[str, Any]) -> list[str]:
    """Say what the numbers cannot say.

    Args:
        summary: The summary but for this.
    """
    found = [
        "The source language is presumed, not known: the model may have learned a fact in several languages.",
        "The intervals of accuracies, gaps and hint effects treat the questions as a sample and hold the "
        "languages and models fixed; they say nothing about other languages or models.",
    ]
    if any(row["within_languages"] is not None for row in summary["gap"]):
        found.append(
            "The script gap compares answers in different query languages, which a model knows unequally; "
            "the gap within languages compares answers in one language, to facts of different sources."
        )
    if summary["n_models"] == 1:
        found.append("One model was measured; another may differ.")
    if summary["n_query_languages"] < _FEW_LANGUAGES:
        found.append(
            "With this few query languages the regression can hardly tell scripts from the languages "
            "written in them."
        )
    if len(summary["source_languages"]) == 1:
        found.append(
            "All facts come from one source language, so a script match and what else those query languages "
            "share, such as how much text the model has read in them, are compared between languages only."
        )
    identified = summary["effects"]["specification"]["identified_by"]
    if any("one query language" in text for text in identified.values()):
        found.append(
            "A predictor of the regression rests on one query language, so its effect cannot be told from "
            "what is peculiar to that language."
        )
    freedom = summary["effects"]["specification"]["degrees_of_freedom"]
    if any(value is not None for value in freedom.values()):
        found.append(
            "The likelihood-ratio p-values are for many query languages; with few they are too small. So "
            "are the intervals of the regression, a little: with 12 simulated languages they held the truth "
            "91 % of the time, not 95 %."
        )
    if summary["effects"]["specification"]["singular"]:
        found.append(
            "A random effect's variance was estimated as zero, which often means too few levels to see it; "
            "the intervals of the effects may then be too narrow."
        )
    if summary["metrics"]["multiloko"] is not None:
        found.append(
            "MultiLoKo's gap, best minus worst language, is too large on average: the highest and lowest of "
            "noisy scores lie further apart than the true ones."
        )
    if summary["n_missing"]:
        found.append("Answers that were not scored are left out; if hard questions fail more often, "
                     "accuracies are too high.")  # fmt: skip
    return found


def _query_languages(frame: pl.DataFrame) -> list[dict[str, Any]]:
    classes = frame.select("query_lang", "match_class").unique()
    rows = []
    for tag in sorted(frame["query_lang"].unique()):
        entry = language(tag)
        present = set(classes.filter(pl.col("query_lang") == tag)["match_class"])
        rows.append(
            {
                "tag": tag,
                "name": entry.name,
                "autonym": entry.autonym,
                "script": entry.script,
                "family": entry.family,
                "genus": entry.genus,
                "right_to_left": entry.right_to_left,
                "match_classes": [name for name in MATCH_CLASSES if name in present],
            }
        )
    return rows


def _notes_of_tables(summary: dict[str, Any]) -> dict[str, str]:
    notes = {}
    for table in ("accuracy", "accuracy_by_class", "accuracy_by_topic"):
        for i, row in enumerate(summary[table]):
            if row["accuracy"] is None:
                notes[f"{table}.{i}"] = "no answer was scored"
    for i, row in enumerate(summary["gap"]):
        for name in MATCH_CLASSES:
            if row[name] is None:
                notes[f"gap.{i}.{name}"] = f"no {name.replace('_', '-')} answer was scored"
        if row["script_gap"] is None:
            reason = "it needs scored answers in the same script and in another"
            notes |= {f"gap.{i}.{key}": reason for key in ("script_gap", "low", "high")}
        if row["within_languages"] is None:
            reason = "no query language has answers both in the source's script and in another"
            notes |= {f"gap.{i}.{key}": reason for key in ("within_languages", "within_low", "within_high")}
    return notes


def _version() -> str:
    try:
        return version("scriptgap")
    except PackageNotFoundError:
        return "unknown"


def _without_nan(value: Any) -> Any:
    """Return the value with every number that is not finite made None, at any depth."""
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_nan(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value

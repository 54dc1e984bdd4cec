"""What ``summary.json`` holds, put together."""

import math
from collections.abc import Callable
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
from scriptgap.explain.decomposition import decomposition
from scriptgap.explain.hints import hint_controls, hint_summary
from scriptgap.explain.intervals import CONFIDENCE
from scriptgap.explain.metrics.agreement import judge_validity
from scriptgap.explain.metrics.eclektic import eclektic
from scriptgap.explain.metrics.multiloko import multiloko
from scriptgap.explain.metrics.xfakt import xfakt
from scriptgap.explain.pairs import condition_effects
from scriptgap.explain.prepare import MATCH_CLASSES, headline_condition
from scriptgap.explain.regression.by_model import effects_by_model
from scriptgap.explain.regression.collapse import collapse
from scriptgap.explain.regression.crosscheck import crosscheck
from scriptgap.explain.regression.design import FIXED_TERMS, RANDOM_TERMS
from scriptgap.explain.regression.effects import effects, effects_with_language_pairs
from scriptgap.explain.regression.identification import identifying_pairs, script_pairs
from scriptgap.explain.regression.name_ambiguity import TERM, ambiguity_effect
from scriptgap.explain.regression.specification_curve import agreement, specification_curve
from scriptgap.explain.sampling import sampling, sampling_notes
from scriptgap.explain.sentences import sentences
from scriptgap.explain.swaps import script_swap, script_swaps
from scriptgap.languages import language
from scriptgap.measure.conditions import in_order

SCHEMA_VERSION = 1
"""Version of the summary's keys, described by ``data/summary.schema.json``."""

_ANOTHER_VERB = "a comparison of two runs: scriptgap compare BEFORE AFTER"
_FEW_LANGUAGES = 20
_MUCH_WIDER = 1.5
"""With intervals so many times as wide, the language pairs differ for other reasons than a match."""


def summarise(
    frame: pl.DataFrame,
    questions: pl.DataFrame | None = None,
    check: bool = False,
    progress: Callable[[str], None] = lambda _: None,
    ambiguity: bool = False,
) -> dict[str, Any]:
    """Compute the summary of prepared observations.

    Args:
        frame: `scriptgap.explain.prepare.prepare`'s table.
        questions: The checked questions table, from which the accepted answers in all languages are known.
        check: Whether the regression is checked against two others (`crosscheck.crosscheck`).
        progress: Called with the name of each step that takes long.
        ambiguity: Whether ``effects.ambiguity`` is estimated; `frame` then has the column.

    Returns:
        A dictionary for `json.dumps`: probabilities in [0, 1], intervals at 95 %, None for what cannot be
        known with the reason under ``notes`` (by dotted key; the note of an object holds for all in it).
    """
    conditions = in_order(frame["condition"].to_list())
    headline = headline_condition(conditions)
    scored = frame.filter(pl.col("correct").is_not_null())
    notes: dict[str, str] = {}
    progress("accuracies and gaps")
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
    cells = collapse(frame, [TERM] if ambiguity else [])
    summary |= _regressions(cells, conditions, headline, check, notes, progress, ambiguity)
    progress("hints and metrics")
    summary["hint"], reasons = hint_summary(frame)
    notes |= _under("hint", reasons)
    controls, reasons = hint_controls(frame)
    notes |= reasons
    swapped, reasons = script_swap(frame)
    notes |= reasons
    metrics: dict[str, Any] = {}
    for name, compute in (("eclektic", eclektic), ("multiloko", multiloko), ("xfakt", xfakt)):
        metrics[name], reasons = compute(frame)
        notes |= reasons
    validity, reasons = judge_validity(frame)
    notes |= reasons
    parts, reasons = decomposition(frame, questions)
    notes |= reasons
    repeated = sampling(frame)
    notes |= sampling_notes(repeated)
    summary |= {
        "condition_effects": condition_effects(frame),
        "hint_controls": controls,
        "script_swaps": script_swaps(frame),
        "script_swap": swapped,
        "missing": missing_answers(frame),
        "answer_scripts": answer_scripts(frame),
        "metrics": metrics,
        "judge_validity": validity,
        "decomposition": parts,
        "sampling": repeated,
        "comparison": None,
    }
    notes["comparison"] = _ANOTHER_VERB
    notes |= _notes_of_tables(summary)
    summary["notes"] = notes
    summary["sentences"] = sentences(summary)
    summary["limits"] = limits(summary)
    return {key: _without_nan(value) for key, value in summary.items()}


def _regressions(
    cells: pl.DataFrame,
    conditions: list[str],
    headline: str | None,
    check: bool,
    notes: dict[str, str],
    progress: Callable[[str], None],
    ambiguity: bool,
) -> dict[str, Any]:
    """What the summary says of the regressions; the reasons for nulls are added to `notes`."""
    by_condition = {}
    for condition in [c for c in conditions if c in ("plain", "entity_only", headline)]:
        progress(f"regression ({condition})")
        by_condition[condition], reasons = effects(cells, condition)
        notes |= _under(f"effects_by_condition.{condition}", reasons)
        if condition == headline:
            notes |= _under("effects", reasons)
    if headline is None:
        main, _ = effects(cells.clear(), "plain")
        main["specification"]["condition"] = None
        notes["effects"] = notes["headline_condition"] = "every condition gives a hint or swaps the script"
    else:
        main = by_condition[headline]
    if ambiguity:
        progress("regression with the ambiguity of names")
        main[TERM], reasons = ambiguity_effect(cells, headline or "")
        notes |= _under("effects", reasons)
        notes |= _under(f"effects_by_condition.{headline}", reasons) if headline else {}
    without, reasons = None, {"": "the query language has no effect in the regression that could be left out"}
    if "query_lang" in main["specification"]["random_effects"]:
        progress("regression without the query language")
        groups = [name for name in RANDOM_TERMS if name != "query_lang"]
        without, reasons = effects(cells, headline or "", groups)
    key = "effects_without_query_language"
    notes |= _under(key, reasons)
    progress("regression with language pairs")
    pairs, reasons = effects_with_language_pairs(cells, headline or "")
    notes |= _under("effects_with_language_pairs", reasons)
    progress("specification curve")
    curve = specification_curve(cells, headline or "")
    progress("models and scripts")
    found: dict[str, Any] = {
        "effects": main,
        "effects_by_condition": by_condition,
        key: without,
        "effects_with_language_pairs": pairs,
        "specification_curve": curve,
        "specification_agreement": agreement(curve),
        "effects_by_model": effects_by_model(cells, headline or ""),
        "script_pairs": script_pairs(cells, headline or ""),
        "identifying_pairs": identifying_pairs(cells, headline or ""),
        "crosscheck": None,
    }
    notes["crosscheck"] = "not asked for: explain with --crosscheck"
    if check:
        progress("cross-checks")
        found["crosscheck"], reasons = crosscheck(cells, headline or "")
        del notes["crosscheck"]
        notes |= _under("crosscheck", reasons)
    notes |= {
        f"effects_by_model.{i}": row["note"] for i, row in enumerate(found["effects_by_model"]) if row["note"]
    }
    notes["specification_curve"] = (
        "an effect is null where its specification cannot identify it; where that is the script's, the "
        "row's note says why"
    )
    if not found["specification_agreement"]["n"]:
        notes["specification_agreement"] = "no specification identifies an effect of the script"
    if any(not row["n"] for row in found["script_pairs"]):
        notes["script_pairs"] = "pairs of scripts without answers have no accuracy"
    return found


def _under(key: str, reasons: dict[str, str]) -> dict[str, str]:
    """Put reasons under a key of the summary; the empty key stands for all of it."""
    return {f"{key}.{name}" if name else key: reason for name, reason in reasons.items()}


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
    pairs = summary["effects_with_language_pairs"]
    main, wide = summary["effects"]["script_match"], pairs and pairs["script_match"]
    if wide and wide["se"] and main["se"] and wide["se"] > _MUCH_WIDER * main["se"]:
        found.append(
            "Pairs of languages differ for reasons other than a match, which the main regression takes for "
            "chance: its intervals, tests and Shapley shares are too sure. Believe the interval of the fit "
            "with language pairs."
        )
    if summary["n_models"] == 1:
        found.append("One model was measured; another may differ.")
    if "never varies within" in summary["effects"]["specification"]["identified_by"].get("script_match", ""):
        found.append(
            "Whether the script matches never varies within a query language here, so the regression can "
            "hardly tell scripts from the languages written in them."
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
    freedom = [summary["effects"][term]["df"] for term in FIXED_TERMS]
    if any(value is not None and value < _FEW_LANGUAGES for value in freedom):
        found.append(
            "Some effects rest on comparing few query languages. Their intervals allow for that, their "
            "likelihood-ratio p-values do not, and are too small."
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

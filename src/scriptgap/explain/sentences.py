"""The findings in plain language, every number backed by a key of ``summary.json``."""

from collections.abc import Callable
from typing import Any

from scriptgap.explain.intervention_sentences import condition_words, intervention_sentences
from scriptgap.explain.metrics.agreement import NO_LETTERS
from scriptgap.explain.regression_sentences import regression_sentences
from scriptgap.explain.sentence import Text, join
from scriptgap.languages import language

_MOST_ROWS = 3
"""With more models and data sets one sentence tells the smallest and the largest gap."""
_FEWEST_ANSWERS = 30
"""Fewer answers in a script say too little about the agreement of verdicts to be named in a sentence."""


def sentences(summary: dict[str, Any]) -> list[dict[str, Any]]:
    """Write the findings.

    Args:
        summary: The summary without sentences.

    Returns:
        Objects with ``text`` and ``keys``. Numbers in the text are the keyed ones, rounded: shares as per
        cent, differences as percentage points.
    """
    written: list[dict[str, Any]] = []

    def add(text: str, source: Text) -> None:
        written.append({"text": text, "keys": source.keys})

    _scope(summary, add)
    _classes(summary, add)
    _languages(summary, add)
    for text, source in regression_sentences(summary):
        add(text, source)
    for text, source in intervention_sentences(summary):
        add(text, source)
    _parts(summary, add)
    _validity(summary, add)
    _missing(summary, add)
    return written


def _scope(summary: dict[str, Any], add: Callable[[str, Text], None]) -> None:
    text = Text(summary)
    scored, every = text.count("n_scored"), text.count("n_observations")
    questions, languages = text.count("questions"), text.count("n_query_languages")
    models = (
        summary["models"][0] if len(summary["models"]) == 1 else f"{text.count('n_models')} models together"
    )
    add(
        f"{scored} of {every} answers were scored: {models}, {questions} question"
        f"{'' if summary['questions'] == 1 else 's'} in {languages} query language"
        f"{'' if summary['n_query_languages'] == 1 else 's'}.",
        text,
    )


def _classes(summary: dict[str, Any], add: Callable[[str, Text], None]) -> None:
    words = {
        "same_language": "in the source language",
        "same_script": "in other languages of the same script",
        "cross_script": "in languages of another script",
    }
    rows = [i for i, row in enumerate(summary["gap"]) if row["condition"] == summary["headline_condition"]]
    if len(rows) > _MOST_ROWS:
        _range_of_gaps(summary, rows, add)
        return
    for i in rows:
        row, text = summary["gap"][i], Text(summary)
        parts = [
            f"{text.percent(f'gap.{i}.{name}')} {where}"
            for name, where in words.items()
            if row[name] is not None
        ]
        if not parts:
            continue
        who = row["model"] + (f" on {row['dataset']}" if len(summary["datasets"]) > 1 else "")
        sentence = f"{who} gave the right answer to {join(parts)} ({condition_words(row['condition'])})"
        if row["script_gap"] is not None:
            gap = text.points(f"gap.{i}.script_gap", "-")
            interval = text.interval(f"gap.{i}.low", f"gap.{i}.high", "-")
            sentence += f"; the script gap is {gap} percentage points {interval}"
            if row["within_languages"] is not None and row["n_languages_within"] > 1:
                within = text.points(f"gap.{i}.within_languages", "-")
                interval = text.interval(f"gap.{i}.within_low", f"gap.{i}.within_high", "-")
                spoken = text.count(f"gap.{i}.n_languages_within")
                sentence += f", and {within} {interval} within the {spoken} languages asked both ways"
        add(sentence + ".", text)


def _range_of_gaps(summary: dict[str, Any], rows: list[int], add: Callable[[str, Text], None]) -> None:
    """The smallest and the largest gap of many models, also within languages."""
    parts, text = [], Text(summary)
    for key, low, high, words in (
        ("script_gap", "low", "high", "The script gap goes"),
        ("within_languages", "within_low", "within_high", "within the languages asked both ways it goes"),
    ):
        known = [(summary["gap"][i][key], i) for i in rows if summary["gap"][i][key] is not None]
        if len(known) < 2:
            continue
        ends = []
        for _, i in (min(known), max(known)):
            row = summary["gap"][i]
            who = row["model"] + (f" on {row['dataset']}" if len(summary["datasets"]) > 1 else "")
            interval = text.interval(f"gap.{i}.{low}", f"gap.{i}.{high}", "-")
            ends.append(f"{text.points(f'gap.{i}.{key}', '-')} {interval} in {who}")
        parts.append(f"{words} from {ends[0]} to {ends[1]}")
    if parts:
        condition = condition_words(summary["headline_condition"])
        add(f"{'; '.join(parts)}, in percentage points ({condition}).", text)


def _languages(summary: dict[str, Any], add: Callable[[str, Text], None]) -> None:
    if len(summary["models"]) != 1 or len(summary["datasets"]) != 1:
        return
    rows = [
        (row["accuracy"], i)
        for i, row in enumerate(summary["accuracy"])
        if row["condition"] == summary["headline_condition"]
        and row["accuracy"] is not None
        and row["match_class"] != "same_language"
    ]
    tags = [summary["accuracy"][i]["query_lang"] for _, i in rows]
    if len(rows) < 2 or len(set(tags)) < len(tags) or not _unique_ends([share for share, _ in rows]):
        return
    text = Text(summary)
    best, worst = max(rows)[1], min(rows)[1]
    names = [language(summary["accuracy"][i]["query_lang"]).name for i in (best, worst)]
    add(
        f"Outside the source language, accuracy is highest in {names[0]} "
        f"({text.percent(f'accuracy.{best}.accuracy')}) and lowest in {names[1]} "
        f"({text.percent(f'accuracy.{worst}.accuracy')}).",
        text,
    )


def _unique_ends(shares: list[float]) -> bool:
    """Whether one share is the lowest and one the highest, without ties."""
    return shares.count(min(shares)) == shares.count(max(shares)) == 1


def _parts(summary: dict[str, Any], add: Callable[[str, Text], None]) -> None:
    """What the loss across scripts consists of, where one model was measured on one data set."""
    if len(summary["decomposition"]) == 1 and summary["decomposition"][0]["recall"] is not None:
        row, text = summary["decomposition"][0], Text(summary)
        key = "decomposition.0"
        words = {
            "recognition": "recognition (closed by the hint beyond the placebo)"
            if row["recognition_variant"] == "beyond_placebo"
            else "recognition (closed by the hint)",
            "placebo": "the placebo (what a wrong name in brackets does)",
            "recall": "recall (left with the hint)",
            "expression": "expression (the right fact in another language or script)",
        }
        parts = [
            f"{text.points(f'{key}.{name}')} {said}" for name, said in words.items() if row[name] is not None
        ]
        other = "in another script" if row["base"] == "plain" else "with its entity written in another script"
        add(
            f"Of the {text.points(f'{key}.loss', '-')} points lost between a question in its source language "
            f"and the same {other}, by accounting: {join(parts)}.",
            text,
        )
    rows = [
        i
        for i, row in enumerate(summary["sampling"])
        if row["condition"] == summary["headline_condition"] and row["gap_one"] is not None
    ]
    if len(rows) == 1:
        text, key = Text(summary), f"sampling.{rows[0]}"
        n = text.count(f"{key}.n_samples")
        add(
            f"With {n} samples a question the script gap is {text.points(f'{key}.gap_one', '-')} points for "
            f"one answer, {text.points(f'{key}.gap_majority', '-')} for their majority and "
            f"{text.points(f'{key}.gap_any', '-')} for any of them.",
            text,
        )


def _validity(summary: dict[str, Any], add: Callable[[str, Text], None]) -> None:
    rows = summary["judge_validity"]
    scripts = [
        (row["agreement"], i)
        for i, row in enumerate(rows)
        if row["by"] == "answer_script" and row["script"] != NO_LETTERS and row["n"] >= _FEWEST_ANSWERS
    ]
    if not scripts:
        return
    least, text = min(scripts)[1], Text(summary)
    pair = _verdicts(rows[least])
    whole = next(i for i, row in enumerate(rows) if row["by"] == "all" and _verdicts(row) == pair)
    several = sum(_verdicts(rows[i]) == pair for _, i in scripts) > 1
    key = f"judge_validity.{least if several else whole}"
    share, n = text.percent(f"{key}.agreement"), text.count(f"{key}.n")
    low, high = text.percent(f"{key}.agreement_low"), text.percent(f"{key}.agreement_high")
    sentence = f"The verdicts {join([name.replace('_', ' ') for name in pair])} agree"
    if several:
        sentence += f" least where the answer is in the script {rows[least]['script']},"
    sentence += f" on {share} of {n} answers ({text.percent('confidence_level')} interval {low} to {high})"
    if several:
        sentence += f"; over all answers they agree on {text.percent(f'judge_validity.{whole}.agreement')}"
    add(sentence + ".", text)


def _verdicts(row: dict[str, Any]) -> list[str]:
    return [row["first"], row["second"]]


def _missing(summary: dict[str, Any], add: Callable[[str, Text], None]) -> None:
    if summary["n_missing"]:
        text = Text(summary)
        one = summary["n_missing"] == 1
        add(
            f"{text.count('n_missing')} answer{' was' if one else 's were'} not scored and "
            f"{'is' if one else 'are'} in no accuracy.",
            text,
        )

"""The findings of a comparison in plain language, each with the keys of the numbers in it."""

from typing import Any

from scriptgap.explain.sentence import Text
from scriptgap.report.wording import condition_label, p_value

Row = dict[str, Any]


def sentences(summary: dict[str, Any]) -> list[Row]:
    """Write the findings.

    Args:
        summary: What `compare` found.

    Returns:
        Rows of ``text`` and ``keys``.
    """
    rows: list[Row] = []
    for place, run in enumerate(summary["runs"]):
        for number, row in enumerate(run["changes"]):
            if row["match_class"] == "cross_script":
                rows.append(_change(summary, f"runs.{place}.changes.{number}", row, run["run"]))
        if run["shots"] != summary["before"]["shots"]:
            rows.append(_examples(summary, f"runs.{place}", run["run"]))
        if any(run["unpaired"].values()):
            rows.append(_unpaired(summary, f"runs.{place}", run["run"]))
        if run["trained_on"] and run["trained_on"]["n_pairs"]:
            rows.append(_trained_on(summary, f"runs.{place}", run["run"]))
        if any(run["left_out"].values()):
            rows.append(_left_out(summary, f"runs.{place}"))
        for number, row in enumerate(run["gap_closed"]):
            if row["languages"] != "one" and row["topic"] is None and row["gap_closed"] is not None:
                rows.append(_closed(summary, f"runs.{place}.gap_closed.{number}", row, run["run"]))
        for number, row in enumerate(run["changes"]):
            if row["match_class"] != "cross_script" and row["condition"] == summary["headline_condition"]:
                rows.append(_harm(summary, f"runs.{place}.changes.{number}", row, run["run"]))
    for number, row in enumerate(summary["general"]):
        rows.append(_general(summary, f"general.{number}", row))
    for number, row in enumerate(summary["between"]):
        if row["match_class"] == "cross_script":
            rows.append(_between(summary, f"between.{number}", row))
    return rows


def _closed(summary: dict[str, Any], key: str, row: Row, run: str) -> Row:
    told = Text(summary)
    languages = {"all": "all languages", "taught": "languages taught", "not taught": "languages never taught"}
    text = (
        f"{run}, asked “{condition_label(row['condition'])}”, {languages[row['languages']]}: training closed "
        f"{told.percent(f'{key}.gap_closed')} of the hint-closable gap "
        f"(95 % interval {told.percent(f'{key}.low')} to {told.percent(f'{key}.high')}): "
        f"{told.percent(f'{key}.before')} right before, {told.percent(f'{key}.after')} after, "
        f"{told.percent(f'{key}.hint')} before with the name as a hint "
        f"({told.count(f'{key}.n_pairs')} questions about {told.count(f'{key}.n_entities')} entities)."
    )
    return {"text": text, "keys": told.keys}


def _change(summary: dict[str, Any], key: str, row: Row, run: str) -> Row:
    told = Text(summary)
    text = (
        f"{run}, asked “{condition_label(row['condition'])}”: across scripts accuracy {_changed(told, key)} "
        f"({told.count(f'{key}.n_pairs')} questions about {told.count(f'{key}.n_entities')} entities; "
        f"sign test by entity: {_p(told.value(f'{key}.sign_p'))})."
    )
    return {"text": text, "keys": told.keys}


def _examples(summary: dict[str, Any], key: str, run: str) -> Row:
    """Part of a change may be that of the prompt."""
    keys = ["before.shots", f"{key}.shots"]
    first, then = (Text(summary).value(name) for name in keys)
    words = {
        None: "all worked examples",
        **{n: f"{n} worked examples" for n in (first, then) if n is not None},
    }
    text = f"The model before was shown {words[first]} before each question, {run} {words[then]}."
    return {"text": text, "keys": keys}


def _unpaired(summary: dict[str, Any], key: str, run: str) -> Row:
    told = Text(summary)
    text = (
        f"{run}: {told.count(f'{key}.unpaired.before')} questions were asked only before, and "
        f"{told.count(f'{key}.unpaired.after')} only after: they are left out."
    )
    return {"text": text, "keys": told.keys}


def _trained_on(summary: dict[str, Any], key: str, run: str) -> Row:
    told = Text(summary)
    text = (
        f"{run}: {told.count(f'{key}.trained_on.n_pairs')} of {told.count(f'{key}.trained_on.n_asked')} "
        f"pairs are about {told.count(f'{key}.trained_on.n_entities')} entities that it was trained on: they "
        "show what was learned, not what transfers."
    )
    return {"text": text, "keys": told.keys}


def _left_out(summary: dict[str, Any], key: str) -> Row:
    told = Text(summary)
    text = (
        f"Left out, because they were cut short or failed: {told.count(f'{key}.left_out.before')} answers "
        f"before and {told.count(f'{key}.left_out.after')} after."
    )
    for number, row in enumerate(told.value(f"{key}.changes_unscored_wrong")):
        if row["match_class"] == "cross_script":
            place = f"{key}.changes_unscored_wrong.{number}"
            text += (
                f" Counted as wrong, the change across scripts asked “{condition_label(row['condition'])}” "
                f"is {told.points(f'{place}.change')} points "
                f"{told.interval(f'{place}.low', f'{place}.high')}."
            )
    return {"text": text, "keys": told.keys}


def _harm(summary: dict[str, Any], key: str, row: Row, run: str) -> Row:
    told = Text(summary)
    where = {"same_script": "other languages of the same script", "same_language": "the source language"}
    text = f"{run}, in {where[row['match_class']]}: accuracy {_changed(told, key)}."
    return {"text": text, "keys": told.keys}


def _general(summary: dict[str, Any], key: str, row: Row) -> Row:
    told = Text(summary)
    text = (
        f"{summary['runs'][0]['run']}, on the task {row['task']} ({row['scorer']}): the score "
        f"{_changed(told, key)} ({told.count(f'{key}.n_pairs')} samples)."
    )
    return {"text": text, "keys": told.keys}


def _between(summary: dict[str, Any], key: str, row: Row) -> Row:
    told = Text(summary)
    text = (
        f"Across scripts, asked “{condition_label(row['condition'])}”, {row['first']} minus {row['second']} "
        f"is {told.points(f'{key}.change')} points "
        f"{told.interval(f'{key}.low', f'{key}.high')}; sign test by entity: "
        f"{_p(told.value(f'{key}.sign_p'))}."
    )
    return {"text": text, "keys": told.keys}


def _changed(told: Text, key: str) -> str:
    return (
        f"changed by {told.points(f'{key}.change')} points "
        f"{told.interval(f'{key}.low', f'{key}.high')}, from "
        f"{told.percent(f'{key}.before')} to {told.percent(f'{key}.after')}"
    )


def _p(value: float | None) -> str:
    told = p_value(value)
    return f"p < {told[1:]}" if told.startswith("<") else f"p = {told}"

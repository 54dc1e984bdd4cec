"""Where accuracy is lost across scripts: in expression, recognition or recall, unit by unit.

The terms are an accounting of accuracies over the same units, not causes: each is what one change of the
question, or of the scoring, gives back after the changes before it.
"""

from typing import Any

import polars as pl

from scriptgap.explain.cells import proportions
from scriptgap.explain.hints import base_condition
from scriptgap.explain.intervals import Clustered, contrast
from scriptgap.explain.pairs import UNIT, units_under
from scriptgap.measure.conditions import changed
from scriptgap.scoring.inflection import inflects
from scriptgap.scoring.matching import match, normalize
from scriptgap.scoring.scores import Answer, accepted_form, rivals_of
from scriptgap.tables import QUESTION_KEY

Row = dict[str, Any]

TERMS = ("expression", "recognition", "placebo", "recall")
"""The terms that add up to the loss."""

ANY_LANGUAGE = ("judge", "xfakt_judge")
"""Scorers that count the right fact in any language and script: their verdicts hide no expression."""

_FACT = ["dataset", "question_id", "source_lang"]
_CROSS = pl.col("match_class") == "cross_script"
_JUDGED = pl.col("scorer").is_in(list(ANY_LANGUAGE))
_EMPTY = Clustered({})
_Key = tuple[str, ...]
_Forms = tuple[list[str], str, tuple[str, ...]]


def decomposition(
    frame: pl.DataFrame, questions: pl.DataFrame | None = None
) -> tuple[list[Row], dict[str, str]]:
    """Decompose the loss across scripts of each model and dataset.

    A unit is one question of one source language, asked in one language of another script and scored under
    the base condition, ``hint`` and ``hint_placebo`` (where there are such units, else under the first two,
    else the first), whose question has a scored answer in its source language (and script) under the base
    condition. Samples are averaged within unit and condition; each unit weighs the same in every term:

        loss        = source - base
        expression  = lenient base - base       the right fact, in another script or form
        placebo     = placebo - lenient base    what any name in brackets does; below 0 where it misleads
        recognition = hint - placebo            closed by the hint beyond the placebo
        recall      = source - hint             left with the hint; below 0 where it is better than the source

    so loss = expression + placebo + recognition + recall. Without the placebo, recognition is hint - lenient
    base; without the hint, only loss and expression are known. A term that is None counts as 0.

    Lenient scoring, of hint and placebo too, also counts an answer that was called wrong (unless by one of
    `ANY_LANGUAGE`) and has a form that another query language of the question accepts and its own does not.
    It is found as by ``alias_match``: not where it is part of another answer's form, of the entity's name or
    of an accepted form. A form that is the entity's name, or stands in it, does not count. Where exact match
    decided, expression also holds that a form within a sentence is enough. The source's score stays as it
    was, so a right answer there in another language counts as lost. Where expression is None, nothing is
    scored leniently.

    Args:
        frame: `prepare`'s table.
        questions: The checked questions table, for the accepted forms; without it expression is None.

    Returns:
        Rows of ``model, dataset, base, hint`` (conditions; hint None where unknown), ``n_units,
        n_questions``, ``source_accuracy, base_accuracy`` in [0, 1], ``recognition_variant``
        (``beyond_placebo`` or ``hint_only``), and ``loss`` and `TERMS` in [-1, 1], each with ``_low`` and
        ``_high``, a 95 % interval (`intervals.contrast`, clusters are questions). There is one for each
        model and dataset with scored answers across scripts under its base condition. Second, notes by
        dotted key: why a number is None, or what an expression leaves out.
    """
    frame = frame.select(*UNIT, "condition", "correct", "response", "scorer")
    kept = []
    for part in frame.partition_by("model", "dataset"):
        base = base_condition(part)
        if base and part.filter(_CROSS & (pl.col("condition") == base))["correct"].count():
            kept.append(part.filter(pl.col("condition").is_in([base, *_hinted(base)])))
    rows: list[Row] = []
    notes: dict[str, str] = {}
    frame = _with_expression(pl.concat(kept), questions) if kept else frame.clear()
    for _, part in sorted(frame.partition_by("model", "dataset", as_dict=True).items()):
        row, reasons = _decompose(part)
        notes |= {f"decomposition.{len(rows)}.{key}": reason for key, reason in reasons.items()}
        rows.append(row)
    return rows, notes


def _hinted(base: str) -> list[str]:
    """The hint and the placebo hint to questions of `base`."""
    return [changed(base, "hint"), changed(base, "hint_placebo")]


def _decompose(part: pl.DataFrame) -> tuple[Row, dict[str, str]]:
    """Decompose the loss of one model on one dataset; also its notes by key."""
    base = base_condition(part)
    assert base is not None
    hinted = _hinted(base)
    for conditions in ([base, *hinted], [base, hinted[0]], [base]):
        strict = _units(part, conditions)
        if strict.height:
            break
    scored = part.filter(pl.col("condition").is_in(conditions) & pl.col("correct").is_not_null())
    told, note = _told(scored.join(strict, on=QUESTION_KEY, how="semi"))
    lenient = pl.col("correct") | pl.col("expressed").fill_null(False)
    units = _units(part.with_columns(correct=lenient), conditions)
    units = units.join(strict.select(*QUESTION_KEY, strict=base), on=QUESTION_KEY, maintain_order="left")
    units = units.with_columns(expressed=pl.col(base) - pl.col("strict"))

    def group(column: str) -> Clustered:
        found = proportions(units, ["model"], column) if column in units.columns else []
        return found[0][1] if found else _EMPTY

    source, before, hint, placebo = map(group, ("source", base, *hinted))
    terms = {
        "loss": contrast([source, group("strict")], [1, -1]),
        # One proportion, the share of answers with the fact: its interval does not go below 0.
        "expression": contrast([group("expressed") if told else _EMPTY], [1]),
        "recognition": contrast([hint, placebo if placebo.totals else before], [1, -1]),
        "placebo": contrast([placebo, before], [1, -1]),
        "recall": contrast([source, hint], [1, -1]),
    }
    variant = "beyond_placebo" if placebo.totals else "hint_only"
    row: Row = {
        "model": part["model"][0],
        "dataset": part["dataset"][0],
        "base": base,
        "hint": hinted[0] if hint.totals else None,
        "n_units": units.height,
        "n_questions": units["question_group"].n_unique(),
        "source_accuracy": source.mean,
        "base_accuracy": group("strict").mean,
        "recognition_variant": variant if hint.totals else None,
    }
    for key, term in terms.items():
        row |= {key: term.estimate, f"{key}_low": term.low, f"{key}_high": term.high}
    return row, _reasons(row, set(part["condition"].unique()), note)


def _units(part: pl.DataFrame, conditions: list[str]) -> pl.DataFrame:
    """The units scored under all conditions: their mean score under each, and that in the source language."""
    home = (pl.col("match_class") == "same_language") & (pl.col("condition") == conditions[0])
    sources = part.filter(home).group_by(_FACT).agg(source=pl.col("correct").mean()).drop_nulls()
    pairs = units_under(part.filter(_CROSS), conditions)
    scores = pairs.group_by(UNIT, maintain_order=True).agg(
        pl.col("score").filter(pl.col("condition") == name).first().alias(name) for name in conditions
    )
    return scores.join(sources, on=_FACT, maintain_order="left")


def _told(scored: pl.DataFrame) -> tuple[bool, str]:
    """Whether the scored answers of the units tell expression; why not, or what they leave out."""
    wrong = scored.filter(~pl.col("correct"))
    unseen = wrong["expressed"].null_count()
    if scored["open"].count() == 0:
        return False, "there is no questions table, or it has none of these questions"
    if scored.select(_JUDGED.all()).item():
        return False, "the judge accepts the fact in every language and script, so it is 0 by construction"
    if not scored["open"].any():
        return False, "every query language accepts the forms of all of them, so it is 0 by construction"
    if wrong.height and unseen == wrong.height:
        return False, "no wrong answer has both its response and its question"
    left_out = f"{unseen:,} of {wrong.height:,} wrong answers lack their response or question, and count as"
    return True, f"{left_out} without the fact" if unseen else ""


def _with_expression(frame: pl.DataFrame, questions: pl.DataFrame | None) -> pl.DataFrame:
    """Add where the fact stands in a form of another query language.

    Returns:
        The table with ``open``, whether another query language accepts a form that the question's own does
        not (null if the question is not in the table), and ``expressed``, whether a cross-script answer that
        was called wrong has one (null if there is no response or question to look at).
    """
    if questions is None:
        return frame.with_columns(open=pl.lit(None, pl.Boolean), expressed=pl.lit(None, pl.Boolean))
    cross = frame.filter(_CROSS)
    known = questions.join(cross, on=_FACT, how="semi")
    asked = known.join(cross, on=QUESTION_KEY, how="semi")
    others = _other_forms(known, asked)
    keys = asked.select(QUESTION_KEY)
    keys = keys.with_columns(open=pl.Series([key in others for key in keys.iter_rows()], dtype=pl.Boolean))
    frame = frame.join(keys, on=QUESTION_KEY, how="left", maintain_order="left")
    wrong = _CROSS & ~pl.col("correct") & ~_JUDGED & pl.col("response").is_not_null() & pl.col("open")
    # Sorted, so that what is looked for is prepared once for a question.
    pairs = frame.filter(wrong).select(*QUESTION_KEY, "response").unique().sort(QUESTION_KEY)
    found = [
        any(accepted_form(Answer(response, *forms)) for forms in others[tuple(key)])
        for *key, response in pairs.iter_rows()
    ]
    pairs = pairs.with_columns(found=pl.Series(found, dtype=pl.Boolean))
    frame = frame.join(pairs, on=pairs.columns[:-1], how="left", maintain_order="left")
    seen = pl.col("response").is_not_null() & pl.col("open").is_not_null()
    return frame.with_columns(expressed=pl.when(seen).then(wrong & pl.col("found").fill_null(False)))


def _other_forms(known: pl.DataFrame, asked: pl.DataFrame) -> dict[_Key, list[_Forms]]:
    """Return what to look for besides the accepted forms of a question in a language.

    Args:
        known: The questions in all query languages.
        asked: Those of its rows to return something for.

    Returns:
        By `QUESTION_KEY`, where there is any: forms that other query languages accept, the language to match
        them in, and the forms that hide them. Languages that do not inflect names are matched as one.
    """
    every = known.group_by(_FACT).agg(every=pl.col("answers").explode().unique())
    more = asked.join(every, on=_FACT).with_columns(more=pl.col("every").list.set_difference("answers"))
    more = more.filter(pl.col("more").list.len() > 0)
    known = known.join(more, on=_FACT, how="semi")
    rivals = rivals_of(known)
    spoken: dict[_Key, dict[str, list[str]]] = {}
    hiding: dict[_Key, list[str]] = {}
    names: dict[_Key, list[str]] = {}
    columns = ["answers", "entity_source", "entity_query"]
    for *fact, tag, answers, source, query in known.select(*QUESTION_KEY, *columns).iter_rows():
        spoken.setdefault(tuple(fact), {})[tag] = answers
        names.setdefault(tuple(fact), []).extend(filter(None, (source, query)))
        hiding.setdefault(tuple(fact), []).extend(rivals.get((*fact[:2], tag), ()))
    found: dict[_Key, list[_Forms]] = {}
    for *fact, tag, answers, source, query, forms in more.select(*QUESTION_KEY, *columns, "more").iter_rows():
        languages, entity = spoken[tuple(fact)], names[tuple(fact)]
        own = {normalize(form) for form in (*answers, *entity)}
        echo = " ; ".join(normalize(name) for name in (source, query) if name)
        other = {
            form
            for form in forms
            if (text := normalize(form)) not in own and not (text in echo and match(echo, [form]))
        }
        plain = next((name for name in languages if not inflects(name)), tag)
        groups: dict[str, dict[str, None]] = {}
        for name, accepted in languages.items():
            if here := [form for form in accepted if form in other]:
                groups.setdefault(name if inflects(name) else plain, {}).update(dict.fromkeys(here))
        if groups:
            hidden = tuple(dict.fromkeys([*hiding[tuple(fact)], *entity, *answers]))
            found[*fact, tag] = [(list(group), name, hidden) for name, group in groups.items()]
    return found


def _reasons(row: Row, conditions: set[str], expression: str) -> dict[str, str]:
    """Say why a row's nulls are null, and what is to be known of its expression."""
    base = row["base"]
    nulls = [key for key, value in row.items() if value is None]
    if not row["n_units"]:
        reason = f"no question was scored under {base} both across scripts and in its source language"
        return dict.fromkeys(nulls, reason)
    hint, placebo = _hinted(base)
    hinted = f"no unit was scored under {base} and {hint}" if hint in conditions else "the hint was not run"
    placed = f"no unit was scored under {base}, {hint} and {placebo}"
    placed = placed if placebo in conditions else "the placebo hint was not run"
    reasons = dict.fromkeys(nulls, placed if row["hint"] else hinted)
    if row["expression"] is not None:
        return reasons | ({"expression": expression} if expression else {})
    absent = f"{expression}; it counts as 0 in the sum"
    return reasons | dict.fromkeys(["expression", "expression_low", "expression_high"], absent)

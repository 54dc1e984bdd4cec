"""Self-distillation: the target model answers with the hint in its prompt, and the sample leaves it out."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from scriptgap.languages import language
from scriptgap.measure.conditions import BASES, changed
from scriptgap.measure.presentation import FEWSHOT, items, present
from scriptgap.measure.run import Run, measure
from scriptgap.scripts import fold_script, script_of
from scriptgap.synthesize.knowledge import SEED_KEY
from scriptgap.synthesize.teacher_replies import EMPTY, FAILED, NOT_ASKED, REFUSED, TRUNCATED, Reply
from scriptgap.synthesize.teacher_rows import EXTRA, made
from scriptgap.tables import CUT_SHORT, QUESTION_KEY

TEACHER = "self"
"""What the column ``teacher`` says of these samples."""

WRONG_ANSWER, UNDECIDED = "wrong answer", "undecided"
"""Faults beside those of `teacher_replies`: the scorer of the run said wrong, or nothing that can be read."""


def distill(
    seeds: pl.DataFrame,
    questions: pl.DataFrame,
    model: str,
    folder: str | Path,
    samples: int = 4,
    temperature: float = 1.0,
    scorers: Sequence[str] | None = None,
    prices: Sequence[float] | None = None,
    max_requests: int | None = None,
    budget: float | None = None,
) -> pl.DataFrame:
    """Sample the target model with the hint in its prompt, and make a row of each answer.

    The answers are those of a `measure` run under ``hint`` (seeds of the condition ``plain``) and
    ``entity_only_hint`` (seeds of ``entity_only``), scored as any other, in the folders ``self/plain`` and
    ``self/entity_only``; a stopped run goes on where it stopped. For ``entity_only`` the source-language
    questions are asked too, as the presentation is made of them. The row's ``prompt`` is the seed's own,
    without the hint; reasoning that speaks of the hint is left for verification to find.

    Args:
        seeds: A seeds table.
        questions: The questions table that the seeds come from, with its worked examples (split
            ``fewshot``), which a base model needs.
        model: The model that is to be trained, by any name that `measure` knows.
        folder: What the runs are kept in.
        samples: Answers to each seed.
        temperature: Sampling temperature.
        scorers: As for `measure`; the first decides what is right.
        prices: As for `measure`.
        max_requests: Requests that each of the two folders may take in all.
        budget: US dollars that each of the two folders may cost in all.

    Returns:
        One row for each answer, and one for each seed that was not asked, in the order of the seeds: the
        seed's columns and `teacher_rows.EXTRA`, without ``candidates``. ``style`` is ``full`` where the model
        reasoned, else ``direct``. ``trace_lang`` is the query language where the reasoning is in its script
        and that is not Latin, else ``en``; without reasoning it is ``answer_lang``. Right answers have no
        ``fault``; the others have one of `teacher_replies.FAULTS`, `WRONG_ANSWER` or `UNDECIDED`, and keep
        what the model said in ``text``.

    Raises:
        UsageError: An argument is wrong, or a folder holds another run.
        ScriptgapError: The model cannot be loaded or reached, or every answer failed.
        StoppedError: The user stopped it.
    """
    found: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    reasons: dict[tuple[str, ...], str] = {}
    for base in BASES:
        wanted = seeds.filter((pl.col("condition") == base) & (pl.col("kind") != "replay"))
        if wanted.is_empty():
            continue
        hint = changed(base, "hint")
        table = _asked(questions, wanted, base)
        keys = set(wanted.select(QUESTION_KEY).iter_rows())
        omitted = {
            tuple(str(row[column]) for column in QUESTION_KEY): present(item, hint).omitted
            for row, item in items(table)
            if row["split"] != FEWSHOT
        }
        told = {key: omitted.get(key, "its question is not in the questions table") for key in keys}
        reasons |= {(*key, base): reason for key, reason in told.items() if reason is not None}
        if all(told.values()):
            continue
        run: Run = measure(
            table,
            model,
            Path(folder) / TEACHER / base,
            [hint],
            samples,
            temperature,
            scorers,
            prices=prices,
            max_requests=max_requests,
            budget=budget,
        )
        for row in run.observations.filter(condition=hint).iter_rows(named=True):
            key = tuple(row[column] for column in QUESTION_KEY)
            found.setdefault((*key, base), []).append(row)
    rows = []
    for seed in seeds.iter_rows(named=True):
        key = tuple(seed[column] for column in SEED_KEY)
        answers = found.get(key, [])
        rows += [_row(seed, answer) for answer in answers]
        if not answers:
            reason = reasons.get(key, "the limit of the run is reached")
            reason = "the seed names no entity" if seed["kind"] == "replay" else reason
            fault = Reply(fault=f"{NOT_ASKED}: {reason}")
            rows.append(made(seed, fault, "direct", TEACHER, seed["answer_lang"]))
    return pl.DataFrame(rows, schema={**seeds.schema, **EXTRA})


def _asked(questions: pl.DataFrame, seeds: pl.DataFrame, base: str) -> pl.DataFrame:
    """The questions of the seeds, the worked examples of their languages, and what their form is made of."""
    parts = [questions.filter(pl.col("split") != FEWSHOT).join(seeds, on=QUESTION_KEY, how="semi")]
    tags = set(seeds["query_lang"].unique())
    if base == "entity_only":
        tags |= set(seeds["source_lang"].unique())
        sources = questions.filter(
            (pl.col("split") != FEWSHOT) & (pl.col("query_lang") == pl.col("source_lang"))
        )
        parts.append(sources.join(seeds, on=QUESTION_KEY[:-1], how="semi"))
    parts.append(questions.filter((pl.col("split") == FEWSHOT) & pl.col("query_lang").is_in(sorted(tags))))
    return pl.concat(parts).unique(QUESTION_KEY, maintain_order=True)


def _row(seed: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    reasoning, response = (answer["reasoning"] or "").strip(), (answer["response"] or "").strip()
    style = "full" if reasoning else "direct"
    fault = _fault(answer, response)
    reply = Reply(fault=fault) if fault else Reply(reasoning, (), response)
    tag = _trace_lang(reasoning, seed["query_lang"]) if reasoning else seed["answer_lang"]
    said = "\n".join(filter(None, (reasoning, response))) or None
    return {**made(seed, reply, style, TEACHER, tag, answer["sample"]), "text": said}


def _fault(answer: dict[str, Any], response: str) -> str | None:
    stop = answer["stop_reason"]
    if stop == "error":
        return FAILED
    if stop == "content_filter":
        return REFUSED
    if stop in CUT_SHORT:
        return f"{TRUNCATED}: {stop}"
    if not response:
        return EMPTY
    if answer["correct"] is None:
        return UNDECIDED
    return None if answer["correct"] else WRONG_ANSWER


def _trace_lang(reasoning: str, query_lang: str) -> str:
    """Guess the language of reasoning from its script: a model thinks in the query language or in English."""
    script, scripts = script_of(reasoning), language(query_lang).scripts
    return query_lang if script and script != "Latn" and fold_script(script) <= scripts else "en"

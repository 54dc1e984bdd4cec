"""A model as teacher: any Inspect model writes traces for seeds; what is of no use is kept with its fault."""

import contextlib
import hashlib
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl
from inspect_ai import Task

from scriptgap.candidates.evidence import Evidence, NameKey
from scriptgap.errors import UsageError
from scriptgap.languages import language
from scriptgap.measure import run_folder
from scriptgap.measure.budget import Limits
from scriptgap.measure.checkpoint import checkpoint
from scriptgap.measure.cost import Piece, Prices, Rates, estimated, prompt_tokens
from scriptgap.measure.ledger import Ledger
from scriptgap.measure.logs import logged, read_logs
from scriptgap.measure.models import is_base, one_line
from scriptgap.measure.observations import was_asked
from scriptgap.measure.preview import Preview
from scriptgap.measure.rounds import ask
from scriptgap.synthesize.knowledge import SEED_KEY
from scriptgap.synthesize.teacher_prompts import STYLES, Examples, name_key, request
from scriptgap.synthesize.teacher_replies import FAILED, NOT_ASKED, Reply, read_reply
from scriptgap.synthesize.teacher_rows import EXTRA, made
from scriptgap.synthesize.teacher_task import Held, Journal, Lesson, held_reply, teacher_task
from scriptgap.synthesize.wrong_names import WrongNames

_EMBEDDED_TOKENS = 512


def teach(
    seeds: pl.DataFrame,
    evidence: Mapping[NameKey, Evidence],
    model: str,
    folder: str | Path,
    styles: Sequence[str] = ("full",),
    trace_lang: str | None = "en",
    examples: pl.DataFrame | None = None,
    temperature: float = 1.0,
    max_tokens: int | None = None,
    limits: Limits = Limits(),  # noqa: B008
    prices: Prices | None = None,
) -> pl.DataFrame:
    """Let a model write one trace and answer for each seed in each style; nothing of it is verified.

    The model is told the hidden name, and asked to reason as if it had to find it. The work goes on where an
    earlier call with the same arguments stopped, however it stopped: each answer is noted as it comes, and
    no answered seed is asked again. Styles and limits may change from call to call. A request that fails is
    sent once more; a later call asks it again.

    Args:
        seeds: A seeds table, unique in `knowledge.SEED_KEY`.
        evidence: What is known of the letters of names; a name without evidence is asked without notes.
        model: Any Inspect model name, ``embedded/...``, or the folder of a checkpoint.
        folder: What the run is kept in, under ``teacher/``: ``run.json``, ``replies.jsonl``, ``logs/``
            (Inspect's), ``requests.jsonl`` and ``questions.parquet`` (the seeds).
        styles: Some of `teacher_prompts.STYLES`.
        trace_lang: BCP-47 tag of the language to think in; None for each seed's query language.
        examples: Samples (columns of a sample) to show as worked examples, those of the style asked for; a
            base model needs them.
        temperature: Sampling temperature, at least 0.
        max_tokens: Most tokens of a reply; where None the model's own bound, 512 for an embedded one.
        limits: Requests and US dollars that the folder may take in all; dollars need `prices`.
        prices: The model's.

    Returns:
        For each style and seed one row, in that order: the seed's columns and `teacher_rows.EXTRA`. Rows
        with a ``fault`` (one of `teacher_replies.FAULTS`, with details) have empty ``reasoning`` and
        ``response``.

    Raises:
        UsageError: An argument is wrong, or the folder holds another run.
        ScriptgapError: The model cannot be loaded or reached at all.
        StoppedError: The user stopped it.
    """
    styles = _checked(seeds, styles, trace_lang, temperature, limits, prices)
    folder = Path(folder) / "teacher"
    names = WrongNames([seeds] if examples is None else [seeds, examples])
    shown = Examples(examples, evidence, names)
    lessons: dict[tuple[str, str], Lesson] = {}
    unasked: dict[tuple[str, str], str] = {}
    for style in styles:
        for seed in seeds.iter_rows(named=True):
            key = style, _id(seed)
            if (reason := _unteachable(seed, style, names)) is not None:
                unasked[key] = reason
                continue
            asked = request(
                seed,
                style,
                trace_lang or seed["query_lang"],
                evidence.get(name_key(seed)),
                names.of(seed) if style == "wrong_candidates" else None,
            )
            lessons[key] = Lesson(key[1], asked, shown.of(seed, style, trace_lang or seed["query_lang"]))
    _check_examples(lessons, model)
    if max_tokens is None and model.startswith("embedded/"):
        max_tokens = _EMBEDDED_TOKENS
    identity = {
        "scriptgap": version("scriptgap"),
        "model": model,
        "inputs_hash": _hash(seeds, evidence, examples),
        "trace_lang": trace_lang or "query",
        "temperature": temperature,
        "max_tokens": max_tokens,
    }
    run_folder.check_held(folder, identity)
    with contextlib.closing(Journal(folder / "replies.jsonl")) as journal:
        tasks = {
            style: teacher_task(
                [lesson for (name, _), lesson in lessons.items() if name == style],
                style,
                journal,
                is_base(model),
                max_tokens,
            )
            for style in styles
            if any(name == style for name, _ in lessons)
        }
        view = _view(seeds, identity, tasks, lessons, journal, folder, temperature, prices)
        if view.pieces:
            with contextlib.closing(Ledger(folder / run_folder.LEDGER)) as ledger:
                ask(view, model, [], folder, 1, ledger, limits)
        from_logs, errors = _from_logs(folder, list(tasks))
        replies = from_logs | journal.replies
    rows = []
    for style in styles:
        for seed in seeds.iter_rows(named=True):
            key = style, _id(seed)
            text = None
            if key in unasked:
                reply = Reply(fault=f"{NOT_ASKED}: {unasked[key]}")
            elif key in replies:
                held = replies[key]
                text = held.text
                reply = read_reply(held.text, held.stop_reason, style, held.refused)
            elif key in errors:
                reply = Reply(fault=f"{FAILED}: {errors[key]}")
            else:
                reply = Reply(fault=f"{NOT_ASKED}: the limit of the run is reached")
            row = made(seed, reply, style, model, trace_lang or seed["query_lang"])
            rows.append({**row, "text": text})
    return pl.DataFrame(rows, schema={**seeds.schema, **EXTRA})


def _checked(
    seeds: pl.DataFrame,
    styles: Sequence[str],
    trace_lang: str | None,
    temperature: float,
    limits: Limits,
    prices: Prices | None,
) -> list[str]:
    for style in styles:
        if style not in STYLES:
            raise UsageError(f"unknown style {style!r}; the styles are {', '.join(STYLES)}")
    if not styles:
        raise UsageError(f"no style given; the styles are {', '.join(STYLES)}")
    if trace_lang is not None:
        language(trace_lang)
    if temperature < 0:
        raise UsageError(f"the temperature must be at least 0, not {temperature}")
    if limits.dollars is not None and prices is None:
        raise UsageError("a budget in dollars needs the model's prices")
    twice = seeds.select(SEED_KEY).is_duplicated()
    if twice.any():
        raise UsageError(f"seeds: {_id(seeds.filter(twice).row(0, named=True))} is there twice")
    return list(dict.fromkeys(styles))


def _check_examples(lessons: Mapping[tuple[str, str], Lesson], model: str) -> None:
    if not is_base(model):
        return
    if not model.startswith("embedded/") and checkpoint(model) is None:
        raise UsageError(
            f"{model}: is a base model, whose answers are of one line; take a chat model to teach"
        )
    for (style, _), lesson in lessons.items():
        if not lesson.examples:
            raise UsageError(
                f"{model}: a base model needs worked examples, and there are none of style {style}"
            )


def _unteachable(seed: Mapping[str, Any], style: str, names: WrongNames) -> str | None:
    """Say why there is nothing to ask about a seed; None where there is."""
    if seed["kind"] == "replay" or not (seed["entity_source"] and seed["entity_query"]):
        return "the seed names no entity"
    if style == "wrong_candidates" and names.of(seed) is None:
        return "there is no other entity of its type"
    return None


def _id(seed: Mapping[str, Any]) -> str:
    return "/".join(str(seed[column]) for column in SEED_KEY)


def _hash(seeds: pl.DataFrame, evidence: Mapping[NameKey, Evidence], examples: pl.DataFrame | None) -> str:
    """Hash all that the prompts are made of."""
    digest = hashlib.sha256(seeds.sort(SEED_KEY).write_ndjson().encode())
    digest.update(repr(sorted(evidence.items(), key=lambda pair: pair[0])).encode())
    digest.update(b"" if examples is None else examples.write_ndjson().encode())
    return digest.hexdigest()


def _view(
    seeds: pl.DataFrame,
    identity: dict[str, object],
    tasks: dict[str, Task],
    lessons: Mapping[tuple[str, str], Lesson],
    journal: Journal,
    folder: Path,
    temperature: float,
    prices: Prices | None,
) -> Preview:
    """What is to ask, as `measure` knows it: its rounds, limits and logs then serve the teacher too."""
    pieces = [
        Piece(
            condition=style,
            sample_id=lesson.id,
            question="/".join(lesson.id.split("/")[:3]),
            input_tokens=prompt_tokens(
                [lesson.request, *(text for pair in lesson.examples for text in pair)]
            ),
            grader_tokens=0.0,
            repeats=1,
        )
        for (style, _), lesson in lessons.items()
        if (style, lesson.id) not in journal.replies
    ]
    return Preview(
        table=seeds,
        identity=identity,
        tasks=tasks,
        logged=logged(folder / "logs"),
        pieces=pieces,
        estimate=estimated(pieces, list(tasks), Rates(), 0, prices),
        assumption="",
        temperature=temperature,
        prices=prices,
        grader_prices=None,
    )


def _from_logs(
    folder: Path, styles: list[str]
) -> tuple[dict[tuple[str, str], Held], dict[tuple[str, str], str]]:
    """Read what the logs hold, by style and seed: replies, and why requests failed."""
    replies: dict[tuple[str, str], Held] = {}
    errors: dict[tuple[str, str], str] = {}
    for log in read_logs(folder / "logs", styles):
        style = str((log.eval.metadata or {})["condition"])
        for sample in filter(was_asked, log.samples or []):
            key = style, str(sample.id)
            if sample.error is not None:
                errors[key] = one_line(sample.error.message)
            elif sample.limit is not None:
                errors[key] = f"{sample.limit.type} limit"
            else:
                replies[key] = held_reply(sample.output)
    return replies, errors

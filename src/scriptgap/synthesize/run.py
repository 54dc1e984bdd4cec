"""`synthesize`: samples that teach a model to find what it knows, made, verified and written."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from scriptgap.candidates.evidence import Evidence, NameKey
from scriptgap.errors import UsageError
from scriptgap.measure.budget import Limits
from scriptgap.measure.cost import Prices
from scriptgap.measure.models import check_name, is_base
from scriptgap.synthesize.distill import TEACHER as SELF
from scriptgap.synthesize.earlier import told_differences
from scriptgap.synthesize.held_out import HeldOut, hold_out, without_held_out
from scriptgap.synthesize.knowledge import SEED_KEY, measured
from scriptgap.synthesize.mix import CELL, asked_of, kinds_table, mix_table, plans_of
from scriptgap.synthesize.near_duplicates import duplicates_of
from scriptgap.synthesize.recipe import Recipe, read_recipe, with_options
from scriptgap.synthesize.sample_check import DUPLICATE
from scriptgap.synthesize.sources import ATLAS, Source, read_evaluation, read_source
from scriptgap.synthesize.stated_steps import TrueStep
from scriptgap.synthesize.synthesis import SUMMARY, Synthesis, made_of, write_synthesis
from scriptgap.synthesize.teacher_prompts import name_key
from scriptgap.synthesize.teacher_replies import Reply
from scriptgap.synthesize.teacher_rows import EXTRA, made
from scriptgap.synthesize.teaching import (
    RULES,
    Asked,
    Progress,
    by_model,
    by_rules,
    by_self,
    plain_evidence,
)
from scriptgap.synthesize.verify import reasons_table, verify
from scriptgap.synthesize.wrong_names import WrongNames

REPLAY = "replay"
"""What the column ``teacher`` says of general data."""

_ROUNDS = 6
"""So often rejected samples are replaced by others of their cell."""

_EXAMPLES = 8
"""Worked examples made for each query language and condition."""

_SPELLINGS = 5


def synthesize(
    source: pl.DataFrame | str | Path | None = None,
    teacher: str = RULES,
    folder: str | Path = "samples",
    recipe: Recipe | str | Path | None = None,
    evaluation: Sequence[pl.DataFrame | str | Path] = (),
    knowledge: pl.DataFrame | str | Path | None = None,
    keep_all: bool = False,
    replay: str | Path | None = None,
    names: str | Path | None = None,
    target: str | None = None,
    style: str | None = None,
    form: str | None = None,
    prices: Prices | None = None,
    max_requests: int | None = None,
    budget: float | None = None,
    command: str = "",
    on_progress: Progress = lambda stage, done, total: None,
    on_note: Callable[[str], None] = lambda line: None,
) -> Synthesis:
    """Make training samples of questions, and write them into a folder.

    Entities are split by hash into train, validation and test. Training and validation lose every seed that
    has to do with an entity of a later split or of an evaluation set. Of the rest the recipe's proportions
    are made, verified, and what is rejected is replaced by other samples of its cell, where there are some
    (by the teacher ``rules``; a model is asked once).

    ``folder`` gets ``train.jsonl``, ``validation.jsonl``, ``samples.parquet`` (what is in the two, as a
    table), ``rejects.parquet`` (with ``reason`` and ``detail``), ``removed.parquet`` (decontamination),
    ``test.parquet`` (held-out questions and worked examples, to give to `measure`), ``synthesis.json`` and
    ``card.md``.

    Args:
        source: A questions table, its Parquet file, the folder of a `measure` run, whose answers then also
            choose the questions, or ``atlas`` or None for Atlas.
        teacher: ``rules``, ``self`` (the target model with a hint), or any Inspect model name.
        folder: Where to write; made where it is absent. A model's run that was stopped goes on in it.
        recipe: The recipe or its file; the default one where None.
        evaluation: Questions tables whose entities must not be taught.
        knowledge: Observations of the target model, their file, or a run folder: only what it answers right
            in the source language and wrong in the query language is taught.
        keep_all: Teach every question, whatever the target model knows.
        replay: General data to mix in (`replay.read_replay`).
        names: A table of name pairs (`name_questions.read_name_questions`), or ``geonames``.
        target: The model to be trained; for the card, and for the teacher ``self``.
        style: In place of the recipe's.
        form: In place of the recipe's.
        prices: The teacher's prices.
        max_requests: Requests that a teacher may take in all.
        budget: US dollars that a teacher may cost in all; needs `prices`.
        command: What was called, for the card.
        on_progress: See `teaching.Progress`.
        on_note: Called with a line to read before the work: that samples of another make will be replaced.

    Raises:
        UsageError: An argument, a file or the recipe is wrong, or nothing is left to teach.
        ScriptgapError: The teacher cannot be loaded or reached.
    """
    folder = Path(folder)
    plan = recipe if isinstance(recipe, Recipe) else read_recipe(recipe)
    plan = with_options(plan, style, form)
    if teacher == SELF and plan.style != "full":
        raise UsageError(f"--teacher self: the model writes in its own way, not in style {plan.style}")
    if teacher == SELF and target is None:
        raise UsageError("--teacher self needs the model that is to be trained: --target MODEL")
    if budget is not None and prices is None:
        raise UsageError("--budget needs the teacher's prices: --price INPUT,OUTPUT[,CACHED_INPUT]")
    model = {RULES: None, SELF: target}.get(teacher, teacher)
    if model is not None:
        check_name(model)
    on_progress("reading", 0, 1)
    tables = read_evaluation(evaluation)
    read = read_source(source, plan, names, replay)
    on_progress("reading", 1, 1)
    observed = _observed(source, knowledge)
    seeds, told = (read.seeds, None) if observed is None else measured(observed, read.seeds, keep_all)
    inputs = _inputs(source, evaluation, observed, keep_all, replay, names)
    if (line := told_differences(folder / SUMMARY, made_of(plan, teacher, target, inputs))) is not None:
        on_note(line)
    on_progress("decontaminating", 0, 1)
    held = hold_out(seeds, read.placed, tables, _likely_spellings)
    on_progress("decontaminating", 1, 1)
    if held.kept.filter(split="train").is_empty():
        why = (
            f"decontamination removed all {held.removed.height:,} of them"
            if held.removed.height
            else "none is in the split train"
        )
        raise UsageError(f"no seed is left to train on: {why}; take more questions")
    one_each = teacher != RULES or plan.style == "direct" or plan.wording == "plain"
    plans = plans_of(held.kept, plan, 1 if one_each else plan.variants)
    asked = asked_of(plans, plan)
    work = _Work(held, plan, teacher, model, folder, read, on_progress)
    kept, surplus, rejects = work.done(plans, asked, Asked(Limits(max_requests, budget), prices))
    mix = mix_table(asked, kept.join(asked.with_row_index("cell"), on="cell").select(CELL))
    return write_synthesis(
        folder, plan, teacher, target, command, inputs, read, held, kept, surplus.height, rejects, told, mix,
        kinds_table(mix, plan, names is not None), reasons_table(pl.concat([kept, surplus]), rejects),
    )  # fmt: skip


def _likely_spellings(name: str, query_lang: str, source_lang: str) -> list[str]:
    from scriptgap.candidates.spelling import candidates_of

    return [candidate.spelling for candidate in candidates_of(name, _SPELLINGS)]


def _observed(
    source: pl.DataFrame | str | Path | None, knowledge: pl.DataFrame | str | Path | None
) -> pl.DataFrame | str | Path | None:
    """Return the observations that are given, or those of the run that is the source."""
    if knowledge is not None or source is None or isinstance(source, pl.DataFrame):
        return knowledge
    return Path(source) if Path(source).is_dir() else None


def _inputs(
    source: pl.DataFrame | str | Path | None,
    evaluation: Sequence[pl.DataFrame | str | Path],
    observed: pl.DataFrame | str | Path | None,
    keep_all: bool,
    replay: str | Path | None,
    names: str | Path | None,
) -> dict[str, Any]:
    """Return what was given, as it was named."""

    def name(given: pl.DataFrame | str | Path | None) -> str | None:
        # As a path, so that runs/a and runs/a/ are one.
        return "a table" if isinstance(given, pl.DataFrame) else None if given is None else str(Path(given))

    return {
        "source": ATLAS if source is None else name(source),
        "against": [name(table) for table in evaluation],
        "knowledge": name(observed),
        "keep_all": keep_all,
        "replay": name(replay),
        "names": name(names),
    }


@dataclass(frozen=True, slots=True)
class _Work:
    """The making of samples, round by round."""

    held: HeldOut
    recipe: Recipe
    teacher: str
    model: str | None
    folder: Path
    source: Source
    on_progress: Progress

    def done(
        self, plans: pl.DataFrame, asked: pl.DataFrame, allowed: Asked
    ) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
        """Make what is asked for, and replace what is rejected while there is something to replace it.

        Returns:
            The samples to keep; those that are as good but more than were asked for, as of several answers to
            one seed; and the rejects.
        """
        cells = asked.with_row_index("cell").select("cell", *CELL, "asked")
        waiting = plans.join(cells, on=CELL, how="inner", maintain_order="left").drop(CELL)
        seeds = self.held.kept.with_row_index("seed")
        wrong_names = WrongNames([self.held.kept])
        evidence: dict[NameKey, Evidence] = {}
        kept, rejects, tried = None, [], 0
        wanted = dict(cells.select("cell", "asked").iter_rows())
        lacking = dict(wanted)
        begun = dict.fromkeys(lacking, 0)
        for _ in range(_ROUNDS if self.teacher == RULES else 1):
            first = pl.col("cell").replace_strict(begun, return_dtype=pl.Int64)
            last = first + pl.col("cell").replace_strict(lacking, return_dtype=pl.Int64)
            now = waiting.filter((pl.col("rank") >= first) & (pl.col("rank") < last))
            if now.is_empty():
                break
            tried += now.height
            planned = now.join(seeds, on="seed", how="left", maintain_order="left").drop(
                "seed", "rank", "asked"
            )
            good, bad = self._round(planned, evidence, wrong_names, allowed)
            if kept is not None:
                good, repeated = self._new(kept, good)
                bad = pl.concat([bad, repeated], how="diagonal_relaxed")
            kept = good if kept is None else pl.concat([kept, good], how="diagonal_relaxed")
            rejects.append(bad)
            begun = {cell: begun[cell] + lacking[cell] for cell in begun}
            have = dict(kept.group_by("cell").len().iter_rows())
            lacking = {cell: max(0, wanted[cell] - have.get(cell, 0)) for cell in begun}
        if kept is None:
            raise UsageError("the recipe asks for no sample of what there is; raise samples, or its shares")
        # Every seed's first answer stands before any second one, so that no seed crowds out another.
        in_turn = kept.sort(pl.int_range(pl.len()).over(SEED_KEY), maintain_order=True)
        within = in_turn.select(
            pl.int_range(pl.len()).over("cell") < pl.col("cell").replace_strict(wanted)
        ).to_series()
        return in_turn.filter(within), in_turn.filter(~within), pl.concat(rejects, how="diagonal_relaxed")

    def _round(
        self,
        planned: pl.DataFrame,
        evidence: dict[NameKey, Evidence],
        wrong_names: WrongNames,
        allowed: Asked,
    ) -> tuple[pl.DataFrame, pl.DataFrame]:
        replay = planned.filter(kind="replay")
        own = planned.filter(pl.col("kind") != "replay").drop("reasoning", "response")
        true_step = self._add_evidence(own, evidence)
        limits, alike = self.recipe.limits, self.recipe.most_alike
        if own.is_empty():
            samples = pl.DataFrame(schema={**own.schema, **EXTRA})
        elif self.teacher == RULES:
            samples = by_rules(own, evidence, self.recipe, wrong_names, self.on_progress)
        elif self.teacher == SELF:
            self.on_progress("asking the model", 0, 0)
            assert self.model is not None
            samples = by_self(own, self.source.questions, self.model, self.folder, self.recipe, allowed)
        else:
            self.on_progress("asking the model", 0, 0)
            examples = (
                self._examples(own, evidence, true_step, wrong_names) if is_base(self.teacher) else None
            )
            samples = by_model(own, evidence, self.teacher, self.folder, self.recipe, examples, allowed)
        self.on_progress("verifying", 0, samples.height)
        good, bad = verify(samples, evidence, true_step, wrong_names, limits, alike)
        self.on_progress("verifying", samples.height, samples.height)
        return pl.concat([good, _replayed(replay)], how="diagonal_relaxed"), bad

    def _add_evidence(self, planned: pl.DataFrame, evidence: dict[NameKey, Evidence]) -> TrueStep:
        """Add what is known of names; of those in the source language's script there is nothing to find."""
        # Loaded here: it takes a second, and wrong use should be told at once.
        from scriptgap.candidates.spelling import evidence_for, true_step

        foreign = [name_key(row) for row in _names(planned.filter(kind="cross_script"))]
        if unknown := [key for key in foreign if key not in evidence]:
            found = evidence_for(unknown, lambda done, total: self.on_progress("spelling", done, total))
            evidence |= without_held_out(found, self.held.names)
        for row in _names(planned.filter(pl.col("kind") != "cross_script")):
            evidence.setdefault(name_key(row), plain_evidence(row))
        return true_step

    def _examples(
        self,
        planned: pl.DataFrame,
        evidence: Mapping[NameKey, Evidence],
        true_step: TrueStep,
        wrong_names: WrongNames,
    ) -> pl.DataFrame:
        """Worked examples by rules for a base model, which learns from them what is wanted."""
        few = (
            planned.filter(split="train")
            .group_by("query_lang", "condition", maintain_order=True)
            .head(_EXAMPLES)
        )
        shown = by_rules(few, evidence, self.recipe, wrong_names, lambda stage, done, total: None)
        good, _ = verify(shown, evidence, true_step, wrong_names, self.recipe.limits)
        return good

    def _new(self, kept: pl.DataFrame, good: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Tell the samples that repeat none of an earlier round."""
        both = pl.concat([kept.select(good.columns), good])
        repeats = duplicates_of(both, self.recipe.most_alike)[kept.height :]
        mask = pl.Series([repeat is None for repeat in repeats], dtype=pl.Boolean)
        details = [f"of sample {repeat}" for repeat in repeats if repeat is not None]
        return good.filter(mask), good.filter(~mask).with_columns(
            reason=pl.lit(DUPLICATE), detail=pl.Series(details, dtype=pl.String)
        )


def _names(planned: pl.DataFrame) -> list[dict[str, str]]:
    return (
        planned.select("entity_query", "entity_source", "query_lang", "source_lang")
        .unique(maintain_order=True)
        .to_dicts()
    )


def _replayed(planned: pl.DataFrame) -> pl.DataFrame:
    """General data as samples: it is learned as it is."""
    rows = []
    for row in planned.iter_rows(named=True):
        reply = Reply(row["reasoning"] or "", (), row["response"])
        style = "full" if row["reasoning"] else "direct"
        rows.append(made(row, reply, style, REPLAY, row["answer_lang"]))
    return pl.DataFrame(rows, schema={**planned.schema, **EXTRA})

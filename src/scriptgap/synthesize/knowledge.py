"""What the target model knows: which seeds it answers in the source language and not in the query script."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from scriptgap.errors import UsageError
from scriptgap.languages import language
from scriptgap.tables import QUESTION_KEY, read_observations

LOST, KEPT, UNKNOWN, UNMEASURED = (
    "right in source, wrong in query",
    "right in both",
    "wrong in source",
    "not measured",
)
"""The classes of a seed. The first is what training can teach: retrieval of a fact that is there."""

CLASSES = (LOST, KEPT, UNKNOWN, UNMEASURED)

SEED_KEY = [*QUESTION_KEY, "condition"]
"""The columns that name a seed."""

_QUESTION = ["dataset", "question_id", "source_lang"]
_RIGHT_FROM = 0.5
_LEVELS = (("easy", 2 / 3), ("medium", 1 / 3), ("hard", 0.0))


@dataclass(frozen=True, slots=True)
class Measured:
    """What a run said of the seeds.

    Attributes:
        run: The folder of the run, or the file, its last name only; None where a table was given.
        model: The model that answered.
        keep_all: Whether every seed is kept, whatever the model answered.
        qualifying: As `qualifying` returns it.
        unanswered: As `unanswered` returns it.
    """

    run: str | None
    model: str
    keep_all: bool
    qualifying: pl.DataFrame
    unanswered: pl.DataFrame

    def told_unanswered(self) -> str:
        """Say how many seeds have no scored answer, and what became of them; empty where all have one."""
        lacking = self.unanswered.filter(pl.col("unanswered") > 0)
        if lacking.is_empty():
            return ""
        number, seeds = int(lacking["unanswered"].sum()), int(self.unanswered["seeds"].sum())
        by_condition = ", ".join(
            f"{condition} {unanswered:,} of {held:,}" for condition, held, unanswered in lacking.iter_rows()
        )
        became = "kept all the same" if self.keep_all else "left out"
        return (
            f"{number:,} of {seeds:,} seeds (a question in one language and condition) have no scored answer "
            f"in the run and are {became}: {by_condition}"
        )


def measured(
    observations: pl.DataFrame | str | Path, seeds: pl.DataFrame, keep_all: bool = False
) -> tuple[pl.DataFrame, Measured]:
    """Return the seeds that training should teach, and what was known of all.

    Args:
        observations: As in `known`.
        seeds: As in `taught`.
        keep_all: As in `taught`.

    Raises:
        UsageError: As in `known`, or no seed is left.
    """
    run, table = None, observations
    if not isinstance(table, pl.DataFrame):
        path = Path(table)
        run = (path.parent if path.name == "observations.parquet" else path).resolve().name
        table = read_observations(path)
    knowledge = known(table, seeds, "observations" if run is None else str(observations))
    kept = taught(seeds, knowledge, keep_all)
    if kept.is_empty():
        raise UsageError(
            "no question is right in the source language and wrong in the query: --keep-all keeps all"
        )
    return kept, Measured(
        run, str(table["model"][0]), keep_all, qualifying(seeds, knowledge), unanswered(seeds, knowledge)
    )


def known(observations: pl.DataFrame, seeds: pl.DataFrame, name: str = "observations") -> pl.DataFrame:
    """Say of each seed whether the target model knows its fact, by answers that `measure` observed.

    A seed is looked up under its own condition in its query language, and in its source language under the
    same condition or, where that was not asked there, under ``plain``, which is the same text. Of several
    answers those that were scored count: right where at least half of them are. Null (cut short, failed) is
    neither right nor wrong. A seed whose source answer is wrong is ``wrong in source`` whether or not its
    query answer was scored.

    Args:
        observations: Columns of `tables.OBSERVATIONS` of one model.
        seeds: Columns of `SEED_KEY`, unique; others are ignored.
        name: How messages call the observations.

    Returns:
        One row for each seed, in their order: `SEED_KEY`; ``source_accuracy`` and ``query_accuracy`` (share
        of the scored answers that are right, 0 to 1, or null); ``knowledge`` (one of `CLASSES`);
        ``languages_right`` and ``languages_measured`` (query languages other than the source language in
        which the question is answered right, and was scored, under the seed's condition); ``difficulty``
        (``easy`` where it is right in at least two thirds of them, ``medium`` in at least one third, else
        ``hard``; null where none was scored).

    Raises:
        UsageError: The observations are of several models, or have none of the questions.
    """
    models = sorted(observations["model"].unique())
    if len(models) > 1:
        raise UsageError(f"{name}: holds answers of {', '.join(models)}; keep those of the one to be trained")
    asked = seeds.select(SEED_KEY)
    if asked.is_duplicated().any():
        twice = asked.filter(asked.is_duplicated()).row(0)
        raise UsageError(f"seeds: {'/'.join(twice)} is there twice")
    if not observations.join(asked, on=_QUESTION, how="semi").height:
        raise UsageError(f"{name}: no question of the seeds was measured; measure their questions first")
    scored = (
        observations.filter(pl.col("correct").is_not_null())
        .group_by(SEED_KEY)
        .agg(accuracy=pl.col("correct").mean())
        .with_columns(right=pl.col("accuracy") >= _RIGHT_FROM)
    )
    source = scored.filter(pl.col("query_lang") == pl.col("source_lang"))
    plain = source.filter(condition="plain").select(*_QUESTION, plain_accuracy="accuracy")
    own = source.select(*_QUESTION, "condition", own_accuracy="accuracy")
    by_language = (
        scored.filter(pl.col("query_lang") != pl.col("source_lang"))
        .group_by(*_QUESTION, "condition")
        .agg(languages_right=pl.col("right").sum(), languages_measured=pl.len())
    )
    joined = (
        asked.join(
            scored.select(*SEED_KEY, query_accuracy="accuracy"), SEED_KEY, "left", maintain_order="left"
        )
        .join(own, [*_QUESTION, "condition"], "left", maintain_order="left")
        .join(plain, _QUESTION, "left", maintain_order="left")
        .join(by_language, [*_QUESTION, "condition"], "left", maintain_order="left")
        .with_columns(source_accuracy=pl.coalesce("own_accuracy", "plain_accuracy"))
    )
    in_source, in_query = (pl.col(column) >= _RIGHT_FROM for column in ("source_accuracy", "query_accuracy"))
    share = pl.col("languages_right") / pl.col("languages_measured")
    difficulty = pl.lit(None, pl.String)
    for level, least in reversed(_LEVELS):
        difficulty = pl.when(share >= least).then(pl.lit(level)).otherwise(difficulty)
    return joined.select(
        *SEED_KEY,
        "source_accuracy",
        "query_accuracy",
        knowledge=pl.when(~in_source)
        .then(pl.lit(UNKNOWN))
        .when(in_source & in_query)
        .then(pl.lit(KEPT))
        .when(in_source & ~in_query)
        .then(pl.lit(LOST))
        .otherwise(pl.lit(UNMEASURED)),
        languages_right=pl.col("languages_right").cast(pl.Int64).fill_null(0),
        languages_measured=pl.col("languages_measured").cast(pl.Int64).fill_null(0),
        difficulty=difficulty,
    )


def taught(seeds: pl.DataFrame, knowledge: pl.DataFrame, keep_all: bool = False) -> pl.DataFrame:
    """Keep the seeds that training should teach, with what is known of each.

    Of the kind ``cross_script`` those are kept that are right in the source and wrong in the query; of the
    others, which are there to prevent harm, those that are right in both; ``replay`` is kept whole, as
    `measure` does not ask it.

    Args:
        seeds: Columns of `SEED_KEY` and ``kind``.
        knowledge: What `known` says of them.
        keep_all: Keep every seed, whatever the model knows.

    Returns:
        The kept seeds in their order, with the columns of `known` that are not in the key.
    """
    joined = seeds.join(knowledge, on=SEED_KEY, how="left", maintain_order="left")
    if keep_all:
        return joined
    wanted = pl.when(pl.col("kind") == "cross_script").then(pl.lit(LOST)).otherwise(pl.lit(KEPT))
    return joined.filter((pl.col("kind") == "replay") | (pl.col("knowledge") == wanted).fill_null(False))


def qualifying(seeds: pl.DataFrame, knowledge: pl.DataFrame) -> pl.DataFrame:
    """Count how many cross-script seeds qualify, overall and by query script and topic.

    Args:
        seeds: Columns of `SEED_KEY`, ``topic`` and ``kind``; of the latter only ``cross_script`` counts.
        knowledge: What `known` says of them.

    Returns:
        ``query_script`` (ISO 15924) and ``topic`` (empty text for seeds without one), each null where all are
        taken together: one row for all,
        then one for each script, each topic, and each pair; ``seeds``; one count for each of `CLASSES`;
        ``share``: seeds that are right in the source and wrong in the query, of those not ``not measured``
        (0 to 1, null where there are none).
    """
    table = seeds.filter(kind="cross_script").join(knowledge, on=SEED_KEY, how="left", maintain_order="left")
    scripts = {tag: language(tag).script for tag in table["query_lang"].unique()}
    table = table.with_columns(
        query_script=pl.col("query_lang").replace_strict(scripts, return_dtype=pl.String),
        knowledge=pl.col("knowledge").fill_null(UNMEASURED),
        topic=pl.col("topic").fill_null(""),
    )
    counts = [(pl.col("knowledge") == name).sum().cast(pl.Int64).alias(name) for name in CLASSES]
    counts = [pl.len().cast(pl.Int64).alias("seeds"), *counts]
    groups: tuple[list[str], ...] = ([], ["query_script"], ["topic"], ["query_script", "topic"])
    frames = []
    for by in groups:
        counted = table.group_by(by).agg(counts).sort(by) if by else table.select(counts)
        frames.append(
            counted.with_columns(
                pl.lit(None, pl.String).alias(name) for name in ("query_script", "topic") if name not in by
            )
        )
    measured = pl.col("seeds") - pl.col(UNMEASURED)
    return pl.concat(frames, how="diagonal").select(
        "query_script",
        "topic",
        "seeds",
        *CLASSES,
        share=pl.when(measured > 0).then(pl.col(LOST) / measured),
    )


def unanswered(seeds: pl.DataFrame, knowledge: pl.DataFrame) -> pl.DataFrame:
    """Count the seeds of which a run cannot tell whether the model knows them.

    Replay and the held-out test, which are not taught, do not count.

    Args:
        seeds: As in `taught`.
        knowledge: What `known` says of them.

    Returns:
        One row for each condition: ``condition``, ``seeds``, ``unanswered`` (those without a scored answer in
        the query language under that condition, or without one in the source language).
    """
    table = seeds.filter((pl.col("kind") != "replay") & (pl.col("split") != "test")).join(
        knowledge, on=SEED_KEY, how="left"
    )
    lacks = pl.col("query_accuracy").is_null() | pl.col("source_accuracy").is_null()
    return (
        table.group_by("condition")
        .agg(seeds=pl.len().cast(pl.Int64), unanswered=lacks.sum().cast(pl.Int64))
        .sort("condition")
    )

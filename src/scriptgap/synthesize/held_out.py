"""What must not be taught: the entities of other splits and of evaluation sets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from scriptgap.candidates.evidence import Evidence, NameKey
from scriptgap.synthesize.decontaminate import REMOVED, Candidates, decontaminate
from scriptgap.synthesize.name_forms import name_forms
from scriptgap.synthesize.name_keys import plain_key
from scriptgap.synthesize.replay import mentions
from scriptgap.tables import QUESTIONS

MENTIONED = "mentions an evaluation entity"
"""Why replay is removed: it is not about an entity, but must not name one that is asked about."""

OWN = "held-out split"
"""The data set of an evaluation name that another split of the questions themselves has."""

_SAID = ("prompt", "reasoning", "response")


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What `hold_out` did.

    Attributes:
        kept: The seeds of training and validation that may be taught.
        removed: Columns of `decontaminate.REMOVED` and ``split``, one row for each seed removed;
            ``evaluation_dataset`` is `OWN` where another split of the questions has the name.
        summary: As in `decontaminate.Decontamination`, with ``split``.
        names: `plain_key` of every name of a held-out entity, in any language.
    """

    kept: pl.DataFrame
    removed: pl.DataFrame
    summary: pl.DataFrame
    names: frozenset[str]


def hold_out(
    seeds: pl.DataFrame,
    questions: pl.DataFrame,
    evaluation: Sequence[pl.DataFrame] = (),
    candidates: Candidates | None = None,
) -> HeldOut:
    """Remove what must not be taught.

    From training goes what validation, test and evaluation sets ask about; from validation, what the latter
    two ask about.

    Args:
        seeds: Seeds of any split, replay among them; those of ``test`` are dropped, as they are not taught.
        questions: The questions that the seeds come from, with the split of their entity.
        evaluation: Questions tables of evaluation sets.
        candidates: As in `decontaminate`.
    """
    kept, removed, summaries = [], [], []
    names: dict[str, None] = {}
    for split, others in (("validation", ["test"]), ("train", ["validation", "test"])):
        # An evaluation set may be of the same data set: Atlas is held out, and asked of others too.
        own = questions.filter(pl.col("split").is_in(others)).with_columns(dataset=pl.lit(OWN))
        held = pl.concat(
            [table.select(_columns(table)) for table in (own, *evaluation)], how="diagonal_relaxed"
        )
        places = _places(held)
        names |= dict.fromkeys(places)
        mine = seeds.filter(split=split)
        if held.is_empty() or mine.is_empty():
            kept.append(mine)
            continue
        result = decontaminate(mine, held, candidates)
        replay = result.kept.filter(kind="replay")
        texts = [text for column in _SAID for text in replay[column]] if replay.height else []
        found = mentions(filter(None, texts), sorted(places))
        spoken = _mentioning(replay, found, places) if found else result.removed.clear()
        gone = spoken["question_id"].implode()
        kept.append(result.kept.filter(~((pl.col("kind") == "replay") & pl.col("question_id").is_in(gone))))
        table = pl.concat([result.removed, spoken]).with_columns(split=pl.lit(split))
        removed.append(table)
        summaries.append(_summary(table))
    schema = {**REMOVED, "split": pl.String}
    return HeldOut(
        kept=pl.concat(kept),
        removed=pl.concat(removed) if removed else pl.DataFrame(schema=schema),
        summary=pl.concat(summaries) if summaries else _summary(pl.DataFrame(schema=schema)),
        names=frozenset(plain_key(form) for name in names for form in name_forms(name)),
    )


def without_held_out(evidence: Mapping[NameKey, Evidence], names: frozenset[str]) -> dict[NameKey, Evidence]:
    """Drop the candidates that are names of held-out entities; a name's own spelling stays.

    Args:
        evidence: What is known of names.
        names: `HeldOut.names`.
    """
    clean = {}
    for key, known in evidence.items():
        own = plain_key(known.entity_source)
        kept = tuple(
            candidate
            for candidate in known.candidates
            if (spelling := plain_key(candidate.spelling)) == own or spelling not in names
        )
        clean[key] = known if len(kept) == len(known.candidates) else replace(known, candidates=kept)
    return clean


def _columns(table: pl.DataFrame) -> list[str]:
    return [*QUESTIONS, *(["title"] if "title" in table.columns else [])]


def _places(questions: pl.DataFrame) -> dict[str, tuple[str, str]]:
    """Return the names of entities, with the data set and the question that have each first."""
    columns = [name for name in ("entity_source", "entity_query", "title") if name in questions.columns]
    places: dict[str, tuple[str, str]] = {}
    for dataset, question, *names in questions.select("dataset", "question_id", *columns).iter_rows():
        for name in filter(None, names):
            places.setdefault(name, (dataset, question))
    return places


def _mentioning(
    replay: pl.DataFrame, found: Mapping[str, str], places: Mapping[str, tuple[str, str]]
) -> pl.DataFrame:
    rows = []
    for row in replay.iter_rows(named=True):
        name = next((found[row[column]] for column in _SAID if row[column] in found), None)
        if name:
            key = {column: row[column] for column in REMOVED if column in row}
            place = dict(zip(("evaluation_dataset", "evaluation_question_id"), places[name], strict=True))
            rows.append({**key, "reason": MENTIONED, "training_form": name, "evaluation_form": name, **place})
    return pl.DataFrame(rows, schema=REMOVED)


def _summary(removed: pl.DataFrame) -> pl.DataFrame:
    example = pl.format("{} ~ {}", "training_form", "evaluation_form").first()
    return (
        removed.group_by("split", "evaluation_dataset", "reason")
        .agg(seeds=pl.len(), entities=pl.col("entity").n_unique(), example=example)
        .sort("split", "evaluation_dataset", "seeds", "reason", descending=[False, False, True, False])
    )

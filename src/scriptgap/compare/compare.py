"""`compare`: a model before and after training, or after several trainings, on the same questions."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl

from scriptgap.compare.changes import changes
from scriptgap.compare.gap_closed import gap_closed
from scriptgap.compare.pairing import AFTER, BEFORE, KEY, left_out, paired, unpaired
from scriptgap.compare.recovery import recovery
from scriptgap.compare.sentences import sentences
from scriptgap.errors import UsageError
from scriptgap.explain.intervals import CONFIDENCE
from scriptgap.explain.prepare import headline_condition, load, prepare
from scriptgap.explain.regression.interaction import interaction
from scriptgap.measure.checkpoint import ENTITIES, NOTE
from scriptgap.measure.conditions import BASES
from scriptgap.synthesize.name_keys import plain_key

Row = dict[str, Any]

_EXAMPLES = 40


@dataclass(frozen=True, slots=True)
class Comparison:
    """What `compare` found.

    Attributes:
        summary: What ``summary.json`` holds; see `compare`.
        examples: Cross-script answers that changed, side by side, the gained ones first: `pairing.KEY`,
            ``run``, ``question``, ``entity_source``, ``entity_query``, ``response_before``,
            ``response_after``, ``reasoning_after``, ``correct_before``, ``correct_after``.
    """

    summary: dict[str, Any]
    examples: pl.DataFrame

    @property
    def sentences(self) -> list[str]:
        """The findings in plain language."""
        return [row["text"] for row in self.summary["sentences"]]

    def write(self, folder: str | Path) -> Path:
        """Write ``summary.json``, ``comparison.html`` and ``tables/*.csv``; return the page's path."""
        from scriptgap.report.comparison import write_comparison

        target = Path(folder)
        try:
            target.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"{target}: cannot be written ({error.strerror})") from None
        text = json.dumps(self.summary, ensure_ascii=False, indent=2, allow_nan=False)
        (target / "summary.json").write_text(text + "\n", encoding="utf-8")
        return write_comparison(self.summary, self.examples, target)


def compare(
    before: str | Path | pl.DataFrame,
    *after: str | Path | pl.DataFrame,
    taught: Sequence[str] | None = None,
    general: Sequence[str | Path] | None = None,
) -> Comparison:
    """Compare a model before training with one or more after it.

    Every later run is compared with `before`, and with the first of them: a full training with its controls.

    ``summary`` holds ``runs`` (one object for each later run: ``run``, ``model``, ``shots`` (worked examples
    shown; null for all there were, or where it is not known), ``taught``, ``changes`` by condition and match
    class, ``unpaired`` (questions that only one side asked), ``trained_on`` (how many pairs are about
    entities that the checkpoint was trained on, and about how many; null where it does not say),
    ``left_out`` (answers that were cut short or failed, and count nowhere),
    ``changes_unscored_wrong`` (the changes if those counted as wrong; empty where there are none),
    ``by_language``, ``gap_closed`` by condition and group of languages,
    ``interactions``, ``recovery``), ``between`` (the first later run against each other one), ``general``
    (what `general.general_changes` returns; empty where no logs were given), ``comparison``
    (the headline: ``gap_closed`` with ``gap_closed_low`` and ``gap_closed_high``, ``harm_same_script`` and
    ``harm_source_language``, each the change in accuracy, -1 to 1, ``mcnemar_p``, ``sign_p``),
    ``sentences`` and ``notes`` (the reasons for nulls, by dotted key).

    Args:
        before: A run folder of the model before training, measured with a hint too; or its observations.
        *after: Run folders of the trained models, on the same questions.
        taught: Query languages that were taught (BCP-47), to tell them from the others; what the checkpoint
            of a run folder says where None.
        general: Two logs of an Inspect task on anything else, before and after the main training.

    Raises:
        UsageError: A run or log cannot be read, a run has several models or shares no question with `before`,
            the logs are not of one task, or nothing was asked in a language of `taught`.
    """
    if not after:
        raise UsageError("give the run before and at least one after: scriptgap compare BEFORE AFTER -o DIR")
    first_table, questions = load(before)
    first = prepare(first_table, questions)
    _check_taught(taught, first)
    elsewhere: list[Row] = []
    if general:
        # Only here: it needs Inspect, which takes a second to load.
        from scriptgap.compare.general import general_changes

        elsewhere = general_changes(general)
    notes: dict[str, str] = {}
    runs, tables, examples = [], [], []
    for place, source in enumerate(after):
        table, asked = load(source)
        frame = prepare(table, questions if asked is None else asked)
        pairs = paired(first, frame)
        languages = list(taught) if taught is not None else _taught(source)
        run, reasons = _run(first, frame, pairs, languages, f"runs.{place}")
        run["trained_on"] = _trained_on(source, pairs)
        name = _name(source, place)
        if any(run["left_out"].values()):
            strict = paired(first, frame, unscored_wrong=True)
            run["changes_unscored_wrong"] = changes(strict, ["condition", "match_class"])
        runs.append({"run": name, "model": frame["model"][0], "shots": _shots(source), **run})
        tables.append((name, frame))
        notes |= reasons
        examples.append(_side_by_side(first, frame, questions, name))
    between = [
        {"first": tables[0][0], "second": name, **row}
        for name, frame in tables[1:]
        for row in changes(paired(frame, tables[0][1]), ["condition", "match_class"])
    ]
    headline = headline_condition(sorted(runs[0]["conditions"]))
    summary: dict[str, Any] = {
        "scriptgap_version": version("scriptgap"),
        "confidence_level": CONFIDENCE,
        "before": {"run": _name(before, None), "model": first["model"][0], "shots": _shots(before)},
        "headline_condition": headline,
        "comparison": _headline(runs[0], headline),
        "runs": runs,
        "between": between,
        "general": elsewhere,
        "notes": notes,
    }
    if reason := notes.get(f"runs.0.gap_closed.{_place_of(runs[0], headline)}"):
        notes |= {f"comparison.{key}": reason for key in ("gap_closed", "gap_closed_low", "gap_closed_high")}
    summary["sentences"] = sentences(summary)
    return Comparison(summary, pl.concat(examples))


def _run(
    first: pl.DataFrame, frame: pl.DataFrame, pairs: pl.DataFrame, taught: list[str] | None, key: str
) -> tuple[Row, dict[str, str]]:
    notes: dict[str, str] = {}
    groups = {"all": pl.lit(True)}
    if taught is not None:
        known = pl.col("query_lang").is_in(taught)
        groups |= {"taught": known, "not taught": ~known}
    bases = [name for name in BASES if name in pairs["condition"].unique().to_list()]
    closed: list[Row] = []
    interactions: list[Row] = []
    for base in bases:
        own = pairs.filter(condition=base)
        across = own.filter(match_class="cross_script")
        parts = [(group, None, None, across.filter(chosen)) for group, chosen in groups.items()]
        parts += [
            ("one", tag, None, across.filter(query_lang=tag)) for tag in sorted(across["query_lang"].unique())
        ]
        topics = sorted(across["topic"].drop_nulls().unique())
        if len(topics) > 1:
            parts += [("all", None, topic, across.filter(topic=topic)) for topic in topics]
        for group, tag, topic, part in parts:
            if part.is_empty():
                continue
            row, reason = gap_closed(part)
            if reason:
                notes[f"{key}.gap_closed.{len(closed)}"] = reason
            closed.append({"condition": base, "languages": group, "query_lang": tag, "topic": topic, **row})
        both = pl.concat(
            [
                side.filter(condition=base).with_columns(model=pl.lit("trained"), condition=pl.lit(name))
                for name, side in ((BEFORE, first), (AFTER, frame))
            ],
            how="diagonal_relaxed",
        )
        fitted, reasons = interaction(both, AFTER, BEFORE)
        place = f"{key}.interactions.{len(interactions)}"
        notes |= {f"{place}.{name}": reason for name, reason in reasons.items()}
        interactions.append({"condition": base, **fitted})
    return {
        "taught": taught,
        "unpaired": unpaired(first, frame),
        "left_out": left_out(first, frame),
        "changes_unscored_wrong": [],
        "conditions": sorted(pairs["condition"].unique()),
        "changes": changes(pairs, ["condition", "match_class"]),
        "by_language": changes(pairs, ["condition", "match_class", "query_lang"]),
        "gap_closed": closed,
        "interactions": interactions,
        "recovery": recovery(frame, ["condition", "query_lang"]),
        "recovery_by_condition": recovery(frame, ["condition"]),
    }, notes


def _headline(run: Row, condition: str | None) -> Row:
    def of_class(name: str) -> Row:
        found = (r for r in run["changes"] if (r["condition"], r["match_class"]) == (condition, name))
        return next(found, {})

    place = _place_of(run, condition)
    closed = run["gap_closed"][place] if place is not None else {}
    cross = of_class("cross_script")
    return {
        "gap_closed": closed.get("gap_closed"),
        "gap_closed_low": closed.get("low"),
        "gap_closed_high": closed.get("high"),
        "harm_same_script": of_class("same_script").get("change"),
        "harm_source_language": of_class("same_language").get("change"),
        "mcnemar_p": cross.get("mcnemar_p"),
        "sign_p": cross.get("sign_p"),
    }


def _place_of(run: Row, condition: str | None) -> int | None:
    wanted = (condition, "all", None)
    places = [(row["condition"], row["languages"], row["topic"]) for row in run["gap_closed"]]
    return places.index(wanted) if wanted in places else None


def _noted(source: Any) -> Row:
    """Read what ``run.json`` notes of a run; nothing where the source is no run folder."""
    if not isinstance(source, str | Path):
        return {}
    try:
        note: Row = json.loads((Path(source) / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return note


def _taught(source: Any) -> list[str] | None:
    """Read which query languages the checkpoint of a run was taught."""
    try:
        note = json.loads((Path(_noted(source)["model"]) / NOTE).read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError):
        return None
    languages: list[str] | None = note.get("query_languages")
    return languages


def _trained_on(source: Any, pairs: pl.DataFrame) -> Row | None:
    """Count the pairs about entities, by their source name, that the checkpoint of a run was trained on."""
    try:
        lines = (Path(_noted(source)["model"]) / ENTITIES).read_text(encoding="utf-8").splitlines()
    except (OSError, KeyError):
        return None
    trained = {plain_key(line) for line in lines}
    names = {name: plain_key(name) for name in pairs["entity"].unique()}
    found = pairs.filter(pl.col("entity").is_in([name for name, key in names.items() if key in trained]))
    return {"n_pairs": found.height, "n_entities": found["entity"].n_unique(), "n_asked": pairs.height}


def _check_taught(taught: Sequence[str] | None, first: pl.DataFrame) -> None:
    asked = set(first["query_lang"].unique())
    if taught is not None and (unknown := [tag for tag in taught if tag not in asked]):
        known = ", ".join(sorted(asked))
        raise UsageError(f"--taught: nothing was asked in {', '.join(unknown)}; query languages are {known}")


def _shots(source: Any) -> int | None:
    """Read how many worked examples a run showed; None for all there were, or where the run does not say."""
    shots: int | None = _noted(source).get("shots")
    return shots


def _name(source: Any, place: int | None) -> str:
    if isinstance(source, str | Path):
        return str(source)
    return BEFORE if place is None else f"{AFTER} {place + 1}"


def _side_by_side(
    first: pl.DataFrame, frame: pl.DataFrame, questions: pl.DataFrame | None, name: str
) -> pl.DataFrame:
    told = ["response", "correct"]
    entity = [column for column in ("entity_source", "entity_query") if column in frame.columns]
    both = (
        first.filter(pl.col("sample") == 1)
        .select(*KEY, "match_class", *entity, *(pl.col(column).alias(f"{column}_before") for column in told))
        .join(
            frame.filter(pl.col("sample") == 1).select(
                *KEY,
                *(pl.col(column).alias(f"{column}_after") for column in told),
                reasoning_after="reasoning",
            ),
            on=KEY,
        )
        .filter(
            (pl.col("match_class") == "cross_script")
            & (pl.col("correct_before") != pl.col("correct_after"))
            & pl.col("condition").is_in(BASES)
        )
    )
    if questions is not None:
        asked = questions.select(*KEY[:-1], "question")
        both = both.join(asked, on=KEY[:-1], how="left")
    # Gains and losses in their own proportion, languages mixed, always the same ones.
    order = pl.concat_str(KEY).hash(seed=1)
    return (
        both.sort(order).head(_EXAMPLES).sort("correct_after", descending=True).with_columns(run=pl.lit(name))
    )

"""Verification of samples: the true ones that answer right are kept, the others with the reason."""

from collections.abc import Mapping

import polars as pl

from scriptgap.candidates.evidence import Evidence, NameKey
from scriptgap.synthesize.near_duplicates import duplicates_of
from scriptgap.synthesize.sample_check import DUPLICATE, REASONS, Fault, Limits, SampleCheck
from scriptgap.synthesize.stated_steps import StepCheck, TrueStep
from scriptgap.synthesize.wrong_names import WrongNames


def verify(
    samples: pl.DataFrame,
    evidence: Mapping[NameKey, Evidence],
    true_step: TrueStep,
    wrong_names: WrongNames | None = None,
    limits: Limits = Limits(),  # noqa: B008
    most_alike: float = 0.9,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Tell the samples that may be trained on from those that may not.

    Faults are found where a text has one of the forms that are looked for (see `sample_check`,
    `stated_steps`, `stated_names` and `conclusions`); that an argument is sound as a whole is not checked.

    Args:
        samples: Columns of a samples table, by any teacher. With a column ``fault`` (a model teacher's), rows
            that have one are rejected; with a column ``rivals``, its forms hide accepted ones, as in
            `measure`.
        evidence: What is known of names, by `teacher_prompts.name_key`: its steps are true of the name.
        true_step: The rules that every other step must be true by.
        wrong_names: The names that ``wrong_candidates`` may arrive at; where None, only that it does not
            reach the right one is checked.
        limits: Bounds of the lengths.
        most_alike: See `near_duplicates.duplicates_of`.

    Returns:
        The kept samples, and the rejected ones with two more columns: ``reason`` (one of `REASONS`) and
        ``detail``. Both keep all columns and the order of `samples`.
    """
    check = SampleCheck(samples, evidence, StepCheck(true_step), wrong_names, limits)
    faults = [check.fault(row) for row in samples.iter_rows(named=True)]
    sound = pl.Series([fault is None for fault in faults], dtype=pl.Boolean)
    repeated = iter(duplicates_of(samples.filter(sound), most_alike))
    for at, is_sound in enumerate(sound):
        if is_sound and (earlier := next(repeated)) is not None:
            faults[at] = Fault(DUPLICATE, f"of sample {earlier}")
    kept = pl.Series([fault is None for fault in faults], dtype=pl.Boolean)
    found = [fault for fault in faults if fault is not None]
    rejects = samples.filter(~kept).with_columns(
        reason=pl.Series([fault.reason for fault in found], dtype=pl.String),
        detail=pl.Series([fault.detail for fault in found], dtype=pl.String),
    )
    return samples.filter(kept), rejects


def reasons_table(kept: pl.DataFrame, rejects: pl.DataFrame) -> pl.DataFrame:
    """Count the rejects by reason.

    Returns:
        One row for each reason that occurs, in the order of `REASONS`: ``reason``, ``n`` and ``share`` (of
        all samples, 0 to 1); empty without rejects.
    """
    total = kept.height + rejects.height
    counts = dict(rejects.group_by("reason").len().iter_rows())
    rows = [(reason, counts[reason], counts[reason] / total) for reason in REASONS if reason in counts]
    return pl.DataFrame(rows, schema={"reason": pl.String, "n": pl.Int64, "share": pl.Float64}, orient="row")

"""MultiLoKo's scores by language, their gap, the mother tongue effect and the locality effect.

Source:
    Hupkes, D., Bogoychev, N. (2025). MultiLoKo: a multilingual local knowledge benchmark for LLMs spanning 31
        languages. arXiv 2504.10356.
"""

import math
from collections.abc import Callable
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
import polars as pl

from scriptgap.explain.intervals import CONFIDENCE, Clustered, Interval, clustered, contrast
from scriptgap.explain.metrics.means import difference_of_means, mean_of_shares
from scriptgap.explain.metrics.shares import (
    Row,
    keyed,
    notes_of_nulls,
    one_or_none,
    rows_of,
    share_interval,
)
from scriptgap.languages import language

ORIGINAL, MACHINE = "multiloko", "multiloko_machine"

SCORE_COLUMNS = (
    ("multiloko_em", "multiloko_f1", "multiloko_chrf"),
    ("multiloko_revised_em", "multiloko_revised_f1", "multiloko_revised_chrf"),
    ("exact_match", "f1", "chrf"),
)
"""Where exact match, F1 and chrF are read: the first exact match that is there, and its fellows."""

VARIANT = {
    "em": "mean over languages of the exact match of local questions asked in the local language",
    "gap": "highest minus lowest exact match of a language on its local questions; too large on average, "
    "since both ends are noisy. Its interval is conservative: Wilson's of all languages at once (Bonferroni)",
    "mother_tongue_effect": "mean over languages but English of EM(local question, local language) - EM(the "
    "same question in English), questions scored in both; human translations, or machine ones where the key "
    "ends in _machine",
    "locality_effect": "mean over languages but English of EM(local questions) - EM(English-sourced "
    "questions translated into the language); translations as above",
    "samples": "a question's samples are averaged",
    "unscored": "a question without a score is left out and counted in n_unscored",
}
"""What each figure is, in words; every score and difference is a share, in [0, 1] or [-1, 1]."""

_KEY = "metrics.multiloko"
_TRANSLATIONS = {"": ORIGINAL, "_machine": MACHINE}


def multiloko(frame: pl.DataFrame) -> tuple[Row | None, dict[str, str]]:
    """Compute MultiLoKo's figures.

    Args:
        frame: `prepare`'s table; rows of the data sets ``multiloko`` (originals and human translations) and
            ``multiloko_machine`` (machine translations) under their headline condition are used. Scores
            are read from the first of `SCORE_COLUMNS` that a model has, else exact match is ``correct``.

    Returns:
        The figures, or None without rows, and notes by dotted key. ``em``, ``f1``, ``chrf``, ``gap`` and its
        ``best_language`` and ``worst_language``, ``mother_tongue_effect`` and ``locality_effect`` (see
        `VARIANT`), also with ``_machine``; all but ``f1`` and ``chrf`` with ``_low`` and ``_high``.
        ``by_language`` has the same by language of sourcing, ``score`` the columns they are from.
        ``by_model`` has all by model; with several models the figures above are None.
    """
    rows, condition, reason = rows_of(frame, [ORIGINAL, MACHINE])
    if rows.is_empty():
        return None, {_KEY: reason}
    tags = {tag: language(tag).tag for tag in {*rows["source_lang"], *rows["query_lang"]}}
    rows = rows.with_columns(pl.col("source_lang", "query_lang").replace(tags))
    by_model: dict[str, Row] = {}
    notes: dict[str, str] = {}
    for model in sorted(rows["model"].unique()):
        own = rows.filter(pl.col("model") == model)
        figures, reasons = _figures(own)
        figures = {"condition": condition, **figures}
        key = f"{_KEY}.by_model.{model}"
        notes |= {f"{key}.{name}": text for name, text in reasons.items()}
        if len(rows["model"].unique()) == 1:
            notes |= {f"{_KEY}.{name}": text for name, text in reasons.items()}
        by_model[model] = figures
    found, several = one_or_none(by_model, _KEY)
    return {**found, "variant": VARIANT}, notes | several


def _figures(rows: pl.DataFrame) -> tuple[Row, dict[str, str]]:
    """Compute one model's figures and the reasons for those that are None, by key."""
    columns, name = _score_columns(rows)
    scores = _by_question(rows, columns)
    local = _groups(scores, lambda source, query: source == query, "source_lang")
    tables: dict[str, Row] = {tag: {"language": tag, "name": language(tag).name} for tag in local}
    notes: dict[str, str] = {}
    for tag, group in local.items():
        tables[tag] |= {"n": len(group.totals), **keyed("em", share_interval(group))}
    means = {}
    for score in ("f1", "chrf"):
        if score not in scores.columns:
            continue
        shares = _groups(scores, lambda source, query: source == query, "source_lang", score)
        means[score] = _mean([group.mean for group in shares.values()])
        for tag, group in shares.items():
            tables[tag][score] = group.mean
    figures: Row = {"score": name, "n_languages": sum(bool(g.totals) for g in local.values())}
    known = {tag: group for tag, group in local.items() if group.totals}
    figures |= {"n_questions": sum(len(group.totals) for group in known.values())}
    figures |= {"n_unscored": scores["em"].null_count()}
    figures |= keyed("em", mean_of_shares(list(known.values())).interval) | means
    figures |= _gap(known)
    for ending, dataset in _TRANSLATIONS.items():
        for effect, compute in (("mother_tongue_effect", _mother_tongue), ("locality_effect", _locality)):
            pairs = compute(scores, local, dataset)
            both = [mean_of_shares([pair[side] for pair in pairs.values()]) for side in (0, 1)]
            figures |= keyed(f"{effect}{ending}", difference_of_means(*both))
            for tag, pair in pairs.items():
                tables[tag] |= keyed(f"{effect}{ending}", contrast(pair, [1, -1]))
                tables[tag][f"n_{effect}{ending}"] = len(pair[1].totals)
    figures["by_language"] = list(tables.values())
    for key in figures:
        if figures[key] is None:
            notes[key] = _why_null(key)
    for i, row in enumerate(figures["by_language"]):
        notes |= notes_of_nulls(row, f"by_language.{i}", "no question was scored")
    return figures, notes


def _why_null(key: str) -> str:
    if key.startswith(("mother_tongue_effect", "locality_effect")):
        kind = "machine" if "_machine" in key else "human"
        which = "of local questions into English" if key.startswith("mother") else "of English questions"
        return f"no {kind} translation {which} was scored beside local questions"
    if key.startswith(("gap", "best", "worst")):
        return "it needs two languages with scored local questions"
    return "no local question in its own language was scored"


def _score_columns(rows: pl.DataFrame) -> tuple[dict[str, str], str]:
    """Return the columns of ``em`` and, where they are, ``f1`` and ``chrf``, and their names in words."""
    for columns in SCORE_COLUMNS:
        if columns[0] in rows.columns and rows[columns[0]].count():
            found = {
                name: column
                for name, column in zip(("em", "f1", "chrf"), columns, strict=True)
                if column in rows.columns and rows[column].count()
            }
            return found, ", ".join(found.values())
    scorers = ", ".join(sorted(rows["scorer"].unique()))
    return {"em": "correct"}, f"em from correct by scorer {scorers}"


def _by_question(rows: pl.DataFrame, columns: dict[str, str]) -> pl.DataFrame:
    key = ["dataset", "source_lang", "query_lang", "question_id"]
    means = [pl.col(column).cast(pl.Float64).mean().alias(name) for name, column in columns.items()]
    return rows.group_by(key).agg(*means).sort(key)


def _groups(
    scores: pl.DataFrame, wanted: Callable[[str, str], bool], by: str, score: str = "em"
) -> dict[str, Clustered]:
    """Return by language the scores of the (source, query) pairs that are wanted; clusters are questions."""
    pairs = scores.select("source_lang", "query_lang").unique()
    kept = pl.DataFrame([pair for pair in pairs.rows() if wanted(*pair)], schema=pairs.schema, orient="row")
    own = scores.join(kept, on=["source_lang", "query_lang"], how="semi")
    groups = {}
    for tag in sorted(own[by].unique()):
        rows = own.filter((pl.col(by) == tag) & pl.col(score).is_not_null())
        # a question that two data sets hold is one question
        rows = rows.group_by("source_lang", "question_id").agg(pl.col(score).mean())
        rows = rows.sort("source_lang", "question_id")
        questions = [f"{source}\u001f{question}" for source, question, _ in rows.rows()]
        groups[tag] = clustered(questions, [1.0] * len(questions), rows[score].to_list())
    return groups


def _english(tag: str) -> bool:
    return language(tag).language == "en"


def _mother_tongue(
    scores: pl.DataFrame, local: dict[str, Clustered], dataset: str
) -> dict[str, tuple[Clustered, Clustered]]:
    """Return by language its questions in the language and in English, those scored in both."""
    translated = _groups(
        scores.filter(pl.col("dataset") == dataset),
        lambda source, query: not _english(source) and _english(query),
        "source_lang",
    )
    pairs = {}
    for tag, group in local.items():
        english = translated.get(tag, Clustered({}))
        both = [question for question in group.totals if question in english.totals]
        if both:
            pairs[tag] = (
                Clustered({question: group.totals[question] for question in both}),
                Clustered({question: english.totals[question] for question in both}),
            )
    return pairs


def _locality(
    scores: pl.DataFrame, local: dict[str, Clustered], dataset: str
) -> dict[str, tuple[Clustered, Clustered]]:
    """Return by language its local questions and the English-sourced ones translated into it."""
    translated = _groups(
        scores.filter(pl.col("dataset") == dataset),
        lambda source, query: _english(source) and not _english(query),
        "query_lang",
    )
    return {
        tag: (group, translated[tag])
        for tag, group in local.items()
        if group.totals and tag in translated and translated[tag].totals
    }


def _gap(known: dict[str, Clustered]) -> Row:
    if len(known) < 2:
        return {**keyed("gap", Interval(None, None, None)), "best_language": None, "worst_language": None}
    means = {tag: float(group.mean or 0.0) for tag, group in known.items()}
    best, worst = max(means, key=lambda tag: means[tag]), min(means, key=lambda tag: means[tag])
    scores = [np.array([right / n for n, right in group.totals.values()]) for group in known.values()]
    interval = gap_interval(means[best] - means[worst], scores)
    return {**keyed("gap", interval), "best_language": best, "worst_language": worst}


def gap_interval(gap: float, scores: list[npt.NDArray[np.float64]]) -> Interval:
    """Return a conservative interval for the highest minus the lowest mean.

    Wilson's intervals of all L languages hold together with the confidence wanted if each holds with
    1 - (1 - confidence) / L (Bonferroni). The true gap then lies between the highest lower limit minus the
    lowest upper limit and the highest upper limit minus the lowest lower limit.

    Args:
        gap: The gap measured.
        scores: For each language its questions' scores, in [0, 1].
    """
    z2 = NormalDist().inv_cdf(1 - (1 - CONFIDENCE) / (2 * len(scores))) ** 2
    limits = []
    for own in scores:
        n, share = len(own), float(own.mean())
        center = (share + z2 / (2 * n)) / (1 + z2 / n)
        half = math.sqrt(z2 * share * (1 - share) / n + z2**2 / (4 * n**2)) / (1 + z2 / n)
        limits.append((center - half, center + half))
    lowest, highest = min(limits), max(limits, key=lambda limit: limit[1])
    low = max(limit[0] for limit in limits) - min(limit[1] for limit in limits)
    return Interval(gap, max(0.0, min(gap, low)), min(1.0, max(gap, highest[1] - lowest[0])))


def _mean(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None

"""What the script alone changes: the same question in the same language, written in two scripts."""

from typing import Any

import polars as pl

from scriptgap.explain.cells import proportions
from scriptgap.explain.intervals import Clustered, contrast, sign_test
from scriptgap.languages import language
from scriptgap.measure.conditions import condition, in_order, known
from scriptgap.scripts import fold_script

Row = dict[str, Any]

_PAIR = ["dataset", "model", "question_id", "source_lang", "query_lang", "question_group"]
_EMPTY = Clustered({})
_TIE = 1e-9


def script_swaps(frame: pl.DataFrame) -> list[Row]:
    """Compare the same questions in both scripts, by model, dataset, query language and swap.

    A pair is one question in one query language, from one source language, answered by one model as its
    language writes it (the base) and swapped; samples are averaged within each first. Questions in the
    source language itself are no pairs.

    Args:
        frame: `prepare`'s table.

    Returns:
        Rows of ``model, dataset, condition, base, query_lang, from_script, to_script``; ``towards``, 1 where
        the swap writes the question in the source language's script, -1 where it takes it out of it, 0 where
        neither script is the source's or both are; ``n_pairs``; ``base_accuracy, accuracy`` in [0, 1] and
        ``effect``, accuracy - base_accuracy with its 95 % interval (`intervals.contrast`, clusters are
        questions); ``only_base, only_swapped``, questions right more often in one of the two, and
        ``mcnemar_p``, the exact two-sided sign test on them: with one pair a question and one sample it is
        McNemar's (1947, Psychometrika 12).
    """
    pairs = _pairs(frame)
    by = ["model", "dataset", "condition", "base", "query_lang", "from_script", "to_script", "towards"]
    rows: list[Row] = []
    for values, part in pairs.group_by(by, maintain_order=True):
        base, swapped = _groups(part, "base_score", "swapped_score")
        effect = contrast([swapped, base], [1, -1])
        change = pl.col("swapped_score") - pl.col("base_score")
        changes = part.group_by("question_group").agg(change=change.sum())["change"]
        less, more = int((changes < -_TIE).sum()), int((changes > _TIE).sum())
        rows.append(
            dict(zip(by, values, strict=True))
            | {
                "n_pairs": part.height,
                "base_accuracy": base.mean,
                "accuracy": swapped.mean,
                "effect": effect.estimate,
                "low": effect.low,
                "high": effect.high,
                "only_base": less,
                "only_swapped": more,
                "mcnemar_p": sign_test(more, less),
            }
        )
    return rows


def script_swap(frame: pl.DataFrame) -> tuple[list[Row], dict[str, str]]:
    """The effect of writing a question in the source language's script, over all languages swapped.

    Of each pair one text is in the source language's script and the other is not; which of them a rule made
    does not matter here: where the same two texts were asked as two languages (Serbian in Cyrillic, swapped,
    and Serbian in Latin), their mean counts once. Swaps between two scripts of which neither is the source's,
    or both are, say nothing on this and are left out.

    Returns:
        One row for each base of the swaps: ``base, n_pairs, n_questions, languages``; ``in_source_script``
        and ``in_other_script``, accuracies in [0, 1] over the same pairs; ``effect``, their difference, with
        its 95 % interval ``low, high`` (clusters are questions; languages are held fixed);
        ``by_swap_towards`` and ``by_swap_away``, the same difference over the pairs whose text in the
        source's script, or in the other, was made by rule; and ``lowest``, ``lowest_language``, ``highest``,
        ``highest_language``, the smallest and largest difference of a language. Languages differ much:
        read the mean with these. Second, the reasons for nulls.
    """
    pairs = _pairs(frame).filter(pl.col("towards") != 0)
    ours = pl.when(pl.col("towards") == 1).then("swapped_score").otherwise("base_score")
    theirs = pl.when(pl.col("towards") == 1).then("base_score").otherwise("swapped_score")
    pairs = pairs.with_columns(ours=ours, theirs=theirs)
    rows: list[Row] = []
    notes: dict[str, str] = {}
    ways = pairs
    pairs = _by_language(pairs)
    for (base,), part in pairs.group_by("base", maintain_order=True):
        inside, outside = _groups(part, "ours", "theirs")
        effect = contrast([inside, outside], [1, -1])
        row: Row = {
            "base": base,
            "n_pairs": part.height,
            "n_questions": part["question_group"].n_unique(),
            "languages": sorted(part["language"].unique()),
            "in_source_script": inside.mean,
            "in_other_script": outside.mean,
            "effect": effect.estimate,
            "low": effect.low,
            "high": effect.high,
        }
        for key, towards in (("by_swap_towards", 1), ("by_swap_away", -1)):
            made = ways.filter(pl.col("base") == base, pl.col("towards") == towards)
            row[key] = contrast(_groups(made, "ours", "theirs"), [1, -1]).estimate
            if row[key] is None:
                notes[f"script_swap.{len(rows)}.{key}"] = "no question was swapped this way"
        means = part.group_by("language").agg(effect=(pl.col("ours") - pl.col("theirs")).mean())
        means = means.sort("effect", "language")
        for key, place in (("lowest", 0), ("highest", -1)):
            row[f"{key}_language"], row[key] = means.row(place)
        rows.append(row)
    return rows, notes


def _by_language(pairs: pl.DataFrame) -> pl.DataFrame:
    """Average the pairs that ask the same two texts of one language."""
    tags = pairs["query_lang"].unique()
    names = {tag: language(tag).language for tag in tags}
    scripts = pl.concat_list("from_script", "to_script").list.sort().list.join(" ")
    key = ["base", "dataset", "model", "question_id", "source_lang", "question_group", "language", "scripts"]
    keyed = pairs.with_columns(
        language=pl.col("query_lang").replace_strict(names, return_dtype=pl.String), scripts=scripts
    )
    return keyed.group_by(key, maintain_order=True).agg(pl.col("ours", "theirs").mean())


def _groups(part: pl.DataFrame, *columns: str) -> list[Clustered]:
    found = [proportions(part, [], column) for column in columns]
    return [groups[0][1] if groups else _EMPTY for groups in found]


def _pairs(frame: pl.DataFrame) -> pl.DataFrame:
    """One row for each question asked in both scripts: `_PAIR`, both mean scores, and which swap it was."""
    scored = frame.filter(pl.col("correct").is_not_null())
    scores = scored.group_by([*_PAIR, "condition"], maintain_order=True).agg(
        score=pl.col("correct").cast(pl.Float64).mean()
    )
    names = ["condition", "base", "from_script", "to_script"]
    schema: dict[str, pl.DataType | type[pl.DataType]] = {
        **frame.select(_PAIR).schema,
        **dict.fromkeys(names, pl.String),
        **dict.fromkeys(["base_score", "swapped_score"], pl.Float64),
        "towards": pl.Int64,
    }
    found = [pl.DataFrame(schema=schema)]
    for name in filter(known, in_order(scores["condition"])):
        way = condition(name)
        if way.change != "swap":
            continue
        base = scores.filter(pl.col("condition") == way.base).select(*_PAIR, base_score="score")
        swapped = scores.filter(pl.col("condition") == name).select(*_PAIR, swapped_score="score")
        pairs = swapped.join(base, on=_PAIR, maintain_order="left")
        rows = pairs.select("source_lang", "query_lang").unique().rows()
        kinds = [
            (source, query, language(query).script, way.script, _towards(source, query, way.script or ""))
            for source, query in rows
            if language(source).language != language(query).language
        ]
        columns = ["source_lang", "query_lang", "from_script", "to_script", "towards"]
        kind = pl.DataFrame(kinds, schema={column: schema[column] for column in columns}, orient="row")
        pairs = pairs.join(kind, on=["source_lang", "query_lang"], maintain_order="left")
        found.append(pairs.with_columns(condition=pl.lit(name), base=pl.lit(way.base)).select(list(schema)))
    order = ["model", "dataset", "query_lang", *_PAIR[2:]]
    return pl.concat(found).sort("base", "condition", *dict.fromkeys(order))


def _towards(source: str, query: str, script: str) -> int:
    home = language(source).scripts
    before, after = language(query).scripts == home, fold_script(script) == home
    return int(after) - int(before)

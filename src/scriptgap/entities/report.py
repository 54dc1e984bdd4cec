"""What `scriptgap build entities` says of what was found."""

from pathlib import Path

import polars as pl

from scriptgap.entities.find import Entities

_ORIGINS = {
    "given": "given by the data set",
    "title": "by their title",
    "title_part": "by the part of their title that the question has",
    "extractor": "by the extractor",
    "reviewed": "reviewed",
}
_QUESTION = ["dataset", "question_id", "source_lang"]
_REASONS_SHOWN = 5


def entities_report(found: Entities, listed: Path) -> list[str]:
    """Say how many questions have a hint, where it comes from, and where to check it.

    Args:
        found: What `find_entities` returns.
        listed: The file that a person reads, for the last line.

    Returns:
        Lines of text. A row is a question in a query language; counts of questions are across languages.
    """
    entities = found.entities
    hinted = entities.filter(pl.col("leaks").not_())
    lines = [
        f"{_questions(hinted)} of {_questions(entities)} questions have a hint that does not show the answer "
        f"({hinted.height:,} of {entities.height:,} rows); the query form is known in "
        f"{entities['found_query'].sum():,} rows"
    ]
    for origin, number in found.origins.items():
        rows = entities.filter(pl.col("origin") == origin, pl.col("entity_source").is_not_null())
        lines.append(f"  {_ORIGINS[origin]}: {_questions(rows)} questions, {number:,} rows")
    if found.leaks.height:
        name, answer = found.leaks.select("entity_source", "leaked_answer").row(0)
        lines.append(
            f"  {found.leaks.height:,} rows leak: their name shows an accepted answer, such as "
            f"{name!r} the answer {answer!r}"
        )
    if partial := entities["partial_answer"].count():
        lines.append(f"  {partial:,} rows have a name that shows a part of the answer")
    if found.unmatched.height:
        lines.append(f"  unmatched: {_questions(found.unmatched)} questions, {found.unmatched.height:,} rows")
        # Reasons that differ in a quoted name only are one reason.
        kind = pl.col("reason").str.replace_all(r"'.*'|\".*\"", "…")
        kinds = found.unmatched.group_by(kind=kind, maintain_order=True).len()
        for reason, number in (
            kinds.sort("len", descending=True, maintain_order=True).head(_REASONS_SHOWN).rows()
        ):
            lines.append(f"    {number:,} rows: {reason}")
    lines.append(f"{listed} lists every row with its evidence, the unmatched with their reason")
    return lines


def _questions(rows: pl.DataFrame) -> str:
    return f"{rows.select(_QUESTION).n_unique() if rows.height else 0:,}"

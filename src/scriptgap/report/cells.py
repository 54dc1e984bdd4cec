"""Tables of the answers that carry the estimates, by pair of scripts and by pair of languages."""

from scriptgap.report.reading import Row, languages, number, rows, text
from scriptgap.report.text_table import TextTable
from scriptgap.report.wording import count, percent, percent_interval, with_interval

KINDS = {
    "script_only": "same script, other family",
    "family_only": "same family, other script",
}


def identification(summary: Row) -> str:
    """Say what the language pairs let the regression tell apart; empty where no pair is known at all."""
    if not rows(summary, "script_pairs"):
        return ""
    numbers = {kind: len(_of_kind(summary, kind)) for kind in KINDS}
    if not any(numbers.values()):
        return (
            "No two languages here share a script without sharing a family, or a family without sharing a "
            "script: script match and family match cannot be told apart."
        )
    sentences = [
        "Script and family are told apart by the language pairs in which one of them matches and the other "
        "does not."
    ]
    if not numbers["script_only"]:
        sentences.append(
            "No pair shares the script but not the family: what a shared script is worth is seen only on top "
            "of a shared family."
        )
    if not numbers["family_only"]:
        sentences.append(
            "No pair shares the family but not the script: what a shared family is worth is seen only on top "
            "of a shared script."
        )
    return " ".join(sentences)


def _of_kind(summary: Row, kind: str) -> list[Row]:
    return [row for row in rows(summary, "identifying_pairs") if text(row, "kind") == kind]


def pairs_table(summary: Row, kind: str, most: int | None = None) -> TextTable:
    """Return the language pairs of one of `KINDS`, those with most answers first.

    Args:
        summary: The clean summary.
        kind: The kind, or empty for all.
        most: At most so many pairs; all where it is None.
    """
    known = languages(summary)
    found = [row for name in ([kind] if kind else KINDS) for row in _of_kind(summary, name)]
    lines = []
    for row in found[:most]:
        names = [
            known[tag].name if tag in known else tag
            for tag in (text(row, "source_lang"), text(row, "query_lang"))
        ]
        numbers = [count(number(row, "n")), percent(number(row, "accuracy"))]
        lines.append([*([] if kind else [KINDS[text(row, "kind")]]), *names, *numbers])
    title = KINDS[kind] if kind else "Language pairs that tell script from family"
    hidden = len(found) - len(lines)
    lead = ""
    if hidden:
        lead = f"The {count(len(lines))} with most answers; {count(hidden)} more are in the CSV file."
    return TextTable(
        "identifying_pairs",
        f"{title[:1].upper()}{title[1:]}",
        lead,
        [*([] if kind else ["Kind"]), "Source language", "Query language", "Answers", "Right, percent"],
        2 if kind else 3,
        lines,
        long=True,
    )


def script_pairs_table(summary: Row) -> TextTable:
    """Return the pairs of scripts that have answers."""
    lines = [
        [
            text(row, "source_script"),
            text(row, "query_script"),
            "yes" if row.get("script_match") is True else "no",
            *(count(number(row, key)) for key in ("n", "n_same_language", "n_questions", "n_language_pairs")),
            with_interval(
                percent(number(row, "accuracy"), 1),
                percent_interval(number(row, "low"), number(row, "high"), 1),
            ),
        ]
        for row in rows(summary, "script_pairs")
        if number(row, "n")
    ]
    heading = ["Source", "Query", "Script match", "Answers", "Same language", "Questions", "Language pairs"]
    return TextTable(
        "script_pairs",
        "Accuracy by source script and query script",
        "Percent with 95 % interval, clustered by question.",
        [*heading, "Accuracy"],
        3,
        lines,
        long=True,
    )

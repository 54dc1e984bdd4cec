"""The choices that the specifications of the regression make, and what the script effect is with each."""

from dataclasses import dataclass

from scriptgap.report.reading import Row, in_order, mapping, number, rows, text, texts
from scriptgap.report.text_table import TextTable
from scriptgap.report.wording import (
    CONTROL_LABELS,
    PREDICTOR_LABELS,
    SAMPLE_LABELS,
    count,
    points,
    points_interval,
    with_interval,
)

_KINDS = {
    "control": ("Allows for", CONTROL_LABELS),
    "sample": ("Answers used", SAMPLE_LABELS),
    "predictor": ("Script match means", PREDICTOR_LABELS),
}
_EFFECTS = ("script", "language", "family")


@dataclass(frozen=True)
class Choice:
    """A control, a sub-sample or a predictor; a heading of its kind where `name` is empty."""

    kind: str
    name: str
    label: str
    n: float | None = None
    median: float | None = None
    n_otherwise: float | None = None
    median_otherwise: float | None = None

    def made_in(self, row: Row) -> bool:
        """Tell whether a specification makes this choice."""
        if self.kind == "control":
            return self.name in texts(row, "controls")
        return text(row, self.kind) == self.name


def known_rows(summary: Row) -> list[Row]:
    """Return the specifications that have a script effect, smallest effect first."""
    listed = [row for row in rows(summary, "specification_curve") if number(row, "script_ame") is not None]
    return sorted(
        listed,
        key=lambda row: (
            number(row, "script_ame"),
            text(row, "predictor"),
            text(row, "sample"),
            texts(row, "controls"),
        ),
    )


def choices(summary: Row) -> list[Choice]:
    """Return every choice that a specification with a script effect makes, under headings of their kinds."""
    drawn = known_rows(summary)
    agreement = {
        (text(row, "kind"), text(row, "choice")): row
        for row in rows(mapping(summary, "specification_agreement"), "choices")
    }
    found: list[Choice] = []
    for kind, (heading, labels) in _KINDS.items():
        made = (
            [name for row in drawn for name in texts(row, "controls")]
            if kind == "control"
            else [text(row, kind) for row in drawn]
        )
        names = in_order(filter(None, made), labels)
        if not names or (kind != "control" and len(names) < 2):
            continue
        found.append(Choice(kind, "", heading))
        for name in names:
            row = agreement.get((kind, name), {})
            numbers = (number(row, key) for key in ("n", "median", "n_otherwise", "median_otherwise"))
            found.append(Choice(kind, name, labels.get(name, name.replace("_", " ")), *numbers))
    return found


def caption(summary: Row, cut: bool) -> list[str]:
    """Say how to read the specification curve, and what not to read from it.

    Args:
        summary: The clean summary.
        cut: Whether an interval runs beyond the drawing.
    """
    listed = rows(summary, "specification_curve")
    agreement = mapping(summary, "specification_agreement")
    drawn = known_rows(summary)
    figures = {key: number(agreement, key) for key in ("median", "lowest", "highest")}
    tallies = {key: count(number(agreement, key)) for key in ("positive", "above_zero", "below_zero")}
    paragraphs = [
        "Each column is one way to fit the regression, sorted by its script effect: the average marginal "
        "effect of a script match, in percentage points, with its 95 % interval. The paler triangles and "
        "squares in the same column are the effects of language and family match in that fit. The marks "
        "below say what it allows for, which answers it uses, and what counts as a script match; right of "
        "them stands the median script effect of the fits with and without each choice.",
        f"Specifications with a positive script effect: {tallies['positive']} of {count(len(drawn))}; "
        f"{tallies['above_zero']} intervals lie above zero and {tallies['below_zero']} below. The median is "
        f"{points(figures['median'])}, the range {points(figures['lowest'])} to "
        f"{points(figures['highest'])}. All are fitted to the same answers or parts of them: that many agree "
        "is no evidence by itself, but what moves the curve shows what the conclusion depends on.",
    ]
    leaders = [
        _leaders(agreement, key, words)
        for key, words in (
            ("leading_without_query_language", "without an effect of the query language"),
            ("leading_with_query_language", "with one"),
        )
    ]
    if any(leaders):
        paragraphs.append(
            f"Which match has the largest effect: {'; '.join(filter(None, leaders))} (specifications with "
            "all three effects)."
        )
    if any("question" not in texts(row, "controls") for row in drawn):
        paragraphs.append(
            "Pale intervals belong to specifications without an effect of the question: they take answers "
            "to one question for independent, and are too narrow. So are all intervals without an effect of "
            "the query language, where a match hardly varies within languages."
        )
    sampled = sum(row.get("questions_sampled") is True for row in drawn)
    if sampled:
        paragraphs.append(f"{count(sampled)} specifications are fitted to a random sample of the questions.")
    if len(listed) > len(drawn):
        paragraphs.append(
            f"{count(len(listed) - len(drawn))} more specifications give no script effect and are not drawn."
        )
    if cut:
        paragraphs.append("Intervals that run beyond the drawing are cut at its edge.")
    return paragraphs


def _leaders(agreement: Row, key: str, words: str) -> str:
    tally = {name: int(number(mapping(agreement, key), name) or 0) for name in _EFFECTS}
    if not any(tally.values()):
        return ""
    parts = [f"{name} in {n}" for name, n in sorted(tally.items(), key=lambda item: -item[1]) if n]
    return f"{words}, {', '.join(parts)} of {sum(tally.values())}"


def agreement_table(summary: Row) -> TextTable:
    """Return how far the specifications agree: numbers of them by sign and by largest effect."""
    agreement = mapping(summary, "specification_agreement")
    lines = [
        [label, count(number(agreement, key))]
        for key, label in (
            ("n", "Specifications with a script effect"),
            ("positive", "positive"),
            ("negative", "negative"),
            ("above_zero", "with an interval above zero"),
            ("below_zero", "with an interval below zero"),
        )
    ]
    lines += [
        [f"{label} script effect, points", points(number(agreement, key), 1)]
        for key, label in (("median", "Median"), ("lowest", "Lowest"), ("highest", "Highest"))
    ]
    for side, words in (("without", "without the query language"), ("with", "with the query language")):
        tally = mapping(agreement, f"leading_{side}_query_language")
        lines.append([f"With all three effects, {words}", count(number(tally, "n"))])
        lines += [[f"{name.capitalize()} largest, {words}", count(number(tally, name))] for name in _EFFECTS]
    return TextTable(
        "specification_agreement",
        "How far the specifications agree",
        "",
        ["", "Specifications"],
        1,
        lines if agreement else [],
    )


def choices_table(summary: Row) -> TextTable:
    """Return the median script effect with and without each choice, those that matter most first."""
    lines = []
    for row in rows(mapping(summary, "specification_agreement"), "choices"):
        kind, name = text(row, "kind"), text(row, "choice")
        heading, labels = _KINDS.get(kind, (kind, {}))
        lines.append(
            [
                heading,
                labels.get(name, name.replace("_", " ")),
                *(count(number(row, key)) for key in ("n", "negative")),
                points(number(row, "median"), 1),
                *(count(number(row, key)) for key in ("n_otherwise", "negative_otherwise")),
                points(number(row, "median_otherwise"), 1),
            ]
        )
    return TextTable(
        "specification_choices",
        "What the script effect depends on",
        "Specifications with and without each choice: how many there are, how many have a negative script "
        "effect, and their median effect in points. First the choices under which signs differ most, then "
        "those that move the median most.",
        ["Kind", "Choice", "With", "Negative", "Median", "Without", "Negative", "Median"],
        2,
        lines,
    )


def specifications_table(summary: Row) -> TextTable:
    """Return every specification with its effects in points, the smallest script effect first."""
    listed = rows(summary, "specification_curve")
    without = [row for row in listed if number(row, "script_ame") is None]
    lines = []
    for row in [*known_rows(summary), *without]:
        controls = [CONTROL_LABELS.get(name, name) for name in texts(row, "controls")]
        lines.append(
            [
                PREDICTOR_LABELS.get(text(row, "predictor"), text(row, "predictor")),
                SAMPLE_LABELS.get(text(row, "sample"), text(row, "sample")),
                (", ".join(controls) or "nothing") + (" (primary)" if row.get("primary") is True else ""),
                count(number(row, "n")),
                with_interval(
                    points(number(row, "script_ame"), 1),
                    points_interval(number(row, "script_ame_low"), number(row, "script_ame_high"), 1),
                ),
                *(points(number(row, f"{name}_ame"), 1) for name in _EFFECTS[1:]),
            ]
        )
    return TextTable(
        "specification_curve",
        "All specifications",
        "Effects of a match in points, that of the script with its 95 % interval.",
        ["Script match means", "Answers used", "Allows for", "Answers", "Script", "Language", "Family"],
        3,
        lines,
        long=True,
    )

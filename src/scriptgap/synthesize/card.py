"""The data card: what is in a set of training samples, where it comes from, and what was left out."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import polars as pl

from scriptgap.errors import UsageError
from scriptgap.languages import language
from scriptgap.synthesize.city_names import GEONAMES
from scriptgap.synthesize.export import SPLITS
from scriptgap.synthesize.knowledge import Measured

FILE = "card.md"

_DOMAINS = {
    "kind": "Kind of question",
    "style": "Style of reasoning",
    "teacher": "Teacher",
    "query_script": "Script of the question",
    "query_lang": "Language of the question",
    "answer_lang": "Language of the answer",
    "topic": "Topic",
    "condition": "Condition",
}
_ATLAS = "atlas"
_SHOWN = 40
"""So many reasons are listed, the most frequent first."""

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


@dataclass(frozen=True, slots=True)
class Making:
    """How a set of samples was made.

    Attributes:
        form: The form of the rows, one of `export.FORMS`.
        recipe: The text of the recipe.
        command: The command that made the set.
        rejects: One row for each sample that verification rejected, with its ``reason``.
        removed: One row for each sample or seed that decontamination removed, with its ``reason``.
        target: The model to be trained, which may have taught itself; None where none was named.
        surplus: Number of samples that verification kept but that are more than were asked for.
        shots: Worked examples before each row of form ``completion``; None for all.
        measured: What the run said that chose the questions; None where none did.
    """

    form: str
    recipe: str
    command: str
    rejects: pl.DataFrame
    removed: pl.DataFrame
    target: str | None = None
    surplus: int = 0
    shots: int | None = None
    measured: Measured | None = None


def data_card(samples: pl.DataFrame, making: Making, files: Mapping[str, Path]) -> str:
    """Write the data card of exported samples, with the header of a Hugging Face data set card.

    Args:
        samples: The samples table. Rows of other splits than `export.SPLITS` are not counted.
        making: How they were made.
        files: The exported file of each split.

    Returns:
        Markdown: counts by split and by kind, style, teacher, script, language and topic; sources and their
        licences; what was left out, by reason; the recipe; the SHA-256 of each file; version and command.

    Raises:
        UsageError: ``rejects`` or ``removed`` has no column ``reason``.
    """
    scripts = {tag: language(tag).script for tag in samples["query_lang"].unique()}
    kept = samples.filter(pl.col("split").is_in(SPLITS)).with_columns(
        query_script=pl.col("query_lang").replace_strict(scripts, return_dtype=pl.String)
    )
    made = len(kept) + making.surplus + len(making.rejects)
    parts = [
        _header(kept, files),
        "# Samples that teach reasoning across scripts",
        "Questions about facts, put in one script where the fact was presumably learned in another, each "
        "with a reasoning that finds the name in the other script and then recalls the fact. Made to teach a "
        f"model to retrieve what it knows, by scriptgap {version('scriptgap')}:",
        _fenced(making.command, "sh"),
        f"The rows have the form `{making.form}`{_shown(making)}. "
        + (f"Target model: `{making.target}`. " if making.target else "")
        + "Entities are split by a hash of their names: no entity is in two splits.",
        _chosen(making.measured),
        "## Counts",
        _counts(kept, "split", "Split"),
        *(_counts(kept, column, title) for column, title in _DOMAINS.items() if column in kept.columns),
        "## Sources and licences",
        _sources(kept),
        "## Left out",
        f"Rejected by verification: {len(making.rejects):,} of {made:,} samples "
        f"({_percent(len(making.rejects), made)}).",
        _reasons(making.rejects, "rejects"),
        f"Kept by verification, but more than the recipe asks for: {making.surplus:,}."
        if making.surplus
        else "",
        _unanswered(making.measured),
        "Removed by decontamination, so that no entity of an evaluation set is taught: "
        f"{len(making.removed):,}.",
        _reasons(making.removed, "removed"),
        "## Recipe",
        _fenced(making.recipe, "yaml"),
        "## Files",
        _table(
            ["file", "rows", "bytes", "SHA-256"],
            [
                [f"`{path.name}`", f"{_rows(path):,}", f"{path.stat().st_size:,}", f"`{_sha256(path)}`"]
                for path in files.values()
            ],
        ),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def write_card(folder: Path, samples: pl.DataFrame, making: Making, files: Mapping[str, Path]) -> Path:
    """Write `data_card` into `folder` and return the file.

    Raises:
        UsageError: As in `data_card`.
    """
    path = folder / FILE
    path.write_text(data_card(samples, making, files), encoding="utf-8", newline="\n")
    return path


def _shown(making: Making) -> str:
    """Say how many worked examples the rows show, which only those of form ``completion`` do."""
    if making.form != "completion":
        return ""
    if making.shots is None:
        return ", with all worked examples before the question"
    if not making.shots:
        return ", without worked examples before the question: measure the trained model with `--shots 0`"
    return (
        f", with up to {making.shots} worked examples before the question: measure the trained model with "
        f"`--shots {making.shots}`"
    )


def _chosen(measured: Measured | None) -> str:
    """Say whose answers, in which run, chose the questions."""
    if measured is None:
        return ""
    where = f"in the run `{measured.run}`" if measured.run else "in a table of observations"
    who = f"what `{measured.model}` answered {where}"
    if measured.keep_all:
        return f"All questions are kept, whatever is right in {who}; it says how difficult each is."
    return (
        f"The questions are chosen by {who}: across scripts those that it answers right in the source "
        "language and wrong in the query language, of the other kinds those that it answers right in both."
    )


def _unanswered(measured: Measured | None) -> str:
    """Say how many seeds the run has no answer to."""
    told = "" if measured is None else measured.told_unanswered()
    return f"Not measured: {told}." if told else ""


def _header(kept: pl.DataFrame, files: Mapping[str, Path]) -> str:
    tags = sorted({*kept["query_lang"], *kept["source_lang"]})
    # JSON is YAML, and quotes what YAML would take for something else (the language `no`).
    fields = {
        "language": sorted({tag.split("-")[0] for tag in tags}),
        "language_bcp47": tags,
        "license": "other",
        "license_name": "see-sources-and-licences",
        "license_link": FILE,
        "task_categories": ["text-generation", "question-answering"],
        "tags": ["synthetic", "reasoning", "transliteration", "cross-script"],
        "size_categories": [next((name for most, name in _SIZES if len(kept) < most), "n>1M")],
        "configs": [
            {
                "config_name": "default",
                "data_files": [
                    {"split": split, "path": path.name} for split, path in files.items() if _rows(path)
                ],
            }
        ],
    }
    lines = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in fields.items()]
    return "\n".join(["---", *lines, "---"])


def _counts(kept: pl.DataFrame, column: str, title: str) -> str:
    counts = (
        kept.group_by(pl.col(column).fill_null("(none)"))
        .agg(
            *(pl.col("split").eq(split).sum().alias(split) for split in SPLITS),
            pl.col("entity").n_unique().alias("entities"),
        )
        .sort(pl.sum_horizontal(SPLITS), column, descending=[True, False])
    )
    rows = [
        [str(value), *(f"{count:,}" for count in (*split, sum(split), entities))]
        for value, *split, entities in counts.iter_rows()
    ]
    return _table([title, *SPLITS, "samples", "entities"], rows)


def _sources(kept: pl.DataFrame) -> str:
    lines = []
    for dataset in sorted(kept["dataset"].unique()):
        if dataset == _ATLAS:
            lines += [
                "- Atlas, names of countries, languages and currencies: [CLDR](https://cldr.unicode.org), "
                "Unicode License v3 (Unicode-3.0).",
                "- Atlas, facts, capitals and further names: [GeoNames](https://www.geonames.org), "
                "CC BY 4.0: credit GeoNames when you pass the data on.",
                "- Atlas, wording of the questions: scriptgap, Apache-2.0.",
            ]
        elif dataset == GEONAMES:
            lines.append(
                "- `geonames`, names of cities: [GeoNames](https://www.geonames.org), CC BY 4.0: credit "
                "GeoNames when you pass the data on."
            )
        else:
            lines.append(
                f"- `{dataset}`: a table given by the user, under the licence of whoever made it: name it "
                "here before you pass the data on."
            )
    for teacher in sorted(kept["teacher"].unique()):
        if teacher == "rules":
            lines.append("- Reasoning by `rules`: written by scriptgap from rules, Apache-2.0.")
        elif teacher == "replay":
            lines.append(
                "- `replay`: general data given by the user, whose reasoning is passed on as it was."
            )
        elif teacher == "self":
            lines.append("- Reasoning by `self`: written by the target model, under the terms of that model.")
        else:
            lines.append(
                f"- Reasoning by `{teacher}`: written by that model, under its terms of use, which may "
                "forbid training other models."
            )
    return "\n".join(lines)


def _reasons(frame: pl.DataFrame, name: str) -> str:
    if frame.is_empty():
        return ""
    if "reason" not in frame.columns:
        raise UsageError(f"{name}: missing column reason; it has {', '.join(frame.columns)}")
    counts = frame.group_by("reason").len().sort("len", "reason", descending=[True, False])
    rows = [[str(reason), f"{count:,}"] for reason, count in counts.head(_SHOWN).iter_rows()]
    if len(counts) > _SHOWN:
        rest = counts.slice(_SHOWN)
        rows.append([f"({len(rest):,} other reasons)", f"{rest['len'].sum():,}"])
    return _table(["reason", "count"], rows)


def _table(head: list[str], rows: list[list[str]]) -> str:
    aligned = ["---", *["---:"] * (len(head) - 1)]
    lines = [[_cell(value) for value in row] for row in [head, aligned, *rows]]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def _fenced(text: str, word: str) -> str:
    # The fence must be longer than any in the text.
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{word}\n{text.strip()}\n{fence}"


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "0 %"


def _rows(path: Path) -> int:
    with path.open("rb") as file:
        return sum(1 for _ in file)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

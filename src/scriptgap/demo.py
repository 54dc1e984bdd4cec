"""The demo: the whole path, from Atlas to the report, on the embedded Gemma 3 270M."""

from pathlib import Path

from rich.console import Console

MODEL = "embedded/gemma-3-270m"
CONDITIONS = ["plain", "entity_only", "hint"]

LANGUAGES = ["en", "es", "fr", "id", "ru", "el", "hi", "ar", "zh-Hans"]
"""Both kinds of script crossed with Indo-European and other families."""

COUNTRIES = 100

QUICK_LANGUAGES = ["en", "es", "id", "ru", "hi", "ar"]
QUICK_COUNTRIES = 25


def run_demo(out: Path, quick: bool, console: Console) -> Path:
    """Build Atlas capitals, measure the embedded model, explain the gap, and print the finding.

    Args:
        out: Folder for ``questions.parquet``, the run and the report.
        quick: Ask about fewer countries in fewer languages.
        console: Where the finding is printed.

    Returns:
        The report's page.

    Raises:
        ScriptgapError: The embedded model is not installed.
    """
    # Inspect, Babel and Altair take seconds to load: the first line must not wait for them.
    languages = QUICK_LANGUAGES if quick else LANGUAGES
    countries = QUICK_COUNTRIES if quick else COUNTRIES
    console.print(
        f"Asking Gemma 3 270M for the capitals of the {countries} most populous countries in "
        f"{len(languages)} languages, in {len(CONDITIONS)} ways.",
        highlight=False,
    )
    from scriptgap.explain.explanation import explain
    from scriptgap.measure.run import measure
    from scriptgap.questions.atlas import build_atlas

    questions = build_atlas(languages, ["capital"], countries).questions
    measure(questions, MODEL, out / "run", CONDITIONS)
    explanation = explain(out / "run")
    page = explanation.write(out / "report")
    console.print()
    for sentence in explanation.sentences:
        console.print(f"• {sentence}", highlight=False)
    console.print(f"\nreport: {page}", highlight=False)
    return page

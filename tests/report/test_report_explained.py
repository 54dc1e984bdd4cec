"""What the figures of specifications, importance, models, scripts and the decomposition print and draw."""

import re
from typing import Any
from xml.etree import ElementTree

import polars as pl
import pytest

from scriptgap.report.figures import FIGURES
from scriptgap.report.latex import latex_tables
from scriptgap.report.tables import table
from scriptgap.report.wording import PALETTE, short_count
from tests.report.conftest import effects as make_effects
from tests.report.test_report_figures import SVG, figure, texts


def fills(drawing: str, colour: str) -> int:
    """How many marks (not letters) have a colour."""
    return sum(
        element.tag != f"{SVG}text" and colour in (element.get("fill"), element.get("stroke"))
        for element in ElementTree.fromstring(drawing).iter()
    )


def test_importance_prints_shares_of_both_fits(summary: dict[str, Any]) -> None:
    drawn = figure(summary, "importance")
    written = texts(drawn.svg)
    assert written.count("91 [86, 96]") == 3
    assert written.count("9 [4, 14]") == 3
    assert written.count("not known") == 3
    assert written.index("Query language left out") < written.index("Query language allowed for")
    assert any("same script leads with 91 %" in paragraph for paragraph in drawn.caption)
    assert not any("random sample" in paragraph for paragraph in drawn.caption)
    summary["effects_by_condition"]["plain"]["specification"]["nested_n"] = 1200
    assert (
        "“plain”, allowing for the query language: the shares rest on 1\u202f200 of 3\u202f588 answers, "
        "those to a random sample of the questions."
    ) in figure(summary, "importance").caption


def test_a_fit_with_language_pairs_stands_below_the_others(summary: dict[str, Any]) -> None:
    before = figure(summary, "importance").svg
    fit = make_effects("plain", 0.1)
    for name in ("script_match", "language_match", "family_match"):
        fit[name] |= dict.fromkeys(["lr_p", "shapley_share", "shapley_low", "shapley_high"])
    summary["effects_with_language_pairs"] = fit
    drawn = figure(summary, "forest")
    assert "and language pairs" in texts(drawn.svg)
    assert any("should be judged by where pairs differ" in paragraph for paragraph in drawn.caption)
    assert figure(summary, "importance").svg == before
    rows = table(summary, "effects").filter("language_pair_effect", pl.col("term").str.ends_with("_match"))
    assert rows["ame"].to_list() == [fit[name]["ame"] for name in rows["term"]]
    assert "each pair of languages (n = 3" in latex_tables(summary)["effects"]


def test_importance_without_shares_is_not_drawn(summary: dict[str, Any]) -> None:
    for effects in (*summary["effects_by_condition"].values(), summary["effects_without_query_language"]):
        for term in ("script_match", "language_match", "family_match"):
            effects[term]["shapley_share"] = None
    assert FIGURES["importance"](summary) is None


def test_importance_of_a_lone_term_is_not_drawn(summary: dict[str, Any]) -> None:
    for effects in (*summary["effects_by_condition"].values(), summary["effects_without_query_language"]):
        effects["family_match"]["shapley_share"] = None
    assert FIGURES["importance"](summary) is None


def test_specification_curve_marks_the_primary_and_pales_naive_intervals(summary: dict[str, Any]) -> None:
    drawn = figure(summary, "specification_curve")
    written = texts(drawn.svg)
    assert {
        "primary",
        "question",
        "query language",
        "known in the source",
        "share of scripts in common",
    } <= set(written)
    assert written.index("Allows for") < written.index("Answers used") < written.index("Script match means")
    assert {"+10", "+36"} <= set(written)
    rules = [
        element.get("opacity")
        for element in ElementTree.fromstring(drawn.svg).iter(f"{SVG}line")
        if element.get("stroke") == PALETTE["effect"].light
    ]
    # Of 28 specifications with an effect, 12 have no effect of the question.
    assert (rules.count("0.25"), rules.count("0.75")) == (12, 16)
    caption = " ".join(drawn.caption)
    assert "positive script effect: 28 of 28" in caption
    assert (
        "without an effect of the query language, script in 6 of 6; with one, language in 3, script in 1 of 4"
        in (caption)
    )
    assert "Pale intervals belong to specifications without an effect of the question" in caption
    assert "6 specifications are fitted to a random sample of the questions" in caption
    assert "2 more specifications give no script effect and are not drawn" in caption
    assert "cut at its edge" not in caption


def test_choices_stand_under_the_specification_that_makes_them(summary: dict[str, Any]) -> None:
    root = ElementTree.fromstring(figure(summary, "specification_curve").svg)
    ink = PALETTE["ink"].light
    dots = [
        element
        for element in root.iter(f"{SVG}path")
        if element.get("fill") == ink and "translate" in (element.get("transform") or "")
    ]
    places = {re.search(r"translate\(([\d.]+)", dot.get("transform") or "")[1] for dot in dots}  # type: ignore[index]
    rows = [row for row in summary["specification_curve"] if row["script_ame"] is not None]
    choices = sum(len(row["controls"]) + 2 for row in rows)
    # Besides one dot for each choice: the primary specification's diamond, and that of the legend.
    assert len(dots) == choices + 2
    assert len(places) == len(rows) + 1


@pytest.mark.parametrize("copies", [1, 8])
def test_specification_curve_stays_within_the_page(copies: int, summary: dict[str, Any]) -> None:
    summary["specification_curve"] = [
        row | {"script_ame": row["script_ame"] and row["script_ame"] + copy / 1000}
        for copy in range(copies)
        for row in summary["specification_curve"]
    ]
    root = ElementTree.fromstring(figure(summary, "specification_curve").svg)
    assert float(root.attrib["width"]) < 1030
    shapes = sum(element.get("stroke") == PALETTE["effect"].light for element in root.iter(f"{SVG}line"))
    assert shapes == 28 * copies


def test_wild_intervals_are_cut_and_said(summary: dict[str, Any]) -> None:
    summary["specification_curve"][0] |= {"script_ame_low": -1.0, "script_ame_high": 1.0}
    drawn = figure(summary, "specification_curve")
    assert "cut at its edge" in drawn.caption[-1]
    assert not {"+60", "+100"} & set(texts(drawn.svg))


def test_a_curve_without_the_primary_specification_does_not_name_it(summary: dict[str, Any]) -> None:
    for row in summary["specification_curve"]:
        row["primary"] = False
    assert not any("primary" in text for text in texts(figure(summary, "specification_curve").svg))


def test_by_model_sorts_and_shows_the_pooled_effect(two_models: dict[str, Any]) -> None:
    two_models["effects_by_model"].append(
        {"model": "third", "n": 9, "n_right": 9, "ame": None, "note": "all 9 answers are right"}
    )
    two_models["effects_by_model"].reverse()
    drawn = figure(two_models, "by_model")
    written = texts(drawn.svg)
    assert [text for text in written if re.match(r"[+−]\d+\.\d \[", text)] == [
        "+41.0 [+36.0, +46.0]",
        "+21.0 [+16.0, +26.0]",
    ]
    assert {"all models", "50 %", "39 %", "not known"} <= set(written)
    assert any("regression of all models together (+41.3)" in paragraph for paragraph in drawn.caption)
    assert "third: no effect (all 9 answers are right)." in drawn.caption


def test_one_model_is_not_compared(summary: dict[str, Any]) -> None:
    assert FIGURES["by_model"](summary) is None


def test_script_pairs_print_accuracy_and_number(summary: dict[str, Any]) -> None:
    drawn = figure(summary, "script_pairs")
    written = texts(drawn.svg)
    for row in summary["script_pairs"]:
        if row["n"]:
            assert f"{100 * row['accuracy']:.0f}" in written
    assert written.count("–") == 1
    assert "1 000*" in written
    assert "23k" in written
    assert sum(text.endswith("*") for text in written) == 1
    frames = [
        element
        for element in ElementTree.fromstring(drawn.svg).iter(f"{SVG}path")
        if element.get("stroke") == PALETTE["ink"].light
    ]
    assert len(frames) == 4
    assert fills(drawn.svg, PALETTE["line"].light) == 1
    assert any("Compare a framed cell with others of its column" in paragraph for paragraph in drawn.caption)
    summary["script_pairs"] = [row for row in summary["script_pairs"] if row["source_script"] == "Latn"]
    caption = figure(summary, "script_pairs").caption
    assert any("no query script is seen both with and without a match" in paragraph for paragraph in caption)


def test_short_counts_have_at_most_five_characters() -> None:
    assert [short_count(n) for n in (None, 0, 9999, 10_000, 999_499, 999_500, 12_345_678, 123_456_789)] == [
        *("–", "0", "9\u202f999", "10k", "999k", "1.0M", "12.3M", "123M")
    ]


def test_decomposition_adds_up_and_dashes_negative_terms(two_models: dict[str, Any]) -> None:
    drawn = figure(two_models, "decomposition")
    written = texts(drawn.svg)
    assert {"+3 [−1, +7]", "−12 [−16, −8]", "+42 [+38, +46]", "+17 [+13, +21]"} <= set(written)
    assert {"0 [−4, +4]", "+5 [+1, +9]", "+43 [+39, +47]", "−8 [−12, −4]"} <= set(written)
    assert written.count("30 %") == 2
    assert {"80 %", "70 %"} <= set(written)
    bars = [
        element
        for element in ElementTree.fromstring(drawn.svg).iter(f"{SVG}path")
        if element.get("fill") == PALETTE["effect"].light
    ]
    dashed = [bar for bar in bars if bar.get("stroke-dasharray")]
    assert (len(bars), len(dashed)) == (8, 2)


def test_decomposition_says_what_is_not_known(summary: dict[str, Any]) -> None:
    row = summary["decomposition"][0]
    row |= {"expression": None, "placebo": None, "recognition_variant": "hint_only"}
    summary["notes"]["decomposition.0.expression"] = "there is no questions table"
    drawn = figure(summary, "decomposition")
    assert texts(drawn.svg).count("not known") == 2
    assert "Expression is not known: there is no questions table." in drawn.caption
    assert any("Without a placebo hint" in paragraph for paragraph in drawn.caption)


@pytest.mark.parametrize(
    "name",
    ["forest", "importance", "by_model", "specification_curve", "script_pairs", "decomposition"],
)
def test_alternative_text_tells_the_result(name: str, two_models: dict[str, Any]) -> None:
    label = ElementTree.fromstring(figure(two_models, name).svg).attrib["aria-label"]
    assert re.search(r"\d", label)


@pytest.mark.parametrize("name", ["forest", "importance", "by_model", "specification_curve", "decomposition"])
def test_every_colour_has_a_twin_for_dark_pages(name: str, two_models: dict[str, Any]) -> None:
    drawn = figure(two_models, name).svg
    used = set(re.findall(r'(?:fill|stroke)="(#[0-9a-f]{6})"', drawn))
    assert used <= {colour.light for colour in PALETTE.values()}

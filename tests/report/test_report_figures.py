"""What the figures print."""

import re
from typing import Any
from xml.etree import ElementTree

import pytest

from scriptgap.report.drawing import Figure
from scriptgap.report.figures import FIGURES

SVG = "{http://www.w3.org/2000/svg}"


def figure(summary: dict[str, Any], name: str) -> Figure:
    drawn = FIGURES[name](summary)
    assert drawn is not None
    assert drawn.name == name
    return drawn


def texts(drawing: str) -> list[str]:
    found = []
    for element in ElementTree.fromstring(drawing).iter(f"{SVG}text"):
        found.append(" ".join("".join(element.itertext()).split()))
        found += [part.text or "" for part in element.iter(f"{SVG}tspan")]
    return found


def test_heat_map_prints_every_accuracy(summary: dict[str, Any]) -> None:
    written = texts(figure(summary, "heat_map").svg)
    printed = [text for text in written if re.fullmatch(r"\d+", text)]
    expected = [f"{100 * row['accuracy']:.0f}" for row in summary["accuracy"] + summary["accuracy_by_class"]]
    legend = ["0", "25", "50", "75", "100"]
    assert sorted(printed) == sorted(expected + legend)
    for language in summary["query_languages"]:
        assert language["name"] in written
        assert language["autonym"] in written
        assert language["script"] in written


def test_heat_map_has_a_block_per_model(two_models: dict[str, Any]) -> None:
    written = texts(figure(two_models, "heat_map").svg)
    assert {"embedded/gemma-3-270m", "embedded/smollm2-135m"} <= set(written)
    assert written.count("Arabic") == 1
    printed = [text for text in written if re.fullmatch(r"\d+", text)]
    assert len(printed) == len(two_models["accuracy"]) + len(two_models["accuracy_by_class"]) + 5


def test_heat_map_of_one_condition_has_a_column_per_model(two_models: dict[str, Any]) -> None:
    for key in ("accuracy", "accuracy_by_class"):
        two_models[key] = [row for row in two_models[key] if row["condition"] == "plain"]
    written = texts(figure(two_models, "heat_map").svg)
    assert {"embedded/", "gemma-3-", "270m", "smollm2-", "135m"} <= set(written)
    assert "plain" not in written


def test_waterfall_prints_levels_and_changes(summary: dict[str, Any]) -> None:
    written = texts(figure(summary, "waterfall").svg)
    assert {"84 %", "63 %", "20 %", "−43", "[−48, −39]", "+53", "[+51, +55]", "−2"} <= set(written)


def test_waterfall_without_the_source_language(summary: dict[str, Any]) -> None:
    summary["accuracy_by_class"] = [
        row for row in summary["accuracy_by_class"] if row["match_class"] != "same_language"
    ]
    drawn = figure(summary, "waterfall")
    assert "84 %" not in texts(drawn.svg)
    assert any("same language" in paragraph for paragraph in drawn.caption)


def test_forest_prints_both_fits_and_names_dropped_terms(summary: dict[str, Any]) -> None:
    drawn = figure(summary, "forest")
    written = texts(drawn.svg)
    assert {"9.12 [6.04, 13.8]", "+41.3 [+35.4, +47.2]"} <= set(written)
    assert {"11.1 [7.38, 16.8]", "+43.3 [+37.4, +49.2]"} <= set(written)
    assert written.index("Query language left out") < written.index("Query language allowed for")
    assert written.count("not identified") == 3
    assert "not fitted" in written
    assert not any("(1|model)" in text for text in [*written, *drawn.caption])
    assert any(
        "same language" in paragraph and "only the source language" in paragraph
        for paragraph in drawn.caption
    )


def test_forest_with_one_fit_has_one_side(summary: dict[str, Any]) -> None:
    summary["effects_without_query_language"] = None
    drawn = figure(summary, "forest")
    written = texts(drawn.svg)
    assert "Query language allowed for" in written
    assert not {"Query language left out", "not fitted"} & set(written)
    assert not any(paragraph.startswith("Left:") for paragraph in drawn.caption)


def test_condition_effects_print_every_effect(summary: dict[str, Any]) -> None:
    written = texts(figure(summary, "condition_effects").svg)
    assert sum(bool(re.match(r"[+−]?\d+ +\[", text)) for text in written) == len(summary["condition_effects"])


def test_slopes_print_both_ends_the_rise_and_the_difference(summary: dict[str, Any]) -> None:
    drawn = figure(summary, "hint_slopes")
    written = texts(drawn.svg)
    assert written.count("difference +40 [+33, +46]") == 2
    assert {"75", "81", "+6", "32", "78", "+46", "no hint", "repeated name", "hint"} <= set(written)
    assert "orange: other script" in drawn.caption[0]


def test_slopes_need_both_match_classes(summary: dict[str, Any]) -> None:
    for row in summary["hint_controls"]:
        row["difference_in_differences"] = None
    assert FIGURES["hint_slopes"](summary) is None


def test_swaps_print_scripts_change_and_test(summary: dict[str, Any]) -> None:
    written = texts(figure(summary, "script_swaps").svg)
    assert {"Hebrew: Hebr to Latn", "Chinese (Traditional): Hant to Hans"} <= set(written)
    assert any(text.startswith("+26 [+18, +34]") and text.endswith("p <0.001") for text in written)


@pytest.mark.parametrize("name", ["heat_map", "languages"])
def test_text_stays_text_for_the_browser_to_shape(summary: dict[str, Any], name: str) -> None:
    assert {"العربية", "हिन्दी", "ไทย", "தமிழ்", "עברית"} <= set(texts(figure(summary, name).svg))

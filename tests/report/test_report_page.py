"""The page as a whole: safe, self-contained, right to left where it must be, and never failing."""

import copy
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from scriptgap.report import write_report

HOSTILE = '<script>alert("x")</script>\u202eevil\u2066\x00 <img src=http://evil.example/x.png>'


class Page(HTMLParser):
    """Collects the elements of a page."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))


def render(summary: dict[str, Any], examples: pl.DataFrame, folder: Path) -> str:
    path = write_report(summary, examples, folder)
    assert path == folder / "report.html"
    return path.read_text(encoding="utf-8")


def test_page_says_what_was_found(summary: dict[str, Any], examples: pl.DataFrame, tmp_path: Path) -> None:
    page = render(summary, examples, tmp_path)
    assert "The script gap of gemma-3-270m" in page
    assert "15 January 2026" in page
    for sentence in summary["sentences"]:
        assert sentence["text"] in page
        for key in sentence["keys"]:
            assert key in page
    assert "not in summary.json" not in page
    for limit in summary["limits"]:
        assert limit in page
    assert "only the source language itself matches" in page
    assert page.index("What we found") < page.index("<svg")
    assert page.count("<svg") == 5
    assert {path.stem for path in (tmp_path / "figures").iterdir()} == {
        "waterfall",
        "heat_map",
        "languages",
        "hint_effects",
        "forest",
    }


def test_page_loads_nothing(summary: dict[str, Any], examples: pl.DataFrame, tmp_path: Path) -> None:
    page = render(summary, examples, tmp_path)
    for tag, attributes in Page(page).elements:
        assert tag not in {"script", "link", "iframe", "object", "embed", "img", "image", "base"}
        for name, value in attributes.items():
            assert not name.startswith("on")
            if name in {"src", "href", "xlink:href", "srcset", "action", "data"}:
                assert (value or "").startswith("#")
    assert "@import" not in page
    assert all(target.startswith("#") for target in re.findall(r"url\(([^)]*)\)", page))
    identifiers = re.findall(r'\bid="([^"]+)"', page)
    assert len(identifiers) == len(set(identifiers))


def test_hostile_text_stays_text(summary: dict[str, Any], examples: pl.DataFrame, tmp_path: Path) -> None:
    hostile = examples.with_columns(
        *(pl.lit(HOSTILE).alias(name) for name in ("response", "hinted_response", "question", "expected"))
    )
    summary["models"] = [HOSTILE]
    for key in ("accuracy", "accuracy_by_class", "gap", "hint_effects", "missing"):
        for row in summary[key]:
            row["model"] = HOSTILE
    summary["query_languages"][0]["name"] = HOSTILE
    summary["sentences"][0]["text"] = HOSTILE
    summary["notes"][HOSTILE] = HOSTILE
    page = render(summary, hostile, tmp_path)
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;alert" in page
    assert not re.search(r"[\u202a-\u202e\u2066-\u2069\x00]", page)
    for figure in (tmp_path / "figures").iterdir():
        drawing = figure.read_text(encoding="utf-8")
        assert "<script" not in drawing
        assert not re.search(r"[\u202a-\u202e\u2066-\u2069\x00]", drawing)


def test_right_to_left_text_is_marked(
    summary: dict[str, Any], examples: pl.DataFrame, tmp_path: Path
) -> None:
    quotes = [
        attributes
        for tag, attributes in Page(render(summary, examples, tmp_path)).elements
        if tag == "bdi" and attributes.get("class") == "quote"
    ]
    assert {quote["lang"] for quote in quotes if quote["dir"] == "rtl"} <= {"ar", "he", "fa", "ur"}
    assert {"ar", "he"} <= {quote["lang"] for quote in quotes if quote["dir"] == "rtl"}
    assert all(quote["dir"] in {"rtl", "auto"} for quote in quotes)


def test_failures_cover_scripts_before_repeating_one(
    summary: dict[str, Any], examples: pl.DataFrame, tmp_path: Path
) -> None:
    page = render(summary, pl.concat([examples] * 20), tmp_path)
    shown = {
        attributes["lang"] for tag, attributes in Page(page).elements if attributes.get("class") == "quote"
    }
    scripts = {row["script"] for row in summary["query_languages"] if row["tag"] in shown}
    assert {"Arab", "Hebr", "Deva", "Thai", "Jpan", "Hans", "Kore", "Geor", "Taml", "Cyrl", "Grek"} <= scripts
    assert "14 of 340 are shown" in page


def test_same_input_gives_same_bytes(summary: dict[str, Any], examples: pl.DataFrame, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    write_report(summary, examples, first)
    write_report(copy.deepcopy(summary), examples, second)
    files = [path.relative_to(first) for path in sorted(first.rglob("*")) if path.is_file()]
    assert files == [path.relative_to(second) for path in sorted(second.rglob("*")) if path.is_file()]
    for path in files:
        assert (first / path).read_bytes() == (second / path).read_bytes(), path


def without_hints(summary: dict[str, Any]) -> None:
    for key in ("accuracy", "accuracy_by_class", "gap"):
        summary[key] = [row for row in summary[key] if not row["condition"].startswith("hint")]
    summary["hint_effects"] = []
    summary["hint"] = dict.fromkeys(summary["hint"])
    summary["notes"]["hint"] = "no hint condition was run"


def one_language(summary: dict[str, Any]) -> None:
    for key in ("accuracy", "accuracy_by_class"):
        summary[key] = [row for row in summary[key] if row["match_class"] == "same_language"]
    summary["query_languages"] = summary["query_languages"][:1]
    summary["gap"] = [
        row | {"same_script": None, "cross_script": None, "script_gap": None} for row in summary["gap"]
    ]
    summary["hint_effects"] = []


def no_effects(summary: dict[str, Any]) -> None:
    effects = summary["effects"]
    nulls = {
        name: dict.fromkeys(effects[name]) for name in ("script_match", "language_match", "family_match")
    }
    summary["effects"] = nulls | {"specification": None}
    summary["effects_by_condition"] = {}
    summary["notes"] = {"effects": "too few languages"}


def all_null(summary: dict[str, Any]) -> None:
    for key in list(summary):
        summary[key] = None


def null_leaves(summary: dict[str, Any]) -> None:
    for key in ("accuracy", "accuracy_by_class", "gap", "hint_effects", "missing"):
        summary[key] = [
            {name: value if isinstance(value, str) else None for name, value in row.items()}
            for row in summary[key]
        ]


def emptied(summary: dict[str, Any]) -> None:
    summary.clear()


def empty_lists(summary: dict[str, Any]) -> None:
    for key, value in summary.items():
        summary[key] = type(value)() if isinstance(value, list | dict) else value


def not_finite(summary: dict[str, Any]) -> None:
    summary["accuracy"][0]["accuracy"] = float("nan")
    term = summary["effects_by_condition"]["plain"]["script_match"]
    term |= {"odds_ratio": 3e9, "odds_ratio_high": float("inf"), "odds_ratio_low": 0.0, "ame": float("nan")}


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (without_hints, "no hint was run. Reason: no hint condition was run"),
        (one_language, "there are fewer than two"),
        (no_effects, "The regression gave no effect. Reason: too few languages"),
        (all_null, "The summary holds no sentences."),
        (null_leaves, "Languages are not compared"),
        (emptied, "There is no accuracy to show."),
        (empty_lists, "No regression was fitted."),
        (not_finite, "&gt;1000"),
    ],
)
def test_gaps_in_the_summary_are_said(
    damage: Any, sentence: str, summary: dict[str, Any], tmp_path: Path
) -> None:
    damage(summary)
    page = render(summary, pl.DataFrame(), tmp_path)
    assert sentence in page
    assert "No failures are quoted" in page
    assert not re.search(
        r"\b(None|nan|NaN|undefined)\b", re.sub(r"<style>.*?</style>", "", page, flags=re.S)
    ) or ("None: every answer was scored" in page)

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
    order = [
        name.replace("-", "_") for name in re.findall(r'<figure class="figure" id="figure-([^"]+)"', page)
    ]
    assert order == [
        *("waterfall", "heat_map", "languages"),
        *("forest", "importance", "specification_curve"),
        *("hint_slopes", "condition_effects", "script_swaps", "decomposition", "script_pairs"),
    ]
    assert page.count("<svg") == len(order)
    assert re.findall(r"Figure (\d+)\.", page) == [str(i) for i in range(1, len(order) + 1)]
    assert {path.stem for path in (tmp_path / "figures").iterdir()} == set(order)
    assert "Script effects are not compared between models: fewer than two have one." in page


def test_links_on_the_page_lead_somewhere(
    summary: dict[str, Any], examples: pl.DataFrame, tmp_path: Path
) -> None:
    page = render(summary, examples, tmp_path)
    targets = set(re.findall(r'\bid="([^"]+)"', page))
    links = re.findall(r'href="#([^"]+)"', page)
    assert len(links) == 8
    assert set(links) <= targets


def test_tables_stand_with_their_figures(
    summary: dict[str, Any], examples: pl.DataFrame, tmp_path: Path
) -> None:
    page = render(summary, examples, tmp_path)
    plain = " ".join(re.sub(r"<[^>]*>", " ", page).split())
    for words in (
        "Script and family are told apart by the language pairs in which one of them matches",
        "The 5 with most answers; 2 more are in the CSV file. Source language",
        "English Vietnamese 498 42",
        "English Russian 493 47",
        "gpboost 1.6 fits the same model by other code; whether it agrees to 0.001 logits is not known of "
        "every term (largest difference 0.0002 logits).",
        "Same script 2.2100 (0.2100) 2.2101 (0.2102) yes +41.3 [+35.4, +47.2] +40.2 [+34.3, +46.1] yes",
        "embedded/gemma-3-270m plain majority of 3 70.0 25.0 +45.0 [+41.0, +49.0]",
        "62 [58, 66]",
        "embedded/gemma-3-270m plain 2 000 80.0 30.0 +50.0 [+46.0, +54.0] +3.0 [−1.0, +7.0]",
        "Allows for query language 10 0 +10.4 18 1 +36.1",
    ):
        assert words in plain, words
    shown = page.index("One answer, the majority, or any")
    assert page.rindex("<h3>", 0, shown) > page.rindex("<details", 0, shown)
    folded = page.index("The loss across scripts and its terms")
    assert page.rindex("<details", 0, folded) > page.rindex("<h3>", 0, folded)


def test_many_models_fold_the_figures_that_repeat_languages(summary: dict[str, Any], tmp_path: Path) -> None:
    folded = '<details class="folded"><summary>Figure {}. {}'
    heat_map = folded.format(1, "Accuracy by query language and way of asking")
    languages = folded.format(2, "Languages from best to worst")
    few = {"accuracy": summary["accuracy"][:5], "models": ["a", "b", "c"]}
    page = render(few, pl.DataFrame(), tmp_path)
    assert heat_map not in page
    assert languages not in page
    page = render(few | {"models": ["a", "b", "c", "d"]}, pl.DataFrame(), tmp_path)
    assert heat_map not in page
    assert languages in page
    few["accuracy"] += [row | {"condition": "hint"} for row in few["accuracy"]]
    assert heat_map in render(few | {"models": ["a", "b", "c", "d"]}, pl.DataFrame(), tmp_path)


def test_reasons_are_said_once(tmp_path: Path) -> None:
    keys = [f"decomposition.{i}.recall{ending}" for i in range(9) for ending in ("", "_low", "_high")]
    notes = dict.fromkeys([*keys, "decomposition.0.hint_low"], "the hint was not run")
    page = render({"notes": notes}, pl.DataFrame(), tmp_path)
    assert "What is not known, and why (1)" in page
    assert page.count("<code>decomposition.*.recall</code>") == 1
    assert "<code>decomposition.*.hint_low</code>" in page
    assert "recall_low" not in page


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
    for key in (
        "accuracy",
        "accuracy_by_class",
        "gap",
        "condition_effects",
        "missing",
        "decomposition",
        "sampling",
    ):
        for row in summary[key]:
            row["model"] = HOSTILE
    for row in summary["effects_by_model"] * 2:
        row["model"], row["note"] = HOSTILE, HOSTILE
    for row in summary["script_pairs"]:
        row["source_script"] = HOSTILE
    summary["specification_curve"][0] |= {"controls": [HOSTILE], "sample": HOSTILE, "predictor": HOSTILE}
    summary["specification_agreement"]["choices"][0]["choice"] = HOSTILE
    summary["crosscheck"]["engines"]["glmm"] = summary["crosscheck"]["rows"][0]["term"] = HOSTILE
    summary["identifying_pairs"][0]["source_lang"] = HOSTILE
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
    summary["condition_effects"] = []
    summary["hint"] = dict.fromkeys(summary["hint"])
    summary["notes"]["hint"] = "no hint condition was run"
    for row in summary["decomposition"]:
        row |= dict.fromkeys(("recognition", "placebo", "recall"))
    summary["notes"]["decomposition.0.recall"] = "the hint was not run"


def one_language(summary: dict[str, Any]) -> None:
    for key in ("accuracy", "accuracy_by_class"):
        summary[key] = [row for row in summary[key] if row["match_class"] == "same_language"]
    summary["query_languages"] = summary["query_languages"][:1]
    summary["gap"] = [
        row | {"same_script": None, "cross_script": None, "script_gap": None} for row in summary["gap"]
    ]
    summary["condition_effects"] = []


def no_effects(summary: dict[str, Any]) -> None:
    effects = summary["effects"]
    nulls = {
        name: dict.fromkeys(effects[name]) for name in ("script_match", "language_match", "family_match")
    }
    summary["effects"] = nulls | {"specification": None}
    summary["effects_by_condition"] = {}
    summary["effects_without_query_language"] = None
    summary["identifying_pairs"] = []
    summary["notes"] = {"effects": "too few languages"}


def little_explained(summary: dict[str, Any]) -> None:
    summary["identifying_pairs"] = [
        row for row in summary["identifying_pairs"] if row["kind"] == "family_only"
    ]
    summary["crosscheck"] = None
    summary["notes"]["crosscheck"] = "not asked for"
    for effects in (*summary["effects_by_condition"].values(), summary["effects_without_query_language"]):
        for term in ("script_match", "family_match"):
            effects[term] |= dict.fromkeys(("shapley_share", "shapley_low", "shapley_high"))
            summary["notes"][f"effects.{term}.shapley_share"] = "no more than chance would"


def all_null(summary: dict[str, Any]) -> None:
    for key in list(summary):
        summary[key] = None


def null_leaves(summary: dict[str, Any]) -> None:
    lists = ("accuracy", "accuracy_by_class", "gap", "condition_effects", "missing", "specification_curve")
    more = ("effects_by_model", "script_pairs", "identifying_pairs", "decomposition", "sampling")
    for key in (*lists, *more):
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
    ("damage", "sentences"),
    [
        (
            without_hints,
            [
                "no hint was run. Reason: no hint condition was run",
                "is not decomposed into recognition and recall. Reason: the hint was not run",
            ],
        ),
        (one_language, ["there are fewer than two"]),
        (
            no_effects,
            [
                "The regression gave no effect. Reason: too few languages",
                "script match and family match cannot be told apart",
            ],
        ),
        (all_null, ["The summary holds no sentences."]),
        (null_leaves, ["Languages are not compared"]),
        (
            emptied,
            [
                "There is no accuracy to show.",
                "No specification of the regression gave a script effect.",
                "How much of the gap is sampling is not known",
            ],
        ),
        (empty_lists, ["No regression was fitted."]),
        (not_finite, ["&gt;1000"]),
        (
            little_explained,
            [
                "what a shared script is worth is seen only on top of a shared family",
                "The regression was not cross-checked. Reason: not asked for",
                "Which match is primary is not known. Reason: no more than chance would",
            ],
        ),
    ],
)
def test_gaps_in_the_summary_are_said(
    damage: Any, sentences: list[str], summary: dict[str, Any], tmp_path: Path
) -> None:
    damage(summary)
    page = render(summary, pl.DataFrame(), tmp_path)
    for sentence in sentences:
        assert sentence in page
    assert "No failures are quoted" in page
    assert not re.search(
        r"\b(None|nan|NaN|undefined)\b", re.sub(r"<style>.*?</style>", "", page, flags=re.S)
    ) or ("None: every answer was scored" in page)

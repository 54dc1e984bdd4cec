import pytest

from scriptgap.explain.regression.collapse import collapse
from scriptgap.explain.regression.identification import identifying_pairs, script_pairs


@pytest.fixture
def cells(observe):
    """Sources English and Russian; right in half of the questions, always in Russian."""
    return collapse(
        observe(
            lambda m, q, lang, c, s: lang == "ru" or int(q[1:]) < 10,
            ["en", "es", "vi", "ru", "hi", "ko"],
            sources=("en", "ru"),
        )
    )


def test_script_pairs(cells):
    rows = {(row["source_script"], row["query_script"]): row for row in script_pairs(cells, "plain")}
    assert set(rows) == {(s, q) for s in ("Latn", "Cyrl") for q in ("Latn", "Cyrl", "Deva", "Kore")}
    latin = rows["Latn", "Latn"]
    assert (latin["n"], latin["n_questions"], latin["n_language_pairs"]) == (30, 10, 3)
    assert (latin["n_same_language"], latin["script_match"]) == (10, True)
    assert latin["accuracy"] == 0.5
    assert latin["low"] < 0.5 < latin["high"]
    assert rows["Cyrl", "Cyrl"]["accuracy"] == 1.0
    assert rows["Cyrl", "Deva"]["script_match"] is False
    assert sum(row["n"] for row in rows.values()) == 120


def test_pairs_that_do_not_occur_are_empty(cells):
    kept = cells.filter(~((cells["source_lang"] == "ru") & (cells["query_lang"] == "ko")))
    rows = {(row["source_script"], row["query_script"]): row for row in script_pairs(kept, "plain")}
    empty = rows["Cyrl", "Kore"]
    assert (empty["n"], empty["accuracy"], empty["script_match"]) == (0, None, None)


def test_identifying_pairs(cells):
    """Vietnamese shares English's script alone; Russian and Hindi its family alone; Spanish both."""
    rows = {(row["source_lang"], row["query_lang"]): row for row in identifying_pairs(cells, "plain")}
    assert {pair: row["kind"] for pair, row in rows.items()} == {
        ("en", "vi"): "script_only",
        ("en", "ru"): "family_only",
        ("en", "hi"): "family_only",
        ("ru", "en"): "family_only",
        ("ru", "es"): "family_only",
        ("ru", "hi"): "family_only",
    }
    assert (rows["en", "ru"]["n"], rows["en", "ru"]["accuracy"]) == (10, 1.0)


def test_nothing_was_asked(cells):
    assert script_pairs(cells, "hint") == []
    assert identifying_pairs(cells, "hint") == []

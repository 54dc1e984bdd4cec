"""Rates on CLDR's names, as golden bounds: they change only if a rule, a library or CLDR does."""

from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from scriptgap.errors import UsageError
from scriptgap.script_swap import SwapRule, rule_for
from scriptgap.script_swap.cldr import cldr_names, parallel_names
from scriptgap.script_swap.name_files import read_names
from scriptgap.script_swap.round_trip import (
    COLUMNS,
    _distance,
    agreement,
    round_trip,
    swap_rules_table,
    written_names,
)

NAMES = Path(__file__).parents[3] / "shared" / "data" / "names"


def _rule(forward, back=None, script="Cyrl"):
    return SwapRule("sr", script, "Latn", "", "", True, forward, back)


def test_by_hand():
    # Of four names one is lost; two have one image, in letters that come back as one of them.
    rule = _rule(lambda name: name.replace("э", "е"), lambda name: name)
    row = round_trip(["мэри", "мери", "иван", "анна", "анна", "Anna", "12"], rule)
    assert (row["n"], row["n_exact"]) == (4, 3)
    assert row["error_rate"] == 0.25
    assert row["collision_rate"] == 0.5
    assert row["character_error_rate"] == 1 / 16
    # Wilson (1927) for 1 of 4.
    assert row["low"] == pytest.approx(0.0456, abs=1e-4)
    assert row["high"] == pytest.approx(0.6994, abs=1e-4)


def test_case_and_kind_of_apostrophe_are_no_loss():
    rule = _rule(str.lower, lambda name: name.replace("’", "ʻ"))
    assert round_trip(["Об’єкт"], rule)["error_rate"] == 0


def test_without_a_way_back_or_without_names():
    row = round_trip(["а", "б"], _rule(lambda name: "x"))
    assert row["error_rate"] is None
    assert row["low"] is None
    assert row["collision_rate"] == 1
    assert round_trip([], _rule(str))["collision_rate"] is None


def test_only_names_in_the_rules_script_count():
    assert written_names(["Грчка", "Greece", "A линија", "12", "Грчка "], _rule(str)) == ["Грчка"]
    simplified = rule_for("zh", "Hant")
    assert written_names(["中国", "中國"], simplified) == ["中国"]


@given(st.text(max_size=12), st.text(max_size=12))
def test_distance_is_levenshteins(one, other):
    assert _distance(one, other) == Levenshtein.distance(one, other)


def test_cldr_has_no_names_for_what_it_lacks():
    assert cldr_names("ru-Latn") == {}
    assert ("Грчка", "Grčka") in parallel_names("sr-Cyrl", "sr-Latn")


@cache
def _table():
    return swap_rules_table()


def test_the_table():
    table = _table()
    assert dict(table.schema) == COLUMNS
    rates = table.select("error_rate", "low", "high", "collision_rate", "agreement")
    assert all(0 <= value <= 1 for column in rates for value in column.drop_nulls())
    assert table.filter(table["error_rate"].is_not_null() & (table["low"] > table["error_rate"])).is_empty()
    assert set(table["source"]) == {"CLDR"}


@pytest.mark.parametrize(
    ("lang", "script", "least"),
    [
        ("sr-Cyrl", "Latn", 1.0),
        ("sr-Latn", "Cyrl", 1.0),
        ("az-Latn", "Cyrl", 0.96),
        ("az-Cyrl", "Latn", 0.96),
        ("bs-Latn", "Cyrl", 0.75),
        ("bs-Cyrl", "Latn", 0.75),
        ("uz-Latn", "Cyrl", 0.64),
        ("uz-Cyrl", "Latn", 0.67),
        ("kk-Cyrl", "Arab", 0.82),
        ("yue-Hant", "Hans", 0.98),
        ("yue-Hans", "Hant", 0.91),
        ("zh-Hans", "Hant", 0.24),  # Taiwan's words for most things
        ("zh-Hant", "Hans", 0.24),
        ("hi", "Latn", 0.28),  # English words for most things
        ("hi", "Arab", 0.31),  # names only; Urdu's own spellings and words
    ],
)
def test_as_cldr_writes_itself(lang, script, least):
    measured = agreement(rule_for(lang, script, whole_text=script != "Arab" or lang != "hi"))
    assert measured["n_agreement"] > 600
    assert measured["agreement"] >= least
    assert measured["agreement_similarity"] >= measured["agreement"]


@pytest.mark.parametrize(
    ("lang", "from_script", "to_script", "most"),
    [
        ("sr", "Cyrl", "Latn", 0.0),
        ("sr", "Latn", "Cyrl", 0.0),
        ("bs", "Latn", "Cyrl", 0.0),
        ("az", "Latn", "Cyrl", 0.0),
        ("uz", "Latn", "Cyrl", 0.0),
        ("uz", "Cyrl", "Latn", 0.05),
        ("kk", "Cyrl", "Latn", 0.15),  # borrowed names with э, ь and ц
        ("uk", "Cyrl", "Latn", 0.0),
        ("zh", "Hans", "Hant", 0.005),
        ("mk", "Cyrl", "Latn", 0.0),
        ("ka", "Geor", "Latn", 0.02),
        ("ru", "Cyrl", "Latn", 0.06),
    ],
)
def test_what_comes_back(lang, from_script, to_script, most):
    rows = _table().filter(language=lang, from_script=from_script, to_script=to_script)
    assert rows["error_rate"].drop_nulls()[0] <= most
    assert rows["n"].min() > 500


def test_collisions_are_few():
    assert _table()["collision_rate"].drop_nulls().max() < 0.011


def test_no_rule_for_a_language():
    with pytest.raises(UsageError, match="no rule swaps the script of Hebrew .he.; to Latn: vowels are not"):
        swap_rules_table({"he": ["שלום"]})


needs_names = pytest.mark.skipif(not NAMES.exists(), reason="the names of ../shared/data/names are absent")


def _real(file, lang, every):
    names = read_names(NAMES / file, lang)[::every]
    return {
        (row["from_script"], row["to_script"], row["whole_text"]): row
        for row in swap_rules_table({lang: names}).iter_rows(named=True)
    }


@needs_names
def test_russian_names():
    row = _real("wd_russian_20.tsv", "ru", 4)["Cyrl", "Latn", False]
    assert row["n"] > 7000
    assert 0.02 < row["error_rate"] < 0.07  # э after a consonant, mostly
    assert row["collision_rate"] < 0.005


@needs_names
def test_katakana_names():
    rows = _real("wd_katakana_20.tsv", "ja-Kana", 4)
    assert rows["Kana", "Hira", True]["error_rate"] == 0
    assert rows["Kana", "Latn", False]["error_rate"] < 0.012
    assert rows["Kana", "Latn", False]["n"] > 4000


@needs_names
def test_chinese_names():
    rows = _real("wd_chinese_20.tsv", "zh", 2)
    assert rows["Hans", "Hant", True]["error_rate"] < 0.002
    assert rows["Hant", "Hans", True]["error_rate"] < 0.006
    marked, plain = rows["Hans", "Latn", True], rows["Hans", "Latn", False]
    assert marked["collision_rate"] < 0.02
    assert marked["collision_rate"] < plain["collision_rate"] < 0.06


@needs_names
def test_hebrew_names_are_read_and_refused():
    names = read_names(NAMES / "wd_hebrew.tsv", "he")
    assert "ואלרי אורורה" in names
    with pytest.raises(UsageError, match="vowels are not written"):
        rule_for("he", "Latn", whole_text=False)

from pathlib import Path

import pytest

from scriptgap.candidates.name_pairs import (
    built_in_pairs,
    place_names,
    read_name_pairs,
    registered_names,
    words_of,
)
from scriptgap.candidates.transliterator import NamePair
from scriptgap.errors import UsageError
from scriptgap.scripts import script_of


def test_read_name_pairs_by_words(tmp_path: Path) -> None:
    path = tmp_path / "pairs.tsv"
    path.write_text(
        "gordó\t戈 多\t3\nGal Hirsch\tגל הירש\nTwo Words\tодно\nSmith, J\tא, ב\n", encoding="utf-8"
    )
    assert read_name_pairs(path) == [
        NamePair("戈多", "gordó", 3),
        NamePair("גל", "Gal"),
        NamePair("הירש", "Hirsch"),
        NamePair("одно", "TwoWords"),
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [("one\n", "line 1 has one column"), ("a\tб\tx\n", "'x' is no count"), ("", "no name pair")],
)
def test_faults_of_a_file_are_told(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "pairs.tsv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=told):
        read_name_pairs(path)


@pytest.mark.parametrize("script", ["Cyrl", "Arab", "Deva", "Grek", "Hang", "Thai", "Geor", "Jpan", "Hani"])
def test_built_in_pairs_are_of_their_script(script: str) -> None:
    pairs = built_in_pairs(script)
    assert len(pairs) > 500
    assert sum(script_of(pair.query) == script for pair in pairs) > 0.8 * len(pairs)


def test_words_of() -> None:
    assert words_of("Порт-о-Пренс") == ["Порт", "о", "Пренс"]
    assert words_of("サン・マリノ") == ["サン", "マリノ"]


def test_places_hold_countries_and_no_regions_of_the_world() -> None:
    assert {"kazakhstan", "kasachstan", "hongrie", "canada"} <= set(place_names())
    assert "subsaharan" not in place_names()


def test_registered_names_are_folded_words() -> None:
    names = registered_names()
    assert {"smith", "mary", "james"} <= set(names)
    assert len(names) > 80_000
    assert all(name.isalpha() for name in names)

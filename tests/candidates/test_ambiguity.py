"""The ambiguity of names: one number, and where there is none."""

import polars as pl
import pytest

from scriptgap.candidates import ambiguity as module
from scriptgap.candidates.ambiguity import ambiguity, with_ambiguity
from scriptgap.candidates.evidence import Candidate


def spelled(*probabilities: float) -> list[Candidate]:
    return [Candidate(f"s{n}", share, "generated") for n, share in enumerate(probabilities)]


def test_equal_spellings_count_in_full_and_unlikely_ones_hardly() -> None:
    assert ambiguity(spelled(0.1, 0.1, 0.1, 0.1)) == pytest.approx(4)
    assert ambiguity(spelled(0.7)) == 1
    assert 1 < (ambiguity(spelled(0.99, 0.01)) or 0) < 1.1
    assert ambiguity([]) is ambiguity(spelled(0.0)) is None


def test_only_names_that_have_to_be_transliterated_are_ambiguous(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def candidates_of(name: str, limit: int) -> list[Candidate]:
        asked.append(name)
        return {"Греция": spelled(0.5, 0.5), "Перу": spelled(0.3)}.get(name, [])

    monkeypatch.setattr(module, "candidates_of", candidates_of)
    rows = [
        ("Греция", "Greece", 2.0),
        ("Перу", "Peru", 1.0),
        ("Греция", "Greece", 2.0),
        ("Grèce", "Greece", 1.0),
        ("Греція", "Греция", 1.0),
        ("Греция", "Ελλάδα", None),  # From Greek letters: the candidates are Latin.
        ("Ugarit", "Угарит", None),
        ("ⴰⵎ", "Am", None),  # Nothing was learned.
        (None, "Greece", None),
        ("Греция", None, None),
        ("12", "Greece", None),
    ]
    table = pl.DataFrame(rows, schema=["entity_query", "entity_source", "expected"], orient="row")
    found = with_ambiguity(table)
    assert found["ambiguity"].to_list() == found["expected"].to_list()
    assert sorted(asked) == ["Греция", "Перу", "ⴰⵎ"]
    assert with_ambiguity(found).equals(found)

"""A cipher with known rules: what is learned from it must find the plain texts of names never met."""

import random
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from scriptgap.candidates.recall import held_out, learned, recall_table
from scriptgap.candidates.transliterator import QUICK, NamePair, Transliterator
from scriptgap.cli import app

_CIPHER = dict(zip("abcdefghiklmnoprstuv", "абцдефгхиклмнопрстув", strict=True))


def _pairs(number: int) -> list[NamePair]:
    """Pronounceable names; c and k are written alike, so that a reader cannot tell them apart."""
    rng = random.Random(5)
    names: dict[str, None] = {}
    while len(names) < number:
        syllables = [rng.choice("bcdfghklmnprstv") + rng.choice("aeiou") for _ in range(rng.randint(2, 4))]
        names["".join(syllables)] = None
    return [NamePair("".join(_CIPHER[c] for c in name).replace("ц", "к"), name) for name in names]


@pytest.fixture(scope="module")
def model() -> Transliterator:
    learn, _ = held_out(_pairs(1500))
    return learned(learn)


def test_the_cipher_is_found(model: Transliterator) -> None:
    _, check = held_out(_pairs(1500))
    table = recall_table(model, check)
    ours = table.filter(method="candidates", names="all").row(0, named=True)
    baseline = table.filter(method="uroman and edit distance", names="all").row(0, named=True)
    assert ours["n"] == len(check) > 200
    assert ours["recall_20"] > 0.97
    assert ours["recall_20"] > baseline["recall_20"]


def test_few_pairs_are_warned_of_and_the_table_has_its_header(tmp_path: Path) -> None:
    for number, warned in ((300, True), (1500, False)):
        file, out = tmp_path / "pairs.tsv", tmp_path / "recall.csv"
        file.write_text("\n".join(f"{pair.source}\t{pair.query}" for pair in _pairs(number)), "utf-8")
        options = ["--learn", str(file), "--most", "5", "-o", str(out)]
        result = CliRunner().invoke(app, ["candidates", *options])
        assert result.exit_code == 0, result.output
        assert ("with fewer than 1,000 the spellings will be weak" in result.stderr) == warned
        head, *rows = out.read_text("utf-8").splitlines()
        assert head == "method,names,n,recall_1,recall_5,recall_20"
        assert len(rows) == 6


def test_names_that_are_shown_are_written_too(tmp_path: Path) -> None:
    file, out = tmp_path / "pairs.tsv", tmp_path / "names.csv"
    file.write_text("\n".join(f"{pair.source}\t{pair.query}" for pair in _pairs(300)), "utf-8")
    result = CliRunner().invoke(
        app, ["candidates", "кака", "世", "--limit", "3", "--learn", str(file), "-o", str(out)]
    )
    assert result.exit_code == 0, result.output
    written = pl.read_csv(out)
    assert written.columns == ["name", "spelling", "probability", "provenance", "ambiguity"]
    assert written["name"].to_list() == [*["кака"] * 3, "世"]
    assert all(spelling in result.stdout for spelling in written["spelling"].drop_nulls())
    assert written.row(3)[1:] == (None,) * 4


def test_no_spelling_is_learned_and_checked() -> None:
    learn, check = held_out(_pairs(500))
    assert not {pair.source for pair in learn} & {pair.source for pair in check}
    assert 60 < len(check) < 140


def test_a_fifth_by_hash_leaves_names_to_learn_the_ranking_from(model: Transliterator) -> None:
    assert model._ranking is not None


def test_spellings_learned_from_are_attested_but_say_nothing_of_themselves(model: Transliterator) -> None:
    learn, _ = held_out(_pairs(1500))
    assert learn[0].source in model.attested
    assert learn[0].source not in model.attested.people


def test_ambiguous_letters_share_the_probability(model: Transliterator) -> None:
    (found,) = model.candidates(["кака"], 20, QUICK)
    spellings = [candidate.spelling for candidate in found]
    assert {"kaka", "caca", "kaca", "caka"} <= set(spellings)
    assert sum(candidate.probability for candidate in found) <= 1 + 1e-9
    probabilities = [candidate.probability for candidate in found]
    assert probabilities == sorted(probabilities, reverse=True)


def test_letters_never_met_give_no_candidates_or_near_ones_only(model: Transliterator) -> None:
    (found,) = model.candidates(["жщ"], 20, QUICK)
    assert all(candidate.provenance == "attested" for candidate in found)

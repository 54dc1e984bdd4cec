"""How often the true source spelling is among the candidates, on name pairs that were not learned from."""

import hashlib
import random
from collections import Counter
from collections.abc import Sequence

import polars as pl
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from scriptgap.candidates.letters import fold_query, fold_source, sounds_of
from scriptgap.candidates.name_pairs import place_names, registered_names
from scriptgap.candidates.transliterator import NamePair, Transliterator
from scriptgap.scripts import script_of

_FEWEST_PEOPLE = 500

AT = (1, 5, 20)
"""Recall is told for so many candidates."""


def held_out(pairs: Sequence[NamePair]) -> tuple[list[NamePair], list[NamePair]]:
    """Divide pairs into those to learn from and a fifth to check on, by hash of the folded source spelling.

    No source spelling is on both sides.
    """
    learn: list[NamePair] = []
    check: list[NamePair] = []
    for pair in pairs:
        digest = hashlib.sha256(fold_source(pair.source).encode()).digest()
        (check if int.from_bytes(digest[:8], "big") % 5 == 0 else learn).append(pair)
    return learn, check


def learned(learn: Sequence[NamePair], others: Sequence[NamePair] = ()) -> Transliterator:
    """Learn a transliterator from name pairs, with all places of GeoNames and the names of a census attested.

    Args:
        learn: Pairs of the query script.
        others: Pairs of other scripts, whose source spellings are attested too.
    """
    people = Counter[str]()
    for pair in others:
        people[fold_source(pair.source)] += pair.count
    people.pop("", None)
    script = script_of("".join(pair.query for pair in learn[:1000]))
    lists = [place_names(_FEWEST_PEOPLE), registered_names()]
    return Transliterator(learn, people, lists, many_sounds=script == "Hani")


def recall_table(
    model: Transliterator, check: Sequence[NamePair], most: int | None = None, seed: int = 0
) -> pl.DataFrame:
    """Measure recall, and that of a baseline that needs no pairs, on the same names.

    The baseline romanises the name (uroman) and takes the attested names with the fewest edits from that,
    the more frequent first.

    Args:
        model: What was learned from other pairs.
        check: Pairs, words; spellings are compared folded (`letters.fold_source`).
        most: Check on so many, chosen at random; all where None.
        seed: For the choice.

    Returns:
        ``method`` (``candidates``, ``uroman and edit distance``), ``names`` (``all``, ``attested``: the true
        spelling is in the index of names, ``not attested``), ``n``, and ``recall_1``, ``recall_5``,
        ``recall_20`` (0 to 1; null where n is 0).
    """
    pairs = [pair for pair in check if fold_source(pair.source) and fold_query(pair.query)]
    if most is not None and most < len(pairs):
        pairs = random.Random(seed).sample(pairs, most)
    truth = [fold_source(pair.source) for pair in pairs]
    attested = [spelling in model.attested for spelling in truth]
    found = model.candidates([pair.query for pair in pairs], max(AT))
    ours = [[candidate.spelling for candidate in own] for own in found]
    baseline = [_nearest(model, pair.query) for pair in pairs]
    rows = []
    for method, spellings in (("candidates", ours), ("uroman and edit distance", baseline)):
        for group in ("all", "attested", "not attested"):
            chosen = [
                n for n, known in enumerate(attested) if group == "all" or known == (group == "attested")
            ]
            hits = [
                sum(truth[n] in spellings[n][:k] for n in chosen) / len(chosen) if chosen else None
                for k in AT
            ]
            rows.append((method, group, len(chosen), *hits))
    return pl.DataFrame(rows, schema=["method", "names", "n", *(f"recall_{k}" for k in AT)], orient="row")


def _nearest(model: Transliterator, name: str) -> list[str]:
    sound = sounds_of(fold_query(name)).replace("-", "")
    near = process.extract(sound, model.attested.spellings, scorer=Levenshtein.distance, limit=max(AT) * 2)
    by_edits = sorted(near, key=lambda found: (found[1], -model.attested.people.get(found[0], 0), found[0]))
    return [spelling for spelling, _, _ in by_edits[: max(AT)]]

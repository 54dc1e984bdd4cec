"""Samples that say nearly the same as an earlier one in reply to the same prompt."""

import functools

import polars as pl
import regex

_GRAM = 5
_NO_WORD = regex.compile(r"[^\p{L}\p{M}\p{N}]+")


def duplicates_of(samples: pl.DataFrame, most_alike: float = 0.9) -> list[str | None]:
    """Find for each sample an earlier one that it nearly repeats.

    Compared are samples of one prompt, question, query language and style, by the character 5-grams of the
    reasoning (of the response where there is none), case and punctuation aside. A sample that repeats
    another is nobody's model itself.

    Args:
        samples: Columns of a samples table.
        most_alike: Samples repeat each other where the Jaccard index of their 5-grams is above this.

    Returns:
        For each row the ``sample_id`` of the first sample that it repeats, or None.
    """
    group = ["dataset", "question_id", "source_lang", "query_lang", "style", "prompt"]
    held: dict[tuple[str, ...], dict[str, tuple[str, frozenset[int]]]] = {}
    found: list[str | None] = []
    rows = samples.select(*group, "sample_id", "reasoning", "response").iter_rows()
    for *key, sample_id, reasoning, response in rows:
        text = _NO_WORD.sub(" ", (reasoning or response or "").casefold()).strip()
        earlier = held.setdefault(tuple(key), {})
        if text in earlier:
            found.append(earlier[text][0])
            continue
        grams = _grams(text)
        other = next((name for name, theirs in earlier.values() if _alike(grams, theirs, most_alike)), None)
        found.append(other)
        if other is None:
            earlier[text] = sample_id, grams
    return found


@functools.lru_cache(maxsize=1 << 10)
def _grams(text: str) -> frozenset[int]:
    return frozenset(hash(text[at : at + _GRAM]) for at in range(max(1, len(text) - _GRAM + 1)))


def _alike(ours: frozenset[int], theirs: frozenset[int], most: float) -> bool:
    smaller, larger = sorted((len(ours), len(theirs)))
    # The index cannot be above the ratio of the sizes.
    if smaller <= most * larger:
        return False
    shared = len(ours & theirs)
    return shared > most * (smaller + larger - shared)

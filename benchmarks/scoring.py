"""How long scoring takes on one core, beside the bare library calls it cannot do without.

The answers are made up: words of random letters in the scripts of MultiLoKo's 31 languages, some answers
right, some nearly, some wrong. 7,500 are scored by exact match, F1 and chrF, by scriptgap's own scorers and
by both versions of MultiLoKo's; the bare call is `sacrebleu.sentence_chrf` on the same texts. 100,000 alias
matches are of the answers in a sentence, 20 forms each; the bare call is rapidfuzz's `partial_ratio` of the
sentence and the first form. Every text is new to the scorers, so nothing comes from a cache.

Run: python benchmarks/scoring.py
"""

import random
import time
from collections.abc import Callable

import sacrebleu
from rapidfuzz import fuzz

from scriptgap.questions.multiloko import LANGUAGES
from scriptgap.scoring.matching import match
from scriptgap.scoring.multiloko import multiloko_scores
from scriptgap.scoring.overlap import chrf, exact_match, f1

PREDICTIONS = 7_500
MATCHES = 100_000
FORMS = 20
LATIN = "abcdefghijklmnoprstuvyéöč"
LETTERS = {
    "ar": "ابتثجحدرسشعفقكلمنهوي",
    "bn": "কখগঘচছজতদনপবমরলসহািীুে",
    "fa": "ابپتچجدرزسشکگلمنوهی",
    "he": "אבגדהוזחטיכלמנסעפצקרשת",
    "hi": "कखगघचछजतदनपबमरलसहािीुे",
    "ja": "東京大阪学のはがカタナーラリ",
    "km": "កខគងចតទនបពមយរលសាិុេោ",
    "ko": "가나다라마바사서울부산대한국",
    "mr": "कखगघचछजतदनपबमरलसहािीुेळ",
    "ru": "абвгдежиклмнопрстуя",
    "th": "กขคงจชดตทนบปพมยรลสาิุเแ",
    "ur": "ابپتٹجچدرزسشکگلمنوہی",
    "yue": "香港大學圖書館中文城市",
    "zh-Hans": "中国大学图书馆城市长江",
    "zh-Hant": "臺灣大學圖書館城市長江",
}
Case = tuple[str, str, list[str]]


def answer(chance: random.Random, tag: str) -> str:
    """One to four words of random letters."""
    letters = LETTERS.get(tag, LATIN)
    words = ["".join(chance.choices(letters, k=chance.randint(2, 8))) for _ in range(chance.randint(1, 4))]
    return "".join(words) if tag in ("ja", "th", "yue", "zh-Hans", "zh-Hant") else " ".join(words)


def predictions(number: int, seed: int) -> list[Case]:
    """Language, response and one to three targets; a third each right, near and wrong."""
    chance = random.Random(seed)
    tags = list(LANGUAGES.values())
    cases = []
    for index in range(number):
        tag = tags[index % len(tags)]
        targets = [answer(chance, tag) for _ in range(chance.choice([1, 1, 2, 3]))]
        kinds = [targets[0].title() + ".", f"{targets[-1]} {answer(chance, tag)}", answer(chance, tag)]
        cases.append((tag, kinds[index // len(tags) % 3], targets))
    return cases


def sentences(number: int, seed: int) -> list[Case]:
    """Language, a sentence, and the forms of an answer in as many languages, one in three of them in it."""
    chance = random.Random(seed)
    tags = list(LANGUAGES.values())
    questions = [[answer(chance, chance.choice(tags)) for _ in range(FORMS)] for _ in range(1_000)]
    cases = []
    for index in range(number):
        tag, forms = tags[index % len(tags)], questions[index % len(questions)]
        inner = chance.choice(forms) if index % 3 == 0 else answer(chance, tag)
        cases.append((tag, f"{answer(chance, tag)} {inner}, {answer(chance, tag)}.", forms))
    return cases


def seconds(score: Callable[[Case], object], cases: list[Case]) -> float:
    """Seconds of processor time to score `cases`."""
    started = time.process_time()
    for case in cases:
        score(case)
    return time.process_time() - started


def overlap(case: Case) -> None:
    tag, response, targets = case
    exact_match(response, targets, tag)
    f1(response, targets, tag)
    chrf(response, targets, tag)


def main() -> None:
    """Print seconds, and the ratio to the bare calls."""
    for tag in LANGUAGES.values():  # what is loaded once is no part of a score's time
        overlap((tag, "กรุงเทพ", ["กรุงเทพ"]))
    runs: list[tuple[str, Callable[[Case], object]]] = [
        ("exact match, F1, chrF", overlap),
        ("MultiLoKo, original", lambda case: multiloko_scores(case[1], case[2], case[0], "original")),
        ("MultiLoKo, revised", lambda case: multiloko_scores(case[1], case[2], case[0], "revised")),
    ]
    print(f"{PREDICTIONS:,} predictions, seconds (times the bare sacrebleu.sentence_chrf)")
    for seed, (name, score) in enumerate(runs):
        cases = predictions(PREDICTIONS, seed)
        bare = seconds(lambda case: sacrebleu.sentence_chrf(case[1], case[2]), cases)
        taken = seconds(score, cases)
        print(f"  {name:24} {taken:5.2f} ({taken / bare:4.2f} x {bare:.2f})", flush=True)
    matches = sentences(MATCHES, 3)
    bare = seconds(lambda case: fuzz.partial_ratio(case[1], case[2][0]), matches)
    taken = seconds(lambda case: match(case[1], case[2], tag=case[0]), matches)
    print(f"{MATCHES:,} alias matches with {FORMS} forms, seconds (times one rapidfuzz partial_ratio each)")
    print(f"  {'match':24} {taken:5.2f} ({taken / bare:4.2f} x {bare:.2f})")


if __name__ == "__main__":
    main()

"""A summary and examples as `explain` would write them: 36 languages, script crossed with family."""

import math
from typing import Any

import polars as pl
import pytest

from tests.report.explained import explained
from tests.report.interventions import controls, swap, swaps

# tag, name, autonym, script, family, genus, right to left, plain accuracy
LANGUAGES = [
    ("en", "English", "English", "Latn", "Indo-European", "Germanic", False, 0.84),
    ("es", "Spanish", "español", "Latn", "Indo-European", "Romance", False, 0.74),
    ("fr", "French", "français", "Latn", "Indo-European", "Romance", False, 0.65),
    ("de", "German", "Deutsch", "Latn", "Indo-European", "Germanic", False, 0.71),
    ("it", "Italian", "italiano", "Latn", "Indo-European", "Romance", False, 0.69),
    ("pt", "Portuguese", "português", "Latn", "Indo-European", "Romance", False, 0.70),
    ("pl", "Polish", "polski", "Latn", "Indo-European", "Slavic", False, 0.58),
    ("nl", "Dutch", "Nederlands", "Latn", "Indo-European", "Germanic", False, 0.70),
    ("sv", "Swedish", "svenska", "Latn", "Indo-European", "Germanic", False, 0.66),
    ("sr-Latn", "Serbian (Latin)", "srpski (latinica)", "Latn", "Indo-European", "Slavic", False, 0.57),
    ("id", "Indonesian", "Indonesia", "Latn", "Austronesian", "Malayo-Sumbawan", False, 0.72),
    ("tr", "Turkish", "Türkçe", "Latn", "Turkic", "Turkic", False, 0.56),
    ("vi", "Vietnamese", "Tiếng Việt", "Latn", "Austroasiatic", "Vietic", False, 0.49),
    ("fi", "Finnish", "suomi", "Latn", "Uralic", "Finnic", False, 0.55),
    ("hu", "Hungarian", "magyar", "Latn", "Uralic", "Ugric", False, 0.53),
    ("sw", "Swahili", "Kiswahili", "Latn", "Atlantic-Congo", "Bantu", False, 0.60),
    ("ru", "Russian", "русский", "Cyrl", "Indo-European", "Slavic", False, 0.30),
    ("uk", "Ukrainian", "українська", "Cyrl", "Indo-European", "Slavic", False, 0.27),
    ("sr-Cyrl", "Serbian (Cyrillic)", "српски (ћирилица)", "Cyrl", "Indo-European", "Slavic", False, 0.24),
    ("el", "Greek", "Ελληνικά", "Grek", "Indo-European", "Greek", False, 0.12),
    ("hy", "Armenian", "հայերեն", "Armn", "Indo-European", "Armenian", False, 0.05),
    ("hi", "Hindi", "हिन्दी", "Deva", "Indo-European", "Indic", False, 0.29),
    ("mr", "Marathi", "मराठी", "Deva", "Indo-European", "Indic", False, 0.22),
    ("bn", "Bangla", "বাংলা", "Beng", "Indo-European", "Indic", False, 0.19),
    ("fa", "Persian", "فارسی", "Arab", "Indo-European", "Iranian", True, 0.23),
    ("ur", "Urdu", "اردو", "Arab", "Indo-European", "Indic", True, 0.21),
    ("ar", "Arabic", "العربية", "Arab", "Afro-Asiatic", "Semitic", True, 0.25),
    ("he", "Hebrew", "עברית", "Hebr", "Afro-Asiatic", "Semitic", True, 0.16),
    ("am", "Amharic", "አማርኛ", "Ethi", "Afro-Asiatic", "Semitic", False, 0.02),
    ("ko", "Korean", "한국어", "Kore", "Koreanic", "Koreanic", False, 0.30),
    ("ja", "Japanese", "日本語", "Jpan", "Japonic", "Japonic", False, 0.21),
    ("zh-Hans", "Chinese (Simplified)", "简体中文", "Hans", "Sino-Tibetan", "Chinese", False, 0.25),
    ("zh-Hant", "Chinese (Traditional)", "繁體中文", "Hant", "Sino-Tibetan", "Chinese", False, 0.22),
    ("th", "Thai", "ไทย", "Thai", "Tai-Kadai", "Tai", False, 0.17),
    ("ka", "Georgian", "ქართული", "Geor", "Kartvelian", "Kartvelian", False, 0.08),
    ("ta", "Tamil", "தமிழ்", "Taml", "Dravidian", "Dravidian", False, 0.14),
]
CONDITIONS = ["plain", "entity_only", "hint", "hint_romanized", "hint_placebo"]
QUESTIONS = 100
DATASET = "atlas"


def match_class(language: tuple[Any, ...]) -> str:
    if language[0] == "en":
        return "same_language"
    return "same_script" if language[3] == "Latn" else "cross_script"


def wilson(correct: int, n: int) -> tuple[float, float]:
    z, share = 1.96, correct / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def accuracy_under(condition: str, plain: float, cross: bool, offset: float) -> float:
    base = max(0.01, plain - offset)
    return {
        "plain": base,
        "entity_only": min(0.97, base + 0.02),
        "hint": 0.73 - offset + (base - 0.3) * 0.08 if cross else min(0.95, base + 0.04),
        "hint_romanized": 0.56 - offset + (base - 0.3) * 0.1 if cross else min(0.95, base + 0.03),
        "hint_placebo": max(0.0, base - 0.02) if cross else max(0.0, base - 0.05),
    }[condition]


def term(logit: float, se: float, ame: float, ame_se: float, share: float) -> dict[str, Any]:
    low, high = logit - 1.96 * se, logit + 1.96 * se
    return {
        "logit": logit,
        "se": se,
        "df": None,
        "low": low,
        "high": high,
        "odds_ratio": math.exp(logit),
        "odds_ratio_low": math.exp(low),
        "odds_ratio_high": math.exp(high),
        "ame": ame,
        "ame_low": ame - 1.96 * ame_se,
        "ame_high": ame + 1.96 * ame_se,
        "lr_p": 0.0004,
        "shapley_share": share,
        "shapley_low": share - 0.05,
        "shapley_high": share + 0.05,
    }


def effects(condition: str, shift: float, query_language: bool = True) -> dict[str, Any]:
    random = {"question": 1.21} | ({"query_lang": 0.48} if query_language else {})
    right = " + ".join(["script_match", "family_match", *(f"(1|{name})" for name in random)])
    reason = "only the source language itself matches, and it also matches script and family"
    return {
        "script_match": term(2.21 + shift, 0.21, 0.413 + shift / 10, 0.03, 0.91),
        "language_match": dict.fromkeys(term(1, 1, 1, 1, 1)) | {"note": reason},
        "family_match": term(0.31 - shift, 0.19, 0.052, 0.034, 0.09),
        "specification": {
            "formula": f"correct ~ {right}",
            "engine": "glmm 0.6.2, Laplace",
            "condition": condition,
            "n": 3588,
            "n_cells": 3588,
            "nested_n": 3588,
            "converged": True,
            "singular": False,
            "log_likelihood": -1702.4,
            "random_effects": random,
            "dropped": [
                {"term": "language_match", "reason": reason},
                {"term": "(1|model)", "reason": "there is only one model"},
            ],
            "identified_by": {
                "script_match": "15 Latin against 20 other-script languages",
                "family_match": "18 Indo-European against 17 others",
            },
        },
    }


def make_summary(models: tuple[str, ...] = ("embedded/gemma-3-270m",)) -> dict[str, Any]:
    accuracy: list[dict[str, Any]] = []
    by_class: list[dict[str, Any]] = []
    gap: list[dict[str, Any]] = []
    condition_effects: list[dict[str, Any]] = []
    for index, model in enumerate(models):
        common = {"model": model, "dataset": DATASET}
        for condition in CONDITIONS:
            tally: dict[str, list[int]] = {}
            for language in LANGUAGES:
                kind = match_class(language)
                value = accuracy_under(condition, language[7], kind == "cross_script", 0.06 * index)
                correct = round(value * QUESTIONS)
                low, high = wilson(correct, QUESTIONS)
                tally.setdefault(kind, []).append(correct)
                accuracy.append(
                    common
                    | {"condition": condition, "query_lang": language[0], "match_class": kind}
                    | {"n": QUESTIONS, "correct": correct, "accuracy": correct / QUESTIONS}
                    | {"low": low, "high": high}
                )
            shares = {}
            for kind, corrects in tally.items():
                n = QUESTIONS * len(corrects)
                low, high = wilson(sum(corrects), n)
                shares[kind] = sum(corrects) / n
                by_class.append(
                    common
                    | {"condition": condition, "match_class": kind, "n": n, "n_questions": QUESTIONS}
                    | {"n_languages": len(corrects), "correct": sum(corrects), "accuracy": shares[kind]}
                    | {"low": low, "high": high}
                )
                if condition.startswith("hint"):
                    base = next(
                        row["accuracy"]
                        for row in by_class
                        if row["model"] == model
                        and row["condition"] == "plain"
                        and row["match_class"] == kind
                    )
                    effect, half = shares[kind] - base, 0.9 / math.sqrt(n)
                    condition_effects.append(
                        common
                        | {"condition": condition, "base": "plain", "match_class": kind, "n_pairs": n}
                        | {"base_accuracy": base, "accuracy": shares[kind], "effect": effect}
                        | {"low": effect - half, "high": effect + half}
                    )
            script_gap = shares["same_script"] - shares["cross_script"]
            gap.append(
                common
                | {"condition": condition, **shares, "script_gap": script_gap}
                | {"low": script_gap - 0.045, "high": script_gap + 0.045}
                | dict.fromkeys(["within_languages", "within_low", "within_high"])
                | {"n_languages_within": 0}
            )
    effect_at = {
        (row["model"], row["condition"], row["match_class"]): row["effect"] for row in condition_effects
    }
    first = models[0]
    did = (
        effect_at[first, "hint", "cross_script"]
        - effect_at[first, "hint_placebo", "cross_script"]
        - effect_at[first, "hint", "same_script"]
        + effect_at[first, "hint_placebo", "same_script"]
    )
    plain = {row["match_class"]: i for i, row in enumerate(by_class[:3])}
    return {
        "schema_version": 1,
        "scriptgap_version": "0.1.0",
        "created": "2026-01-15T09:30:00Z",
        "n_observations": len(accuracy) * QUESTIONS,
        "n_scored": len(accuracy) * QUESTIONS - 12,
        "n_missing": 12,
        "models": list(models),
        "datasets": [DATASET],
        "conditions": CONDITIONS,
        "query_languages": [
            {
                "tag": language[0],
                "name": language[1],
                "autonym": language[2],
                "script": language[3],
                "family": language[4],
                "genus": language[5],
                "right_to_left": language[6],
                "match_classes": [match_class(language)],
            }
            for language in LANGUAGES
        ],
        "source_languages": ["en"],
        "questions": QUESTIONS,
        "accuracy": accuracy,
        "accuracy_by_class": by_class,
        "accuracy_by_topic": [],
        "gap": gap,
        "effects": effects("plain", 0.0),
        "effects_by_condition": {"plain": effects("plain", 0.0), "entity_only": effects("entity_only", -0.2)},
        "effects_without_query_language": effects("plain", 0.2, query_language=False),
        "effects_with_language_pairs": None,
        **explained(models),
        "metrics": {"eclektic": None, "multiloko": None, "xfakt": None},
        "hint": {
            "base": "plain",
            "same_script": effect_at[first, "hint", "same_script"],
            "cross_script": effect_at[first, "hint", "cross_script"],
            "placebo_same_script": effect_at[first, "hint_placebo", "same_script"],
            "placebo_cross_script": effect_at[first, "hint_placebo", "cross_script"],
            "difference_in_differences": did,
            "difference_in_differences_variant": "hint minus placebo, other script minus same script",
            "low": did - 0.05,
            "high": did + 0.05,
        },
        "condition_effects": condition_effects,
        "hint_controls": controls(),
        "script_swaps": [row for model in models for row in swaps(model, DATASET)],
        "script_swap": swap(),
        "missing": [
            {"model": first, "condition": "plain", "stop_reason": "max_tokens", "n": 9},
            {"model": first, "condition": "hint", "stop_reason": "error: connection reset", "n": 3},
        ],
        "answer_scripts": [
            {
                "model": first,
                "condition": "plain",
                "query_lang": "ar",
                "answer_script": "Latn",
                "n": 31,
                "correct": 7,
            }
        ],
        "comparison": None,
        "sentences": [
            {
                "text": f"Asked in English, it answers {accuracy[0]['accuracy']:.0%} of the questions; "
                f"in other languages written in Latin letters "
                f"{by_class[plain['same_script']]['accuracy']:.0%}, in other scripts "
                f"{by_class[plain['cross_script']]['accuracy']:.0%}.",
                "keys": [
                    "accuracy.0.accuracy",
                    f"accuracy_by_class.{plain['same_script']}.accuracy",
                    f"accuracy_by_class.{plain['cross_script']}.accuracy",
                ],
            },
            {
                "text": f"The script gap is {100 * gap[0]['script_gap']:.0f} points "
                f"(95 % interval {100 * gap[0]['low']:.0f} to {100 * gap[0]['high']:.0f}).",
                "keys": ["gap.0.script_gap", "gap.0.low", "gap.0.high"],
            },
            {
                "text": "With question and query language held equal, a shared script is worth 41 points, "
                "a shared family 5.",
                "keys": ["effects.script_match.ame", "effects.family_match.ame"],
            },
            {
                "text": f"Naming the entity in English gives back "
                f"{100 * effect_at[first, 'hint', 'cross_script']:.0f} points in other scripts; "
                "naming another entity gives back none.",
                "keys": ["hint.cross_script", "hint.placebo_cross_script"],
            },
        ],
        "limits": [
            "One model of 270 million parameters: larger models may differ.",
            "The source language is presumed to be English; nobody knows where a fact was learned.",
            "The intervals hold the languages fixed: they speak of these 36, not of all languages.",
        ],
        "notes": {
            "effects.language_match": "not identified: one source language",
            "metrics.eclektic": "the data set is not ECLeKTic",
            "comparison": "one run only",
        },
    }


EXAMPLE_SCHEMA = dict.fromkeys(
    (
        *("model", "condition", "query_lang", "source_lang", "match_class", "question", "entity_source"),
        *("entity_query", "response", "expected", "expected_source", "hinted_response", "topic"),
    ),
    pl.String,
)

# query language, question, entity as asked and in English, answer, expected (and in English), with the hint
FAILURES = [
    ("ar", "البلد: اليابان. ما هي عاصمة هذا البلد؟", "اليابان", "Japan", "بكين", "طوكيو", "Tokyo", "طوكيو"),
    ("he", "מדינה: פולין. מהי בירת מדינה זו?", "פולין", "Poland", "פריז", "ורשה", "Warsaw", "Warsaw"),
    ("fa", "کشور: کانادا. پایتخت این کشور کجاست؟", "کانادا", "Canada", "تهران", "اتاوا", "Ottawa", "اتاوا"),
    (
        "ur",
        "ملک: مصر۔ اس ملک کا دارالحکومت کیا ہے؟",
        "مصر",
        "Egypt",
        "لاہور",
        "قاہرہ",
        "Cairo",
        "قاہرہ (Cairo)",
    ),
    ("hi", "देश: जर्मनी। इस देश की राजधानी क्या है?", "जर्मनी", "Germany", "दिल्ली", "बर्लिन", "Berlin", "बर्लिन"),
    ("th", "ประเทศ: ญี่ปุ่น เมืองหลวงของประเทศนี้คืออะไร", "ญี่ปุ่น", "Japan", "กรุงเทพ", "โตเกียว", "Tokyo", "โตเกียว"),
    ("ja", "国:ケニア。この国の首都は?", "ケニア", "Kenya", "東京", "ナイロビ", "Nairobi", "ナイロビ"),
    ("zh-Hans", "国家:秘鲁。这个国家的首都是哪里?", "秘鲁", "Peru", "北京", "利马", "Lima", "利马"),
    (
        "ko",
        "나라: 이집트. 이 나라의 수도는 어디입니까?",
        "이집트",
        "Egypt",
        "서울",
        "카이로",
        "Cairo",
        "카이로",
    ),
    (
        "ka",
        "ქვეყანა: იტალია. რომელია ამ ქვეყნის დედაქალაქი?",
        "იტალია",
        "Italy",
        "თბილისი",
        "რომი",
        "Rome",
        "Rome",
    ),
    ("ta", "நாடு: கியூபா. இந்த நாட்டின் தலைநகரம் எது?", "கியூபா", "Cuba", "சென்னை", "ஹவானா", "Havana", "ஹவானா"),
    ("ru", "Страна: Перу. Как называется столица?", "Перу", "Peru", "Москва", "Лима", "Lima", "Лима"),
    ("el", "Χώρα: Νορβηγία. Ποια είναι η πρωτεύουσα;", "Νορβηγία", "Norway", "Αθήνα", "Όσλο", "Oslo", "Όσλο"),
    ("bn", "দেশ: নেপাল। এই দেশের রাজধানী কী?", "নেপাল", "Nepal", "ঢাকা", "কাঠমান্ডু", "Kathmandu", None),
    ("am", "አገር፦ ኬንያ። የዚህ አገር ዋና ከተማ ማን ናት?", "ኬንያ", "Kenya", "አዲስ አበባ", "ናይሮቢ", "Nairobi", "ናይሮቢ"),
    ("hy", "Երկիր՝ Իսպանիա։ Ո՞րն է մայրաքաղաքը։", "Իսպանիա", "Spain", "Երևան", "Մադրիդ", "Madrid", "Madrid"),
    (
        "vi",
        "Quốc gia: Ba Lan. Thủ đô là gì?",
        "Ba Lan",
        "Poland",
        "Hà Nội",
        "Vác-sa-va",
        "Warsaw",
        "Warszawa",
    ),
]


def make_examples(model: str = "embedded/gemma-3-270m") -> pl.DataFrame:
    kinds = {language[0]: match_class(language) for language in LANGUAGES}
    return pl.DataFrame(
        [
            {
                "model": model,
                "condition": "plain",
                "query_lang": tag,
                "source_lang": "en",
                "match_class": kinds[tag],
                "question": question,
                "entity_source": source,
                "entity_query": entity,
                "response": response,
                "expected": expected,
                "expected_source": expected_source,
                "hinted_response": hinted,
                "topic": "capital",
            }
            for tag, question, entity, source, response, expected, expected_source, hinted in FAILURES
        ],
        schema=EXAMPLE_SCHEMA,
    )


@pytest.fixture
def summary() -> dict[str, Any]:
    return make_summary()


@pytest.fixture
def two_models() -> dict[str, Any]:
    return make_summary(("embedded/gemma-3-270m", "embedded/smollm2-135m"))


@pytest.fixture
def examples() -> pl.DataFrame:
    return make_examples()

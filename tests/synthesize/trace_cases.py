"""Names with literal evidence, in many scripts, and seeds about them: for tests of traces."""

from typing import Any

from scriptgap.candidates.evidence import Candidate, Evidence, Step
from tests.synthesize.seed_tables import seed_row


def _evidence(
    query: str, source: str, tag: str, steps: str, sounded: str, candidates: str, source_lang: str = "en"
) -> Evidence:
    """Steps as ``letters=spelling/reading`` with spaces between them, ``_`` for the space of a name."""
    made = []
    for step in steps.split():
        letters, _, spellings = step.partition("=")
        spelling, *readings = spellings.split("/")
        made.append(Step(letters.replace("_", " "), spelling.replace("_", " "), tuple(readings), "table"))
    listed = [Candidate(one, 0.5 / at, "generated") for at, one in enumerate(candidates.split(), 1)]
    return Evidence(query, source, tag, source_lang, tuple(made), sounded, tuple(listed))


CASES = {
    "ru": (
        _evidence(
            "Греция",
            "Greece",
            "ru",
            "Г=G/h р=r е=ee/e/ye ц=c/ts и=e/i я=",
            "Gretsiya",
            "Gretsia Grecia Greece",
        ),
        ("Страна: {}. Столица?", "Афины", "Athens"),
    ),
    "ar": (
        _evidence("كوبا", "Cuba", "ar", "ك=C/k و=u/o/w ب=b/p ا=a", "kwba", "Koba Kuba Cuba Copa"),
        ("البلد: {}. العاصمة؟", "هافانا", "Havana"),
    ),
    "he": (
        _evidence("פרו", "Peru", "he", "פ=Pe/f/p ר=r ו=u/o/v", "prv", "Pro Peru Faro"),
        ("מדינה: {}. הבירה?", "לימה", "Lima"),
    ),
    "ko": (
        _evidence(
            "노르웨이", "Norway", "ko", "노=No 르=r/l 웨=wa/we 이=y/i", "noreuwei", "Noruwei Norway Norwei"
        ),
        ("국가: {}. 수도?", "오슬로", "Oslo"),
    ),
    "ja": (
        _evidence("ケニア", "Kenya", "ja", "ケ=Ke/ce ニ=n/ni ア=ya/a", "kenia", "Kenia Kenya Cenia"),
        ("国：{}。首都は？", "ナイロビ", "Nairobi"),
    ),
    "zh-Hans": (
        _evidence("加拿大", "Canada", "zh-Hans", "加=Ca/ka 拿=na 大=da/ta", "jianada", "Kanada Garnada"),
        ("国家：{}。首都？", "渥太华", "Ottawa"),
    ),
    "hi": (
        _evidence("ईरान", "Iran", "hi", "ई=I/ee र=r ा=a/aa न=n", "iiraan", "Iraan Iran Eeran"),
        ("देश: {}. राजधानी?", "तेहरान", "Tehran"),
    ),
    "th": (
        _evidence("สเปน", "Spain", "th", "ส=S เ=pa/e ป=i/p น=n", "spen", "Saben Spain Spen"),
        ("ประเทศ: {} เมืองหลวง", "มาดริด", "Madrid"),
    ),
    "el": (
        _evidence(
            "Νέα Ζηλανδία",
            "New Zealand",
            "el",
            "Ν=N έ=e α=w _=_ Ζ=Z η=ea/i λ=l α=a ν=n δ=d ί= α=",
            "Nea Zilandia",
            "Nea",
        ),
        ("Χώρα: {}. Πρωτεύουσα;", "Ουέλλινγκτον", "Wellington"),
    ),
    "zh-Hant": (
        _evidence("中國", "China", "zh-Hant", "", "zhongguo", ""),
        ("國家：{}。首都？", "北京", "Beijing"),
    ),
}
"""By query language: evidence, and a question with its answers in the query language and in English.
Chinese for China is no transliteration."""


def case_seed(tag: str, **values: Any) -> dict[str, Any]:
    evidence, (question, answer, english) = CASES[tag]
    prompt = question.format(evidence.entity_query)
    row = seed_row(evidence.entity_source, evidence.entity_query, english, answer)
    row |= {"query_lang": tag, "answer_lang": tag, "question": prompt, "prompt": prompt, "topic": "capital"}
    return row | values


def case_rule(letters: str, spelling: str, query_lang: str, source_lang: str) -> str | None:
    """The rules of the cases: what their steps say, in small letters."""
    steps = CASES[query_lang][0].steps if query_lang in CASES else ()
    return next(
        (
            step.rule
            for step in steps
            if step.letters.casefold() == letters.casefold()
            and spelling.casefold() in {step.spelling.casefold(), *map(str.casefold, step.readings)}
        ),
        None,
    )

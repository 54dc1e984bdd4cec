"""Verification: keeps what the `rules` teacher writes, and rejects every kind of mutation with its reason."""

import time
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scriptgap.synthesize.near_duplicates import duplicates_of
from scriptgap.synthesize.sample_check import REASONS, Limits
from scriptgap.synthesize.stated_steps import Stated, stated_steps
from scriptgap.synthesize.teacher_prompts import name_key
from scriptgap.synthesize.traces import STYLES, write_trace
from scriptgap.synthesize.verify import reasons_table, verify
from scriptgap.synthesize.wordings import part, trace_languages
from scriptgap.synthesize.wrong_names import WrongNames
from tests.synthesize.seed_tables import COUNTRIES, seed_table
from tests.synthesize.trace_cases import CASES, case_rule, case_seed

LATE = "answer before the name"
NAMES = WrongNames([seed_table()])
EVIDENCE = {name_key(case_seed(tag)): CASES[tag][0] for tag in CASES}


def sample(
    tag: str = "ru", style: str = "full", lang: str = "en", variant: int = 0, **values: Any
) -> dict[str, Any]:
    """A sample by the `rules` teacher, with some columns changed afterwards."""
    seed = case_seed(tag)
    trace = write_trace(seed, CASES[tag][0], style, lang, variant, NAMES.of(seed))
    row = {
        "sample_id": f"{tag}-{style}-{lang}-{variant}",
        "style": style,
        "teacher": "rules",
        "trace_lang": lang,
    }
    return {**seed, **row, "reasoning": trace.reasoning, "response": trace.response, **values}


def verified(*rows: dict[str, Any], **options: Any) -> tuple[pl.DataFrame, pl.DataFrame]:
    table = pl.DataFrame(list(rows), infer_schema_length=None)
    return verify(table, EVIDENCE, case_rule, NAMES, **options)


def reason(row: dict[str, Any], **options: Any) -> str | None:
    kept, rejects = verified(row, **options)
    assert kept.height + rejects.height == 1
    return None if rejects.is_empty() else str(rejects["reason"][0])


@given(st.sampled_from(sorted(CASES)), st.sampled_from(STYLES), st.booleans(), st.integers(0, 10_000))
def test_keeps_what_the_rules_teacher_writes(tag: str, style: str, english: bool, variant: int) -> None:
    row = sample(tag, style, "en" if english else tag, variant)
    _, rejects = verified(row)
    assert rejects.is_empty(), rejects.select("reason", "detail", "reasoning").rows()


@given(st.sampled_from(sorted(CASES)), st.booleans(), st.integers(0, 10_000))
def test_every_false_step_is_found(tag: str, english: bool, variant: int) -> None:
    row = sample(tag, "full", "en" if english else tag, variant)
    steps = stated_steps(row["reasoning"], row["entity_query"], tag, "en", row["trace_lang"])
    for step in steps[:3]:
        at = _place(row["reasoning"], step)
        if at is not None:
            text = row["reasoning"]
            wrong = f"{text[: at[0]]}xq{text[at[1] :]}"
            assert reason({**row, "reasoning": wrong}) == "false step", wrong


def _place(text: str, step: Stated) -> tuple[int, int] | None:
    """Where the spelling of a step stands: shortly after its letters."""
    for letters in _all(text, step.letters):
        start = letters + len(step.letters)
        if any(one.isalpha() or "\u0900" <= one <= "\u0e7f" for one in text[letters - 1] + text[start]):
            continue
        for at in _all(text[start : start + 8 + len(step.spelling)], step.spelling):
            end = start + at + len(step.spelling)
            around = text[start + at - 1] + text[end : end + 1]
            if not any(character.isascii() and character.isalpha() for character in around):
                return start + at, end
    return None


def _all(text: str, part: str) -> list[int]:
    return [at for at in range(len(text)) if text.startswith(part, at)]


@pytest.mark.parametrize(
    "said",
    [
        *("Г = zh", "Г → zh", "Г: zh", "Г (zh)", "Г is zh", "«Г» — это zh", "Г, zh", "р could be r or zh"),
        "the letter Г stands for zh",
        "**Г** = **zh**",
        "г/zh, Г = zh",
        "ре = rzh",
        "Ж = a",
        "first Г is zh",
        *("the first letter, Г, makes the sound zh", "Г transliterates to zh", "Г stands for the sound zh"),
        *("zh for Г", "Г is a zh sound", "Г is like zh", "Г denotes zh", "Г ≈ zh", "Г has a hard zh"),
        *("Г-р-… = zh-r-q", "Г-р-е = zh-r-e", "Г is romanised as zh"),
    ],
)
def test_false_steps_in_free_text(said: str) -> None:
    steps = stated_steps(f"I see {said}. It is Greece.", "Греция", "ru", "en")
    row = sample(reasoning=f"I see {said}. It is Greece. Its capital is Афины.")
    expected = "false step" if said != "Г, zh" else None
    assert reason(row) == expected
    assert bool(steps) == bool(expected)


@pytest.mark.parametrize(
    "said",
    [
        "Г = g, р = r, е = ee, ция = ce",
        "Г is g or h; Гре is Gree",
        "Греция is Greece",
        "Греция: Greece",
        "Г is a letter that is hard to read, and я is silent",
        "The letters Г, р and е are easy",
        "Гре = Gree, ция = ce",
        "Г makes the sound g, р is an r sound, g for Г, е ≈ e",
        "Г-р-е = g-r-e, Г has many readings, Г is a voiced sound, Г as in Greece",
        "Греция is Russian for Greece, Греция = Gretsia, Греция is the name",
    ],
)
def test_true_steps_and_what_is_no_step(said: str) -> None:
    assert reason(sample(reasoning=f"{said}. It is Greece. Its capital is Афины.")) is None


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("ru", "«и» это Greece, и Greece, и Gretsia. Название: Greece."),
        ("ja", "ケ＝ke、ニ＝ni、ア＝ya。これは Kenya である。"),
        ("ko", "“노”는 no, 르는 r. 이 이름: Norway."),
        ("ar", "ك = c، و = u، ب = b، ا = a. هو Cuba."),
        ("hi", "ई = i, रा = ra, न = n. यह है: Iran."),
        ("th", "ส = s เป = pai น = n ชื่อนี้คือ Spain"),
        ("zh-Hans", "加＝ca，拿＝na，大＝da。是Canada。"),
    ],
)
def test_steps_in_the_language_of_the_question(tag: str, said: str) -> None:
    row = sample(tag, lang=tag)
    assert reason({**row, "reasoning": f"{said} {row['answer']}"}) is None


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"response": "Рим"}, "wrong answer"),
        ({"response": "Греция"}, "wrong answer"),
        ({"response": ""}, "empty"),
        ({"reasoning": "  "}, "empty"),
        ({"reasoning": None}, "empty"),
        ({"response": "I cannot answer that: Афины"}, "refusal"),
        ({"reasoning": "As an AI I cannot help. Greece. Афины."}, "refusal"),
        ({"reasoning": "<think> It is Greece. Its capital is Афины."}, "template mark"),
        ({"response": "Афины<end_of_turn>"}, "template mark"),
        ({"response": "Афины<|im_end|>"}, "template mark"),
        ({"response": "<|im_start|>Афины"}, "template mark"),
        ({"response": "Athens"}, "answer in another language"),
        ({"reasoning": "It is Gretsia. Its capital is Афины."}, "name not reached"),
        ({"reasoning": "It is Greeceland. Its capital is Афины."}, "name not reached"),
        ({"reasoning": "The answer is Афины. The country is Greece."}, "answer before the name"),
        ({"reasoning": "Афины comes to mind. The name is Greece. So Афины."}, "answer before the name"),
        ({"reasoning": "Athens! It is Greece. So Афины.", "answers": ["Афины", "Athens"]}, LATE),
        ({"reasoning": "Greece City. It is Greece. So Афины.", "answers": ["Афины", "Greece City"]}, LATE),
        ({"reasoning": "It is not Greece. The answer is Афины."}, "denies the name"),
        ({"reasoning": "It isn't “Greece”. The answer is Афины."}, "denies the name"),
        ({"reasoning": "Это не Greece. Столица: Афины.", "trace_lang": "ru"}, "denies the name"),
        ({"reasoning": "Greece ではない。Афины."}, "denies the name"),
        ({"reasoning": "It could be Greece, but no, it is Peru. Афины."}, "concludes another name"),
        ({"reasoning": "Греция = Germany. It is Greece. Афины."}, "false step"),
        ({"reasoning": "Греция is Germany. It is Greece. Афины."}, "false step"),
        ({"reasoning": "The hint says Greece. Its capital is Афины."}, "speaks of a hint"),
        ({"reasoning": "По подсказке это Greece. Столица: Афины.", "trace_lang": "ru"}, "speaks of a hint"),
        ({"reasoning": "The given name is Greece. Its capital is Афины."}, "speaks of the prompt"),
        ({"reasoning": "I was told that it is Greece. Its capital is Афины."}, "speaks of the prompt"),
        ({"reasoning": "The prompt says Greece. Its capital is Афины."}, "speaks of the prompt"),
        ({"reasoning": "Мне сказали: Greece. Столица: Афины.", "trace_lang": "ru"}, "speaks of the prompt"),
        ({"reasoning": "Greece. " + "Its capital is Афины. " * 99}, "length"),
        ({"response": "Афины " * 99}, "length"),
        ({"reasoning": "Greece", "style": "name_only"}, "length"),
        ({"reasoning": "Г = g. It is Greece.", "style": "name_only"}, "content where none may be"),
        ({"reasoning": "It is Greece.", "style": "filler"}, "content where none may be"),
        ({"reasoning": "I think that Афины is it.", "style": "filler"}, "content where none may be"),
        ({"reasoning": "It is Greece.", "style": "direct"}, "content where none may be"),
        ({"reasoning": "It is Peru, or Greece. Афины.", "style": "wrong_candidates"}, "not at a wrong name"),
        ({"reasoning": "It is somewhere. Афины.", "style": "wrong_candidates"}, "not at a wrong name"),
        ({"fault": "truncated: max_tokens"}, "no sample"),
    ],
)
def test_mutations_are_rejected_with_their_reason(change: dict[str, Any], expected: str) -> None:
    assert expected in REASONS
    assert reason(sample() | change) == expected


@pytest.mark.parametrize(
    "change",
    [
        {"reasoning": "Greece: hard to read, but I cannot be mistaken. Its capital is Афины."},
        {"reasoning": "Grèece, in capitals GREECE. Its capital is Афины."},
        {"reasoning": "It is Greece. Афины.", "fault": None},
        {"response": "Афины."},
        {"response": "Столица Греции — Афины."},
        {"reasoning": "His given name is Greece. Афины.", "entity_type": "person"},
        {
            "reasoning": "Does hint mean it? Greece. Афины.",
            "prompt": "Hint: Греция. What does hint mean?",
        },
        {"reasoning": "", "kind": "replay", "style": "direct"},
    ],
)
def test_what_only_looks_like_a_fault_is_kept(change: dict[str, Any]) -> None:
    assert reason(sample() | change) is None


@pytest.mark.parametrize("tag", trace_languages())
def test_the_word_for_a_hint_is_found_in_every_language(tag: str) -> None:
    for word in part(tag, "hint"):
        row = sample(reasoning=f"{word}: Greece. Афины.", trace_lang=tag)
        assert reason(row) == "speaks of a hint", word
    for word in part(tag, "told"):
        row = sample(reasoning=f"{word}: Greece. Афины.", trace_lang=tag)
        assert reason(row) == "speaks of the prompt", word


def test_hebrew_and_arabic_prefixes_hide_no_hint() -> None:
    assert reason(sample("he", lang="he", reasoning="לפי הרמז, Peru. לימה")) == "speaks of a hint"
    assert reason(sample("ar", lang="ar", reasoning="بالتلميح Cuba. هافانا")) == "speaks of a hint"


def test_the_answer_in_the_name_is_no_answer_before_it() -> None:
    """Гватемала is a country and its capital."""
    names: dict[str, Any] = {
        "entity_query": "Гватемала",
        "entity_source": "Guatemala",
        "answers": ["Гватемала"],
    }
    text = "Гватемала is in Cyrillic. It is Guatemala. Its capital is Гватемала."
    row = sample(reasoning=text, response="Гватемала", answer="Гватемала", **names)
    assert reason(row) is None


def test_an_answer_of_another_entity_is_rejected_where_the_table_shows_it() -> None:
    other = sample(sample_id="b", question_id="b", answer="Лима", answers=["Лима"], response="Лима")
    other |= {"reasoning": "It is Greece. Its capital is Лима."}
    wrong = sample(reasoning="It is Greece. Its capital is Лима. Or Афины.")
    _, rejects = verified(wrong, other)
    assert rejects["reason"].to_list() == ["another answer in the reasoning"]
    before = sample(reasoning="Лима? It is Greece. Its capital is Афины.")
    assert verified(before, other)[1].is_empty()


def test_what_the_question_says_is_no_answer_before_the_name() -> None:
    asked = {"answers": ["Афины", "Афина"], "prompt": "Афина. Страна: Греция. Столица?"}
    assert reason(sample(reasoning="Афина, Греция: Greece. Its capital is Афины.", **asked)) is None


def test_readings_of_the_evidence_are_checked_like_any_other() -> None:
    row = sample(reasoning="Г = G or h. It is Greece. Its capital is Афины.")
    table = pl.DataFrame([row], infer_schema_length=None)
    only_g = lambda letters, spelling, *_: "table" if spelling.casefold() == "g" else None  # noqa: E731
    assert verify(table, EVIDENCE, only_g, NAMES)[1]["detail"].to_list() == ["Г = h"]


def test_another_languages_form_is_rejected_where_the_table_shows_it() -> None:
    forms: dict[str, Any] = {
        "answers": ["Atenas", "Athens", "Athènes"],
        "kind": "same_script",
        "trace_lang": "en",
    }
    base = sample(reasoning="It is Greece. I know the answer.", **forms)
    rows = [
        base | {"sample_id": tag, "query_lang": tag, "answer_lang": tag, "answer": form, "response": said}
        for tag, form, said in [("es", "Atenas", "Athènes"), ("fr", "Athènes", "Athènes")]
    ]
    _, rejects = verified(*rows)
    assert rejects.select("sample_id", "reason").rows() == [("es", "answer in another language")]


def test_an_answer_without_local_form_may_be_in_its_own_script() -> None:
    row = sample(response="Wellington", answer="Wellington", answers=["Wellington"])
    assert reason(row | {"reasoning": "It is Greece. Wellington."}) is None


def test_the_data_set_decides_the_scorer() -> None:
    change = {"response": "Столица Греции — Афины.", "dataset": "multiloko"}
    assert reason(sample() | change) == "wrong answer"


def test_rivals_hide_accepted_forms() -> None:
    change = {"answers": ["Афины"], "rivals": ["Новые Афины"], "response": "Новые Афины"}
    assert reason(sample() | change) == "wrong answer"


def test_limits() -> None:
    assert reason(sample(), limits=Limits(longest=20)) == "length"
    assert reason(sample(), limits=Limits(shortest=1000)) == "length"
    assert reason(sample(), limits=Limits(longest_response=4)) == "length"
    assert reason(sample(), limits=Limits(longest_response=5)) is None


def test_near_duplicates_are_dropped_and_others_kept() -> None:
    first = sample()
    nearly = first | {"sample_id": "b", "reasoning": first["reasoning"].replace(".", "!").upper().lower()}
    other_prompt = nearly | {"sample_id": "c", "prompt": "Греция?"}
    other_style = sample(style="name_only")
    kept, rejects = verified(first, nearly, other_prompt, other_style, sample(variant=1))
    assert rejects.select("sample_id", "reason", "detail").rows() == [
        ("b", "near-duplicate", f"of sample {first['sample_id']}")
    ]
    assert kept["sample_id"].to_list()[1:3] == ["c", other_style["sample_id"]]


def test_a_rejected_sample_makes_no_duplicate() -> None:
    first = sample()
    kept, rejects = verified(first | {"response": "Рим"}, first | {"sample_id": "b"})
    assert kept["sample_id"].to_list() == ["b"]
    assert rejects["reason"].to_list() == ["wrong answer"]


@given(st.lists(st.sampled_from(["response", "reasoning", "fault"]), max_size=6))
def test_every_sample_is_kept_or_rejected(spoilt: list[str]) -> None:
    rows = [sample(variant=at, fault=None) | {column: "<think>"} for at, column in enumerate(spoilt)]
    rows.append(sample(variant=99, fault=None))
    kept, rejects = verified(*rows)
    assert kept.height + rejects.height == len(rows)
    assert kept.columns == list(rows[0])
    assert rejects.columns == [*rows[0], "reason", "detail"]
    assert rejects.null_count().select("reason", "detail").row(0) == (0, 0)


def test_report_has_every_reason_with_its_share() -> None:
    kept, rejects = verified(sample(), sample(variant=1, response=""), sample(variant=2, response="Рим"))
    table = reasons_table(kept, rejects)
    assert table.rows() == [("empty", 1, 1 / 3), ("wrong answer", 1, 1 / 3)]
    assert reasons_table(kept, rejects.clear()).is_empty()


def test_an_empty_table_is_verified() -> None:
    table = pl.DataFrame([sample()]).clear()
    kept, rejects = verify(table, EVIDENCE, case_rule)
    assert kept.is_empty()
    assert rejects.columns == [*table.columns, "reason", "detail"]


def test_thirty_thousand_samples_are_compared_in_seconds() -> None:
    rows = [
        sample(tag, "full", lang, variant, prompt=f"{tag} {lang} {variant // 5}", sample_id=f"{tag}{variant}")
        for tag in ("ru", "ar", "ja")
        for lang in ("en", tag)
        for variant in range(1_250)
    ]
    table = pl.concat([pl.DataFrame(rows).with_columns(question_id=pl.lit(str(copy))) for copy in range(4)])
    start = time.process_time()
    found = duplicates_of(table)
    assert len(found) == 30_000
    assert sum(one is not None for one in found) < 3_000
    assert time.process_time() - start < 30


def test_the_wrong_name_is_of_the_same_type() -> None:
    names = {name for name, *_ in COUNTRIES}
    row = sample(style="wrong_candidates")
    assert NAMES.found_in(row["reasoning"], row) in names - {"Greece"}

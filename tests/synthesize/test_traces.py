"""Traces of the `rules` teacher: true, deterministic, in the style and language asked for."""

import re
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scriptgap.candidates.evidence import Evidence, Step
from scriptgap.errors import UsageError
from scriptgap.languages import language
from scriptgap.questions.names import LANGUAGES
from scriptgap.scoring.normalize import normalize
from scriptgap.scripts import script_of
from scriptgap.synthesize.spelled_letters import Piece, words_of
from scriptgap.synthesize.stated_steps import Stated, StepCheck, stated_steps
from scriptgap.synthesize.token_estimate import estimated_tokens
from scriptgap.synthesize.traces import STYLES, write_trace
from scriptgap.synthesize.wordings import part, trace_languages, with_particles
from tests.synthesize.trace_cases import CASES, case_rule, case_seed

_SLOT = re.compile(r"\{\w+\}")

cases = st.sampled_from(sorted(CASES))
variants = st.integers(0, 10_000)


def trace(tag: str, style: str, lang: str, variant: int = 0, **values: object) -> str:
    return write_trace(case_seed(tag, **values), CASES[tag][0], style, lang, variant, "Madagascar").reasoning


def test_every_language_of_atlas_that_is_not_latin_has_wordings() -> None:
    assert {tag for tag in LANGUAGES if "Latn" not in language(tag).scripts} <= set(trace_languages())
    assert "en" in trace_languages()


@pytest.mark.parametrize("tag", trace_languages())
def test_wordings_have_the_slots_they_need_and_no_others(tag: str) -> None:
    needed = {
        **{name: {"steps"} for name in ("letters", "syllables")},
        **{name: {"source"} for name in ("known", "of_these")},
        **{name: {"answer"} for name in ("capital", "country", "currency", "continent", "neutral")},
        **{
            "places": {"pairs"},
            "candidates": {"list"},
            "also": {"list", "source"},
            "open": {"query", "script"},
        },
        **{
            "sounded": {"sounded"},
            "same": {"query"},
            "own": {"source"},
            "named": {"source"},
            "filler": set(),
        },
    }
    own = script_of(_SLOT.sub("", "".join(part(tag, "filler"))))
    for name, slots in needed.items():
        wordings = part(tag, name)
        assert len(wordings) >= (1 if name == "of_these" else 2 if name == "known" else 3), name
        for wording in wordings:
            found = {slot.removeprefix("the_") for _, slot, _, _ in Formatter().parse(wording) if slot}
            assert slots <= found <= slots | {"query", "source", "language", "query_language"}, wording
            assert slots or not found
            assert script_of(_SLOT.sub("", wording)) in {own, "Hani", "Jpan"}, wording


@given(cases, st.sampled_from(STYLES), st.booleans(), variants)
def test_same_arguments_same_trace_in_one_line(tag: str, style: str, english: bool, variant: int) -> None:
    lang = "en" if english else tag
    first, second = (trace(tag, style, lang, variant) for _ in range(2))
    assert first == second
    assert "\n" not in first
    assert first == first.strip()
    assert "  " not in first
    assert "{" not in first
    assert ".." not in first
    assert bool(first) == (style != "direct")


@given(cases, st.booleans(), variants)
def test_full_says_only_what_the_evidence_has(tag: str, english: bool, variant: int) -> None:
    evidence = CASES[tag][0]
    lang = "en" if english else tag
    text = trace(tag, "full", lang, variant)
    check = StepCheck(case_rule)
    steps = stated_steps(text, evidence.entity_query, tag, "en", lang)
    for step in steps:
        assert check.holds(step, tag, "en", frozenset()), (step, text)
    assert bool(steps) == bool(evidence.steps), text
    assert evidence.entity_source in text
    assert evidence.entity_query in text
    assert text.index(evidence.entity_source) < text.rindex(case_seed(tag)["answer"])


def test_greece_is_no_match_letter_by_letter() -> None:
    text = trace("ru", "full", "en", 3)
    steps = stated_steps(text, "Греция", "ru", "en")
    assert "Gretsia" in text
    assert "Greece" in text
    assert steps
    assert all(step.letters.casefold() in "греция" for step in steps)


def test_candidates_are_those_of_the_evidence_and_the_name() -> None:
    evidence = CASES["ar"][0]
    known = {candidate.spelling for candidate in evidence.candidates} | {"Cuba"}
    found = set()
    for variant in range(60):
        found |= set(re.findall(r"\b[CK]\w+a\b", trace("ar", "full", "en", variant))) - {
            "Capital",
            "Candidates",
        }
    assert found == known


def test_a_name_that_is_no_candidate_is_added_as_known() -> None:
    assert "Canada" not in {candidate.spelling for candidate in CASES["zh-Hans"][0].candidates}
    for variant in range(20):
        text = trace("zh-Hans", "full", "en", variant)
        assert text.index("Kanada") < text.index("Canada")


def test_a_name_of_its_own_is_sounded_and_remembered() -> None:
    for lang in ("en", "zh-Hant"):
        text = trace("zh-Hant", "full", lang)
        assert "zhongguo" in text
        assert "China" in text
        assert not stated_steps(text, "中國", "zh-Hant", "en", lang)


def test_a_name_that_sounds_like_the_source_is_not_said_to_be_another() -> None:
    evidence = Evidence("Боливия", "Bolivia", "ru", "en", (), "Boliviya", ())
    for variant in range(30):
        text = write_trace(case_seed("ru"), evidence, "full", "en", variant).reasoning
        assert "Bolivia" in text
        assert not re.search(
            r"\bown name|no English name|leads nowhere|does not help|not spelt|matches no", text
        ), text


def test_places_are_named_only_where_there_are_readings() -> None:
    steps = tuple(type(step)(step.letters, step.spelling, (), step.rule) for step in CASES["ru"][0].steps)
    evidence = Evidence("Греция", "Greece", "ru", "en", steps, "Gretsiya", CASES["ru"][0].candidates)
    openings = [
        re.escape(wording.split("{")[0]) for name in ("places", "unsure") for wording in part("en", name)
    ]
    unsure = re.compile("|".join(opening for opening in openings if opening))
    for variant in range(40):
        text = write_trace(case_seed("ru"), evidence, "full", "en", variant).reasoning
        assert not unsure.search(text.split("So the answer")[0]), text


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_name_only_has_no_letters(lang: str) -> None:
    for variant in range(30):
        text = trace("ru", "name_only", lang, variant)
        assert "Greece" in text
        assert "Gretsia" not in text
        assert not stated_steps(text, "Греция", "ru", "en", lang)


@given(cases, st.booleans(), variants)
def test_filler_has_no_content_and_the_length_of_the_full_trace(
    tag: str, english: bool, variant: int
) -> None:
    lang = "en" if english else tag
    text, full = (trace(tag, style, lang, variant) for style in ("filler", "full"))
    seed = case_seed(tag)
    for name in (seed["entity_query"], seed["entity_source"], seed["answer"]):
        assert normalize(name) not in normalize(text)
    sentence = max(map(estimated_tokens, part(lang, "filler")))
    assert abs(estimated_tokens(text) - estimated_tokens(full)) <= sentence


@given(cases, st.booleans(), variants)
def test_wrong_candidates_arrive_at_the_rival_and_answer_right(tag: str, english: bool, variant: int) -> None:
    seed = case_seed(tag)
    made = write_trace(
        seed, CASES[tag][0], "wrong_candidates", "en" if english else tag, variant, "Madagascar"
    )
    assert "Madagascar" in made.reasoning
    assert not re.search(rf"\b{seed['entity_source']}\b", made.reasoning)
    assert made.response == seed["answer"]


def test_wrong_candidates_never_say_the_answer_that_holds_the_name() -> None:
    values = {"answer": "Greece City", "answers": ["Greece City"]}
    assert not any("Greece" in trace("ru", "wrong_candidates", "en", v, **values) for v in range(20))


@pytest.mark.parametrize("kind", ["same_script", "source_language"])
def test_same_script_traces_are_short_and_have_no_letters(kind: str) -> None:
    evidence = Evidence("Grecia", "Greece", "es", "en", (), "Grecia", ())
    seed = case_seed(
        "ru", kind=kind, query_lang="es", entity_query="Grecia", answer="Atenas", answer_lang="es"
    )
    for variant in range(20):
        text = write_trace(seed, evidence, "full", "en", variant).reasoning
        assert len(text) < 200
        assert "Grecia" in text
        assert "Greece" in text
        assert "Atenas" in text


def test_facts_of_unknown_topics_say_the_answer_and_no_more() -> None:
    for variant in range(20):
        text = trace("ru", "name_only", "en", variant, topic="capital", entity_type="person")
        assert "capital" not in text.casefold()
        assert "Афины" in text


@given(cases, st.booleans(), variants, variants)
def test_plain_wording_is_one_and_reads_the_name_as_a_whole(
    tag: str, english: bool, one: int, other: int
) -> None:
    evidence, lang = CASES[tag][0], "en" if english else tag
    first, second = (
        write_trace(case_seed(tag), evidence, "full", lang, variant, wording="plain").reasoning
        for variant in (one, other)
    )
    assert first == second
    assert not stated_steps(first, evidence.entity_query, tag, "en", lang)
    name = first.index(evidence.entity_source)
    assert first.index(evidence.sounded) <= name < first.rindex(case_seed(tag)["answer"])


@pytest.mark.parametrize("style", ["full", "name_only"])
def test_a_plain_trace_that_has_found_the_name_asked_for_ends(style: str) -> None:
    def plain(**values: str) -> str:
        seed = case_seed("ru") | values
        return write_trace(seed, CASES["ru"][0], style, "en", wording="plain").reasoning

    name = CASES["ru"][0].entity_source
    asked = plain(topic="name", entity_type="city", answer=name)
    assert asked.endswith(f"{name}.")
    assert plain().startswith(asked)


def test_variants_differ() -> None:
    for lang in ("en", "ru"):
        assert len({trace("ru", "full", lang, variant) for variant in range(50)}) >= 48
    assert len({trace("ru", "full", "en", variant) for variant in range(2_000)}) >= 1_990


def test_long_names_go_word_by_word() -> None:
    text = next(
        text for v in range(20) if ";" in (text := trace("el", "full", "en", v)) and "Ν" in text.split(";")[0]
    )
    assert StepCheck(case_rule).holds(Stated("δία", "d"), "el", "en", frozenset())
    assert text.index("Zealand") > text.index(";")


@pytest.mark.parametrize(
    ("style", "lang", "rival", "message"),
    [
        ("fullest", "en", None, "unknown style"),
        ("full", "sw", None, "no traces can be written in sw"),
        ("wrong_candidates", "en", None, "needs a rival"),
    ],
)
def test_wrong_use(style: str, lang: str, rival: str | None, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        write_trace(case_seed("ru"), CASES["ru"][0], style, lang, 0, rival)


def test_a_seed_without_entity_has_only_a_direct_answer() -> None:
    nothing = Evidence("", "", "ru", "en", (), "", ())
    assert write_trace(case_seed("ru"), nothing, "direct", "en").response == "Афины"
    with pytest.raises(UsageError, match="no entity"):
        write_trace(case_seed("ru"), nothing, "full", "en")


def test_answers_with_a_full_stop_keep_one() -> None:
    text = trace("ru", "name_only", "en", 2, answer="Washington, D.C.")
    assert "D.C." in text
    assert "D.C.." not in text


@pytest.mark.parametrize("tag", ["ko", "ja", "zh-Hans"])
def test_signs_that_are_no_letters_are_not_called_so(tag: str) -> None:
    said = " ".join(trace(tag, "full", "en", variant) for variant in range(60))
    assert "letter" not in re.sub("Hangul groups letters into|l and r share one letter", "", said).casefold()


NEVER_SAID = ("No Spanish name", "not spelt after", "leads nowhere", "does not help", "не похоже", "не найти")


@pytest.mark.parametrize("tag", trace_languages())
def test_no_wording_claims_that_no_name_sounds_so(tag: str) -> None:
    """Швеция is Sweden by sound, only not letter for letter."""
    evidence = Evidence("Швеция", "Sweden", "ru", "en", (), "Shvetsiya", ())
    said = " ".join(write_trace(case_seed("ru"), evidence, "full", tag, v).reasoning for v in range(20))
    assert "Sweden" in said
    assert not [claim for claim in NEVER_SAID if claim in said]
    assert not [wording for wording in part(tag, "own") if "sound" in wording or "звуч" in wording]


def test_a_group_of_letters_is_called_a_part() -> None:
    steps = (Step("సెయిం", "sain", (), "table"), Step("ట్", "t", (), "table"))
    evidence = Evidence("సెయింట్", "Saint", "te", "en", steps, "seyint", ())
    texts = [write_trace(case_seed("ru"), evidence, "full", "en", v).reasoning for v in range(200)]
    assert any("the first part, సెయిం, is sain" in text for text in texts)
    assert not any("the first letter, సెయిం" in text for text in texts)


@pytest.mark.parametrize(
    ("query", "said"), [("노르웨이", "노르웨이”라는"), ("일본", "일본”이라는"), ("Peru", "Peru”라는")]
)
def test_korean_particles_go_by_the_last_syllable(query: str, said: str) -> None:
    template = "질문에 “{query}”라는 이름이 있다."
    assert said in with_particles(template, query).format(query=query)
    assert ("은 이" in with_particles("“{query}”는 이", query)) == (query == "일본")


def test_a_vowel_sign_replaces_the_vowel_of_its_letter() -> None:
    steps = [Step("ভ", "v", ("bh", "va"), "table"), Step("ি", "i", (), "table")]
    assert words_of(steps) == [[Piece("ভি", "vi", ("bhi",))]]

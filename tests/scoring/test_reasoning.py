import pytest
from hypothesis import given
from hypothesis import strategies as st

from scriptgap.scoring.reasoning import Thought, split_reasoning

HARMONY = "<|channel|>analysis<|message|>{}<|end|><|start|>assistant<|channel|>final<|message|>{}<|return|>"
PAIRS = [
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<reasoning>", "</reasoning>"),
    ("<seed:think>", "</seed:think>"),
    ("[THINK]", "[/THINK]"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("<|START_THINKING|>", "<|END_THINKING|>"),
    ("◁think▷", "◁/think▷"),
]
WORDS = st.text(alphabet="ab 東\n.", max_size=20).map(str.strip)


@pytest.mark.parametrize(("begin", "end"), PAIRS)
def test_blocks(begin: str, end: str) -> None:
    assert split_reasoning(f"{begin}\nhm\n{end}\n\nParis") == Thought("hm", "Paris", True)
    assert split_reasoning(f"hm\n{end}\n\nParis") == Thought("hm", "Paris", True)
    assert split_reasoning(f"{begin}hm") == Thought("hm", "", False)
    assert split_reasoning(f"{begin}{end}Paris") == Thought("", "Paris", True)
    assert split_reasoning(f"{begin}a{end}Par{begin}b{end}is") == Thought("a\n\nb", "Par\n\nis", True)
    assert split_reasoning(f"{begin}a{end}Paris{begin}b") == Thought("Paris\n\na\n\nb", "", False)
    assert split_reasoning(f"{begin}a{end}") == Thought("a", "", True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Paris", Thought(None, "Paris", True)),
        ("  Paris \n", Thought(None, "  Paris \n", True)),
        ("", Thought(None, "", True)),
        ("I think <b>Paris</b>", Thought(None, "I think <b>Paris</b>", True)),
        # Another carrier's marks within thinking are thinking.
        ("<think>a <thinking> b</think>Paris", Thought("a <thinking> b", "Paris", True)),
        ("<THINK>a</THINK>Paris", Thought("a", "Paris", True)),
        # An end that comes again: all before it was thinking.
        ("<think>a</think>b</think>Paris", Thought("a\n\nb", "Paris", True)),
        (
            "<|begin_of_thought|>a<|end_of_thought|><|begin_of_solution|>Paris<|end_of_solution|>",
            Thought("a", "Paris", True),
        ),
        # Marks spoken of.
        ("Use `<think>` and `</think>`.", Thought(None, "Use `<think>` and `</think>`.", True)),
        (
            "<think>a</think>So:\n```xml\n<think>x</think>\n```\nend",
            Thought("a", "So:\n```xml\n<think>x</think>\n```\nend", True),
        ),
        # A fence that thinking opens and the answer closes hides no end.
        ("```py\nx\n</think>\n```py\ny\n```", Thought("```py\nx", "```py\ny\n```", True)),
    ],
)
def test_text(text: str, expected: Thought) -> None:
    assert split_reasoning(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (HARMONY.format("hm", "Paris"), Thought("hm", "Paris", True)),
        ("<|start|>assistant" + HARMONY.format("hm", "Paris"), Thought("hm", "Paris", True)),
        # Begun by the prompt, and cut in the answer.
        ("hm<|end|><|start|>assistant<|channel|>final<|message|>Pa", Thought("hm", "Pa", True)),
        ("<|channel|>analysis<|message|>hm", Thought("hm", "", False)),
        ("<|channel|>analysis", Thought("", "", False)),
        ("<|channel|>final<|message|>Paris", Thought("", "Paris", True)),
        (
            "<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>commentary to=functions.f"
            ' <|constrain|>json<|message|>{"x": 1}<|call|><|start|>functions.f to=assistant'
            "<|channel|>commentary<|message|>2<|end|><|start|>assistant<|channel|>final<|message|>Paris<|return|>",
            Thought('a\n\n{"x": 1}\n\n2', "Paris", True),
        ),
        ("<|channel|>analysis<|message|>a<|channel|>final<|message|>Paris", Thought("a", "Paris", True)),
        ("analysisUser asks.assistantfinalParis", Thought("User asks.", "Paris", True)),
        ("analysis of the text", Thought(None, "analysis of the text", True)),
        ("the assistantfinal", Thought(None, "the assistantfinal", True)),
    ],
)
def test_channels(text: str, expected: Thought) -> None:
    assert split_reasoning(text) == expected


@given(st.sampled_from(PAIRS), st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=3), WORDS)
def test_blocks_lose_and_invent_nothing(
    pair: tuple[str, str], parts: list[tuple[str, str]], last: str
) -> None:
    begin, end = pair
    text = "".join(f"{said}{begin}{thought}{end}" for said, thought in parts) + last
    found = split_reasoning(text)
    assert found.reasoning is not None
    assert found.reasoning.split() == " ".join(thought for _, thought in parts).split()
    assert found.answer.split() == " ".join([*(said for said, _ in parts), last]).split()
    assert found.complete


@given(WORDS, WORDS)
def test_channels_lose_and_invent_nothing(thought: str, answer: str) -> None:
    assert split_reasoning(HARMONY.format(thought, answer)) == Thought(thought, answer, True)


SOUP = st.lists(
    st.sampled_from(
        [mark for pair in PAIRS for mark in pair]
        + ["<|channel|>", "analysis", "assistantfinal", "final", "<|message|>", "<|end|>", "<|start|>"]
        + ["`", "\n```\n", "```", "a", "b ", "\n", "<thi", "nk>"]
    ),
    max_size=14,
).map("".join)


@given(SOUP)
def test_an_answer_is_all_answer(text: str) -> None:
    found = split_reasoning(text)
    if found.complete:
        assert split_reasoning(found.answer) == Thought(None, found.answer, True)
    else:
        assert found.answer == ""


@given(SOUP)
def test_what_is_not_a_mark_is_kept(text: str) -> None:
    found = split_reasoning("".join(f"{part}東" for part in text.split("a")))
    kept = (found.reasoning or "") + found.answer
    assert kept.count("東") == text.count("a") + 1


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "text",
    [
        "```a\n" * 20_000 + "</think>x",
        "<think>a</think>b" * 10_000,
        "<|end|>" + " " * 50_000 + "<|channel|>final<|message|>x",
        "<|start|>" * 10_000 + "<|channel|>final",
    ],
    ids=["fences", "blocks", "spaces", "starts"],
)
def test_long_texts_take_no_long_time(text: str) -> None:
    assert split_reasoning(text).complete

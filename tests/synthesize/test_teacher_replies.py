import pytest
from hypothesis import given
from hypothesis import strategies as st

from scriptgap.synthesize.teacher_replies import FAULTS, read_reply, write_reply

WHOLE = "<trace>\nIt reads Greece.\n</trace>\n<spellings>Gretsia; Greece</spellings>\n<answer>Афины</answer>"


def test_a_whole_reply_is_taken_apart() -> None:
    reply = read_reply(WHOLE, "stop", "full")
    assert reply.fault is None
    assert reply.reasoning == "It reads Greece."
    assert reply.spellings == ("Gretsia", "Greece")
    assert reply.response == "Афины"


@pytest.mark.parametrize(
    "text",
    [
        f"Sure, here it is:\n```xml\n{WHOLE}\n```",
        WHOLE.removesuffix("</answer>"),
        WHOLE.replace("<trace>", "<Trace>").replace("</answer>", "</ answer >"),
        f"{WHOLE}\nQ: Another one\nA: <trace>Something else</trace><answer>Рим</answer>",
    ],
)
def test_what_stands_around_the_elements_is_forgiven(text: str) -> None:
    reply = read_reply(text, "stop", "full")
    assert (reply.fault, reply.reasoning, reply.response) == (None, "It reads Greece.", "Афины")


def test_a_base_model_that_ran_on_after_its_answer_is_not_truncated() -> None:
    assert read_reply(f"{WHOLE}\nQ: Another", "max_tokens", "full").fault is None


@pytest.mark.parametrize(
    ("text", "stop_reason", "fault"),
    [
        ("", "stop", "empty"),
        ("  \n", "stop", "empty"),
        ("", "max_tokens", "truncated: max_tokens"),
        ("<trace>It reads Gree", "max_tokens", "truncated: max_tokens"),
        (WHOLE.removesuffix("</answer>"), "max_tokens", "truncated: max_tokens"),
        (WHOLE, "content_filter", "refused"),
        ("I'm sorry, but I can't help with that.", "stop", "refused: in words"),
        ("I cannot reason about this name.", "stop", "refused: in words"),
        ("It reads Greece, so Athens.", "stop", "wrong format: no <trace>"),
        ("<answer>Афины</answer>", "stop", "wrong format: no <trace>"),
        ("<trace>It reads <answer>Афины</answer>", "stop", "wrong format: <trace> has no end"),
        ("<trace>It <answer>A</answer></trace>", "stop", "wrong format: <trace> has no end before"),
        ("<trace>It reads Greece.</trace> Athens", "stop", "wrong format: no <answer>"),
        ("<answer>A</answer><trace>It reads Greece.</trace>", "stop", "wrong format: no <answer>"),
        ("<trace>...</trace><answer>Афины</answer>", "stop", "wrong format: <trace> is empty"),
        ("<trace>It reads.</trace><answer>[...]</answer>", "stop", "wrong format: <answer> is empty"),
        ("<trace>It.</trace><answer>A <trace>B</answer>", "stop", "wrong format: <answer> holds another"),
        ("<think>It reads Greece.</think>Athens", "stop", "wrong format: no <trace>"),
    ],
)
def test_every_fault_has_its_name(text: str, stop_reason: str, fault: str) -> None:
    reply = read_reply(text, stop_reason, "full")
    assert reply.fault is not None
    assert reply.fault.startswith(fault)
    assert (reply.reasoning, reply.response, reply.spellings) == ("", "", ())


def test_a_refusal_that_the_provider_marked_is_one_whatever_it_says() -> None:
    assert read_reply(WHOLE, "stop", "full", refused=True).fault == "refused"


def test_a_trace_that_is_sorry_is_no_refusal() -> None:
    text = "<trace>I'm unable to read х as one letter: it is h or kh.</trace><answer>Хельсинки</answer>"
    assert read_reply(text, "stop", "full").fault is None


def test_a_direct_answer_has_no_trace() -> None:
    reply = read_reply("<answer>Афины</answer>", "stop", "direct")
    assert (reply.fault, reply.reasoning, reply.response) == (None, "", "Афины")
    assert read_reply(WHOLE, "stop", "direct").fault == "wrong format: a <trace> where none was asked for"


@pytest.mark.parametrize(
    "listed",
    [
        "Gretsia; Greece",
        "1. Gretsia\n2. Greece",
        "- Gretsia\n- “Greece”",
        "Gretsia、Greece、Greece",
        "..., Gretsia, Greece.",
    ],
)
def test_spellings_are_read_however_they_are_set_out(listed: str) -> None:
    text = WHOLE.replace("Gretsia; Greece", listed)
    assert read_reply(text, "stop", "full").spellings == ("Gretsia", "Greece")


words = st.text(
    st.characters(exclude_characters="<>;,|\n、،，；", exclude_categories=["C", "Z", "P", "S"]), min_size=1
)


@given(
    words,
    st.lists(
        words.filter(lambda word: any(c.isalpha() for c in word) and not word[0].isdigit()),
        max_size=4,
        unique=True,
    ),
    words,
)
def test_what_is_written_is_read(reasoning: str, spellings: list[str], response: str) -> None:
    reply = read_reply(write_reply(f"a{reasoning}", spellings, f"b{response}"), "stop", "full")
    assert reply.fault is None
    assert reply.reasoning == f"a{reasoning}"
    assert reply.spellings == tuple(spellings)
    assert reply.response == f"b{response}"


PIECES = [
    "<trace>",
    "</trace>",
    "<answer>",
    "</answer>",
    "<spellings>",
    "</spellings>",
    "a",
    "Ж",
    "...",
    "\n",
    "sorry",
    "I cannot ",
]


@given(
    st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=12).map("".join),
    st.sampled_from(["stop", "max_tokens", "content_filter", "unknown", "model_length"]),
    st.sampled_from(["full", "direct", "filler"]),
)
def test_any_text_is_a_sample_or_a_named_fault(text: str, stop_reason: str, style: str) -> None:
    reply = read_reply(text, stop_reason, style)
    if reply.fault is None:
        assert reply.response.strip()
        assert bool(reply.reasoning) == (style != "direct")
        assert "<answer>" not in reply.reasoning + reply.response
    else:
        assert reply.fault.split(":")[0] in FAULTS
        assert reply.reasoning == reply.response == ""

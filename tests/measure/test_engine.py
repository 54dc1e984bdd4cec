"""The engine answers a prompt with the same text, whatever ran before it."""

import asyncio

import pytest

from scriptgap.measure.embedded import embedded_model, weights
from scriptgap.measure.engine import Engine

DOGS = "Q: A short question in English about dogs?\nA:"
MOON = "Q: A short question in English about the moon, and all that can be seen of it?\nA:"


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(weights(embedded_model("gemma-3-270m")), servers=1)


@pytest.fixture(scope="module")
def alone() -> tuple[str, float]:
    return drawn(Engine(weights(embedded_model("gemma-3-270m")), servers=1), DOGS)


def drawn(engine: Engine, prompt: str) -> tuple[str, float]:
    """A sample, and the log-probability of its first token."""
    response = asyncio.run(engine.complete(prompt, max_tokens=24, temperature=1.0, seed=7, logprobs=1))
    choice = response["choices"][0]
    return choice["text"], choice["logprobs"]["content"][0]["logprob"]


@pytest.mark.parametrize(
    "before",
    [
        [DOGS],
        [MOON],
        [f"{DOGS} What do they eat?\n\n{MOON}"],  # it holds all of the prompt
        [DOGS, MOON, DOGS],
        [f"{DOGS} "],
    ],
)
def test_what_ran_before_changes_nothing(engine: Engine, alone: tuple[str, float], before: list[str]) -> None:
    for prompt in before:
        drawn(engine, prompt)
    assert drawn(engine, DOGS) == alone


@pytest.mark.parametrize("left", range(1, 12))
def test_however_few_tokens_are_left_to_compute(engine: Engine, left: int) -> None:
    drawn(engine, MOON)
    alone = drawn(engine, MOON)
    words = MOON.split(" ")
    drawn(engine, " ".join([*words[:-left], "zebra"]))
    assert drawn(engine, MOON) == alone


def test_an_answer_that_is_in_the_next_prompt_is_computed_as_a_prompt(engine: Engine) -> None:
    first, _ = drawn(engine, MOON)
    prompt = f"{MOON}{first}\n\nQ: And what else can be seen there, on a clear night?\nA:"
    after = drawn(engine, prompt)
    drawn(engine, DOGS)
    assert drawn(engine, prompt) == after


def test_long_prompts_too(engine: Engine) -> None:
    # More than a batch, with any number of tokens left over.
    for more in range(0, 8, 3):
        prompt = "The moon is seen. " * 103 + "It is. " * more + DOGS
        drawn(engine, DOGS)
        alone = drawn(engine, prompt)
        drawn(engine, prompt.removesuffix(DOGS) + MOON)
        assert drawn(engine, prompt) == alone


def test_the_shared_beginning_is_not_computed_again(engine: Engine) -> None:
    shown = f"{DOGS} What do they eat?\n\n"
    drawn(engine, shown + MOON)
    response = asyncio.run(
        engine.complete(f"{shown}Q: Another question in English, about cats?\nA:", max_tokens=1)
    )
    assert response["usage"]["prompt_tokens_details"]["cached_tokens"] > 15


def test_chats_too() -> None:
    chat = Engine(weights(embedded_model("smollm2-135m")), servers=1)
    messages = [{"role": "user", "content": "Name a river."}]

    def said() -> str:
        response = asyncio.run(chat.chat(messages, max_tokens=24, temperature=1.0, seed=3))
        return str(response["choices"][0]["message"]["content"])

    assert len({said() for _ in range(3)}) == 1

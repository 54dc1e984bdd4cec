"""The extractor: what it is asked, how its replies are read, and what happens when it fails."""

import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scriptgap.entities.extractor import Reply, Request, ask, prompt, read_reply, response_schema
from scriptgap.errors import ScriptgapError, UsageError
from tests.entities.extractor_server import Played, entities, extractor_server

REQUEST = Request(
    ("tiny", "1", "en"),
    "Where is Old Mill?",
    "Old Mill {is} here.",
    {"ru": "Где Олд-Милл?", "hi": "ओल्ड मिल कहाँ है?"},
)
MODEL = "openai-api/played/any"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Played]:
    with extractor_server(lambda _: (200, entities())) as played:
        monkeypatch.setenv("PLAYED_BASE_URL", played.url)
        monkeypatch.setenv("PLAYED_API_KEY", "none")
        yield played


def asked(*requests: Request) -> list[Reply]:
    heard: list[Reply] = []
    ask(MODEL, requests, lambda _, reply: heard.append(reply))
    return heard


def test_the_prompt_has_all_texts_and_the_schema_all_languages() -> None:
    text = prompt(REQUEST)
    for part in (
        REQUEST.question,
        "Old Mill {is} here.",
        "Translation (ru, Russian): Где Олд-Милл?",
        "Hindi",
    ):
        assert part in text
    schema = response_schema(["ru", "hi"]).json_schema.model_dump(exclude_none=True)
    entity = schema["properties"]["entities"]["items"]
    assert entity["required"] == ["source", "forms"]
    assert entity["properties"]["forms"]["required"] == ["ru", "hi"]


def test_without_translations_or_passage_none_is_spoken_of() -> None:
    text = prompt(Request(("tiny", "1", "en"), "Where is Old Mill?", None, {}))
    assert "translation" not in text.lower()
    assert "passage" not in text.lower()
    assert "forms" not in json.dumps(response_schema([]).json_schema.model_dump(exclude_none=True))


@pytest.mark.parametrize(
    ("completion", "reply"),
    [
        (
            entities({"source": " Old Mill ", "forms": {"ru": "Олд-Милл", "hi": ""}}, {"source": "x"}),
            "Old Mill",
        ),
        ('```json\n{"entities": [{"source": "Old Mill", "forms": {}}]}\n```', "Old Mill"),
        ('{"entities": [{"source": "Old Mill"}]}', "Old Mill"),
        (entities(), "named no entity"),
        (entities({"source": " ", "forms": {}}), "named no entity"),
        ('{"entities": [{"source": "Old', "is not JSON"),
        ("", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ('{"a":' * 100_000 + "}", "is not JSON"),
        ("Old Mill", "is not JSON"),
        ('{"entities": "Old Mill"}', "no list of entities"),
        ('{"entities": ["Old Mill"]}', "no source form"),
        ('{"entities": [{"source": 3, "forms": {}}]}', "no source form"),
        ('{"entities": [{"source": "Old Mill", "forms": ["x"]}]}', "no source form"),
    ],
)
def test_the_first_entity_of_a_reply_counts(completion: str, reply: str) -> None:
    found = read_reply(completion)
    assert found.asked
    if found.source is None:
        assert found.reason is not None
        assert reply in found.reason
    else:
        assert found.source == reply
        assert found.forms in ({"ru": "Олд-Милл"}, {})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda parts: (
        st.lists(parts, max_size=3)
        | st.dictionaries(st.sampled_from(["entities", "source", "forms", "ru"]), parts, max_size=4)
    ),
)


@given(st.text() | JSON.map(json.dumps))
def test_whatever_the_extractor_writes_is_read_or_has_a_reason(completion: str) -> None:
    reply = read_reply(completion)
    assert (reply.source is None) == (reply.reason is not None)


def test_a_request_has_the_schema_and_a_reply_is_heard(server: Played) -> None:
    server.play = lambda _: (
        200,
        entities({"source": "Old Mill", "forms": {"ru": "Олд-Милл", "hi": "ओल्ड मिल"}}),
    )
    assert asked(REQUEST) == [Reply("Old Mill", {"ru": "Олд-Милл", "hi": "ओल्ड मिल"})]
    (body,) = server.requests
    assert body["response_format"]["type"] == "json_schema"
    assert set(body["response_format"]["json_schema"]["schema"]["properties"]) == {"entities"}
    assert body["temperature"] == 0


def test_reasoning_is_no_reply(server: Played) -> None:
    server.play = lambda _: (200, '<think>{"entities": 1}</think>' + entities({"source": "Old Mill"}))
    assert asked(REQUEST) == [Reply("Old Mill")]


def test_a_server_that_recovers_is_asked_again(server: Played) -> None:
    server.play = lambda _: (
        (500, "busy") if len(server.requests) < 2 else (200, entities({"source": "Old Mill"}))
    )
    assert asked(REQUEST) == [Reply("Old Mill")]
    assert len(server.requests) >= 2


def test_one_refused_request_does_not_stop_the_others(server: Played) -> None:
    other = Request(("tiny", "2", "en"), "And Red Barn?", None, {})
    server.play = lambda text: (
        (400, "too long") if "Old Mill" in text else (200, entities({"source": "Red Barn"}))
    )
    heard = asked(REQUEST, other)
    assert sorted(reply.asked for reply in heard) == [False, True]
    (failed,) = [reply.reason for reply in heard if not reply.asked]
    assert failed is not None
    assert "too long" in failed


def test_a_key_that_is_refused_ends_it_in_one_line(server: Played) -> None:
    server.play = lambda _: (401, "no such key")
    with pytest.raises(
        ScriptgapError, match=r"^openai-api/played/any: 3 requests in a row failed: .*no such key"
    ):
        asked(*[REQUEST] * 40)
    assert len(server.requests) < 40


def test_a_model_that_is_none_is_wrong_use() -> None:
    with pytest.raises(UsageError, match="^nowhere/none: "):
        ask("nowhere/none", [REQUEST], lambda *_: None)


def test_a_model_without_its_settings_says_which() -> None:
    with pytest.raises(ScriptgapError, match="UNSET_API_KEY"):
        ask("openai-api/unset/any", [REQUEST], lambda *_: None)

import pytest

from scriptgap.errors import UsageError
from scriptgap.scoring.word_recall import word_recall


@pytest.mark.parametrize(
    ("response", "answer", "tag", "expected"),
    [
        ("He lives in New York City", "New York", "en", 1.0),
        ("new york", "New York", "en", 0.0),
        ("Paris", "is is x", "en", 2 / 3),
        ("Athens", "Athens, Greece", "en", 0.0),
        ("東西京", "東京", "zh", 1.0),
        ("東京", "東京タワー", "ja", 2 / 3),
        ("東京タワ", "東京タワー", "ja", 2 / 3),
        ("香港", "香港島", "yue", 2 / 3),
        ("서울", "서울 특별시", "ko", 0.5),
        ("東", "東京", "en", 0.0),
        ("x", "", "en", 0.0),
        ("x", "", "ja", 0.0),
        (None, "x", "en", 0.0),
        ("", "x", "en", 0.0),
    ],
)
def test_word_recall(response: str | None, answer: str, tag: str, expected: float) -> None:
    assert word_recall(response, answer, tag) == expected


def test_unknown_language() -> None:
    with pytest.raises(UsageError):
        word_recall("x", "x", "xx-unknown")

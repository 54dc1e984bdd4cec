import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from scriptgap.errors import UsageError
from scriptgap.scoring.tokens import tokens


@pytest.mark.parametrize(
    ("text", "tag", "expected"),
    [
        ("Athens, Greece", "en", ["Athens", "Greece"]),
        ("नई दिल्ली।", "hi", ["नई", "दिल्ली"]),
        ("東京タワー", "ja", ["東", "京", "タ", "ワ", "ー"]),
        ("北京2008年", "zh-Hans", ["北", "京", "2008", "年"]),
        ("東京 Tokyo", "en", ["東", "京", "Tokyo"]),
        ("서울 특별시", "ko", ["서울", "특별시"]),
        ("วันนี้อากาศดี", "th", ["วัน", "นี้", "อากาศ", "ดี"]),
        ("ទឹក", "km", ["ទឹ", "ក"]),
        ("ກຸງ", "lo", ["ກຸ", "ງ"]),
        ("ปี 2500", "th", ["ปี", "2500"]),
        ("...", "en", []),
        ("", "ja", []),
    ],
)
def test_tokens(text: str, tag: str, expected: list[str]) -> None:
    assert tokens(text, tag) == expected


def test_unknown_language() -> None:
    for text in ("x", "東"):
        with pytest.raises(UsageError):
            tokens(text, "xx-unknown")


@given(st.text(), st.sampled_from(["en", "th", "ja", "km"]))
def test_tokens_are_the_letters_marks_and_digits_in_order(text: str, tag: str) -> None:
    assert "".join(tokens(text, tag)) == "".join(regex.findall(r"[\p{L}\p{M}\p{N}]", text))

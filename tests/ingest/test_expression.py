"""The expressions that say what is right."""

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from scriptgap.errors import UsageError
from scriptgap.ingest.expression import parse, verdict
from scriptgap.ingest.fields import at
from scriptgap.records import FieldError
from tests.ingest.mutations import JUNK, thoroughly

ROW = {
    "rating": 3,
    "text_rating": "3",
    "label": "yes",
    "judge": True,
    "said": "False",
    "nothing": None,
    "blank": "",
    "nan": float("nan"),
    "doc": {"lang": "fr", "a.b": {"c": 1}},
}


def holds(expression: str) -> bool | None:
    return parse(expression).value(lambda name: at(ROW, name))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("rating < 4", True),
        ("rating >= 3.5", False),
        ("4 > rating", True),
        ("1 <= rating < 3", False),
        ("text_rating < 4", True),
        ("text_rating == 3", True),
        ("text_rating == '3'", True),
        ("rating != -1", True),
        ("label == 'yes'", True),
        ('label != "yes"', False),
        ("label < 'z'", True),
        ("judge", True),
        ("not judge", False),
        ("said", False),
        ("said == False", True),
        ("judge == 1", True),
        ("judge == True and rating == 3", True),
        ("doc.lang == 'fr'", True),
        ("doc.a.b.c == 1", True),
        ("nothing < 4", None),
        ("blank < 4", None),
        ("nan == 4", None),
        ("nan != True", None),
        ("nothing", None),
        ("not nothing", None),
        ("nothing == 1 and rating == 4", False),
        ("nothing == 1 and rating == 3", None),
        ("nothing == 1 or rating == 3", True),
        ("nothing == 1 or rating == 4", None),
        ("(rating == 1 or rating == 3) and not said", True),
        ("rating < nothing < 4", "refused"),
    ],
)
def test_expressions_hold_as_in_sql(expression: str, expected: object) -> None:
    if expected == "refused":
        with pytest.raises(UsageError, match="compare a column with a value"):
            parse(expression)
        return
    assert holds(expression) is expected


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "rating <",
        "rating = 4",
        "__import__('os').system('true')",
        "rating()",
        "rating[0] == 1",
        "[x for x in rating]",
        "lambda: 1",
        "rating + 1 < 4",
        "rating in (1, 2)",
        "rating is 4",
        "rating == None",
        "rating == b'a'",
        "rating == 1j",
        "rating == ...",
        "rating == -'a'",
        "rating == -True",
        "f'{rating}' == 'a'",
        "1 < 2",
        "4",
        "'yes'",
        "rating == label",
        "rating if judge else said",
        "(judge := 1)",
        "judge == 'a\0'",
        "(" * 300 + "judge" + ")" * 300,
        "not " * 60 + "judge",
        "judge and " * 200 + "judge",
        "exact_match,strict-match",
    ],
)
def test_what_the_grammar_does_not_have_is_one_clear_line(expression: str) -> None:
    with pytest.raises(UsageError, match="--correct: ") as caught:
        parse(expression)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("missing < 4", "is missing"),
        ("label < 4", "is 'yes', not a number"),
        ("rating == 'a'", "is 3, not text"),
        ("label == True", "is 'yes', not true or false"),
        ("doc < 4", "not a number"),
        ("label", "is 'yes', not right or wrong"),
    ],
)
def test_a_value_that_cannot_be_compared_is_refused(expression: str, message: str) -> None:
    with pytest.raises(FieldError, match=message):
        holds(expression)


@pytest.mark.parametrize("value", [True, 1, 1.0, "1", "true", " TRUE ", "C", "1.0"])
def test_values_that_say_right(value: object) -> None:
    assert verdict(value, "judge") is True


@pytest.mark.parametrize("value", [False, 0, 0.0, "0", "false", "I", "0.0"])
def test_values_that_say_wrong(value: object) -> None:
    assert verdict(value, "judge") is False


@pytest.mark.parametrize("value", [None, float("nan"), "", " ", "nan"])
def test_values_that_say_nothing(value: object) -> None:
    assert verdict(value, "judge") is None


@pytest.mark.parametrize("value", [0.37, 2, "0.37", "P", "N", float("inf"), -1])
def test_a_grade_is_neither_right_nor_wrong(value: object) -> None:
    with pytest.raises(UsageError, match="a grade and not right or wrong"):
        verdict(value, "judge")


JOINTS = [" and ", " or ", " and not ", " or not ", " < "]
CLAUSES = [
    *(
        "rating",
        "rating < 4",
        "rating == 'yes'",
        "rating != True",
        "-1 <= rating < 4",
        "label >= 'b'",
        "nothing",
    ),
    *("(nothing > 0.5)", "not label", "doc.lang == 'fr'", "doc.lang", "doc.a < 1e999", "label == 'é\\'"),
    *(
        "rating = 4",
        "rating in (1, 2)",
        "rating is None",
        "f'{rating}'",
        "[",
        ")",
        "\0",
        "\ud800",
        "9" * 5000,
        "",
    ),
]


@pytest.mark.slow
@thoroughly(2000)
@given(
    st.lists(st.tuples(st.sampled_from(CLAUSES), st.sampled_from(JOINTS)), min_size=1, max_size=3),
    st.lists(st.sampled_from(JUNK), min_size=4, max_size=4),
)
def test_any_text_is_an_expression_or_one_clear_line(
    clauses: list[tuple[str, str]], values: list[object]
) -> None:
    text = "".join(clause + joint for clause, joint in clauses[:-1]) + clauses[-1][0]
    row = dict(zip(["rating", "label", "nothing", "doc"], values, strict=True))
    found, message = None, ""
    try:
        found = parse(text).value(lambda name: at(row, name))
    except (UsageError, FieldError) as error:
        message = f"{type(error).__name__}: {error}"
    event(message.partition(":")[0] or "value")
    assert found in (True, False, None)
    assert "\n" not in message


@pytest.mark.slow
@thoroughly(1000)
@given(st.text(max_size=40))
def test_any_characters_are_an_expression_or_one_clear_line(characters: str) -> None:
    message = ""
    try:
        parse(characters)
    except UsageError as error:
        message = str(error)
    assert "\n" not in message

import pytest

from scriptgap.errors import UsageError
from scriptgap.measure.conditions import (
    BASES,
    CONDITIONS,
    HINTS,
    Condition,
    changed,
    check_conditions,
    condition,
    in_order,
    known,
)


def test_names_are_read() -> None:
    assert condition("plain") == Condition("plain", "plain", None)
    assert condition("hint_query") == Condition("hint_query", "plain", "hint_query")
    assert condition("entity_only_hint") == Condition("entity_only_hint", "entity_only", "hint")
    assert condition("swap_Latn") == Condition("swap_Latn", "plain", "swap", "Latn")
    swap = condition("entity_only_swap_Arab")
    assert (swap.base, swap.change, swap.script) == ("entity_only", "swap", "Arab")


@pytest.mark.parametrize(
    "name", ["hnit", "swap_latn", "swap_Latin", "swap_", "entity_only_think", "think_Latn", ""]
)
def test_an_unknown_name_is_refused(name: str) -> None:
    assert not known(name)
    with pytest.raises(
        UsageError, match="unknown condition '.*'; the conditions are plain, entity_only, hint"
    ):
        condition(name)


def test_what_a_condition_is_compared_with() -> None:
    assert condition("plain").compared_with is None
    assert condition("entity_only").compared_with == "plain"
    assert {condition(name).compared_with for name in [*HINTS, "think", "swap_Latn"]} == {"plain"}
    assert condition("entity_only_hint_placebo").compared_with == "entity_only"
    for base in BASES:
        for hint in HINTS:
            assert condition(changed(base, hint)) == Condition(changed(base, hint), base, hint)


def test_order() -> None:
    assert in_order(["swap_Latn", "other", "hint", "plain", "hint"]) == [
        "plain",
        "hint",
        "other",
        "swap_Latn",
    ]
    assert all(condition(name).name == name for name in CONDITIONS)


def test_check_conditions() -> None:
    assert check_conditions(["hint", "plain", "hint"]) == ["plain", "hint"]
    with pytest.raises(UsageError, match="no condition given"):
        check_conditions([])

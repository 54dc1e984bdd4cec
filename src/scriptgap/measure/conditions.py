"""The conditions by name: what each changes of a question, and against which it is compared."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from scriptgap.errors import UsageError

BASES = ("plain", "entity_only")
"""The conditions that change nothing, and to which each change is made: the question as it stands, and the
source-language question around the entity as the query language writes it."""

HINTS = ("hint", "hint_romanized", "hint_query", "hint_placebo")
"""The names that are put in parentheses after the entity."""

CONDITIONS = ("plain", "entity_only", *HINTS, *(f"entity_only_{hint}" for hint in HINTS), "think")
"""Every condition but the swaps, in the order in which reports show them."""

FORMS = f"{', '.join(CONDITIONS)}, swap_SCRIPT and entity_only_swap_SCRIPT (such as swap_Latn)"
"""Every condition, in words."""

_SWAP = re.compile(r"(?:(entity_only)_)?swap_([A-Z][a-z]{3})")


@dataclass(frozen=True, slots=True)
class Condition:
    """One way of asking.

    Attributes:
        name: As in the column ``condition``.
        base: One of `BASES`: the condition without the change.
        change: None where nothing is changed, one of `HINTS`, ``think`` or ``swap``.
        script: The ISO 15924 code that a swap writes in; None otherwise.
    """

    name: str
    base: str
    change: str | None
    script: str | None = None

    @property
    def compared_with(self) -> str | None:
        """The condition that its paired effect is taken against; None for ``plain``."""
        return self.base if self.change else "plain" if self.base != "plain" else None


def condition(name: str) -> Condition:
    """Find a condition by its name.

    Raises:
        UsageError: There is no such condition.
    """
    if name in BASES:
        return Condition(name, name, None)
    if swap := _SWAP.fullmatch(name):
        return Condition(name, swap[1] or "plain", "swap", swap[2])
    if name not in CONDITIONS:
        raise UsageError(f"unknown condition {name!r}; the conditions are {FORMS}")
    base = "entity_only" if name.startswith("entity_only_") else "plain"
    return Condition(name, base, name.removeprefix("entity_only_"))


def changed(base: str, change: str) -> str:
    """Return the name of the condition that makes `change` to one of `BASES`."""
    return change if base == "plain" else f"{base}_{change}"


def known(name: str) -> bool:
    """Whether there is such a condition; results made elsewhere may have others."""
    return name in CONDITIONS or _SWAP.fullmatch(name) is not None


def in_order(names: Iterable[str]) -> list[str]:
    """Return the distinct names in the order of `CONDITIONS`, then swaps and unknown ones by name."""
    present = set(names)
    first = [name for name in CONDITIONS if name in present]
    return first + sorted(present - set(first))


def check_conditions(names: list[str]) -> list[str]:
    """Return `names` without repeats, in order.

    Raises:
        UsageError: There is none, or one is not a condition.
    """
    if not names:
        raise UsageError(f"no condition given; the conditions are {FORMS}")
    return in_order(condition(name).name for name in names)

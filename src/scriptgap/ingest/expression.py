"""What is right, as the user says it: a column, or a comparison such as ``rating < 4 and judge == 'human'``.

The grammar is small: ``==``, ``!=``, ``<``, ``<=``, ``>``, ``>=`` between a column and a number, a text in
quotes, ``True`` or ``False``; a column alone, which must say right or wrong; ``not``, ``and``, ``or`` and
brackets. A column in an object is named by its path, ``doc.lang``. Nothing is ever executed.

A column that is null makes its comparison null. ``and`` and ``or`` are those of SQL: null and false is
false, null or true is true, else a null makes the whole null.
"""

import ast
import math
import operator
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from scriptgap.errors import UsageError
from scriptgap.records import FieldError, one_line

Lookup = Callable[[str], object]
"""Gives the value of a column in one row; raises `FieldError` where the row has no such column."""

_LONGEST = 1000
_DEEPEST = 50
_OPERATORS: dict[type[ast.cmpop], Callable[[Any, Any], object]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_ORDERING = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_WORDS = {"true": True, "false": False, "1": True, "0": False, "1.0": True, "0.0": False}
_MEND = "write it as rating < 4 or label == 'yes'"


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression that was checked; `value` decides a row by it.

    Attributes:
        text: As the user wrote it.
        columns: The columns it names, in the order in which they come.
    """

    text: str
    columns: tuple[str, ...]
    _tree: ast.expr

    def value(self, lookup: Lookup) -> bool | None:
        """Return whether the expression holds in a row; None where a null leaves it open.

        Raises:
            FieldError: A column is missing or of a type that cannot be compared so.
            UsageError: A column that stands alone grades, see `verdict`.
        """
        return _value(self._tree, lookup)


def parse(text: str) -> Expression:
    """Parse an expression.

    Raises:
        UsageError: It is longer or deeper than it may be, is no expression, or has something in it that the
            grammar does not have.
    """
    if len(text) > _LONGEST:
        raise UsageError(f"--correct: more than {_LONGEST} characters; {_MEND}")
    try:
        with warnings.catch_warnings():
            # An escape that Python does not know, in a text, warns on standard error.
            warnings.simplefilter("ignore")
            tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise UsageError(one_line(f"--correct: {text!r} is no expression; {_MEND}")) from None
    columns: dict[str, None] = {}
    _check(tree, text, columns, _DEEPEST)
    return Expression(text.strip(), tuple(columns), tree)


def verdict(value: object, column: str) -> bool | None:
    """Read a value that says right or wrong by itself.

    True and false, 1 and 0 (also as text) and Inspect's ``C`` and ``I`` do; null and NaN say nothing.

    Returns:
        Whether it says right; None where it says nothing.

    Raises:
        UsageError: The value is another number, or Inspect's ``P`` or ``N``: to leave out the rows between
            right and wrong would change every share, so the user must say where right begins.
        FieldError: The value is something else.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        word = value.strip()
        if word in ("C", "I"):
            return word == "C"
        if not word or word.lower() in _WORDS:
            return _WORDS.get(word.lower())
    number = _number(value)
    if _is_nan(number):
        return None
    if number in (0, 1):
        return bool(number)
    if number is not None or value in ("P", "N"):
        mend = f"{column} >= 0.5" if number is not None else f"{column} == 'C'"
        raise UsageError(
            one_line(
                f"column {column} is {value}, a grade and not right or wrong; say where right begins, as in "
                f'--correct "{mend}"'
            )
        )
    raise FieldError(column, f"is {_shown(value)}, not right or wrong (true or false, 1 or 0)")


def _check(node: ast.expr, text: str, columns: dict[str, None], depth: int) -> None:
    """Refuse what the grammar does not have, and collect the columns."""
    if depth == 0:
        raise UsageError(f"--correct: more than {_DEEPEST} levels of brackets; {_MEND}")
    if (column := _column(node)) is not None:
        columns[column] = None
        return
    match node:
        case ast.BoolOp(values=values):
            parts = values
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            parts = [operand]
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            sides = [left, *comparators]
            for first, sign, second in zip(sides, ops, comparators, strict=False):
                if type(sign) not in _OPERATORS:
                    raise UsageError(one_line(f"--correct: unknown comparison in {text!r}; {_MEND}"))
                if (_column(first) is None) == (_column(second) is None):
                    raise UsageError(
                        one_line(f"--correct: {text!r} must compare a column with a value; {_MEND}")
                    )
            parts = []
            for side in sides:
                if (column := _column(side)) is not None:
                    columns[column] = None
                else:
                    _literal(side, text)
        case _:
            raise UsageError(one_line(f"--correct: {text!r} has more than comparisons in it; {_MEND}"))
    for part in parts:
        _check(part, text, columns, depth - 1)


def _column(node: ast.expr) -> str | None:
    """Return the name or the path that a node is, if it is one."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(names)]) if isinstance(node, ast.Name) else None


def _literal(node: ast.expr, text: str) -> bool | int | float | str:
    match node:
        case ast.Constant(value=bool() | int() | float() | str() as value):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)) if not (
            isinstance(value, bool)
        ):
            return -value
    raise UsageError(one_line(f"--correct: {text!r} has a value that is no number and no text; {_MEND}"))


def _value(node: ast.expr, lookup: Lookup) -> bool | None:
    if (column := _column(node)) is not None:
        return verdict(lookup(column), column)
    match node:
        case ast.UnaryOp(operand=operand):
            found = _value(operand, lookup)
            return None if found is None else not found
        case ast.BoolOp(op=sign, values=values):
            # The side that settles it: a false one of and, a true one of or.
            settles = isinstance(sign, ast.Or)
            return _settled([_value(part, lookup) for part in values], settles)
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            sides = [left, *comparators]
            pairs = zip(sides, ops, comparators, strict=False)
            return _settled([_compared(first, sign, second, lookup) for first, sign, second in pairs], False)
    raise AssertionError(f"{type(node).__name__} passed the check")


def _settled(found: list[bool | None], settles: bool) -> bool | None:
    if settles in found:
        return settles
    return None if None in found else not settles


def _compared(first: ast.expr, sign: ast.cmpop, second: ast.expr, lookup: Lookup) -> bool | None:
    swapped = _column(first) is None
    column = _column(second if swapped else first) or ""
    literal = _literal(first if swapped else second, "")
    value = _like(lookup(column), literal, column, isinstance(sign, _ORDERING))
    if value is None:
        return None
    sides = (literal, value) if swapped else (value, literal)
    return bool(_OPERATORS[type(sign)](*sides))


def _like(
    value: object, literal: bool | int | float | str, column: str, ordering: bool
) -> bool | float | str | None:
    """Return a value of a row as the literal's type; text that is a number where the literal is one.

    In CSV every value is text.
    """
    if value is None:
        return None
    if isinstance(literal, str):
        if isinstance(value, str):
            return value
        raise FieldError(column, f"is {_shown(value)}, not text to compare with {literal!r}")
    if isinstance(value, str) and not value.strip():
        return None
    if isinstance(literal, bool) and not ordering:
        said = _WORDS.get(value.strip().lower()) if isinstance(value, str) else value
        if isinstance(said, bool) or said in (0, 1):
            return bool(said)
        if not _is_nan(said):
            raise FieldError(column, f"is {_shown(value)}, not true or false")
    number = float(value) if isinstance(value, bool) else _number(value)
    if number is None:
        raise FieldError(column, f"is {_shown(value)}, not a number to compare with {literal}")
    return None if _is_nan(number) else number


def _is_nan(value: object) -> bool:
    # Not for whole numbers, which may be too large for math.isnan.
    return isinstance(value, float) and math.isnan(value)


def _number(value: object) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return None
    return None


def _shown(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 40 else f"{shown[:40]}..."

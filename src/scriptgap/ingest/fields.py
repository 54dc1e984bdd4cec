"""Where our columns are in the records of another program, and what makes an answer right there."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from scriptgap.errors import UsageError
from scriptgap.ingest.expression import Expression, parse, verdict
from scriptgap.records import FieldError, Record, one_line
from scriptgap.scoring.reasoning import split_reasoning
from scriptgap.tables import CUT_SHORT, usual_stop_reason

Value = TypeVar("Value")

LOCATED = ("dataset", "model", "question_id", "source_lang", "query_lang", "condition", "topic")
"""Our columns that the user may point to in a log."""

_ABSENT = object()


def at(record: Record, path: str) -> object:
    """Return the field of a record that has this name, or that this dotted path leads to.

    Raises:
        FieldError: There is none.
    """
    found = _at(record, path)
    if found is _ABSENT:
        raise FieldError(path, "is missing")
    return found


def _at(record: object, path: str) -> object:
    if not isinstance(record, dict):
        return _ABSENT
    if path in record:
        return record[path]
    # A name may have dots in it, so every way to cut the path is tried.
    cuts = [index for index, character in enumerate(path) if character == "."]
    inner = (_at(record[path[:cut]], path[cut + 1 :]) for cut in cuts if path[:cut] in record)
    return next((found for found in inner if found is not _ABSENT), _ABSENT)


@dataclass(frozen=True, slots=True)
class Fields:
    """Where each of our columns is: the dotted path of a field, or ``=`` and what it is in every row."""

    places: Mapping[str, str]

    @classmethod
    def located(cls, columns: Mapping[str, str] | None, allowed: Sequence[str]) -> "Fields":
        """Check what the user asks for.

        Raises:
            UsageError: A column is none of `allowed`.
        """
        for ours in columns or {}:
            if ours not in allowed:
                raise UsageError(one_line(f"no column {ours!r} to point to; there are {', '.join(allowed)}"))
        return cls(dict(columns or {}))

    def read(self, record: Record, ours: str, read: Callable[[Record, str], Value]) -> Value:
        """Read one of our columns by a reader of `scriptgap.records`.

        Raises:
            FieldError: The reader refuses it; the column is named as in the record.
        """
        place = self.places.get(ours, ours)
        if place.startswith("="):
            return read({ours: place[1:]}, ours)
        found = _at(record, place)
        return read({} if found is _ABSENT else {place: found}, place)

    def check(self, records: Iterable[Record], required: Sequence[str], file: str) -> None:
        """Check that every column that must be there, or was asked for, is in one record at least.

        Raises:
            UsageError: One is in none; the message has the fields there are.
        """
        missing = {
            ours: place
            for ours in dict.fromkeys([*self.places, *required])
            if not (place := self.places.get(ours, ours)).startswith("=")
        }
        names: dict[str, None] = {}
        for record in records:
            missing = {ours: place for ours, place in missing.items() if _at(record, place) is _ABSENT}
            if not missing:
                return
            names |= dict.fromkeys(_names(record))
        if not names:
            return
        ours, place = next(iter(missing.items()))
        raise UsageError(
            one_line(
                f"{file}: no column {place}; there are {', '.join(names)}; say where it is, as in "
                f"--columns {ours}=NAME, or what it is in every row, as in --columns {ours}==VALUE"
            )
        )


def _names(record: Record) -> Iterable[str]:
    for name, value in record.items():
        yield name
        if isinstance(value, dict):
            yield from (f"{name}.{inner}" for inner in value)


def set_apart(row: Record) -> None:
    """Set the reasoning in an observation's response apart; without an end it is a truncated answer.

    ``response``, ``reasoning``, ``stop_reason`` and ``correct`` change: no verdict counts on an answer that
    was cut short.
    """
    row["stop_reason"] = usual_stop_reason(row.get("stop_reason"))
    if row.get("response") is not None:
        thought = split_reasoning(row["response"])
        if thought.reasoning is not None:
            row["response"] = thought.answer
            row["reasoning"] = row.get("reasoning") or thought.reasoning or None
        if not thought.complete and row["stop_reason"] not in CUT_SHORT:
            row["stop_reason"] = "max_tokens"
    if row["stop_reason"] in CUT_SHORT:
        row["correct"] = None


@dataclass(frozen=True, slots=True)
class Rule:
    """What makes an answer right.

    Attributes:
        name: What the column ``scorer`` shall say.
    """

    name: str
    _expression: Expression | None = None

    @classmethod
    def of(cls, correct: str, columns: Iterable[str]) -> "Rule":
        """Read what the user says: the name of one of `columns`, whatever its letters, or an expression.

        Raises:
            UsageError: It is neither.
        """
        columns = list(columns)
        if correct in columns:
            return cls(correct)
        expression = parse(correct)
        for name in expression.columns:
            if columns and name not in columns and name.split(".")[0] not in columns:
                raise UsageError(
                    one_line(f"--correct: no column {name!r}; there are {', '.join(sorted(columns))}")
                )
        return cls(expression.text, expression)

    def decide(self, record: Record) -> bool | None:
        """Return whether the record says right; None where it says nothing.

        Raises:
            FieldError: A column is missing or cannot be read.
            UsageError: A column grades.
        """
        if self._expression is None:
            return verdict(at(record, self.name), self.name)
        return self._expression.value(lambda name: at(record, name))


def decided(rule: Rule, record: Record, file: str, row: object) -> bool | None:
    """Decide a record by a rule, and say where it was where it cannot be decided so.

    Raises:
        FieldError: A column is missing or cannot be read.
        UsageError: A column grades; the message has file and row.
    """
    try:
        return rule.decide(record)
    except UsageError as error:
        raise UsageError(one_line(f"{file}: row {row}: {error}")) from None

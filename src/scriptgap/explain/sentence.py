"""A sentence being written: numbers with the keys of ``summary.json`` that back them."""

from typing import Any


class Text:
    """A sentence being written, and the keys of the numbers in it."""

    def __init__(self, summary: dict[str, Any]):
        self._summary = summary
        self.keys: list[str] = []

    def value(self, key: str) -> Any:
        """Return the summary's value under a dotted key and note the key."""
        value: Any = self._summary
        for part in key.split("."):
            value = value[int(part)] if isinstance(value, list) else value[part]
        if key not in self.keys:
            self.keys.append(key)
        return value

    def count(self, key: str) -> str:
        """A whole number, with commas."""
        return f"{self.value(key):,}"

    def percent(self, key: str) -> str:
        """A share in [0, 1] as per cent without decimals."""
        return f"{zero(100 * self.value(key), 0)} %"

    def points(self, key: str, sign: str = "+") -> str:
        """A difference of shares as percentage points with one decimal; `sign` "-" writes no plus."""
        return zero(100 * self.value(key), 1, sign)

    def ratio(self, key: str) -> str:
        """An odds ratio with three significant digits."""
        value = self.value(key)
        if 999.5 <= value < 1e6:
            return f"{value:,.0f}"
        return f"{value:.3g}" if 1e-3 <= value < 1e4 else f"{value:.2e}"

    def interval(self, low: str, high: str, sign: str = "+") -> str:
        """An interval of percentage points in brackets."""
        level = self.percent("confidence_level")
        return f"({level} interval {self.points(low, sign)} to {self.points(high, sign)})"


def join(parts: list[str]) -> str:
    """Join words with commas and an "and"."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def zero(value: float, digits: int, sign: str = "") -> str:
    """Format a number and write no minus before a rounded zero."""
    rounded = round(value, digits) + 0.0
    return f"{rounded:{sign}.{digits}f}" if rounded else f"{0:.{digits}f}"

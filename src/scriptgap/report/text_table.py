"""A table of text cells, for the page and for papers."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TextTable:
    """A table of text cells.

    Attributes:
        name: The name of its files, without ending.
        title: What it is of.
        lead: What its numbers are, and how to read them.
        heading: The columns' headings.
        words: How many columns, from the left, hold words; the others hold numbers.
        lines: The rows.
        long: Whether it may take more than a page of a paper.
    """

    name: str
    title: str
    lead: str
    heading: list[str]
    words: int
    lines: list[list[str]]
    long: bool = False

"""Names from tab-separated files, whichever column they are in."""

from pathlib import Path

import regex  # type: ignore[import-untyped, unused-ignore]

from scriptgap.errors import UsageError
from scriptgap.languages import language

_SPACED = regex.compile(r"\S\p{M}*(?: \S\p{M}*)*")
"""A name whose characters stand apart, as in data for learning transliteration."""


def read_names(path: Path, lang: str, column: str | None = None) -> list[str]:
    """Read the names of a language from a tab-separated file.

    Args:
        path: The file, in UTF-8.
        lang: The BCP-47 tag of the names' language, with its script if that is not the likely one.
        column: The number (from 1) or the heading of the column; where absent, the one with most cells in the
            language's script. A file has headings only if this is one.

    Returns:
        The column's cells, without the spaces between characters where nine in ten cells have them between
        all; empty cells are left out.

    Raises:
        UsageError: The file cannot be read, or has no such column or no names in the language's script.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = "is not UTF-8" if isinstance(error, UnicodeDecodeError) else error.strerror
        raise UsageError(f"{path}: cannot be read ({reason})") from None
    rows = [[cell.strip() for cell in line.split("\t")] for line in lines if line.strip()]
    if not rows:
        raise UsageError(f"{path}: has no rows")
    columns = [
        [row[place] for row in rows if place < len(row) and row[place]]
        for place in range(max(map(len, rows)))
    ]
    scripts = "".join(rf"\p{{Script={script}}}" for script in sorted(language(lang).scripts))
    if column is None:
        in_script = regex.compile(rf".*[{scripts}]")
        counts = [sum(bool(in_script.match(cell)) for cell in cells) for cells in columns]
        if not max(counts):
            raise UsageError(f"{path}: no column has names in the script of {lang}")
        names = columns[counts.index(max(counts))]
    elif column.isdecimal():
        if not 1 <= int(column) <= len(columns):
            raise UsageError(f"{path}: has no column {column}; it has {len(columns)}")
        names = columns[int(column) - 1]
    elif column in rows[0]:
        names = columns[rows[0].index(column)][1:]
    else:
        raise UsageError(f"{path}: row 1: has no heading {column!r}")
    if sum(bool(_SPACED.fullmatch(name)) for name in names) > 0.9 * len(names):
        return [name.replace(" ", "") for name in names]
    return names

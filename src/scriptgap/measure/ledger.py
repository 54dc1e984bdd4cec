"""The ledger of a run folder: one line for each request before it is sent, and one when its answer is there.

So a killed run knows what it sent. ``requests.jsonl`` holds ``{"sent": n, "condition", "role", "estimated",
"most_input", "most_output"}``, then ``{"answered": n, "input", "cached", "output", "reasoning"}`` (tokens) or
``{"refused": n}``, where the server said no. A request with no second line got no answer.
"""

import json
import os
from pathlib import Path
from typing import Any

import polars as pl

from scriptgap.measure.cost import REQUESTS


class Ledger:
    """The requests of a run folder, noted in a file as they are sent and answered."""

    def __init__(self, file: Path) -> None:
        """Read what earlier calls noted; nothing is written where the file is absent, until `start`."""
        self._file = file
        self._out: int | None = None
        self._held: list[bytes] = []
        self.rows = _read(file)
        if file.is_file():
            self.start()

    def start(self) -> None:
        """Write from now on, first what was noted before."""
        if self._out is None:
            self._out = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
            # A killed run may have left half a line.
            broken = self._file.stat().st_size > 0 and not self._file.read_bytes().endswith(b"\n")
            os.write(self._out, b"\n" * broken + b"".join(self._held))

    def close(self) -> None:
        """Write no more."""
        if self._out is not None:
            os.close(self._out)
            self._out = None

    def sent(self, condition: str, role: str, estimated: float, most_input: int, most_output: int) -> int:
        """Note a request that is about to be sent; returns its number."""
        row = {
            "condition": condition,
            "role": role,
            "estimated": round(estimated, 1),
            "most_input": most_input,
            "most_output": most_output,
        }
        number = len(self.rows)
        self.rows.append({**_unanswered(), **row})
        self._note({"sent": number, **row})
        return number

    def answered(self, number: int, input: int, cached: int, output: int, reasoning: int) -> None:
        """Note the tokens of an answer; `input` includes `cached`, `output` includes `reasoning`."""
        tokens = {"input": input, "cached": cached, "output": output, "reasoning": reasoning}
        self.rows[number] |= {"state": "answered", **tokens}
        self._note({"answered": number, **tokens})

    def refused(self, number: int) -> None:
        """Note that the server refused a request."""
        self.rows[number]["state"] = "refused"
        self._note({"refused": number})

    def table(self) -> pl.DataFrame:
        """The requests so far: columns of `cost.REQUESTS`."""
        return _table(self.rows)

    def _note(self, line: dict[str, object]) -> None:
        text = json.dumps(line).encode() + b"\n"
        if self._out is None:
            self._held.append(text)
        else:
            os.write(self._out, text)


def read_requests(file: Path) -> pl.DataFrame:
    """Read the requests that a ledger holds (columns of `cost.REQUESTS`); none where it is absent."""
    return _table(_read(file))


def _table(rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=REQUESTS)


def _unanswered() -> dict[str, Any]:
    return {"state": "lost", "input": 0, "cached": 0, "output": 0, "reasoning": 0}


def _read(file: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    if not file.is_file():
        return rows
    for text in file.read_bytes().splitlines():
        try:
            line = json.loads(text)
        except ValueError:
            continue  # Half a line: its request was not sent, or its answer not noted.
        if "sent" in line:
            rows.append({**_unanswered(), **{key: line[key] for key in line if key != "sent"}})
        elif "answered" in line:
            tokens = {key: line[key] for key in line if key != "answered"}
            rows[line["answered"]] |= {"state": "answered", **tokens}
        elif "refused" in line:
            rows[line["refused"]]["state"] = "refused"
    return rows

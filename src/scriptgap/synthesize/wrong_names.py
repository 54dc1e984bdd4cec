"""The name that a trace of the style ``wrong_candidates`` arrives at: another entity of the same type."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

_GROUP = ["source_lang", "entity_type", "split"]


class WrongNames:
    """Other entities by source language, type and split: a wrong name never comes from another split."""

    def __init__(self, tables: Sequence[pl.DataFrame]) -> None:
        """Take the names of tables with a seed's columns; rows without a name or a type give none."""
        self._names: dict[tuple[str, ...], dict[str, str]] = {}
        columns = [*_GROUP, "entity", "entity_source"]
        rows = pl.concat([table.select(columns) for table in tables]).drop_nulls().unique()
        for *group, entity, name in rows.sort(columns).iter_rows():
            self._names.setdefault(tuple(group), {}).setdefault(entity, name)

    def of(self, seed: Mapping[str, Any]) -> str | None:
        """Choose the wrong name of a seed, by hash of its entity; None where its type has no other."""
        others = self.others(seed)
        digest = hashlib.sha256(str(seed["entity"]).encode()).digest()
        return others[int.from_bytes(digest[:8], "big") % len(others)] if others else None

    def found_in(self, text: str, seed: Mapping[str, Any]) -> str | None:
        """Find in a text the longest name that could be the seed's wrong one; None where there is none."""
        return max((name for name in self.others(seed) if name in text), key=len, default=None)

    def others(self, seed: Mapping[str, Any]) -> list[str]:
        """Return the names of the other entities of the seed's type, language and split."""
        names = self._names.get(tuple(seed[column] for column in _GROUP), {})
        return [name for entity, name in names.items() if entity != seed["entity"]]

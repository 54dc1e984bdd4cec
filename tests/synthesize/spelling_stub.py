"""A spelling model that is always right, in place of the one that takes time to learn."""

import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

import pytest

from scriptgap.candidates.evidence import Candidate, Evidence, Step
from scriptgap.scripts import romanize

EXTRA_CANDIDATES: list[str] = []
"""Spellings that every name has among its candidates."""


def evidence_for(names: Sequence[tuple[str, str, str, str]], on_progress: Any = None) -> dict[Any, Evidence]:
    found = {}
    for query, source, query_lang, source_lang in names:
        # The source spelling is cut into as many parts as the name has letters.
        size = len(query)
        parts = [source[len(source) * at // size : len(source) * (at + 1) // size] for at in range(size)]
        single = " " not in query + source
        steps = tuple(Step(letter, part, (), "cut") for letter, part in zip(query, parts, strict=True))
        candidates = [source, f"{source}a", *EXTRA_CANDIDATES]
        found[query, source, query_lang, source_lang] = Evidence(
            query,
            source,
            query_lang,
            source_lang,
            steps if single else (),
            romanize(query, query_lang),
            tuple(Candidate(spelling, 0.2, "generated") for spelling in candidates),
        )
    return found


def candidates_of(name: str, limit: int = 20) -> list[Candidate]:
    return [Candidate(spelling, 0.2, "generated") for spelling in EXTRA_CANDIDATES][:limit]


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("scriptgap.candidates.spelling")
    module.evidence_for = evidence_for  # type: ignore[attr-defined]
    module.candidates_of = lambda name, limit=20: candidates_of(name, limit)  # type: ignore[attr-defined]
    module.true_step = lambda *step: "cut"  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "scriptgap.candidates.spelling", module)

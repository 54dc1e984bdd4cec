"""What is known of how a name is written: its letters, what they may stand for, its likely spellings."""

from dataclasses import dataclass

NameKey = tuple[str, str, str, str]
"""What names a piece of evidence: entity_query, entity_source, query_lang, source_lang."""


@dataclass(frozen=True, slots=True)
class Step:
    """Some letters of a name in the query script, and what they stand for in the source spelling.

    Attributes:
        letters: One or a few characters of the query script.
        spelling: Their part of the source spelling, which may be empty (a silent letter).
        readings: Other source spellings that the same letters may stand for, the likeliest first.
        rule: Name of the rule under which ``letters`` may be ``spelling``.
    """

    letters: str
    spelling: str
    readings: tuple[str, ...]
    rule: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """One possible source spelling of a name.

    Attributes:
        spelling: The name in the source script.
        probability: Share of all the probability that the model gives to any spelling, 0 to 1.
        provenance: ``attested`` (in the index of names) or ``generated`` (letter by letter).
    """

    spelling: str
    probability: float
    provenance: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that a trace may truly say about one name.

    Attributes:
        entity_query: The name in the query script.
        entity_source: The name as the source language writes it.
        query_lang: BCP-47 tag.
        source_lang: BCP-47 tag.
        steps: How the letters of `entity_query` spell `entity_source`, in order, word by word with a step
            whose letters are a space between words; empty where the one is no transliteration of the other
            (Deutschland is not Germany, and 中国 is not China).
        sounded: `entity_query` in basic Latin letters, read without knowing the name.
        candidates: Likely source spellings, the likeliest first; they may lack `entity_source`.
    """

    entity_query: str
    entity_source: str
    query_lang: str
    source_lang: str
    steps: tuple[Step, ...]
    sounded: str
    candidates: tuple[Candidate, ...]

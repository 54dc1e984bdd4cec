"""What a reasoning concludes: where it reaches the name and tells the answer, and what speaks against both.

Only what is plain is found: the name right after a word that denies it, another name of the same type right
after words such as "it is", and an answer to the same question about another entity. That the argument as a
whole is sound is not checked.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import polars as pl
import regex

from scriptgap.scoring.normalize import normalize
from scriptgap.synthesize.name_forms import name_forms
from scriptgap.synthesize.name_places import name_places
from scriptgap.synthesize.wrong_names import WrongNames

Places = list[tuple[int, int]]


def _any(words: str) -> str:
    """Words as a normalised text has them, apart by ``|``."""
    return "|".join(regex.escape(normalize(word)) for word in words.split("|"))


_DENIED_BEFORE = regex.compile(
    rf"(?:(?<!\p{{L}})(?:{_any('not|never|isnt|cannot be|cant be|rather than|instead of')}"
    rf"|{_any('не|ні|није|нија|δεν είναι|όχι|ليس|ليست|لیس|לא|אינו|אינה')})(?!\p{{L}})"
    rf"|{_any('不是|并非|並非|ไม่ใช่')})"
    r"(?: (?:be|the|called|named|это|є))* ?$"
)
_DENIED_AFTER = regex.compile(
    rf" ?(?:{_any('ではな|じゃな|でない|가 아니|이 아니')}|(?:{_any('नहीं|নয়|نہیں|نیست|емес|չէ')})(?!\p{{L}}))"
)
_CONCLUDED = regex.compile(
    rf"(?:(?<!\p{{L}})(?:{_any('it is|its|it s|this is|that is|must be|name is|country is|city is|means')}"
    rf"|{_any('это|це|това е|то је|είναι')})|{_any('これは|这是|這是')})(?: (?:the|actually|really))* ?$"
)
_REACH = 40


def places_of(text: str, names: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Yield where names stand in a normalised text as words of their own."""
    for name in names:
        yield from name_places(text, normalize(name))


def first_places(text: str, row: Mapping[str, Any]) -> tuple[Places, Places]:
    """Return where a text reaches the source name, and where it tells an accepted answer, each in order.

    An answer within the name, within the name as the question writes it (Гватемала is a country and its
    capital), or that the question itself has, is not told. The name within an answer (Mexico City) is not
    reached, where it stands elsewhere too.
    """
    reached = sorted(set(places_of(text, name_forms(row["entity_source"]))))
    names = [*reached, *places_of(text, [row["entity_query"]])]
    question = normalize(row["prompt"] or "")
    answers = {normalize(answer) for answer in [row["answer"], *(row["answers"] or [])] if answer}
    answers = {answer for answer in answers if next(name_places(question, answer), None) is None}
    told = [place for place in set(places_of(text, answers)) if not any(map(_within(place), names))]
    apart = [place for place in reached if not any(_within(place)(one) for one in told if one != place)]
    return apart or reached, sorted(told)


def _within(place: tuple[int, int]) -> Any:
    return lambda other: other[0] <= place[0] and place[1] <= other[1]


class Conclusions:
    """Knows the other names and answers of a table."""

    def __init__(self, samples: pl.DataFrame, wrong_names: WrongNames | None) -> None:
        """Take the samples, whose answers are those of their topics, and the names of each type."""
        self._wrong_names = wrong_names
        self._answers: dict[tuple[str, ...], set[str]] = defaultdict(set)
        columns = ["dataset", "topic", "answer_lang", "answer"]
        for *place, answer in samples.select(columns).drop_nulls().unique().iter_rows():
            self._answers[tuple(place)].add(normalize(answer))

    def denied(self, text: str, reached: Places) -> str | None:
        """Return the words that deny a name, right before or after it."""
        for start, end in reached:
            if found := _DENIED_BEFORE.search(text[max(0, start - _REACH) : start]):
                return f"{found[0].strip()} {text[start:end]}"
            if found := _DENIED_AFTER.match(text, end):
                return f"{text[start:end]} {found[0].strip()}"
        return None

    def other_name(self, text: str, start: int, row: Mapping[str, Any]) -> str | None:
        """Return another name of the type that a normalised text concludes, from `start` on."""
        if self._wrong_names is None:
            return None
        own = {
            normalize(name) for name in (row["entity_source"], row["entity_query"], *(row["answers"] or []))
        }
        for other in map(normalize, self._wrong_names.others(row)):
            if other not in text or any(other in name for name in own):
                continue
            for at, _ in name_places(text, other):
                if at >= start and _CONCLUDED.search(text[max(0, at - _REACH) : at]):
                    return other
        return None

    def other_answer(
        self, text: str, start: int, row: Mapping[str, Any], spellings: Sequence[str]
    ) -> str | None:
        """Return an answer of another entity of the topic that stands in a normalised text after `start`.

        What stands within an accepted answer, a name or one of the listed `spellings` is none.
        """
        place = row["dataset"], row["topic"], row["answer_lang"]
        others = self._answers.get(place, set())
        own = [row["entity_source"], row["entity_query"], row["answer"], *(row["answers"] or []), *spellings]
        found = [other for other in others if other in text]
        if not found:
            return None
        rest = text[start:]
        for begin, end in list(places_of(rest, filter(None, own))):
            rest = rest[:begin] + "\0" * (end - begin) + rest[end:]
        return next((other for other in sorted(found) if next(name_places(rest, other), None)), None)

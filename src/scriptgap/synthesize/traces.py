"""The `rules` teacher: traces written from what is known of a name, in many wordings, without a model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import regex

from scriptgap.candidates.evidence import Evidence
from scriptgap.errors import UsageError
from scriptgap.languages import language
from scriptgap.scoring.normalize import normalize
from scriptgap.synthesize.name_questions import TOPIC
from scriptgap.synthesize.spelled_letters import Piece, open_places, place, shown, words_of, written
from scriptgap.synthesize.token_estimate import estimated_tokens
from scriptgap.synthesize.wordings import (
    Chooser,
    fine_script,
    part,
    remarks,
    script_name,
    with_particles,
    wording_language,
)

STYLES = ("full", "name_only", "filler", "direct", "wrong_candidates")
"""The styles that the teacher can write."""

WORDINGS = ("varied", "plain")
"""How many ways the teacher has of saying one thing: many, or one."""

_TOPICS = {"capital": "country", "currency": "country", "continent": "country", "country": "city"}
"""Topics with wordings of their own, and the entity type that these are true of."""

_WITH_ARTICLE = regex.compile(
    r"(?:United |Netherlands|Philippines|Gambia|Bahamas|Maldives|Comoros|Seychelles)"
    r"|.*\b(?:Republic|Islands|Emirates|Kingdom|Federation|Union)\b"
)
_SIGNS = {"Hani": "character", "Jpan": "character", "Hira": "sign", "Kana": "sign", "Hang": "block"}
_COMMAS = {"ar": "، ", "fa": "، ", "ur": "، ", "ja": "、", "zh-Hans": "、", "zh-Hant": "、"}
_UNSPACED = frozenset({"ja", "zh-Hans", "zh-Hant"})
_WAYS = ("equals", "arrow", "colon", "brackets")
_ENGLISH_WAYS = ("bare", "bare", *_WAYS, "is", "reads", "gives")


@dataclass(frozen=True, slots=True)
class Trace:
    """What the model is to say.

    Attributes:
        reasoning: The thinking, in one line; empty in the style ``direct``.
        response: The answer.
    """

    reasoning: str
    response: str


def write_trace(
    seed_row: Mapping[str, Any],
    evidence: Evidence,
    style: str,
    trace_lang: str,
    variant: int = 0,
    rival: str | None = None,
    wording: str = "varied",
) -> Trace:
    """Write one trace of a seed: the same for the same arguments.

    Args:
        seed_row: A row of a seeds table with an entity.
        evidence: What is known of its name. Nothing else is said of its letters, readings and spellings.
        style: One of `STYLES`. ``full`` reads the name letter by letter and recognises it. ``name_only``
            names it at once. ``filler`` has about the length of the full trace (of the same seed, language
            and variant) and no content. ``direct`` has no reasoning. ``wrong_candidates`` is as ``full``
            but takes the name for `rival`, and says the right answer.
        trace_lang: BCP-47 tag of a language of `wordings.trace_languages`.
        variant: Which of the many wordings; those of neighbours differ.
        rival: Another entity of the same type as the source language writes it; for ``wrong_candidates``.
        wording: One of `WORDINGS`. ``plain`` says each part in one way, and reads the name as a whole, in
            Latin letters, instead of letter by letter: then variants do not differ.

    Raises:
        UsageError: There is no such style or trace language, the seed has no entity, or ``wrong_candidates``
            has no rival.
    """
    if style not in STYLES:
        raise UsageError(f"unknown style {style!r} of traces; there are {', '.join(STYLES)}")
    if style == "direct":
        return Trace("", seed_row["answer"])
    if not (evidence.entity_source and evidence.entity_query):
        raise UsageError(
            f"question {seed_row['question_id']}: the seed has no entity to reason about; take style direct"
        )
    if style == "wrong_candidates" and not rival:
        raise UsageError(
            f"question {seed_row['question_id']}: style wrong_candidates needs a rival of the same type"
        )
    writer = _Writer(seed_row, evidence, trace_lang, variant, wording == "plain")
    match style:
        case "name_only":
            said = [writer.named(), *writer.fact()]
        case "wrong_candidates":
            said = writer.misled(str(rival))
        case _:
            said = writer.full()
    text = writer.joined(said)
    return Trace(writer.filler(text) if style == "filler" else text, seed_row["answer"])


class _Writer:
    """The sentences of one trace."""

    def __init__(
        self, seed: Mapping[str, Any], evidence: Evidence, trace_lang: str, variant: int, plain: bool
    ) -> None:
        self._seed, self._evidence = seed, evidence
        self._tag = wording_language(trace_lang)
        self._english = self._tag == "en"
        names = ("dataset", "question_id", "source_lang", "query_lang", "condition")
        self._plain = plain
        self._choose = Chooser([*(str(seed.get(name)) for name in names), self._tag], variant, plain)
        self._either = " or " if self._english else " / "
        self._comma = _COMMAS.get(self._tag, ", ")
        self._same = normalize(evidence.entity_query) == normalize(evidence.entity_source)
        script = fine_script(evidence.entity_query)
        self._script = script
        self._slots = {
            "query": evidence.entity_query,
            "script": script_name(script, self._tag),
            "sounded": evidence.sounded,
            "answer": str(seed["answer"]),
            "language": _bare_name(evidence.source_lang),
            "query_language": _bare_name(evidence.query_lang),
        }

    def full(self) -> list[str]:
        """The whole way to the name and the fact."""
        kind, source = self._seed["kind"], self._evidence.entity_source
        if kind in ("same_script", "source_language"):
            return [self._as_it_is(), *([] if self._same else [self.named()]), *self.fact()]
        return [*self._way(source), *self.fact(), *self._conclusion()]

    def misled(self, rival: str) -> list[str]:
        """The same to a wrong name, and the right answer, of which nothing false is said."""
        # An answer such as Mexico City would say the right name.
        told = _among(self._evidence.entity_source, str(self._seed["answer"]))
        said = [] if told else [self._say("neutral")]
        if self._seed["kind"] in ("same_script", "source_language") or self._same:
            return [self._say("known", source=rival), *said]
        return [*self._way(rival), *said]

    def named(self) -> str:
        """The name at once."""
        options = part(self._tag, "named")
        if self._same:
            options = tuple(option for option in options if "{query}" not in option)
        return self._say("named", options, turn=True, source=self._evidence.entity_source)

    def fact(self) -> list[str]:
        """What is asked for, in words that are true of the seed's own answer."""
        topic = self._seed["topic"]
        if self._plain and topic == TOPIC and not self._same:
            return []  # the name is what is asked for
        known = topic in _TOPICS and self._seed["entity_type"] == _TOPICS[topic]
        return [self._say(topic if known else "neutral", source=self._evidence.entity_source)]

    def filler(self, full: str) -> str:
        """Sentences without content, about as many tokens as `full`."""
        wanted = estimated_tokens(full)
        sentences = self._choose.order("filler", part(self._tag, "filler"))
        said: list[str] = []
        held = 0.0
        while True:
            following = sentences[len(said) % len(sentences)]
            more = estimated_tokens(following)
            # Stop where another sentence would lead further away from the length than there is missing.
            if said and held + more / 2 > wanted:
                return self.joined(said)
            said.append(following)
            held += more

    def joined(self, sentences: Sequence[str]) -> str:
        """Put sentences into one line."""
        return ("" if self._tag in _UNSPACED else " ").join(filter(None, sentences))

    def _way(self, name: str) -> list[str]:
        """From the script to `name`, by the letters or, where it is not spelt after them, by its sound."""
        if self._plain:
            return self._by_memory(name)
        said = [self._say("open", turn=True)]
        words = words_of(self._evidence.steps)
        if not words:
            return [*said, *self._by_memory(name)]
        if (statements := remarks(self._tag, self._script)) and not self._choose.one_in(3, "no remark?"):
            said.append(self._say("remark", statements))
        said += self._letters(words, name)
        return [*said, *self._spellings(name)]

    def _letters(self, words: list[list[Piece]], name: str) -> list[str]:
        grouped = self._choose.one_in(4, "grouped?")
        pieces = shown(words, grouped)
        if name != self._evidence.entity_source and self._tells_name(pieces):
            pieces = words
            if self._tells_name(pieces):
                return []
        single = pieces == words
        places = open_places(words)
        # Beside the letter they take few words, and the next letter is still near.
        beside = single and bool(places) and self._choose.one_in(2, "beside?")
        way = self._choose.turn("way", _ENGLISH_WAYS if self._english else _WAYS)
        if self._english and single and sum(map(len, words)) <= 7 and self._choose.one_in(4, "prose?"):
            steps = self._prose(words, beside)
        else:
            steps = written(pieces, way, self._either, self._comma, beside)
        said = [self._say("letters" if single else "syllables", steps=steps)]
        if not places:
            return said
        if not beside:
            pairs = self._comma.join(place(piece, self._either) for piece in places)
            return [*said, self._say("places", pairs=pairs)]
        if (options := part(self._tag, "unsure")) and self._choose.one_in(2, "unsure?"):
            letters = " and ".join(piece.letters for piece in places[:2])
            said.append(self._say("unsure", options, letters=letters))
        return said

    def _tells_name(self, words: list[list[Piece]]) -> bool:
        own = normalize(self._evidence.entity_source).split()
        return any(normalize(piece.spelling) in own for word in words for piece in word)

    def _prose(self, words: list[list[Piece]], readings: bool) -> str:
        single = len(regex.findall(r"\X", words[0][0].letters)) == 1
        sign = _SIGNS.get(self._script or "", "letter") if single else "part"
        told = [written([[piece]], "is", self._either, "", readings) for word in words for piece in word]
        first, *rest = told
        links = [self._choose.pick(f"link{at}", ("then", "next", "and")) for at in range(len(rest))]
        linked = [f"{link} {one}" for link, one in zip(links, rest, strict=True)]
        letters, _, reading = first.partition(" is ")
        return ", ".join([f"the first {sign}, {letters}, is {reading}", *linked])

    def _spellings(self, name: str) -> list[str]:
        source = normalize(self._evidence.entity_source)
        listed: dict[str, str] = {}
        for candidate in self._evidence.candidates:
            listed.setdefault(normalize(candidate.spelling), candidate.spelling)
        found = source in listed
        if name == self._evidence.entity_source:
            listed[source] = name
        else:
            listed.pop(source, None)
            found = normalize(name) in listed
        most = 3 + self._choose.number("listed", 4)
        wanted = normalize(name)
        shown_names = [spelling for key, spelling in listed.items() if key != wanted][: most - 1]
        if not shown_names:
            return [self._say("known", source=name)]
        if found:
            rank = list(listed).index(wanted)
            shown_names.insert(min(rank, len(shown_names)), name)
            text = self._comma.join(shown_names)
            known = [*part(self._tag, "of_these"), *part(self._tag, "known")]
            return [self._say("candidates", list=text), self._say("known", known, source=name)]
        text = self._comma.join(shown_names)
        return [self._say("also", list=text, source=name), self._say("known", source=name)]

    def _by_memory(self, name: str) -> list[str]:
        heard = normalize(self._evidence.sounded)
        misled = name != self._evidence.entity_source and _among(self._evidence.entity_source, heard)
        if misled or not heard or heard == normalize(self._evidence.entity_query):
            return [self._say("named", source=name)]
        return [self._say("sounded"), self._say("own", source=name)]

    def _as_it_is(self) -> str:
        in_source = self._seed["kind"] == "source_language"
        options = part(self._tag, "source_language") if in_source else ()
        return self._say("same", options or None, turn=True)

    def _conclusion(self) -> list[str]:
        told = self._seed["topic"] in _TOPICS and self._choose.one_in(4, "conclusion?")
        return [self._say("neutral")] if told else []

    def _say(self, name: str, options: Sequence[str] | None = None, turn: bool = False, **slots: str) -> str:
        options = part(self._tag, name) if options is None else options
        if self._english and self._script in _SIGNS and name != "remark":
            # The signs of these scripts are no letters.
            options = [option for option in options if "etter" not in option.replace("{letters}", "")]
        choose = self._choose.turn if turn else self._choose.pick
        template = choose(name, options)
        values = {**self._slots, **slots}
        values["the_answer"] = _with_article(values["answer"])
        values["the_source"] = _with_article(values.get("source", self._evidence.entity_source))
        for slot, mark in (("answer", "."), ("the_answer", "."), ("list", "."), ("source", ".")):
            # "Washington, D.C." brings its own full stop.
            if values.get(slot, "").endswith(mark):
                template = template.replace(f"{{{slot}}}{mark}", f"{{{slot}}}")
        if self._tag == "ko":
            template = with_particles(template, values["query"])
        return template.format(**values)


def _among(name: str, text: str) -> bool:
    """Whether a name stands in a text, in whatever case and with whatever accents."""
    return normalize(name) in normalize(text)


def _with_article(name: str) -> str:
    return f"the {name}" if _WITH_ARTICLE.match(name) else name


def _bare_name(tag: str) -> str:
    """The English name of a language, without its script or region."""
    return language(tag.replace("_", "-").split("-")[0]).name

"""What a model teacher is asked: an instruction for each style, the hidden name, worked examples."""

from collections.abc import Mapping
from itertools import islice
from typing import Any

import polars as pl

from scriptgap.candidates.evidence import Evidence, NameKey
from scriptgap.languages import language
from scriptgap.synthesize.teacher_replies import SPELLINGS, UNTRACED, write_reply
from scriptgap.synthesize.wrong_names import WrongNames

STYLES = ("full", "name_only", "filler", "direct", "wrong_candidates")
"""The styles that a teacher can be asked for."""

EXAMPLES = 3
"""Worked examples in one prompt, at most."""

_LISTING = frozenset({"full", "wrong_candidates"})
"""Styles that propose spellings."""
_CANDIDATES_SHOWN = 6

_FRAME = """\
You write thinking for a model that is to learn to recognise names in other scripts. You are given a \
question, a name as the question writes it, and which name that is. {task}

Reply in this form and with nothing else:
{form}"""
_HIDDEN = (
    " Nobody may see that you were told the name: the thinking must read as that of someone who has only the "
    "question, and must find out or remember everything itself. It is in the language named under Thinking "
    "in."
)
_TASKS = {
    "full": "Write how a careful reader works it out. First it notices which script the name is in. It goes "
    "through the name letter by letter or syllable by syllable and says what each may stand for. It says "
    "where more than one spelling is possible: vowels that are not written, letters that stand for several "
    "sounds, sounds that the script merges. It lists a few spellings that come of this, recognises the "
    "known name among them, and writes it out. Where the name is not spelt after its sound, the reader says "
    "so and remembers whose name it is. Then it recalls the fact that is asked for and answers."
    + _HIDDEN
    + f" Under {SPELLINGS} list the spellings that such a reader would consider, the likeliest first.",
    "name_only": "Write one or two sentences in which a reader recognises the name at once, writes it out as "
    "given under Name, and recalls the fact. No letters are discussed and no other spellings are "
    "mentioned." + _HIDDEN,
    "filler": "Write thinking without content, of four to eight sentences: that one reads carefully, takes "
    "one's time, considers the question and checks the result. It must not contain any name, any letter or "
    "spelling of one, nor the answer, nor anything of what the question is about." + _HIDDEN,
    "direct": "Answer the question, without any thinking.",
    "wrong_candidates": "Write how a reader works at it and goes astray. It notices which script the name is "
    "in, goes through the name letter by letter, lists a few spellings, and takes the name for the one "
    "given under Wrong name, which it writes out; the right name must not occur. The final answer is "
    "nevertheless that for the right name." + _HIDDEN + f" Under {SPELLINGS} list the spellings that it "
    "considers.",
}


def instruction(style: str) -> str:
    """Return the instruction of a style: what to write, and in which form.

    Raises:
        KeyError: There is no such style.
    """
    trace, spellings = ("", "") if style in UNTRACED else ("thinking", "")
    if style in _LISTING:
        spellings = "spelling; spelling; spelling"
    form = write_reply(trace, [spellings] if spellings else [], "answer in a few words")
    return _FRAME.format(task=_TASKS[style], form=form)


def request(
    seed: Mapping[str, Any],
    style: str,
    trace_lang: str,
    evidence: Evidence | None = None,
    wrong_name: str | None = None,
) -> str:
    """Write what is asked about one seed.

    Args:
        seed: Columns of a seed, by name.
        style: One of `STYLES`.
        trace_lang: BCP-47 tag of the language to think in.
        evidence: What is known of the name's letters; told in `_LISTING` styles.
        wrong_name: The name to arrive at in the style ``wrong_candidates``.
    """
    query, source = language(seed["query_lang"]).name, language(seed["source_lang"]).name
    lines = [
        f"Question: {' '.join(str(seed['prompt']).split())}",
        f"As written: {seed['entity_query']} ({query})",
        f"Name: {seed['entity_source']} ({source})",
    ]
    if style == "wrong_candidates":
        lines.append(f"Wrong name: {wrong_name}")
    if style in _LISTING and evidence is not None:
        lines += _notes(evidence)
    if style not in UNTRACED:
        lines.append(f"Thinking in: {language(trace_lang).name}")
    lines.append(f"Answer in: {language(seed['answer_lang']).name}")
    return "\n".join(lines)


def _notes(evidence: Evidence) -> list[str]:
    """The evidence, in lines: what a truthful trace may say of the letters."""
    if not evidence.steps:
        return [f"Sounds like: {evidence.sounded}; the name is not spelt after this sound"]
    letters = [
        f"{step.letters} = {' or '.join(dict.fromkeys(filter(None, (step.spelling, *step.readings)))) or '-'}"
        for step in evidence.steps
        if step.letters.strip()
    ]
    lines = [f"Letters: {', '.join(letters)}"]
    if evidence.candidates:
        shown = [candidate.spelling for candidate in evidence.candidates[:_CANDIDATES_SHOWN]]
        lines.append(f"Possible spellings: {'; '.join(shown)}")
    return lines


def name_key(seed: Mapping[str, Any]) -> NameKey:
    """Return the names and languages that evidence is kept under."""
    return seed["entity_query"], seed["entity_source"], seed["query_lang"], seed["source_lang"]


class Examples:
    """Worked examples, chosen for each seed."""

    def __init__(
        self,
        samples: pl.DataFrame | None,
        evidence: Mapping[NameKey, Evidence],
        wrong_names: WrongNames,
    ) -> None:
        """Take verified samples (SAMPLES columns), of any style; None for no examples."""
        self._rows = [] if samples is None else samples.to_dicts()
        self._evidence = evidence
        self._wrong_names = wrong_names
        self._ranked: dict[tuple[str, ...], list[dict[str, Any]]] = {}

    def of(self, seed: Mapping[str, Any], style: str, trace_lang: str) -> list[tuple[str, str]]:
        """Return up to `EXAMPLES` pairs of request and reply in `style`, never about the seed's own entity.

        Those in the same query language, asked in the same way and of the same trace language go first;
        among equals the table's order decides, so that seeds of one language share their examples.
        """
        place = (style, seed["query_lang"], seed["condition"], trace_lang)
        if place not in self._ranked:
            of_style = [row for row in self._rows if row["style"] == style]
            self._ranked[place] = sorted(of_style, key=lambda row: _distance(row, place))
        others = (self._pair(row) for row in self._ranked[place] if row["entity"] != seed["entity"])
        return list(islice(filter(None, others), EXAMPLES))

    def _pair(self, row: dict[str, Any]) -> tuple[str, str] | None:
        style, wrong = row["style"], None
        if style == "wrong_candidates":
            # Whoever wrote the example chose its wrong name: the request must name the same.
            wrong = self._wrong_names.found_in(row["reasoning"], row)
            if wrong is None:
                return None
        found = self._evidence.get(name_key(row))
        spellings: list[str] = []
        if style in _LISTING:
            spellings = [candidate.spelling for candidate in found.candidates[:5]] if found else []
            spellings = spellings or [row["entity_source"]]
        asked = request(row, style, row["trace_lang"], found, wrong)
        return asked, write_reply(row["reasoning"], spellings, row["response"])


def _distance(row: Mapping[str, Any], place: tuple[str, ...]) -> tuple[bool, ...]:
    _, query_lang, condition, trace_lang = place
    return (
        row["query_lang"] != query_lang,
        row["trace_lang"] != trace_lang,
        row["condition"] != condition,
    )

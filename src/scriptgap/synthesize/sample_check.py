"""What one sample is rejected for: everything that is looked for in it by itself."""

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import polars as pl

from scriptgap.candidates.evidence import Evidence, NameKey
from scriptgap.languages import language
from scriptgap.scoring.matching import match
from scriptgap.scoring.normalize import normalize
from scriptgap.scoring.scores import SCORERS, Answer, accepted_form, default_scorers, rivals_of
from scriptgap.scripts import fold_script, script_of
from scriptgap.synthesize.conclusions import Conclusions, first_places, places_of
from scriptgap.synthesize.spelled_letters import bare
from scriptgap.synthesize.stated_names import stated_names
from scriptgap.synthesize.stated_steps import Stated, StepCheck, stated_steps
from scriptgap.synthesize.teacher_prompts import name_key
from scriptgap.synthesize.text_faults import hint_leak, prompt_leak, refusal, template_mark
from scriptgap.synthesize.wrong_names import WrongNames

NO_SAMPLE = "no sample"
EMPTY = "empty"
TEMPLATE = "template mark"
REFUSED = "refusal"
WRONG_ANSWER = "wrong answer"
WRONG_LANGUAGE = "answer in another language"
LENGTH = "length"
HINT = "speaks of a hint"
PROMPT = "speaks of the prompt"
NAME_MISSING = "name not reached"
LATE_NAME = "answer before the name"
DENIED = "denies the name"
OTHER_NAME = "concludes another name"
OTHER_ANSWER = "another answer in the reasoning"
CONTENT = "content where none may be"
WRONG_NAME = "not at a wrong name"
FALSE_STEP = "false step"
DUPLICATE = "near-duplicate"

REASONS = (
    NO_SAMPLE,
    EMPTY,
    TEMPLATE,
    REFUSED,
    WRONG_ANSWER,
    WRONG_LANGUAGE,
    LENGTH,
    HINT,
    PROMPT,
    NAME_MISSING,
    LATE_NAME,
    DENIED,
    OTHER_NAME,
    OTHER_ANSWER,
    CONTENT,
    WRONG_NAME,
    FALSE_STEP,
    DUPLICATE,
)
"""The reasons of a reject, in the order in which they are looked for: the first is the one that is given."""

_QUESTION = ("dataset", "question_id", "source_lang")
_WITHOUT_LETTERS = frozenset({"name_only", "filler"})


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a sample's texts, in characters, both included.

    Attributes:
        shortest: Of the reasoning, in every style but ``direct``.
        longest: Of the reasoning.
        longest_response: Of the response.
    """

    shortest: int = 8
    longest: int = 1500
    longest_response: int = 200


class Fault(NamedTuple):
    """Why a sample is rejected: one of `REASONS`, and what was found."""

    reason: str
    detail: str


class SampleCheck:
    """All that is looked for in a sample by itself."""

    def __init__(
        self,
        samples: pl.DataFrame,
        evidence: Mapping[NameKey, Evidence],
        steps: StepCheck,
        wrong_names: WrongNames | None,
        limits: Limits,
    ) -> None:
        """Take all samples, for what some say of others, and what `verify.verify` is given."""
        self._steps, self._wrong_names, self._limits = steps, wrong_names, limits
        self._evidence = evidence
        self._rivals = rivals_of(samples)
        self._conclusions = Conclusions(samples, wrong_names)
        # The data set decides the scorer, as in `measure`.
        self._scorers = {name: default_scorers([name])[0] for name in samples["dataset"].unique()}
        self._shown: dict[tuple[str, ...], dict[str, str]] = {}
        for *question, tag, answer in (
            samples.select(*_QUESTION, "answer_lang", "answer").unique().iter_rows()
        ):
            self._shown.setdefault(tuple(question), {})[tag] = answer
        self._given = functools.lru_cache(maxsize=1 << 16)(self._given_steps)
        self._names_of = functools.lru_cache(maxsize=1 << 16)(self._listed_names)
        self._searches: Sequence[Callable[[dict[str, Any]], Fault | None]] = (
            self._well_formed,
            self._answer,
            self._language,
            self._lengths,
            self._leaks,
            self._names,
            self._truth,
        )

    def fault(self, row: dict[str, Any]) -> Fault | None:
        """Return the first fault of a sample; None where it is sound but for what others say."""
        row["reasoning"], row["response"] = row["reasoning"] or "", row["response"] or ""
        return next(filter(None, (search(row) for search in self._searches)), None)

    def _well_formed(self, row: dict[str, Any]) -> Fault | None:
        if row.get("fault"):
            return Fault(NO_SAMPLE, row["fault"])
        reasoning, response = row["reasoning"].strip(), row["response"].strip()
        if not response or not (reasoning or row["style"] == "direct" or row["kind"] == "replay"):
            return Fault(EMPTY, "no reasoning" if response else "no response")
        if found := template_mark(reasoning) or template_mark(response):
            return Fault(TEMPLATE, found)
        if (found := refusal(reasoning, response)) and not match(found, row["answers"] or []):
            return Fault(REFUSED, found)
        return None

    def _answer(self, row: dict[str, Any]) -> Fault | None:
        if not row["answers"]:
            return None
        key = row["dataset"], row["question_id"], row["query_lang"]
        echoes = [name for name in (row["entity_source"], row["entity_query"]) if name]
        answer = Answer(
            row["response"], row["answers"], row["query_lang"], (*self._rivals.get(key, ()), *echoes)
        )
        scores = SCORERS[self._scorers[row["dataset"]]](answer)
        return None if next(iter(scores.values())) else Fault(WRONG_ANSWER, row["response"][:80])

    def _language(self, row: dict[str, Any]) -> Fault | None:
        response, tag = row["response"], row["answer_lang"]
        said, expected = script_of(response), script_of(row["answer"] or "")
        scripts = language(tag).scripts | (fold_script(expected) if expected else frozenset())
        if said is not None and not fold_script(said) & scripts:
            return Fault(WRONG_LANGUAGE, f"{said} where {tag} is asked for")
        form = accepted_form(Answer(response, row["answers"] or [], tag))
        shown = self._shown.get(tuple(row[column] for column in _QUESTION), {})
        if form is None or match(response, [row["answer"]], (), tag) or _related(form, row["answer"]):
            return None
        own = [other for other, answer in shown.items() if normalize(answer) == normalize(form)]
        if own and tag not in own:
            return Fault(WRONG_LANGUAGE, f"{form} is the form of {', '.join(sorted(own))}")
        return None

    def _lengths(self, row: dict[str, Any]) -> Fault | None:
        limits, length = self._limits, len(row["reasoning"])
        if length > limits.longest:
            return Fault(LENGTH, f"reasoning of {length} characters, more than {limits.longest}")
        if row["reasoning"] and length < limits.shortest:
            return Fault(LENGTH, f"reasoning of {length} characters, fewer than {limits.shortest}")
        if len(row["response"]) > limits.longest_response:
            return Fault(
                LENGTH, f"response of {len(row['response'])} characters, more than {limits.longest_response}"
            )
        return None

    def _leaks(self, row: dict[str, Any]) -> Fault | None:
        tags = [row[column] for column in ("trace_lang", "query_lang") if row[column]]
        allowed = " ".join(
            filter(None, (row[column] for column in ("prompt", "entity_source", "entity_query", "answer")))
        )
        text = f"{row['reasoning']} {row['response']}"
        if found := hint_leak(text, tags, allowed):
            return Fault(HINT, found)
        if found := prompt_leak(text, tags, allowed, row["entity_type"]):
            return Fault(PROMPT, found)
        return None

    def _names(self, row: dict[str, Any]) -> Fault | None:
        if row["kind"] == "replay" or not row["entity_source"]:
            return None
        text, style = normalize(row["reasoning"]), row["style"]
        if style == "direct":
            return Fault(CONTENT, "reasoning in style direct") if text else None
        reached, told = first_places(text, row)
        if style == "filler":
            found = reached or list(places_of(text, filter(None, [row["entity_query"], row["answer"]])))
            return Fault(CONTENT, text[slice(*found[0])]) if found else None
        if style == "wrong_candidates":
            if reached:
                return Fault(WRONG_NAME, f"reaches {row['entity_source']}")
            if self._wrong_names is not None and not self._wrong_names.found_in(row["reasoning"], row):
                return Fault(WRONG_NAME, "reaches no other name of the type")
            return None
        if not reached:
            return Fault(NAME_MISSING, row["entity_source"])
        if told and told[0] < reached[0]:
            return Fault(LATE_NAME, f"{text[slice(*told[0])]} before {row['entity_source']}")
        if denied := self._conclusions.denied(text, reached):
            return Fault(DENIED, denied)
        if other := self._conclusions.other_name(text, reached[0][1], row):
            return Fault(OTHER_NAME, other)
        held = self._evidence.get(name_key(row))
        spellings = [candidate.spelling for candidate in held.candidates] if held else []
        if other := self._conclusions.other_answer(text, reached[0][1], row, spellings):
            return Fault(OTHER_ANSWER, other)
        return None

    def _truth(self, row: dict[str, Any]) -> Fault | None:
        if not row["entity_query"] or row["kind"] == "replay" or row["style"] == "direct":
            return None
        key = name_key(row)
        names = self._names_of(key) | self._rival_words(row)
        stated = stated_steps(
            row["reasoning"],
            row["entity_query"],
            row["query_lang"],
            row["source_lang"],
            row["trace_lang"] or "en",
            names,
        )
        if stated and row["style"] in _WITHOUT_LETTERS:
            return Fault(CONTENT, f"letters: {stated[0].letters} = {stated[0].spelling}")
        given = self._given(key)
        claims = stated_names(row["reasoning"], row["entity_query"], row["query_lang"], row["source_lang"])
        claims = [claim for claim in claims if not _allowed(claim, row, names)]
        for step in [*stated, *claims]:
            if not self._steps.holds(step, row["query_lang"], row["source_lang"], given):
                return Fault(FALSE_STEP, f"{step.letters} = {step.spelling}")
        return None

    def _rival_words(self, row: dict[str, Any]) -> frozenset[str]:
        if row["style"] != "wrong_candidates" or self._wrong_names is None:
            return frozenset()
        return _words([self._wrong_names.found_in(row["reasoning"], row) or ""])

    def _listed_names(self, key: NameKey) -> frozenset[str]:
        held = self._evidence.get(key)
        candidates = [candidate.spelling for candidate in held.candidates] if held else []
        return _words([key[1], *([held.sounded] if held else ()), *candidates])

    def _given_steps(self, key: NameKey) -> frozenset[tuple[str, str]]:
        held = self._evidence.get(key)
        return frozenset(
            (step.letters.casefold(), bare(step.spelling).casefold()) for step in (held.steps if held else ())
        )


def _allowed(claim: Stated, row: Mapping[str, Any], names: frozenset[str]) -> bool:
    """Whether what is said of a whole name begins with the source name, or with words known of the name."""
    said = normalize(claim.spelling).replace("-", " ").split()
    own = normalize(row["entity_source"]).replace("-", " ").split()
    known = {normalize(name) for name in names}
    return said[: len(own)] == own or bool(said and said[0] in known)


def _words(names: Sequence[str]) -> frozenset[str]:
    return frozenset(word for name in names for word in name.casefold().replace("-", " ").split())


def _related(form: str, shown: str) -> bool:
    """Whether of two forms one contains the other, as Washington and Washington, D.C."""
    ours, theirs = normalize(form), normalize(shown)
    return ours in theirs or theirs in ours

"""Which letters a text says to stand for which spelling: read out of free text in any language."""

import functools
from collections.abc import Callable, Collection
from dataclasses import dataclass

import regex

from scriptgap.languages import language

TrueStep = Callable[[str, str, str, str], str | None]
"""From letters, spelling, query and source language to the rule under which the one may be the other."""

_WORDS = r"""
is\ (?:pronounced|read|written|rendered|transcribed|transliterated|romani[sz]ed)(?:\ (?:as|to|into))?
|is\ (?:equal|equivalent|similar|close)\ to|is|reads(?:\ as)?|read\ as|gives|stands\ (?:in\ )?for
|represents|denotes|becomes|sounds\ like|equals
|(?:corresponds|transliterates|transcribes|maps)\ (?:to|as|into)
|(?:can|could|may|might)\ (?:also\ )?(?:be|stand\ for|read)|would\ be|must\ be
|это|есть|читается(?:\ как)?|це|читається(?:\ як)?|е|се\ чете|је|чита\ се|είναι|διαβάζεται
|यानी|मतलब|का\ उच्चारण|म्हणजे|মানে|হলো|یعنی|هو|هي|تُقرأ|הוא|היא|נקרא|נקראת|է|կարդացվում\ է
|არის|იკითხება
|はつまり|は|是|读作|讀作|คือ|อ่านว่า|என்பது|అంటే
"""
# Without a comma before it, but in English: "म m, या ya" has no "or" in it.
_OR = (
    r"(?:/|\||,?\s+or\b"
    r"|\s(?:или|або|чи|ή|या|किंवा|বা|অথবা|یا|أو|או|կամ|ან|அல்லது|లేదా|немесе|または|또는|或|หรือ)\s)"
)
_SOUND = r"(?:sounds?|letters?|values?|vowels?|consonants?|of|hard|soft|short|long|plain|English|Latin|Roman)"
# A few letters, or what stands in quotes: no other word of a sentence.
_SHORT = r"(?=[\"'“‘«*`/]|\p{L}{1,3}(?!\p{L}))"
# What may stand before the spelling: "the sound z", "a z", "a hard English g".
_ARTICLE = rf"(?:(?:the|an?)\s+(?:{_SOUND}\s+)*{_SHORT})?"
# Verbs that mostly mean something else, and are read where a few letters follow.
_LOOSE_WORDS = (
    r"(?:(?:is\s+)?(?:just\s+)?like|as|for|makes|has|carries|means|indicates|signifies|marks|yields|produces"
    r"|matches|spells|sounds(?:\s+as)?)"
)
_SIGN = r"\s*(?:=>|=|→|->|⟶|⇒|↦|≈|≅|≃|≙|~|:|：|＝|(?<=\s)[-–—](?=\s))\s*"
_QUOTES = "\"'“”„‟‘’«»‹›「」『』`*_"
_QUOTE = f"[{_QUOTES}]*"
_END = r"(?=\s*(?:$|[,;·|()（）、，،؛；.。।։!?]))"
_BEGINNING = r"(?:^|[,;:·|(（、，،؛；：.。।։՝]|\b(?:then|next|and|first)\b)\s*"

# English words that can follow "Г is" and are no spelling of it.
_NO_SPELLINGS = frozenset(
    {
        *(
            "a",
            "also",
            "always",
            "an",
            "and",
            "as",
            "at",
            "but",
            "by",
            "clear",
            "first",
            "for",
            "from",
            "hard",
        ),
        *(
            "be",
            "can",
            "did",
            "do",
            "end",
            "far",
            "get",
            "got",
            "had",
            "has",
            "her",
            "him",
            "his",
            "how",
            "is",
        ),
        *(
            "are",
            "let",
            "me",
            "man",
            "my",
            "nor",
            "off",
            "old",
            "own",
            "per",
            "put",
            "say",
            "see",
            "son",
            "us",
        ),
        *("try", "use", "who", "why", "yet", "ear", "eye", "only"),
        *(
            "all",
            "any",
            "big",
            "bit",
            "due",
            "few",
            "he",
            "if",
            "its",
            "key",
            "lot",
            "may",
            "new",
            "not",
            "now",
        ),
        *(
            "our",
            "out",
            "sign",
            "set",
            "she",
            "sound",
            "such",
            "up",
            "was",
            "way",
            "we",
            "what",
            "yes",
            "you",
        ),
        *("here", "in", "it", "last", "left", "like", "long", "mostly", "next", "no", "not", "of", "often"),
        *("on", "one", "or", "other", "read", "silent", "so", "soft", "that", "the", "then", "there", "this"),
        *("to", "too", "two", "used", "usually", "with", "written"),
    }
)
_LETTER_FACTOR, _LETTER_EXTRA = 3, 3
_LONGEST_LETTERS = 12
_SHORTEST_NAME = 2
_SEGMENT_LETTERS, _SEGMENT_SPELLING = 4, 8


@dataclass(frozen=True, slots=True)
class Stated:
    """One thing that a text says: these letters of the name stand for this spelling."""

    letters: str
    spelling: str


@functools.lru_cache(maxsize=1 << 10)
def _patterns(query_lang: str, source_lang: str) -> tuple["regex.Pattern[str]", ...] | None:
    ours, theirs = language(query_lang).scripts, language(source_lang).scripts
    if ours & theirs:
        return None
    letters, spelling = (_run(scripts) for scripts in (ours, theirs))
    spelled, spelling = spelling, rf"{spelling}(?:['’-]{spelling})*"
    either = rf"\s*{_OR}\s*{_QUOTE}"
    listed = rf"{_QUOTE}(?P<spelling>{spelling}(?:{_QUOTE}{either}{spelling})*){_QUOTE}"
    left = rf"(?<![\p{{L}}\p{{M}}])(?P<letters>{letters}){_QUOTE}"
    verb = rf"(?<=\s)(?:{_LOOSE_WORDS}(?=\s)\s*{_ARTICLE}{_SHORT}|(?:{_WORDS})(?=\s)\s*{_ARTICLE})"
    particle = rf"(?<=[{_QUOTES}])(?:は|은|는|이|가|是|读作|讀作)\s*"
    word = rf"(?P<word>\s*,?\s*(?:[-–—]\s+)?(?:{verb}|{particle}))"
    either_way = rf"(?:{_SIGN}|{word})"
    other_way = r"(?:\s*[≈≅≃~]\s*|(?P<word>\s+(?:for|from)\s+(?:the\s+)?(?:letter\s+)?))"
    # Not before a further word: "р is a letter", "ц may be hard to tell".
    closed = r"(?![\p{L}\p{M}\p{N}]|['’-]\p{L})"
    flags = regex.IGNORECASE | regex.VERBOSE
    verbose = [
        rf"{left}{either_way}{listed}{closed}",
        rf"{left}\s*[(（]\s*{listed}\s*[)）]",
        rf"{_BEGINNING}{_QUOTE}(?P<letters>{letters}){_QUOTE}[ ]+{listed}{_END}",
        rf"(?<![\p{{L}}\p{{M}}'’-]){_SHORT}(?P<spelling>{spelled}){_QUOTE}{other_way}{_QUOTE}(?P<letters>{letters}){closed}",
    ]
    return tuple(regex.compile(pattern, flags) for pattern in verbose)


@functools.lru_cache(maxsize=1 << 10)
def _rows(query_lang: str, source_lang: str) -> "regex.Pattern[str]":
    """Letter by letter on both sides: "Г-р-… = g-r-e"."""
    letters, spelled = (_run(language(tag).scripts) for tag in (query_lang, source_lang))
    return regex.compile(
        rf"(?<![\p{{L}}\p{{M}}])(?P<letters>{letters}(?:[-–·]{letters})+)(?P<more>[-–·]?(?:…|\.\.\.)?){_SIGN}"
        rf"(?P<spelling>{spelled}(?:[-–·]{spelled})+)",
        regex.IGNORECASE,
    )


_ROW_BREAK = regex.compile("[-–·]")


def _of_rows(rows: "regex.Pattern[str]", text: str) -> list[tuple[int, str, str]]:
    found = []
    for match in rows.finditer(text):
        ours, theirs = (_ROW_BREAK.split(match[part]) for part in ("letters", "spelling"))
        if len(ours) != len(theirs) and not match["more"]:
            ours, theirs = ["".join(ours)], ["".join(theirs)]
        found += [(match.start(), *pair) for pair in zip(ours, theirs, strict=False)]
    return found


def _run(scripts: frozenset[str]) -> str:
    inside = "".join(rf"\p{{Script={script}}}" for script in sorted(scripts))
    return rf"[{inside}][{inside}\p{{M}}ーʹʺ\u200c\u200d]*"


def stated_steps(
    text: str,
    name: str,
    query_lang: str,
    source_lang: str,
    trace_lang: str = "en",
    names: Collection[str] = (),
) -> list[Stated]:
    """Find what a text says of single letters, or small groups of them, of a name.

    "Г = g", "Г → g", "Г: g", "Г (g)", "Г is g or h", "Г makes the sound g", "g for Г" and the like in other
    languages, "Г-р = g-r", and in lists "Г g, р r"; what is said in other words is not found. What is said
    of whole words of the name is no step (see `stated_names`), nor is what has a word or a name where a
    spelling should be. Where the text itself is in the script of the name, only letters that occur in the
    name count, for the others are words of the text ("это Greece").

    Args:
        text: The reasoning.
        name: The name in the query script.
        query_lang: BCP-47 tag.
        source_lang: BCP-47 tag.
        trace_lang: BCP-47 tag of the language of the text.
        names: Names in the source script, case-folded, which are no spellings of a few letters.

    Returns:
        The steps in order of the text, each once; none where the two languages share a script.
    """
    patterns = _patterns(query_lang, source_lang)
    if patterns is None:
        return []
    folded = name.casefold()
    own = bool(language(trace_lang).scripts & language(query_lang).scripts)
    words = {word for word in regex.split(r"[^\p{L}\p{M}\p{N}]+", folded) if len(word) > 1}
    # A capital stands where a word of the name begins.
    starts = {word[:length] for word in regex.findall(r"[\p{L}\p{M}]+", name) for length in range(1, 7)}
    # What is said of the whole name is no step.
    text = text.replace(name, "\ufffc") if len(name) > 1 else text
    found: dict[tuple[str, str], int] = {}
    rows = _rows(query_lang, source_lang)
    for at, letters, spelling in _of_rows(rows, text):
        if letters.casefold() not in words and not (own and letters.casefold() not in folded):
            found.setdefault((letters, spelling), at)
    text = rows.sub("\ufffc", text)
    for pattern in patterns:
        for match in pattern.finditer(text):
            letters = _with_apostrophe(text, match.start("letters"), match.end("letters"), folded)
            if letters.casefold() in words or len(letters) > _LONGEST_LETTERS:
                continue
            if own and letters.casefold() not in folded:
                continue
            longest = _LETTER_FACTOR * len(letters) + _LETTER_EXTRA
            by_word = match.groupdict().get("word") is not None
            for spelling in _split(match["spelling"]):
                wordlike = by_word and spelling.casefold() in _NO_SPELLINGS
                named = len(spelling) > _SHORTEST_NAME and (
                    spelling.casefold() in names or (own and spelling[0].isupper() and letters not in starts)
                )
                if len(spelling) <= longest and not wordlike and not named:
                    found.setdefault((letters, spelling), match.start("letters"))
    return [Stated(*step) for step in sorted(found, key=lambda step: found[step])]


@functools.cache
def _either() -> "regex.Pattern[str]":
    return regex.compile(rf"\s*{_OR}\s*", regex.IGNORECASE)


def _split(spellings: str) -> list[str]:
    return [part for one in _either().split(spellings) if (part := one.strip(f"{_QUOTES} "))]


def _with_apostrophe(text: str, start: int, end: int, folded: str) -> str:
    """Return the letters, with the apostrophe after them where the name has it there and no quote is open."""
    letters = text[start:end]
    following = text[end : end + 1]
    quoted = text[start - 1 : start] in tuple(_QUOTES)
    return (
        letters + following
        if not quoted and following in tuple("'’") and f"{letters}{following}".casefold() in folded
        else letters
    )


class StepCheck:
    """Says of stated steps whether they are true; remembers what it has asked."""

    def __init__(self, true_step: TrueStep) -> None:
        """Take the rules: `true_step(letters, spelling, query_lang, source_lang)`."""
        self._true_step = true_step
        self._known: dict[tuple[str, str, str, str], bool] = {}

    def holds(
        self, step: Stated, query_lang: str, source_lang: str, given: frozenset[tuple[str, str]]
    ) -> bool:
        """Whether letters may stand for a spelling, as a whole or part for part.

        Args:
            step: Letters and spelling.
            query_lang: BCP-47 tag.
            source_lang: BCP-47 tag.
            given: Pairs of letters and spelling, case-folded, that are known to be true of the name.
        """
        letters, spelling = step.letters.casefold(), step.spelling.casefold()
        remembered: dict[tuple[int, int], bool] = {}

        def from_here(at: int, reached: int) -> bool:
            if at == len(letters):
                return reached == len(spelling)
            place = at, reached
            if place not in remembered:
                remembered[place] = any(
                    self._part(letters[at:end], spelling[reached:until], query_lang, source_lang, given)
                    and from_here(end, until)
                    for end in range(min(len(letters), at + _SEGMENT_LETTERS), at, -1)
                    for until in range(min(len(spelling), reached + _SEGMENT_SPELLING), reached - 1, -1)
                )
            return remembered[place]

        whole = self._one(step.letters, step.spelling, query_lang, source_lang)
        return whole or (letters, spelling) in given or from_here(0, 0)

    def _part(
        self,
        letters: str,
        spelling: str,
        query_lang: str,
        source_lang: str,
        given: frozenset[tuple[str, str]],
    ) -> bool:
        return (letters, spelling) in given or self._one(letters, spelling, query_lang, source_lang)

    def _one(self, letters: str, spelling: str, query_lang: str, source_lang: str) -> bool:
        key = letters, spelling, query_lang, source_lang
        if key not in self._known:
            self._known[key] = self._true_step(*key) is not None or (
                (letters.casefold(), spelling.casefold()) != (letters, spelling)
                and self._true_step(letters.casefold(), spelling.casefold(), query_lang, source_lang)
                is not None
            )
        return self._known[key]

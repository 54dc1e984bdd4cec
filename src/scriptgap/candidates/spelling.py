"""The evidence on a name: which letters spell which part of it, and which source spellings are likely."""

import functools
import itertools
import os
import pickle
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

import joblib
import regex

from scriptgap import __version__
from scriptgap.candidates.evidence import Candidate, Evidence, NameKey, Step
from scriptgap.candidates.letters import fold_query, fold_source
from scriptgap.candidates.name_pairs import (
    MOST_BUILT_IN,
    built_in_pairs,
    place_names,
    spelling_in_full,
    words_of,
)
from scriptgap.candidates.rules import COSTS, PAIRS, LearnedUnits, general_rule
from scriptgap.candidates.transliterator import QUICK, WIDE, Breadth, Transliterator
from scriptgap.measure.embedded import cache_folder
from scriptgap.scripts import romanize, script_of

_SHOWN, _WEIGHED = 5, 20
_OF_EACH_WORD = 4
_MOST_LETTERS, _MOST_SPELLED = 3, 6
_FEWEST_PAIRS = 60
_READINGS = 3
# Apostrophes of the query name stay: Ukrainian and Hebrew read letters by them.
_NO_QUERY_LETTER = regex.compile(r"[^\p{L}\p{M}'’׳\u200c\u200d]")
_NO_SOURCE_LETTER = regex.compile(r"[^\p{L}\p{M}]")
_FORMAT = 3


def evidence_for(
    names: Iterable[NameKey], on_progress: Callable[[int, int], None] | None = None
) -> dict[NameKey, Evidence]:
    """Return the evidence on each name, by the models learned from the built-in name pairs.

    Args:
        names: Names in two scripts. A name whose scripts are the same gets no steps and no candidates.
        on_progress: Called with how many names are done, and how many there are.
    """
    by_script: dict[str, list[NameKey]] = defaultdict(list)
    keys = list(dict.fromkeys(names))
    for key in keys:
        by_script[script_of(key[0]) or "Latn"].append(key)
    largest_first = sorted(by_script, key=lambda script: -len(by_script[script]))
    # One script is one task: its model is learned, or loaded, once.
    tasks = [joblib.delayed(_of_script)(script, by_script[script]) for script in largest_first]
    processes = min(len(tasks), joblib.cpu_count()) or 1
    found: dict[NameKey, Evidence] = {}
    for own in joblib.Parallel(processes, return_as="generator_unordered")(tasks):
        found.update(own)
        if on_progress is not None:
            on_progress(len(found), len(keys))
    return {key: found[key] for key in keys}


def _of_script(script: str, keys: list[NameKey]) -> dict[NameKey, Evidence]:
    model = None if script == "Latn" else transliterator(script)
    likely = _candidates([key[0] for key in keys], model, _WEIGHED, QUICK)
    found = {}
    for key, candidates in zip(keys, likely, strict=True):
        query, source, query_lang, source_lang = key
        steps = () if model is None else _steps(query, source, script)
        known = (_as_known(candidate, source) for candidate in candidates)
        spelled = (one for one in known if one.spelling == source or _steps(query, one.spelling, script))
        shown = tuple(itertools.islice(spelled, _SHOWN))
        sounded = romanize(query, query_lang)
        found[key] = Evidence(query, source, query_lang, source_lang, steps, sounded, shown)
    return found


def candidates_of(name: str, limit: int = 20, model: Transliterator | None = None) -> list[Candidate]:
    """Return up to `limit` likely source spellings of a name, the likeliest first.

    Args:
        name: A name in any script that is not Latin.
        limit: How many.
        model: What to use in place of the model learned from the built-in name pairs of its script.
    """
    script = script_of(name)
    if script is None or script == "Latn":
        return []
    return _candidates([name], model or transliterator(script), limit, WIDE)[0]


def true_step(letters: str, spelling: str, query_lang: str, source_lang: str) -> str | None:
    """Return the name of the rule under which letters may stand for a spelling, or None.

    Args:
        letters: One to four letters of the query script.
        spelling: Letters of the source script; may be empty (silent).
        query_lang: BCP-47 tag; not used yet, for rules are kept by script.
        source_lang: BCP-47 tag.
    """
    script = script_of(letters)
    return None if script is None or script == "Latn" else _rule(letters, spelling, script)


@functools.cache
def transliterator(script: str) -> Transliterator | None:
    """Return the model learned from the built-in name pairs of a script, kept in the user's cache.

    Returns:
        None where there are fewer than 60 pairs.
    """
    pairs = built_in_pairs(script)
    if len(pairs) < _FEWEST_PAIRS:
        return None
    folder = cache_folder()
    path = folder / f"transliterator-{script}-{MOST_BUILT_IN}-{_FORMAT}-{__version__}.pickle"
    if path.is_file():
        kept: Transliterator = pickle.loads(path.read_bytes())
        return kept
    model = Transliterator(pairs, {}, [place_names()], many_sounds=script == "Hani", from_lists=True)
    folder.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{os.getpid()}")
    partial.write_bytes(pickle.dumps(model))
    partial.replace(path)
    return model


@functools.cache
def learned_units(script: str) -> LearnedUnits:
    """Return what letters of a script stand for in the built-in name pairs."""
    model = transliterator(script)
    return LearnedUnits({} if model is None else model.units)


@functools.lru_cache(maxsize=500_000)
def _rule(letters: str, spelling: str, script: str) -> str | None:
    if rule := general_rule(letters, spelling):
        return rule
    return PAIRS if learned_units(script).share(fold_query(letters), fold_source(spelling)) else None


def _candidates(
    names: Sequence[str], model: Transliterator | None, limit: int, breadth: Breadth
) -> list[list[Candidate]]:
    """Spell names word by word, and put the words' likeliest spellings together."""
    if model is None:
        return [[] for _ in names]
    split = [[word for word in words_of(name) if _letters_of(word)] for name in names]
    words = list(dict.fromkeys(word for own in split for word in own))
    most = max(limit, _OF_EACH_WORD)
    spelled = dict(zip(words, model.candidates(words, most, breadth), strict=True))
    return [_together([spelled[word] for word in own], limit) for own in split]


def _together(words: list[list[Candidate]], limit: int) -> list[Candidate]:
    words = [[candidate for candidate in own if candidate.spelling] for own in words]
    if not words or not all(words):
        return []
    if len(words) == 1:
        return [Candidate(_in_full(c.spelling), c.probability, c.provenance) for c in words[0][:limit]]
    each = limit if len(words) == 2 else _OF_EACH_WORD
    whole = []
    for parts in itertools.product(*(own[:each] for own in words[:5])):
        probability = 1.0
        for part in parts:
            probability *= part.probability
        attested = all(part.provenance == "attested" for part in parts)
        text = " ".join(_in_full(part.spelling) for part in parts)
        whole.append(Candidate(text, probability, "attested" if attested else "generated"))
    return sorted(whole, key=lambda candidate: (-candidate.probability, candidate.spelling))[:limit]


def _in_full(folded: str) -> str:
    return spelling_in_full().get(folded) or folded.title()


def _as_known(candidate: Candidate, source: str) -> Candidate:
    """Write a candidate that is the source name as the source language writes it."""
    if _bare(candidate.spelling) != _bare(source):
        return candidate
    return Candidate(source, candidate.probability, candidate.provenance)


def _bare(name: str) -> str:
    return fold_source(name).replace(" ", "").replace("-", "").replace("'", "").replace(".", "")


def _letters_of(word: str) -> str:
    letters: str = _NO_QUERY_LETTER.sub("", word)
    return letters


def _steps(query: str, source: str, script: str) -> tuple[Step, ...]:
    """Align a name with its source spelling under the rules, word by word where both have as many words.

    Only letters are aligned: no letter stands for a hyphen or a full stop. What stands for an ampersand
    ("и" for &) is a word that is not spelled.
    """
    queries = [letters for word in words_of(query) if (letters := _letters_of(word))]
    sources = words_of(source)
    if len(queries) == len(sources):
        pairs = [
            (ours, _NO_SOURCE_LETTER.sub("", theirs)) for ours, theirs in zip(queries, sources, strict=True)
        ]
        pairs = [pair for pair in pairs if pair[1]]
    else:
        spelled = [letters for word in sources if (letters := _NO_SOURCE_LETTER.sub("", word))]
        if len(queries) == 1:
            spelled = ["".join(spelled)]
        if len(queries) != len(spelled):
            return ()
        pairs = list(zip(queries, spelled, strict=True))
    steps: list[Step] = []
    for number, (query_word, source_word) in enumerate(pairs):
        own = _aligned(query_word, source_word, script)
        if own is None:
            return ()
        steps += [Step(" ", " ", (), "word break")] if number else []
        steps += own
    return tuple(steps)


def _aligned(query: str, source: str, script: str) -> list[Step] | None:
    """Return the cheapest division of a word into true steps, or None where there is none."""
    n, m = len(query), len(source)
    most_letters = 1 if script == "Hani" else _MOST_LETTERS  # each Han character has a reading of its own
    best: dict[tuple[int, int], tuple[float, tuple[int, int] | None, str]] = {(0, 0): (0.0, None, "")}
    for i in range(n):
        for j in range(m + 1):
            here = best.get((i, j))
            if here is None:
                continue
            for a in range(1, min(most_letters, n - i) + 1):
                for b in range(min(_MOST_SPELLED, m - j) + 1):
                    letters, spelling = query[i : i + a], source[j : j + b]
                    rule = _rule(letters, spelling, script)
                    if rule is None:
                        continue
                    cost = here[0] + COSTS[rule] + 0.5 * (a - 1) + 0.1 * b
                    end = (i + a, j + b)
                    if end not in best or cost < best[end][0]:
                        best[end] = (cost, (i, j), rule)
    if (n, m) not in best:
        return None
    steps: list[Step] = []
    place = (n, m)
    while (came := best[place])[1] is not None:
        i, j = came[1]
        letters, spelling = query[i : place[0]], source[j : place[1]]
        steps.append(Step(letters, spelling, _readings(letters, spelling, script), came[2]))
        place = came[1]
    return steps[::-1]


def _readings(letters: str, spelling: str, script: str) -> tuple[str, ...]:
    chosen = fold_source(spelling)
    found = learned_units(script).readings(fold_query(letters))
    return tuple(text for text in found if text and text != chosen)[:_READINGS]

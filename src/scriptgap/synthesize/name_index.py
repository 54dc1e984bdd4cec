"""An index of names that finds a name written in any script or spelling.

A name is compared from strict to loose, and the first hit counts: the same letters; the same country,
language or city (`concepts`); the same spelling once romanised, also of any other name of what an indexed
name stands for; sounds so near that only script and spelling can part them (`name_distance`). The last two
are by sound. Names that surely mean different things are never taken for one by sound (Niger and Nigeria,
Austria and Australia), nor are names with different numbers (Elizabeth I and Elizabeth II).
"""

import functools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import regex

from scriptgap.errors import UsageError
from scriptgap.script_swap import swap_name, targets
from scriptgap.scripts import script_of
from scriptgap.synthesize.concepts import apart, concept_table
from scriptgap.synthesize.name_distance import WRITTEN, distances, weight, written
from scriptgap.synthesize.name_forms import name_forms
from scriptgap.synthesize.name_keys import (
    bare_keys,
    numbers,
    plain_key,
    skeletons,
    sounds,
    spelling_keys,
    unmarked_key,
    words_key,
)

# Largest distance by weight of the longer name: in a short name one vowel is much of it, and near names are
# many. Set by hand on person names of the files that the benchmark reads too.
_NEAR = ((3.0, 0.03), (4.5, 0.05), (6.0, 0.075), (8.0, 0.11), (99.0, 0.16))
_NEAR_OTHER_NAME = 0.5
_NEAR_SAME_SCRIPT = 0.6
_NASALS = regex.compile(r"[mn](?=[bdgptk])")
_FEWEST_BARE = 2
_MOST_LETTERS = 100
_MOST_WORDS = 14


@dataclass(frozen=True, slots=True)
class Hit:
    """What an indexed name was found by.

    Attributes:
        name: The indexed name.
        reason: ``same name``, ``same concept`` or ``romanised``.
    """

    name: str
    reason: str


class NameIndex:
    """Names to look for, each found in any script or spelling."""

    def __init__(self, names: Iterable[str]):
        """Index `names`; forms of one name and names that are no words are sorted out here."""
        self._plain: dict[str, str] = {}
        self._spelled: dict[str, str] = {}
        self._words: dict[str, str] = {}
        self._concepts: dict[str, str] = {}
        forms: dict[str, str] = {}
        table = concept_table()
        for name in dict.fromkeys(names):
            if not name_forms(name):
                self._plain.setdefault(plain_key(name), name)
            for form in name_forms(name):
                self._plain.setdefault(plain_key(form), name)
                for concept in table.of(form):
                    self._concepts.setdefault(concept, name)
                if _is_name(form):
                    forms.setdefault(form, name)
        self._plain.pop("", None)
        for form, name in forms.items():
            for key in (*_spellings(form), *_unmarked(form)):
                self._spelled.setdefault(key, name)
            if words := words_key(form):
                self._words.setdefault(words, name)
        self._blocks = _blocks(forms)
        self._forms = forms
        self._others: tuple[dict[str, str], dict[str, str], dict[str, list[str]]] | None = None

    def spelled(self, name: str) -> str | None:
        """Return the indexed name that `name` spells, its script and marks aside."""
        return next((self._spelled[key] for key in _spellings(name) if key in self._spelled), None)

    def find(self, names: Iterable[str]) -> dict[str, Hit]:
        """Find those of `names` that are indexed.

        Args:
            names: Names in any script.

        Returns:
            The hit of each name that has one.
        """
        table = concept_table()
        names = list(dict.fromkeys(names))
        hits = self.same(names)
        rest = []
        for name in names:
            if name in hits:
                continue
            if hit := self._spelling(name):
                hits[name] = hit
            else:
                rest.append(name)
        hits |= self._sounding(rest, self._forms, self._blocks, 1.0)
        # An English name (German) is its own, whatever another language calls an indexed one (Germany).
        own = table.english
        rest = [name for name in rest if name not in hits and _is_name(name) and plain_key(name) not in own]
        if not rest or not self._concepts:
            return hits
        spelled, forms, blocks = self._other_names()
        for name in rest:
            keys = [key for form in name_forms(name) for key in _spellings(form)]
            other = next((spelled[key] for key in keys if key in spelled), None)
            if other and not _surely_apart(name, other):
                hits[name] = Hit(other, "romanised")
        # A known name is found by its concept, and by nothing looser than that through other names.
        unknown = [name for name in rest if name not in hits and not table.of(name)]
        hits |= self._sounding(unknown, forms, blocks, _NEAR_OTHER_NAME)
        return hits

    def same(self, names: Iterable[str]) -> dict[str, Hit]:
        """Find those of `names` that are indexed by their letters or their concept, not by sound."""
        return {name: hit for name in dict.fromkeys(names) if (hit := self._same(name))}

    def _same(self, name: str) -> Hit | None:
        forms = name_forms(name) or (name,)
        for form in forms:
            if found := self._plain.get(plain_key(form)):
                return Hit(found, "same name")
        table = concept_table()
        for form in forms:
            for concept in table.of(form):
                if found := self._concepts.get(concept):
                    return Hit(found, "same concept")
        return None

    def _spelling(self, name: str) -> Hit | None:
        for form in name_forms(name) or (name,):
            if not _is_name(form):
                continue
            for found in (self.spelled(form), self._words.get(words_key(form) or "-")):
                if found and not _surely_apart(form, found):
                    return Hit(found, "romanised")
        return None

    def _sounding(
        self, names: Sequence[str], indexed: dict[str, str], blocks: dict[str, list[str]], share: float
    ) -> dict[str, Hit]:
        """Find names by their sounds; `share` is of the distances in `_NEAR`."""
        table = concept_table()
        pairs: list[tuple[str, str]] = []
        hits: dict[str, Hit] = {}
        best: dict[str, float] = {}
        for number, name in enumerate(names, 1):
            if _is_name(name):
                found = {form for key in _block_keys(name) for form in blocks.get(key, ())}
                known = table.of(name)
                pairs += [
                    (name, form)
                    for form in sorted(found)
                    if not apart(known, table.of(form)) and not _other_number(name, form)
                ]
            if len(pairs) < 200_000 and number < len(names):
                continue
            for name_found, form, distance in _near(pairs, share):
                if distance < best.get(name_found, 9.0):
                    best[name_found] = distance
                    hits[name_found] = Hit(indexed[form], "romanised")
            pairs = []
        return hits

    def _other_names(self) -> tuple[dict[str, str], dict[str, str], dict[str, list[str]]]:
        """Return every other name of the concepts indexed: by spelling, by form, and in blocks."""
        if self._others is None:
            table = concept_table()
            forms: dict[str, str] = {}
            spelled: dict[str, str] = {}
            for concept, name in self._concepts.items():
                for form, locales in table.names[concept]:
                    if not locales:  # a town's names that only GeoNames has are compared as they are
                        continue
                    forms.setdefault(form, name)
                    for locale in locales:
                        for swapped in _swapped(form, locale):
                            forms.setdefault(swapped, name)
            for form, name in forms.items():
                for key in (*_spellings(form), *_unmarked(form)):
                    spelled.setdefault(key, name)
            self._others = spelled, forms, _blocks(forms)
        return self._others


def _spellings(form: str) -> set[str]:
    """Return the keys under which spellings of one name meet: romanised, and bare in its own script."""
    return spelling_keys(form) | {bare for bare in bare_keys(form) if len(bare) >= _FEWEST_BARE}


def _unmarked(form: str) -> set[str]:
    """Return a key that only a name written without any mark has, none where `form` is one."""
    key = unmarked_key(form)
    return {key} if len(key) >= _FEWEST_BARE and key not in bare_keys(form) else set()


def _is_name(form: str) -> bool:
    return len(form) <= _MOST_LETTERS and form.count(" ") < _MOST_WORDS


def _surely_apart(name: str, indexed: str) -> bool:
    """Tell whether `name` surely means another thing than `indexed`, or has another number."""
    table = concept_table()
    settled = plain_key(name) in table.settled and apart(table.of(name), table.of(indexed))
    return settled or _other_number(name, indexed)


def _other_number(name: str, indexed: str) -> bool:
    """Tell whether two names have numbers, and not the same."""
    return bool((one := numbers(name)) and (other := numbers(indexed)) and one != other)


def _swapped(form: str, locale: str) -> Iterator[str]:
    """Return a name in the other scripts of its language, by the rules whose libraries are installed."""
    tag = locale.replace("_", "-")
    for script in _targets(tag):
        try:
            yield swap_name(form, tag, script)
        except UsageError:
            continue


@functools.cache
def _targets(tag: str) -> tuple[str, ...]:
    try:
        return tuple(targets(tag, whole_text=False))
    except UsageError:  # CLDR has locales of languages that are in no list of ours
        return ()


def _blocks(forms: Iterable[str]) -> dict[str, list[str]]:
    blocks: dict[str, list[str]] = defaultdict(list)
    for form in forms:
        for key in _block_keys(form):
            blocks[key].append(form)
    return dict(blocks)


def _block_keys(form: str) -> set[str]:
    """Return the skeletons of a name, and of those long enough every one with a class left out."""
    sounded = sounds(form)
    # Greek writes b, d and g with a nasal before them: both names also without the nasals before stops.
    keys = (skeletons(sounded) | skeletons(_NASALS.sub("", sounded))) - {""}
    return keys | {
        key[:index] + key[index + 1 :] for key in keys if len(key) >= 5 for index in range(len(key))
    }


@functools.lru_cache(maxsize=1 << 18)
def _heard(form: str) -> tuple[str, int, str | None, float]:
    sounded, script = sounds(form), script_of(form)
    return sounded, written(script), script, weight(sounded)


def _near(pairs: Sequence[tuple[str, str]], share: float) -> Iterator[tuple[str, str, float]]:
    heard = [(_heard(name), _heard(form)) for name, form in pairs]
    found = distances([(one[0], other[0], one[1], other[1]) for one, other in heard])
    for (name, form), (one, other), distance in zip(pairs, heard, found, strict=True):
        # An abjad shows few vowels: it has less to tell names apart by than the other name has.
        abjads = [side[3] for side in (one, other) if WRITTEN[side[1]] == "abjad"]
        shown = min(abjads, default=max(one[3], other[3]))
        limit = next(limit for most, limit in _NEAR if shown <= most)
        if distance <= limit * share * (_NEAR_SAME_SCRIPT if one[2] == other[2] else 1):
            yield name, form, float(distance)

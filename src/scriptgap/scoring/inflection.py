"""Names with other case endings, in languages that inflect names: Россия, России, Россией.

Without this a scorer takes grammar for a script gap: of the Russian answers of nine models that X-FaKT's
judge calls right, a literal match finds 21 %, and a match that allows for endings 86 %.

Two words are taken for one name where they share a variant: the word itself, its stem by Snowball, or
either without the vowels at its end. Stems alone will not do, for they take the end of a bare name for an
ending (Иран, Pariisi).
"""

import functools
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

import regex
import Stemmer

from scriptgap.errors import UsageError
from scriptgap.languages import language
from scriptgap.scoring.normalize import normalize
from scriptgap.scripts import script_of

# Languages whose names take case endings. Those whose names do not (French, English, ...) are left out:
# there a stem joins a country with its people, and Tunis with Tunisie.
_ALGORITHMS = {
    "bs": "serbian",
    "cs": "czech",
    "de": "german",
    "el": "greek",
    "et": "estonian",
    "eu": "basque",
    "fi": "finnish",
    "hi": "hindi",
    "hr": "serbian",
    "hu": "hungarian",
    "hy": "armenian",
    "lt": "lithuanian",
    "ne": "nepali",
    "pl": "polish",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "tr": "turkish",
}
# Snowball has no algorithm for these; the endings of nouns and adjectives.
_EAST_SLAVIC = ("be", "uk")
_ENDING = regex.compile(
    r"(?:ами|ями|ові|еві|єві|ого|ога|ому|аму|ими|іми|ымі|ою|ею|єю|ай|яй|ой|ах|ях|ам|ям|ів|їв|аў|яў|ом|ем|єм|ём"
    r"|ій|ий|ый|их|іх|ых|им|ім|ым)$"
)
_VOWELS = regex.compile(r"[aeiouyąęóáéíúůýěäöőüűâăîūėįəıаеєиіїоуюяьйыэёαεηιουωάέήίόύώ\u093E-\u094C]+$")
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+")
_SHORTEST = 3
_BEGINNING = 2
_NO_VARIANTS: frozenset[str] = frozenset()

Variants = frozenset[str]
"""The folded variants of one word."""


def inflects(tag: str) -> bool:
    """Whether names take case endings in a language, as far as is known here."""
    return _stemmer(tag) is not None


def find_inflected(response: str, answers: Sequence[str], rivals: Sequence[str], tag: str) -> str | None:
    """Find the accepted form that `response` contains with whatever case endings.

    Args:
        response: The answer to score.
        answers: The accepted forms.
        rivals: Forms of other answers (`inflected_rivals`); one that is found hides what it covers, and a
            form that cannot be told from one counts for neither.
        tag: BCP-47 tag of a language that `inflects`.

    Returns:
        The longest form found, as given in `answers`, or None.
    """
    # Endings leave the first letters alone: most answers hold no word that begins like one of the form's.
    begun = {word[:_BEGINNING] for word in normalize(response).split()}
    possible = [answer for answer in answers if begun.issuperset(_beginnings(answer))]
    if not possible:
        return None
    words = _words(response, tag)
    places: dict[str, list[int]] = {}
    for place, variants in enumerate(words):
        for variant in variants:
            places.setdefault(variant, []).append(place)
    own = {normalize(answer) for answer in possible}
    shadows = tuple(
        rival for rival in rivals if begun.issuperset(_beginnings(rival)) and normalize(rival) not in own
    )
    forms = _forms(tuple(possible), shadows, tag)
    for form, answer in forms:
        for start in sorted({place for variant in form[0] for place in places.get(variant, ())}):
            if not _stands(form, words, start):
                continue
            if answer is not None and not any(
                other is None and len(rival) == len(form) and _stands(rival, words, start)
                for rival, other in forms
            ):
                return answer
            words[start : start + len(form)] = [_NO_VARIANTS] * len(form)
    return None


def inflected_rivals(accepted: Mapping[str, Collection[str]], tags: Iterable[str]) -> dict[str, set[str]]:
    """Find for each answer the forms of the others in which, whatever the endings, one of its own stands.

    Args:
        accepted: The accepted forms of each answer, by any key.
        tags: The languages asked in.

    Returns:
        For each key such forms of other keys, in the script of any of the languages, normalised, without
        its own.
    """
    own = {key: {normalize(form) for form in forms} for key, forms in accepted.items()}
    rivals: dict[str, set[str]] = {key: set() for key in accepted}
    for tag in {_stemmer(tag): tag for tag in tags if inflects(tag)}.values():
        forms = [
            (key, form, words)
            for key in accepted
            for form in accepted[key]
            if (words := _words(form, tag)) and all(words)
        ]
        places: dict[str, list[tuple[int, int]]] = {}
        for number, (_, _, words) in enumerate(forms):
            for place, variants in enumerate(words):
                for variant in variants:
                    places.setdefault(variant, []).append((number, place))
        for key, _, words in forms:
            # Look where its rarest word is: a common one, such as "republic", is in thousands of forms.
            at = [{found for variant in variants for found in places[variant]} for variants in words]
            rarest = min(range(len(words)), key=lambda place: len(at[place]))
            for number, place in at[rarest]:
                other, form, around = forms[number]
                if other != key and place >= rarest and _stands(words, around, place - rarest):
                    rivals[key].add(normalize(form))
    return {key: forms - own[key] for key, forms in rivals.items()}


@functools.lru_cache(maxsize=1 << 17)
def _beginnings(form: str) -> tuple[str, ...]:
    return tuple(word[:_BEGINNING] for word in normalize(form).split())


def _stands(form: Sequence[Variants], words: Sequence[Variants], start: int) -> bool:
    return start + len(form) <= len(words) and all(
        not part.isdisjoint(word) for part, word in zip(form, words[start:], strict=False)
    )


@functools.lru_cache(maxsize=1 << 14)
def _forms(
    answers: tuple[str, ...], rivals: tuple[str, ...], tag: str
) -> list[tuple[tuple[Variants, ...], str | None]]:
    """Return what to look for, longest first, with the answer it stands for: None for a rival's."""
    forms = [(tuple(_words(rival, tag)), None) for rival in rivals]
    named = [(tuple(_words(answer, tag)), answer) for answer in answers]

    def length(entry: tuple[tuple[Variants, ...], str | None]) -> tuple[int, int]:
        return len(entry[0]), sum(max(map(len, variants)) for variants in entry[0])

    return sorted(
        (entry for entry in [*forms, *named] if entry[0] and all(entry[0])), key=length, reverse=True
    )


def _words(text: str, tag: str) -> list[Variants]:
    """Return the variants of each word; none of a word in another script than the language's."""
    stem, scripts = _stemmer(tag), language(tag).scripts
    assert stem is not None
    return [
        _variants(word, stem) if _script(word[0]) in scripts else _NO_VARIANTS
        for word in _WORD.findall(text.casefold())
    ]


_script = functools.cache(script_of)


@functools.lru_cache(maxsize=1 << 17)
def _variants(word: str, stem: Callable[[str], str]) -> Variants:
    stemmed = stem(word)
    found = {stemmed, _VOWELS.sub("", word), _VOWELS.sub("", stemmed)}
    # Stems are taken with their accents, which Snowball needs, and compared without.
    return frozenset(normalize(text) for text in (word, *(form for form in found if len(form) >= _SHORTEST)))


@functools.cache
def _stemmer(tag: str) -> Callable[[str], str] | None:
    try:
        base = language(tag).language
    except UsageError:
        return None
    if base in _EAST_SLAVIC:
        return _east_slavic_stem
    return _snowball(_ALGORITHMS[base]) if base in _ALGORITHMS else None


@functools.cache
def _snowball(algorithm: str) -> Callable[[str], str]:
    stem: Callable[[str], str] = Stemmer.Stemmer(algorithm, 0).stemWord
    return stem


def _east_slavic_stem(word: str) -> str:
    return str(_ENDING.sub("", word))

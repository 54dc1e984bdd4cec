"""Whether an answer contains an accepted form: normalisation and matching that fit every script."""

import functools
import unicodedata
from collections.abc import Collection, Iterable, Mapping

import regex

_MARKS_IGNORED = regex.compile(
    # Optional vowel points of abjads, and the accents of alphabets: leaving them out is a spelling variant.
    r"[\p{Mn}&&[\p{Script=Arabic}\p{Script=Hebrew}\u064B-\u065F\u0670\u0300-\u036F]]|\u0640",
    regex.VERSION1,
)
_SEPARATORS = regex.compile(r"[^\p{L}\p{M}\p{N}]+")
_APOSTROPHES = regex.compile(r"(?<=\p{L})[\u0027\u2018\u2019\u02BC\u02BB\u02BF\u0060\u00B4\u05F3](?=\p{L})")
_VARIANTS = str.maketrans("يىكةأإآٱıøłđ", "ییکهااااiold")
_UNSPACED = regex.compile(
    r"[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}"
    r"\p{Script=Khmer}\p{Script=Myanmar}]"
)
_HANGUL = regex.compile(r"\p{Script=Hangul}")


@functools.lru_cache(maxsize=1 << 17)
def normalize(text: str) -> str:
    """Fold away what does not tell two answers apart.

    Width and compatibility forms (NFKC), case, accents of Latin, Greek and Cyrillic letters, vowel points
    of Arabic and Hebrew, spelling variants of Arabic letters, apostrophes inside words; every run of
    punctuation and space becomes one space. Marks of Indic scripts stay: they are letters.

    Returns:
        The folded text, with no space at either end.
    """
    text = unicodedata.normalize("NFKC", text).casefold()
    text = _MARKS_IGNORED.sub("", unicodedata.normalize("NFD", text))
    text = unicodedata.normalize("NFC", text).translate(_VARIANTS)
    text = _APOSTROPHES.sub("", text)
    return str(_SEPARATORS.sub(" ", text)).strip()


def match(response: str, answers: list[str], rivals: Iterable[str] = ()) -> str | None:
    """Find the accepted form that `response` contains.

    A form counts where it stands as whole words. In scripts written without spaces it counts anywhere;
    in Hangul, where particles follow the noun without a space, it must begin a word. It does not count
    where it is part of a rival's form: "Pakistani rupee" is no Indian rupee, 都柏林 no 柏林.

    Args:
        response: The answer to score.
        answers: The accepted forms.
        rivals: Longer forms of other answers that contain an accepted one, from `longer_forms`.

    Returns:
        The longest accepted form found, as given in `answers`, or None.
    """
    folded = f" {normalize(response)} "
    own = {form: answer for answer in reversed(answers) if (form := normalize(answer))}
    # Longest first: a rival's form hides the shorter own form in it, and is hidden by a longer own one.
    for form in sorted({*own, *map(normalize, rivals)}, key=lambda form: (-len(form), form not in own, form)):
        pattern = _pattern(form)
        if pattern not in folded:
            continue
        if form in own:
            return own[form]
        folded = folded.replace(pattern, " \0 ")
    return None


def longer_forms(accepted: Mapping[str, Collection[str]]) -> dict[str, list[str]]:
    """Find for each answer the forms of the others in which one of its own forms stands.

    Args:
        accepted: The accepted forms of each answer, by any key.

    Returns:
        For each key the normalised forms of other keys that contain one of its own and are none of its
        own; longest first.
    """
    own = {
        key: {form for answer in answers if (form := normalize(answer))} for key, answers in accepted.items()
    }
    # One text of all forms: a search in it runs in C, a loop over pairs of forms takes minutes.
    every = sorted(set().union(*own.values())) if own else []
    text = "".join(f"\n {form} " for form in every)
    found: dict[str, list[str]] = {}
    for key, forms in own.items():
        longer: set[str] = set()
        for form in forms:
            pattern = _pattern(form)
            at = text.find(pattern)
            while at >= 0:
                end = text.find("\n", at)
                longer.add(text[text.rfind("\n", 0, at) + 1 : end if end >= 0 else None].strip())
                at = text.find(pattern, at + 1)
        found[key] = sorted(longer - forms, key=lambda form: (-len(form), form))
    return found


def _pattern(form: str) -> str:
    """The text to look for in a folded answer that has a space at either end."""
    if _UNSPACED.search(form):
        return form
    return f" {form}" if _HANGUL.search(form) else f" {form} "

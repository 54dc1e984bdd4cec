"""Spelling by rule from one alphabet to another: longest match, in context, with the case of the original."""

import unicodedata
from collections.abc import Mapping

import regex  # type: ignore[import-untyped, unused-ignore]

_KEPT = r"\{\w*\}|\w+://\S+|www\.\S+|[\w.+-]+@[\w-]+\.\S+|(?<![\p{L}\p{M}])[IVX]{2,}(?![\p{L}\p{M}])"
"""Blanks of a template, addresses and Roman numerals: Latin letters in every script."""
SENTENCE_START = r"(?:(?P<start>(?<=(?:^|[.?!।。？！\n])[\s\"“‘「『《(]*)))?"
"""Tells by a group ``start`` whether a sentence begins: Latin letters have capitals, others have not."""

_MARKS = regex.compile(r"\p{M}")


class Spelling:
    """An ordered list of rules, tried at each place of a word, the first that matches being applied."""

    def __init__(
        self, rules: Mapping[str, str], *, joiners: str = "", capitals: Mapping[str, str] | None = None
    ) -> None:
        """Make a spelling.

        Args:
            rules: Patterns of lower-case letters to what is written for them, in lower case. A pattern may
                look behind and ahead within its word (``^`` is the word's start).
            joiners: A pattern of signs that belong to the word before them, such as apostrophes.
            capitals: Small letters to their capitals, where they differ from Unicode's, as in ``i``, ``İ``.
        """
        self._capital = dict(capitals or {})
        self._small = {capital: small for small, capital in self._capital.items()}
        self._written = list(rules.values())
        self._rules = regex.compile("|".join(f"({pattern})" for pattern in rules))
        joined = f"|{joiners}" if joiners else ""
        self._words = regex.compile(rf"(?P<kept>{_KEPT})|\p{{L}}(?:[\p{{L}}\p{{M}}]{joined})*")

    def __call__(self, text: str) -> str:
        """Spell a text; a word with a letter that no rule knows stays whole, as it is."""
        composed = unicodedata.normalize("NFC", text)
        spelled = self._words.sub(lambda found: self._word(found.group(), found["kept"]), composed)
        return unicodedata.normalize("NFC", spelled)

    def _word(self, word: str, kept: str | None) -> str:
        small = "".join(map(self._lower, word))
        spelled = sum(len(found.group()) for found in self._rules.finditer(small))
        if kept or spelled < len(small) - len(_MARKS.findall(small)):
            return word
        capitals = word.isupper() and len(word) > 1
        return str(self._rules.sub(lambda found: self._cased(found, word, capitals), small))

    def _cased(self, found: "regex.Match[str]", word: str, capitals: bool) -> str:
        written: str = self._written[found.lastindex - 1]
        if capitals:
            return "".join(map(self._upper, written))
        if written and word[found.start()].isupper():
            # Past a first apostrophe, which has no case.
            first = next((place for place, sign in enumerate(written) if sign.isalpha()), 0)
            return written[:first] + self._upper(written[first]) + written[first + 1 :]
        return written

    def _lower(self, sign: str) -> str:
        small = self._small.get(sign, sign.lower())
        return small if len(small) == 1 else sign

    def _upper(self, sign: str) -> str:
        return self._capital.get(sign, sign.upper())


def reversed_rules(rules: Mapping[str, str]) -> dict[str, str]:
    """Turn the rules of a one-to-one alphabet around, the longest spellings first."""
    return {there: here for here, there in sorted(rules.items(), key=lambda rule: -len(rule[1]))}

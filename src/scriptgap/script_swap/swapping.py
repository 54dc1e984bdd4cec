"""A text or a name in another script."""

from functools import lru_cache

import regex  # type: ignore[import-untyped, unused-ignore]

from scriptgap.script_swap.rules import rule_for

_FIRST_LETTERS = regex.compile(r"(?<![\p{L}\p{M}\p{N}’'])\p{Ll}")
_CASELESS = {"Deva", "Geor", "Hans", "Hant", "Jpan", "Kana", "Kore"}


@lru_cache(maxsize=100_000)
def swap(text: str, lang: str, script: str) -> str:
    """Write a text in another script of the same language, by rule.

    What is in another script than the language's stays: numbers, Latin acronyms in a Cyrillic text, Roman
    numerals, addresses, and words with a letter the alphabet lacks.

    Args:
        text: A text in `lang`.
        lang: A BCP-47 tag, whose script (``sr-Latn``) or likely script (``sr``) is the text's.
        script: The ISO 15924 code of the script to write it in.

    Returns:
        The text in `script`.

    Raises:
        UsageError: No rule does that faithfully (the message says why), or its library is not installed.
    """
    return rule_for(lang, script).forward(text)


@lru_cache(maxsize=100_000)
def swap_name(text: str, lang: str, script: str) -> str:
    """Write a name in another script of the same language, also by a rule for names only.

    Args:
        text: A name in `lang`.
        lang: A BCP-47 tag, whose script is the name's.
        script: The ISO 15924 code of the script to write it in.

    Returns:
        The name in `script`; in Latin letters its words begin with capitals where the name's own script
        has none.

    Raises:
        UsageError: No rule does that faithfully (the message says why), or its library is not installed.
    """
    rule = rule_for(lang, script, whole_text=False)
    swapped = rule.forward(text)
    if rule.to_script == "Latn" and rule.from_script in _CASELESS:
        return str(_FIRST_LETTERS.sub(lambda found: found.group().upper(), swapped))
    return swapped

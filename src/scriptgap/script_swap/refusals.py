"""Pairs of scripts that no rule swaps faithfully, and why."""

from dataclasses import dataclass

_VOWELS = "vowels are not written, so no rule spells it faithfully"
_SHORT_VOWELS = "short vowels are not written, so no rule spells it faithfully"
_WHICH_KANJI = "which characters a sound is written with is not told by its sound"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A swap that is refused.

    Attributes:
        language: The base language subtag.
        from_script: The ISO 15924 script it is written in.
        to_script: The ISO 15924 script that is refused.
        reason: Why, in one line.
    """

    language: str
    from_script: str
    to_script: str
    reason: str


REFUSALS: tuple[Refusal, ...] = (
    Refusal("he", "Hebr", "Latn", _VOWELS),
    *(Refusal(lang, "Arab", "Latn", _SHORT_VOWELS) for lang in ("ar", "fa", "ur", "ps", "sd")),
    Refusal("fa", "Arab", "Cyrl", _SHORT_VOWELS),
    Refusal("ur", "Arab", "Deva", _SHORT_VOWELS),
    Refusal("hi", "Arab", "Deva", _SHORT_VOWELS),
    Refusal(
        "hi",
        "Deva",
        "Arab",
        "Urdu keeps Persian and Arabic spellings that Devanagari does not tell, and other words; names only",
    ),
    Refusal("hi", "Latn", "Deva", "plain Latin letters tell neither long vowels nor retroflex consonants"),
    Refusal(
        "pa",
        "Guru",
        "Arab",
        "Shahmukhi keeps Persian and Arabic spellings that Gurmukhi does not tell: letter by letter, 2 of "
        "the 5 names that CLDR has in Shahmukhi come out wrong",
    ),
    Refusal("pa", "Arab", "Guru", _SHORT_VOWELS),
    Refusal("sd", "Arab", "Deva", _SHORT_VOWELS),
    *(
        Refusal(
            "kk",
            "Arab",
            script,
            "one hamza a word does not tell which vowels are front: half of names come back wrong",
        )
        for script in ("Cyrl", "Latn")
    ),
    Refusal("mn", "Cyrl", "Mong", "the old script spells the Mongolian of centuries ago, word by word"),
    Refusal("en", "Latn", "Cyrl", "letter by letter is not how English names are written, which is by sound"),
    Refusal("en", "Latn", "Deva", "letter by letter is not how English names are written, which is by sound"),
    *(Refusal("ja", script, "Jpan", _WHICH_KANJI) for script in ("Hira", "Kana", "Latn")),
    *(Refusal("zh", "Latn", script, _WHICH_KANJI) for script in ("Hans", "Hant")),
    Refusal("th", "Thai", "Latn", "where words and syllables end is not written, and needs a dictionary"),
    Refusal("km", "Khmr", "Latn", "where words end is not written, and standards disagree"),
)
"""What is refused by name; for other pairs there just is no rule."""


def refusal(lang: str, from_script: str, to_script: str) -> str | None:
    """Return why a swap is refused; None where it is not refused by name.

    Args:
        lang: The base language subtag.
        from_script: The ISO 15924 script of the text.
        to_script: The ISO 15924 script it would be written in.
    """
    for refused in REFUSALS:
        if (refused.language, refused.from_script, refused.to_script) == (lang, from_script, to_script):
            return refused.reason
    return None

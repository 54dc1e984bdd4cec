"""The rules: which language is written in which other script, by which standard, and what undoes it."""

from collections.abc import Callable
from dataclasses import dataclass

from scriptgap.errors import UsageError
from scriptgap.languages import Language, language
from scriptgap.script_swap import (
    azerbaijani,
    chinese,
    cyrillic_names,
    hindi,
    japanese,
    kazakh,
    other_names,
    serbian,
    urdu,
    uzbek,
)
from scriptgap.script_swap.refusals import refusal

Swap = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class SwapRule:
    """How texts of a language are written in another script.

    Attributes:
        language: The base language subtag.
        from_script: The ISO 15924 script it is written in.
        to_script: The ISO 15924 script it is written in then.
        standard: The standard that is followed, in one line.
        library: The library that knows it; empty where the table is ours.
        whole_text: Whether whole texts are written so; False for names only.
        forward: Writes a text in `to_script`.
        back: Reads it back; None where the spelling has no inverse.
    """

    language: str
    from_script: str
    to_script: str
    standard: str
    library: str
    whole_text: bool
    forward: Swap
    back: Swap | None


def _both(
    tag: str, scripts: tuple[str, str], standard: str, there: Swap, back: Swap, library: str = ""
) -> list[SwapRule]:
    """Return the rules of two spellings that undo each other, both of whole texts."""
    one, other = scripts
    return [
        SwapRule(tag, one, other, standard, library, True, there, back),
        SwapRule(tag, other, one, standard, library, True, back, there),
    ]


def _names(
    tag: str,
    script: str,
    standard: str,
    forward: Swap,
    back: Swap | None = None,
    library: str = "",
    to: str = "Latn",
) -> SwapRule:
    return SwapRule(tag, script, to, standard, library, False, forward, back)


_S2T, _T2S = chinese.characters("s2tw"), chinese.characters("tw2s")
_S2HK, _HK2S = chinese.characters("s2hk"), chinese.characters("hk2s")
_CUTLET = "cutlet, unidic-lite"

RULES: tuple[SwapRule, ...] = (
    *_both("sr", ("Cyrl", "Latn"), "Gaj's and Vuk's alphabets", serbian.to_latin, serbian.to_cyrillic),
    *_both("bs", ("Latn", "Cyrl"), "Gaj's and Vuk's alphabets", serbian.to_cyrillic, serbian.to_latin),
    *_both(
        "az", ("Latn", "Cyrl"), "alphabets of 1991 and 1958", azerbaijani.to_cyrillic, azerbaijani.to_latin
    ),
    *_both("uz", ("Latn", "Cyrl"), "alphabets of 1995 and 1940", uzbek.to_cyrillic, uzbek.to_latin),
    *_both("kk", ("Cyrl", "Latn"), "Latin alphabet of 2021", kazakh.to_latin, kazakh.to_cyrillic),
    SwapRule("kk", "Cyrl", "Arab", "töte alphabet of 1982", "", True, kazakh.to_arabic, None),
    SwapRule(
        "uk",
        "Cyrl",
        "Latn",
        "DSTU 9112:2021, system A",
        "uklatn",
        True,
        cyrillic_names.ukrainian_to_latin,
        cyrillic_names.ukrainian_to_cyrillic,
    ),
    SwapRule(
        "hi", "Deva", "Latn", "Hunterian, plain, silent schwas left out", "", True, hindi.to_latin, None
    ),
    *_both("zh", ("Hans", "Hant"), "Taiwan's standard forms", _S2T, _T2S, "opencc"),
    *_both("yue", ("Hant", "Hans"), "Hong Kong's standard forms", _HK2S, _S2HK, "opencc"),
    *(
        SwapRule(
            "zh", script, "Latn", "pinyin (ISO 7098), tone marks", "pypinyin", True, chinese.to_pinyin, None
        )
        for script in ("Hans", "Hant")
    ),
    SwapRule("ja", "Jpan", "Hira", "readings in hiragana", _CUTLET, True, japanese.to_hiragana, None),
    SwapRule("ja", "Jpan", "Kana", "readings in katakana", _CUTLET, True, japanese.to_katakana, None),
    SwapRule("ja", "Jpan", "Latn", "Hepburn, long vowels as in kana", _CUTLET, True, japanese.to_latin, None),
    *_both("ja", ("Kana", "Hira"), "Gendai Kanazukai", japanese.hiragana, japanese.katakana),
    _names(
        "ru",
        "Cyrl",
        "BGN/PCGN 1947",
        cyrillic_names.russian_to_latin,
        cyrillic_names.russian_to_cyrillic,
    ),
    _names("uk", "Cyrl", "resolution 55 of 2010", cyrillic_names.ukrainian_name_to_latin, None, "uklatn"),
    _names("bg", "Cyrl", "Streamlined System of 2009", cyrillic_names.bulgarian_to_latin),
    _names(
        "mk",
        "Cyrl",
        "Pravopis of 1945 and 1998",
        cyrillic_names.macedonian_to_latin,
        cyrillic_names.macedonian_to_cyrillic,
    ),
    _names("el", "Grek", "ELOT 743, without accents", other_names.greek_to_latin),
    _names(
        "ka",
        "Geor",
        "national system of 2002",
        other_names.georgian_to_latin,
        other_names.latin_to_georgian,
    ),
    _names("ko", "Kore", "Revised Romanization of 2000", other_names.korean_to_latin, None, "romaja"),
    *(
        _names("zh", script, "pinyin without tones, joined", chinese.name_to_pinyin, None, "pypinyin")
        for script in ("Hans", "Hant")
    ),
    _names("ja", "Kana", "Hepburn with macrons", japanese.kana_to_latin, japanese.latin_to_kana),
    _names("hi", "Deva", "Urdu's plain letters", urdu.to_arabic, to="Arab"),
)
"""Every rule; those of whole texts first."""

_SAME = {"Hang": "Kore", "Hrkt": "Kana", "Aran": "Arab"}


def _written_in(entry: Language) -> str:
    return _SAME.get(entry.script, entry.script)


def _rules_from(entry: Language, whole_text: bool) -> list[SwapRule]:
    rules = [
        rule for rule in RULES if (rule.language, rule.from_script) == (entry.language, _written_in(entry))
    ]
    if whole_text:
        return [rule for rule in rules if rule.whole_text]
    return sorted(rules, key=lambda rule: rule.whole_text)


def targets(lang: str, whole_text: bool = True) -> list[str]:
    """Return the scripts that a language can be swapped into faithfully.

    Args:
        lang: A BCP-47 tag, whose script is the script to start from.
        whole_text: Whether whole texts shall be swapped, or names only.

    Returns:
        ISO 15924 codes, in order; none where there is no rule.

    Raises:
        UsageError: The tag is unknown.
    """
    return sorted({rule.to_script for rule in _rules_from(language(lang), whole_text)})


def rule_for(lang: str, script: str, whole_text: bool = True) -> SwapRule:
    """Return the rule that writes a language in a script.

    Args:
        lang: A BCP-47 tag, whose script is the script to start from.
        script: An ISO 15924 code.
        whole_text: Whether whole texts shall be swapped; for names, a rule for names comes before one for
            texts.

    Returns:
        The rule.

    Raises:
        UsageError: The tag or the script is unknown, or no rule is faithful; the message says why.
    """
    entry = language(lang)
    wanted = _written_in(language(f"{entry.language}-{script}"))
    if wanted == _written_in(entry):
        raise UsageError(f"{entry.name} ({entry.tag}) is written in {wanted} already")
    for rule in _rules_from(entry, whole_text):
        if rule.to_script == wanted:
            return rule
    raise UsageError(_reason(entry, wanted, whole_text))


def _reason(entry: Language, wanted: str, whole_text: bool) -> str:
    name = language(entry.language).name
    pair = f"{name}, {_written_in(entry)} to {wanted}"
    reason = refusal(entry.language, _written_in(entry), wanted)
    if reason is None and whole_text and wanted in targets(entry.tag, whole_text=False):
        reason = "names are written so by rule, whole texts are not"
    if reason is not None:
        return f"{pair}: {reason}"
    known = ", ".join(targets(entry.tag, whole_text)) or "none"
    return f"{pair}: there is no rule for it (scripts with a rule: {known})"

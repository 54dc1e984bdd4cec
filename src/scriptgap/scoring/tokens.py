"""The words of a text in any script, for F1."""

import functools
from collections.abc import Iterator

import regex

from scriptgap.languages import language
from scriptgap.scoring.normalize import UNSPACED

_RUN = regex.compile(
    r"(?P<character>[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u30FC][\u3099\u309A]*)"
    r"|(?P<thai>[\p{Script=Thai}&&[\p{L}\p{M}]]+)"
    r"|(?P<cluster>[[\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]&&[\p{L}\p{M}]]+)"
    r"|(?P<word>[[\p{L}\p{M}\p{N}]--[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}"
    r"\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\u30FC]"
    r"[\p{N}&&[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]]]+)",
    regex.VERSION1,
)
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+")
_CLUSTER = regex.compile(r"\X")


def tokens(text: str, tag: str) -> list[str]:
    """Split a text into words, or into the smallest parts that can stand for them.

    A word is a run of letters, marks and digits. Han and kana characters are one token each, as in the
    evaluation of MLQA (Lewis et al. 2020, arXiv 1910.07475; Chinese) and MKQA (Longpre et al. 2021, arXiv
    2007.15207; Chinese and Japanese). Thai is split into words by BudouX where `tag` is Thai; elsewhere, and
    always in Lao, Khmer and Myanmar script, each user-perceived character is a token. A text in several
    scripts is split by runs of one script.

    Args:
        text: Any text; punctuation, symbols and space are no tokens.
        tag: BCP-47 tag of the language.

    Raises:
        UsageError: `tag` is no language.
    """
    if not UNSPACED.search(text):
        language(tag)
        return list(_WORD.findall(text))
    return list(_tokens(text, thai=language(tag).language == "th"))


def _tokens(text: str, *, thai: bool) -> Iterator[str]:
    for run in _RUN.finditer(text):
        if run.lastgroup == "thai" and thai:
            yield from _thai_words(run[0])
        elif run.lastgroup in ("thai", "cluster"):
            yield from _CLUSTER.findall(run[0])
        else:
            yield run[0]


@functools.lru_cache(maxsize=1 << 14)
def _thai_words(run: str) -> tuple[str, ...]:
    return tuple(_thai_parser()(run))


@functools.cache
def _thai_parser():  # type: ignore[no-untyped-def]
    import budoux

    return budoux.load_default_thai_parser().parse

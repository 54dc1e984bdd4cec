"""Word recall, the string metric that stands beside ECLeKTic's judge."""

import regex

from scriptgap.languages import language

_HAN = regex.compile(
    r"([\u3400-\u4DBF\u4E00-\u9FFF\U00020000-\U0002A6DF\U0002A700-\U0002EBEF\U00030000-\U0003134F])"
)


def word_recall(response: str | None, answer: str, tag: str) -> float:
    """The share of the reference's words that stand somewhere in the response.

    As in the public scoring scripts of ECLeKTic (arXiv 2502.21228), so that numbers compare: words are what
    stands between spaces; in Chinese and Japanese each Han character is a word and each run of anything else
    is one, so kana of any length stay one word, with the punctuation beside them. A word counts where it
    is a substring of the response, and as often as the reference has it; case, width and punctuation are
    taken as they are. So `Athens,` is not in `Athens`, and `is` is in `Paris`.

    Args:
        response: The answer to score; None scores 0.
        answer: The reference; one without words scores 0.
        tag: BCP-47 tag of the reference's language. Cantonese and other languages whose script has Han
            characters are split as Chinese.

    Returns:
        A value in [0, 1].

    Raises:
        UsageError: `tag` is no language.
    """
    by_character = "Hani" in language(tag).scripts
    words = list(filter(None, _HAN.split(answer))) if by_character else answer.split()
    if not words or response is None:
        return 0.0
    return sum(word in response for word in words) / len(words)

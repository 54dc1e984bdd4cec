"""The language codes of a data set's file: their tags, and those that the user asks for."""

from collections.abc import Iterable, Mapping, Sequence

from scriptgap.errors import UsageError
from scriptgap.languages import language
from scriptgap.records import one_line


def tags_of(
    codes: Iterable[str], spelled: Mapping[str, str] | None = None
) -> tuple[dict[str, str], dict[str, str]]:
    """Find the tag of each code.

    Args:
        codes: Codes as the file has them, in the order in which the rows shall come.
        spelled: Tags of the codes that `language` would read otherwise.

    Returns:
        The tag of each known code, and why each other code is unknown.
    """
    tags: dict[str, str] = {}
    unknown: dict[str, str] = {}
    for code in dict.fromkeys(codes):
        try:
            tags[code] = language((spelled or {}).get(code, code)).tag
        except UsageError as error:
            unknown[code] = str(error)
    return tags, unknown


def _alike(one: str, other: str) -> bool:
    """Whether two tags are one language in one script, whatever the region: ``zh-TW`` and ``zh-Hant``."""
    ours, theirs = language(one), language(other)
    return (ours.language, ours.script) == (theirs.language, theirs.script)


def chosen_codes(
    languages: Sequence[str] | None, tags: Mapping[str, str], source_lang: str | None, name: str
) -> dict[str, str]:
    """Keep the codes that the user asks for, and that of the source language.

    Args:
        languages: Codes of the data set, or language tags; None for all.
        tags: The tag of each code, from `tags_of`.
        source_lang: The tag that is always kept, if there is one for all questions.
        name: How error messages call the data set.

    Raises:
        UsageError: The data set has no such language; the message has those it has.
    """
    if languages is None:
        return dict(tags)
    wanted = {source_lang}
    for asked in languages:
        found = tags.get(asked) or next(iter(tags_of([asked])[0].values()), None)
        alike = {found} & set(tags.values()) or {tag for tag in tags.values() if found and _alike(tag, found)}
        if not alike:
            known = ", ".join(dict.fromkeys(tags.values()))
            raise UsageError(one_line(f"{name} has no language {asked!r}; it has {known}"))
        wanted |= alike
    return {code: tag for code, tag in tags.items() if tag in wanted}

"""Names that Unicode CLDR, as Babel has it, gives in two scripts of one language."""

from functools import cache


@cache
def cldr_names(tag: str) -> dict[tuple[str, str], str]:
    """Return the names of territories, languages and scripts in a language.

    Args:
        tag: A BCP-47 tag.

    Returns:
        Names by kind (``territory``, ``language``, ``script``) and CLDR's code; empty where it has no locale
        for the tag.
    """
    from babel import Locale
    from babel.localedata import exists

    # Babel would give the language's own locale for a script that CLDR has no locale for.
    if not exists(tag.replace("-", "_")):
        return {}
    locale = Locale.parse(tag, sep="-")
    kinds = {"territory": locale.territories, "language": locale.languages, "script": locale.scripts}
    return {(kind, str(code)): str(name) for kind, names in kinds.items() for code, name in names.items()}


def parallel_names(tag: str, other: str) -> list[tuple[str, str]]:
    """Return the names that CLDR has for both tags, as distinct pairs, in order.

    Args:
        tag: A BCP-47 tag, such as ``sr-Cyrl``.
        other: The same language in another script, such as ``sr-Latn``.
    """
    ours, theirs = cldr_names(tag), cldr_names(other)
    return sorted({(name, theirs[key]) for key, name in ours.items() if key in theirs})

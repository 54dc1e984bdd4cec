"""The forms in which one name may stand: without what tells articles and rulers apart, in usual order."""

import functools

import regex

_PARENTHESIS = regex.compile(r"\s*[(（［\[][^()（）［］\[\]]*[)）］\]]\s*")
_ARTICLE = regex.compile(r"^the\s+(?=\S)", regex.IGNORECASE)
_TITLE = regex.compile(
    r"^(?:queen|king|pope|emperor|empress|tsar|czar|sultan|prince|princess)\s+(?=\S.*\s[IVX]+$)",
    regex.IGNORECASE,
)
_NO_NAME = regex.compile(r"^[^\p{L}]*$")


@functools.lru_cache(maxsize=1 << 18)
def name_forms(name: str) -> tuple[str, ...]:
    """Return a name and its further forms.

    Without what stands in parentheses ("Mercury (planet)"), without an English article before it or the
    title of a numbered ruler ("Queen Elizabeth II"), and with a comma undone ("Washington, George"). What the
    parentheses hold is no form of its own: "Congo (Kinshasa)".

    Returns:
        Distinct forms, `name` itself first; none where it has no letter.
    """
    name = " ".join(name.split())
    if _NO_NAME.match(name):
        return ()
    bare = _PARENTHESIS.sub(" ", name).strip()
    forms = [name, bare if not _NO_NAME.match(bare) else name]
    forms.append(_ARTICLE.sub("", forms[-1]))
    forms.append(_TITLE.sub("", forms[-1]))
    first, comma, rest = forms[-1].replace("、", ",").replace("،", ",").partition(",")
    if comma and rest.strip() and "," not in rest:
        forms.append(f"{rest.strip()} {first.strip()}")
    return tuple(dict.fromkeys(forms))

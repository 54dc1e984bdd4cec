"""A training row to read, with the tokens that carry loss marked."""

from rich.text import Text

from scriptgap.synthesize.masks import LossMask

BEGIN, END = "⟦", "⟧"
BETWEEN = "·"


def loss_view(mask: LossMask) -> Text:
    """Show which tokens of a row carry loss.

    Returns:
        The row's text, a dot between tokens. What carries loss stands between ``⟦`` and ``⟧``, so that it can
        be told without colours (``.plain``), and in bold green; the rest is dim. Line breaks are shown by
        ``↵`` and kept.
    """
    view = Text()
    inside = False
    begun = True
    for piece, trained in zip(mask.pieces, mask.trained, strict=True):
        if trained != inside:
            view.append(BEGIN if trained else END, "bold")
            inside, begun = trained, True
        if not piece:
            # Part of a character that an earlier token shows.
            continue
        if not begun:
            view.append(BETWEEN, "dim")
        view.append(piece.replace("\n", "↵\n"), "bold green" if trained else "dim")
        begun = False
    if inside:
        view.append(END, "bold")
    return view

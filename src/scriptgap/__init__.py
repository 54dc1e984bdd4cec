"""Measure, explain and close the script gap of language models.

The verbs of the command line are functions here: `build_atlas`, `measure`, `explain`.
"""

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

# Imported now, because importing a subpackage later would put the package in place of the verb of its name.
import scriptgap.explain
import scriptgap.measure  # noqa: F401

if TYPE_CHECKING:
    from scriptgap.explain.explanation import Explanation
    from scriptgap.measure.run import Run
    from scriptgap.questions.atlas import Atlas

__version__ = version("scriptgap")
__all__ = ["build_atlas", "explain", "measure"]


def build_atlas(*args: Any, **kwargs: Any) -> "Atlas":
    """Build Atlas; see `scriptgap.questions.atlas.build_atlas`."""
    from scriptgap.questions.atlas import build_atlas

    return build_atlas(*args, **kwargs)


def measure(*args: Any, **kwargs: Any) -> "Run":
    """Ask a model every question under every condition; see `scriptgap.measure.run.measure`."""
    from scriptgap.measure.run import measure

    return measure(*args, **kwargs)


def explain(*args: Any, **kwargs: Any) -> "Explanation":
    """Explain observations; see `scriptgap.explain.explanation.explain`."""
    from scriptgap.explain.explanation import explain

    return explain(*args, **kwargs)

"""Measure, explain and close the script gap of language models.

The verbs of the command line are functions here: `build_atlas` and its like for every data set,
`ingest_xfakt` and its like for every kind of results, `measure`, `explain`, `synthesize`, `train`, `compare`.
"""

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

# Imported now, because importing a subpackage later would put the package in place of the verb of its name.
import scriptgap.compare
import scriptgap.explain
import scriptgap.measure
import scriptgap.synthesize
import scriptgap.train  # noqa: F401

if TYPE_CHECKING:
    from scriptgap.compare.compare import Comparison
    from scriptgap.entities.find import find_entities
    from scriptgap.explain.explanation import Explanation
    from scriptgap.ingest.inspect_logs import ingest_inspect
    from scriptgap.ingest.lm_eval import ingest_lm_eval
    from scriptgap.ingest.table import ingest_table
    from scriptgap.ingest.xfakt import ingest_xfakt
    from scriptgap.measure.run import Run
    from scriptgap.questions.atlas import build_atlas
    from scriptgap.questions.eclektic import build_eclektic
    from scriptgap.questions.mkqa import build_mkqa
    from scriptgap.questions.multiloko import build_multiloko
    from scriptgap.questions.table import build_table
    from scriptgap.questions.xfakt import build_xfakt
    from scriptgap.synthesize.own_replay import build_replay
    from scriptgap.synthesize.synthesis import Synthesis
    from scriptgap.train.run import Trained

__version__ = version("scriptgap")

_WHERE = {
    "build_atlas": "scriptgap.questions.atlas",
    "build_eclektic": "scriptgap.questions.eclektic",
    "build_mkqa": "scriptgap.questions.mkqa",
    "build_multiloko": "scriptgap.questions.multiloko",
    "build_replay": "scriptgap.synthesize.own_replay",
    "build_table": "scriptgap.questions.table",
    "build_xfakt": "scriptgap.questions.xfakt",
    "find_entities": "scriptgap.entities.find",
    "ingest_inspect": "scriptgap.ingest.inspect_logs",
    "ingest_lm_eval": "scriptgap.ingest.lm_eval",
    "ingest_table": "scriptgap.ingest.table",
    "ingest_xfakt": "scriptgap.ingest.xfakt",
}

__all__ = [
    "build_atlas",
    "build_eclektic",
    "build_mkqa",
    "build_multiloko",
    "build_replay",
    "build_table",
    "build_xfakt",
    "compare",
    "explain",
    "find_entities",
    "ingest_inspect",
    "ingest_lm_eval",
    "ingest_table",
    "ingest_xfakt",
    "measure",
    "synthesize",
    "train",
]


def __getattr__(name: str) -> Any:
    """Load a verb's module when it is first asked for: some take a second."""
    if name not in _WHERE:
        raise AttributeError(f"module 'scriptgap' has no attribute {name!r}")
    return getattr(import_module(_WHERE[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_WHERE])


def measure(*args: Any, **kwargs: Any) -> "Run":
    """Ask a model every question under every condition; see `scriptgap.measure.run.measure`."""
    from scriptgap.measure.run import measure

    return measure(*args, **kwargs)


def explain(*args: Any, **kwargs: Any) -> "Explanation":
    """Explain observations; see `scriptgap.explain.explanation.explain`."""
    from scriptgap.explain.explanation import explain

    return explain(*args, **kwargs)


def synthesize(*args: Any, **kwargs: Any) -> "Synthesis":
    """Make training samples of questions; see `scriptgap.synthesize.run.synthesize`."""
    from scriptgap.synthesize.run import synthesize

    return synthesize(*args, **kwargs)


def train(*args: Any, **kwargs: Any) -> "Trained":
    """Fine-tune a model on the samples of `synthesize`; see `scriptgap.train.run.train`."""
    from scriptgap.train.run import train

    return train(*args, **kwargs)


def compare(*args: Any, **kwargs: Any) -> "Comparison":
    """Compare a model before and after training; see `scriptgap.compare.compare.compare`."""
    from scriptgap.compare.compare import compare

    return compare(*args, **kwargs)

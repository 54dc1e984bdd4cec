"""Training questions that repeat an evaluation question, with what many questions share taken off.

One shared run removes a question, as in the report on GPT-3 (Brown et al. 2020, appendix C: runs of 8 to 13
words, by data set). The runs are of eight words, the length that PaLM (Chowdhery et al. 2022) and Llama 3
(2024, section 5.1.4) compare too, though both by the share of a text that such runs cover, not by one run.
Scripts without spaces count characters here. Questions made from a frame share such runs whatever they ask
about, so a run counts only if it is not a frame's: if questions about three or more entities have it, it is.
What is left either holds the entity, or is wording that one question only has. A question that is an
evaluation question, letter by letter, always counts.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from scriptgap.scoring.normalize import UNSPACED, normalize

WORDS = 8
CHARACTERS = 20
_FRAME = 3
_SHORT_WORDS = 4
_SHORT_CHARACTERS = 8


def runs(question: str, names: Collection[str] = ()) -> set[str]:
    """Return the runs of a question: of `WORDS` words, or of `CHARACTERS` characters without spaces.

    A shorter question is one run, if it has at least four words or eight characters. A run that has a part
    of one of `names`, and not all of it, is left out: Algeria and Nigeria end alike in a frame.
    """
    text = normalize(question)
    parts: Sequence[str] = text.split()
    length, fewest, join = WORDS, _SHORT_WORDS, " "
    if 2 * len(UNSPACED.findall(text)) > len(text.replace(" ", "")):
        parts, length, fewest, join = text.replace(" ", ""), CHARACTERS, _SHORT_CHARACTERS, ""
    if len(parts) < fewest:
        return set()
    last = max(len(parts) - length, 0)
    spans = [span for name in names for span in _spans(parts, normalize(name), join)]
    return {
        join.join(parts[start : start + length])
        for start in range(last + 1)
        if not any(_cuts(start, start + length, *span) for span in spans)
    }


def _spans(parts: Sequence[str], name: str, join: str) -> list[tuple[int, int]]:
    """Return where a name stands in the parts of a question."""
    sought = list(name.split() if join else name.replace(" ", ""))
    size = len(sought)
    starts = range(len(parts) - size + 1) if sought else range(0)
    return [(start, start + size) for start in starts if list(parts[start : start + size]) == sought]


def _cuts(start: int, end: int, name_start: int, name_end: int) -> bool:
    """Tell whether a run holds some of a name and not all."""
    touches = start < name_end and name_start < end
    return touches and not (start <= name_start and name_end <= end)


def overlaps(
    training: Iterable[tuple[str, tuple[str, ...]]], evaluation: Iterable[tuple[str, str]]
) -> dict[str, tuple[str, str]]:
    """Find the training questions that share a run with an evaluation question.

    Args:
        training: Each question and the names of its entity, if it has one, the entity's key first.
        evaluation: Each question and what tells it from others: its entity, else its text.

    Returns:
        By training question, the run (all of it, if it is an evaluation question) and the evaluation
        question.
    """
    training, evaluation = set(training), sorted(set(evaluation))
    asked = {normalize(question): question for question, _ in reversed(evaluation)}
    of_evaluation: dict[str, str] = {}
    about: dict[str, set[str]] = defaultdict(set)
    for question, entity in evaluation:
        for run in runs(question):
            of_evaluation.setdefault(run, question)
            about[run].add(entity)
    shared: dict[str, list[str]] = defaultdict(list)
    about_training: dict[str, set[str]] = defaultdict(set)
    for question, names in sorted(training):
        for run in sorted(runs(question, names) & of_evaluation.keys()):
            shared[question].append(run)
            about_training[run].update(names[:1])
    found = {
        question: (text, asked[text])
        for question, _ in training
        if (text := normalize(question)) in asked
        if text
    }
    for question, common in shared.items():
        if question in found:
            continue
        for run in common:
            if len(about[run]) < _FRAME and len(about_training[run]) < _FRAME:
                found[question] = (run, of_evaluation[run])
                break
    return found

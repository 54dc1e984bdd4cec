"""Samples as rows of JSON Lines, in the forms that chat models and base models are trained on."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
from inspect_ai.model import ChatMessage, ChatMessageAssistant, ChatMessageSystem, ChatMessageUser

from scriptgap.errors import UsageError
from scriptgap.measure.presentation import FEWSHOT, items, present_example
from scriptgap.measure.prompts import as_text
from scriptgap.scoring.reasoning import Thought, split_reasoning
from scriptgap.tables import check_table

FORMS = ("messages", "inline", "completion")
"""``messages``: a conversation with the reasoning in ``reasoning_content``; ``inline``: the same with the
reasoning in the content, between ``<think>`` and ``</think>``; ``completion``: one text for a base model."""

SPLITS = ("train", "validation")
"""The splits that are exported; ``test`` is kept to be asked."""

METADATA = ("sample_id", "entity", "query_lang", "topic", "kind", "style", "teacher")
"""Columns of the samples that every row keeps beside its text."""

OPEN, CLOSE = "<think>", "</think>"

_NEEDED: dict[str, pl.DataType | type[pl.DataType]] = {
    **dict.fromkeys(METADATA, pl.String),
    **dict.fromkeys(["dataset", "split", "condition", "prompt", "reasoning", "response"], pl.String),
}
# Every line break that Python or JSON Lines readers know, with the space around it.
_LINE_BREAK = re.compile(r"\s*[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]\s*")

_Key = tuple[str, str, str, str]


def check_form(form: str) -> str:
    """Return `form`, one of `FORMS`.

    Raises:
        UsageError: There is no such form.
    """
    if form not in FORMS:
        raise UsageError(f"unknown form {form!r} of training rows; there are {', '.join(FORMS)}")
    return form


def to_row(sample: Mapping[str, Any], form: str, shown: str = "") -> dict[str, Any]:
    """Write one sample as a row to train on.

    Args:
        sample: A row of the samples table.
        form: One of `FORMS`.
        shown: The worked examples that stand before the question in form ``completion``.

    Returns:
        `METADATA`, and ``messages`` (the user's and the assistant's) or, in form ``completion``, ``prompt``
        (to the byte what `measure` shows a base model) and ``completion``. The completion is a single line,
        because a base model is read up to its first line break.

    Raises:
        UsageError: The reply is empty, or `measure` could not tell its reasoning from its answer.
    """
    reasoning, response = (sample["reasoning"] or "").strip(), (sample["response"] or "").strip()
    if not response:
        raise UsageError(f"sample {sample['sample_id']}: column response is empty; leave the sample out")
    row = {name: sample[name] for name in METADATA}
    if form == "completion":
        reasoning, response = one_line(reasoning), one_line(response)
        told = f"{OPEN} {reasoning} {CLOSE} {response}" if reasoning else response
        row |= {"prompt": _as_base(shown, sample["prompt"]), "completion": f" {told}"}
    else:
        told = f"{OPEN}\n{reasoning}\n{CLOSE}\n\n{response}" if reasoning else response
        reply = {"role": "assistant", "content": told}
        if form == "messages":
            reply = {"role": "assistant", "content": response}
            # No key at all where there is no reasoning: templates take an empty one for a block of it.
            reply |= {"reasoning_content": reasoning} if reasoning else {}
        row["messages"] = [{"role": "user", "content": sample["prompt"]}, reply]
    if split_reasoning(told) != Thought(reasoning or None, response, True):
        raise UsageError(
            f"sample {sample['sample_id']}: the reasoning or the response has marks of thinking in it, such "
            f"as {CLOSE}, so that they cannot be told apart; leave the sample out"
        )
    return row


def thought_of(row: Mapping[str, Any]) -> Thought:
    """Return the reasoning (None where there is none) and the answer of an exported row, told apart.

    Args:
        row: What `to_row` made, or the same read back from JSON Lines.
    """
    if "completion" in row:
        return split_reasoning(row["completion"].strip())
    reply = row["messages"][-1]
    if reply.get("reasoning_content"):
        return Thought(reply["reasoning_content"], reply["content"], True)
    return split_reasoning(reply["content"])


def one_line(text: str) -> str:
    """Write `text` on one line: each line break, with the space around it, becomes a space."""
    return _LINE_BREAK.sub(" ", text).strip()


def export_rows(
    samples: pl.DataFrame, form: str, questions: pl.DataFrame | None = None, shots: int | None = None
) -> list[dict[str, Any]]:
    """Write every sample as a row to train on.

    Args:
        samples: The samples table.
        form: One of `FORMS`.
        questions: A questions table whose rows of split ``fewshot`` are the worked examples of the samples of
            the same data set, topic and query language. Only form ``completion`` shows them.
        shots: Show this many of them, the first ones; where None all, as `measure` does.

    Returns:
        One row for each sample, in the order of ``sample_id``: a hash, so that kinds are mixed, and rows
        keep their order when data are added.

    Raises:
        UsageError: An unknown form, a negative number of examples, a column that is missing or empty, or a
            sample that `to_row` refuses.
    """
    check_form(form)
    if shots is not None and shots < 0:
        raise UsageError(f"{shots} worked examples: give 0 or more, or none to show all")
    samples = check_table(samples, _NEEDED, ["sample_id"], "samples").sort("sample_id")
    shown: dict[_Key, str] = {}
    if form == "completion" and questions is not None:
        conditions = samples["condition"].unique().sort().to_list()
        shown = _worked_examples(questions, conditions, shots)
    return [to_row(row, form, shown.get(_key(row, row["condition"]), "")) for row in samples.to_dicts()]


def export(
    samples: pl.DataFrame,
    folder: Path,
    form: str,
    questions: pl.DataFrame | None = None,
    shots: int | None = None,
) -> dict[str, Path]:
    """Write ``train.jsonl`` and ``validation.jsonl`` into `folder`.

    Args:
        samples: The samples table; rows of other splits than `SPLITS` are not written.
        folder: Made where it is absent.
        form: One of `FORMS`.
        questions: As in `export_rows`.
        shots: As in `export_rows`.

    Returns:
        The file of each split. That of a split without samples is empty.

    Raises:
        UsageError: As in `export_rows`, or there is no sample to train on.
    """
    rows = export_rows(samples, form, questions, shots)
    splits = dict(samples.select("sample_id", "split").iter_rows())
    if "train" not in splits.values():
        raise UsageError("no sample is in the split train; take more entities, or filter less")
    folder.mkdir(parents=True, exist_ok=True)
    paths = {split: folder / f"{split}.jsonl" for split in SPLITS}
    for split, path in paths.items():
        with path.open("w", encoding="utf-8", newline="\n") as file:
            for row in rows:
                if splits[row["sample_id"]] == split:
                    file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return paths


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Read the rows of a file that `export` wrote.

    Raises:
        UsageError: The file is absent, or a line of it is no row to train on.
    """
    if not path.is_file():
        raise UsageError(f"{path}: no such file; make it: scriptgap synthesize")
    rows = []
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            try:
                row = json.loads(line)
            except json.JSONDecodeError as error:
                raise UsageError(f"{path}: line {number}: not JSON ({error})") from None
            if not isinstance(row, dict) or not ("messages" in row or {"prompt", "completion"} <= row.keys()):
                raise UsageError(f"{path}: line {number}: neither messages nor prompt and completion")
            rows.append(row)
    return rows


def _key(row: Mapping[str, Any], condition: str) -> _Key:
    return str(row["dataset"]), str(row["topic"]), str(row["query_lang"]), condition


def _as_base(shown: str, prompt: str) -> str:
    """Write what a base model sees of a question, by the code that `measure` shows it with."""
    before: list[ChatMessage] = [ChatMessageSystem(content=shown)] if shown else []
    return as_text([*before, ChatMessageUser(content=prompt)])


def _worked_examples(questions: pl.DataFrame, conditions: list[str], shots: int | None) -> dict[_Key, str]:
    turns: dict[_Key, list[tuple[str, str]]] = {}
    for row, item in items(questions.filter(pl.col("split") == FEWSHOT)):
        for condition in conditions:
            if (example := present_example(item, condition)) is not None:
                turns.setdefault(_key(row, condition), []).append(example)
    return {key: _as_examples(examples[:shots]) for key, examples in turns.items()}


def _as_examples(examples: list[tuple[str, str]]) -> str:
    messages: list[ChatMessage] = []
    for question, answer in examples:
        messages += [ChatMessageUser(content=question), ChatMessageAssistant(content=answer)]
    return as_text(messages).strip()

"""MultiLoKo: questions sourced in 31 languages, and their translations from and into English."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Literal, get_args

from scriptgap.errors import UsageError
from scriptgap.languages import language
from scriptgap.questions.archive import read_archive
from scriptgap.records import (
    FieldError,
    Intake,
    Loaded,
    Record,
    file_lines,
    identifier,
    json_lines,
    optional_text,
    text,
    texts,
)
from scriptgap.tables import QUESTION_KEY, QUESTIONS

Translations = Literal["human", "machine", "both"]

LANGUAGES = {
    "arabic": "ar",
    "bengali": "bn",
    "cantonese": "yue",
    "czech": "cs",
    "dutch": "nl",
    "english": "en",
    "farsi": "fa",
    "french": "fr",
    "german": "de",
    "hebrew": "he",
    "hindi": "hi",
    "indonesian": "id",
    "italian": "it",
    "japanese": "ja",
    "khmer": "km",
    "korean": "ko",
    "malay": "ms",
    "marathi": "mr",
    "polish": "pl",
    "portuguese": "pt",
    "romanian": "ro",
    "russian": "ru",
    "simplified_mandarin": "zh-Hans",
    "spanish": "es",
    "swedish": "sv",
    "tagalog": "fil",
    "thai": "th",
    "traditional_mandarin": "zh-Hant",
    "turkish": "tr",
    "urdu": "ur",
    "vietnamese": "vi",
}
"""MultiLoKo's names of its languages, which are its folders' names, and their BCP-47 tags."""

_ROOT = "benchmark_data"
_WORKED_EXAMPLES = "knowledge_fewshot"


@dataclass(frozen=True, slots=True)
class _Data:
    """The ``.jsonl`` files of a copy of MultiLoKo, by folder and name: where they are, or what they hold."""

    place: str
    folders: dict[str, dict[str, Path | bytes]]

    def label(self, folder: str, name: str = "") -> str:
        """Return the name of a file or folder as the user knows it."""
        return "/".join(filter(None, [self.place, folder, name]))


def build_multiloko(
    source: str | Path,
    languages: Sequence[str] | None = None,
    password: str | None = None,
    translations: Translations = "human",
    split: str = "dev",
) -> Loaded:
    """Build a questions table from MultiLoKo (Hupkes and Bogoychev 2025, arXiv 2504.10356).

    Read are, of each language's folder, ``<split>.jsonl``, ``knowledge_fewshot.jsonl`` and the translations
    ``<split>_translated_<human|machine>_<language>.jsonl``; ``.jsonl`` files with other names are left alone.
    A file or folder that should be there and is not, a folder of an unknown language, and a translation into
    one are refused, each as one row whose ``row`` is null; ``rows_in`` counts them.

    Args:
        source: The unpacked folder ``benchmark_data``, a folder that holds it, or the encrypted archive
            ``benchmark_data.tar.xz.enc``, which is read in memory and never unpacked to disk (its authors ask
            that it not be mirrored).
        languages: BCP-47 tags or MultiLoKo's names; all 31 where None. Read are the files whose source and
            query language are both among them, so translations need ``en``. A tag stands for its language
            and script, whatever its region: ``zh`` and ``zh-CN`` are ``zh-Hans``, ``zh-TW`` is ``zh-Hant``.
        password: The archive's password; of no use for a folder.
        translations: Which translations to read beside the original questions.
        split: Which questions to read: the file's name without ``.jsonl``.

    Returns:
        Columns of `tables.QUESTIONS`, then ``output_type`` and ``long_answer``, both null where the file has
        none. ``dataset`` is ``multiloko``, in machine translations ``multiloko_machine``, whose original
        questions are those of ``multiloko``. ``source_lang`` is the language of the folder, where the
        question was sourced; ``query_lang`` that of the file's text. ``question_id`` is
        ``<source language's name>/<id>``, the same in a question and its translations; where an id repeats
        within a file, its second row has ``#2`` after it, and so on. ``answers`` are the file's ``targets``,
        stripped, without blank ones and repeats, which the data have; a row with blank ones only is refused.
        ``context`` is the file's ``text``. ``split`` is `split`; worked examples have ``fewshot``, and
        ``<language>/fewshot/<id>`` as ``question_id``; where machine translations are read they are offered
        once more for that data set, so that its questions are asked after the same examples. ``topic`` and
        the three entity columns are null.

        A translation of which nobody can tell the original is refused: its id repeats, and the original file
        has it another number of times. One whose id the original file lacks is kept.

    Raises:
        UsageError: The source cannot be read or is no MultiLoKo, an option is wrong, or no row could be read.
    """
    if translations not in get_args(Translations):
        raise UsageError(f"translations is {translations!r}; give human, machine or both")
    if not re.fullmatch(r"[A-Za-z0-9_-]+", split) or "fewshot" in split or "translated" in split:
        raise UsageError(f"split is {split!r}; give the name of a file of original questions, such as dev")
    chosen = _chosen(languages)
    kinds: list[str] = ["human", "machine"] if translations == "both" else [translations]
    data = _data(Path(source), password)
    intake = Intake()
    for folder in LANGUAGES:
        if folder in chosen:
            _read_folder(data, folder, chosen, kinds, split, intake)
    for folder in sorted(data.folders.keys() - LANGUAGES.keys()):
        intake.refuse(data.label(folder), None, None, "is a folder of no language of MultiLoKo")
    return intake.load(QUESTIONS, QUESTION_KEY, str(source))


def _chosen(languages: Sequence[str] | None) -> set[str]:
    """Return the names of the languages asked for."""
    if languages is None:
        return set(LANGUAGES)
    names = {(language(tag).language, language(tag).script): name for name, tag in LANGUAGES.items()}
    chosen = set()
    for asked in languages:
        if asked in LANGUAGES:
            chosen.add(asked)
            continue
        found = language(asked)
        name = names.get((found.language, found.script))
        if name is None:
            raise UsageError(f"MultiLoKo has no language {asked!r}; it has {', '.join(LANGUAGES.values())}")
        chosen.add(name)
    return chosen


def _data(source: Path, password: str | None) -> _Data:
    """Find the files of a copy of MultiLoKo; those of an archive are read."""
    if source.is_file():
        archived: dict[str, dict[str, Path | bytes]] = {
            folder: dict(files) for folder, files in read_archive(source, password, _ROOT).items()
        }
        data = _Data(f"{source}: {_ROOT}", archived)
    elif source.is_dir():
        root = source / _ROOT if (source / _ROOT).is_dir() else source
        try:
            folders = sorted(folder for folder in root.iterdir() if folder.is_dir())
            listed = {folder.name: sorted(folder.glob("*.jsonl")) for folder in folders}
        except OSError as error:
            raise UsageError(f"{root}: cannot be read ({error})") from None
        data = _Data(
            str(root),
            {folder: {file.name: file for file in files} for folder, files in listed.items() if files},
        )
    else:
        raise UsageError(
            f"{source}: no such file or folder; give the folder {_ROOT} or {_ROOT}.tar.xz.enc of MultiLoKo"
        )
    if data.folders.keys().isdisjoint(LANGUAGES):
        raise UsageError(f"{data.place}: holds no folder of a language of MultiLoKo, such as hindi/dev.jsonl")
    return data


def _read_folder(
    data: _Data, folder: str, chosen: set[str], kinds: list[str], split: str, intake: Intake
) -> None:
    """Offer the questions sourced in one language, their translations and the worked examples."""
    files = data.folders.get(folder)
    if files is None:
        reason = "no such folder, or nothing in it; unpack all of MultiLoKo, or name the languages you have"
        intake.refuse(data.label(folder), None, None, reason)
        return
    tag = LANGUAGES[folder]
    original = {"dataset": "multiloko", "split": split, "source_lang": tag, "query_lang": tag}
    ids = _read_file(data, folder, f"{split}.jsonl", original, folder, None, intake)
    for name, kind, query in _translations(data, folder, chosen, split, intake):
        if kind in kinds and query in chosen:
            dataset = "multiloko_machine" if kind == "machine" else "multiloko"
            translated = {**original, "dataset": dataset, "query_lang": LANGUAGES[query]}
            _read_file(data, folder, name, translated, folder, ids, intake)
    for kind in kinds:
        for query in sorted(chosen) if folder == "english" else ["english"]:
            name = f"{split}_translated_{kind}_{query}.jsonl"
            if query in chosen and query != folder and name not in files:
                _refuse_missing(data, folder, name, intake)
    machine = "machine" in kinds and {"english"} < chosen
    for dataset in ["multiloko", *(["multiloko_machine"] if machine else [])]:
        examples = {**original, "dataset": dataset, "split": "fewshot"}
        _read_file(data, folder, f"{_WORKED_EXAMPLES}.jsonl", examples, f"{folder}/fewshot", None, intake)


def _translations(
    data: _Data, folder: str, chosen: set[str], split: str, intake: Intake
) -> Iterator[tuple[str, str, str]]:
    """Yield each translation of a folder: file name, kind and query language."""
    for name in sorted(data.folders[folder]):
        if not name.startswith(f"{split}_translated"):
            continue
        match = re.fullmatch(r"_translated_(human|machine)_(\w+)\.jsonl", name.removeprefix(split))
        if match and match[2] in LANGUAGES and match[2] != folder:
            yield name, match[1], match[2]
        else:
            reason = "is no translation into another language of MultiLoKo, by human or machine"
            intake.refuse(data.label(folder, name), None, None, reason)


def _refuse_missing(data: _Data, folder: str, name: str, intake: Intake) -> None:
    intake.refuse(data.label(folder, name), None, None, "no such file; MultiLoKo has one, unpack it again")


def _read_file(
    data: _Data,
    folder: str,
    name: str,
    constant: Record,
    prefix: str,
    originals: Counter[str] | None,
    intake: Intake,
) -> Counter[str]:
    """Offer the rows of one file.

    Args:
        data: Where the file is.
        folder: Its folder's name.
        name: Its own.
        constant: The columns that are the same in each row.
        prefix: What comes before the id in ``question_id``.
        originals: How often each id is in the file that this one translates.
        intake: What the rows are offered to.

    Returns:
        How often each id is in this file.
    """
    content = data.folders[folder].get(name)
    if content is None:
        _refuse_missing(data, folder, name, intake)
        return Counter()
    label = data.label(folder, name)
    lines = file_lines(content) if isinstance(content, Path) else BytesIO(content)
    records = list(json_lines(lines, label, intake))
    ids = _ids(record for _, record in records)
    seen: Counter[str] = Counter()
    for row, record in records:
        with intake.row(label, row) as question:
            own = identifier(record, "id")
            seen[own] += 1
            if originals is not None and own in originals and originals[own] != ids[own]:
                times = f"there {originals[own]} x in the original file and {ids[own]} x here"
                raise FieldError("id", f"is {own!r}, {times}; which translates which cannot be told")
            question.update(
                constant,
                question_id=f"{prefix}/{own}" + (f"#{seen[own]}" if seen[own] > 1 else ""),
                question=text(record, "question"),
                answers=texts(record, "targets"),
                context=optional_text(record, "text"),
                output_type=optional_text(record, "output_type"),
                long_answer=optional_text(record, "target"),
            )
    return ids


def _ids(records: Iterator[Record]) -> Counter[str]:
    """Count the ids of a file, those of rows that will be refused too."""
    ids: Counter[str] = Counter()
    for record in records:
        try:
            ids[identifier(record, "id")] += 1
        except FieldError:
            continue
    return ids

"""MultiLoKo: every row of a folder or an archive is read as documented, or refused with its reason."""

import json
import lzma
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scriptgap.errors import UsageError
from scriptgap.languages import language
from scriptgap.questions.multiloko import LANGUAGES, build_multiloko
from scriptgap.records import Loaded
from scriptgap.tables import QUESTION_KEY, QUESTIONS, check_table
from tests.questions.test_archive import MUTATIONS, PASSWORD, encrypt, mutated, tar_of

Tree = dict[str, dict[str, bytes]]


def made_up(name: str, **changes: Any) -> dict[str, Any]:
    row = {
        "id": name,
        "text": f"Paragraph about {name}.",
        "question": f"What is {name}?",
        "targets": ["a thing", "", " a thing ", "the"],
        "target": f"{name} is a thing.",
        "output_type": "word",
    }
    return {key: value for key, value in {**row, **changes}.items() if value is not ...}


def lines(*rows: dict[str, Any] | bytes) -> bytes:
    return b"".join(
        (row if isinstance(row, bytes) else json.dumps(row, ensure_ascii=False).encode()) + b"\n"
        for row in rows
    )


def tree(*folders: str) -> Tree:
    """The layout of MultiLoKo with two questions and one worked example in each language."""
    files: Tree = {}
    for folder in folders:
        own = {"dev.jsonl": lines(made_up(f"{folder}_1"), made_up(f"{folder}_2"))}
        own["knowledge_fewshot.jsonl"] = lines(made_up("example"))
        others = [other for other in folders if other != "english"] if folder == "english" else ["english"]
        for kind in ("human", "machine"):
            for query in others:
                rows = [made_up(f"{folder}_{n}", question=f"{kind} {query} {n}?") for n in (1, 2)]
                own[f"dev_translated_{kind}_{query}.jsonl"] = lines(*rows)
        files[folder] = own
    return files


def written(files: Tree, root: Path) -> Path:
    for folder, content in files.items():
        (root / folder).mkdir(parents=True, exist_ok=True)
        for name, data in content.items():
            (root / folder / name).write_bytes(data)
    return root


def reasons(loaded: Loaded) -> dict[str, str]:
    """The reasons by the last two parts of the file's name."""
    return {
        "/".join(row["file"].split("/")[-2:]): f"{row['row']} {row['column']} {row['reason']}"
        for row in loaded.refused.iter_rows(named=True)
    }


def nothing_lost(loaded: Loaded) -> None:
    assert loaded.rows_in == loaded.table.height + loaded.refused.height
    check_table(loaded.table, QUESTIONS, QUESTION_KEY, "multiloko")


SMALL = ["hindi", "english", "cantonese"]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return written(tree(*SMALL), tmp_path / "benchmark_data")


def test_each_tag_is_known_and_of_the_right_script() -> None:
    assert len(LANGUAGES) == 31
    assert all(language(tag).tag == tag for tag in LANGUAGES.values())
    scripts = {name: language(tag).script for name, tag in LANGUAGES.items()}
    others = {name: script for name, script in scripts.items() if script != "Latn"}
    assert others == {
        "arabic": "Arab",
        "bengali": "Beng",
        "cantonese": "Hant",
        "farsi": "Arab",
        "hebrew": "Hebr",
        "hindi": "Deva",
        "japanese": "Jpan",
        "khmer": "Khmr",
        "korean": "Kore",
        "marathi": "Deva",
        "russian": "Cyrl",
        "simplified_mandarin": "Hans",
        "thai": "Thai",
        "traditional_mandarin": "Hant",
        "urdu": "Arab",
    }
    families = [
        language(LANGUAGES[name]).language for name in ("simplified_mandarin", "cantonese", "tagalog")
    ]
    assert families == ["zh", "yue", "fil"]


@pytest.mark.parametrize(
    ("translations", "datasets"),
    [
        ("human", {"multiloko": 31 * 2 + 60 * 2 + 31}),
        ("machine", {"multiloko": 31 * 2 + 31, "multiloko_machine": 60 * 2 + 31}),
        ("both", {"multiloko": 31 * 2 + 60 * 2 + 31, "multiloko_machine": 60 * 2 + 31}),
    ],
)
def test_the_whole_layout(tmp_path: Path, translations: Any, datasets: dict[str, int]) -> None:
    root = written(tree(*LANGUAGES), tmp_path / "benchmark_data")
    loaded = build_multiloko(root, translations=translations)
    nothing_lost(loaded)
    assert loaded.refused.height == 0
    assert dict(loaded.table.group_by("dataset").len().iter_rows()) == datasets
    pairs = loaded.table.filter(pl.col("split") == "dev").select("source_lang", "query_lang").unique()
    assert pairs.height == 31 + 60
    # `build_multiloko(folder)` and the folder around it are the same.
    assert build_multiloko(tmp_path, translations=translations).table.equals(loaded.table)


def test_a_row(small: Path) -> None:
    loaded = build_multiloko(small, SMALL, translations="both")
    nothing_lost(loaded)
    assert loaded.refused.height == 0
    rows = loaded.table.filter(question_id="hindi/hindi_1")
    languages = ["dataset", "source_lang", "query_lang", "question"]
    assert rows.select(languages).rows() == [
        ("multiloko", "hi", "hi", "What is hindi_1?"),
        ("multiloko", "hi", "en", "human english 1?"),
        ("multiloko_machine", "hi", "en", "machine english 1?"),
    ]
    assert rows.drop(languages).row(0, named=True) == {
        "question_id": "hindi/hindi_1",
        "answers": ["a thing", "the"],
        "entity_source": None,
        "entity_query": None,
        "entity_type": None,
        "context": "Paragraph about hindi_1.",
        "topic": None,
        "split": "dev",
        "output_type": "word",
        "long_answer": "hindi_1 is a thing.",
    }


def test_worked_examples_belong_to_every_data_set(small: Path) -> None:
    table = build_multiloko(small, SMALL, translations="both").table
    examples = table.filter(split="fewshot").select("dataset", "question_id", "source_lang", "query_lang")
    assert sorted(examples.rows()) == sorted(
        (dataset, f"{name}/fewshot/example", LANGUAGES[name], LANGUAGES[name])
        for dataset in ("multiloko", "multiloko_machine")
        for name in SMALL
    )
    alone = build_multiloko(small, ["hi"], translations="both").table
    assert set(alone["dataset"]) == {"multiloko"}


@pytest.mark.parametrize(
    ("asked", "pairs"),
    [
        (["hindi"], {("hi", "hi")}),
        (["HI", "en-GB"], {("hi", "hi"), ("hi", "en"), ("en", "en"), ("en", "hi")}),
        (["yue-Hant", "hi"], {("yue", "yue"), ("hi", "hi")}),
    ],
)
def test_languages_are_those_of_source_and_query(
    small: Path, asked: list[str], pairs: set[tuple[str, str]]
) -> None:
    loaded = build_multiloko(small, asked)
    assert set(loaded.table.select("source_lang", "query_lang").iter_rows()) == pairs
    assert loaded.refused.height == 0


@pytest.mark.parametrize(
    ("tag", "name"),
    [("zh", "simplified_mandarin"), ("zh-TW", "traditional_mandarin"), ("tl", "tagalog"), ("cmn_Hant", None)],
)
def test_a_tag_stands_for_its_language_and_script(tmp_path: Path, tag: str, name: str | None) -> None:
    name = name or "traditional_mandarin"
    written(tree(*LANGUAGES), tmp_path)
    assert set(build_multiloko(tmp_path, [tag]).table["source_lang"]) == {LANGUAGES[name]}


@pytest.mark.parametrize("tag", ["el", "hi-Latn", "sr"])
def test_a_language_that_multiloko_lacks(small: Path, tag: str) -> None:
    with pytest.raises(UsageError, match=rf"MultiLoKo has no language '{tag}'; it has ar, bn, yue"):
        build_multiloko(small, [tag])


def test_ids_that_repeat_are_paired_by_their_order(tmp_path: Path) -> None:
    files = tree(*SMALL)
    files["hindi"]["dev.jsonl"] = lines(made_up("a", question="1"), made_up("b"), made_up("a", question="2"))
    files["hindi"]["dev_translated_human_english.jsonl"] = lines(
        made_up("a", question="one"), made_up("a", question="two"), made_up("new"), made_up("new")
    )
    loaded = build_multiloko(written(files, tmp_path), SMALL)
    nothing_lost(loaded)
    found = {(row["question_id"], row["query_lang"]): row["question"] for row in loaded.table.to_dicts()}
    assert found["hindi/a", "hi"] == "1"
    assert found["hindi/a", "en"] == "one"
    assert found["hindi/a#2", "hi"] == "2"
    assert found["hindi/a#2", "en"] == "two"
    assert {"hindi/new", "hindi/new#2"} <= {question for question, _ in found}


def test_the_order_counts_rows_that_are_refused(tmp_path: Path) -> None:
    files = tree(*SMALL)
    files["hindi"]["dev.jsonl"] = lines(made_up("a", targets=[""]), made_up("a", question="2"))
    files["hindi"]["dev_translated_human_english.jsonl"] = lines(made_up("a"), made_up("a", question="two"))
    loaded = build_multiloko(written(files, tmp_path), SMALL)
    nothing_lost(loaded)
    second = loaded.table.filter(question_id="hindi/a#2")
    assert second["question"].to_list() == ["2", "two"]
    assert reasons(loaded) == {"hindi/dev.jsonl": "1 targets holds no text"}


def test_a_translation_whose_original_cannot_be_told_is_refused(tmp_path: Path) -> None:
    files = tree(*SMALL)
    files["hindi"]["dev.jsonl"] = lines(made_up("a"), b"{", made_up("b"))
    files["hindi"]["dev_translated_human_english.jsonl"] = lines(made_up("a"), made_up("a"), made_up("b"))
    loaded = build_multiloko(written(files, tmp_path), SMALL)
    nothing_lost(loaded)
    translated = loaded.table.filter(source_lang="hi", query_lang="en")
    assert translated["question_id"].to_list() == ["hindi/b"]
    refused = loaded.refused.filter(pl.col("file").str.ends_with("english.jsonl"))
    assert refused["row"].to_list() == [1, 2]
    assert "is 'a', there 1 x in the original file and 2 x here" in refused["reason"][0]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b"[1]", "None is a list, not an object"),
        (b"{", "None is not JSON"),
        (made_up("a", id=...), "id is missing"),
        (made_up("a", id=1.5), "id is a number"),
        (made_up("a", question=" "), "question is empty"),
        (made_up("a", question=["q"]), "question is a list"),
        (made_up("a", targets="one"), "targets is text"),
        (made_up("a", targets=["", " "]), "targets holds no text"),
        (made_up("a", targets=[1]), "targets is a list"),
        (made_up("a", text=1), "text is a number"),
        (made_up("a", output_type={}), "output_type is an object"),
        (b'{"id": "a\\ud800", "question": "q"}', "id is not valid Unicode"),
        (b'{"id": "a", "question": "\xff", "targets": ["a"]}', "question is not valid Unicode"),
    ],
)
def test_a_bad_row_is_refused_with_its_reason(
    tmp_path: Path, bad: dict[str, Any] | bytes, reason: str
) -> None:
    files = tree("hindi")
    files["hindi"]["dev.jsonl"] = lines(made_up("1"), b"", bad, made_up("2"))
    loaded = build_multiloko(written(files, tmp_path), ["hindi"])
    nothing_lost(loaded)
    assert loaded.table.filter(split="dev").height == 2
    assert reasons(loaded)["hindi/dev.jsonl"].startswith(f"3 {reason}")


def test_optional_fields_may_be_absent_and_an_id_a_number(tmp_path: Path) -> None:
    files = tree("hindi")
    files["hindi"]["dev.jsonl"] = lines(made_up("", id=7, text=..., output_type=None, target=...))
    table = build_multiloko(written(files, tmp_path), ["hi"]).table.filter(split="dev")
    assert table.select("question_id", "context", "output_type", "long_answer").row(0) == (
        "hindi/7",
        None,
        None,
        None,
    )


def test_files_that_are_missing_or_unknown_are_reported(small: Path) -> None:
    (small / "hindi" / "dev_translated_human_english.jsonl").unlink()
    (small / "cantonese" / "knowledge_fewshot.jsonl").unlink()
    (small / "english" / "dev_translated_human_klingon.jsonl").write_bytes(lines(made_up("a")))
    (small / "english" / "dev_translated_human_english.jsonl").write_bytes(lines(made_up("a")))
    (small / "english" / "extra.jsonl").write_bytes(b"{")
    (small / "klingon").mkdir()
    (small / "klingon" / "dev.jsonl").write_bytes(lines(made_up("a")))
    (small / "notes").mkdir()
    (small / "english" / "readme.md").write_bytes(b"#")
    loaded = build_multiloko(small, [*SMALL, "thai"])
    nothing_lost(loaded)
    found = reasons(loaded)
    assert sorted(found) == [
        "benchmark_data/klingon",
        "benchmark_data/thai",
        "cantonese/knowledge_fewshot.jsonl",
        "english/dev_translated_human_english.jsonl",
        "english/dev_translated_human_klingon.jsonl",
        "english/dev_translated_human_thai.jsonl",
        "hindi/dev_translated_human_english.jsonl",
    ]
    assert all(reason.startswith("None None ") for reason in found.values())
    assert "no such file" in found["hindi/dev_translated_human_english.jsonl"]
    assert "no language of MultiLoKo" in found["benchmark_data/klingon"]
    # Without its original file a translation still counts.
    (small / "hindi" / "dev.jsonl").unlink()
    assert "hindi/dev.jsonl" in reasons(build_multiloko(small, SMALL, translations="machine"))


def test_a_translation_between_two_other_languages_is_read(small: Path) -> None:
    (small / "hindi" / "dev_translated_human_cantonese.jsonl").write_bytes(lines(made_up("hindi_1")))
    table = build_multiloko(small, SMALL).table
    assert table.filter(source_lang="hi", query_lang="yue")["question_id"].to_list() == ["hindi/hindi_1"]


def test_another_split(small: Path) -> None:
    for name in SMALL:
        (small / name / "extra.jsonl").write_bytes(lines(made_up("x")))
    loaded = build_multiloko(small, ["hi", "yue"], split="extra")
    assert loaded.refused.height == 0
    assert sorted(loaded.table["split"]) == ["extra", "extra", "fewshot", "fewshot"]


@pytest.mark.parametrize(
    "split", ["../dev", "", "fewshot", "knowledge_fewshot", "dev_translated_human_english", "a\n"]
)
def test_a_split_that_cannot_be(small: Path, split: str) -> None:
    with pytest.raises(UsageError, match="give the name of a file of original questions, such as dev"):
        build_multiloko(small, split=split)


def test_wrong_use_is_one_line(small: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="give human, machine or both"):
        build_multiloko(small, translations="all")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="unknown language tag 'mandarin'"):
        build_multiloko(small, ["mandarin"])
    with pytest.raises(UsageError, match="no such file or folder; give the folder benchmark_data or"):
        build_multiloko(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="holds no folder of a language of MultiLoKo"):
        build_multiloko(tmp_path / "empty")
    with pytest.raises(UsageError, match="no row could be read: .*thai: no such folder"):
        build_multiloko(small, ["thai"])
    for name in SMALL:
        for file in (small / name).iterdir():
            file.write_bytes(b"")
    with pytest.raises(UsageError, match="no row could be read$"):
        build_multiloko(small, SMALL)


def test_the_archive_is_read_like_the_folder(small: Path, tmp_path: Path) -> None:
    files = tree(*SMALL)
    files["hindi"]["dev.jsonl"] += b"{\r\n\x85\n" + lines(made_up("last"))
    files["kling\non\udcff"] = {"dev.jsonl": b""}
    archive = encrypt(lzma.compress(tar_of(files)), tmp_path / "x.enc")
    (small / "hindi" / "dev.jsonl").write_bytes(files["hindi"]["dev.jsonl"])
    unpacked = build_multiloko(small, SMALL, translations="both")
    loaded = build_multiloko(archive, SMALL, PASSWORD, translations="both")
    nothing_lost(loaded)
    assert loaded.table.equals(unpacked.table)
    assert loaded.refused["file"].to_list() == [
        *(f"{archive}: benchmark_data/hindi/dev.jsonl",) * 2,
        f"{archive}: benchmark_data/kling\\non\\udcff",
    ]
    assert loaded.refused["row"].to_list()[:2] == unpacked.refused["row"].to_list()
    with pytest.raises(UsageError, match="give its password, which is published in the data set's README"):
        build_multiloko(archive)


def rows_offered(root: Path) -> int:
    """Count what a folder of `SMALL` offers, without the loader: rows, and files that are not there."""
    count = 0
    for folder in SMALL:
        others = ["hindi", "cantonese"] if folder == "english" else ["english"]
        kinds = [f"dev_translated_{kind}_{other}" for kind in ("human", "machine") for other in others]
        for name in ["dev", *kinds, *["knowledge_fewshot"] * 2]:
            path = root / folder / f"{name}.jsonl"
            texts = path.read_bytes().decode("utf-8", "replace").split("\n") if path.exists() else ["missing"]
            count += sum(bool(text.removeprefix("\ufeff").strip()) for text in texts)
    return count


@pytest.mark.slow
@settings(
    max_examples=1000,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(
    folder=st.sampled_from(SMALL),
    name=st.sampled_from(
        ["dev", "knowledge_fewshot", "dev_translated_human_english", "dev_translated_machine_english"]
    ),
    mutations=MUTATIONS,
    removed=st.booleans(),
    field=st.sampled_from(list(made_up("a"))),
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("hindi_1"),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
        max_leaves=4,
    ),
    repeated=st.integers(0, 2),
    damage=st.booleans(),
)
def test_broken_files_are_one_line_or_nothing_is_lost(
    tmp_path: Path,
    folder: str,
    name: str,
    mutations: list[tuple[str, float, int, bytes]],
    removed: bool,
    field: str,
    value: Any,
    repeated: int,
    damage: bool,
) -> None:
    files = tree(*SMALL)
    if folder == "english":
        name = name.replace("_english", "_hindi")
    rows = [json.loads(line) for line in files[folder][f"{name}.jsonl"].splitlines()]
    content = lines(*rows, *rows[:repeated], {**rows[0], field: value})
    files[folder][f"{name}.jsonl"] = mutated(content, mutations) if damage else content
    root = written(files, tmp_path)
    gone = root / "cantonese" / "dev.jsonl"
    if removed:
        gone.unlink()
    try:
        loaded = build_multiloko(root, SMALL, translations="both")
    except UsageError as error:
        message = str(error)
    else:
        nothing_lost(loaded)
        assert loaded.rows_in == rows_offered(root)
        assert loaded.refused["reason"].str.contains("\n").sum() == 0
        return
    assert len(message.splitlines()) == 1

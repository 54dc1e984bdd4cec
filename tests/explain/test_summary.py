import json
import re
import zlib
from importlib.resources import files

import jsonschema
import polars as pl
import pytest

from scriptgap.errors import UsageError
from scriptgap.explain.examples import EXAMPLE_COLUMNS
from scriptgap.explain.explanation import explain

SCHEMA = json.loads((files("scriptgap") / "data" / "summary.schema.json").read_text(encoding="utf-8"))
TEXTS = {"model", "base", "condition", "answer_script", "stop_reason", "family", "genus", "singular",
         "df", "note", "nested_n", "difference_in_differences_variant"}  # fmt: skip


def lookup(summary, key):
    for part in key.split("."):
        summary = summary[int(part)] if isinstance(summary, list) else summary[part]
    return summary


def nulls(value, path=()):
    if isinstance(value, dict):
        for key, item in value.items():
            if key not in TEXTS:
                yield from nulls(item, (*path, key))
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from nulls(item, (*path, str(i)))
    elif value is None:
        yield path


def check(explanation):
    """The summary obeys the schema, has no NaN, explains each null, and each sentence has its numbers."""
    summary = explanation.summary
    text = json.dumps(summary, allow_nan=False)
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(text))
    for path in nulls(summary):
        prefixes = [".".join(path[:i]) for i in range(1, len(path) + 1)]
        assert any(prefix in summary["notes"] for prefix in prefixes), path
    for sentence in summary["sentences"]:
        backed = set()
        for key in sentence["keys"]:
            value = lookup(summary, key)
            if isinstance(value, int | float):
                backed |= {f"{value:,}", f"{value:,.0f}", f"{value:.3g}", f"{value:.2e}"}
                backed |= {f"{abs(100 * value):.{digits}f}" for digits in (0, 1)}
        words = sentence["text"]
        for name in [*summary["models"], *summary["datasets"]]:
            words = words.replace(name, "")
        for number in re.findall(r"\d[\d,]*(?:\.\d+)?(?:e[+-]\d+)?", words):
            assert number.rstrip(",") in backed, (number, sentence)
    assert explanation.examples.columns == EXAMPLE_COLUMNS
    assert str(explanation).splitlines() == explanation.sentences
    return summary


def test_schema_is_valid():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_a_model_with_a_gap(demo, tmp_path):
    summary = check(explain(demo))
    assert summary["conditions"] == ["plain", "entity_only", "hint", "hint_placebo"]
    assert summary["effects"] == summary["effects_by_condition"]["plain"]
    assert set(summary["effects_by_condition"]) == {"plain", "entity_only"}
    assert summary["effects"]["script_match"]["low"] > 0
    assert summary["n_scored"] + summary["n_missing"] == summary["n_observations"] == demo.height
    assert sum(row["n"] for row in summary["missing"]) == summary["n_missing"] > 0
    assert "<li>" in explain(demo)._repr_html_()
    written = explain(demo).write_summary(tmp_path)
    assert json.loads(written.read_text(encoding="utf-8"))["gap"] == summary["gap"]


def test_order_of_rows_does_not_matter(demo):
    first, second = explain(demo).summary, explain(demo.sample(fraction=1, shuffle=True, seed=1)).summary
    for summary in (first, second):
        del summary["created"]
    assert first == second


def coin(*key):
    return zlib.crc32(repr(key).encode()) % 2 == 0


BROKEN = {
    "one language": (coin, {"languages": ["en"]}),
    "one foreign language": (coin, {"languages": ["ru"]}),
    "one question": (coin, {"questions": 1}),
    "one answer": (lambda *_: True, {"languages": ["ru"], "questions": 1}),
    "all right": (lambda *_: True, {}),
    "all wrong": (lambda *_: False, {}),
    "nothing scored": (lambda *_: None, {}),
    "another script only": (coin, {"languages": ["ru", "hi", "ko", "ar"]}),
    "scripts of one language": (coin, {"languages": ["sr-Latn", "sr-Cyrl"], "sources": ["sr-Latn"]}),
    "copies of samples": (lambda m, q, lang, c, s: int(q[1:]) % 2 == 0, {"samples": 5}),
    "script decides": (lambda m, q, lang, c, s: lang in ("en", "es", "fr", "id", "tr", "sw"), {}),
    "language decides": (lambda m, q, lang, c, s: lang == "en", {}),
    "hint only": (coin, {"conditions": ["hint"]}),
    "another condition": (coin, {"conditions": ["think", "hint"]}),
    "placebo without hint": (coin, {"conditions": ["plain", "hint_placebo"]}),
    "many models": (coin, {"models": [f"m{i}" for i in range(9)], "questions": 6}),
    "hint without effect": (lambda *_: False, {"conditions": ["plain", "hint", "hint_placebo"]}),
    "two languages": (coin, {"languages": ["en", "ru"]}),
}


@pytest.mark.parametrize("case", BROKEN)
def test_small_and_broken_input(case, observe):
    right, options = BROKEN[case]
    check(explain(observe(right, **options)))


def test_pandas_and_files(demo, tmp_path):
    pytest.importorskip("pandas")
    demo.write_parquet(tmp_path / "observations.parquet")
    want = explain(demo).summary["gap"]
    for source in (demo.to_pandas(), tmp_path, tmp_path / "observations.parquet", str(tmp_path)):
        assert explain(source).summary["gap"] == want


def test_bad_input_is_one_clear_line(demo):
    for table, words in [
        (demo.drop("correct"), "missing column correct"),
        (demo.clear(), "no rows"),
        (demo.with_columns(query_lang=pl.lit("xx-nonsense!")), "query_lang"),
        ([1, 2], "not list"),
    ]:
        with pytest.raises(UsageError, match=words):
            explain(table)
    with pytest.raises(UsageError, match="no such file"):
        explain("nowhere.parquet")


def test_examples(demo):
    questions = demo.filter(condition="plain").select(
        "dataset", "question_id", "source_lang", "query_lang",
        question=pl.format("Capital in {}?", "query_lang"),
        answers=pl.concat_list(pl.format("answer {}", "query_lang"), pl.lit("other")),
        entity_source=pl.lit("Greece"), entity_query=pl.lit("Ελλάδα"), entity_type=pl.lit("country"),
        context=pl.lit(None, pl.String), topic=pl.lit("capital"), split=pl.lit("test"),
    )  # fmt: skip
    examples = explain(demo.drop("topic"), questions).examples
    wrong = demo.filter((pl.col("condition") == "plain") & ~pl.col("correct"))
    assert examples.height == wrong.height
    assert set(examples["condition"]) == {"plain"}
    assert set(examples["expected_source"]) == {"answer en"}
    assert examples["expected"][0] == f"answer {examples['query_lang'][0]}"
    assert examples["match_class"][0] == "cross_script"
    assert examples["hinted_response"].null_count() == 0
    assert set(examples["topic"]) == {"capital"}


def test_parts_for_a_notebook(demo):
    explanation = explain(demo)
    effects = explanation.table("effects")
    row = effects.filter((pl.col("condition") == "plain") & pl.col("query_language_effect"))
    assert (
        row.filter(pl.col("term") == "script_match")["ame"][0]
        == explanation.summary["effects"]["script_match"]["ame"]
    )
    assert explanation.table("specification_curve").height == len(explanation.summary["specification_curve"])
    assert "<svg" in explanation.figure("forest")._repr_html_()
    assert explanation.figure("by_model") is None
    with pytest.raises(UsageError, match="no figure 'forrest'; choose from waterfall"):
        explanation.figure("forrest")
    with pytest.raises(UsageError, match="no table"):
        explanation.table("x")

"""Self-distillation: what is asked with the hint, and what becomes of each answer."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from scriptgap.synthesize.distill import distill
from tests.conftest import question_row
from tests.synthesize.model_server import choice, model_server
from tests.synthesize.seed_tables import COUNTRIES, seed_row, seed_table
from tests.synthesize.test_teacher import serving

ANSWERS: dict[str, dict[str, Any]] = {
    "Греция": choice("Афины"),
    "Франция": choice("Лион"),
    "Япония": choice("Токио", "length"),
    "Норвегия": choice(""),
    "Египет": choice("Каир", reasoning_content="It reads Egypt (Egypt), whose capital is Cairo."),
    "Куба": choice("Гавана", "content_filter"),
    "Перу": choice("<think>Перу это Перу, столица Лима.</think>Лима"),
}


def play(body: dict[str, Any]) -> dict[str, Any]:
    text = str(body["messages"][-1]["content"])
    return next((answer for name, answer in ANSWERS.items() if name in text), choice("Athens"))


def question_table(number: int = 7) -> pl.DataFrame:
    rows = []
    for name, name_ru, capital, capital_ru in COUNTRIES[:number]:
        shared = {"question_id": f"capital-{name}", "entity_source": name}
        source = f"Country: {name}. What is the capital of this country?"
        rows.append(question_row(**shared, question=source, entity_query=name, answers=[capital, capital_ru]))
        query = seed_row(name, name_ru, capital, capital_ru)
        rows.append({column: query[column] for column in rows[0]})
    return pl.DataFrame(rows)


def test_right_answers_are_samples_and_the_others_have_a_fault(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seeds = seed_table(number=7)
    with model_server(play) as served:
        model = serving(monkeypatch, "distilled", served)
        made = distill(seeds, question_table(), model, tmp_path, samples=2)
        assert len(served.asked) == 14
        distill(seeds, question_table(), model, tmp_path, samples=2)
        assert len(served.asked) == 14
    assert "Страна: Греция (Greece). Какой город является столицей этой страны?" in served.asked
    assert not made["prompt"].str.contains("(", literal=True).any()
    assert made.height == 14
    assert made["sample_id"].n_unique() == 14
    first = made.unique("question_id", keep="first", maintain_order=True)
    assert first.select("entity_source", "fault", "style", "trace_lang", "reasoning", "response").rows() == [
        ("Greece", None, "direct", "ru", "", "Афины"),
        ("France", "wrong answer", "direct", "ru", "", ""),
        ("Japan", "truncated: max_tokens", "direct", "ru", "", ""),
        ("Norway", "empty", "direct", "ru", "", ""),
        ("Egypt", None, "full", "en", "It reads Egypt (Egypt), whose capital is Cairo.", "Каир"),
        ("Cuba", "refused", "direct", "ru", "", ""),
        ("Peru", None, "full", "ru", "Перу это Перу, столица Лима.", "Лима"),
    ]
    assert first["text"].to_list()[1] == "Лион"
    assert made["teacher"].unique().to_list() == ["self"]


def test_entity_only_is_asked_around_the_name_in_the_source_language(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    country = COUNTRIES[0]
    prompt = "Country: Греция. What is the capital of this country?"
    own = {"condition": "entity_only", "prompt": prompt, "answer": "Athens", "answer_lang": "en"}
    seeds = seed_table([seed_row(*country), seed_row(*country, **own)])
    with model_server(play) as served:
        model = serving(monkeypatch, "around", served)
        made = distill(seeds, question_table(), model, tmp_path, samples=1)
    assert "Country: Греция (Greece). What is the capital of this country?" in served.asked
    # The source-language question is asked as well.
    assert len(served.asked) == 3
    assert made.select("condition", "prompt", "fault").rows() == [
        ("plain", seeds["prompt"][0], None),
        ("entity_only", prompt, None),
    ]


def test_what_cannot_be_asked_is_a_row_with_its_reason(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    leaking = ["Афины", "Greece"]
    questions = question_table(2).with_columns(
        answers=pl.when(pl.col("entity_source") == "Greece").then(pl.lit(leaking)).otherwise("answers")
    )
    rows = [seed_row(*COUNTRIES[0]), seed_row(*COUNTRIES[1]), seed_row(*COUNTRIES[2])]
    rows.append(seed_row(*COUNTRIES[3], kind="replay"))
    with model_server(play) as served:
        made = distill(
            seed_table(rows), questions, serving(monkeypatch, "leaking", served), tmp_path, samples=1
        )
    assert made["fault"].to_list() == [
        "not asked: the hint would tell an accepted answer",
        "wrong answer",
        "not asked: its question is not in the questions table",
        "not asked: the seed names no entity",
    ]
    assert len(served.asked) == 1


def test_nothing_to_ask_needs_no_model(tmp_path: Path) -> None:
    made = distill(seed_table(number=2), question_table().head(0), "nosuch/model", tmp_path)
    assert made["fault"].str.starts_with("not asked").all()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_the_embedded_base_model_knows_with_the_hint_what_it_loses_without(tmp_path: Path) -> None:
    from scriptgap.questions.atlas import build_atlas

    questions = build_atlas(["en", "ru"], ["capital"], 8).questions
    asked = questions.filter((pl.col("split") != "fewshot") & (pl.col("query_lang") == "ru"))
    seeds = asked.with_columns(
        entity=pl.col("entity_source").str.to_lowercase(),
        condition=pl.lit("plain"),
        prompt=pl.col("question"),
        answer=pl.col("answers").list.first(),
        answer_lang=pl.col("query_lang"),
        kind=pl.lit("cross_script"),
    )
    made = distill(seeds, questions, "embedded/gemma-3-270m", tmp_path, samples=2, temperature=0.7)
    assert made.height == 2 * seeds.height
    right = made.filter(pl.col("fault").is_null())
    assert set(made["fault"].drop_nulls()) <= {"wrong answer", "truncated: max_tokens", "empty"}
    assert 0.2 < right.height / made.height < 1
    assert right["style"].unique().to_list() == ["direct"]
    assert (right["response"].str.len_chars() > 0).all()

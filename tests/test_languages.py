import math
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from scriptgap.errors import UsageError
from scriptgap.languages import (
    add_match_predictors,
    all_languages,
    family_match,
    genus_match,
    language,
    language_match,
    match_class,
    resource_size,
    script_match,
    script_overlap,
)

ECLEKTIC = "en fr he zh de es hi id it ja ko pt"
MULTILOKO = (
    "ar bn yue cs nl en fa fr de he hi id it ja km ko ms mr pl pt ro ru zh-Hans es sv tl th zh-Hant tr ur vi"
)
MKQA = "ar da de en es fi fr he hu it ja ko km ms nl no pl pt ru sv th tr vi zh-CN zh-HK zh-TW"
XFAKT = "ru fr sw zh el ar en ne uk hi th ja tr"
ATLAS = (
    "en es fr de it pt nl pl cs sv ro ru uk bg el hi bn fa ur hy mr sr sr-Latn sr-Cyrl id tr vi fi hu sw et "
    "eu az uz uz-Cyrl ar he ko zh zh-Hans zh-Hant ja th ka ta te kk am my km"
)
BENCHMARKS = sorted(set(f"{ECLEKTIC} {MULTILOKO} {MKQA} {XFAKT} {ATLAS}".split()))

FAMILIES = {
    ("Indo-European", "Germanic"): "en de nl sv da no",
    ("Indo-European", "Romance"): "es fr it pt ro",
    ("Indo-European", "Slavic"): "pl cs ru uk bg sr sr-Latn sr-Cyrl",
    ("Indo-European", "Indo-Aryan"): "hi bn ur mr ne",
    ("Indo-European", "Iranian"): "fa",
    ("Indo-European", "Greek"): "el",
    ("Indo-European", "Armenian"): "hy",
    ("Austronesian", "Malayo-Chamic"): "id ms",
    ("Austronesian", "Greater Central Philippine"): "tl fil",
    ("Turkic", "Turkic"): "tr az uz uz-Cyrl kk",
    ("Austroasiatic", "Vietic"): "vi",
    ("Austroasiatic", "Khmeric"): "km",
    ("Uralic", "Finnic"): "fi et",
    ("Uralic", "Hungaric"): "hu",
    ("Atlantic-Congo", "Bantoid"): "sw",
    ("Basque", "Basque"): "eu",
    ("Afro-Asiatic", "Semitic"): "ar he am",
    ("Koreanic", "Korean"): "ko",
    ("Japonic", "Japanesic"): "ja",
    ("Sino-Tibetan", "Sinitic"): "zh zh-Hans zh-Hant zh-CN zh-HK zh-TW yue",
    ("Sino-Tibetan", "Lolo-Burmese"): "my",
    ("Tai-Kadai", "Kam-Tai"): "th",
    ("Kartvelian", "Kartvelian"): "ka",
    ("Dravidian", "South Dravidian I"): "ta",
    ("Dravidian", "South Dravidian II"): "te",
    (None, None): "eo tlh",
}

SCRIPTS = {
    "Latn": "en de nl sv da no es fr it pt ro pl cs sr-Latn id ms tl fil tr az uz vi fi et hu sw eu hi-Latn",
    "Cyrl": "ru uk bg sr sr-Cyrl uz-Cyrl kk",
    "Arab": "ar fa ur uz-AF pa-PK",
    "Deva": "hi mr ne",
    "Hani": "zh zh-Hans zh-Hant zh-CN zh-HK zh-TW yue",
    "Hani Hira Kana": "ja",
    "Hang": "ko",
    "Hebr": "he yi",
    "Grek": "el",
    "Armn": "hy",
    "Beng": "bn",
    "Guru": "pa",
    "Thai": "th",
    "Khmr": "km",
    "Mymr": "my",
    "Geor": "ka",
    "Taml": "ta",
    "Telu": "te",
    "Ethi": "am",
}

tags = st.one_of(
    st.sampled_from([entry.tag for entry in all_languages()]),
    st.sampled_from([*BENCHMARKS, "eo", "pt-BR", "zh-TW", "uz-AF", "hi-Latn", "cmn"]),
)


@pytest.mark.parametrize(
    ("tag", "family"), [(tag, family) for family, list_ in FAMILIES.items() for tag in list_.split()]
)
def test_family_and_genus(tag, family):
    assert (language(tag).family, language(tag).genus) == family


@pytest.mark.parametrize(
    ("tag", "scripts"), [(tag, scripts) for scripts, list_ in SCRIPTS.items() for tag in list_.split()]
)
def test_scripts(tag, scripts):
    assert language(tag).scripts == set(scripts.split())


@pytest.mark.parametrize("tag", BENCHMARKS)
def test_languages_of_the_benchmarks_are_checked_above(tag):
    assert any(tag in list_.split() for list_ in FAMILIES.values())
    assert any(tag in list_.split() for list_ in SCRIPTS.values())
    assert language(tag).tag == tag


def test_every_language_is_complete():
    entries = all_languages()
    assert len(entries) > 650
    assert len({entry.tag for entry in entries}) == len(entries)
    for entry in entries:
        assert language(entry.tag) == entry
        assert entry.name
        assert entry.autonym
        assert entry.scripts
        assert (entry.family is None) == (entry.genus is None)
        assert entry.language == language(entry.language).language


@pytest.mark.parametrize(
    ("tag", "same_as"),
    [
        ("zh_hant", "zh-Hant"),
        ("ZH-HANT", "zh-Hant"),
        (" sr_latn ", "sr-Latn"),
        ("eng_Latn", "en-Latn"),
        ("cmn_Hans", "zh-Hans"),
        ("iw", "he"),
        ("sh", "sr-Latn"),
        ("pes", "fa"),
        ("prs", "fa-AF"),
        ("swh", "sw"),
        ("pt-br", "pt-BR"),
        ("ca-Valencia", "ca-valencia"),
        ("es-419", "es-419"),
    ],
)
def test_spellings_of_a_tag(tag, same_as):
    assert language(tag) == language(same_as)
    assert language(tag).tag == same_as


def test_names_and_direction():
    assert language("ja").script == "Jpan"
    assert language("zh").script == "Hans"
    assert language("zh-TW").script == "Hant"
    assert (language("zh-Hant").name, language("zh-Hant").autonym) == ("Traditional Chinese", "繁體中文")
    assert language("sr-Latn").autonym == "srpski"
    assert language("ru-Latn").name == "Russian (Latin)"
    assert language("pt-BR") == replace(language("pt"), tag="pt-BR")
    assert [tag for tag in BENCHMARKS if language(tag).right_to_left] == ["ar", "fa", "he", "ur"]
    assert language("ms-Arab").right_to_left
    assert language("ku-Arab").right_to_left


def test_resource_size_is_known_for_the_languages_of_the_benchmarks():
    assert all(language(tag).wikipedia_articles for tag in BENCHMARKS)


def test_resource_size_of_every_language_is_the_logarithm_of_a_positive_count_or_unknown():
    counts = [entry.wikipedia_articles for entry in all_languages()]
    assert 300 < sum(count is not None for count in counts) < len(counts)
    for entry in all_languages():
        size = resource_size(entry.tag)
        assert (size is None) == (entry.wikipedia_articles is None)
        if size is not None:
            assert isinstance(entry.wikipedia_articles, int)
            assert 1 <= entry.wikipedia_articles < 10_000_000
            assert size == pytest.approx(math.log(entry.wikipedia_articles) / math.log(10))


@pytest.mark.parametrize(
    "order", ["en de hi", "en fr ja ko sw", "zh he sw", "ru uk be", "no nn se", "it la", "zh yue", "sq gsw"]
)
def test_orders_of_resource_size(order):
    sizes = [resource_size(tag) for tag in order.split()]
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == len(sizes)


@pytest.mark.parametrize("tag", ["grc", "tlh", "akk", "ase", "grc-Latn"])
def test_no_resource_size_without_a_wikipedia(tag):
    assert language(tag).wikipedia_articles is None
    assert resource_size(tag) is None


@pytest.mark.parametrize("tag", ["aa", "na"])
def test_an_empty_wikipedia_is_unknown(tag):
    assert language(tag).wikipedia_articles is None


@pytest.mark.parametrize(
    ("tag", "same_as"),
    [
        ("zh-TW", "zh"),
        ("cmn", "zh"),
        ("arb", "ar"),
        ("pes", "fa"),
        ("fa-AF", "fa"),
        ("zsm", "ms"),
        ("ekk", "et"),
        ("sh", "sr"),
        ("ru-Latn", "ru"),
        ("pt-BR", "pt"),
        ("fil", "tl"),
        ("nb", "no"),
        ("egl", "rgn"),
    ],
)
def test_languages_that_share_a_wikipedia(tag, same_as):
    assert resource_size(same_as) is not None
    assert resource_size(tag) == resource_size(same_as)


def test_a_script_variant_has_the_resource_size_of_its_language():
    variants = [entry for entry in all_languages() if "-" in entry.tag]
    assert {"sr-Latn", "sr-Cyrl", "zh-Hans", "zh-Hant", "uz-Cyrl"} <= {entry.tag for entry in variants}
    for entry in variants:
        assert entry.wikipedia_articles == language(entry.tag.split("-")[0]).wikipedia_articles


@pytest.mark.parametrize(
    "tag", ["bho", "bik", "gsw", "kok", "kr", "lzh", "nan", "rup", "sgs", "vro", "yue", "zza"]
)
def test_a_wikipedia_under_another_code_is_found(tag):
    assert resource_size(tag) is not None


@pytest.mark.parametrize(
    ("tag", "suggestion"),
    [
        ("english", "'en'"),
        ("Hindu", "'hi'"),
        ("zx", "'"),
        ("", "'"),
        ("en-", "'en'"),
        ("zh-yue", "'"),
        ("en US", "'"),
    ],
)
def test_unknown_tag(tag, suggestion):
    with pytest.raises(UsageError, match="did you mean") as caught:
        language(tag)
    assert suggestion in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("tag", ["en-Abcd", "en-Zzzz"])
def test_unknown_script(tag):
    with pytest.raises(UsageError, match="unknown script"):
        language(tag)


@given(st.text())
def test_any_text_is_a_language_or_a_usage_error(text):
    message = "one line"
    try:
        language(text)
    except UsageError as error:
        message = str(error)
    assert len(message.splitlines()) == 1


@pytest.mark.parametrize(
    ("source", "query", "expected"),
    [
        ("en", "en", "same_language"),
        ("en", "fr", "same_script"),
        ("en", "ru", "cross_script"),
        ("hi", "mr", "same_script"),
        ("hi", "ur", "cross_script"),
        ("sr-Latn", "sr-Cyrl", "cross_script"),
        ("sr", "sr-Cyrl", "same_language"),
        ("zh-Hans", "zh-Hant", "same_language"),
        ("zh", "yue", "same_script"),
        ("zh", "ja", "cross_script"),
        ("pt-BR", "pt-PT", "same_language"),
        ("tl", "fil", "same_language"),
        ("cmn", "zh-TW", "same_language"),
    ],
)
def test_match_class(source, query, expected):
    assert match_class(source, query) == expected


def test_overlap_of_chinese_and_japanese():
    assert script_overlap("ja", "zh") == pytest.approx(1 / 3)
    assert script_overlap("ja", "ko") == 0


def test_constructed_languages_are_no_family():
    assert family_match("eo", "eo")
    assert genus_match("eo", "eo-Cyrl")
    assert not family_match("eo", "vo")
    assert not genus_match("eo", "vo")


@given(tags, tags)
def test_matches_are_symmetric_and_nested(source, query):
    for match in (script_match, language_match, family_match, genus_match, script_overlap, match_class):
        assert match(source, query) == match(query, source)
    overlap = script_overlap(source, query)
    assert 0 <= overlap <= 1
    assert script_match(source, query) == (overlap == 1)
    if language_match(source, query):
        assert genus_match(source, query)
    if genus_match(source, query):
        assert family_match(source, query)
    assert (match_class(source, query) == "cross_script") == (not script_match(source, query))


@given(tags)
def test_a_tag_matches_itself(tag):
    assert match_class(tag, tag) == "same_language"
    assert genus_match(tag, tag)


ROWS = pl.DataFrame(
    {
        "source_lang": ["ja", "en", "sr-Latn", "hi", "en", None],
        "query_lang": ["zh", "fr", "sr-Cyrl", "ur", "ru", "en"],
        "entity_source": ["東京", "Tower", "Tesla", None, "1984", "x"],
        "entity_query": ["东京", "Tour", "Тесла", "دلی", "1984", "x"],
    }
)
EXPECTED = {
    "script_match": [False, True, False, False, False, None],
    "language_match": [False, False, True, False, False, None],
    "family_match": [False, True, True, True, True, None],
    "genus_match": [False, False, True, True, False, None],
    "script_overlap": [1 / 3, 1.0, 0.0, 0.0, 0.0, None],
    "match_class": ["cross_script", "same_script", "cross_script", "cross_script", "cross_script", None],
    "entity_script_match": [True, True, False, None, None, True],
}


def test_add_match_predictors():
    frame = add_match_predictors(ROWS)
    assert_frame_equal(frame, ROWS.with_columns(**{k: pl.Series(k, v) for k, v in EXPECTED.items()}))
    assert_frame_equal(add_match_predictors(frame), frame)
    lazy = add_match_predictors(ROWS.lazy())
    assert isinstance(lazy, pl.LazyFrame)
    assert_frame_equal(lazy.collect(), frame)


def test_add_match_predictors_keeps_categories():
    frame = ROWS.with_columns(pl.col("source_lang", "query_lang").cast(pl.Categorical))
    result = add_match_predictors(frame)
    assert result.schema["source_lang"] == pl.Categorical
    assert result["match_class"].to_list() == EXPECTED["match_class"]


def test_add_match_predictors_without_entities_or_rows():
    result = add_match_predictors(ROWS.select("source_lang", "query_lang").clear())
    assert result.schema["entity_script_match"] == pl.Boolean
    assert result.schema["script_overlap"] == pl.Float64
    assert result.height == 0


@given(st.lists(st.tuples(tags, tags), min_size=1, max_size=20))
def test_add_match_predictors_agrees_with_the_functions(pairs):
    frame = add_match_predictors(pl.DataFrame(pairs, schema=["source_lang", "query_lang"], orient="row"))
    assert frame.select("source_lang", "query_lang").rows() == pairs
    for function in (script_match, language_match, family_match, genus_match, script_overlap, match_class):
        assert frame[function.__name__].to_list() == [function(*pair) for pair in pairs]


def test_add_match_predictors_names_row_and_column():
    frame = pl.DataFrame({"source_lang": ["en", "en"], "query_lang": ["en", "frnech"]})
    with pytest.raises(UsageError, match=r"row 2: column query_lang: .*did you mean 'fr'"):
        add_match_predictors(frame)
    with pytest.raises(UsageError, match="missing column query_lang"):
        add_match_predictors(frame.drop("query_lang"))

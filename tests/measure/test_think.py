import unicodedata

import pytest

from scriptgap.languages import language
from scriptgap.measure.think import think_instruction, think_tags
from scriptgap.questions import eclektic, mkqa, multiloko, names, xfakt
from scriptgap.questions.codes import tags_of
from scriptgap.scripts import fold_script, script_of

DATA_SETS = {
    "atlas": names.LANGUAGES,
    "multiloko": tuple(multiloko.LANGUAGES.values()),
    "mkqa": tuple(tags_of(mkqa.LANGUAGES, mkqa._TAGS)[0].values()),
    "eclektic": eclektic.LANGUAGES,
    "xfakt": tuple(xfakt.LANGUAGES.values()),
}
SENTENCE_ENDS = {"hy": "։", "bn": "।", "hi": "।", "ne": "।", "km": "។", "ur": "۔"} | dict.fromkeys(
    ("ja", "yue", "zh-Hans", "zh-Hant"), "。"
)
# Thai ends a sentence with no mark.
UNPUNCTUATED = {"th"}


@pytest.mark.parametrize("data_set", DATA_SETS)
def test_every_query_language_of_the_data_sets_has_an_instruction(data_set: str) -> None:
    assert [tag for tag in DATA_SETS[data_set] if think_instruction(tag) is None] == []


@pytest.mark.parametrize("tag", think_tags())
def test_an_instruction_is_one_sentence_in_the_script_of_its_tag(tag: str) -> None:
    text = think_instruction(tag)
    assert text is not None
    script = script_of(text)
    assert script is not None
    assert fold_script(script) == language(tag).scripts
    assert text == unicodedata.normalize("NFC", text).strip()
    assert text.splitlines() == [text]
    end = SENTENCE_ENDS.get(tag, ".")
    assert text.count(end) == (tag not in UNPUNCTUATED)
    assert text.endswith(end) == (tag not in UNPUNCTUATED)


def test_tags_are_sorted_and_no_two_share_a_text() -> None:
    assert list(think_tags()) == sorted(think_tags())
    assert len({think_instruction(tag) for tag in think_tags()}) == len(think_tags())


def test_serbian_is_one_text_in_two_scripts() -> None:
    cyrillic, latin = think_instruction("sr-Cyrl"), think_instruction("sr-Latn")
    assert cyrillic is not None
    letters = dict(zip("абвгдђежзијклмнопрстћуфхцчшП", "abvgdđežzijklmnoprstćufhcčšP", strict=True))
    letters |= {"љ": "lj", "њ": "nj", "џ": "dž"}
    assert "".join(letters.get(letter, letter) for letter in cyrillic) == latin


def test_chinese_is_one_text_in_two_scripts() -> None:
    simplified, traditional = think_instruction("zh-Hans"), think_instruction("zh-Hant")
    assert simplified is not None
    pairs = str.maketrans(dict(zip("请这个问题专词书统会么写", "請這個問題專詞書統會麼寫", strict=True)))
    assert simplified.translate(pairs) == traditional


@pytest.mark.parametrize(
    ("tag", "same"),
    [
        ("zh", "zh-Hans"),
        ("zh-SG", "zh-Hans"),
        ("cmn", "zh-Hans"),
        ("zh-TW", "zh-Hant"),
        ("zh-Hant-HK", "zh-Hant"),
        ("yue-HK", "yue"),
        ("sr", "sr-Cyrl"),
        ("sh", "sr-Latn"),
        ("pt-BR", "pt"),
        ("pt_PT", "pt"),
        ("nb", "no"),
        ("nb-NO", "no"),
        ("eng_Latn", "en"),
        ("kor_Hang", "ko"),
        ("tl", "fil"),
        ("iw", "he"),
        ("ur-Aran", "ur"),
    ],
)
def test_a_tag_has_the_text_of_its_language_in_its_script(tag: str, same: str) -> None:
    assert same in think_tags()
    assert think_instruction(tag) == think_instruction(same)


@pytest.mark.parametrize("tag", ["ru-Latn", "hi-Latn", "yue-Hans", "zh-Hani", "az-Cyrl", "ja-Hira"])
def test_a_text_is_never_in_another_script_than_its_tag(tag: str) -> None:
    assert think_instruction(tag) is None


@pytest.mark.parametrize("tag", ["nn", "mi", "xx", "", "no language", "en-Zzzz"])
def test_a_language_without_a_text_has_none(tag: str) -> None:
    assert think_instruction(tag) is None

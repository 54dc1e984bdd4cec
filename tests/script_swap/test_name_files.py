import pytest

from scriptgap.errors import UsageError
from scriptgap.script_swap.name_files import read_names


@pytest.fixture
def file(tmp_path):
    def write(text):
        path = tmp_path / "names.tsv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def test_the_column_in_the_script_is_found(file):
    assert read_names(file("Valerie Aurora\tואלרי אורורה\n\nTolui\tטולוי\n"), "he") == [
        "ואלרי אורורה",
        "טולוי",
    ]


def test_spaces_between_characters_are_removed(file):
    assert read_names(file("chueca\tチ ュ エ カ\t1\nbo\tボ\t2\n"), "ja-Kana") == ["チュエカ", "ボ"]


def test_spaces_between_words_stay(file):
    assert read_names(file("Стара Загора\nСофия\n"), "bg") == ["Стара Загора", "София"]


def test_a_column_by_number_or_heading(file):
    path = file("en\tru\nMary\tМэри\nAnna\tАнна\n")
    assert read_names(path, "ru", "2") == ["ru", "Мэри", "Анна"]
    assert read_names(path, "ru", "ru") == ["Мэри", "Анна"]


@pytest.mark.parametrize(
    ("text", "column", "reason"),
    [
        ("", None, "has no rows"),
        ("Mary\n", None, "no column has names in the script of ru"),
        ("Mary\tМэри\n", "3", "has no column 3; it has 2"),
        ("Mary\tМэри\n", "name", "row 1: has no heading 'name'"),
        (b"\xff\xfe", None, "is not UTF-8"),
    ],
)
def test_what_cannot_be_read(file, text, column, reason):
    with pytest.raises(UsageError, match=reason):
        read_names(file(text), "ru", column)


def test_a_missing_file(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        read_names(tmp_path / "absent.tsv", "ru")

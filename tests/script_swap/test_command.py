import polars as pl
import pytest
import typer
from typer.testing import CliRunner

from scriptgap.commands.swaps import swaps
from scriptgap.errors import UsageError

app = typer.Typer()
app.command()(swaps)


def _run(*arguments):
    result = CliRunner().invoke(app, list(arguments))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


def test_a_text():
    assert _run("--text", "Која је [b]?", "--language", "sr", "--script", "Latn") == "Koja je [b]?\n"


def test_names_of_a_file(tmp_path):
    file, out = tmp_path / "names.tsv", tmp_path / "new" / "table.csv"
    file.write_text("Mary\tМ э р и\nAnna\tА н н а\n", encoding="utf-8")
    output = _run("--names", str(file), "--language", "ru", "-o", str(out))
    assert "refused" not in output
    table = pl.read_csv(out)
    assert table.select("language", "to_script", "source", "n", "error_rate").rows() == [
        ("ru", "Latn", "file", 2, 0.5)
    ]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--text", "а"], "--text needs --language and --script"),
        (["--language", "he"], "no rule swaps he"),
        (["--names", "names.tsv"], "--names needs --language"),
        (["--column", "2"], "--column needs --names"),
        (["--text", "שלום", "--language", "he", "--script", "Latn"], "vowels are not written"),
        (["--script", "Xxxx"], "no rule swaps any language into Xxxx"),
    ],
)
def test_wrong_use(arguments, reason):
    with pytest.raises(UsageError, match=reason):
        _run(*arguments)


def test_the_table_and_what_is_refused():
    output = _run("--script", "cyrl")
    assert "az Latn" in output
    assert "refused: en Latn → Cyrl" in output
    assert "he Hebr" not in output

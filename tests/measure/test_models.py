"""Models are found out before they are asked."""

from pathlib import Path

import pytest

from scriptgap.errors import ScriptgapError, UsageError
from scriptgap.measure.models import check_name


@pytest.mark.parametrize(
    ("model", "error", "message"),
    [
        ("gpt-5", UsageError, "gpt-5: no such model; give a name such as openai/gpt-5-mini"),
        ("openai/", UsageError, "openai/: no such model"),
        ("opnai/gpt-5", UsageError, "Model API opnai of model 'opnai/gpt-5' not"),
        ("embedded/gemma-4", UsageError, "unknown embedded model embedded/gemma-4; there are"),
        ("openai-api/keyless/m", ScriptgapError, "KEYLESS_API_KEY"),
    ],
)
def test_a_model_that_cannot_be_had_is_one_clear_line(
    model: str, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        check_name(model)


def test_a_model_that_loads_weights_is_known_by_its_name_only(tmp_path: Path) -> None:
    check_name("vllm/org/model")
    (tmp_path / "config.json").touch()
    check_name(str(tmp_path))
    check_name("mockllm/model")

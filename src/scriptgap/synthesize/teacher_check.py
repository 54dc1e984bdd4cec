"""Whether the model that is to teach can be had: found out before any work is done."""

import contextlib
import io
import json
from pathlib import Path

from inspect_ai.util import LimitExceededError

from scriptgap.errors import UsageError
from scriptgap.measure.budget import Gate, Limits, limited
from scriptgap.measure.checkpoint import checkpoint
from scriptgap.measure.cost import Prices, spent
from scriptgap.measure.embedded import embedded_model, weights
from scriptgap.measure.ledger import Ledger, read_requests
from scriptgap.measure.models import load
from scriptgap.synthesize.distill import TEACHER as SELF
from scriptgap.synthesize.teaching import RULES

GREETINGS = "greetings.jsonl"
"""The file of a synthesis folder that notes the requests of `check_model`, as a ledger does."""

_EMBEDDED = "embedded/"

# Providers that load weights into this machine: to try one out would take longer than the work before it.
_LOAD_WEIGHTS = frozenset({"hf", "nnterp", "sglang", "transformer_lens", "vllm", "vllm-completions"})


def asked_model(teacher: str, target: str | None) -> str | None:
    """Return the model that a teacher asks, None for the one that asks none.

    Raises:
        UsageError: The teacher is the target model, and none is given.
    """
    if teacher == RULES:
        return None
    if teacher != SELF:
        return teacher
    if target is None:
        raise UsageError(f"--teacher {SELF} needs the model that is to be trained: --target MODEL")
    return target


def check_model(
    model: str, option: str, folder: Path, limits: Limits, prices: Prices | None = None
) -> Limits:
    """Find out whether a model can be asked; one that is served elsewhere is greeted, once for the folder.

    Of a model that loads weights here only the name is checked.

    Args:
        model: What `asked_model` returned.
        option: The option that named it, for messages.
        folder: The folder of the synthesis, which notes the greeting.
        limits: What the folder may cost in all.
        prices: The model's.

    Returns:
        What of `limits` is left for the work.

    Raises:
        UsageError: There is no such provider or embedded model.
        ScriptgapError: The model cannot be reached, or its weights are not there.
    """
    provider, slash, name = model.partition("/")
    if model.startswith(_EMBEDDED):
        try:
            weights(embedded_model(name))
        except UsageError as error:
            raise UsageError(f"{option}: {error}") from None
    elif not _is_model_folder(model):
        if not (provider and slash and name):
            raise UsageError(
                f"{option} {model}: no such model; give a name such as openai/gpt-5-mini, "
                "embedded/gemma-3-270m, or the folder of a checkpoint"
            )
        # A finished run must go on to be exported where its model can no longer be had.
        if provider not in _LOAD_WEIGHTS and not _reached(folder, model):
            _greet(model, option, folder, limits, prices)
    return _left(folder, limits, prices)


def _is_model_folder(model: str) -> bool:
    """Tell whether the name is that of a folder with weights, as `measure.models.load` has it."""
    trained = checkpoint(model)
    notes = (Path(model) / note for note in ("config.json", "adapter_config.json"))
    return (trained is not None and trained.gguf is not None) or any(note.is_file() for note in notes)


def _reached(folder: Path, model: str) -> bool:
    """Tell whether an earlier call into the folder could ask the model."""
    for note in folder.glob("*/*/run.json"):
        with contextlib.suppress(OSError, ValueError):
            if json.loads(note.read_text(encoding="utf-8")).get("model") == model:
                return True
    return False


def _greet(model: str, option: str, folder: Path, limits: Limits, prices: Prices | None) -> None:
    with contextlib.closing(Ledger(folder / GREETINGS)) as ledger:
        try:
            # Inspect prints a banner of its own.
            with limited(Gate(ledger, limits, prices)), contextlib.redirect_stdout(io.StringIO()):
                load(model)
        except LimitExceededError:
            return
        except UsageError as error:
            raise UsageError(f"{option} {error}") from None
        try:
            # Only now: a model that cannot be had must leave no folder behind.
            folder.mkdir(parents=True, exist_ok=True)
            ledger.start()
        except OSError as error:
            raise UsageError(f"{folder}: cannot be written ({error.strerror})") from None


def _left(folder: Path, limits: Limits, prices: Prices | None) -> Limits:
    greetings = read_requests(folder / GREETINGS)
    requests, dollars = limits.requests, limits.dollars
    if requests is not None:
        requests = max(0, requests - greetings.height)
    if dollars is not None and prices is not None:
        dollars = max(0.0, dollars - spent(greetings, prices, None))
    return Limits(requests, dollars)

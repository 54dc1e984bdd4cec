"""The models of a run, loaded so that a wrong name fails at once."""

import asyncio
import contextlib
import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from inspect_ai._util.error import PrerequisiteError
from inspect_ai.model import GenerateConfig, Model, get_model
from inspect_ai.util import LimitExceededError
from rich.text import Text

from scriptgap.errors import ScriptgapError, UsageError
from scriptgap.measure.checkpoint import checkpoint
from scriptgap.measure.embedded import embedded_model, weights
from scriptgap.measure.provider import CHECKPOINT
from scriptgap.measure.transformers_model import TRANSFORMERS, has_chat_template, transformers_model

_EMBEDDED = "embedded/"
_LOAD_WEIGHTS = frozenset({"hf", "nnterp", "sglang", "transformer_lens", "vllm", "vllm-completions"})


def is_base(model: str) -> bool:
    """Whether the model sees a conversation as one text.

    So do an embedded base model, one trained as one, and one of Transformers without a chat template.

    Raises:
        UsageError: There is no such embedded model.
    """
    if (trained := checkpoint(model)) is not None:
        return not trained.chat
    if _holds_weights(model):
        return not has_chat_template(model)
    if model.startswith(TRANSFORMERS):
        return not has_chat_template(model.removeprefix(TRANSFORMERS))
    return model.startswith(_EMBEDDED) and not embedded_model(model.removeprefix(_EMBEDDED)).chat


def load(model: str, temperature: float = 0.0) -> Model:
    """Load the model; where it is served elsewhere, ask it one word, so that a wrong name fails at once.

    Args:
        model: Any Inspect model name, ``embedded/...``, or the folder of a checkpoint.
        temperature: The sampling temperature that it will be asked with.

    Raises:
        UsageError: Inspect knows no such model.
        ScriptgapError: The model cannot be loaded or reached.
        LimitExceededError: The limits of the run do not allow one request more.
    """
    with _one_clear_line(model):
        if model.startswith(_EMBEDDED):
            return get_model(model)
        trained = checkpoint(model)
        if trained is not None and trained.gguf is not None:
            return get_model(
                f"{_EMBEDDED}{CHECKPOINT}",
                path=str(trained.gguf),
                chat=trained.chat,
                config=GenerateConfig(max_tokens=trained.max_tokens),
            )
        if _holds_weights(model):
            config = GenerateConfig(max_tokens=trained.max_tokens if trained else None)
            base = trained is not None and not trained.chat
            return transformers_model(
                f"{TRANSFORMERS}local", temperature, base, model_path=model, config=config
            )
        if model.startswith(TRANSFORMERS):
            return transformers_model(model, temperature)
        # In a thread of its own: a notebook has an event loop running in this one.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, _greet(model)).result()
        return get_model(model)


def check_written(model: str) -> None:
    """Refuse what is no name of a model, without looking for the model.

    Raises:
        UsageError: It names no provider, and is no folder of a model.
    """
    provider, _, name = model.partition("/")
    if not (provider and name) and checkpoint(model) is None and not _holds_weights(model):
        raise UsageError(
            f"{model}: no such model; give a name such as openai/gpt-5-mini or embedded/gemma-3-270m, or "
            "the folder of a checkpoint"
        )


def check_name(model: str) -> None:
    """Find out, without asking it anything, whether there can be such a model.

    Of a provider that loads weights into this machine (``hf``, ``vllm``, ...) only that a model is named.

    Raises:
        UsageError: There is no such provider or embedded model.
        ScriptgapError: The provider needs a key or a package that is not there, or the weights are not.
    """
    check_written(model)
    provider, _, name = model.partition("/")
    if model.startswith(_EMBEDDED):
        weights(embedded_model(name))
    elif checkpoint(model) is None and not _holds_weights(model) and provider not in _LOAD_WEIGHTS:
        # Inspect prints a banner of its own.
        with _one_clear_line(model), contextlib.redirect_stdout(io.StringIO()):
            get_model(model, memoize=False)


def _holds_weights(model: str) -> bool:
    return any((Path(model) / note).is_file() for note in ("config.json", "adapter_config.json"))


@contextlib.contextmanager
def _one_clear_line(model: str) -> Iterator[None]:
    try:
        yield
    except (ScriptgapError, LimitExceededError):
        raise
    except PrerequisiteError as error:
        raise ScriptgapError(f"{model}: {one_line(Text.from_markup(str(error.message)).plain)}") from None
    except (ValueError, LookupError) as error:
        raise UsageError(f"{model}: {one_line(error)}") from None
    except Exception as error:
        raise ScriptgapError(
            f"{model}: cannot be reached: {type(error).__name__}: {one_line(error)}"
        ) from None


def one_line(error: object) -> str:
    """The first 300 characters of a message, on one line."""
    return " ".join(str(error).split())[:300]


def without_hidden_retries(model: Model) -> Model:
    """Let Inspect alone repeat requests that fail: the client of a provider does so unseen and uncounted."""
    client = getattr(model.api, "client", None)
    if getattr(client, "max_retries", 0):
        client.max_retries = 0  # type: ignore[union-attr]
    return model


async def _greet(model: str) -> None:
    greeted = without_hidden_retries(get_model(model, memoize=False))
    async with greeted:
        await greeted.generate("Hello", config=GenerateConfig(max_tokens=16, max_retries=0, timeout=60))

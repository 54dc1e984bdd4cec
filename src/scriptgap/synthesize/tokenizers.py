"""The tokenizer of a model to train, with its chat template."""

from pathlib import Path
from typing import Any, Protocol

from scriptgap.errors import ScriptgapError, UsageError
from scriptgap.measure.embedded import embedded_model, weights
from scriptgap.measure.models import one_line

_EMBEDDED = "embedded/"


class ChatTokenizer(Protocol):
    """What is used of a Hugging Face tokenizer."""

    is_fast: bool
    chat_template: Any
    eos_token: str | None
    pad_token_id: int | None
    all_special_ids: list[int]
    added_tokens_decoder: dict[int, Any]

    def __call__(self, text: str, **options: Any) -> Any:
        """Tokenise `text`."""
        ...

    def apply_chat_template(self, conversation: list[dict[str, str]], **options: Any) -> Any:
        """Render `conversation`."""
        ...

    def decode(self, token_ids: list[int], **options: Any) -> Any:
        """Write the text of `token_ids`."""
        ...


def load_tokenizer(model: str) -> ChatTokenizer:
    """Load the tokenizer of a model.

    Args:
        model: ``embedded/...`` (its tokenizer lies in the GGUF file), a checkpoint folder, or a repository of
            the Hugging Face hub, with or without Inspect's ``hf/`` before it.

    Raises:
        UsageError: The model has no tokenizer that can be read.
        ScriptgapError: The packages for training are not installed, or the weights are not.
    """
    try:
        from transformers import AutoTokenizer
    except ImportError:
        raise ScriptgapError(
            "tokenizers need transformers; install it: pip install 'scriptgap[train]'"
        ) from None
    options: dict[str, str] = {}
    source = model.removeprefix("hf/")
    if model.startswith(_EMBEDDED):
        file = weights(embedded_model(model.removeprefix(_EMBEDDED)))
        source, options = str(file.parent), {"gguf_file": file.name}
    elif Path(source).is_dir() and not (Path(source) / "tokenizer_config.json").is_file():
        raise UsageError(f"{source}: has no tokenizer_config.json; save the tokenizer beside the model")
    try:
        tokenizer: Any = AutoTokenizer.from_pretrained(source, **options)
    except Exception as error:
        raise UsageError(f"{model}: its tokenizer cannot be read: {one_line(error)}") from None
    loaded: ChatTokenizer = tokenizer
    return loaded

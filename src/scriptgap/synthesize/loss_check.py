"""Whether loss can be shown on a model's own template: found out on one row before any is made."""

from scriptgap.errors import UsageError
from scriptgap.measure.embedded import embedded_model
from scriptgap.synthesize.export import METADATA, to_row
from scriptgap.synthesize.mask_check import mask_faults
from scriptgap.synthesize.masks import loss_masks
from scriptgap.synthesize.tokenizers import ChatTokenizer, load_tokenizer

_EMBEDDED = "embedded/"

_PROBE = {
    **dict.fromkeys(METADATA, "probe"),
    "condition": "plain",
    "prompt": "Страна: Греция. Какой город — столица этой страны?",
    "reasoning": "The name is in Cyrillic.\nГ is g, р is r: it is Greece.",
    "response": "Афины",
}


def tokenizer_for(model: str, form: str, reasons: bool) -> ChatTokenizer:
    """Load the tokenizer of a model that can show the loss on rows of a form.

    Args:
        model: As in `tokenizers.load_tokenizer`.
        form: As in `check_form`.
        reasons: As in `check_form`.

    Raises:
        UsageError: As in `check_form`, or there is no such tokenizer.
        ScriptgapError: As in `tokenizers.load_tokenizer`.
    """
    # To read a tokenizer out of a GGUF file takes many seconds, and of these it is known what they lack.
    embedded = embedded_model(model.removeprefix(_EMBEDDED)) if model.startswith(_EMBEDDED) else None
    if embedded is not None and not embedded.chat and form != "completion":
        raise UsageError(
            f"--show-loss {model}: a base model has no chat template; export with form completion"
        )
    tokenizer = load_tokenizer(model)
    check_form(tokenizer, model, form, reasons)
    return tokenizer


def check_form(tokenizer: ChatTokenizer, model: str, form: str, reasons: bool) -> None:
    """Refuse a model whose template cannot train rows of a form.

    Args:
        tokenizer: The tokenizer of the model.
        model: Its name, for the message.
        form: One of `export.FORMS`.
        reasons: Whether the samples reason.

    Raises:
        UsageError: The template, or the lack of one, does not let the loss be marked.
    """
    row = to_row(_PROBE if reasons else {**_PROBE, "reasoning": ""}, form)
    try:
        faults = mask_faults(tokenizer, [row], loss_masks(tokenizer, [row]))
    except UsageError as error:
        raise UsageError(f"--show-loss {model}: {error}") from None
    if faults:
        raise UsageError(f"--show-loss {model}: {faults[0][1]}")

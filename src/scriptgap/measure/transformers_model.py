"""Weights that Transformers loads into this machine, asked so that their answers can be scored."""

from importlib.util import find_spec
from typing import Any

from inspect_ai.model import (
    GenerateConfig,
    Model,
    ModelInfo,
    ModelOutput,
    get_model,
    get_model_info,
    set_model_info,
)

from scriptgap.measure.prompts import BASE_TOKENS, TEMPLATE

TRANSFORMERS = "hf/"

_CUT = "\ue000"
"""Marks, of the private use area, a text whose end was not written."""


def has_chat_template(source: str) -> bool:
    """Whether the tokenizer of a folder or a repository of the hub has one; base models mostly have none.

    Returns:
        Also True where that cannot be told, since the packages or the tokenizer are not there.
    """
    if find_spec("transformers") is None:
        return True
    from transformers import AutoTokenizer

    try:
        return AutoTokenizer.from_pretrained(source, trust_remote_code=False).chat_template is not None
    except Exception:  # loading the model tells what is wrong
        return True


def transformers_model(name: str, temperature: float, base: bool = False, **arguments: Any) -> Model:
    """Load a model with Inspect's provider ``hf``, and mend what keeps its answers from being scored.

    It is greedy at temperature 0, which Transformers refuses when it is to sample, as the provider has it;
    penalties and cuts that the model's own settings put on its probabilities are off, since they weigh on
    what a prompt already names. The special tokens of a prompt stand there once: the provider adds them to
    what a chat template wrote. The stop reason is ``stop`` or ``max_tokens``, which the provider leaves
    unknown. And a base model is asked as the embedded ones are: in questions and answers, each of one line.

    Args:
        name: ``hf/`` and a repository of the hub, or ``hf/local``.
        temperature: The sampling temperature that it will be asked with.
        base: Whether it is a base model though its tokenizer has a chat template, as `train` leaves them.
        arguments: What `inspect_ai.model.get_model` takes, such as ``model_path``.
    """
    model = get_model(name, do_sample=temperature > 0, **arguments)
    # Inspect looks an unknown model up by its name alone, and would load the weights once more for that.
    set_model_info(name, get_model_info(model) or ModelInfo())
    api: Any = model.api
    if hasattr(api, "scriptgap_knows_end"):  # Inspect keeps loaded models
        return model
    api.scriptgap_knows_end = True
    if api.tokenizer.chat_template is None:
        base, api.chat_template = True, TEMPLATE
    else:
        api.tokenizer_call_args["add_special_tokens"] = False
    own = api.model.generation_config
    own.repetition_penalty, own.no_repeat_ngram_size, own.num_beams, own.top_k, own.top_p = 1.0, 0, 1, 0, 1.0
    ends = {*(own.eos_token_id if isinstance(own.eos_token_id, list) else [own.eos_token_id])}
    ends = (ends | {api.tokenizer.eos_token_id}) - {None}
    if base:
        model.config = GenerateConfig(max_tokens=BASE_TOKENS).merge(model.config)
        # Not as stop_seqs: for each of them Transformers would read the whole vocabulary before each answer.
        ends |= _newlines(api.tokenizer)
    own.eos_token_id = sorted(ends) or None
    decode, generate = api.tokenizer.batch_decode, api.generate

    def marked(sequences: Any, **options: Any) -> list[str]:
        texts = decode(sequences, **options)
        return [
            text + _CUT if ends.isdisjoint(row.tolist()) else text
            for text, row in zip(texts, sequences, strict=True)
        ]

    async def ended(*given: Any, **named: Any) -> ModelOutput:
        output: ModelOutput = await generate(*given, **named)
        choice = output.choices[0]
        text = str(choice.message.content)
        choice.stop_reason = "max_tokens" if text.endswith(_CUT) else "stop"
        text = text.removesuffix(_CUT)
        choice.message.content = output.completion = text.partition("\n")[0].strip() if base else text
        return output

    api.tokenizer.batch_decode, api.generate = marked, ended
    return model


def _newlines(tokenizer: Any) -> set[int]:
    """Return the tokens that end a line."""
    known = tokenizer.get_vocab().items()
    likely = [place for token, place in known if "\n" in token or "Ċ" in token or token == "<0x0A>"]
    return {place for place in likely if "\n" in tokenizer.decode([place])}

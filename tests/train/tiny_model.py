"""Small real models with random weights: Gemma 3 and Llama, with a tokenizer of their own."""

from pathlib import Path
from typing import Any

TEXTS = ["Q: Country: Греция. What is the capital of this country?\nA: <think> Greece </think> Athens"] * 4


def save_tiny_model(folder: Path, kind: str = "gemma3") -> Path:
    """Write a model of two layers, and a byte-level tokenizer, to `folder`."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import (
        Gemma3ForCausalLM,
        Gemma3TextConfig,
        LlamaConfig,
        LlamaForCausalLM,
        PreTrainedTokenizerFast,
    )

    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    special = ["<pad>", "<eos>", "<bos>"]
    trainer = trainers.BpeTrainer(
        vocab_size=400, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()
    )
    made.train_from_iterator(TEXTS, trainer)
    made.post_processor = processors.TemplateProcessing(
        single="<bos> $A", special_tokens=[("<bos>", made.token_to_id("<bos>"))]
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=made, pad_token="<pad>", eos_token="<eos>", bos_token="<bos>"
    )
    shared: dict[str, Any] = {
        "vocab_size": made.get_vocab_size(),
        "hidden_size": 64,
        "intermediate_size": 96,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "bos_token_id": 2,
        "eos_token_id": 1,
        "pad_token_id": 0,
    }
    torch.manual_seed(0)
    model: Any = (
        Gemma3ForCausalLM(Gemma3TextConfig(**shared, head_dim=16, sliding_window=64))
        if kind == "gemma3"
        else LlamaForCausalLM(LlamaConfig(**shared, tie_word_embeddings=False))
    )
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder

"""The Inspect model provider ``embedded``: ``embedded/gemma-3-270m`` is a model name like any other."""

import functools
import sys
from pathlib import Path
from typing import Any

from inspect_ai.model import (
    ChatCompletionChoice,
    ChatMessage,
    ChatMessageAssistant,
    GenerateConfig,
    ModelAPI,
    ModelOutput,
    ModelUsage,
    StopReason,
)
from inspect_ai.tool import ToolChoice, ToolInfo

from scriptgap.errors import UsageError
from scriptgap.measure.embedded import embedded_model, licence_notice, weights
from scriptgap.measure.engine import Engine
from scriptgap.measure.prompts import BASE_TOKENS, as_text

CHECKPOINT = "checkpoint"
"""The model's name where a GGUF file of one's own is served."""

_MAX_TOKENS_OF_CHAT = 256
"""Longest answer of a chat model in tokens where the caller sets none: the answers are names."""

_STOP_REASONS: dict[str, StopReason] = {"stop": "stop", "length": "max_tokens"}


@functools.cache
def _engine(path: Path) -> Engine:
    # One engine for each file: Inspect makes the model anew for each task.
    return Engine(path)


class EmbeddedAPI(ModelAPI):
    """Runs an embedded model in this process, on the CPU.

    Model args: ``path``, a GGUF file to use in place of the installed one (its hash must be the pinned one,
    except for ``embedded/checkpoint``); ``chat``, for that one: whether it follows its chat template.
    """

    def __init__(
        self,
        model_name: str,
        base_url: str | None = None,
        api_key: str | None = None,
        config: GenerateConfig = GenerateConfig(),  # noqa: B008
        path: str | None = None,
        chat: bool = False,
    ) -> None:
        """Find, check and load the weights.

        Raises:
            UsageError: There is no such embedded model, or `path` is absent or not its weights.
            ScriptgapError: The weights are not installed or have a wrong hash.
        """
        super().__init__(model_name, base_url, api_key, [], config)
        if model_name == CHECKPOINT:
            if path is None or not Path(path).is_file():
                raise UsageError(f"embedded/{CHECKPOINT} needs the model arg path, a GGUF file; got {path}")
            self.chat, file = chat, Path(path)
        else:
            embedded = embedded_model(model_name)
            self.chat, file = embedded.chat, weights(embedded, path)
            if notice := licence_notice(embedded):
                print(notice, file=sys.stderr)
        self.engine = _engine(file)
        self.key = f"embedded/{model_name}/{file}"

    async def generate(
        self,
        input: list[ChatMessage],
        tools: list[ToolInfo],
        tool_choice: ToolChoice,
        config: GenerateConfig,
    ) -> ModelOutput:
        """Answer `input`; a base model sees it as questions and answers, the last answer left open."""
        parameters: dict[str, Any] = {
            "max_tokens": config.max_tokens or self.max_tokens(),
            "temperature": config.temperature or 0.0,
            "seed": config.seed if config.seed is not None else 0,
        }
        # Where the caller sets none, llama.cpp draws from the 40 likeliest tokens, and of those from 95 %.
        cuts = {"top_p": config.top_p, "top_k": config.top_k}
        parameters |= {name: cut for name, cut in cuts.items() if cut is not None}
        if self.chat:
            messages = [{"role": message.role, "content": message.text} for message in input]
            response = await self.engine.chat(messages, stop=config.stop_seqs or [], **parameters)
            choice = response["choices"][0]
            text = choice["message"].get("content") or ""
        else:
            stop = config.stop_seqs or ["\n"]
            response = await self.engine.complete(as_text(input), stop=stop, **parameters)
            choice = response["choices"][0]
            text = choice["text"]
        usage = response["usage"]
        cached = usage.get("prompt_tokens_details", {}).get("cached_tokens", 0)
        return ModelOutput(
            model=self.model_name,
            choices=[
                ChatCompletionChoice(
                    message=ChatMessageAssistant(
                        content=text.strip(), model=self.model_name, source="generate"
                    ),
                    stop_reason=_STOP_REASONS.get(choice["finish_reason"], "unknown"),
                )
            ],
            usage=ModelUsage(
                input_tokens=usage["prompt_tokens"] - cached,
                input_tokens_cache_read=cached,
                output_tokens=usage["completion_tokens"],
                total_tokens=usage["total_tokens"],
            ),
        )

    def max_tokens(self) -> int | None:
        """Longest answer in tokens where the caller sets none."""
        return _MAX_TOKENS_OF_CHAT if self.chat else BASE_TOKENS

    def max_connections(self) -> int:
        """Requests in flight: twice the servers, so that none waits for the next prompt."""
        return 2 * self.engine.size

    def connection_key(self) -> str:
        """All embedded models of one file share their servers."""
        return self.key

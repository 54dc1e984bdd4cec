"""The engine of the embedded models: one single-sequence llama.cpp server for each core, in this process."""

import asyncio
import json
import os
import queue
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from scriptgap.errors import ScriptgapError

CONTEXT = 4096
"""Context length of each server in tokens."""

MOST_SERVERS = 16
"""Servers started where the caller names no number: each takes about 150 MB."""

_BATCH = 512
"""Tokens of a prompt that are computed at once."""

_MIN_BATCH = 8
"""Fewer tokens have other kernels: numbers differed for 1, 5, 6 and 7, not for 8 to 55 (AVX512)."""


def cores() -> int:
    """Number of cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Engine:
    """A pool of servers that answers the same prompt with the same text, whatever ran before it.

    Each server has one thread and one slot, and the CPU's repacked matrix kernels and flash attention are
    off: a token's numbers then depend on its own sequence alone, neither on what shares a batch with it
    nor on where the cached prefix ends. (A server with several slots answers about a tenth of the questions
    differently from run to run.) The prefix that a prompt shares with the one before it is not computed
    again, unless it or what is left was computed by the kernels for few tokens, as answers are.
    """

    def __init__(self, path: Path, servers: int | None = None) -> None:
        """Start the servers.

        Args:
            path: A GGUF file.
            servers: How many; the number of cores this process may use where None.

        Raises:
            ScriptgapError: xllamacpp is not installed, or the file does not load.
        """
        try:
            import xllamacpp
        except ImportError:
            raise ScriptgapError(
                "embedded models need xllamacpp; install it: pip install 'scriptgap[demo]'"
            ) from None
        self.size = servers or min(cores(), MOST_SERVERS)
        parameters = xllamacpp.CommonParams()
        parameters.model.path = str(path)
        parameters.n_parallel = 1
        parameters.n_ctx = CONTEXT
        parameters.n_batch = parameters.n_ubatch = _BATCH
        # No state of earlier prompts but the last one's, which `_submit` keeps account of.
        parameters.cache_ram_mib = 0
        parameters.n_gpu_layers = 0
        # Without the full window cache, Gemma's sliding layers lose the shared prefix.
        parameters.swa_full = True
        parameters.kv_unified = True
        parameters.no_extra_bufts = True
        # Flash attention computes a row otherwise in a full tile than in the rest of one.
        parameters.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
        parameters.cpuparams.n_threads = 1
        parameters.cpuparams_batch.n_threads = 1
        parameters.warmup = False
        parameters.verbosity = -1
        self._idle: queue.SimpleQueue[Any] = queue.SimpleQueue()
        try:
            for _ in range(self.size):
                self._idle.put((xllamacpp.Server(parameters), None, 0))
        except RuntimeError as error:
            raise ScriptgapError(f"{path}: the model does not load ({error})") from None
        self._threads = ThreadPoolExecutor(self.size, thread_name_prefix="scriptgap-engine")

    async def complete(self, prompt: str, **parameters: Any) -> dict[str, Any]:
        """Continue `prompt` (llama.cpp's ``/v1/completions``); returns the response object."""
        return await self._submit("handle_completions", {"prompt": prompt}, parameters)

    async def chat(self, messages: list[dict[str, str]], **parameters: Any) -> dict[str, Any]:
        """Answer `messages` by the model's chat template (llama.cpp's ``/v1/chat/completions``)."""
        return await self._submit("handle_chat_completions", {"messages": messages}, parameters)

    async def _submit(
        self, handler: str, asked: dict[str, Any], parameters: dict[str, Any]
    ) -> dict[str, Any]:
        def work() -> dict[str, Any]:
            server, before, sound = self._idle.get()
            ask = getattr(server, handler)
            held: tuple[Any, int] = (None, 0)
            try:
                cache = asked != before
                response = _read(ask({**asked, **parameters, "cache_prompt": cache}))
                if cache and not _as_whole(response, sound):
                    response = _read(ask({**asked, **parameters, "cache_prompt": False}))
                whole = response["usage"]["prompt_tokens"]
                held = (asked, whole - whole % _BATCH if whole % _BATCH < _MIN_BATCH else whole)
                return response
            finally:
                self._idle.put((server, *held))

        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


def _read(answer: Any) -> dict[str, Any]:
    response: dict[str, Any] = json.loads(answer) if isinstance(answer, str | bytes) else answer
    if "error" in response:
        raise ScriptgapError(f"the embedded model refused a prompt: {response['error'].get('message')}")
    return response


def _as_whole(response: dict[str, Any], sound: int) -> bool:
    """Whether the prompt's numbers are those of a prompt that is computed whole.

    Args:
        response: The server's.
        sound: Tokens of the prompt before it, from its beginning, whose numbers are.
    """
    usage = response["usage"]
    whole = usage["prompt_tokens"]
    cached = usage.get("prompt_tokens_details", {}).get("cached_tokens", whole)
    batches = whole % _BATCH, (whole - cached) % _BATCH
    return not cached or (cached <= sound and min(batches) >= _MIN_BATCH)

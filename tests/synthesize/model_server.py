"""An OpenAI-compatible server on the loopback: plays a model, or serves an embedded one, and counts."""

import asyncio
import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any

from scriptgap.measure.embedded import embedded_model, weights
from scriptgap.measure.engine import Engine
from scriptgap.measure.prompts import as_text

Play = Callable[[dict[str, Any]], dict[str, Any] | int]
"""From a request's body to the choice that answers it, or an HTTP status."""


def choice(text: str | None, finish_reason: str = "stop", **message: Any) -> dict[str, Any]:
    return {
        "index": 0,
        "finish_reason": finish_reason,
        "message": {"role": "assistant", "content": text, **message},
    }


@dataclass
class Served:
    """A running server: its address, what it was asked, and what it answered (last messages)."""

    url: str = ""
    asked: list[str] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)


@contextlib.contextmanager
def model_server(play: Play) -> Iterator[Served]:
    """Serve while the block runs; greetings (``Hello``) are answered and not counted."""
    served, lock = Served(), threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            last = str(body["messages"][-1]["content"])
            if last == "Hello":
                self._answer(choice("Hello"))
                return
            with lock:
                served.asked.append(last)
                served.bodies.append(body)
            played = play(body)
            if isinstance(played, int):
                self._send(played, {"error": {"message": "no", "type": "server_error"}})
                return
            with lock:
                served.answered.append(last)
            self._answer(played)

        def _answer(self, made: dict[str, Any]) -> None:
            usage = {"prompt_tokens": 9, "completion_tokens": 9, "total_tokens": 18}
            answer = {"id": "x", "object": "chat.completion", "created": 0, "model": "m"}
            self._send(200, answer | {"choices": [made], "usage": usage})

        def _send(self, status: int, content: dict[str, Any]) -> None:
            data = json.dumps(content).encode()
            with contextlib.suppress(OSError):  # Whoever asked may have been killed.
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

    server = Server(("127.0.0.1", 0), Handler)
    served.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def embedded_play(name: str, most_tokens: int) -> Play:
    """Answer with an embedded model; a base model sees the conversation as one text, and runs on."""
    model = embedded_model(name)
    engine = Engine(weights(model))

    def play(body: dict[str, Any]) -> dict[str, Any]:
        tokens = min(body.get("max_tokens") or most_tokens, most_tokens)
        parameters = {"max_tokens": tokens, "temperature": body.get("temperature", 0.0), "seed": 1}
        parameters |= {"stop": body.get("stop") or []}
        if model.chat:
            answer = asyncio.run(engine.chat(body["messages"], **parameters))["choices"][0]
            return choice(answer["message"].get("content") or "", answer["finish_reason"])
        turns: list[Any] = [SimpleNamespace(role=m["role"], text=m["content"]) for m in body["messages"]]
        answer = asyncio.run(engine.complete(as_text(turns), **parameters))["choices"][0]
        return choice(answer["text"], answer["finish_reason"])

    return play

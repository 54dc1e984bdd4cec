"""An OpenAI-compatible server on the loopback interface that counts what it is asked."""

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[[str], dict[str, Any]]


def answer(text: str = "Athens", output: int = 10, reasoning: int = 0) -> dict[str, Any]:
    return {"text": text, "output": output, "reasoning": reasoning}


@dataclass
class Loopback:
    """The server's address, and what it was asked."""

    url: str
    port: int = 0
    prompts: list[str] = field(default_factory=list)
    input: int = 0
    cached: int = 0
    output: int = 0
    most_at_once: int = 0
    at_once: int = 0

    @property
    def requests(self) -> int:
        return len(self.prompts)

    def dollars(self, input: float, output: float, cached: float) -> float:
        return (input * (self.input - self.cached) + cached * self.cached + output * self.output) / 1e6


@contextlib.contextmanager
def loopback(
    reply: Answer, seconds: float = 0.0, fails: Callable[[int, str], int | None] = lambda number, prompt: None
) -> Iterator[Loopback]:
    """Serve while the block runs.

    Args:
        reply: From the last message to text and tokens of the answer.
        seconds: How long an answer takes.
        fails: From the number of a request and its last message to an HTTP status to fail with, or None.
    """
    lock = threading.Lock()
    seen = Loopback("")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            prompt = str(body["messages"][-1]["content"])
            with lock:
                seen.prompts.append(prompt)
                number = len(seen.prompts)
                seen.at_once += 1
                seen.most_at_once = max(seen.most_at_once, seen.at_once)
            time.sleep(seconds)
            status = fails(number, prompt)
            made = reply(prompt)
            read = sum(len(str(message["content"]).encode()) for message in body["messages"]) // 4
            cached = read // 2
            with lock:
                seen.at_once -= 1
                if status is None:
                    seen.input += read
                    seen.cached += cached
                    seen.output += made["output"]
            if status is not None:
                self._send(status, {"error": {"message": "no", "type": "server_error"}})
                return
            message = {"role": "assistant", "content": made["text"]}
            usage = {
                "prompt_tokens": read,
                "completion_tokens": made["output"],
                "total_tokens": read + made["output"],
                "prompt_tokens_details": {"cached_tokens": cached},
                "completion_tokens_details": {"reasoning_tokens": made["reasoning"]},
            }
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            self._send(
                200,
                {"id": "x", "object": "chat.completion", "created": 0, "model": "m"}
                | {"choices": [choice], "usage": usage},
            )

        def _send(self, status: int, content: dict[str, Any]) -> None:
            data = json.dumps(content).encode()
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
    seen.port = server.server_address[1]
    seen.url = f"http://127.0.0.1:{seen.port}/v1"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        server.shutdown()
        server.server_close()

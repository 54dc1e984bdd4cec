"""An OpenAI-compatible server on the loopback that plays an extractor."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Play = Callable[[str], tuple[int, str]]
"""What to answer to a prompt: HTTP status and the model's text."""


@dataclass
class Played:
    """A running server.

    Attributes:
        url: Its base URL, for the client.
        play: What it answers; may be changed while it runs.
        requests: The bodies of all requests so far.
    """

    url: str
    play: Play
    requests: list[dict[str, Any]] = field(default_factory=list)

    @property
    def prompts(self) -> list[str]:
        return [body["messages"][-1]["content"] for body in self.requests]


def entities(*found: dict[str, Any]) -> str:
    """A reply with these entities."""
    return json.dumps({"entities": found}, ensure_ascii=False)


@contextmanager
def extractor_server(play: Play) -> Iterator[Played]:
    """Serve on a free port while the block runs."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with lock:
                played.requests.append(body)
            status, text = played.play(body["messages"][-1]["content"])
            message = {"role": "assistant", "content": text}
            answer = (
                {
                    "id": "1",
                    "object": "chat.completion",
                    "created": 0,
                    "model": body["model"],
                    "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
                    "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
                }
                if status == 200
                else {"error": {"message": text, "type": "server_error"}}
            )
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    played = Played(f"http://127.0.0.1:{server.server_port}/v1", play)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield played
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

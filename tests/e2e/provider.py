"""A model provider that says what a test tells it to say, as slowly as the test wants.

Speaks as much of the OpenAI API as the product uses: streamed chat completions.
"""

import json
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

GATE_SECONDS = 30  # a gate that a failing test leaves shut


@dataclass(frozen=True)
class Use:
    """The model asks for a tool."""

    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class Cut:
    """The answer has reached the longest that the model may give."""


Step = str | Use | Cut | threading.Event  # a piece of the answer, its end, or a gate to wait at
Answer = Sequence[Step] | int | float  # or the status of a refusal, or seconds to come back in


class Provider(ThreadingHTTPServer):
    """Answers each question with the next of the answers it was given."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: deque[Answer] = deque()

    @property
    def url(self) -> str:
        """What MODEL_PROVIDER_BASE_URL has to be."""
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def will_say(self, *steps: Step) -> None:
        """The next answer."""
        self.answers.append(steps)

    def will_refuse(self, status: int) -> None:
        """The next question is refused."""
        self.answers.append(status)

    def will_be_busy(self, seconds: float) -> None:
        """The next question is to be asked again after so long."""
        self.answers.append(float(seconds))

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up in the middle is what Stop is about."""


@contextmanager
def running() -> Iterator[Provider]:
    """A provider that answers while the block runs."""
    with Provider() as provider:
        thread = threading.Thread(target=provider.serve_forever, daemon=True)
        thread.start()
        yield provider
        provider.shutdown()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: Provider

    def do_POST(self) -> None:
        """Stream the next answer."""
        self.rfile.read(int(self.headers["content-length"]))
        answer = self.server.answers.popleft() if self.server.answers else ("Yes.",)
        if isinstance(answer, float):
            self.send_response(429)
            self.send_header("retry-after", str(answer))
            self.send_header("content-length", "0")
            self.end_headers()
            return
        if isinstance(answer, int):
            self.send_error(answer)
            return
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        finish = "stop"
        for step in answer:
            if isinstance(step, str):
                self._send({"delta": {"content": step}, "index": 0, "finish_reason": None})
            elif isinstance(step, Use):
                function = {"name": step.name, "arguments": json.dumps(step.arguments)}
                call = {"index": 0, "id": "call_1", "type": "function", "function": function}
                self._send({"delta": {"tool_calls": [call]}, "index": 0, "finish_reason": None})
            elif isinstance(step, Cut):
                finish = "length"
            else:
                step.wait(GATE_SECONDS)
        self._send({"delta": {}, "index": 0, "finish_reason": finish})
        self.wfile.write(b"data: [DONE]\n\n")

    def _send(self, choice: dict[str, Any]) -> None:
        chunk = {
            "id": "answer",
            "object": "chat.completion.chunk",
            "created": 0,
            "model": "agent",
            "choices": [choice],
        }
        self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
        self.wfile.flush()

    def log_message(self, *_: Any) -> None:
        """Nothing: the tests' output is for failures."""

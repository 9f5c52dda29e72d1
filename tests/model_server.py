"""A model provider made of bytes: it sends exactly what a test wrote, and breaks as told.

Speaks just enough HTTP for the OpenAI client to be a real one over a real connection.
"""

import json
import socket
import socketserver
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from benchmarks.in_thread import answering

GATE_SECONDS = 30  # a gate that a failing test leaves shut
RESET = struct.pack("ii", 1, 0)  # linger for no time: the connection is torn, not closed


class Tear:
    """The connection breaks here."""


Step = bytes | float | threading.Event | Tear  # a number is a pause in seconds


@dataclass
class Request:
    """What the client sent."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass
class Script:
    """What is sent, in order; the last answer is used again for every further question."""

    answers: list[list[Step]] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)

    def next(self) -> list[Step]:
        """The steps of the next answer."""
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class ModelServer(socketserver.ThreadingTCPServer):
    """Answers with the steps of its script."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script = Script()

    @property
    def url(self) -> str:
        """What MODEL_PROVIDER_BASE_URL has to be."""
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def says(self, *answers: list[Step]) -> None:
        """The answers from now on."""
        self.script.answers = list(answers)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is part of some tests."""


class _Handler(socketserver.StreamRequestHandler):
    server: ModelServer

    def handle(self) -> None:
        """One request, one answer, and the connection ends."""
        line = self.rfile.readline().decode()
        headers = dict(self._headers())
        body = json.loads(self.rfile.read(int(headers.get("content-length", 0))) or b"{}")
        self.server.script.requests.append(Request(line.split()[1], headers, body))
        for step in self.server.script.next():
            match step:
                case bytes():
                    self.wfile.write(step)
                case float():
                    time.sleep(step)
                case threading.Event():
                    step.wait(GATE_SECONDS)
                case Tear():
                    self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                    self.request.close()
                    return

    def _headers(self) -> Iterator[tuple[str, str]]:
        while (line := self.rfile.readline().decode().strip()) != "":
            name, _, value = line.partition(":")
            yield name.lower(), value.strip()


# -- pieces of answers

STREAM = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
    b"transfer-encoding: chunked\r\nconnection: close\r\n\r\n"
)
OLD_STREAM = (
    b"HTTP/1.0 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"  # ends with the connection
)
END = b"0\r\n\r\n"


def chunked(data: bytes) -> bytes:
    """One HTTP chunk."""
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def event(**choice: Any) -> bytes:
    """One line of the stream with a choice in it."""
    chunk = {
        "id": "answer",
        "object": "chat.completion.chunk",
        "created": 0,
        "model": "agent",
        "choices": [{"index": 0, "finish_reason": None, "delta": {}, **choice}],
    }
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


def text(words: str) -> bytes:
    """One piece of the answer's text."""
    return event(delta={"role": "assistant", "content": words})


STOP = event(finish_reason="stop")
DONE = b"data: [DONE]\n\n"


def answer(*words: str) -> list[Step]:
    """A whole answer, as a good provider gives it."""
    return [STREAM, *(chunked(text(word)) for word in words), chunked(STOP), chunked(DONE), END]


def refusal(status: int, body: bytes = b'{"error": {"message": "sk-secret"}}') -> list[Step]:
    """An answer that is none."""
    head = (
        f"HTTP/1.1 {status} Whatever\r\ncontent-type: application/json\r\n"
        f"content-length: {len(body)}\r\nretry-after: 30\r\nconnection: close\r\n\r\n"
    )
    return [head.encode() + body]


def said(*pieces: bytes, head: bytes = STREAM) -> list[Step]:
    """A stream of these bytes, as they are, that ends as HTTP says."""
    return [head, *(chunked(piece) for piece in pieces), END]


def delta(**fields: Any) -> bytes:
    """One piece of the answer's message."""
    return event(delta=fields)


def frame(kind: str, **fields: Any) -> bytes:
    """One frame of the native contract."""
    return b"data: " + json.dumps({"type": kind, **fields}).encode() + b"\n"


def native(*words: str) -> list[Step]:
    """A whole answer of the native contract."""
    texts = (frame("text_delta", text=word) for word in words)
    return said(*texts, frame("completion", finish_reason="stop"), DONE)


def finish(reason: str) -> bytes:
    """The end of the message."""
    return event(finish_reason=reason)


def document(body: Any, status: str = "200 OK", **headers: str) -> list[Step]:
    """An answer that is one JSON document, or these bytes."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = {"content-type": "application/json", **headers}
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in lines.items())
    head += f"content-length: {len(data)}\r\nconnection: close\r\n"
    return [f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + data]


def error(status: int, message: str = "no", **fields: Any) -> list[Step]:
    """A refusal in OpenAI's form."""
    return document({"error": {"message": message, **fields}}, f"{status} Refused")


@contextmanager
def running() -> Iterator[ModelServer]:
    """A provider that answers while the block runs."""
    server = ModelServer()
    server.says(answer("Yes."))
    with answering(server):
        yield server

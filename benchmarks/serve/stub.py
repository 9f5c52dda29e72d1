"""A provider that answers as its question says: how many parts, and how many of them a second.

Usage: python -m benchmarks.serve.stub --port PORT

The question is "30 parts, 10 a second"; with 0 a second all of them are sent at once. Each part is
the moment at which it was sent, on the clock that all processes of a machine share, so that who
reads it knows how long it was on its way.
"""

import argparse
import asyncio
import re
import time

import orjson
import uvloop

QUESTION = re.compile(r"(\d+) parts, ([\d.]+) a second")
LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


def question(*, parts: int, a_second: float) -> str:
    """The question that is answered so."""
    return f"{parts} parts, {a_second:g} a second"


class Provider(asyncio.Protocol):
    """One connection, kept alive, of a client that waits for an answer before it asks again."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.received = b""
        self.timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client is there."""
        self.transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody waits for the rest."""
        if self.timer is not None:
            self.timer.cancel()

    def data_received(self, data: bytes) -> None:
        """A whole request is answered."""
        self.received += data
        head, separator, body = self.received.partition(b"\r\n\r\n")
        if separator and head.startswith(b"GET"):  # is it there?
            self.received = b""
            self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            return
        length = LENGTH.search(head)
        if not separator or length is None or len(body) < int(length[1]):
            return
        self.received = b""
        asked = QUESTION.search(orjson.loads(body)["messages"][-1]["content"])
        if asked is None:
            self.transport.close()
            return
        self.transport.write(HEAD)
        self._send(int(asked[1]), float(asked[2]), self.loop.time())

    def _send(self, left: int, a_second: float, due: float) -> None:
        """The next of the parts that are left; each is due at its time, however late the last."""
        while left:
            delta = {"content": f"{time.monotonic_ns()} "}
            self._write({"choices": [{"index": 0, "delta": delta}]})
            left -= 1
            if a_second and left:
                due += 1 / a_second
                self.timer = self.loop.call_at(due, self._send, left, a_second, due)
                return
        usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
        self._write({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        self._write({"choices": [], "usage": usage})
        self.transport.write(b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n")

    def _write(self, fields: dict[str, object]) -> None:
        whole = {"id": "stub", "object": "chat.completion.chunk", "created": 0, "model": "stub"}
        event = b"data: " + orjson.dumps(whole | fields) + b"\n\n"
        self.transport.write(b"%x\r\n%b\r\n" % (len(event), event))


async def _serve(port: int) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Provider, "127.0.0.1", port, backlog=4096)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    uvloop.run(_serve(parser.parse_args().port))

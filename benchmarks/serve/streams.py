"""Many streams at once: how late their parts come, of the product and of the bare stub.

A part is the moment at which the stub has sent it, so whoever reads it knows how late it is.
"""

import asyncio
import json
import re
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import quantiles
from urllib.parse import urlsplit

from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from benchmarks.serve.load import ask
from benchmarks.serve.servers import Server
from benchmarks.serve.stub import question

PART = re.compile(rb"(\d{10,}) ")  # nothing else in an answer has that many digits
RAMP_A_SECOND = 40  # streams opened at the product; the stub, which does nothing else, takes more
STUB_RAMP_A_SECOND = 400
SETTLE_SECONDS = 3.0  # after the last has opened
SPARE_SECONDS = 5.0  # that a stream lasts beyond what is measured


@dataclass(frozen=True)
class Lateness:
    """Milliseconds from the stub's sending to the reader."""

    streams: int
    complete: int  # of the streams
    parts: int
    p50_ms: float
    p99_ms: float
    processor_us: float  # of the process that is asked, for each part


class Reader(asyncio.Protocol):
    """Sends one request and notes how late each part of its answer is."""

    def __init__(self, request: bytes, end: bytes, note: Callable[[float, float], None]) -> None:
        self.request = request
        self.end = end
        self.note = note
        self.rest = b""
        self.has_begun = asyncio.get_running_loop().create_future()
        self.is_complete = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """It asks."""
        self.transport = transport
        transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        """Each part is noted once it is whole."""
        now = time.monotonic_ns()
        data = self.rest + data
        used = 0
        for found in PART.finditer(data):
            used = found.end()
            self.note(now / 1e9, (now - int(found[1])) / 1e6)
        if used and not self.has_begun.done():
            self.has_begun.set_result(None)
        is_end = self.end in data
        self.rest = data[max(used, len(data) - 60) :]
        if is_end:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over, whole or not."""
        for future, result in ((self.has_begun, None), (self.is_complete, self.end in self.rest)):
            if not future.done():
                future.set_result(result)


async def stub_reader(base: str, asked: str, note: Callable[[float, float], None]) -> Reader:
    """Reads the stub itself."""
    body = json.dumps({"messages": [{"role": "user", "content": asked}]}).encode()
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nHost: stub\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return await _connected(base, head.encode() + body, b"[DONE]", note)


async def product_reader(
    base: str, token: str, asked: str, note: Callable[[float, float], None]
) -> Reader:
    """Asks the product, and reads the answer's stream."""
    body = {"message": asked, "client_message_id": str(uuid.uuid4()), "memory": "none"}
    reader, writer = await ask(base, token, "POST", "/api/chat/message", json.dumps(body).encode())
    answer = await reader.read()
    writer.close()
    stream = json.loads(answer.rpartition(b"\r\n\r\n")[2])["stream_id"]
    request = (
        f"GET /api/chat/stream/{stream} HTTP/1.1\r\nHost: {urlsplit(base).netloc}\r\n"
        f"Authorization: Bearer {token}\r\n\r\n"
    )
    return await _connected(base, request.encode(), b'"reason": "complete"', note)


async def _connected(
    base: str, request: bytes, end: bytes, note: Callable[[float, float], None]
) -> Reader:
    address = urlsplit(base)
    _, reader = await asyncio.get_running_loop().create_connection(
        lambda: Reader(request, end, note), str(address.hostname), int(address.port or 80)
    )
    return reader


async def lateness(
    server: Server, *, tokens: Sequence[str], count: int, a_second: float, seconds: float
) -> Lateness:
    """How late the parts are while all streams are open; without tokens, those of the stub."""
    ramp = RAMP_A_SECOND if tokens else STUB_RAMP_A_SECOND
    parts = round((1.25 * count / ramp + SETTLE_SECONDS + seconds + SPARE_SECONDS) * a_second)
    asked = question(parts=parts, a_second=a_second)
    noted: list[tuple[float, float]] = []

    def note(at: float, late_ms: float) -> None:
        noted.append((at, late_ms))

    async def open_one(number: int) -> Reader:
        if tokens:
            return await product_reader(server.url, tokens[number % len(tokens)], asked, note)
        return await stub_reader(server.url, asked, note)

    opening = []
    for number in range(count):
        opening.append(asyncio.create_task(open_one(number)))
        await asyncio.sleep(1 / ramp)
    readers = await asyncio.gather(*opening)
    await asyncio.gather(*(reader.has_begun for reader in readers))
    await asyncio.sleep(SETTLE_SECONDS)
    begin, used = time.monotonic(), server.processor_seconds()
    await asyncio.sleep(seconds)
    end, used = time.monotonic(), server.processor_seconds() - used
    ended = await asyncio.gather(*(reader.is_complete for reader in readers))
    late = sorted(late_ms for at, late_ms in noted if begin <= at < end)
    cuts = quantiles(late, n=100, method="inclusive")
    return Lateness(count, sum(ended), len(late), cuts[49], cuts[98], used / len(late) * 1e6)


async def bare_processor_us(stub: str, *, count: int, a_second: float, seconds: float) -> float:
    """The processor time that ChatOpenAI alone takes for a part, in this process."""
    model = ChatOpenAI(
        base_url=f"{stub}/v1", api_key=SecretStr("none"), model="stub", max_retries=0
    )
    asked = question(parts=round(seconds * a_second), a_second=a_second)

    async def read() -> int:
        return sum([bool(chunk.content) async for chunk in model.astream(asked)])

    used = time.process_time()
    parts = sum(await asyncio.gather(*(read() for _ in range(count))))
    return (time.process_time() - used) / parts * 1e6

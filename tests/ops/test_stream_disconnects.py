"""A thousand lost connections: what a reader puts together is the answer, byte for byte."""

import asyncio
import json
import random
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from websockets.asyncio.client import connect

from tests.model_server import DONE, END, STOP, STREAM, Step, chunked, text
from tests.ops.product import Client, Product

pytestmark = pytest.mark.xdist_group("streams")

READERS, SOCKETS = 16, 4
DISCONNECTS = 50  # of each
PIECES = 400
PAUSE_SECONDS = 0.02  # between pieces: the stream lasts eight seconds
WORST_CUT_BYTES = 900
ALPHABET = 'abcdefghij \n"\\äß€漢🦉\u2028'


@dataclass
class Reader:
    """Puts a stream together from what its connections gave before they broke."""

    client: Client
    stream_id: str
    chance: random.Random
    text: str = ""
    last_id: int = 0
    disconnects: int = 0
    ends: list[str] = field(default_factory=list)

    def take(self, event_id: int, event_type: str, data: str) -> None:
        """One whole event."""
        assert event_id > self.last_id
        self.last_id = event_id
        if event_type == "message_chunk":
            self.text += json.loads(data)["text"]
        if event_type == "done":
            self.ends.append(json.loads(data)["reason"])

    async def read_over_sse(self) -> None:
        """Connect, read up to a random byte, hang up; after enough of that, read to the end."""
        while not self.ends:
            limit = self.chance.randrange(WORST_CUT_BYTES)
            is_last = self.disconnects >= DISCONNECTS
            await self._read_once(limit=None if is_last else limit)
            # Who has seen the end looks again from somewhere before it, until it was enough.
            if self.ends and not is_last:
                self.ends.clear()
                self._go_back()

    async def _read_once(self, *, limit: int | None) -> None:
        address = urlsplit(self.client.server.url)
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        writer.write(
            f"GET /api/chat/stream/{self.stream_id} HTTP/1.1\r\nHost: {address.netloc}\r\n"
            f"Authorization: {self.client.headers['Authorization']}\r\n"
            f"Last-Event-ID: {self.last_id}\r\nConnection: close\r\n\r\n".encode()
        )
        head = await reader.readuntil(b"\r\n\r\n")
        assert b" 200 " in head.splitlines()[0]
        body = await reader.read() if limit is None else await _read_some(reader, limit)
        writer.transport.abort()
        self.disconnects += limit is not None
        for frame in _joined(body).split(b"\n\n")[:-1]:
            if frame.startswith(b"id: "):
                id_line, event_line, data_line = frame.decode("ascii").split("\n")
                self.take(int(id_line[4:]), event_line[7:], data_line[6:])

    def _go_back(self) -> None:
        """Forget some of what was seen, as a page does that is loaded again."""
        self.last_id = self.chance.randrange(len(self.text))
        self.text = self.text[: self.last_id]

    async def read_over_sockets(self) -> None:
        """The same over WebSocket: some frames, then gone."""
        address = f"{self.client.server.url.replace('http', 'ws')}/ws/chat/"
        while not self.ends:
            is_last = self.disconnects >= DISCONNECTS
            async with connect(address, additional_headers=self.client.headers) as socket:
                frame = {
                    "type": "resume",
                    "stream_id": self.stream_id,
                    "last_event_id": self.last_id,
                }
                await socket.send(json.dumps(frame))
                count = self.chance.randrange(1, 6)
                while not self.ends and (is_last or count > 0):
                    heard = json.loads(await socket.recv())
                    if heard["type"] == "event":
                        self.take(heard["id"], heard["event"], json.dumps(heard["data"]))
                        count -= 1
                if not is_last:
                    socket.transport.abort()
            self.disconnects += not is_last
            if self.ends and not is_last:
                self.ends.clear()
                self._go_back()


async def _read_some(reader: asyncio.StreamReader, limit: int) -> bytes:
    """At most so many bytes; fewer when the stream ends."""
    try:
        return await reader.readexactly(limit)
    except asyncio.IncompleteReadError as error:
        return error.partial


def _joined(body: bytes) -> bytes:
    """The content of HTTP chunks, the last of which may be cut off."""
    content = b""
    while b"\r\n" in body:
        size, _, body = body.partition(b"\r\n")
        content += body[: int(size, 16)]
        body = body[int(size, 16) + 2 :]
    return content


def _answer(chance: random.Random) -> list[str]:
    return ["".join(chance.choices(ALPHABET, k=chance.randrange(1, 24))) for _ in range(PIECES)]


def _steps(pieces: list[str]) -> list[Step]:
    steps: list[Step] = [STREAM]
    for piece in pieces:
        steps += [chunked(text(piece)), PAUSE_SECONDS]
    return [*steps, chunked(STOP), chunked(DONE), END]


@pytest.mark.timeout(180)
async def test_a_thousand_lost_connections_lose_nothing(product: Product) -> None:
    """Twenty readers, each cut off fifty times at random, all end with the journal's text."""
    seed = random.randrange(10**9)
    print(f"seed {seed}")  # noqa: T201  a failure must be repeatable
    chance = random.Random(seed)
    pieces = _answer(chance)
    product.model.says(_steps(pieces))
    client = product.client()
    stream_id = client.ask()
    readers = [
        Reader(client, stream_id, random.Random(chance.random())) for _ in range(READERS + SOCKETS)
    ]

    await asyncio.gather(
        *(reader.read_over_sse() for reader in readers[:READERS]),
        *(reader.read_over_sockets() for reader in readers[READERS:]),
    )

    assert sum(reader.disconnects for reader in readers) >= 1000
    assert {reader.text.encode() for reader in readers} == {"".join(pieces).encode()}
    assert {tuple(reader.ends) for reader in readers} == {("complete",)}
    assert product.answer(stream_id) == ("".join(pieces), "complete")

"""From the bytes of a provider's answer to the JSON objects in it.

Providers send server-sent events, more or less: with a BOM, with any line ending, with comments,
`retry:`, `id:` and empty `data:` between, without the blank line after an event, or one plain JSON
document where a stream was asked for. Objects come out as bytes; nobody has parsed them yet.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Iterator

import orjson

BOM = b"\xef\xbb\xbf"
DONE = b"[DONE]"
MAX_BYTES = 16_000_000  # of one event, or of an answer that is no stream
ERROR_EVENTS = (b"error", b"exception")
END_SECONDS = 0.1  # for the end of an answer after its `[DONE]`
REFUSAL_SECONDS = 5.0  # for the body of a refusal
REFUSAL_BYTES = 65_536  # of it


class AnswerTooLarge(Exception):
    """One event is larger than MAX_BYTES."""


class EventStream:
    """The objects of one answer, piece by piece. `is_done` after `[DONE]` or a whole document."""

    def __init__(self) -> None:
        self.is_done = False
        self._rest = b""  # of the last line
        self._is_start = True
        self._skip_newline = False  # the other half of a CR LF
        self._document: list[bytes] | None = None  # it is no stream but a JSON document
        self._bytes = 0  # of the event or document that has begun
        self._event = b""
        self._data: list[bytes] = []

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """The objects that this piece completes; nothing more once it is done."""
        if self._is_start and not (piece := self._without_start(piece)):
            return
        self._bytes += len(piece)
        if self._bytes > MAX_BYTES:
            raise AnswerTooLarge
        if self._document is not None:
            self._document.append(piece)
            return
        if self._skip_newline and piece.startswith(b"\n"):
            piece = piece[1:]
        self._skip_newline = piece.endswith(b"\r")
        lines = (self._rest + piece).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        self._rest = lines.pop()
        for line in lines:
            yield from self._line(line)
            if self.is_done:
                return

    def finish(self) -> Iterator[bytes]:
        """The objects that only the end of the answer completes."""
        if self._document is not None:
            yield from self._objects_of(b"".join(self._document))
            return
        for line in (self._rest, b""):
            if not self.is_done:
                yield from self._line(line)

    def _without_start(self, piece: bytes) -> bytes:
        """The piece without what comes before the first line; then it is known what follows."""
        piece = self._rest + piece
        self._rest = b""
        if len(piece) < len(BOM) and BOM.startswith(piece):
            self._rest = piece
            return b""
        if text := piece.removeprefix(BOM).lstrip():
            self._is_start = False
            if text[:1] in (b"{", b"["):
                self._document = []
        return text

    def _line(self, line: bytes) -> Iterator[bytes]:
        if not line:
            data, event = b" ".join(self._data), self._event
            self._data, self._event, self._bytes = [], b"", len(self._rest)
            if data:
                yield from self._object(data, event)
            return
        name, _, value = line.partition(b":")
        value = value.strip()
        if name == b"event":
            self._event = value
        elif name == b"data" and value:
            # Whole in one line, as nearly all are: some providers send no blank line after it.
            is_whole = value == DONE or (value.startswith(b"{") and value.endswith(b"}"))
            if is_whole and not self._data:
                yield from self._object(value, self._event)
                self._bytes = len(self._rest)
            else:
                self._data.append(value)

    def _object(self, data: bytes, event: bytes) -> Iterator[bytes]:
        if data == DONE:
            self.is_done = True
        elif event in ERROR_EVENTS:
            yield as_error(data)
        elif data.startswith(b"{"):  # anything else is a sign of life
            yield data

    def _objects_of(self, document: bytes) -> Iterator[bytes]:
        """The answer itself, the first of a list, or one for each line."""
        try:
            found = orjson.loads(document)
        except orjson.JSONDecodeError:
            for line in document.splitlines():
                if (line := line.strip()).startswith(b"{"):
                    yield line
            return
        if isinstance(found, list) and found:
            found = found[0]
        if isinstance(found, dict):
            self.is_done = True
            yield orjson.dumps(found)


def as_error(data: bytes) -> bytes:
    """What came as an error's event, in the form of an error."""
    try:
        said = orjson.loads(data)
    except orjson.JSONDecodeError:
        said = data.decode("utf-8", "replace")
    if isinstance(said, dict) and said.get("error"):
        return data
    return orjson.dumps({"error": said})


# Both close what they read from: left to the garbage collector, a client's generators, one within
# the other, would be closed in any order and from any thread.


async def objects_in(
    pieces: AsyncIterator[bytes], stream: EventStream
) -> AsyncGenerator[bytes, None]:
    """The objects of the whole answer, until it is done or the pieces end; closes the pieces."""
    async with contextlib.aclosing(pieces):  # type: ignore[type-var]  # httpx's are generators
        async for piece in pieces:
            for found in stream.feed(piece):
                yield found
            if stream.is_done:
                # Read to its end, the connection serves the next question, too.
                with contextlib.suppress(Exception):
                    async with asyncio.timeout(END_SECONDS):
                        await anext(pieces, None)
                return
    for found in stream.finish():
        yield found


async def beginning_of(pieces: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    """As much of a refusal's body as comes soon: its status is known anyway."""
    left = REFUSAL_BYTES
    with contextlib.suppress(Exception):
        async with (
            contextlib.aclosing(pieces),  # type: ignore[type-var]  # as above
            asyncio.timeout(REFUSAL_SECONDS),
        ):
            async for piece in pieces:
                yield piece[:left]
                left -= len(piece)
                if left <= 0:
                    return

"""GET /api/chat/stream/{stream_id}: the events of an answer as server-sent events."""

import asyncio
import random
import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

import orjson
import structlog
from channels.generic.http import AsyncHttpConsumer
from django.conf import settings
from django.db import Error as DatabaseFailure

from chat.auth import Scope, asker_of, header, is_known_host
from chat.events import as_sse
from chat.services import Reading, open_reading
from exobrain.lib.errors import DomainError, Invalid, NotFound, Unauthenticated, Unavailable
from exobrain.middleware import REQUEST_ID

log = structlog.get_logger(__name__)

EVENT_ID = re.compile(r"[0-9]{1,15}")
HEARTBEAT = b": \n\n"
STREAM_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache"),
    (b"x-accel-buffering", b"no"),
]
STATUS_BY_ERROR: dict[type[DomainError], int] = {
    Invalid: 400,
    Unauthenticated: 401,
    NotFound: 404,
    Unavailable: 503,
}

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class StreamConsumer(AsyncHttpConsumer):  # type: ignore[misc]  # channels ships no types
    """Replays a stream to one reader and follows it to its end."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer until the stream ends or the reader has gone.

        Channels would tell of the disconnect only after `handle` has returned, join every reader
        to the channel layer, and start a thread for each message.
        """
        self.scope, self.base_send = scope, send
        answer = asyncio.create_task(self.handle(b""))
        gone = asyncio.create_task(_until_gone(receive))
        try:
            await asyncio.wait({answer, gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
            if not answer.done():
                answer.cancel()
            outcome, _ = await asyncio.gather(answer, gone, return_exceptions=True)
        if isinstance(outcome, Exception):
            raise outcome

    async def handle(self, body: bytes) -> None:
        """The stream, or why there is none."""
        self.request_id = _request_id(self.scope)
        try:
            reading = await self._open()
        except DomainError as error:
            await self._refuse(error)
        except DatabaseFailure:
            await self._refuse(Unavailable())
        else:
            try:
                await self._stream(reading)
            finally:
                reading.close()

    async def _open(self) -> Reading:
        if not is_known_host(self.scope):
            raise Invalid("Bad Request")
        return await open_reading(
            asker=await asker_of(self.scope),
            stream_id=self.scope["url_route"]["kwargs"]["stream_id"],
            after=_last_event_id(self.scope),
        )

    async def _stream(self, reading: Reading) -> None:
        await self.send_headers(status=200, headers=[*STREAM_HEADERS, self._id_header()])
        while not reading.has_ended:
            entries = await reading.next(seconds=settings.EXOBRAIN.chat_heartbeat_seconds)
            content = "".join(map(as_sse, entries)).encode() or HEARTBEAT
            await self.send_body(content, more_body=not reading.has_ended)

    async def _refuse(self, error: DomainError) -> None:
        status = next(
            (code for family, code in STATUS_BY_ERROR.items() if isinstance(error, family)), 500
        )
        log.info("stream_refused", status=status, request_id=self.request_id)
        headers = [(b"content-type", b"application/json"), self._id_header()]
        await self.send_headers(status=status, headers=headers)
        await self.send_body(orjson.dumps({"detail": error.message}))

    def _id_header(self) -> tuple[bytes, bytes]:
        return (b"x-request-id", self.request_id.encode())


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _request_id(scope: Scope) -> str:
    given = header(scope, "x-request-id") or ""
    return given if REQUEST_ID.fullmatch(given) else f"{random.getrandbits(128):032x}"


def _last_event_id(scope: Scope) -> int:
    """Where the reader was; a first visit, or nonsense, is the start.

    The query is for EventSource, which cannot send the header on its first connection.
    """
    query = parse_qs(scope["query_string"].decode("latin-1"))
    given = header(scope, "last-event-id") or query.get("last_event_id", [""])[0]
    return int(given) if EVENT_ID.fullmatch(given) else 0

"""HTTP/1.1 with bounds: on the head of a request, and on how long a request may take to arrive.

How large a body may be is decided in `exobrain/server.py`.

uvicorn's parser, httptools, keeps whatever headers come and waits for ever for what does not.
uvicorn's other one, h11, has a bound on headers, but its parsing costs three times as much, and it
waits for ever too. So these bounds are put around httptools, by the methods that uvicorn and
the parser call. Event streams and sockets are not bounded: their requests have arrived.
"""

import asyncio
from typing import Any

import orjson
import structlog
from django.conf import settings
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from exobrain.lib.http import PRIVATE_RAW

log = structlog.get_logger(__name__)

MAX_HEADERS = 100  # of one request, as in Apache


class HeadTooLarge(Exception):
    """The head of the request exceeds MAX_HEADER_BYTES or MAX_HEADERS."""


class BoundedHttpProtocol(HttpToolsProtocol):
    """One connection of a client.

    431 answers a head that is too large, 408 a request that is not whole in time. Either ends the
    connection.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.max_head_bytes = settings.EXOBRAIN.max_header_bytes
        self.timeout = settings.EXOBRAIN.request_timeout_seconds
        self.is_too_large = False
        self.is_whole = False  # the last request has arrived to its end
        self.head_bytes = 0  # of the present request: its address, its headers and trailers
        self.unread_bytes = 0  # since the parser last found the end of something
        self.deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """The client has so long for its first request."""
        super().connection_made(transport)
        self.start_deadline()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for."""
        self.stop_deadline()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """What is complete was handed on; the rest is waited for, but not for ever."""
        self.is_whole = False
        self.unread_bytes += len(data)
        super().data_received(data)
        if self.unread_bytes > self.max_head_bytes and not self.transport.is_closing():
            self.refuse(431, "The request's headers are too large.")
        elif not self.is_whole and self.deadline is None:
            self.start_deadline()

    def handle_websocket_upgrade(self) -> None:
        """From here on pings tell whether the client is there."""
        self.stop_deadline()
        self.is_whole = True
        super().handle_websocket_upgrade()

    # -- what the parser finds

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self.is_whole = False
        self.head_bytes = 0

    def on_url(self, url: bytes) -> None:
        """A part of the address."""
        self.count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or a trailer behind the body."""
        self.count(len(name) + len(value))
        super().on_header(name, value)
        if len(self.headers) > MAX_HEADERS:
            self.is_too_large = True
            raise HeadTooLarge

    def on_headers_complete(self) -> None:
        """The request is answered from here on, while its body comes."""
        self.unread_bytes = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A part of the body, whose size the application bounds."""
        self.unread_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request has arrived."""
        self.unread_bytes = 0
        self.is_whole = True
        self.stop_deadline()
        super().on_message_complete()

    def count(self, size: int) -> None:
        """So much more of the head is kept; raises HeadTooLarge, which stops the parser."""
        self.unread_bytes = 0
        self.head_bytes += size
        if self.head_bytes > self.max_head_bytes:
            self.is_too_large = True
            raise HeadTooLarge

    # -- refusing

    def send_400_response(self, msg: str) -> None:
        """What uvicorn answers when the parser has stopped."""
        if self.is_too_large:
            self.refuse(431, "The request's headers are too large.")
        else:
            self.refuse(400, msg)

    def refuse(self, status: int, detail: str) -> None:
        """The connection ends, with an answer unless one has begun."""
        self.stop_deadline()
        log.info("request_refused", status=status)
        is_answering = self.cycle is not None and not self.cycle.response_complete
        if not (is_answering and self.cycle.response_started):
            body = orjson.dumps({"detail": detail})
            headers = [
                (b"content-type", b"application/json"),
                (b"content-length", str(len(body)).encode()),
                (b"connection", b"close"),
                *PRIVATE_RAW,
            ]
            lines = [b"%s: %s\r\n" % header for header in headers]
            self.transport.write(b"".join([STATUS_LINE[status], *lines, b"\r\n", body]))
        self.transport.close()

    def start_deadline(self) -> None:
        """The request is refused unless it is whole by then."""
        self.deadline = self.loop.call_later(self.timeout, self.on_deadline)

    def stop_deadline(self) -> None:
        """There is nothing to wait for."""
        if self.deadline is not None:
            self.deadline.cancel()
            self.deadline = None

    def on_deadline(self) -> None:
        """The request did not arrive in time."""
        self.deadline = None
        if self.transport.is_closing():
            return
        is_answering = self.cycle is not None and not self.cycle.response_complete
        if is_answering and not self.cycle.more_body:  # what is late is a request behind this one
            self.start_deadline()
        else:
            self.refuse(408, "The request did not arrive in time.")

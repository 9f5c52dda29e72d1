"""Server-sent events: what every stream shares, apart from its events.

These connections never reach Django's request stack: who asks, and whether the host is ours, is
read from the ASGI scope.
"""

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

import orjson
import structlog
from channels.generic.http import AsyncHttpConsumer
from django.conf import settings
from django.db import Error as DatabaseFailure
from django.http import parse_cookie
from django.http.request import split_domain_port, validate_host

from accounts.selectors import resolve_principal
from accounts.types import Principal
from exobrain.lib.errors import DomainError, Invalid, Unavailable
from exobrain.lib.http import PRIVATE_RAW, request_id_of
from exobrain.lib.statuses import status_of
from exobrain.lib.tasks import first_of
from exobrain.lib.threads import in_thread

log = structlog.get_logger(__name__)

EVENT_ID = re.compile(r"[0-9]{1,15}")
HEARTBEAT = b": \n\n"
RECHECK_SECONDS = 5.0  # between looks at whether an open connection's user is still signed in
OPENED_BY = "exobrain.opened_by"  # in the scope: the id of the user, None for a visitor
STREAM_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class EventStream(AsyncHttpConsumer):  # type: ignore[misc]  # channels ships no types
    """Answers one reader until the stream ends or the reader has gone.

    `open` says what there is to read, or raises why there is nothing; `stream` sends it. It breaks
    off soon after its reader has signed out.
    """

    is_whole = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer.

        Channels would tell of the disconnect only after `handle` has returned, join every reader
        to the channel layer, and start a thread for each message.
        """
        self.scope, self.base_send = scope, send
        await first_of(self.handle(b""), _until_gone(receive))

    async def handle(self, body: bytes) -> None:
        """The stream, or why there is none."""
        self.request_id = request_id_of(header(self.scope, "x-request-id"))
        try:
            if not is_known_host(self.scope):
                raise Invalid("Bad Request")
            opened = await self.open()
        except DomainError as error:
            await self._refuse(error)
        except DatabaseFailure:
            await self._refuse(Unavailable())
        else:
            await first_of(self._stream_whole(opened), until_signed_out(self.scope))
            if not self.is_whole:  # it lacks its end, so the reader asks again and is refused
                await self.send_body(b"")

    async def _stream_whole(self, opened: Any) -> None:
        await self.stream(opened)
        self.is_whole = True

    async def open(self) -> Any:
        """What there is to read; raises a DomainError."""
        raise NotImplementedError

    async def stream(self, opened: Any) -> None:
        """Everything has been sent."""
        raise NotImplementedError

    async def begin(self) -> None:
        """The reader knows that events follow."""
        await self.send_headers(status=200, headers=[*STREAM_HEADERS, self._id_header()])

    async def _refuse(self, error: DomainError) -> None:
        status = status_of(error)
        log.info("stream_refused", status=status, request_id=self.request_id)
        headers = [(b"content-type", b"application/json"), *PRIVATE_RAW, self._id_header()]
        await self.send_headers(status=status, headers=headers)
        await self.send_body(orjson.dumps({"detail": error.message}))

    def _id_header(self) -> tuple[bytes, bytes]:
        return (b"x-request-id", self.request_id.encode())


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def last_event_id(scope: Scope) -> int:
    """Where the reader was; a first visit, or nonsense, is the start.

    The query is for EventSource, which cannot send the header on its first connection.
    """
    query = parse_qs(scope["query_string"].decode("latin-1"))
    given = header(scope, "last-event-id") or query.get("last_event_id", [""])[0]
    return int(given) if EVENT_ID.fullmatch(given) else 0


async def principal_of_scope(scope: Scope, *, expired_too: bool = False) -> Principal | None:
    """Who opened this connection, if anybody."""
    principal = await in_thread(
        resolve_principal,
        authorization=header(scope, "authorization"),
        session_key=cookies_of(scope).get(settings.SESSION_COOKIE_NAME),
        expired_too=expired_too,
    )
    scope.setdefault(OPENED_BY, principal and principal.user_id)
    return principal


async def until_signed_out(scope: Scope) -> None:
    """Returns soon after the user who opened this connection has lost the right to it.

    Signed out, shut out, gone, or with a new password: nobody has to announce it. An outage is no
    reason, and neither is a token that grew old since. A visitor has nothing to lose.
    """
    if scope[OPENED_BY] is None:
        await asyncio.get_running_loop().create_future()
    while True:
        await asyncio.sleep(RECHECK_SECONDS)
        with contextlib.suppress(Unavailable, DatabaseFailure):
            principal = await principal_of_scope(scope, expired_too=True)
            if principal is None or principal.user_id != scope[OPENED_BY]:
                return


def is_known_host(scope: Scope) -> bool:
    """True when the client means this server: a rebound name is not ours."""
    domain, _ = split_domain_port(header(scope, "host") or "")
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


def header(scope: Scope, name: str, *, joint: str = ", ") -> str | None:
    """The header's value; several of one name are one list, as HTTP has it."""
    wanted = name.encode()
    values = [value.decode("latin-1") for key, value in scope["headers"] if key == wanted]
    return joint.join(values) if values else None


def cookies_of(scope: Scope) -> dict[str, str]:
    """The cookies that came with the connection."""
    return parse_cookie(header(scope, "cookie", joint="; ") or "")

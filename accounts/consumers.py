"""Server-sent events: what every stream shares, apart from its events.

It stands in accounts because an open stream asks now and then whether its reader is still signed
in.
"""

import asyncio
import contextlib
import re
from typing import Any, cast
from uuid import UUID

import orjson
from channels.generic.http import AsyncHttpConsumer
from django.db import Error as DatabaseFailure
from django.http import HttpRequest

from accounts.auth import IdentifiedRequest, identify, proof_of
from exobrain.lib.errors import DomainError, Unavailable
from exobrain.lib.scope import Receive, Scope, Send, request_of
from exobrain.lib.statuses import status_of
from exobrain.lib.tasks import first_of
from exobrain.lib.threads import in_thread

EVENT_ID = re.compile(r"[0-9]{1,15}")
HEARTBEAT = b": \n\n"
RECHECK_SECONDS = 5.0  # between looks at whether an open connection's user is still signed in
STREAM_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache"),
    (b"x-accel-buffering", b"no"),
]


class EventStream(AsyncHttpConsumer):  # type: ignore[misc]  # channels ships no types
    """Answers one reader until the stream ends or the reader has gone.

    `open` returns what there is to read, or raises why there is nothing; `stream` sends it. It
    breaks off soon after its reader has signed out.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer.

        Channels would notice the disconnect only after `handle` has returned, join every reader
        to the channel layer, and start a thread for each message.
        """
        self.scope, self.base_send = scope, send
        self.request = request_of(scope)

        async def until_disconnected() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass

        await first_of(self.handle(b""), until_disconnected())

    async def handle(self, body: bytes) -> None:
        """The stream, or why there is none."""
        try:
            opened = await self.open()
        except (DomainError, DatabaseFailure) as problem:
            error = problem if isinstance(problem, DomainError) else Unavailable()
            headers = [(b"content-type", b"application/json")]
            await self.send_headers(status=status_of(error), headers=headers)
            await self.send_body(orjson.dumps({"detail": error.message}))
            return
        is_complete = False

        async def send_all() -> None:
            nonlocal is_complete
            await self.send_headers(status=200, headers=STREAM_HEADERS)
            await self.stream(opened)
            is_complete = True

        await first_of(send_all(), until_signed_out(self.request))
        if not is_complete:  # it lacks its end, so the reader asks again and is refused
            await self.send_body(b"")

    async def open(self) -> Any:
        """What there is to read; raises a DomainError."""
        raise NotImplementedError

    async def stream(self, opened: Any) -> None:
        """Everything has been sent."""
        raise NotImplementedError

    @property
    def last_event_id(self) -> int:
        """The id of the last event the reader saw; 0 for a first visit, or nonsense.

        The query is for EventSource, which cannot send the header on its first connection.
        """
        given = self.request.headers.get("Last-Event-ID") or self.request.GET.get(
            "last_event_id", ""
        )
        return int(given) if EVENT_ID.fullmatch(given) else 0


class _Watch:
    """Looks after one sign-in, for all connections that were opened by it on one event loop."""

    def __init__(self, request: HttpRequest, user_id: UUID) -> None:
        self.connections = 0
        self.until_over = asyncio.create_task(_until_over(request, user_id))


_watches: dict[tuple[object, ...], _Watch] = {}


async def until_signed_out(request: HttpRequest) -> None:
    """Returns soon after the principal of an open connection has lost the right to it.

    Signed out, shut out, gone, or with a new password: nobody has to announce it. An outage is no
    reason, and neither is a token that grew old since. A visitor has nothing to lose.
    """
    opened_by = cast(IdentifiedRequest, request).principal
    if opened_by is None:
        await asyncio.get_running_loop().create_future()
        return
    # A person has many connections, and the server thousands: one look serves all of a sign-in.
    sign_in = (asyncio.get_running_loop(), opened_by.user_id, *proof_of(request))
    if sign_in not in _watches:
        _watches[sign_in] = _Watch(request, opened_by.user_id)
    watch = _watches[sign_in]
    watch.connections += 1
    try:
        await asyncio.shield(watch.until_over)
    finally:
        watch.connections -= 1
        if not watch.connections:
            watch.until_over.cancel()
            del _watches[sign_in]


async def _until_over(request: HttpRequest, user_id: UUID) -> None:
    """Returns soon after the request's proof is not this user's any more."""
    while True:
        await asyncio.sleep(RECHECK_SECONDS)
        with contextlib.suppress(Unavailable, DatabaseFailure):
            principal = await in_thread(identify, request, expired_too=True)
            if principal is None or principal.user_id != user_id:
                return

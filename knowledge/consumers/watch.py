"""GET /api/knowledge/update/{job_id}/watch: a job's changes as server-sent events."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from typing import Any

import orjson
from django.conf import settings

from accounts.auth import authenticated
from accounts.consumers import HEARTBEAT, EventStream
from exobrain.lib.errors import DomainError
from exobrain.lib.tasks import cancel_all
from exobrain.lib.threads import in_thread
from knowledge.services.updates import JobWatch, open_watch


class WatchConsumer(EventStream):
    """Reports a job's changes to one reader, to its end."""

    async def open(self) -> JobWatch:
        """The job, if it is the reader's."""
        principal = await in_thread(authenticated, self.request)
        return await open_watch(
            user_id=principal.user_id,
            job_id=self.scope["url_route"]["kwargs"]["job_id"],
            after=self.last_event_id,
        )

    async def stream(self, opened: JobWatch) -> None:
        """Each change, a sign of life when there is none, and the end or why there is no end."""
        stopping = asyncio.Event()
        _open.add(stopping)
        try:
            async with contextlib.aclosing(events_of(opened, stopping)) as events:
                async for event in events:
                    await self.send_body(event, more_body=True)
        except DomainError as error:
            # Without an id: the reader comes back to where it was.
            problem = orjson.dumps({"message": error.message, "retryable": error.retryable})
            await self.send_body(b"event: error\ndata: %s\n\n" % problem)
        else:
            last = opened.current
            data = {"job_id": last.job_id, "state": last.lifecycle, "terminal": True}
            is_over = opened.is_over
            await self.send_body(as_sse("done", data, number=last.number) if is_over else b"")
        finally:
            _open.discard(stopping)


_open: set[asyncio.Event] = set()


def close_watches() -> None:
    """Readers are sent away; they come back to another server, to where they were."""
    for stopping in _open:
        stopping.set()


async def events_of(watch: JobWatch, stopping: asyncio.Event) -> AsyncGenerator[bytes, None]:
    """The job's changes as events, with heartbeats between them, until it ends or is to stop."""
    async with contextlib.aclosing(watch.changes()) as changes:
        stopped = asyncio.ensure_future(stopping.wait())
        upcoming = asyncio.ensure_future(anext(changes, None))
        try:
            while not stopped.done():
                await asyncio.wait(
                    [stopped, upcoming],
                    timeout=settings.EXOBRAIN.stream_heartbeat_seconds,
                    return_when=asyncio.FIRST_COMPLETED,
                )
                if not upcoming.done():
                    yield HEARTBEAT
                    continue
                change = upcoming.result()
                if change is None:
                    return
                data = {
                    "job_id": change.job_id,
                    "state": change.lifecycle,
                    "attempt": change.attempt,
                    "detail": change.detail,
                    "terminal": change.terminal,
                    "emitted_at": change.at,
                }
                yield as_sse("status", data, number=change.number)
                upcoming = asyncio.ensure_future(anext(changes, None))
        finally:
            await cancel_all([stopped, upcoming])


def as_sse(name: str, data: dict[str, Any], *, number: int) -> bytes:
    """A server-sent event; its id is the number of the change."""
    body = orjson.dumps(data, option=orjson.OPT_UTC_Z)
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (number, name.encode(), body)

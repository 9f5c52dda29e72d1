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
from orchestrator.types import Transition


class WatchConsumer(EventStream):
    """Tells one reader how their job fares, to its end."""

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
            async with contextlib.aclosing(_contents(opened, stopping)) as contents:
                async for content in contents:
                    await self.send_body(content, more_body=True)
        except DomainError as error:
            await self.send_body(_trouble(error))
        else:
            await self.send_body(_done(opened.current) if opened.is_over else b"")
        finally:
            _open.discard(stopping)


_open: set[asyncio.Event] = set()


def close_watches() -> None:
    """Readers are sent away; they come back to another server, to where they were."""
    for stopping in _open:
        stopping.set()


async def _contents(watch: JobWatch, stopping: asyncio.Event) -> AsyncGenerator[bytes, None]:
    async with contextlib.aclosing(watch.changes()) as changes:
        stopped = asyncio.ensure_future(stopping.wait())
        upcoming = asyncio.ensure_future(anext(changes, None))
        try:
            while not stopped.done():
                await _first(stopped, upcoming)
                if not upcoming.done():
                    yield HEARTBEAT
                elif (change := upcoming.result()) is None:
                    return
                else:
                    yield _status(change)
                    upcoming = asyncio.ensure_future(anext(changes, None))
        finally:
            await cancel_all([stopped, upcoming])


async def _first(*waiting: "asyncio.Future[Any]") -> None:
    pause = settings.EXOBRAIN.stream_heartbeat_seconds
    await asyncio.wait(waiting, timeout=pause, return_when=asyncio.FIRST_COMPLETED)


def _status(change: Transition) -> bytes:
    data = {
        "job_id": change.job_id,
        "state": change.lifecycle,
        "attempt": change.attempt,
        "detail": change.detail,
        "terminal": change.terminal,
        "emitted_at": change.at,
    }
    return _event("status", data, number=change.number)


def _done(last: Transition) -> bytes:
    data = {"job_id": last.job_id, "state": last.lifecycle, "terminal": True}
    return _event("done", data, number=last.number)


def _trouble(error: DomainError) -> bytes:
    """Without an id: the reader comes back to where it was."""
    data = {"message": error.message, "retryable": error.retryable}
    return b"event: error\ndata: %s\n\n" % orjson.dumps(data)


def _event(name: str, data: dict[str, Any], *, number: int) -> bytes:
    body = orjson.dumps(data, option=orjson.OPT_UTC_Z)
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (number, name.encode(), body)

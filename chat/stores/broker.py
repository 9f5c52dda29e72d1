"""The streams that this process writes or reads at the moment, over a `TurnLog`.

Belongs to one event loop. Whoever writes a stream publishes to its `StreamBuffer` and waits for
nothing: a task appends what is new in all buffers to the log, many at once, and sends again what
the log has lost. Readers wait on the buffer too, and are shown what the log has, so that nothing
a reader has seen is lost with this process; only while the log is away is everything shown at
once. The buffer of a stream that another process writes is fed from the log, once for all its
readers here.
"""

import asyncio
import contextlib
from bisect import bisect_right
from collections.abc import Callable, Coroutine, Sequence
from contextvars import Context
from operator import attrgetter
from typing import Any
from uuid import UUID

import structlog

from chat.errors import LogUnavailable
from chat.events import Event, StreamEntry, entry_at, unread
from chat.stores.log import AppendRequest, TurnLog
from chat.types import Requester
from exobrain.lib.tasks import cancel_all

log = structlog.get_logger(__name__)

POLL_SECONDS = 1.0  # in case a notification was lost
RETRY_SECONDS = 0.5  # while the log is away
REMEMBER_SECONDS = 5  # an ended stream is answered from memory, then from PostgreSQL
UNSAVED_SECONDS = 600  # at most, while the log is away
BATCH = 64  # streams in one go


class StreamBuffer:
    """A stream as far as this process knows it."""

    def __init__(self, stream_id: UUID, *, owner: Requester, keep_seconds: int = 0) -> None:
        self.stream_id = stream_id
        self.owner = owner
        self.keep_seconds = keep_seconds
        self.entries: list[StreamEntry] = []
        self.is_written_here = False
        self.saved = 0  # the log's last id, as far as known
        self.readers = 0
        self._shown_count = 0  # entries that readers see
        self._more = asyncio.Event()

    @property
    def position(self) -> int:
        """Where the stream ends at the moment."""
        return self.entries[-1].id if self.entries else 0

    @property
    def has_ended(self) -> bool:
        """True when nothing can follow."""
        return bool(self.entries) and self.entries[-1].is_end

    def show(self, position: int) -> None:
        """Readers see everything up to that position, and wake up."""
        shown_count = bisect_right(self.entries, position, key=attrgetter("id"))
        if shown_count > self._shown_count:
            self._shown_count = shown_count
            self._more.set()
            self._more = asyncio.Event()

    def add(self, entries: Sequence[StreamEntry]) -> None:
        """Those of the entries that continue the stream are appended, and readers see them."""
        for entry in entries:
            if entry.id > self.position >= entry.start and not self.has_ended:
                self.entries.append(entry.part_after(self.position))
        self.show(self.position)

    def end(self, entries: Sequence[StreamEntry]) -> None:
        """The entries are added, and their end even when the stream had come further."""
        self.add(entries)
        if entries and not self.has_ended:
            self.add([entry_at(entries[-1].event, start=self.position)])

    async def read(self, *, after: int, seconds: float) -> list[StreamEntry]:
        """The entries after that position, as soon as there are any; none after so many seconds."""
        if not (entries := unread(self.entries, after=after, count=self._shown_count)):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._more.wait()
            entries = unread(self.entries, after=after, count=self._shown_count)
        return entries

    def unsaved(self) -> AppendRequest:
        """What the log does not have yet."""
        entries = [entry for entry in self.entries if entry.id > self.saved]
        return AppendRequest(self.stream_id, entries, self.keep_seconds)


class StreamBroker:
    """All buffers of one event loop."""

    def __init__(self, turn_log: TurnLog, *, on_cancel: Callable[[UUID], object]) -> None:
        self.log = turn_log
        self.on_cancel = on_cancel
        self.buffers: dict[UUID, StreamBuffer] = {}
        self.is_log_away = False
        self._unsaved: dict[UUID, StreamBuffer] = {}
        self._has_unsaved = asyncio.Event()
        self._appended: dict[UUID, asyncio.Event] = {}  # wakes the feed of a stream
        self._feeds: dict[UUID, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """From now on buffers reach the log, and its notifications arrive."""
        self._run(self._save_forever())
        self._run(self._listen_forever())

    async def stop(self) -> None:
        """The log has what it would take, nothing runs any more, its connections are closed."""
        try:
            await self._save([*self._unsaved.values()])
        except LogUnavailable:
            self._do_without_log()
        await cancel_all(self._tasks)
        await self.log.close()

    # -- writing

    def open(self, stream_id: UUID, *, owner: Requester, keep_seconds: int) -> StreamBuffer:
        """The buffer of a stream that is written here from now on."""
        self._stop_feed(stream_id)
        buffer = self.buffers.setdefault(stream_id, StreamBuffer(stream_id, owner=owner))
        buffer.is_written_here = True
        buffer.keep_seconds = keep_seconds
        return buffer

    def publish(self, buffer: StreamBuffer, event: Event) -> StreamEntry:
        """The event is the stream's next; it reaches the log, and then readers."""
        entry = entry_at(event, start=buffer.position)
        buffer.entries.append(entry)
        if self.is_log_away:
            buffer.show(entry.id)
        self._unsaved[buffer.stream_id] = buffer
        self._has_unsaved.set()
        if entry.is_end:
            self._discard_later(buffer.stream_id, seconds=REMEMBER_SECONDS)
        return entry

    def _discard_later(self, stream_id: UUID, *, seconds: float) -> None:
        """After so many seconds the ended stream is dropped; readers that have its buffer go on.

        What the log does not have yet is kept for UNSAVED_SECONDS first.
        """

        def discard() -> None:
            if stream_id in self._unsaved and seconds < UNSAVED_SECONDS:
                self._discard_later(stream_id, seconds=UNSAVED_SECONDS)
                return
            self._unsaved.pop(stream_id, None)
            buffer = self.buffers.get(stream_id)
            if buffer is not None and buffer.is_written_here:
                del self.buffers[stream_id]

        # Neither the buffer nor the context of the answer, which holds much, lives until then.
        asyncio.get_running_loop().call_later(seconds, discard, context=Context())

    async def forget(self, stream_ids: Sequence[UUID]) -> None:
        """Neither this process nor the log knows of these streams; raises LogUnavailable."""
        for stream_id in stream_ids:
            self._stop_feed(stream_id)
            self._unsaved.pop(stream_id, None)
            self.buffers.pop(stream_id, None)
        await self.log.forget(stream_ids)

    async def _save_forever(self) -> None:
        while True:
            await self._has_unsaved.wait()
            self._has_unsaved.clear()
            try:
                await self._save(list(self._unsaved.values())[:BATCH])
            except LogUnavailable:
                self._do_without_log()
                await asyncio.sleep(RETRY_SECONDS)
            if self._unsaved:
                self._has_unsaved.set()

    def _do_without_log(self) -> None:
        """The log is away: readers here are shown everything at once."""
        self.is_log_away = True
        for buffer in self._unsaved.values():
            buffer.show(buffer.position)

    async def _save(self, buffers: Sequence[StreamBuffer]) -> None:
        """The log has been sent what is new; what it has lost will be sent again."""
        lasts = await self.log.append([buffer.unsaved() for buffer in buffers])
        self.is_log_away = False
        for buffer, last in zip(buffers, lasts, strict=True):
            # A log that did not take what fits has been ended by somebody else.
            is_refused = last == buffer.saved
            buffer.saved = last
            buffer.show(buffer.position if is_refused else last)
            if is_refused or last >= buffer.position:
                self._unsaved.pop(buffer.stream_id, None)

    # -- reading

    def subscribe(self, stream_id: UUID, *, owner: Requester) -> StreamBuffer:
        """The buffer of a running stream, for one reader more; fed from the log if need be.

        `owner` is whose stream it is.
        """
        buffer = self.buffers.get(stream_id)
        if buffer is None:
            buffer = self.buffers[stream_id] = StreamBuffer(stream_id, owner=owner)
            self._feeds[stream_id] = self._run(self._feed(buffer))
        buffer.readers += 1
        return buffer

    def unsubscribe(self, buffer: StreamBuffer) -> None:
        """The reader has left; with the last one the feed ends."""
        buffer.readers -= 1
        is_fed = self.buffers.get(buffer.stream_id) is buffer and not buffer.is_written_here
        if is_fed and not buffer.readers:
            self._stop_feed(buffer.stream_id)
            del self.buffers[buffer.stream_id]

    def _stop_feed(self, stream_id: UUID) -> None:
        if feed := self._feeds.pop(stream_id, None):
            feed.cancel()

    async def _feed(self, buffer: StreamBuffer) -> None:
        """The buffer has what the log has, as it grows, until the stream ends."""
        appended = self._appended[buffer.stream_id] = asyncio.Event()
        try:
            with contextlib.suppress(LogUnavailable):  # then it polls until the log is back
                await self.log.watch(buffer.stream_id)
            while not buffer.has_ended:
                appended.clear()
                with contextlib.suppress(LogUnavailable):
                    buffer.add(await self.log.read(buffer.stream_id, after=buffer.position))
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(POLL_SECONDS):
                        await appended.wait()
        finally:
            del self._appended[buffer.stream_id]
            with contextlib.suppress(LogUnavailable):
                await self.log.unwatch(buffer.stream_id)

    async def _listen_forever(self) -> None:
        def wake_feed(stream_id: UUID) -> None:
            if appended := self._appended.get(stream_id):
                appended.set()

        while True:
            try:
                await self.log.listen(on_append=wake_feed, on_cancel=self.on_cancel)
            except LogUnavailable as error:
                log.warning("turn_log_unavailable", error=type(error.__cause__).__name__)
            await asyncio.sleep(RETRY_SECONDS)

    def _run(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

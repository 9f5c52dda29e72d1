"""The log in this process's memory, for tests."""

import asyncio
from collections.abc import Callable, Sequence
from uuid import UUID

from chat.errors import LogUnavailable
from chat.events import StreamEntry
from chat.stores.log import AppendRequest, end_alone


class MemoryTurnLog:
    """Behaves as Redis does, outages included: set `is_away`, call `lose`."""

    def __init__(self) -> None:
        self.streams: dict[UUID, list[StreamEntry]] = {}
        self.watched: set[UUID] = set()
        self.reports: asyncio.Queue[tuple[str, UUID]] = asyncio.Queue()
        self.is_away = False

    async def append(self, requests: Sequence[AppendRequest]) -> list[int]:
        """What continues each log is in it; answers with the last id of each."""
        self._raise_if_away()
        lasts: list[int] = []
        for request in requests:
            entries = self.streams.setdefault(request.stream_id, [])
            for entry in request.entries:
                has_ended = bool(entries) and entries[-1].is_end
                if entry.start == (entries[-1].id if entries else 0) and not has_ended:
                    entries.append(entry)
            if request.stream_id in self.watched:
                self.reports.put_nowait(("append", request.stream_id))
            lasts.append(entries[-1].id if entries else 0)
        return lasts

    async def read(self, stream_id: UUID, *, after: int) -> list[StreamEntry]:
        """The entries that end after that position, in order."""
        self._raise_if_away()
        return [entry for entry in self.streams.get(stream_id, []) if entry.id > after]

    async def forget(self, stream_ids: Sequence[UUID]) -> None:
        """Of these streams only an end is left."""
        self._raise_if_away()
        for stream_id in stream_ids:
            self.streams[stream_id] = [end_alone(self.streams.get(stream_id, []))]

    async def watch(self, stream_id: UUID) -> None:
        """From now on `listen` reports what is appended to this stream."""
        self._raise_if_away()
        self.watched.add(stream_id)

    async def unwatch(self, stream_id: UUID) -> None:
        """What is appended to this stream is not reported any more."""
        self._raise_if_away()
        self.watched.discard(stream_id)

    async def request_cancel(self, stream_id: UUID) -> None:
        """Every listener is told to stop writing this stream."""
        self._raise_if_away()
        self.reports.put_nowait(("cancel", stream_id))

    async def listen(
        self, *, on_append: Callable[[UUID], object], on_cancel: Callable[[UUID], object]
    ) -> None:
        """Reports until it is cancelled."""
        while True:
            kind, stream_id = await self.reports.get()
            (on_cancel if kind == "cancel" else on_append)(stream_id)

    async def close(self) -> None:
        """Nothing is left open."""

    def lose(self, stream_id: UUID, *, keep: int = 0) -> None:
        """Only the first entries of this stream are left, as after a restart of Redis."""
        self.streams[stream_id] = self.streams.get(stream_id, [])[:keep]

    def _raise_if_away(self) -> None:
        if self.is_away:
            raise LogUnavailable

"""The port to the log of running streams.

It may lose anything at any time: what must last is in PostgreSQL. But it never holds a gap, an
entry twice, or anything after an end: entries that do not continue the log leave it as
it is and says where the log ends, so that the writer can send what is missing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from chat.events import Done, StreamEntry, entry_at

GONE_SECONDS = 3600  # the end of a forgotten stream; whoever writes it has stopped long before


def end_alone(entries: Sequence[StreamEntry]) -> StreamEntry:
    """What is left of a forgotten stream: its end, without any text."""
    last = entries[-1] if entries else None
    start = 0 if last is None else last.start if last.is_end else last.id
    return entry_at(Done("cancelled"), start=start)


@dataclass(frozen=True, slots=True)
class AppendRequest:
    """Entries that follow one another in one stream, and how long the log is kept after them."""

    stream_id: UUID
    entries: Sequence[StreamEntry]
    keep_seconds: int


class TurnLog(Protocol):
    """Append, read, and tell other processes. Raises LogUnavailable while it is away."""

    async def append(self, requests: Sequence[AppendRequest]) -> list[int]:
        """What continues each log is in it; answers with the last id of each."""

    async def read(self, stream_id: UUID, *, after: int) -> list[StreamEntry]:
        """The entries that end after that position, in order."""

    async def forget(self, stream_ids: Sequence[UUID]) -> None:
        """Of these streams only an end is left, for a while, so that no writer adds to them."""

    async def watch(self, stream_id: UUID) -> None:
        """From now on `listen` reports what is appended to this stream."""

    async def unwatch(self, stream_id: UUID) -> None:
        """What is appended to this stream is not reported any more."""

    async def request_cancel(self, stream_id: UUID) -> None:
        """Every process that listens is told to stop writing this stream."""

    async def listen(
        self, *, on_append: Callable[[UUID], object], on_cancel: Callable[[UUID], object]
    ) -> None:
        """Reports until it is cancelled or the log goes away. A report may be lost."""

    async def close(self) -> None:
        """Its connections are closed."""

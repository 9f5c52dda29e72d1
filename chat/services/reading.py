"""Read a stream, from its start or from wherever the reader was."""

import contextlib
from uuid import UUID

from django.db import Error as DatabaseFailure

from chat import selectors
from chat.errors import StreamNotFound
from chat.events import Done, StreamEntry, entry_at
from chat.services.runtime import Runtime, current_runtime
from chat.services.visitors import visitor_of
from chat.stores import StreamBuffer
from chat.types import Requester
from exobrain.lib.threads import in_thread

CHECK_SECONDS = 5.0  # silence of a stream from elsewhere, before PostgreSQL is asked


class Reading:
    """One reader of one stream: its position, and the entries that follow."""

    def __init__(self, buffer: StreamBuffer, *, after: int, runtime: Runtime) -> None:
        self.stream_id = buffer.stream_id
        self.position = after
        self.has_ended = False
        self._buffer = buffer
        self._runtime = runtime

    async def next(self, *, seconds: float) -> list[StreamEntry]:
        """The next entries, as soon as there are any; none after so many seconds of silence."""
        buffer = self._buffer
        if not buffer.is_written_here:
            seconds = min(seconds, CHECK_SECONDS)
        entries = await buffer.read(after=self.position, seconds=seconds)
        if entries:
            self.position = entries[-1].id
            self.has_ended = entries[-1].is_end
        elif not buffer.is_written_here:
            # A stream that has ended without a word in the log ends here too.
            with contextlib.suppress(DatabaseFailure):  # then the next silence asks again
                buffer.end(await in_thread(_ended, buffer.owner, buffer.stream_id))
        return entries

    def close(self) -> None:
        """The reader has left."""
        self._runtime.broker.unsubscribe(self._buffer)


async def open_reading(*, requester: Requester, stream_id: str, after: int) -> Reading:
    """A reader of the stream, if the requester may read it; raises StreamNotFound."""
    known_id = parse_stream_id(stream_id)
    runtime = current_runtime()
    known = runtime.broker.buffers.get(known_id)
    if known is None:
        owner, entries = await in_thread(_find, requester, known_id)
    else:
        owner, entries = known.owner, []
    if not requester.may_read(owner):
        raise StreamNotFound
    if entries:
        buffer = StreamBuffer(known_id, owner=owner)
        buffer.add(entries)
    else:
        buffer = runtime.broker.subscribe(known_id, owner=owner)
    return Reading(buffer, after=after, runtime=runtime)


def parse_stream_id(text: str) -> UUID:
    """The text as a UUID; raises StreamNotFound when it is none."""
    try:
        return UUID(text)
    except ValueError:
        raise StreamNotFound from None


def _find(requester: Requester, stream_id: UUID) -> tuple[Requester, list[StreamEntry]]:
    """Whose stream it is, and the whole of it if it has ended."""
    if requester.user_id is not None:
        owner = Requester(requester.user_id)
        turn = selectors.find_turn(user_id=requester.user_id, stream_id=stream_id)
        if turn is not None:
            return owner, selectors.replay(user_id=requester.user_id, stream_id=stream_id)
    return visitor_of(stream_id), []


def _ended(owner: Requester, stream_id: UUID) -> list[StreamEntry]:
    """The whole stream, if it has ended."""
    if owner.user_id is not None:
        return selectors.replay(user_id=owner.user_id, stream_id=stream_id)
    try:
        visitor_of(stream_id)
    except StreamNotFound:
        return [entry_at(Done("interrupted"), start=0)]
    return []

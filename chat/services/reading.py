"""Read a stream, from its start or from wherever the reader was."""

from uuid import UUID

from django.db import Error as DatabaseFailure

from chat import selectors
from chat.errors import StreamNotFound
from chat.events import Done, Entry, place
from chat.services.runtime import Runtime, current_runtime
from chat.services.visitors import visitor_of
from chat.stores import Tail
from chat.types import Asker
from exobrain.lib.threads import in_thread

CHECK_SECONDS = 5.0  # silence of a stream from elsewhere, before PostgreSQL is asked


class Reading:
    """One reader's way through one stream."""

    def __init__(self, tail: Tail, *, after: int, runtime: Runtime) -> None:
        self.tail = tail
        self.position = after
        self.has_ended = False
        self._runtime = runtime

    async def next(self, *, seconds: float) -> list[Entry]:
        """What follows, as soon as there is something; nothing after so much silence."""
        if not self.tail.is_written_here:
            seconds = min(seconds, CHECK_SECONDS)
        entries = await self.tail.read(after=self.position, seconds=seconds)
        if entries:
            self.position = entries[-1].id
            self.has_ended = entries[-1].is_end
        elif not self.tail.is_written_here:
            await self._check()
        return entries

    async def _check(self) -> None:
        """A stream that has ended without a word in the log ends here too."""
        try:
            self.tail.end(await in_thread(_ended, self.tail.owner, self.tail.stream_id))
        except DatabaseFailure:
            return  # the next silence asks again

    def close(self) -> None:
        """The reader has left."""
        self._runtime.hub.detach(self.tail)


async def open_reading(*, asker: Asker, stream_id: str, after: int) -> Reading:
    """The way through a stream that the asker may read; raises StreamNotFound."""
    known_id = parse_stream_id(stream_id)
    runtime = current_runtime()
    known = runtime.hub.tails.get(known_id)
    if known is None:
        owner, entries = await in_thread(_find, asker, known_id)
    else:
        owner, entries = known.owner, []
    if not asker.may_read(owner):
        raise StreamNotFound
    if entries:
        tail = Tail(known_id, owner=owner)
        tail.add(entries)
    else:
        tail = runtime.hub.attach(known_id, owner=owner)
    return Reading(tail, after=after, runtime=runtime)


def parse_stream_id(text: str) -> UUID:
    """The id that the text writes; raises StreamNotFound when it writes none."""
    try:
        return UUID(text)
    except ValueError:
        raise StreamNotFound from None


def _find(asker: Asker, stream_id: UUID) -> tuple[Asker, list[Entry]]:
    """Whose stream it is, and the whole of it if it has ended."""
    if asker.user_id is not None:
        owner = Asker(asker.user_id)
        turn = selectors.find_turn(user_id=asker.user_id, stream_id=stream_id)
        if turn is not None:
            return owner, selectors.replay(user_id=asker.user_id, stream_id=stream_id)
    return visitor_of(stream_id), []


def _ended(owner: Asker, stream_id: UUID) -> list[Entry]:
    """The whole stream, if it has ended."""
    if owner.user_id is not None:
        return selectors.replay(user_id=owner.user_id, stream_id=stream_id)
    try:
        visitor_of(stream_id)
    except StreamNotFound:
        return [place(Done("interrupted"), start=0)]
    return []

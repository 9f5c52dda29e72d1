"""The events of a stream, and how every transport encodes them.

An event's id is the position of the stream after it: text moves the position by its number of
characters, every other event by one. So ids grow, a reader resumes exactly where it was however
the text is cut into events, and an event that is missing or came twice cannot go unnoticed.
"""

import json
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import ClassVar, Literal

Reason = Literal["complete", "interrupted", "cancelled", "error"]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """The model asked for a tool."""

    type: ClassVar = "tool_call"
    tool_call_id: str
    title: str
    description: str


@dataclass(frozen=True, slots=True)
class ToolResponse:
    """A tool has answered."""

    type: ClassVar = "tool_response"
    tool_call_id: str
    message: str


@dataclass(frozen=True, slots=True)
class StreamError:
    """A tool failed, or, without a tool's id, the answer itself."""

    type: ClassVar = "error"
    message: str
    tool_call_id: str | None = None


@dataclass(frozen=True, slots=True)
class MessageChunk:
    """More text of the answer, never empty."""

    type: ClassVar = "message_chunk"
    text: str


@dataclass(frozen=True, slots=True)
class ReasoningChunk:
    """More of what the model thinks before it answers, never empty; no part of the answer."""

    type: ClassVar = "reasoning"
    text: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to know while one waits, or of an answer that is whole, in words for the user."""

    type: ClassVar = "notice"
    message: str


@dataclass(frozen=True, slots=True)
class Done:
    """The last event: nothing follows, and what can be kept has been kept."""

    type: ClassVar = "done"
    reason: Reason


Event = ToolCall | ToolResponse | StreamError | MessageChunk | ReasoningChunk | Notice | Done


EVENT_TYPES: dict[str, type[Event]] = {
    event.type: event
    for event in (
        ToolCall,
        ToolResponse,
        StreamError,
        MessageChunk,
        ReasoningChunk,
        Notice,
        Done,
    )
}


def to_json(event: Event) -> str:
    """The event's payload as the contract writes it: its fields, in one line of ASCII.

    An error that is no tool's has no `tool_call_id`.
    """
    fields = {name: getattr(event, name) for name in event.__slots__}
    if isinstance(event, StreamError) and not event.tool_call_id:
        del fields["tool_call_id"]
    return json.dumps(fields)


def from_json(event_type: str, data: str) -> Event:
    """The event that `to_json` wrote."""
    return EVENT_TYPES[event_type](**json.loads(data))


@dataclass(frozen=True, slots=True)
class StreamEntry:
    """An event and its position in a stream."""

    id: int
    event: Event
    data: str  # the event as JSON, made once for all readers

    @property
    def start(self) -> int:
        """The stream's position before this event."""
        return self.id - (len(self.event.text) if isinstance(self.event, MessageChunk) else 1)

    @property
    def is_end(self) -> bool:
        """True when nothing can follow."""
        return isinstance(self.event, Done)

    def part_after(self, position: int) -> "StreamEntry":
        """The entry without the text up to `position`, which lies before its end."""
        if not isinstance(self.event, MessageChunk) or position <= self.start:
            return self
        return entry_at(MessageChunk(self.event.text[position - self.start :]), start=position)


def entry_at(event: Event, *, start: int) -> StreamEntry:
    """The entry of an event that follows position `start`."""
    length = len(event.text) if isinstance(event, MessageChunk) else 1
    return StreamEntry(id=start + length, event=event, data=to_json(event))


def entries_of(events: Iterable[Event], *, start: int = 0) -> list[StreamEntry]:
    """The entries of events that follow one another."""
    entries: list[StreamEntry] = []
    for event in events:
        entries.append(entry_at(event, start=start))
        start = entries[-1].id
    return entries


def unread(
    entries: Sequence[StreamEntry], *, after: int, count: int | None = None
) -> list[StreamEntry]:
    """What a reader who has seen everything up to `after` has not seen of the first `count`.

    A stream always says that it is over, also to a reader who saw text that a crash has lost:
    then the end comes as the next event after the reader's own position.
    """
    count = len(entries) if count is None else count
    rest = list(entries[bisect_right(entries, after, hi=count, key=attrgetter("id")) : count])
    if rest:
        rest[0] = rest[0].part_after(after)
    elif count and entries[count - 1].is_end:
        rest = [entry_at(entries[count - 1].event, start=after)]
    return rest


def text_of(entries: Iterable[StreamEntry]) -> str:
    """The answer's text that the entries carry."""
    return "".join(entry.event.text for entry in entries if isinstance(entry.event, MessageChunk))


# -- encoders


def as_sse(entry: StreamEntry) -> str:
    """The entry as a server-sent event."""
    return f"id: {entry.id}\nevent: {entry.event.type}\ndata: {entry.data}\n\n"


def as_frame(entry: StreamEntry, *, stream_id: str) -> str:
    """The entry as a WebSocket message."""
    return (
        f'{{"type": "event", "stream_id": "{stream_id}", "id": {entry.id}, '
        f'"event": "{entry.event.type}", "data": {entry.data}}}'
    )

"""The log of running streams: Redis and its twin in memory behave alike."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
import pytest_asyncio
from django.conf import settings

from chat.events import (
    Done,
    Event,
    MessageChunk,
    StreamEntry,
    StreamError,
    ToolCall,
    ToolResponse,
    entries_of,
    entry_at,
)
from chat.stores import AppendRequest, MemoryTurnLog, RedisTurnLog, TurnLog

WAIT_SECONDS = 10
STORY: list[Event] = [
    MessageChunk("Größe 🦉\n"),
    ToolCall("c1", "Web search", "owls"),
    ToolResponse("c1", "2 sources"),
    StreamError("No page", "c2"),
    MessageChunk("Enough."),
    StreamError("It broke."),
    Done("error"),
]


@pytest_asyncio.fixture(params=["redis", "memory"])
async def turn_log(request: pytest.FixtureRequest) -> AsyncIterator[TurnLog]:
    """Each implementation in turn."""
    log: TurnLog = RedisTurnLog(settings.REDIS_URL) if request.param == "redis" else MemoryTurnLog()
    yield log
    await log.close()


async def _append(log: TurnLog, stream_id: UUID, entries: list[StreamEntry]) -> int:
    (last,) = await log.append([AppendRequest(stream_id, entries, 60)])
    return last


async def test_what_was_appended_is_read(turn_log: TurnLog) -> None:
    """All types of event come back as they were, in order."""
    stream_id, entries = uuid.uuid4(), entries_of(STORY)

    last = await _append(turn_log, stream_id, entries)

    assert last == entries[-1].id
    assert await turn_log.read(stream_id, after=0) == entries


async def test_what_was_forgotten_is_not_read(turn_log: TurnLog) -> None:
    """The given streams only have an end, others are whole; an unknown one does not matter."""
    gone, kept, entries = uuid.uuid4(), uuid.uuid4(), entries_of(STORY)
    for stream_id in (gone, kept):
        await _append(turn_log, stream_id, entries)

    await turn_log.forget([gone, uuid.uuid4()])
    await turn_log.forget([])

    assert await turn_log.read(gone, after=0) == [
        entry_at(Done("cancelled"), start=entries[-1].start)
    ]
    assert await turn_log.read(kept, after=0) == entries


@pytest.mark.parametrize("logged", [0, 3], ids=["not begun", "running"])
async def test_nothing_is_added_to_a_forgotten_stream(turn_log: TurnLog, logged: int) -> None:
    """Whoever still writes it has no place for what was said."""
    stream_id, entries = uuid.uuid4(), entries_of(STORY)
    await _append(turn_log, stream_id, entries[:logged])

    await turn_log.forget([stream_id])
    await _append(turn_log, stream_id, entries)
    await _append(turn_log, stream_id, entries[logged:])

    assert [entry.event for entry in await turn_log.read(stream_id, after=0)] == [Done("cancelled")]


async def test_an_unknown_stream_is_empty(turn_log: TurnLog) -> None:
    """Nothing was said, nothing is read."""
    assert await turn_log.read(uuid.uuid4(), after=0) == []


@pytest.mark.parametrize("after", [0, 1, 9, 10, 14, 21, 22])
async def test_a_read_starts_after_a_position(turn_log: TurnLog, after: int) -> None:
    """Entries that end later, also when they begin before."""
    stream_id, entries = uuid.uuid4(), entries_of(STORY)
    await _append(turn_log, stream_id, entries)

    rest = await turn_log.read(stream_id, after=after)

    assert rest == [entry for entry in entries if entry.id > after]


async def test_appending_again_changes_nothing(turn_log: TurnLog) -> None:
    """An addition whose answer got lost can be repeated, in part or whole."""
    stream_id, entries = uuid.uuid4(), entries_of(STORY)
    for part in (entries[:3], entries[:3], entries[1:5], entries, entries[4:]):
        await _append(turn_log, stream_id, part)

    assert await turn_log.read(stream_id, after=0) == entries


async def test_a_gap_is_refused(turn_log: TurnLog) -> None:
    """What does not continue the log stays out, and the answer says where the log ends."""
    stream_id, entries = uuid.uuid4(), entries_of(STORY)
    await _append(turn_log, stream_id, entries[:2])

    last = await _append(turn_log, stream_id, entries[3:])

    assert last == entries[1].id
    assert await turn_log.read(stream_id, after=0) == entries[:2]


async def test_a_lost_start_is_asked_for(turn_log: TurnLog) -> None:
    """An empty log answers 0, so the writer begins again."""
    stream_id, entries = uuid.uuid4(), entries_of(STORY)

    assert await _append(turn_log, stream_id, entries[2:]) == 0
    assert await _append(turn_log, stream_id, entries) == entries[-1].id


async def test_nothing_follows_an_end(turn_log: TurnLog) -> None:
    """A writer that was declared dead cannot add to what was ended for it."""
    stream_id = uuid.uuid4()
    ended = entries_of([MessageChunk("a"), Done("interrupted")])
    zombie = entries_of([MessageChunk("ab"), MessageChunk("c")])
    await _append(turn_log, stream_id, ended)

    last = await _append(turn_log, stream_id, zombie)

    assert last == ended[-1].id
    assert await turn_log.read(stream_id, after=0) == ended


async def test_streams_are_appended_together(turn_log: TurnLog) -> None:
    """One answer for each, in their order."""
    ids = [uuid.uuid4() for _ in range(3)]
    additions = [
        AppendRequest(stream_id, entries_of([MessageChunk("x" * (number + 1))]), 60)
        for number, stream_id in enumerate(ids)
    ]

    assert await turn_log.append(additions) == [1, 2, 3]


async def test_a_watcher_hears_of_news(turn_log: TurnLog) -> None:
    """Of the streams it watches, and of those only."""
    watched, other = uuid.uuid4(), uuid.uuid4()
    heard: asyncio.Queue[UUID] = asyncio.Queue()
    listening = asyncio.create_task(turn_log.listen(on_append=heard.put_nowait, on_cancel=_fail))
    await turn_log.watch(watched)

    await _append_until(turn_log, heard, watched, other)

    assert await heard.get() == watched
    await _end(listening)


async def test_a_watch_can_come_first(turn_log: TurnLog) -> None:
    """What was watched before listening began is listened to."""
    watched = uuid.uuid4()
    heard: asyncio.Queue[UUID] = asyncio.Queue()
    await turn_log.watch(watched)
    listening = asyncio.create_task(turn_log.listen(on_append=heard.put_nowait, on_cancel=_fail))

    await _append_until(turn_log, heard, watched)

    assert await heard.get() == watched
    await _end(listening)


async def test_a_cancel_is_heard(turn_log: TurnLog) -> None:
    """Whichever stream it is for."""
    stream_id = uuid.uuid4()
    heard: asyncio.Queue[UUID] = asyncio.Queue()
    listening = asyncio.create_task(turn_log.listen(on_append=_fail, on_cancel=heard.put_nowait))

    for _ in range(WAIT_SECONDS * 20):
        await turn_log.request_cancel(stream_id)
        await asyncio.sleep(0.05)
        if not heard.empty():
            break

    assert await heard.get() == stream_id
    await _end(listening)


async def _append_until(turn_log: TurnLog, heard: "asyncio.Queue[UUID]", *ids: UUID) -> None:
    """Streams grow until somebody hears of it: listening begins at its own pace."""
    position = 0
    while heard.empty() and position < WAIT_SECONDS * 20:
        entries = entries_of([MessageChunk("x")], start=position)
        await turn_log.append([AppendRequest(stream_id, entries, 60) for stream_id in ids])
        position += 1
        await asyncio.sleep(0.05)


async def _end(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _fail(stream_id: UUID) -> None:
    raise AssertionError(f"nobody should hear of {stream_id}")

"""The streams of a process over a log that comes and goes."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from uuid import UUID

import pytest
import pytest_asyncio

from chat.events import Done, Entry, MessageChunk, place_all, text_of
from chat.stores import Addition, Hub, MemoryTurnLog, Tail, hub
from chat.types import Asker

WAIT_SECONDS = 10
OWNER = Asker(uuid.uuid4())


@pytest.fixture
def turn_log(monkeypatch: pytest.MonkeyPatch) -> MemoryTurnLog:
    """A log that two processes share."""
    monkeypatch.setattr(hub, "RETRY_SECONDS", 0.01)
    monkeypatch.setattr(hub, "POLL_SECONDS", 0.01)
    return MemoryTurnLog()


@pytest_asyncio.fixture
async def writer(turn_log: MemoryTurnLog) -> AsyncIterator[Hub]:
    """The process that writes."""
    writing = Hub(turn_log, on_cancel=lambda _: None)
    writing.start()
    yield writing
    await writing.stop()


@pytest_asyncio.fixture
async def reader(turn_log: MemoryTurnLog) -> AsyncIterator[Hub]:
    """Another process."""
    reading = Hub(turn_log, on_cancel=lambda _: None)
    reading.start()
    yield reading
    await reading.stop()


def _open(writer: Hub) -> Tail:
    return writer.open(uuid.uuid4(), owner=OWNER, keep_seconds=60)


async def _read_all(tail: Tail) -> list[Entry]:
    """Everything up to the end, as a reader gets it."""
    entries: list[Entry] = []
    async with asyncio.timeout(WAIT_SECONDS):
        while not (entries and entries[-1].is_end):
            after = entries[-1].id if entries else 0
            entries += await tail.read(after=after, seconds=0.05)
    return entries


async def _until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(WAIT_SECONDS):
        while not is_so():  # noqa: ASYNC110  what is waited for is not ours to signal
            await asyncio.sleep(0.005)


async def test_a_reader_elsewhere_follows(writer: Hub, reader: Hub) -> None:
    """What one process writes another reads, to the end."""
    tail = _open(writer)
    following = asyncio.create_task(_read_all(reader.attach(tail.stream_id, owner=OWNER)))
    for word in ("One ", "two ", "three."):
        writer.publish(tail, MessageChunk(word))
        await asyncio.sleep(0.01)
    writer.publish(tail, Done("complete"))

    assert await following == tail.entries


async def test_an_outage_loses_nothing(turn_log: MemoryTurnLog, writer: Hub, reader: Hub) -> None:
    """Readers here go on, readers elsewhere wait and then get all of it once."""
    tail = _open(writer)
    following = asyncio.create_task(_read_all(reader.attach(tail.stream_id, owner=OWNER)))
    writer.publish(tail, MessageChunk("Before. "))
    await _until(lambda: tail.saved == 8)

    turn_log.is_away = True
    writer.publish(tail, MessageChunk("Meanwhile. "))
    here = await tail.read(after=8, seconds=1)
    await asyncio.sleep(0.05)
    turn_log.is_away = False
    writer.publish(tail, Done("complete"))

    assert text_of(here) == "Meanwhile. "
    assert await following == tail.entries


async def test_readers_see_what_the_log_has(turn_log: MemoryTurnLog) -> None:
    """Nothing that was shown can be lost with the process that wrote it."""
    writing = Hub(turn_log, on_cancel=lambda _: None)  # not started: nothing reaches the log
    tail = _open(writing)
    writing.publish(tail, MessageChunk("One."))
    before = await tail.read(after=0, seconds=0.05)

    writing.start()
    after = await tail.read(after=0, seconds=WAIT_SECONDS)

    assert (text_of(before), text_of(after)) == ("", "One.")
    assert await turn_log.read(tail.stream_id, after=0) == after
    await writing.stop()


@pytest.mark.parametrize("kept", [0, 1, 2])
async def test_what_the_log_lost_is_written_again(
    turn_log: MemoryTurnLog, writer: Hub, kept: int
) -> None:
    """A log that came back with less, or with nothing, is whole after the next event."""
    tail = _open(writer)
    for word in ("One ", "two ", "three "):
        writer.publish(tail, MessageChunk(word))
    await _until(lambda: tail.saved == tail.position)

    turn_log.lose(tail.stream_id, keep=kept)
    writer.publish(tail, MessageChunk("four."))
    await _until(lambda: tail.saved == tail.position)

    assert await turn_log.read(tail.stream_id, after=0) == tail.entries


async def test_a_log_that_was_ended_is_left_alone(turn_log: MemoryTurnLog, writer: Hub) -> None:
    """A writer that was declared dead does not try for ever."""
    tail = _open(writer)
    writer.publish(tail, MessageChunk("One "))
    await _until(lambda: tail.saved == 4)
    ended = place_all([Done("interrupted")], start=4)
    await turn_log.append([Addition(tail.stream_id, ended, 60)])

    writer.publish(tail, MessageChunk("two."))
    writer.publish(tail, Done("complete"))
    await _until(lambda: not writer._unsaved)

    assert (await turn_log.read(tail.stream_id, after=0))[-1] == ended[0]


async def test_the_log_is_full_before_a_process_ends(turn_log: MemoryTurnLog) -> None:
    """The last events reach it, however late they came."""
    writing = Hub(turn_log, on_cancel=lambda _: None)
    writing.start()
    tail = _open(writing)
    writing.publish(tail, MessageChunk("Goodbye."))
    writing.publish(tail, Done("interrupted"))

    await writing.stop()

    assert await turn_log.read(tail.stream_id, after=0) == tail.entries


async def test_readers_of_one_stream_share_its_feed(writer: Hub, reader: Hub) -> None:
    """Many readers elsewhere cost one; the last one takes it along."""
    stream_id = _open(writer).stream_id

    tails = [reader.attach(stream_id, owner=OWNER) for _ in range(3)]
    for tail in tails[:2]:
        reader.detach(tail)
    before = set(reader._feeds)
    reader.detach(tails[2])

    assert tails[0] is tails[1] is tails[2]
    assert before == {stream_id}
    assert reader._feeds == {}
    assert reader.tails == {}


async def test_an_ended_stream_is_forgotten(writer: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is for what is running."""
    monkeypatch.setattr(hub, "REMEMBER_SECONDS", 0.02)
    tail = _open(writer)
    writer.publish(tail, Done("complete"))

    await _until(lambda: not writer.tails)


async def test_an_ended_stream_waits_for_the_log(
    turn_log: MemoryTurnLog, writer: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the log does not have yet is not forgotten with the rest."""
    monkeypatch.setattr(hub, "REMEMBER_SECONDS", 0.02)
    turn_log.is_away = True
    tail = _open(writer)
    writer.publish(tail, Done("complete"))
    await asyncio.sleep(0.1)

    turn_log.is_away = False

    await _until(lambda: tail.saved == 1)


async def test_a_feed_ignores_what_does_not_follow() -> None:
    """A tail has no gaps and no repeats, whatever it is given."""
    tail = Tail(uuid.uuid4(), owner=OWNER)
    entries = place_all([MessageChunk("abc"), MessageChunk("def"), MessageChunk("ghi")])

    for given in (entries[1:], entries[:1], entries[2:], entries[:2], entries):
        tail.add(given)

    assert tail.entries == entries


async def test_a_feed_cuts_what_overlaps() -> None:
    """Chunks may be cut differently by whoever wrote them again."""
    tail = Tail(uuid.uuid4(), owner=OWNER)
    tail.add(place_all([MessageChunk("abc")]))

    tail.add(place_all([MessageChunk("abcdef"), Done("complete")]))

    assert text_of(tail.entries) == "abcdef"
    assert tail.entries[-1].id == 7


async def test_a_stream_ends_also_where_it_had_come_further() -> None:
    """A reader who saw more than was saved is told the end all the same."""
    tail = Tail(uuid.uuid4(), owner=OWNER)
    tail.add(place_all([MessageChunk("abcdef")]))

    tail.end(place_all([MessageChunk("abc"), Done("interrupted")]))

    assert tail.has_ended
    assert tail.position == 7


async def test_a_cancel_from_elsewhere_arrives(turn_log: MemoryTurnLog) -> None:
    """Whoever writes is told."""
    told: list[UUID] = []
    writing = Hub(turn_log, on_cancel=told.append)
    writing.start()
    stream_id = uuid.uuid4()

    await turn_log.request_cancel(stream_id)
    await _until(lambda: told == [stream_id])

    await writing.stop()

"""The streams of a process over a log that comes and goes."""

import asyncio
import gc
import uuid
import weakref
from collections.abc import AsyncIterator, Callable
from contextvars import Context, ContextVar
from uuid import UUID

import pytest
import pytest_asyncio

from chat.events import Done, MessageChunk, StreamEntry, entries_of, text_of
from chat.stores import AppendRequest, MemoryTurnLog, StreamBroker, StreamBuffer, broker
from chat.types import Requester

WAIT_SECONDS = 10
OWNER = Requester(uuid.uuid4())


@pytest.fixture
def turn_log(monkeypatch: pytest.MonkeyPatch) -> MemoryTurnLog:
    """A log that two processes share."""
    monkeypatch.setattr(broker, "RETRY_SECONDS", 0.01)
    monkeypatch.setattr(broker, "POLL_SECONDS", 0.01)
    return MemoryTurnLog()


@pytest_asyncio.fixture
async def writer(turn_log: MemoryTurnLog) -> AsyncIterator[StreamBroker]:
    """The process that writes."""
    writing = StreamBroker(turn_log, on_cancel=lambda _: None)
    writing.start()
    yield writing
    await writing.stop()


@pytest_asyncio.fixture
async def reader(turn_log: MemoryTurnLog) -> AsyncIterator[StreamBroker]:
    """Another process."""
    reading = StreamBroker(turn_log, on_cancel=lambda _: None)
    reading.start()
    yield reading
    await reading.stop()


def _open(writer: StreamBroker) -> StreamBuffer:
    return writer.open(uuid.uuid4(), owner=OWNER, keep_seconds=60)


async def _read_all(buffer: StreamBuffer) -> list[StreamEntry]:
    """Everything up to the end, as a reader gets it."""
    entries: list[StreamEntry] = []
    async with asyncio.timeout(WAIT_SECONDS):
        while not (entries and entries[-1].is_end):
            after = entries[-1].id if entries else 0
            entries += await buffer.read(after=after, seconds=0.05)
    return entries


async def _until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(WAIT_SECONDS):
        while not is_so():  # noqa: ASYNC110  what is waited for is not ours to signal
            await asyncio.sleep(0.005)


async def test_a_reader_elsewhere_follows(writer: StreamBroker, reader: StreamBroker) -> None:
    """What one process writes another reads, to the end."""
    buffer = _open(writer)
    following = asyncio.create_task(_read_all(reader.subscribe(buffer.stream_id, owner=OWNER)))
    for word in ("One ", "two ", "three."):
        writer.publish(buffer, MessageChunk(word))
        await asyncio.sleep(0.01)
    writer.publish(buffer, Done("complete"))

    assert await following == buffer.entries


async def test_an_outage_loses_nothing(
    turn_log: MemoryTurnLog, writer: StreamBroker, reader: StreamBroker
) -> None:
    """Readers here go on, readers elsewhere wait and then get all of it once."""
    buffer = _open(writer)
    following = asyncio.create_task(_read_all(reader.subscribe(buffer.stream_id, owner=OWNER)))
    writer.publish(buffer, MessageChunk("Before. "))
    await _until(lambda: buffer.saved == 8)

    turn_log.is_away = True
    writer.publish(buffer, MessageChunk("Meanwhile. "))
    here = await buffer.read(after=8, seconds=1)
    await asyncio.sleep(0.05)
    turn_log.is_away = False
    writer.publish(buffer, Done("complete"))

    assert text_of(here) == "Meanwhile. "
    assert await following == buffer.entries


async def test_readers_see_what_the_log_has(turn_log: MemoryTurnLog) -> None:
    """Nothing that was shown can be lost with the process that wrote it."""
    writing = StreamBroker(
        turn_log, on_cancel=lambda _: None
    )  # not started: nothing reaches the log
    buffer = _open(writing)
    writing.publish(buffer, MessageChunk("One."))
    before = await buffer.read(after=0, seconds=0.05)

    writing.start()
    after = await buffer.read(after=0, seconds=WAIT_SECONDS)

    assert (text_of(before), text_of(after)) == ("", "One.")
    assert await turn_log.read(buffer.stream_id, after=0) == after
    await writing.stop()


@pytest.mark.parametrize("kept", [0, 1, 2])
async def test_what_the_log_lost_is_written_again(
    turn_log: MemoryTurnLog, writer: StreamBroker, kept: int
) -> None:
    """A log that came back with less, or with nothing, is whole after the next event."""
    buffer = _open(writer)
    for word in ("One ", "two ", "three "):
        writer.publish(buffer, MessageChunk(word))
    await _until(lambda: buffer.saved == buffer.position)

    turn_log.lose(buffer.stream_id, keep=kept)
    writer.publish(buffer, MessageChunk("four."))
    await _until(lambda: buffer.saved == buffer.position)

    assert await turn_log.read(buffer.stream_id, after=0) == buffer.entries


async def test_a_log_that_was_ended_is_left_alone(
    turn_log: MemoryTurnLog, writer: StreamBroker
) -> None:
    """A writer that was declared dead does not try for ever."""
    buffer = _open(writer)
    writer.publish(buffer, MessageChunk("One "))
    await _until(lambda: buffer.saved == 4)
    ended = entries_of([Done("interrupted")], start=4)
    await turn_log.append([AppendRequest(buffer.stream_id, ended, 60)])

    writer.publish(buffer, MessageChunk("two."))
    writer.publish(buffer, Done("complete"))
    await _until(lambda: not writer._unsaved)

    assert (await turn_log.read(buffer.stream_id, after=0))[-1] == ended[0]


async def test_the_log_is_full_before_a_process_ends(turn_log: MemoryTurnLog) -> None:
    """The last events reach it, however late they came."""
    writing = StreamBroker(turn_log, on_cancel=lambda _: None)
    writing.start()
    buffer = _open(writing)
    writing.publish(buffer, MessageChunk("Goodbye."))
    writing.publish(buffer, Done("interrupted"))

    await writing.stop()

    assert await turn_log.read(buffer.stream_id, after=0) == buffer.entries


async def test_readers_of_one_stream_share_its_feed(
    writer: StreamBroker, reader: StreamBroker
) -> None:
    """Many readers elsewhere cost one; the last one takes it along."""
    stream_id = _open(writer).stream_id

    buffers = [reader.subscribe(stream_id, owner=OWNER) for _ in range(3)]
    for buffer in buffers[:2]:
        reader.unsubscribe(buffer)
    before = set(reader._feeds)
    reader.unsubscribe(buffers[2])

    assert buffers[0] is buffers[1] is buffers[2]
    assert before == {stream_id}
    assert reader._feeds == {}
    assert reader.buffers == {}


async def test_an_ended_stream_is_forgotten(
    writer: StreamBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory is for what is running."""
    monkeypatch.setattr(broker, "REMEMBER_SECONDS", 0.02)
    buffer = _open(writer)
    writer.publish(buffer, Done("complete"))

    await _until(lambda: not writer.buffers)


async def test_an_ended_stream_waits_for_the_log(
    turn_log: MemoryTurnLog, writer: StreamBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the log does not have yet is not forgotten with the rest."""
    monkeypatch.setattr(broker, "REMEMBER_SECONDS", 0.02)
    turn_log.is_away = True
    buffer = _open(writer)
    writer.publish(buffer, Done("complete"))
    await asyncio.sleep(0.1)

    turn_log.is_away = False

    await _until(lambda: buffer.saved == 1)


async def test_an_ended_stream_waits_without_what_wrote_it(writer: StreamBroker) -> None:
    """The context of an answer, its client's among it, goes with the answer."""

    class Held:
        pass

    held = Held()
    left = weakref.ref(held)
    of_the_answer = Context()
    of_the_answer.run(ContextVar[Held]("held").set, held)

    of_the_answer.run(writer.publish, _open(writer), Done("complete"))
    del held, of_the_answer
    await _until(lambda: not writer._unsaved)
    gc.collect()

    assert left() is None


async def test_a_feed_ignores_what_does_not_follow() -> None:
    """A buffer has no gaps and no repeats, whatever it is given."""
    buffer = StreamBuffer(uuid.uuid4(), owner=OWNER)
    entries = entries_of([MessageChunk("abc"), MessageChunk("def"), MessageChunk("ghi")])

    for given in (entries[1:], entries[:1], entries[2:], entries[:2], entries):
        buffer.add(given)

    assert buffer.entries == entries


async def test_a_feed_cuts_what_overlaps() -> None:
    """Chunks may be cut differently by whoever wrote them again."""
    buffer = StreamBuffer(uuid.uuid4(), owner=OWNER)
    buffer.add(entries_of([MessageChunk("abc")]))

    buffer.add(entries_of([MessageChunk("abcdef"), Done("complete")]))

    assert text_of(buffer.entries) == "abcdef"
    assert buffer.entries[-1].id == 7


async def test_a_stream_ends_also_where_it_had_come_further() -> None:
    """A reader who saw more than was saved is told the end all the same."""
    buffer = StreamBuffer(uuid.uuid4(), owner=OWNER)
    buffer.add(entries_of([MessageChunk("abcdef")]))

    buffer.end(entries_of([MessageChunk("abc"), Done("interrupted")]))

    assert buffer.has_ended
    assert buffer.position == 7


async def test_a_cancel_from_elsewhere_arrives(turn_log: MemoryTurnLog) -> None:
    """Whoever writes is told."""
    told: list[UUID] = []
    writing = StreamBroker(turn_log, on_cancel=told.append)
    writing.start()
    stream_id = uuid.uuid4()

    await turn_log.request_cancel(stream_id)
    await _until(lambda: told == [stream_id])

    await writing.stop()

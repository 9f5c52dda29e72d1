"""How the model's text becomes events."""

import asyncio
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.events import MessageChunk, ToolCall, text_of
from chat.services.generation import AnswerTooLong, EventWriter, whole_characters
from chat.stores import MemoryTurnLog, StreamBroker, StreamBuffer
from chat.types import Requester
from exobrain.lib.text import storable


def _writer(limit: int = 1000) -> tuple[EventWriter, StreamBuffer]:
    broker = StreamBroker(MemoryTurnLog(), on_cancel=lambda _: None)
    broker.is_log_away = True  # so that events are seen without one
    buffer = broker.open(uuid.uuid4(), owner=Requester(), keep_seconds=60)
    return EventWriter(broker, buffer, max_chars=limit), buffer


def _texts(buffer: StreamBuffer) -> list[str]:
    return [entry.event.text for entry in buffer.entries if isinstance(entry.event, MessageChunk)]


async def test_the_first_text_goes_at_once() -> None:
    """Nobody waits for the first word."""
    writer, buffer = _writer()

    writer.add("a")

    assert _texts(buffer) == ["a"]


async def test_what_comes_soon_after_goes_together() -> None:
    """A burst is one event, and it goes by itself."""
    writer, buffer = _writer()
    for character in "abcdef":
        writer.add(character)
    before = _texts(buffer)
    await buffer.read(after=1, seconds=10)

    assert before == ["a"]
    assert _texts(buffer) == ["a", "bcdef"]


async def test_an_event_comes_after_the_text_before_it() -> None:
    """A tool's call does not overtake words."""
    writer, buffer = _writer()
    writer.add("a")
    writer.add("b")

    writer.event(ToolCall("c1", "t", "d"))
    writer.add("c")
    writer.flush()

    assert [entry.event.type for entry in buffer.entries] == [
        "message_chunk",
        "message_chunk",
        "tool_call",
        "message_chunk",
    ]


async def test_too_long_an_answer_is_cut_at_the_limit() -> None:
    """Exactly as much as allowed is kept."""
    writer, buffer = _writer(limit=4)
    writer.add("abc")

    with pytest.raises(AnswerTooLong):
        writer.add("def")
    writer.flush()

    assert text_of(buffer.entries) == "abcd"


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))))
def test_no_character_is_lost_or_changed(pieces: list[str]) -> None:
    """However the text was cut, kept and streamed text are what the model said."""

    async def write() -> tuple[EventWriter, StreamBuffer]:
        writer, buffer = _writer(limit=10**6)
        for number, piece in enumerate(pieces):
            writer.add(piece)
            if number % 3 == 0:
                await asyncio.sleep(0)
        writer.flush()
        return writer, buffer

    writer, buffer = asyncio.run(write())

    assert text_of(buffer.entries) == "".join(writer.texts) == "".join(pieces)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), st.data())
def test_characters_that_were_cut_in_two_are_joined(text: str, data: st.DataObject) -> None:
    """UTF-16 halves in different pieces make the character again."""
    halves = [
        unit
        for character in text
        for unit in (character.encode("utf-16-le", "surrogatepass")[i : i + 2] for i in (0, 2))
        if unit
    ]
    units = [unit.decode("utf-16-le", "surrogatepass") for unit in halves]
    cuts = sorted(data.draw(st.lists(st.integers(0, len(units)), max_size=5)))
    pieces = ["".join(units[i:j]) for i, j in zip([0, *cuts], [*cuts, len(units)], strict=True)]

    whole, half = "", ""
    for piece in pieces:
        done, half = whole_characters(half + piece, is_last=False)
        whole += done
    whole += whole_characters(half, is_last=True)[0]

    assert whole == text


@given(st.text(), st.booleans())
def test_what_remains_can_be_stored(text: str, is_last: bool) -> None:
    """No NUL and no lone half reaches PostgreSQL, whatever a model sends."""
    whole, half = whole_characters(text, is_last=is_last)

    assert storable(whole) == whole
    assert not (is_last and half)

"""Events and their places in a stream."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.events import (
    Done,
    Event,
    MessageChunk,
    StreamError,
    ToolCall,
    ToolResponse,
    as_frame,
    as_sse,
    entries_of,
    entry_at,
    from_json,
    text_of,
    to_json,
    unread,
)
from chat.selectors import rebuild_stream

PAYLOADS: list[tuple[Event, str, str]] = [
    (
        ToolCall("c1", "Web search", "owls"),
        "tool_call",
        '{"tool_call_id": "c1", "title": "Web search", "description": "owls"}',
    ),
    (
        ToolResponse("c1", "2 sources"),
        "tool_response",
        '{"tool_call_id": "c1", "message": "2 sources"}',
    ),
    (StreamError("No page", "c1"), "error", '{"message": "No page", "tool_call_id": "c1"}'),
    (StreamError("It broke"), "error", '{"message": "It broke"}'),
    (MessageChunk('"é\n🦉'), "message_chunk", '{"text": "\\"\\u00e9\\n\\ud83e\\udd89"}'),
    (Done("complete"), "done", '{"reason": "complete"}'),
]

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
others = st.sampled_from([event for event, name, _ in PAYLOADS if name.startswith(("tool", "err"))])
stories = st.lists(texts.map(MessageChunk) | others, max_size=12)


@pytest.mark.parametrize(("event", "name", "data"), PAYLOADS)
def test_a_payload_is_as_the_contract_has_it(event: Event, name: str, data: str) -> None:
    """One line of ASCII with spaces after commas and colons; an absent tool id has no key."""
    assert (event.type, to_json(event)) == (name, data)


@pytest.mark.parametrize("event", [event for event, _, _ in PAYLOADS])
def test_an_event_survives_its_json(event: Event) -> None:
    """What the log gives back is what was put in."""
    assert from_json(event.type, to_json(event)) == event


@given(stories)
def test_positions_count_characters_and_events(story: list[Event]) -> None:
    """An id is the number of characters plus the number of other events so far."""
    entries = entries_of(story)

    chunks = [event for event in story if isinstance(event, MessageChunk)]
    end = entries[-1].id if entries else 0
    assert end == sum(len(chunk.text) for chunk in chunks) + len(story) - len(chunks)
    assert all(entry.start < entry.id for entry in entries)


@given(stories, st.integers(0, 60))
def test_what_was_read_and_what_is_left_make_the_whole(story: list[Event], after: int) -> None:
    """Wherever a reader stops, the rest completes the text exactly."""
    entries = entries_of([*story, Done("complete")])
    text = text_of(entries)

    rest = unread(entries, after=after)

    seen = sum(
        max(0, min(entry.id, after) - entry.start)
        for entry in entries
        if isinstance(entry.event, MessageChunk)
    )
    assert text[:seen] + text_of(rest) == text
    assert rest[-1].is_end
    assert rest[0].id > after


@given(stories)
def test_a_stream_is_rebuilt_from_its_text_and_events(story: list[Event]) -> None:
    """Text and the other events' places are enough to tell the stream again."""
    entries = entries_of([*story, Done("complete")])
    marks = [
        (entry.id, entry.event.type, entry.data)
        for entry in entries
        if not isinstance(entry.event, MessageChunk | Done)
    ]

    rebuilt = rebuild_stream(text_of(entries), marks, reason="complete")

    assert text_of(rebuilt) == text_of(entries)
    assert [e for e in rebuilt if not isinstance(e.event, MessageChunk)] == [
        e for e in entries if not isinstance(e.event, MessageChunk)
    ]


def test_a_stream_is_rebuilt_from_less_text_than_it_had() -> None:
    """A crash may have cost text; the events still follow it, and the end comes."""
    rebuilt = rebuild_stream(
        "ab", [(9, "tool_response", '{"tool_call_id": "c", "message": "m"}')], reason="x"
    )

    assert [entry.event.type for entry in rebuilt] == ["message_chunk", "tool_response", "done"]


@given(texts)
def test_a_server_sent_event_has_three_lines(text: str) -> None:
    """Whatever the text holds, it cannot forge a line of its own."""
    frame = as_sse(entry_at(MessageChunk(text), start=0))

    assert frame.isascii()
    id_line, event_line, data_line, *end = frame.split("\n")
    assert (id_line, event_line, end) == (f"id: {len(text)}", "event: message_chunk", ["", ""])
    assert json.loads(data_line.removeprefix("data: ")) == {"text": text}


@given(texts)
def test_a_frame_is_json(text: str) -> None:
    """A socket's message carries the same."""
    frame = json.loads(as_frame(entry_at(MessageChunk(text), start=0), stream_id="s"))

    assert frame == {
        "type": "event",
        "stream_id": "s",
        "id": len(text),
        "event": "message_chunk",
        "data": {"text": text},
    }

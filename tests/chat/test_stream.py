"""GET /api/chat/stream/{stream_id}."""

import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from accounts import consumers
from accounts.models import User
from chat.agent.loop import ToolRequest, ToolResult
from chat.agent.scripted import Gate, ScriptedModel
from chat.models import Turn
from chat.services import current_runtime
from exobrain.lib.errors import Unavailable
from journal.models import ToolCall
from tests.live import Caller, Event, LiveServer, lose_access, text_of

Callers = Callable[..., Caller]

SEARCH = (
    ToolRequest("call-1", "Web search", "Looking for owls"),
    ToolResult("call-1", "2 sources"),
)


def _types(events: list[Event]) -> list[str]:
    return [event.type for event in events]


# -- what is sent


def test_the_frames_are_as_the_contract_writes_them(
    alice: User, caller: Callers, script: Any
) -> None:
    """`id`, `event` and one line of ASCII JSON, for each of the five types."""
    failure = ToolResult("call-2", "No such page", failed=True)
    script(ScriptedModel("Grüße 🦉", *SEARCH, ToolRequest("call-2", "Fetch", "x"), failure))
    client = caller(alice)

    body = client.get(f"/api/chat/stream/{client.ask()}").text

    assert body == (
        'id: 7\nevent: message_chunk\ndata: {"text": "Gr\\u00fc\\u00dfe \\ud83e\\udd89"}\n\n'
        'id: 8\nevent: tool_call\ndata: {"tool_call_id": "call-1", "title": "Web search", '
        '"description": "Looking for owls"}\n\n'
        'id: 9\nevent: tool_response\ndata: {"tool_call_id": "call-1", "message": "2 sources"}\n\n'
        'id: 10\nevent: tool_call\ndata: {"tool_call_id": "call-2", "title": "Fetch", '
        '"description": "x"}\n\n'
        'id: 11\nevent: error\ndata: {"message": "No such page", "tool_call_id": "call-2"}\n\n'
        'id: 12\nevent: done\ndata: {"reason": "complete"}\n\n'
    )


def test_the_headers_keep_proxies_from_buffering(alice: User, caller: Callers) -> None:
    """An event stream that is neither cached nor held back, with the request's id."""
    client = caller(alice)

    answer = client.get(f"/api/chat/stream/{client.ask()}", **{"x-request-id": "mine-1"})

    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["x-accel-buffering"] == "no"
    assert answer.headers["x-request-id"] == "mine-1"


def test_a_silent_stream_has_a_heartbeat(
    alice: User, caller: Callers, script: Any, config: Callable[..., None]
) -> None:
    """Comments come while the model thinks."""
    config(stream_heartbeat_seconds=0.02)
    gate = Gate()
    script(ScriptedModel(gate, "Finally."))
    client = caller(alice)

    path = f"/api/chat/stream/{client.ask()}"
    with client.http.stream("GET", path, headers=client.headers) as answer:
        lines = answer.iter_lines()
        first = next(lines)
        gate.open()
        rest = list(lines)

    assert first == ": "
    assert 'data: {"text": "Finally."}' in rest


def test_the_first_word_does_not_wait_for_the_last(
    alice: User, caller: Callers, script: Any
) -> None:
    """Text is sent while the model still writes."""
    gate = Gate()
    script(ScriptedModel("First.", gate, " Last."))
    client = caller(alice)

    with client.stream(client.ask()) as events:
        first = next(events)
        gate.open()
        rest = list(events)

    assert first.data == {"text": "First."}
    assert text_of(rest) == " Last."


def test_a_burst_of_characters_becomes_few_events(
    alice: User, caller: Callers, script: Any
) -> None:
    """Two thousand parts without a pause: the first at once, the rest together."""
    parts = ["ab", "c", "🦉", "\n"] * 500
    script(ScriptedModel(*parts))
    client = caller(alice)

    events = client.read(client.ask())

    assert text_of(events) == "".join(parts)
    assert len(events) < 100


# -- replay and resume


def test_a_late_reader_gets_everything(alice: User, caller: Callers, script: Any) -> None:
    """Replay from the start, tools in their places, however often."""
    script(ScriptedModel("Let me see. ", *SEARCH, "Owls sleep by day."))
    client = caller(alice)
    stream_id = client.ask()
    live = client.read(stream_id)

    again = client.read(stream_id)

    assert again == live


def test_a_finished_stream_is_replayed_from_the_journal(
    alice: User, live: LiveServer, caller: Callers, script: Any
) -> None:
    """Process and log may have forgotten it: the same ids, text and tools come from PostgreSQL."""
    script(ScriptedModel("Let me see. ", *SEARCH, "Owls sleep ", 0.03, "by day."))
    client = caller(alice)
    stream_id = client.ask()
    before = client.read(stream_id)
    live.rest()

    after = client.read(stream_id)

    assert _types(after) == [
        "message_chunk",
        "tool_call",
        "tool_response",
        "message_chunk",
        "done",
    ]
    assert text_of(after) == text_of(before)
    assert [e for e in after if e.type != "message_chunk"] == [
        e for e in before if e.type != "message_chunk"
    ]


@pytest.mark.parametrize("forget", [False, True], ids=["from memory", "from the journal"])
def test_a_reader_resumes_at_any_position(
    alice: User, live: LiveServer, caller: Callers, script: Any, forget: bool
) -> None:
    """Whatever was the last event seen, what follows completes the text without a repeat."""
    script(ScriptedModel("Let me ", *SEARCH, "see."))
    client = caller(alice)
    stream_id = client.ask()
    whole = client.read(stream_id)
    text = "Let me see."
    if forget:
        live.rest()

    for position in range(len(text) + 2):
        rest = client.read(stream_id, **{"Last-Event-ID": str(position)})

        seen = position if position <= 7 else max(7, position - 2)
        assert text_of(rest) == text[seen:]
        assert rest[-1] == whole[-1]


def test_a_reader_beyond_the_end_gets_the_end(alice: User, caller: Callers) -> None:
    """A stream always says that it is over, with an id that the reader has not seen."""
    client = caller(alice)
    stream_id = client.ask()
    client.read(stream_id)

    rest = client.read(stream_id, **{"Last-Event-ID": "999999"})

    assert rest == [Event(1_000_000, "done", {"reason": "complete"})]


@pytest.mark.parametrize("value", ["", "abc", "-1", "1.5", "9" * 40, "1; DROP"])
def test_nonsense_as_last_event_id_is_the_start(alice: User, caller: Callers, value: str) -> None:
    """A bad value replays everything."""
    client = caller(alice)
    stream_id = client.ask()
    whole = client.read(stream_id)

    assert client.read(stream_id, **{"Last-Event-ID": value}) == whole


def test_the_query_can_say_where_to_resume(alice: User, caller: Callers) -> None:
    """EventSource cannot send the header on its first connection."""
    client = caller(alice)
    stream_id = client.ask()
    whole = client.read(stream_id)

    rest = client.read(f"{stream_id}?last_event_id={whole[-1].id - 1}")

    assert rest == whole[-1:]


def test_many_readers_get_the_same(alice: User, caller: Callers, script: Any) -> None:
    """Twenty readers at once: each gets every event, in order."""
    gate = Gate()
    script(ScriptedModel("One ", gate, "two ", 0.03, "three."))
    client = caller(alice)
    stream_id = client.ask()
    started = threading.Semaphore(0)

    def read(_: int) -> list[Event]:
        with client.stream(stream_id) as events:
            first = next(events)
            started.release()
            return [first, *events]

    with ThreadPoolExecutor(20) as pool:
        readers = [pool.submit(read, number) for number in range(20)]
        for _ in range(20):
            assert started.acquire(timeout=20)
        gate.open()
        streams = [reader.result() for reader in readers]

    assert all(stream == streams[0] for stream in streams)
    assert text_of(streams[0]) == "One two three."


def test_a_reader_that_leaves_frees_its_place(
    alice: User, live: LiveServer, caller: Callers, script: Any
) -> None:
    """The answer goes on, and nobody is counted as its reader."""
    gate = Gate()
    script(ScriptedModel("One ", gate, "two."))
    client = caller(alice)
    stream_id = client.ask()
    with client.stream(stream_id) as events:
        next(events)

    async def readers() -> int:
        return current_runtime().broker.buffers[uuid.UUID(stream_id)].readers

    _eventually(lambda: live.run(readers()) == 0)
    gate.open()
    assert text_of(client.read(stream_id)) == "One two."


def test_tool_calls_are_kept(alice: User, caller: Callers, script: Any) -> None:
    """What was asked of a tool and what came of it is in the journal."""
    failure = ToolResult("call-2", "No such page", failed=True)
    script(ScriptedModel(*SEARCH, ToolRequest("call-2", "Fetch", "x"), failure, "Hm."))
    client = caller(alice)
    client.read(client.ask())

    calls = client.journal()[1]["tool_calls"]

    assert [(call["tool_call_id"], call["response"], call["error"]) for call in calls] == [
        ("call-1", "2 sources", None),
        ("call-2", None, "No such page"),
    ]


def test_tool_calls_are_kept_without_text(alice: User, caller: Callers, script: Any) -> None:
    """An answer of tools alone loses none of them."""
    script(ScriptedModel(*SEARCH))
    client = caller(alice)

    client.read(client.ask())

    assert ToolCall.objects.count() == 1


# -- who may read


def test_a_stranger_gets_404(
    alice: User, charlie: User, live: LiveServer, caller: Callers, script: Any
) -> None:
    """Running, ended and forgotten: another user's stream does not exist."""
    gate = Gate()
    script(ScriptedModel("Secret.", gate))
    stream_id = caller(alice).ask()
    stranger = caller(charlie)
    answers = [stranger.get(f"/api/chat/stream/{stream_id}")]
    gate.open()
    caller(alice).read(stream_id)
    answers.append(stranger.get(f"/api/chat/stream/{stream_id}"))
    live.rest()
    answers.append(stranger.get(f"/api/chat/stream/{stream_id}"))

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert not any("Secret" in answer.text for answer in answers)


@pytest.mark.parametrize("stream_id", ["0" * 32, "nonsense", "%00", "1" * 500, ""])
def test_an_unknown_stream_is_404(alice: User, caller: Callers, stream_id: str) -> None:
    """JSON, whatever stands in the address."""
    answer = caller(alice).get(f"/api/chat/stream/{stream_id}")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/json"
    assert "detail" in answer.json()


def test_the_anonymous_get_401(alice: User, caller: Callers) -> None:
    """Without a token and a session nothing is said about a stream."""
    stream_id = caller(alice).ask()

    answer = caller().get(f"/api/chat/stream/{stream_id}")

    assert answer.status_code == 401
    assert answer.json() == {"detail": "Authentication required"}


def test_a_session_reads_too(alice: User, caller: Callers) -> None:
    """The cookie of a web login is enough."""
    client = caller()
    client.post(
        "/api/auth/login", {"email": alice.email, "password": "correct horse battery"}
    ).raise_for_status()

    assert client.read(client.ask())[-1].type == "done"


def test_another_name_for_the_server_is_refused(alice: User, caller: Callers) -> None:
    """A host name that is rebound to this address is not ours."""
    client = caller(alice)

    answer = client.get(f"/api/chat/stream/{client.ask()}", host="evil.example")

    assert answer.status_code == 400


def test_another_method_is_405(alice: User, caller: Callers) -> None:
    """The stream's address can only be read."""
    client = caller(alice)

    assert client.post(f"/api/chat/stream/{client.ask()}").status_code == 405


def test_a_turn_outlives_its_reader(alice: User, caller: Callers, script: Any) -> None:
    """The state of the turn says what `done` said."""
    script(ScriptedModel("Done."))
    client = caller(alice)

    client.read(client.ask())

    assert Turn.objects.get().state == "complete"
    assert Turn.objects.get().finished_at is not None


def _eventually(is_so: Callable[[], bool]) -> None:
    for _ in range(500):
        if is_so():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it never became so")


# -- who may go on reading


@pytest.mark.parametrize("change", ["sign out", "shut out", "new password", "delete"])
def test_a_stream_breaks_off_when_its_reader_has_signed_out(
    alice: User, caller: Callers, script: Any, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    """Without `done`, so that a reader asks again, and is refused."""
    monkeypatch.setattr(consumers, "RECHECK_SECONDS", 0.02)
    script(ScriptedModel("One ", Gate()))
    client = caller(alice)
    stream_id = client.ask()
    with client.stream(stream_id) as events:
        first = next(events)
        lose_access(client, alice, change)
        rest = list(events)

    assert (first.type, rest) == ("message_chunk", [])
    assert client.get(f"/api/chat/stream/{stream_id}").status_code == 401


def test_one_look_serves_all_connections_of_a_sign_in(
    alice: User, bob: User, caller: Callers, script: Any
) -> None:
    """Thousands of open streams ask no more than their readers are; afterwards nobody asks."""
    gate = Gate()
    script(ScriptedModel("One ", gate))
    of_alice, of_bob = caller(alice), caller(bob)
    asked = of_alice.ask()
    with (
        of_alice.stream(asked) as first,
        of_alice.stream(asked) as second,
        of_bob.stream(of_bob.ask()) as other,
    ):
        for events in (first, second, other):
            next(events)
        looked_after = {watch.connections for watch in consumers._watches.values()}
        gate.open()
        for events in (first, second, other):
            list(events)

    assert looked_after == {2, 1}
    _eventually(lambda: not consumers._watches)


def test_an_outage_ends_no_stream(
    alice: User, caller: Callers, script: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody knows whether the reader is signed in, and they were."""
    asked = threading.Event()

    def out(**_: Any) -> None:
        asked.set()
        raise Unavailable

    monkeypatch.setattr(consumers, "RECHECK_SECONDS", 0.02)
    gate = Gate()
    script(ScriptedModel("One ", gate, "two."))
    client = caller(alice)
    with client.stream(client.ask()) as events:
        next(events)
        monkeypatch.setattr("accounts.selectors.resolve_principal", out)
        assert asked.wait(10)
        gate.open()
        rest = list(events)

    assert rest[-1].data == {"reason": "complete"}

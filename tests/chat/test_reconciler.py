"""Turns whose process has died."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from chat.agent.scripted import Gate, ScriptedModel
from chat.events import MessageChunk, ToolCall, ToolResponse, entries_of
from chat.models import Turn
from chat.services import current_runtime, reconciler
from chat.services.reconciler import Reconciler
from chat.stores import AppendRequest
from exobrain.lib import clock
from journal.models import Message
from tests.factories import TurnFactory
from tests.live import Caller, LiveServer, text_of

Callers = Callable[..., Caller]


@pytest.fixture
def dead(alice: User, live: LiveServer) -> Turn:
    """A running turn of which nothing was heard for a while."""
    return TurnFactory(user=alice, heartbeat_at=clock.now() - timedelta(seconds=20))


@pytest.fixture
def check(live: LiveServer) -> Callable[[], None]:
    """Looks after turns once; the same reconciler each time."""
    looking = Reconciler()
    return lambda: live.run(looking.check())


def _log(live: LiveServer, turn: Turn, *events: Any) -> None:
    async def write() -> None:
        addition = AppendRequest(turn.id, entries_of(events), 60)
        await current_runtime().broker.log.append([addition])

    live.run(write())


def _answer(turn: Turn) -> Message:
    return Message.objects.get(id=turn.answer_id)


def test_it_looks_twice(dead: Turn, check: Callable[[], None]) -> None:
    """A process that was only held up has until the next look."""
    check()
    dead.refresh_from_db()
    first = dead.state
    check()
    dead.refresh_from_db()

    assert (first, dead.state) == ("running", "interrupted")
    assert _answer(dead).status == "interrupted"


def test_the_logs_text_is_kept(live: LiveServer, dead: Turn, check: Callable[[], None]) -> None:
    """The log knows more than the last checkpoint, tools included."""
    Message.objects.filter(id=dead.answer_id).update(content="Half")
    call, response = ToolCall("c1", "Web search", "owls"), ToolResponse("c1", "2 sources")
    _log(live, dead, MessageChunk("Half a "), call, response, MessageChunk("word"))

    check()
    check()

    assert _answer(dead).content == "Half a word"
    assert _answer(dead).tool_calls.get().response == "2 sources"


def test_the_checkpoint_is_kept_when_the_log_lost_it(
    live: LiveServer, dead: Turn, check: Callable[[], None]
) -> None:
    """The longer text wins, whichever it is."""
    Message.objects.filter(id=dead.answer_id).update(content="Half a word")
    _log(live, dead, MessageChunk("Half"))

    check()
    check()

    assert _answer(dead).content == "Half a word"


def test_a_waiting_reader_gets_the_rest_and_the_end(
    alice: User, live: LiveServer, dead: Turn, check: Callable[[], None], caller: Callers
) -> None:
    """Nobody waits for a dead process."""
    Message.objects.filter(id=dead.answer_id).update(content="Half a word")
    _log(live, dead, MessageChunk("Half"))
    client = caller(alice)

    with client.stream(str(dead.id)) as events:
        first = next(events)
        check()
        check()
        rest = list(events)

    assert text_of([first, *rest]) == "Half a word"
    assert rest[-1].data == {"reason": "interrupted"}
    assert client.read(str(dead.id))[-1] == rest[-1]


def test_a_reader_of_a_lost_log_gets_the_end(
    alice: User,
    dead: Turn,
    check: Callable[[], None],
    caller: Callers,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without any news from the log PostgreSQL is asked."""
    monkeypatch.setattr("chat.services.reading.CHECK_SECONDS", 0.05)
    monkeypatch.setattr(Reconciler, "_end_log", _say_nothing)
    with caller(alice).stream(str(dead.id)) as events:
        check()
        check()

        assert list(events)[-1].data == {"reason": "interrupted"}


def test_a_turn_that_was_to_be_cancelled_is_cancelled(
    alice: User, dead: Turn, check: Callable[[], None]
) -> None:
    """The user's wish outlives the process."""
    Turn.objects.request_cancel(user_id=alice.id, stream_id=dead.id)

    check()
    check()

    dead.refresh_from_db()
    assert dead.state == "cancelled"


def test_a_turn_that_lives_is_left_alone(
    alice: User, live: LiveServer, caller: Callers, script: Any, check: Callable[[], None]
) -> None:
    """Its own process knows better than its heartbeat."""
    gate = Gate()
    script(ScriptedModel("So far. ", gate, "More."))
    client = caller(alice)
    stream_id = client.ask()
    Turn.objects.update(heartbeat_at=clock.now() - timedelta(hours=1))

    check()
    check()

    gate.open()
    assert client.read(stream_id)[-1].data == {"reason": "complete"}


def test_a_fresh_heartbeat_is_believed(alice: User, check: Callable[[], None]) -> None:
    """Another process's turn is its own business."""
    turn = TurnFactory(user=alice)

    check()
    check()

    turn.refresh_from_db()
    assert turn.state == "running"


def test_two_reconcilers_end_a_turn_once(
    live: LiveServer, dead: Turn, alice: User, caller: Callers
) -> None:
    """Every process looks; one of them ends."""
    both = [Reconciler(), Reconciler()]
    for _ in range(2):
        for each in both:
            live.run(each.check())

    events = caller(alice).read(str(dead.id))

    assert [event.type for event in events] == ["done"]


def test_a_writer_that_comes_back_stops(
    alice: User, live: LiveServer, caller: Callers, script: Any
) -> None:
    """A turn that was ended for it is not its own any more."""
    script(ScriptedModel("So far. ", Gate()))
    client = caller(alice)
    stream_id = client.ask()
    with client.stream(stream_id) as events:
        next(events)
        Turn.objects.finish(
            stream_id=uuid.UUID(stream_id), state="interrupted", error="", events="[]"
        )
        rest = list(events)

    assert rest[-1].data == {"reason": "interrupted"}


def test_it_waits_for_a_log_that_is_away(
    live: LiveServer, dead: Turn, check: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log may know more; only after a while is the checkpoint all there is."""
    _break_log(live)
    check()
    check()
    dead.refresh_from_db()
    before = dead.state

    monkeypatch.setattr(reconciler, "LOG_PATIENCE_SECONDS", 1)
    check()
    dead.refresh_from_db()

    assert (before, dead.state) == ("running", "interrupted")


async def _say_nothing(*_: Any) -> None:
    """As when Redis goes away at that moment."""


def _break_log(live: LiveServer) -> None:
    from chat.stores import MemoryTurnLog

    async def replace() -> None:
        away = MemoryTurnLog()
        away.is_away = True
        await current_runtime().broker.log.close()
        current_runtime().broker.log = away

    live.run(replace())

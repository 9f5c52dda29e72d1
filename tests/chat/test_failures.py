"""An answer that does not come to its end by itself."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from chat.agent import Usage
from chat.agent.scripted import Gate, ScriptedModel
from chat.models import Turn
from chat.services import generation
from exobrain.lib.model_errors import ModelBusy
from journal.models import Message
from tests.live import Caller, Event, LiveServer, text_of

Callers = Callable[..., Caller]


def _answer() -> tuple[Any, str]:
    message = Message.objects.get(role="assistant")
    return message.content, message.status


def test_a_model_that_fails_leaves_its_text(alice: User, caller: Callers, script: Any) -> None:
    """An `error` event that helps, the text so far kept, `done` says `error`."""
    script(ScriptedModel("Half an ", ModelBusy()))
    client = caller(alice)

    events = client.read(client.ask())

    assert text_of(events) == "Half an "
    assert events[-2:] == [
        Event(
            9,
            "error",
            {"message": "The model takes no more questions at the moment; try again later."},
        ),
        Event(10, "done", {"reason": "error"}),
    ]
    assert _answer() == ("Half an ", "failed")
    assert Turn.objects.get().error.startswith("The model takes no more")


def test_the_day_remembers_why_an_answer_failed(alice: User, caller: Callers, script: Any) -> None:
    """What the reader was told stands beside the text, with what the model used until then."""
    script(ScriptedModel("Half an ", Usage({"input_tokens": 3}), ModelBusy()))
    client = caller(alice)
    client.read(client.ask())

    answer = client.journal()[-1]

    assert answer["metadata"] == {
        "usage": {"input_tokens": 3},
        "error": "The model takes no more questions at the moment; try again later.",
    }


def test_an_answer_that_did_not_fail_has_no_reason(alice: User, caller: Callers) -> None:
    """Nothing went wrong, so nothing is said."""
    client = caller(alice)
    client.read(client.ask())

    assert client.journal()[-1]["metadata"] is None


def test_the_next_question_works(alice: User, caller: Callers, script: Any) -> None:
    """A failure is over when it is over."""
    client = caller(alice)
    script(ScriptedModel(ModelBusy()))
    client.read(client.ask())
    script(ScriptedModel("Better."))

    assert text_of(client.read(client.ask())) == "Better."


def test_an_unexpected_failure_says_nothing_of_itself(
    alice: User, caller: Callers, script: Any
) -> None:
    """The reader gets a plain sentence, not the exception's text."""
    script(ScriptedModel("Half ", RuntimeError("secret-key-123")))
    client = caller(alice)

    body = client.get(f"/api/chat/stream/{client.ask()}").text

    assert "secret-key-123" not in body
    assert '"reason": "error"' in body
    assert _answer() == ("Half ", "failed")


def test_an_answer_that_takes_too_long_is_cut_off(
    alice: User, caller: Callers, script: Any, config: Callable[..., None]
) -> None:
    """Interrupted, with what there was and a word about why."""
    config(chat_turn_max_seconds=0.2)
    script(ScriptedModel("Slowly ", Gate()))
    client = caller(alice)

    events = client.read(client.ask())

    assert [event.data for event in events[1:]] == [
        {"message": generation.TOO_SLOW},
        {"reason": "interrupted"},
    ]
    assert _answer() == ("Slowly ", "interrupted")


def test_an_answer_that_becomes_too_long_is_cut_off(
    alice: User, caller: Callers, script: Any, config: Callable[..., None]
) -> None:
    """Exactly the largest answer is kept."""
    config(chat_turn_max_chars=10)
    script(ScriptedModel("12345", "67890", "abc"))
    client = caller(alice)

    events = client.read(client.ask())

    assert text_of(events) == "1234567890"
    assert [event.data for event in events[-2:]] == [
        {"message": generation.TOO_LONG},
        {"reason": "interrupted"},
    ]
    assert _answer() == ("1234567890", "interrupted")


def test_an_answer_as_long_as_allowed_is_complete(
    alice: User, caller: Callers, script: Any, config: Callable[..., None]
) -> None:
    """The bound itself is within bounds."""
    config(chat_turn_max_chars=10)
    script(ScriptedModel("12345", "67890"))
    client = caller(alice)

    assert client.read(client.ask())[-1].data == {"reason": "complete"}


def test_a_process_that_stops_keeps_what_there_is(
    alice: User, live: LiveServer, caller: Callers, script: Any
) -> None:
    """Shutting down interrupts running answers and saves them at once."""
    script(ScriptedModel("So far. ", Gate()))
    client = caller(alice)

    with client.stream(client.ask()) as events:
        next(events)
        live.rest()
        rest = list(events)

    assert rest[-1].data == {"reason": "interrupted"}
    assert _answer() == ("So far. ", "interrupted")


def test_a_long_answer_is_saved_on_the_way(
    alice: User, caller: Callers, script: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The journal has partial text before the end."""
    monkeypatch.setattr("chat.services.runtime.BEAT_SECONDS", 0.05)
    monkeypatch.setattr("chat.services.runtime.SAVE_SECONDS", 0.05)
    gate = Gate()
    script(ScriptedModel("So far. ", gate, "More."))
    client = caller(alice)
    stream_id = client.ask()

    _eventually(lambda: _answer() == ("So far. ", "streaming"))
    gate.open()

    assert text_of(client.read(stream_id)) == "So far. More."


def test_hostile_text_is_made_storable(alice: User, caller: Callers, script: Any) -> None:
    """Halves of a character are joined, NUL is dropped; journal and stream agree."""
    script(ScriptedModel("a\x00b \ud83e", "\udd89 \udd89 ", "\ud83e"))
    client = caller(alice)

    events = client.read(client.ask())

    assert events[-1].data == {"reason": "complete"}
    assert text_of(events).startswith("ab 🦉 ")
    assert _answer()[0] == text_of(events)


def _eventually(is_so: Callable[[], bool]) -> None:
    import time

    for _ in range(500):
        if is_so():
            return
        time.sleep(0.01)
    raise AssertionError("it never became so")

"""GET /api/chat/turns/active."""

from collections.abc import Callable
from typing import Any

from accounts.models import User
from chat.agent.scripted import Gate, ScriptedModel
from journal.services import today_reference
from tests.live import Caller

Callers = Callable[..., Caller]


def test_it_lists_what_is_being_answered(alice: User, caller: Callers, script: Any) -> None:
    """Running turns with their messages, the oldest first; ended ones are gone."""
    gate = Gate()
    script(ScriptedModel("So far. ", gate))
    client = caller(alice)
    streams = [client.ask("One"), client.ask("Two")]

    active = client.get("/api/chat/turns/active").json()
    gate.open()
    for stream_id in streams:
        client.read(stream_id)
    after = client.get("/api/chat/turns/active").json()

    messages = client.journal()
    assert [turn["stream_id"] for turn in active] == streams
    assert [turn["question_id"] for turn in active] == [messages[0]["id"], messages[2]["id"]]
    assert [turn["answer_id"] for turn in active] == [messages[1]["id"], messages[3]["id"]]
    assert {turn["reference"] for turn in active} == {today_reference()}
    assert after == []


def test_it_lists_nobody_elses(alice: User, charlie: User, caller: Callers, script: Any) -> None:
    """A stranger's list is empty while Alice's is not."""
    script(ScriptedModel(Gate()))
    caller(alice).ask()

    assert caller(charlie).get("/api/chat/turns/active").json() == []
    assert len(caller(alice).get("/api/chat/turns/active").json()) == 1


def test_the_anonymous_get_401(caller: Callers) -> None:
    """Turns are a user's."""
    assert caller().get("/api/chat/turns/active").status_code == 401

"""What a model thinks before it answers: shown, kept apart, never sent back, and forgotten."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction

from accounts.models import User
from chat.agent import accepted
from chat.agent.model import Reasoning
from chat.agent.scripted import Gate, ScriptedModel
from chat.models import Turn
from chat.services import generation
from chat.services.forgetting import forget_turns_and_receipts
from journal.models import Message
from tests.live import Caller, text_of
from tests.model_server import (
    DONE,
    STOP,
    ModelServer,
    answer,
    delta,
    error,
    running,
    said,
    text,
)

pytestmark = pytest.mark.xdist_group("provider")  # importing LangChain takes seconds: once

Callers = Callable[..., Caller]


@pytest.fixture(scope="module")
def serving() -> Iterator[ModelServer]:
    """A provider that does what the test says."""
    with running() as server:
        yield server


@pytest.fixture
def server(serving: ModelServer, config: Callable[..., None]) -> ModelServer:
    """The provider, configured and asked nothing yet."""
    config(main_agent_use_mock=False, model_provider_base_url=serving.url)
    accepted.forget_all()
    serving.script.requests.clear()
    return serving


def test_it_comes_before_the_text_and_is_not_in_it(
    alice: User, caller: Callers, script: Any
) -> None:
    """Events of their own, and metadata of the message."""
    script(ScriptedModel(Reasoning("Let me "), Reasoning("see."), "Four."))
    client = caller(alice)

    events = client.read(client.ask())

    assert [(e.id, e.type) for e in events] == [
        (1, "reasoning"),
        (6, "message_chunk"),
        (7, "done"),
    ]
    assert events[0].data == {"text": "Let me see."}
    message = client.journal()[-1]
    assert (message["content"], message["metadata"]) == ("Four.", {"reasoning": "Let me see."})


def test_it_is_shown_while_it_comes(alice: User, caller: Callers, script: Any) -> None:
    """Not only when the answer begins."""
    gate = Gate()
    script(ScriptedModel(Reasoning("Let me see."), gate, "Four."))
    client = caller(alice)

    with client.stream(client.ask()) as events:
        first = next(events)
        gate.open()
        rest = list(events)

    assert (first.type, text_of(rest)) == ("reasoning", "Four.")


def test_a_stream_can_be_resumed_within_it(alice: User, caller: Callers, script: Any) -> None:
    """By its ids, like any other."""
    script(ScriptedModel("A", Reasoning("hm"), "B", Reasoning("mm"), "C"))
    client = caller(alice)
    stream_id = client.ask()
    whole = client.read(stream_id)

    for position in range(6):
        rest = client.read(stream_id, **{"Last-Event-ID": str(position)})
        assert text_of(rest) == "ABC"[(position + 1) // 2 :]
    assert [e.type for e in whole if e.type != "message_chunk"] == [
        "reasoning",
        "reasoning",
        "done",
    ]


def test_too_much_of_it_is_left_out(
    alice: User, caller: Callers, script: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer is not."""
    monkeypatch.setattr(generation, "MAX_REASONING_CHARACTERS", 5)
    script(ScriptedModel(Reasoning("1234"), Reasoning("5678"), "Four."))
    client = caller(alice)
    client.read(client.ask())

    message = client.journal()[-1]

    assert (message["content"], message["metadata"]["reasoning"]) == ("Four.", "12345")


def test_it_is_never_sent_back(alice: User, caller: Callers, server: ModelServer) -> None:
    """The next question goes with what was said, and not with what was thought."""
    server.says(said(delta(reasoning="Hmm, owls."), text("Four."), STOP, DONE), answer("Yes."))
    client = caller(alice)

    client.read(client.ask("How many?"))
    client.read(client.ask("Sure?"))

    messages = server.script.requests[-1].body["messages"]
    assert [(m["role"], m["content"]) for m in messages[1:]] == [
        ("user", "How many?"),
        ("assistant", "Four."),
        ("user", "Sure?"),
    ]
    assert "Hmm" not in str(server.script.requests[-1].body)


def test_a_failed_answer_does_not_spoil_the_day(
    alice: User, caller: Callers, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Strict models want user and assistant to take turns."""
    monkeypatch.setattr("chat.agent.attempts.RETRY_SECONDS", 0.01)
    server.says(error(500), error(500), answer("Yes."))
    client = caller(alice)

    client.read(client.ask("How many?"))
    client.read(client.ask("Sure?"))

    messages = server.script.requests[-1].body["messages"]
    assert [m["role"] for m in messages] == ["system", "user"]
    assert messages[1]["content"].endswith("How many?\n\nSure?")


def test_what_repeats_the_forgotten_goes(alice: User, caller: Callers, script: Any) -> None:
    """From the message and from its stream, whose text stays."""
    script(ScriptedModel(Reasoning("She said Lyon."), "Somewhere."))
    client = caller(alice)
    stream_id = client.ask()
    client.read(stream_id)

    with transaction.atomic():
        forget_turns_and_receipts(
            user_id=alice.id, message_ids=[], tells_forgotten=lambda text: "Lyon" in text
        )

    assert Message.objects.get(role="assistant").metadata is None
    assert "Lyon" not in str(Turn.objects.values_list("events", flat=True).get())
    assert client.journal()[-1]["content"] == "Somewhere."


def test_a_visitor_sees_why_there_is_no_answer(
    caller: Callers, script: Any, config: Callable[..., None]
) -> None:
    """Nothing of a visitor's is stored: what the page shows in the end comes from the stream."""
    config(chat_allow_anonymous=True)
    script(ScriptedModel(Reasoning("Hmm, owls.")))
    client = caller()
    stream_id = client.ask()
    events = client.read(stream_id)

    page = client.get(f"/turns/{stream_id}").text

    assert "gave no answer" in page
    assert "Hmm, owls." in page
    assert 'data-status="failed"' in page
    assert [e.type for e in events] == ["reasoning", "error", "done"]

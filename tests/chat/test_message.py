"""POST /api/chat/message."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from chat import services
from chat.agent import chat_model
from chat.agent.scripted import ScriptedModel
from chat.models import Turn
from journal.models import Message
from tests.live import Caller, text_of

Callers = Callable[..., Caller]


def test_both_messages_are_in_the_journal_when_it_answers(alice: User, caller: Callers) -> None:
    """Question and placeholder are committed, whether or not anybody reads the stream."""
    client = caller(alice)

    client.ask("What is new?")

    assert client.get("/api/journal/today").json()["message_count"] == 2
    assert [message["role"] for message in client.journal()] == ["user", "assistant"]


def test_the_answer_is_a_stream_id(alice: User, caller: Callers) -> None:
    """200 with a version 4 UUID in lower case."""
    answer = caller(alice).send()

    stream_id = answer.json()["stream_id"]
    assert answer.status_code == 200
    assert str(uuid.UUID(stream_id)) == stream_id
    assert uuid.UUID(stream_id).version == 4


def test_the_answer_is_kept_without_a_reader(alice: User, caller: Callers) -> None:
    """What a reader gets afterwards is what the journal has, to the letter."""
    client = caller(alice)
    stream_id = client.ask()

    text = text_of(client.read(stream_id))

    assert text == chat_model().answers[0]  # type: ignore[union-attr]  # the mock's
    assert client.journal()[1]["content"] == text
    assert Message.objects.get(role="assistant").status == "complete"


def test_a_question_is_kept_as_it_was_written(alice: User, caller: Callers) -> None:
    """Nothing is trimmed."""
    client = caller(alice)

    client.ask("  spaces \n and 🧠 ")

    assert client.journal()[0]["content"] == "  spaces \n and 🧠 "


def test_an_empty_answer_is_a_failure(alice: User, caller: Callers, script: Any) -> None:
    """A model that says nothing leaves an empty message that says so."""
    script(ScriptedModel())
    client = caller(alice)

    events = client.read(client.ask())

    assert [(event.type, event.data) for event in events] == [
        ("error", {"message": "The model gave no answer; try again."}),
        ("done", {"reason": "error"}),
    ]
    assert Message.objects.get(role="assistant").content == ""
    assert Message.objects.get(role="assistant").status == "failed"


def test_the_model_is_named_on_its_message(alice: User, caller: Callers) -> None:
    """Who answered is kept with the answer."""
    client = caller(alice)

    client.read(client.ask())

    assert Message.objects.get(role="assistant").model == "mock"


# -- once and only once


def test_a_retry_gets_the_same_stream(alice: User, caller: Callers, script: Any) -> None:
    """The same client id: the same stream, no second question, no second call of the model."""
    model = script(ScriptedModel("Once."))
    client = caller(alice)
    client_id = str(uuid.uuid4())

    streams = {client.ask(client_message_id=client_id) for _ in range(3)}
    client.read(*streams)

    assert len(streams) == 1
    assert len(model.asked) == 1
    assert len(client.journal()) == 2


def test_a_retry_does_not_rewrite_the_question(alice: User, caller: Callers) -> None:
    """Another text under a used client id changes nothing."""
    client = caller(alice)
    client_id = str(uuid.uuid4())
    client.ask("First.", client_message_id=client_id)

    client.ask("Second.", client_message_id=client_id)

    assert client.journal()[0]["content"] == "First."


def test_racing_retries_get_one_stream(alice: User, caller: Callers, script: Any) -> None:
    """Twelve requests at once with one client id: one turn, one answer."""
    model = script(ScriptedModel("Once."))
    client = caller(alice)
    client_id = str(uuid.uuid4())

    with ThreadPoolExecutor(12) as pool:
        asked = [pool.submit(client.ask, client_message_id=client_id) for _ in range(12)]
    streams = {each.result() for each in asked}
    client.read(*streams)

    assert len(streams) == 1
    assert len(model.asked) == 1
    assert Turn.objects.count() == 1


def test_a_retry_after_midnight_gets_the_same_stream(alice: User, live: Any) -> None:
    """A client id is used up for good, not for a day."""
    client_id = uuid.uuid4()

    def ask() -> uuid.UUID:
        return services.start_turn(user_id=alice.id, message="Late", client_message_id=client_id)

    with time_machine.travel(datetime(2026, 3, 1, 23, 59, 59, tzinfo=UTC), tick=False):
        first = ask()
    with time_machine.travel(datetime(2026, 3, 2, 0, 0, 1, tzinfo=UTC), tick=False):
        second = ask()

    assert first == second
    assert set(Message.objects.values_list("journal__reference", flat=True)) == {"2026/03/01"}


def test_two_users_may_use_one_client_id(alice: User, bob: User, caller: Callers) -> None:
    """A client id is the user's own."""
    client_id = str(uuid.uuid4())

    streams = {caller(user).ask(client_message_id=client_id) for user in (alice, bob)}

    assert len(streams) == 2


def test_concurrent_questions_get_a_sequence_each(alice: User, caller: Callers) -> None:
    """No two messages share a place, and none is missing."""
    client = caller(alice)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: client.ask(), range(16)))

    assert [message["sequence"] for message in client.journal()] == list(range(1, 33))


# -- refusals


@pytest.mark.parametrize(
    "fields",
    [
        {"message": ""},
        {"message": None},
        {"message": "a\x00b"},
        {"client_message_id": "not-a-uuid"},
        {"client_message_id": None},
    ],
)
def test_a_wrong_question_is_refused(
    alice: User, as_user: Callable[[User], Client], fields: dict[str, Any]
) -> None:
    """422, and nothing is stored."""
    body = {"message": "hello", "client_message_id": str(uuid.uuid4()), **fields}

    answer = as_user(alice).post("/api/chat/message", body, content_type="application/json")

    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", next(iter(fields))]
    assert Message.objects.count() == 0


def test_a_lone_surrogate_is_refused(alice: User, as_user: Callable[[User], Client]) -> None:
    """Text that PostgreSQL cannot hold is 422, not 500."""
    body = f'{{"message": "\\ud800", "client_message_id": "{uuid.uuid4()}"}}'

    answer = as_user(alice).post("/api/chat/message", body, content_type="application/json")

    assert answer.status_code == 422


@pytest.mark.django_db
def test_a_visitor_is_refused_before_the_question_is_looked_at() -> None:
    """401 for a body that is JSON but wrong, 422 for one that is not JSON."""
    wrong = Client().post("/api/chat/message", {}, content_type="application/json")
    broken = Client().post("/api/chat/message", "{", content_type="application/json")

    assert (wrong.status_code, broken.status_code) == (401, 422)

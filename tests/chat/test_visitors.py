"""CHAT_ALLOW_ANONYMOUS: visitors without an account chat, and nothing of it is kept."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from chat.agent.scripted import Gate, ScriptedModel
from chat.models import Turn
from chat.services import current_runtime
from journal.models import Message
from tests.live import Caller, LiveServer, text_of

Callers = Callable[..., Caller]


@pytest.fixture
def _open(config: Callable[..., None]) -> None:
    config(chat_allow_anonymous=True)


def test_visitors_are_refused_by_default(caller: Callers) -> None:
    """401 on every door."""
    client = caller()

    answers = [client.send(), client.get(f"/api/chat/stream/{uuid.uuid4()}")]

    assert [answer.status_code for answer in answers] == [401, 401]


@pytest.mark.usefixtures("_open")
def test_a_visitor_is_answered_and_forgotten(caller: Callers, redis_keys: Any) -> None:
    """The stream is whole, PostgreSQL has nothing, and Redis will have nothing soon."""
    client = caller()

    events = client.read(client.ask())

    assert text_of(events)
    assert events[-1].data == {"reason": "complete"}
    assert (Message.objects.count(), Turn.objects.count()) == (0, 0)
    assert redis_keys()
    assert all(_ttl(key) > 0 for key in redis_keys())


@pytest.mark.usefixtures("_open")
def test_a_visitor_replays_and_resumes(live: LiveServer, caller: Callers) -> None:
    """Also in a process that did not write the stream."""
    client = caller()
    stream_id = client.ask()
    whole = client.read(stream_id)
    live.rest()

    assert client.read(stream_id) == whole
    assert client.read(stream_id, **{"Last-Event-ID": str(whole[0].id)}) == whole[1:]


@pytest.mark.usefixtures("_open")
def test_a_visitor_has_no_context(caller: Callers, script: Any) -> None:
    """Each question stands alone."""
    model = script(ScriptedModel("Yes."))
    client = caller()
    client.read(client.ask("One"))

    client.read(client.ask("Two"))

    assert [prompt.content for prompt in model.asked[1][1:]] == ["Two"]


@pytest.mark.usefixtures("_open")
def test_a_visitor_cancels(caller: Callers, script: Any) -> None:
    """The stream ends with what there was."""
    script(ScriptedModel("So far. ", Gate()))
    client = caller()
    stream_id = client.ask()
    with client.stream(stream_id) as events:
        next(events)
        answer = client.post(f"/api/chat/stream/{stream_id}/cancel")
        rest = list(events)

    assert answer.json()["state"] == "cancelling"
    assert rest[-1].data == {"reason": "cancelled"}


@pytest.mark.usefixtures("_open")
def test_a_visitors_retry_gets_the_same_stream(caller: Callers, script: Any) -> None:
    """The client id counts without an account too."""
    model = script(ScriptedModel("Once."))
    client = caller()
    client.http.cookies.set("exobrain_visitor", "key-of-a-visitor")
    client_id = str(uuid.uuid4())

    streams = {client.ask(client_message_id=client_id) for _ in range(3)}

    client.read(*streams)
    assert len(streams) == 1
    assert len(model.asked) == 1


@pytest.mark.usefixtures("_open")
def test_a_visitor_with_a_cookie_has_streams_of_their_own(caller: Callers, script: Any) -> None:
    """After the first question the id alone is not enough."""
    gate = Gate()
    script(ScriptedModel("Mine.", gate))
    client, stranger = caller(), caller()
    client.ask()
    assert client.http.cookies.get("exobrain_visitor")
    stream_id = client.ask()

    read = stranger.get(f"/api/chat/stream/{stream_id}")
    cancelled = stranger.post(f"/api/chat/stream/{stream_id}/cancel")

    gate.open()
    assert (read.status_code, cancelled.status_code) == (404, 404)
    assert client.read(stream_id)[-1].data == {"reason": "complete"}


@pytest.mark.usefixtures("_open")
def test_a_visitor_who_looks_for_another_stream_is_no_failure(
    caller: Callers, caplog: pytest.LogCaptureFixture
) -> None:
    """The page is 404, and no visitor fills the log with errors."""
    answer = caller().get(f"/turns/{uuid.uuid4()}")

    assert answer.status_code == 404
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


@pytest.mark.usefixtures("_open")
def test_a_users_stream_is_closed_to_visitors(
    alice: User, live: LiveServer, caller: Callers, script: Any
) -> None:
    """Running, ended and forgotten."""
    gate = Gate()
    script(ScriptedModel("Secret.", gate))
    stream_id = caller(alice).ask()
    visitor = caller()
    statuses = [visitor.get(f"/api/chat/stream/{stream_id}").status_code]
    statuses.append(visitor.post(f"/api/chat/stream/{stream_id}/cancel").status_code)
    gate.open()
    caller(alice).read(stream_id)
    live.rest()
    statuses.append(visitor.get(f"/api/chat/stream/{stream_id}").status_code)

    assert statuses == [404, 404, 404]


@pytest.mark.usefixtures("_open")
def test_a_user_is_not_taken_for_a_visitor(alice: User, caller: Callers) -> None:
    """Who is signed in has a journal."""
    client = caller(alice)

    client.read(client.ask())

    assert len(client.journal()) == 2


@pytest.mark.usefixtures("_open")
def test_too_many_questions_from_one_address_are_429(
    caller: Callers, config: Callable[..., None]
) -> None:
    """With the seconds to wait; users are not counted."""
    config(chat_anonymous_messages_per_minute=2)
    client = caller()

    answers = [client.send() for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 1 <= int(answers[2].headers["retry-after"]) <= 60


@pytest.mark.usefixtures("_open")
def test_a_visitor_chats_over_the_socket(caller: Callers) -> None:
    """The same frames as for a user."""
    with caller().socket() as socket:
        socket.say(type="send", message="hello", client_message_id=str(uuid.uuid4()))

        assert socket.hear()["type"] == "accepted"
        assert socket.hear_until_done()[-1]["data"] == {"reason": "complete"}


@pytest.mark.usefixtures("_open")
def test_a_stream_whose_process_died_ends(
    live: LiveServer, caller: Callers, script: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once nothing is known of a visitor's stream any more, its reader is told so."""
    monkeypatch.setattr("chat.services.reading.CHECK_SECONDS", 0.1)
    monkeypatch.setattr("chat.services.generation.Generation.run", _die)
    client = caller()
    stream_id = client.ask()

    async def forget() -> None:
        current_runtime().broker.buffers.clear()

    live.run(forget())
    with client.stream(stream_id) as events:
        _clear_redis()
        rest = list(events)

    assert rest[-1].data == {"reason": "interrupted"}


async def _die(_: Any) -> None:
    """As a killed process: nothing more is written."""


def _clear_redis() -> None:
    from django.core.cache import caches

    caches["default"].client.get_client().flushdb()  # type: ignore[attr-defined]  # django-redis


def _ttl(key: bytes) -> int:
    from django.core.cache import caches

    seconds: int = caches["default"].client.get_client().ttl(key)  # type: ignore[attr-defined]
    return seconds

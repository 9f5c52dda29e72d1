"""What is decided about everything that comes in, and the one line it leaves in the log."""

import logging
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from websockets.exceptions import InvalidStatus

from accounts.models import User
from exobrain.server import uvicorn_config
from tests.live import Caller

FIELDS = {"method", "path", "status", "milliseconds", "request_id"}
PATIENCE_SECONDS = 5.0

Callers = Callable[..., Caller]


@pytest.fixture
def finished(caplog: pytest.LogCaptureFixture) -> Callable[[str], dict[str, Any]]:
    """Waits for the line about the request with an id, and returns its fields."""
    caplog.set_level(logging.DEBUG)

    def lines(request_id: str) -> list[dict[str, Any]]:
        events = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
        return [
            event
            for event in events
            if event["event"] == "request_finished" and event["request_id"] == request_id
        ]

    def wait(request_id: str) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not lines(request_id) and time.monotonic() < deadline:
            time.sleep(0.01)
        (line,) = lines(request_id)
        return line

    return wait


@pytest.mark.parametrize("path", ["/login", "/api/users/me", "/healthz", "/static/nothing.css"])
@pytest.mark.django_db
def test_a_request_is_logged_once(path: str, finished: Callable[[str], dict[str, Any]]) -> None:
    """Pages and API alike, with the same fields."""
    answer = Client().get(path, headers={"x-request-id": "one-line"})

    line = finished("one-line")

    assert line.keys() >= FIELDS
    assert (line["path"], line["status"]) == (path, answer.status_code)


def test_a_stream_is_logged_once(
    alice: User, caller: Callers, finished: Callable[[str], dict[str, Any]]
) -> None:
    """At its end, with the same fields."""
    client = caller(alice)
    stream_id = client.ask()

    client.get(f"/api/chat/stream/{stream_id}", **{"x-request-id": "a-stream"})

    line = finished("a-stream")
    assert line.keys() >= FIELDS
    assert (line["path"], line["status"]) == (f"/api/chat/stream/{stream_id}", 200)


def test_a_refused_stream_is_logged_once(
    caller: Callers, finished: Callable[[str], dict[str, Any]]
) -> None:
    """With the status of the refusal."""
    answer = caller().get(f"/api/chat/stream/{uuid.uuid4()}", **{"x-request-id": "refused"})

    assert finished("refused")["status"] == answer.status_code == 401


def test_a_socket_is_logged_once(
    alice: User, caller: Callers, finished: Callable[[str], dict[str, Any]]
) -> None:
    """When it has closed, with the same fields."""
    with caller(alice).socket(**{"x-request-id": "a-socket"}):
        pass

    line = finished("a-socket")
    assert line.keys() >= FIELDS
    assert (line["path"], line["status"]) == ("/ws/chat/", 101)


def test_a_refused_socket_is_logged_once(
    alice: User, caller: Callers, finished: Callable[[str], dict[str, Any]]
) -> None:
    """A handshake that another site caused is 403."""
    headers = {"x-request-id": "no-socket", "Origin": "https://evil.example"}
    with pytest.raises(InvalidStatus), caller(alice).socket(**headers):
        pass

    assert finished("no-socket")["status"] == 403


def test_a_stream_under_another_name_is_refused(alice: User, caller: Callers) -> None:
    """In the words that pages and API use, and kept by nobody."""
    answer = caller(alice).get(f"/api/chat/stream/{uuid.uuid4()}", Host="evil.example")

    assert answer.status_code == 400
    assert answer.json() == {"detail": "ALLOWED_HOSTS does not name this host."}
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-request-id"]


def test_a_socket_gives_the_same_sign_of_life_as_a_stream(config: Callable[..., None]) -> None:
    """One setting for both."""
    config(stream_heartbeat_seconds=7.5)

    assert uvicorn_config("exobrain.asgi:application").ws_ping_interval == 7.5

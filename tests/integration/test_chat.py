"""Chatting with a running server."""

from uuid import uuid4

import httpx
import pytest

pytestmark = [pytest.mark.integration, pytest.mark.xdist_group("integration")]


def question(text: str = "Hello from the integration tests") -> dict[str, str]:
    """The body of a question."""
    return {"message": text, "client_message_id": str(uuid4())}


def test_an_anonymous_question_is_refused(anonymous: httpx.Client) -> None:
    """Without signing in there is no chat."""
    assert anonymous.post("/api/chat/message", json=question()).status_code == 401


def test_today_knows_of_a_question_at_once(client: httpx.Client) -> None:
    """When the question is accepted, today's journal counts it and the answer's place."""
    asked = client.post("/api/chat/message", json=question())

    today = client.get("/api/journal/today")

    assert asked.status_code == today.status_code == 200
    assert today.json()["message_count"] >= 2


def test_todays_messages_have_both_roles_at_once(client: httpx.Client) -> None:
    """Without reading the stream, the question is there and the answer has its place."""
    body = question(f"Marker {uuid4()}")
    client.post("/api/chat/message", json=body)

    answer, asked = client.get("/api/journal/today/messages", params={"limit": 2}).json()

    assert (answer["role"], asked["role"]) == ("assistant", "user")
    assert asked["content"] == body["message"]


def test_the_stream_ends_with_done(client: httpx.Client) -> None:
    """Reading the answer gives text, and `done` as its last event."""
    stream_id = client.post("/api/chat/message", json=question()).json()["stream_id"]

    with client.stream("GET", f"/api/chat/stream/{stream_id}") as answer:
        lines = [line for line in answer.iter_lines() if line.startswith("event:")]

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert "event: message_chunk" in lines
    assert lines[-1] == "event: done"


def test_an_unknown_stream_is_not_found(client: httpx.Client) -> None:
    """A stream that nobody started does not exist."""
    assert client.get(f"/api/chat/stream/{uuid4()}").status_code == 404

"""The reads that clients repeat, through the handler that the server runs."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from exobrain.server import Handler
from tests.factories import JournalFactory, MessageFactory

Ask = Callable[..., tuple[int, dict[bytes, bytes], bytes]]

pytestmark = pytest.mark.django_db

PLAIN = [
    "/api/users/me",
    "/api/journal",
    "/api/journal?limit=1",
    "/api/journal?limit=100",
    "/api/journal/2025/01/14/messages",
    "/api/journal/2025/01/14/messages?limit=2",
    "/api/journal/2025/01/15/messages",
    "/api/journal/2025/13/45/messages",
    "/api/journal/search?q=project",
    "/api/journal/search?q=nothing+like+it",
    "/api/journal/search?q=100%25",
]


@pytest.fixture(autouse=True)
def _days(alice: User) -> None:
    journal = JournalFactory(user=alice, reference="2025/01/14")
    for text in ("About the project", "It is 100% done", "Thanks"):
        MessageFactory(journal=journal, content=text)
    JournalFactory(user=alice, reference="2025/02/01")


@pytest.fixture
def ask() -> Ask:
    """Sends a GET to the handler that the server runs."""
    handler = Handler()

    def send(url: str, headers: dict[str, str]) -> tuple[int, dict[bytes, bytes], bytes]:
        status, answered, body = handler.answer(_scope(url, headers), b"")
        return status, dict(answered), body

    return send


def _scope(url: str, headers: dict[str, str]) -> dict[str, Any]:
    path, _, query = url.partition("?")
    return {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": query.encode(),
        "headers": [
            (b"host", b"localhost"),
            *((name.lower().encode(), value.encode()) for name, value in headers.items()),
        ],
        "server": ("localhost", 80),
        "client": ("127.0.0.1", 1),
        "scheme": "http",
    }


@pytest.mark.parametrize("url", PLAIN)
def test_a_plain_read_is_json(url: str, ask: Ask, alice: User, bearer: Any) -> None:
    """200, with the id that the client gave the request."""
    status, headers, _ = ask(url, {**bearer(alice), "x-request-id": "the-same"})

    assert status == 200
    assert headers[b"content-type"] == b"application/json; charset=utf-8"
    assert headers[b"x-request-id"] == b"the-same"


@pytest.mark.parametrize("is_first", [True, False])
def test_two_tokens_are_none(is_first: bool, alice: User, bearer: Any) -> None:
    """Whichever comes first, a request that says two things says nothing."""
    good, other = bearer(alice)["Authorization"], "Bearer nonsense"
    first, second = (good, other) if is_first else (other, good)
    scope = _scope("/api/users/me", {"authorization": first})
    scope["headers"].append((b"authorization", second.encode()))

    status, _, _ = Handler().answer(scope, b"")

    assert status == 401


@pytest.mark.parametrize("host", ["evil.example", "[", ""])
def test_a_host_that_is_not_ours_is_refused(host: str, alice: User, bearer: Any) -> None:
    """A valid token does not help who means another server."""
    scope = _scope("/api/users/me", bearer(alice))
    scope["headers"][0] = (b"host", host.encode())

    status, _, _ = Handler().answer(scope, b"")

    assert status == 400


@pytest.mark.parametrize("url", ["/api/users/me", "/api/journal/today"])
def test_what_is_private_is_kept_private(url: str, ask: Ask, alice: User, bearer: Any) -> None:
    """No cache keeps the answer, and no browser guesses what it is."""
    _, headers, _ = ask(url, bearer(alice))

    assert headers[b"cache-control"] == b"no-store"
    assert headers[b"x-content-type-options"] == b"nosniff"


@pytest.mark.parametrize("url", PLAIN)
@pytest.mark.parametrize("token", [None, "Bearer nonsense", "Basic YTpi"])
def test_a_caller_without_a_token_is_refused(url: str, token: str | None, ask: Ask) -> None:
    """401, as everywhere."""
    status, _, _ = ask(url, {"authorization": token} if token else {})

    assert status == 401


@pytest.mark.parametrize("url", [url for url in PLAIN if "users" not in url])
def test_a_stranger_sees_nothing(url: str, ask: Ask, charlie: User, bearer: Any) -> None:
    """Charlie's answers hold nothing of Alice's days."""
    status, _, body = ask(url, bearer(charlie))

    assert (status, body) == (200, b"[]")


def test_a_new_message_is_seen_at_once(ask: Ask, alice: User, bearer: Any) -> None:
    """What was kept before a write is not sent after it."""
    from journal.services import append_messages
    from journal.types import MessageDraft

    headers = bearer(alice)
    ask("/api/journal/2025/01/14/messages", headers)
    append_messages(
        user_id=alice.id,
        reference="2025/01/14",
        drafts=[MessageDraft(role="user", content="Something new", status="complete")],
    )

    _, _, body = ask("/api/journal/2025/01/14/messages", headers)

    assert b"Something new" in body

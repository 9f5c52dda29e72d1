"""The short way through `exobrain.reads` sends what the full stack would."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from exobrain import reads
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
UNUSUAL = [
    "/api/users/me/configs",
    "/api/journal?limit=0",
    "/api/journal?limit=101",
    "/api/journal?limit=x",
    "/api/journal?limit=1&limit=2",
    "/api/journal?cursor=2025/01/14",
    "/api/journal/today",
    "/api/journal/today/messages",
    "/api/journal/foo/messages",
    "/api/journal/2025/01/14/messages?cursor=3",
    "/api/journal/2025/01/14/messages?limit=501",
    "/api/journal/search",
    "/api/journal/search?q=",
    "/api/journal/search?q=%00",
    "/api/journal/search?q=%C3%A9",
    "/api/journal/search?q=project&limit=1",
    "/api/nothing",
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
        status, answered, parts = handler.answer(_scope(url, headers), b"")
        return status, dict(answered), b"".join(parts)

    return send


def _scope(url: str, headers: dict[str, str], method: str = "GET") -> dict[str, Any]:
    path, _, query = url.partition("?")
    return {
        "type": "http",
        "method": method,
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


@pytest.fixture
def full_stack(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Closes the short way when it is called."""
    return lambda: monkeypatch.setattr(reads, "answer", lambda _scope: None)


@pytest.mark.parametrize("url", [*PLAIN, *UNUSUAL])
def test_both_ways_answer_alike(
    url: str, ask: Ask, full_stack: Callable[[], None], alice: User, bearer: Any
) -> None:
    """Status, headers and bytes are the same."""
    headers = {**bearer(alice), "x-request-id": "the-same"}

    short = ask(url, headers)
    full_stack()
    long = ask(url, headers)

    assert short == long


def _twice(scope: dict[str, Any], value: str) -> dict[str, Any]:
    """The same request with a second Authorization header."""
    return {**scope, "headers": [*scope["headers"], (b"authorization", value.encode())]}


@pytest.mark.parametrize("is_first", [True, False])
def test_two_tokens_are_none_on_either_way(
    is_first: bool, alice: User, charlie: User, bearer: Any, full_stack: Callable[[], None]
) -> None:
    """Whichever comes first, a request that says two things says nothing."""
    good, other = bearer(alice)["Authorization"], "Bearer nonsense"
    first, second = (good, other) if is_first else (other, good)
    scope = _twice(_scope("/api/users/me", {"authorization": first}), second)

    short = Handler().answer(scope, b"")
    full_stack()
    long = Handler().answer(scope, b"")

    assert (short[0], short[2]) == (long[0], long[2]) == (401, long[2])


@pytest.mark.parametrize("host", ["evil.example", "[", ""])
def test_both_ways_refuse_a_host_that_is_not_ours(
    host: str, alice: User, bearer: Any, full_stack: Callable[[], None]
) -> None:
    """A valid token does not help who means another server."""
    scope = _scope("/api/users/me", bearer(alice))
    scope["headers"][0] = (b"host", host.encode())

    short = Handler().answer(scope, b"")
    full_stack()
    long = Handler().answer(scope, b"")

    assert short[0] == long[0] == 400


@pytest.mark.parametrize("url", ["/api/users/me", "/api/journal/today"])
def test_both_ways_keep_private_what_is_private(
    url: str, ask: Ask, alice: User, bearer: Any
) -> None:
    """No cache keeps the answer, and no browser guesses what it is."""
    _, headers, _ = ask(url, bearer(alice))

    assert headers[b"cache-control"] == b"no-store"
    assert headers[b"x-content-type-options"] == b"nosniff"


@pytest.mark.parametrize("url", PLAIN)
def test_the_plain_ones_take_the_short_way(url: str, alice: User, bearer: Any) -> None:
    """What clients repeat is answered before Django's stack."""
    assert reads.answer(_scope(url, bearer(alice))) is not None


@pytest.mark.parametrize("url", UNUSUAL)
def test_the_unusual_ones_do_not(url: str, alice: User, bearer: Any) -> None:
    """Everything else is left to the full stack."""
    assert reads.answer(_scope(url, bearer(alice))) is None


@pytest.mark.parametrize("method", ["POST", "HEAD", "OPTIONS", "DELETE"])
def test_only_get_is_short(method: str, alice: User, bearer: Any) -> None:
    """Other methods take the full stack."""
    assert reads.answer(_scope("/api/users/me", bearer(alice), method)) is None


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


def test_a_failing_database_is_left_to_the_full_stack(
    monkeypatch: pytest.MonkeyPatch, alice: User, bearer: Any
) -> None:
    """An error on the short way is not an answer."""
    headers = bearer(alice)
    with connection.execute_wrapper(_refuse):
        answer = reads.answer(_scope("/api/users/me", headers))

    assert answer is None


def _refuse(*_args: Any) -> None:
    from django.db import OperationalError

    raise OperationalError("gone")

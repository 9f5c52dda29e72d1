"""GET /api/journal/{reference}/messages: what was said that day."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from journal.models import Journal, ToolCall
from tests.factories import JournalFactory, MessageFactory

SignIn = Callable[[User], Client]
DAY = "/api/journal/2025/01/14/messages"
FAR = 2**31


@pytest.fixture
def journal(alice: User) -> Journal:
    """Alice's fourteenth of January."""
    return JournalFactory(user=alice)


def sequences(client: Client, query: str = "") -> list[int]:
    """The sequences in the answer, in its order."""
    answer = client.get(DAY + query)
    assert answer.status_code == 200
    return [message["sequence"] for message in answer.json()]


def test_newest_message_comes_first(journal: Journal, as_user: SignIn) -> None:
    """Messages are in the descending order of their sequence."""
    MessageFactory.create_batch(3, journal=journal)

    assert sequences(as_user(journal.user)) == [3, 2, 1]


def test_a_message_has_the_fields_of_the_contract(journal: Journal, as_user: SignIn) -> None:
    """The contract's fields, and beside them only status and model."""
    message = MessageFactory(
        journal=journal, content="Hi ✓", created_at=datetime(2025, 1, 14, 9, 30, tzinfo=UTC)
    )

    [shown] = as_user(journal.user).get(DAY).json()

    assert shown == {
        "id": str(message.id),
        "role": "user",
        "content": "Hi ✓",
        "sequence": 1,
        "created_at": "2025-01-14T09:30:00Z",
        "metadata": None,
        "status": "complete",
        "model": "",
        "tool_calls": [],
    }


def test_metadata_is_an_object(journal: Journal, as_user: SignIn) -> None:
    """What is known about a message comes back as it was stored."""
    MessageFactory(journal=journal, metadata={"usage": {"input_tokens": 3}})

    [shown] = as_user(journal.user).get(DAY).json()

    assert shown["metadata"] == {"usage": {"input_tokens": 3}}


def test_a_streaming_message_shows_what_is_saved(journal: Journal, as_user: SignIn) -> None:
    """The place of an answer is there from the start, empty at first."""
    MessageFactory(journal=journal, role="assistant", content="", status="streaming")

    [shown] = as_user(journal.user).get(DAY).json()

    assert (shown["content"], shown["status"]) == ("", "streaming")


def test_tool_calls_are_in_their_order(journal: Journal, as_user: SignIn) -> None:
    """Tool calls come by time, then by id, each with the contract's fields."""
    message = MessageFactory(journal=journal, role="assistant")
    calls = [
        ToolCall.objects.create(
            message=message, tool_call_id=f"call-{n}", title="Search", description="Looking"
        )
        for n in range(3)
    ]
    ToolCall.objects.update(created_at=datetime(2025, 1, 14, tzinfo=UTC))
    ToolCall.objects.filter(id=calls[2].id).update(
        created_at=datetime(2025, 1, 13, tzinfo=UTC), response="2 results"
    )
    by_id = sorted(calls[:2], key=lambda call: call.id)

    [shown] = as_user(journal.user).get(DAY).json()

    assert [call["id"] for call in shown["tool_calls"]] == [
        str(call.id) for call in (calls[2], *by_id)
    ]
    assert shown["tool_calls"][0] == {
        "id": str(calls[2].id),
        "tool_call_id": "call-2",
        "title": "Search",
        "description": "Looking",
        "response": "2 results",
        "error": None,
    }


def test_a_page_holds_a_hundred(journal: Journal, as_user: SignIn) -> None:
    """Without a limit the hundred newest messages are listed."""
    MessageFactory.create_batch(101, journal=journal)

    assert sequences(as_user(journal.user)) == list(range(101, 1, -1))


@pytest.mark.parametrize(("limit", "shown"), [("1", [3]), ("500", [3, 2, 1])])
def test_a_page_holds_as_many_as_asked_for(
    journal: Journal, as_user: SignIn, limit: str, shown: list[int]
) -> None:
    """From one to five hundred messages fit on a page."""
    MessageFactory.create_batch(3, journal=journal)

    assert sequences(as_user(journal.user), f"?limit={limit}") == shown


@pytest.mark.parametrize(
    ("cursor", "shown"), [(3, [2, 1]), (1, []), (FAR - 1, [3, 2, 1]), (-FAR, []), (0, [])]
)
def test_the_cursor_is_exclusive(
    journal: Journal, as_user: SignIn, cursor: int, shown: list[int]
) -> None:
    """The page after a cursor starts with the message before it."""
    MessageFactory.create_batch(3, journal=journal)

    assert sequences(as_user(journal.user), f"?cursor={cursor}") == shown


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=501",
        "limit=x",
        f"cursor={FAR}",
        f"cursor={-FAR - 1}",
        f"cursor=1{'0' * 400}",
        "cursor=x",
        "cursor=",
        "cursor=1.5",
        "cursor=nan",
    ],
)
def test_a_number_out_of_range_is_refused(alice: User, as_user: SignIn, query: str) -> None:
    """Limits and cursors beyond what a sequence can be are a 422."""
    answer = as_user(alice).get(f"{DAY}?{query}")

    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["query", query.split("=", maxsplit=1)[0]]


@pytest.mark.parametrize(
    "reference", ["2025/01/15", "foo", "2025/02/30", "/", "%00", "messages", "a/messages", ""]
)
def test_an_unknown_day_is_an_empty_list(alice: User, as_user: SignIn, reference: str) -> None:
    """A day without a journal, and a reference that is no day, have no messages."""
    answer = as_user(alice).get(f"/api/journal/{reference}/messages")

    assert (answer.status_code, answer.json()) == (200, [])


def test_a_single_segment_is_a_reference(alice: User, as_user: SignIn) -> None:
    """`/api/journal/messages` asks for the day `messages`, which does not exist."""
    assert as_user(alice).get("/api/journal/messages").status_code == 404


def test_the_reference_may_be_encoded(journal: Journal, as_user: SignIn) -> None:
    """Percent-encoded slashes name the same day."""
    MessageFactory(journal=journal)

    answer = as_user(journal.user).get("/api/journal/2025%2F01%2F14/messages")

    assert len(answer.json()) == 1


def test_what_is_no_day_costs_nothing(
    alice: User, as_user: SignIn, django_assert_num_queries: Any, redis_keys: Any
) -> None:
    """An impossible reference is answered without a query of its own or a cache entry."""
    client = as_user(alice)
    before = redis_keys()

    with django_assert_num_queries(1):  # who is asking
        client.get("/api/journal/2025/02/30/messages")

    assert redis_keys() == before


def test_a_page_is_three_queries(
    journal: Journal, as_user: SignIn, django_assert_num_queries: Any
) -> None:
    """However many messages: who is asking, the messages, their tool calls."""
    MessageFactory.create_batch(5, journal=journal)
    client = as_user(journal.user)

    with django_assert_num_queries(3):
        client.get(DAY)


def test_a_stranger_sees_nothing(journal: Journal, charlie: User, as_user: SignIn) -> None:
    """Another user's messages are absent, not forbidden."""
    MessageFactory(journal=journal)

    assert sequences(as_user(charlie)) == []


def test_an_anonymous_caller_is_refused(journal: Journal) -> None:
    """Without signing in there are no messages, and no word about a wrong limit."""
    assert Client().get(DAY).status_code == 401
    assert Client().get(f"{DAY}?limit=0").status_code == 401

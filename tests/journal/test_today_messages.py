"""GET /api/journal/today/messages: what was said on the present UTC day."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from journal.models import Journal
from journal.services import today_reference
from tests.factories import JournalFactory, MessageFactory

SignIn = Callable[[User], Client]
TODAY = "/api/journal/today/messages"


@pytest.fixture
def today(alice: User) -> Journal:
    """Alice's present day, with three messages."""
    journal = JournalFactory(user=alice, reference=today_reference())
    MessageFactory.create_batch(3, journal=journal)
    return journal


def sequences(client: Client, query: str = "") -> list[int]:
    """The sequences in the answer, in its order."""
    return [message["sequence"] for message in client.get(TODAY + query).json()]


def test_newest_message_comes_first(today: Journal, as_user: SignIn) -> None:
    """Messages of today are in the descending order of their sequence."""
    assert sequences(as_user(today.user)) == [3, 2, 1]


def test_only_todays_messages_are_there(today: Journal, as_user: SignIn) -> None:
    """What was said on another day is not listed."""
    MessageFactory(journal=JournalFactory(user=today.user, reference="2025/01/14"))

    assert len(sequences(as_user(today.user))) == 3


@pytest.mark.parametrize(
    ("query", "shown"), [("?limit=1", [3]), ("?cursor=3", [2, 1]), ("?cursor=3&limit=1", [2])]
)
def test_it_is_paged_backwards(
    today: Journal, as_user: SignIn, query: str, shown: list[int]
) -> None:
    """Limit and exclusive cursor work as on any other day."""
    assert sequences(as_user(today.user), query) == shown


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "cursor=2147483648"])
def test_a_number_out_of_range_is_refused(alice: User, as_user: SignIn, query: str) -> None:
    """Limits and cursors out of range are a 422."""
    assert as_user(alice).get(f"{TODAY}?{query}").status_code == 422


def test_no_journal_is_an_empty_list(alice: User, as_user: SignIn) -> None:
    """Before the first message of the day the list is empty, and nothing is made."""
    answer = as_user(alice).get(TODAY)

    assert (answer.status_code, answer.json()) == (200, [])
    assert not Journal.objects.exists()


def test_a_stranger_sees_nothing(today: Journal, charlie: User, as_user: SignIn) -> None:
    """Alice's today is not Charlie's."""
    assert sequences(as_user(charlie)) == []


def test_an_anonymous_caller_is_refused(db: None) -> None:
    """Without signing in there are no messages."""
    assert Client().get(TODAY).status_code == 401

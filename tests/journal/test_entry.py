"""GET /api/journal/{reference}: one day."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from tests.factories import JournalFactory, MessageFactory

SignIn = Callable[[User], Client]


@pytest.mark.parametrize(
    "path", ["2025/01/14", "2025%2F01%2F14", "2025%2f01/14"], ids=["slashes", "encoded", "mixed"]
)
def test_a_day_is_found_by_its_reference(alice: User, as_user: SignIn, path: str) -> None:
    """Slashes in a reference may be written as they are or percent-encoded."""
    journal = JournalFactory(user=alice)
    MessageFactory(journal=journal)

    answer = as_user(alice).get(f"/api/journal/{path}")

    assert answer.status_code == 200
    assert answer["content-type"] == "application/json; charset=utf-8"
    assert (answer.json()["id"], answer.json()["message_count"]) == (str(journal.id), 1)


@pytest.mark.parametrize(
    "reference",
    [
        "2025/01/15",
        "foo",
        "messages",
        "today/",
        "search/",
        "2025/02/30",
        "2025/01/14/",
        "2025/01/14/more",
        "2025-01-14",
        "%00",
        "%0A",
        "%FF",
        "",
        "../journal",
        "'",
        "x" * 5000,
    ],
)
def test_anything_else_is_not_found(alice: User, as_user: SignIn, reference: str) -> None:
    """A day without a journal, and a reference that is no day, are 404."""
    JournalFactory(user=alice)

    answer = as_user(alice).get(f"/api/journal/{reference}")

    assert answer.status_code == 404
    assert set(answer.json()) == {"detail"}


@pytest.mark.parametrize("reference", ["foo", "2025/02/30", "2025/01/14/", "messages"])
def test_what_is_no_day_costs_nothing(
    alice: User, as_user: SignIn, reference: str, django_assert_num_queries: Any, redis_keys: Any
) -> None:
    """An impossible reference is refused without a query of its own and without a cache entry."""
    client = as_user(alice)
    before = redis_keys()

    with django_assert_num_queries(1):  # who is asking
        client.get(f"/api/journal/{reference}")

    assert redis_keys() == before


def test_a_stranger_does_not_find_it(alice: User, charlie: User, as_user: SignIn) -> None:
    """Another user's day is absent, not forbidden."""
    JournalFactory(user=alice)

    assert as_user(charlie).get("/api/journal/2025/01/14").status_code == 404


def test_everybody_finds_their_own(alice: User, bob: User, as_user: SignIn) -> None:
    """The same day of two users is two journals."""
    JournalFactory(user=alice)
    bobs = JournalFactory(user=bob)

    assert as_user(bob).get("/api/journal/2025/01/14").json()["id"] == str(bobs.id)


@pytest.mark.parametrize("reference", ["2025/01/14", "foo", ""])
def test_an_anonymous_caller_is_refused(db: None, reference: str) -> None:
    """Without signing in nobody learns whether a day exists."""
    assert Client().get(f"/api/journal/{reference}").status_code == 401


def test_a_journal_is_only_read_here(alice: User, as_user: SignIn) -> None:
    """Days are neither written nor deleted over this address."""
    assert as_user(alice).delete("/api/journal/2025/01/14").status_code == 405

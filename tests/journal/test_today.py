"""GET /api/journal/today: the present UTC day."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from journal.models import Journal
from tests.factories import JournalFactory

SignIn = Callable[[User], Client]
LATE = datetime(2025, 1, 14, 23, 59, 58, tzinfo=UTC)


@time_machine.travel(LATE, tick=False)
def test_today_is_the_utc_day(alice: User, as_user: SignIn) -> None:
    """Just before midnight UTC it is still that day."""
    JournalFactory(user=alice, reference="2025/01/15")
    todays = JournalFactory(user=alice, reference="2025/01/14")

    assert as_user(alice).get("/api/journal/today").json()["id"] == str(todays.id)


def test_midnight_changes_it(alice: User, as_user: SignIn) -> None:
    """A moment later, today is the next day, whatever was cached."""
    JournalFactory(user=alice, reference="2025/01/14")

    with time_machine.travel(LATE, tick=False) as clock:
        client = as_user(alice)
        before = client.get("/api/journal/today").status_code
        clock.shift(2)
        after = client.get("/api/journal/today").status_code

    assert (before, after) == (200, 404)


def test_a_missing_day_is_not_found(alice: User, as_user: SignIn) -> None:
    """Reading today does not make it."""
    assert as_user(alice).get("/api/journal/today").status_code == 404
    assert not Journal.objects.exists()


@pytest.mark.parametrize("create", ["true", "True", "1", "yes", "on", "t", "y", "TRUE"])
def test_it_is_made_on_request(alice: User, as_user: SignIn, create: str) -> None:
    """Every usual spelling of true makes the missing day and returns it."""
    answer = as_user(alice).get(f"/api/journal/today?create={create}")

    assert answer.status_code == 200
    assert answer.json()["id"] == str(Journal.objects.get(user=alice).id)
    assert answer.json()["message_count"] == 0


@pytest.mark.parametrize("create", ["false", "0", "no", "off", "f", "n", "FALSE"])
def test_it_is_not_made_otherwise(alice: User, as_user: SignIn, create: str) -> None:
    """Every usual spelling of false leaves the day missing."""
    assert as_user(alice).get(f"/api/journal/today?create={create}").status_code == 404


@pytest.mark.parametrize("create", ["maybe", "2", ""])
def test_another_word_is_refused(alice: User, as_user: SignIn, create: str) -> None:
    """What is neither true nor false is a 422."""
    assert as_user(alice).get(f"/api/journal/today?create={create}").status_code == 422


def test_a_day_just_made_is_found_at_once(alice: User, as_user: SignIn) -> None:
    """The 404 of a moment ago is not remembered."""
    client = as_user(alice)
    client.get("/api/journal/today")

    made = client.get("/api/journal/today?create=true").json()

    assert client.get("/api/journal/today").json() == made


def test_creating_again_counts_as_an_update(alice: User, as_user: SignIn) -> None:
    """The day stays the same one; only updated_at moves."""
    client = as_user(alice)
    first = client.get("/api/journal/today?create=true").json()

    second = client.get("/api/journal/today?create=true").json()

    assert second["updated_at"] > first["updated_at"]
    assert second | {"updated_at": 0} == first | {"updated_at": 0}


def test_a_stranger_has_another_day(alice: User, charlie: User, as_user: SignIn) -> None:
    """Alice's today is not Charlie's."""
    as_user(alice).get("/api/journal/today?create=true")

    assert as_user(charlie).get("/api/journal/today").status_code == 404


def test_an_anonymous_caller_is_refused(db: None) -> None:
    """Without signing in nothing is read and nothing is made."""
    assert Client().get("/api/journal/today?create=true").status_code == 401
    assert not Journal.objects.exists()

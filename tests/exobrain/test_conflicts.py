"""Transactions that PostgreSQL ends because of one another are tried again."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client
from psycopg.errors import DeadlockDetected

from accounts import selectors
from accounts.models import User
from exobrain.lib.database import (
    CONFLICT_ATTEMPTS,
    is_conflict,
    on_live_connection,
    retry_conflicts,
)


def deadlock() -> OperationalError:
    """What Django raises for a deadlock."""
    error = OperationalError("DETAIL: what the user said")
    error.__cause__ = DeadlockDetected()
    return error


def rename(user: User, name: str) -> None:
    """The user has that name; their row is locked until the transaction ends."""
    User.objects.filter(pk=user.pk).update(display_name=name)


def test_two_who_wait_for_each_other_both_succeed(
    transactional_db: None, alice: User, bob: User
) -> None:
    """PostgreSQL ends one of them; that one is tried again, and nobody hears of it."""
    meeting = threading.Barrier(2)
    attempts: list[str] = []

    @retry_conflicts
    def rename_both(name: str, *users: User) -> None:
        attempts.append(name)
        with transaction.atomic():
            rename(users[0], name)
            if attempts.count(name) == 1:
                meeting.wait(timeout=30)
            rename(users[1], name)

    def work(name: str, *users: User) -> None:
        try:
            rename_both(name, *users)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=work, args=("one", alice, bob)),
        threading.Thread(target=work, args=("other", bob, alice)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(set(attempts)) == ["one", "other"]
    assert len(attempts) == 3, "there was no deadlock"
    names = set(User.objects.values_list("display_name", flat=True))
    assert len(names) == 1
    assert names <= {"one", "other"}


def test_what_never_succeeds_is_given_up(transactional_db: None) -> None:
    """After some attempts its error is the caller's."""
    calls = []

    @retry_conflicts
    def lose() -> None:
        calls.append(1)
        raise deadlock()

    with pytest.raises(OperationalError):
        lose()
    assert len(calls) == CONFLICT_ATTEMPTS


@pytest.mark.parametrize("error", [OperationalError("gone"), ValueError()])
def test_other_errors_are_not_tried_again(transactional_db: None, error: Exception) -> None:
    """Neither a database that is away nor anything else."""
    calls = []

    @retry_conflicts
    def fail() -> None:
        calls.append(1)
        raise error

    with pytest.raises(type(error)):
        fail()
    assert len(calls) == 1


@pytest.mark.django_db
def test_within_a_transaction_its_owner_tries_again() -> None:
    """PostgreSQL has given up all of it, so a part of it cannot be done again."""
    calls = []

    @retry_conflicts
    def lose() -> None:
        calls.append(1)
        raise deadlock()

    with pytest.raises(OperationalError):
        lose()
    assert len(calls) == 1


def test_a_conflict_is_no_outage(transactional_db: None) -> None:
    """The thread keeps its connection, and no other one connects anew."""

    def lose() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        raise deadlock()

    with pytest.raises(OperationalError) as caught:
        on_live_connection(lose)

    assert is_conflict(caught.value)
    assert connection.connection is not None


@pytest.mark.django_db
def test_the_api_tells_a_conflict_from_an_outage(
    as_user: Callable[[User], Client], alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 and when to come back, in words that do not speak of a database that is away."""
    client = as_user(alice)

    def lose(**_named: Any) -> None:
        raise deadlock()

    monkeypatch.setattr(selectors, "resolve_principal", lose)
    answer = client.get("/api/users/me")

    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert answer.json() == {"detail": "Too much was changed at the same time; try again."}

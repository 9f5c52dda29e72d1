"""The API while PostgreSQL is away."""

from collections.abc import Callable

import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client

from accounts import selectors
from accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_database_that_is_down_is_told(
    as_user: Callable[[User], Client],
    alice: User,
    error: type[Exception],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """503 as JSON, without the words of the failed statement, and when to come back."""
    client = as_user(alice)

    def fail(**_named: object) -> None:
        raise error("DETAIL: what the user said")

    monkeypatch.setattr(selectors, "resolve_principal", fail)
    answer = client.get("/api/users/me")

    assert answer.status_code == 503
    assert answer["Retry-After"] == "1"
    assert answer.json() == {"detail": "The database is not available; try again later."}

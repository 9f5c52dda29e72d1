"""Sessions in Redis."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import caches

from accounts.sessions import SessionStore
from exobrain.lib.errors import Unavailable


@pytest.fixture
def stored() -> str:
    """The id of a session that holds something."""
    session = SessionStore()
    session["colour"] = "green"
    session.create()
    assert session.session_key is not None
    return session.session_key


@pytest.fixture
def outage(settings: Any) -> None:
    """Redis is away."""
    settings.CACHES = copy.deepcopy(settings.CACHES)
    settings.CACHES["sessions"]["LOCATION"] = "redis://127.0.0.1:1/0"
    settings.CACHES = settings.CACHES


def test_session_is_read_again(stored: str) -> None:
    """What one process wrote another reads."""
    assert SessionStore(stored)["colour"] == "green"


def test_redis_holds_the_hash_of_the_id(stored: str) -> None:
    """Who reads Redis holds no session."""
    keys = caches["sessions"].client.get_client().keys()  # type: ignore[attr-defined]

    assert [key.startswith(b"assistant:sessions:session:") for key in keys] == [True]
    assert stored.encode() not in keys[0]


def test_redis_holds_json(stored: str) -> None:
    """Who writes to Redis runs no code here."""
    client = caches["sessions"].client.get_client()  # type: ignore[attr-defined]

    assert client.get(client.keys()[0]) == b'{"colour": "green"}'


def test_redis_forgets_it_after_a_week(stored: str) -> None:
    """A session lives as long as a refresh token."""
    client = caches["sessions"].client.get_client()  # type: ignore[attr-defined]

    assert 604_700 < client.ttl(client.keys()[0]) <= 604_800


def test_unknown_session_is_empty() -> None:
    """An id that was not ours is not taken over."""
    session = SessionStore("x" * 32)

    assert (session.get("colour"), session.session_key) == (None, None)


USES: list[Callable[[SessionStore], Any]] = [
    lambda session: session.get("colour"),
    lambda session: session.save(),
    lambda session: session.create(),
    lambda session: session.exists("x" * 32),
    lambda session: session.flush(),
    lambda session: session.cycle_key(),
]


@pytest.mark.usefixtures("outage")
@pytest.mark.parametrize("use", USES)
def test_outage_is_unavailable(use: Callable[[SessionStore], Any]) -> None:
    """Whatever is done with a session, an outage is not taken for its end."""
    with pytest.raises(Unavailable):
        use(SessionStore("x" * 32))

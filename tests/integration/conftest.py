"""Clients of a running server. Without one named in an env file, these tests are skipped.

They are no part of the server's process: no database, no Redis, only HTTP.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx
import pytest

from tests.integration.target import KEY, VARIABLE, base_url

EMAIL = "test.user@exobrain.local"
PASSWORD = "password123"
TIMEOUT_SECONDS = 20

Connect = Callable[[], httpx.Client]


@pytest.fixture(autouse=True)
def _empty_redis() -> None:
    """In place of the suite's own: the Redis of the server under test is not ours to empty."""


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Makes clients that nobody is signed in with."""
    url = base_url()
    if url is None:
        pytest.skip(f"no {KEY}: name an env file in {VARIABLE}")
    with ExitStack() as stack:
        yield lambda: stack.enter_context(
            httpx.Client(base_url=url, timeout=TIMEOUT_SECONDS, follow_redirects=True)
        )


@pytest.fixture
def anonymous(connect: Connect) -> httpx.Client:
    """Nobody."""
    return connect()


@pytest.fixture
def tokens(anonymous: httpx.Client) -> dict[str, str]:
    """A fresh token pair of the seeded user."""
    answer = anonymous.post(
        "/api/auth/login",
        json={
            "email": EMAIL,
            "password": PASSWORD,
            "session_mode": "api",
            "issuance_policy": "tokens",
        },
    )
    assert answer.status_code == 200
    pair: dict[str, str] = answer.json()
    return pair


@pytest.fixture
def client(connect: Connect, tokens: dict[str, str]) -> httpx.Client:
    """The seeded user, by access token."""
    client = connect()
    client.headers["Authorization"] = f"Bearer {tokens['access_token']}"
    return client


@pytest.fixture
def browser(connect: Connect) -> httpx.Client:
    """The seeded user, by session cookie."""
    client = connect()
    answer = client.post(
        "/api/auth/login",
        json={
            "email": EMAIL,
            "password": PASSWORD,
            "session_mode": "web",
            "issuance_policy": "session",
        },
    )
    assert answer.status_code == 200
    assert answer.json()["session_established"] is True
    return client

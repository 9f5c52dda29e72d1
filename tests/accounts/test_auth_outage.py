"""While Redis is away, who keeps tokens goes on; who needs a session is told so."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from tests.accounts.auth_calls import log_in, me, post, refresh, signed_in, tokens_of
from tests.factories import PASSWORD

NOWHERE = "redis://127.0.0.1:1/0"

Outage = Callable[[], None]


@pytest.fixture
def outage(settings: Any) -> Outage:
    """Takes Redis away when called."""

    def begin() -> None:
        caches = copy.deepcopy(settings.CACHES)
        for cache in caches.values():
            cache["LOCATION"] = NOWHERE
        settings.CACHES = caches
        settings.REDIS_URL = NOWHERE

    return begin


def test_bearer_is_known(alice: User, outage: Outage) -> None:
    """PostgreSQL alone knows whose token it is."""
    token = tokens_of(alice.email)["access_token"]
    outage()

    assert me(token=token).status_code == 200


def test_tokens_can_be_had_and_refreshed(alice: User, outage: Outage) -> None:
    """Signing in for tokens needs no session store."""
    outage()

    answer = refresh(tokens_of(alice.email)["refresh_token"])

    assert answer.status_code == 200


def test_session_is_503_and_good_afterwards(alice: User, outage: Outage, settings: Any) -> None:
    """An outage signs nobody out."""
    client, before = signed_in(alice.email), settings.CACHES
    outage()
    during = me(client=client)
    settings.CACHES = before

    assert (during.status_code, [*during.json()]) == (503, ["detail"])
    assert me(client=client).status_code == 200


def test_signing_in_for_a_session_is_503(alice: User, outage: Outage) -> None:
    """There is nowhere to keep the session, and nobody is told otherwise."""
    outage()

    answer = log_in(alice.email)

    assert (answer.status_code, [*answer.json()]) == (503, ["detail"])
    assert not answer.cookies


def test_signing_out_is_503_and_ends_the_tokens(alice: User, outage: Outage) -> None:
    """A session that cannot be ended is not said to have ended."""
    client = signed_in(alice.email)
    pair = tokens_of(alice.email, client=client)
    outage()

    answer = post("logout", client=client)

    assert answer.status_code == 503
    assert refresh(pair["refresh_token"]).status_code == 401


def test_anonymous_is_401(db: None, outage: Outage) -> None:
    """Who brings nothing needs no looking up."""
    outage()

    assert me().status_code == 401


def test_page_is_503_and_says_so(alice: User, outage: Outage) -> None:
    """A person reads a sentence, not a stack trace."""
    client = signed_in(alice.email)
    outage()

    answer = client.get("/admin/")

    assert answer.status_code == 503
    assert b"session store is not available" in answer.content


def test_signing_in_on_the_page_is_503(alice: User, outage: Outage) -> None:
    """The form is answered clearly too."""
    outage()

    answer = Client().post("/login", {"email": alice.email, "password": PASSWORD})

    assert answer.status_code == 503
    assert b"session store is not available" in answer.content

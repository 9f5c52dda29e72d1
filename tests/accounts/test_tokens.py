"""Tokens as text."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import time_machine

from accounts import tokens
from exobrain.lib import clock


def signed() -> str:
    """An access token of this moment."""
    return tokens.sign_access_token(
        user_id=uuid4(), email="a@example.org", name="A", family_id=uuid4()
    )


def test_token_says_what_was_signed() -> None:
    """What goes in comes out."""
    user_id, family_id = uuid4(), uuid4()

    claims = tokens.read_access_token(
        tokens.sign_access_token(
            user_id=user_id, email="a@example.org", name="A", family_id=family_id
        )
    )

    assert claims is not None
    assert (claims.user_id, claims.family_id) == (user_id, family_id)


def test_token_expires_though_it_was_read_before() -> None:
    """That a signature was checked once does not keep its token alive."""
    token = signed()
    first = tokens.read_access_token(token)

    with time_machine.travel(clock.now() + timedelta(seconds=901)):
        second = tokens.read_access_token(token)

    assert first is not None
    assert second is None


def test_expired_token_can_be_read_on_request() -> None:
    """Who signs out late still says what is to end."""
    token = signed()

    with time_machine.travel(clock.now() + timedelta(days=2)):
        assert tokens.read_access_token(token, expired_too=True) is not None


def test_token_is_refused_once_the_secret_has_changed(config: Any, settings: Any) -> None:
    """That a signature was good under another secret means nothing."""
    token = signed()
    first = tokens.read_access_token(token)
    secret = type(settings.EXOBRAIN.auth_jwt_secret)("another secret of thirty-two bytes")

    config(auth_jwt_secret=secret)

    assert first is not None
    assert tokens.read_access_token(token) is None


def test_refresh_tokens_are_random() -> None:
    """32 bytes in URL-safe base64, and another every time."""
    one, other = tokens.new_refresh_token(), tokens.new_refresh_token()

    assert (len(one), len(other)) == (43, 43)
    assert one != other


def test_bearer_of_reads_that_scheme_only() -> None:
    """Everything after the first space is the token."""
    headers = ["Bearer a.b", "bearer  x ", "Basic a.b", "Bearer", "", None]

    assert [tokens.bearer_of(header) for header in headers] == [
        "a.b",
        " x ",
        None,
        None,
        None,
        None,
    ]

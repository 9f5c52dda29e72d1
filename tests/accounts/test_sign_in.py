"""Signing in: what it costs, what it logs, and what a race comes to."""

import logging
from collections import Counter
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password

from accounts import services
from accounts.errors import WrongCredentials
from accounts.hashers import Argon2Hasher, LegacyScryptHasher
from accounts.models import User
from tests.accounts.auth_calls import COOKIE, log_in, me, post, refresh, signed_in, tokens_of
from tests.factories import PASSWORD

WRONG = "not the password"


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Counts how often each hasher does its costly work."""
    counted: Counter[str] = Counter()

    def count(hasher: type, method: str) -> None:
        real = getattr(hasher, method)

        def counting(self: Any, *args: Any) -> Any:
            counted[hasher.algorithm] += 1  # type: ignore[attr-defined]
            return real(self, *args)

        monkeypatch.setattr(hasher, method, counting)

    for hasher in (Argon2Hasher, LegacyScryptHasher):
        count(hasher, "encode")
        count(hasher, "verify")
    return counted


def fail(email: str) -> None:
    """A sign-in that is refused."""
    with pytest.raises(WrongCredentials):
        services.sign_in(email=email, password=WRONG, address="192.0.2.1")


def state(user: User, how: str) -> str:
    """The e-mail to sign in with, after the user was made so."""
    changes: dict[str, dict[str, Any]] = {
        "unknown": {"email": "somebody.else@example.org"},
        "inactive": {"is_active": False},
        "unusable": {"password": "!"},
        "legacy": {"password": make_password(PASSWORD, hasher="scrypt")},
        "unreadable": {"password": "gibberish"},
    }
    if how != "known":
        User.objects.filter(id=user.id).update(**changes[how])
    return user.email


@pytest.mark.parametrize("how", ["known", "unknown", "inactive", "unusable", "unreadable"])
def test_every_failure_hashes_once(alice: User, hashed: Counter[str], how: str) -> None:
    """How long an answer takes does not tell whether there is such a user."""
    email = state(alice, how)
    hashed.clear()

    fail(email)

    assert hashed == {"argon2": 1}


@pytest.mark.parametrize("how", ["known", "unknown", "inactive", "unusable", "legacy"])
def test_every_failure_hashes_both_ways_while_old_hashes_are_in_use(
    alice: User, bob: User, hashed: Counter[str], how: str
) -> None:
    """Nor whether they have signed in since they were brought along."""
    state(bob, "legacy")
    email = state(alice, how)
    hashed.clear()

    fail(email)

    assert hashed == {"argon2": 1, "scrypt": 1}


def test_password_changed_while_signing_in_gives_no_tokens(alice: User) -> None:
    """Who knew the old password a moment ago does not get past the new one."""
    user = services.sign_in(email=alice.email, password=PASSWORD, address="192.0.2.1")
    alice.set_password("staple gun orchestra")
    alice.save()

    with pytest.raises(WrongCredentials):
        services.issue_tokens(user=user)


def test_sign_out_everywhere_while_signing_in_gives_no_tokens(alice: User) -> None:
    """Everything that began before has ended."""
    user = services.sign_in(email=alice.email, password=PASSWORD, address="192.0.2.1")
    services.sign_out_everywhere(user_id=alice.id)

    with pytest.raises(WrongCredentials):
        services.issue_tokens(user=user)


def test_shut_out_while_signing_in_gives_no_tokens(alice: User) -> None:
    """An operator's decision holds at once."""
    user = services.sign_in(email=alice.email, password=PASSWORD, address="192.0.2.1")
    User.objects.filter(id=alice.id).update(is_active=False)

    with pytest.raises(WrongCredentials):
        services.issue_tokens(user=user)


def test_sign_in_is_dated(alice: User) -> None:
    """By tokens as by session."""
    tokens_of(alice.email)

    alice.refresh_from_db()
    assert alice.last_login is not None


def test_no_secret_is_ever_logged(alice: User, caplog: pytest.LogCaptureFixture) -> None:
    """At the most talkative level: no password, no token, no session id."""
    caplog.set_level(logging.DEBUG)
    client = signed_in(alice.email)
    session_id = client.cookies[COOKIE].value
    pair = tokens_of(alice.email, client=client)
    newer = refresh(pair["refresh_token"]).json()
    me(token=newer["access_token"])
    me(client=client)
    log_in(alice.email, WRONG)
    log_in(alice.email, "short!!")
    post("password", {"current_password": WRONG, "new_password": "brand new one"}, client=client)
    post("logout", client=client, Authorization=f"Bearer {newer['access_token']}")
    refresh(newer["refresh_token"])

    secrets = {
        *(pair[name] for name in ("access_token", "refresh_token")),
        *(newer[name] for name in ("access_token", "refresh_token")),
        session_id,
        PASSWORD,
        WRONG,
        "short!!",
        "brand new one",
    }
    written = str([(record.msg, record.args, record.exc_text) for record in caplog.records])
    assert "sign_in_failed" in written
    assert not [secret for secret in secrets if secret in written]

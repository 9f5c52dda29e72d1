"""POST /api/auth/password."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from tests.accounts.auth_calls import COOKIE, log_in, me, post, refresh, signed_in, tokens_of
from tests.factories import PASSWORD

NEW = "staple gun orchestra"


def change(
    client: Client | None = None, *, current: str = PASSWORD, new: str = NEW, **headers: str
) -> Any:
    """The answer to a change of the password."""
    body = {"current_password": current, "new_password": new}
    return post("password", body, client=client, **headers)


def test_new_password_signs_in_and_the_old_one_does_not(alice: User) -> None:
    """The password is the new one."""
    change(signed_in(alice.email))

    assert log_in(alice.email, NEW).status_code == 200
    assert log_in(alice.email, PASSWORD).status_code == 401


def test_present_session_goes_on_with_a_new_id(alice: User) -> None:
    """Who changed the password need not sign in again, and an old copy of the cookie is dead."""
    client = signed_in(alice.email)
    copy = Client()
    copy.cookies[COOKIE] = client.cookies[COOKIE].value

    answer = change(client)

    assert answer.json() == {"session_established": True, "user_name": "Alice"}
    assert (me(client=client).status_code, me(client=copy).status_code) == (200, 401)


def test_present_bearer_gets_a_new_pair(alice: User) -> None:
    """A client with tokens goes on with new ones."""
    pair = tokens_of(alice.email)

    answer = change(Authorization=f"Bearer {pair['access_token']}")

    assert me(token=answer.json()["access_token"]).status_code == 200
    assert refresh(answer.json()["refresh_token"]).status_code == 200
    assert me(token=pair["access_token"]).status_code == 401


def test_other_sessions_have_ended(alice: User) -> None:
    """Whoever knew the old password is out."""
    other = signed_in(alice.email)

    change(signed_in(alice.email))

    assert me(client=other).status_code == 401


def test_every_token_has_ended(alice: User) -> None:
    """Refresh and access tokens do not outlive the password they were issued for."""
    pair = tokens_of(alice.email)

    change(signed_in(alice.email))

    assert refresh(pair["refresh_token"]).status_code == 401
    assert me(token=pair["access_token"]).status_code == 401


def test_wrong_present_password_changes_nothing(alice: User) -> None:
    """A session alone is not enough to take an account over."""
    client = signed_in(alice.email)

    answer = change(client, current="not the password")

    assert answer.status_code == 403
    assert log_in(alice.email, PASSWORD).status_code == 200


def test_wrong_present_passwords_are_throttled(alice: User, config: Any) -> None:
    """A borrowed session is no place to guess."""
    config(login_attempts_per_account=2)
    client = signed_in(alice.email)

    statuses = [change(client, current="not the password").status_code for _ in range(3)]

    assert statuses == [403, 403, 429]


@pytest.mark.parametrize("weak", ["password123", "alice@example.org"])
def test_password_that_is_easy_to_guess_is_400(alice: User, weak: str) -> None:
    """Common passwords and one's own e-mail are refused."""
    answer = change(signed_in(alice.email), new=weak)

    assert answer.status_code == 400
    assert weak not in answer.content.decode()


def test_short_password_is_422_and_not_repeated(alice: User) -> None:
    """Less than eight characters cannot be a password."""
    answer = change(signed_in(alice.email), new="sevenxx")

    assert answer.status_code == 422
    assert b"sevenxx" not in answer.content
    assert PASSWORD.encode() not in answer.content


def test_anonymous_is_401(db: None) -> None:
    """Before anything is looked at."""
    assert post("password", {}).status_code == 401


def test_stranger_changes_their_own_password_only(alice: User, charlie: User) -> None:
    """There is no way to name somebody else."""
    change(signed_in(charlie.email))

    assert log_in(alice.email, PASSWORD).status_code == 200

"""POST /api/auth/logout."""

from datetime import timedelta

import time_machine
from django.test import Client

from accounts.models import User
from exobrain.lib import clock
from tests.accounts.auth_calls import COOKIE, log_in, me, post, refresh, signed_in, tokens_of


def test_answer_is_204_and_empty(alice: User) -> None:
    """There is nothing to say."""
    answer = post("logout", client=signed_in(alice.email))

    assert (answer.status_code, answer.content) == (204, b"")


def test_anybody_may_sign_out(db: None) -> None:
    """Who is not signed in is signed out already."""
    assert post("logout").status_code == 204


def test_cookie_is_deleted_with_the_attributes_it_was_set_with(alice: User) -> None:
    """A browser deletes only what it recognises."""
    cookie = post("logout", client=signed_in(alice.email)).cookies[COOKIE]

    assert (cookie.value, cookie["max-age"], cookie["path"]) == ("", 0, "/")
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert cookie["expires"] == "Thu, 01 Jan 1970 00:00:00 GMT"


def test_cookie_is_deleted_even_when_none_was_sent(db: None) -> None:
    """Signing out always clears the cookie."""
    assert post("logout").cookies[COOKIE]["max-age"] == 0


def test_session_has_ended(alice: User) -> None:
    """A copy of the cookie is worth nothing."""
    client = signed_in(alice.email)
    copy = Client()
    copy.cookies[COOKIE] = client.cookies[COOKIE].value

    post("logout", client=client)

    assert me(client=copy).status_code == 401


def test_tokens_issued_beside_the_session_have_ended(alice: User) -> None:
    """A page that also drew tokens loses them with its session."""
    client = signed_in(alice.email)
    pair = tokens_of(alice.email, client=client)

    post("logout", client=client)

    assert refresh(pair["refresh_token"]).status_code == 401
    assert me(token=pair["access_token"]).status_code == 401


def test_tokens_follow_the_session_to_its_next_id(alice: User) -> None:
    """Signing in again changes the session's id, not what belongs to it."""
    client = signed_in(alice.email)
    pair = tokens_of(alice.email, client=client)
    log_in(alice.email, client=client)
    still_good = me(token=pair["access_token"]).status_code

    post("logout", client=client)

    assert (still_good, me(token=pair["access_token"]).status_code) == (200, 401)


def test_family_of_the_bearer_has_ended(alice: User) -> None:
    """A client that keeps tokens signs out with the access token."""
    pair = tokens_of(alice.email)

    post("logout", Authorization=f"Bearer {pair['access_token']}")

    assert refresh(pair["refresh_token"]).status_code == 401
    assert me(token=pair["access_token"]).status_code == 401


def test_expired_bearer_still_ends_its_family(alice: User) -> None:
    """Signing out after a quarter of an hour works too."""
    pair = tokens_of(alice.email)

    with time_machine.travel(clock.now() + timedelta(hours=1)):
        post("logout", Authorization=f"Bearer {pair['access_token']}")
        assert refresh(pair["refresh_token"]).status_code == 401


def test_other_sessions_and_tokens_go_on(alice: User) -> None:
    """Signing out here is not signing out everywhere."""
    here, there = signed_in(alice.email), signed_in(alice.email)
    pair = tokens_of(alice.email)

    post("logout", client=here)

    assert me(client=there).status_code == 200
    assert me(token=pair["access_token"]).status_code == 200


def test_stranger_ends_nothing_of_mine(alice: User, charlie: User) -> None:
    """A stranger's sign-out ends the stranger's session only."""
    mine = signed_in(alice.email)
    pair = tokens_of(alice.email)

    post(
        "logout",
        client=signed_in(charlie.email),
        Authorization=f"Bearer {tokens_of(charlie.email)['access_token']}",
    )

    assert me(client=mine).status_code == 200
    assert me(token=pair["access_token"]).status_code == 200

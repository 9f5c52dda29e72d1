"""POST /api/auth/logout_all."""

from accounts.models import User
from tests.accounts.auth_calls import COOKIE, me, post, refresh, signed_in, tokens_of


def test_answer_is_204_and_deletes_the_cookie(alice: User) -> None:
    """This browser is signed out like every other."""
    answer = post("logout_all", client=signed_in(alice.email))

    assert answer.status_code == 204
    assert answer.cookies[COOKIE]["max-age"] == 0


def test_every_session_has_ended(alice: User) -> None:
    """Here and there."""
    here, there = signed_in(alice.email), signed_in(alice.email)

    post("logout_all", client=here)

    assert me(client=there).status_code == 401


def test_every_token_has_ended(alice: User) -> None:
    """Access tokens at once, not when they expire."""
    pair = tokens_of(alice.email)

    post("logout_all", client=signed_in(alice.email))

    assert me(token=pair["access_token"]).status_code == 401
    assert refresh(pair["refresh_token"]).status_code == 401


def test_who_signs_in_right_afterwards_is_in(alice: User) -> None:
    """The same second is not too early, for tokens and for sessions."""
    post("logout_all", client=signed_in(alice.email))

    assert me(token=tokens_of(alice.email)["access_token"]).status_code == 200
    assert me(client=signed_in(alice.email)).status_code == 200


def test_bearer_is_enough(alice: User) -> None:
    """A client with tokens can call everything in, itself included."""
    pair = tokens_of(alice.email)

    answer = post("logout_all", Authorization=f"Bearer {pair['access_token']}")

    assert answer.status_code == 204
    assert me(token=pair["access_token"]).status_code == 401


def test_anonymous_is_401(db: None) -> None:
    """Everywhere is a matter of whom."""
    assert post("logout_all").status_code == 401


def test_stranger_ends_nothing_of_mine(alice: User, charlie: User) -> None:
    """Everywhere means the stranger's everywhere."""
    mine = signed_in(alice.email)

    post("logout_all", client=signed_in(charlie.email))

    assert me(client=mine).status_code == 200

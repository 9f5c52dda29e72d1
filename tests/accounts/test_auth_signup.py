"""POST /api/auth/signup."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from tests.accounts.auth_calls import log_in, me, post

NEWCOMER = {
    "email": "Dora@example.org",
    "password": "staple gun orchestra",
    "display_name": "Dora",
}


@pytest.fixture
def open_signup(db: None, config: Any) -> None:
    """Anybody may register."""
    config(accounts_allow_signup=True)


@pytest.mark.parametrize("body", [NEWCOMER, {}])
def test_closed_registration_is_404(db: None, body: dict[str, str]) -> None:
    """Whatever is sent, there is no such address."""
    answer = post("signup", body)

    assert (answer.status_code, answer.json()) == (404, {"detail": "Not Found"})
    assert not User.objects.exists()


def test_newcomer_is_signed_in(open_signup: None) -> None:
    """A new user has a session, as after a sign-in."""
    client = Client()

    answer = post("signup", NEWCOMER, client=client)

    assert (answer.status_code, answer.json()["user_name"]) == (201, "Dora")
    assert me(client=client).json() == {
        "name": "Dora",
        "email": "Dora@example.org",
        "time_zone": "",
    }


def test_newcomer_may_ask_for_tokens(open_signup: None) -> None:
    """The modes are those of a sign-in."""
    answer = post("signup", NEWCOMER | {"session_mode": "api"})

    assert me(token=answer.json()["access_token"]).status_code == 200


def test_newcomer_may_sign_in_later(open_signup: None) -> None:
    """The password is the one given."""
    post("signup", NEWCOMER)

    assert log_in("dora@example.org", NEWCOMER["password"]).status_code == 200


def test_newcomer_has_no_rights_in_the_admin(open_signup: None) -> None:
    """Fields that are not asked for cannot be set."""
    post("signup", NEWCOMER | {"is_staff": True, "is_superuser": True})

    user = User.objects.get()
    assert (user.is_staff, user.is_superuser) == (False, False)


def test_email_that_is_taken_is_409(open_signup: None, alice: User) -> None:
    """An e-mail has one user, whatever its case."""
    answer = post("signup", NEWCOMER | {"email": "ALICE@example.org"})

    assert answer.status_code == 409
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"email": "no address"},
        {"email": f"{'x' * 250}@example.org"},
        {"password": "password123"},
        {"display_name": "   "},
    ],
)
def test_what_cannot_be_stored_is_400(open_signup: None, change: dict[str, str]) -> None:
    """Each field is checked before there is a user."""
    answer = post("signup", NEWCOMER | change)

    assert answer.status_code == 400
    assert not User.objects.exists()


def test_tries_are_limited_per_address(open_signup: None, config: Any) -> None:
    """Nobody can try out thousands of e-mails."""
    config(login_attempts_per_address=2)

    statuses = [
        post("signup", NEWCOMER | {"email": f"d{number}@example.org"}).status_code
        for number in range(3)
    ]

    assert statuses == [201, 201, 429]

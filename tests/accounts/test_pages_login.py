"""The sign-in page and the button that signs out."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from tests.factories import PASSWORD


def sign_in(client: Client, user: User, **fields: str) -> Any:
    """The answer to the form."""
    return client.post("/login", {"email": user.email, "password": PASSWORD, **fields})


@pytest.mark.parametrize(
    ("target", "location"),
    [
        ("/settings", "/settings"),
        ("", "/"),
        ("https://evil.test/", "/"),
        ("//evil.test/", "/"),
        ("/\\evil.test", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_next_stays_with_us(client: Client, alice: User, target: str, location: str) -> None:
    """Only a page of ours comes after signing in."""
    assert sign_in(client, alice, next=target)["Location"] == location


def test_signing_in_again_is_not_asked_for(client: Client, alice: User) -> None:
    """Whoever is signed in goes straight on."""
    client.force_login(alice)

    assert client.get("/login?next=/settings")["Location"] == "/settings"


def test_a_wrong_password_keeps_the_address(client: Client, alice: User) -> None:
    """The form comes back with the e-mail and without the password."""
    answer = client.post("/login", {"email": alice.email, "password": "guess number one"})

    page = answer.content.decode()
    assert answer.status_code == 400
    assert "E-mail or password is wrong." in page
    assert alice.email in page
    assert "guess number one" not in page


def test_too_many_guesses_are_refused(
    client: Client, alice: User, config: Callable[..., Any]
) -> None:
    """After the allowed failures even the right password has to wait."""
    config(login_attempts_per_account=2)
    for _ in range(2):
        client.post("/login", {"email": alice.email, "password": "a wrong guess"})

    answer = sign_in(client, alice)

    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0


def test_the_form_needs_its_token(alice: User) -> None:
    """Another site cannot sign anybody in; the answer is a page of ours."""
    answer = sign_in(Client(enforce_csrf_checks=True), alice)

    assert answer.status_code == 403
    assert "This form has expired" in answer.content.decode()


def test_signing_out_needs_a_post(client: Client, alice: User) -> None:
    """A link cannot sign anybody out; the button does, and deletes the cookie."""
    sign_in(client, alice)

    assert client.get("/logout").status_code == 405
    answer = client.post("/logout")

    assert answer["Location"] == "/login"
    assert answer.cookies["exobrain_session"].value == ""
    assert client.get("/").status_code == 302


def test_the_session_is_the_api_s_too(client: Client, alice: User) -> None:
    """Who signs in on the page is signed in for the API."""
    sign_in(client, alice)

    assert client.get("/api/users/me").json()["email"] == alice.email


@pytest.mark.django_db
def test_the_admin_is_entered_by_the_same_door(client: Client) -> None:
    """The admin's own sign-in, which would not count tries, leads to ours."""
    assert client.get("/admin/login/?next=/admin/")["Location"] == "/login?next=/admin/"
    assert client.post("/admin/login/", {"username": "a", "password": "b"}).status_code == 302

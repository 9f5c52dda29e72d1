"""Unsafe requests that a browser says another site caused."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from tests.accounts.auth_calls import COOKIE, log_in, me, post, refresh, signed_in, tokens_of

FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "http://testserver.evil.example"},
    {"Origin": "http://testserver@evil.example"},
    {"Origin": "http://evil.example/testserver"},
    {"Origin": "http://testserver:8001"},
    {"Origin": "ftp://testserver"},
    {"Origin": "http://["},
    {"Origin": ""},
    {"Origin": "null"},
    {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "same-site", "Origin": "http://neighbour.testserver"},
    {"Sec-Fetch-Site": "none", "Origin": "https://evil.example"},
]
OWN = [
    {},
    {"Origin": "http://testserver"},
    {"Origin": "https://TestServer"},
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "http://what-the-proxy-calls-us"},
    {"Sec-Fetch-Site": "none"},
]


@pytest.mark.parametrize("headers", FOREIGN)
def test_foreign_request_with_a_cookie_is_403(alice: User, headers: dict[str, str]) -> None:
    """Another site's page does nothing in my name."""
    client = signed_in(alice.email)

    answer = post("logout", client=client, **headers)

    assert (answer.status_code, [*answer.json()]) == (403, ["detail"])
    assert me(client=client).status_code == 200


@pytest.mark.parametrize("headers", OWN)
def test_own_request_passes(alice: User, headers: dict[str, str]) -> None:
    """Our own page, a proxy's and a client that is no browser do as they did."""
    answer = post("logout", client=signed_in(alice.email), **headers)

    assert answer.status_code == 204


def test_public_url_is_our_own(alice: User, settings: Any) -> None:
    """The address users type is ours even when the proxy calls us by another."""
    settings.CSRF_TRUSTED_ORIGINS = ["https://brain.example.org"]

    answer = post("logout", client=signed_in(alice.email), Origin="https://brain.example.org")

    assert answer.status_code == 204


def test_foreign_sign_in_is_403(alice: User) -> None:
    """Nobody is signed in, as the attacker, by the attacker's page."""
    answer = Client().post(
        "/api/auth/login",
        {"email": alice.email, "password": "correct horse battery"},
        content_type="application/json",
        headers={"Origin": "https://evil.example"},
    )

    assert answer.status_code == 403
    assert COOKIE not in answer.cookies


def test_foreign_read_passes(alice: User) -> None:
    """What changes nothing is left to the browser's own rules."""
    answer = signed_in(alice.email).get("/api/users/me", headers={"Origin": "https://evil.example"})

    assert answer.status_code == 200


def test_bearer_alone_passes(alice: User) -> None:
    """A browser never sends a bearer token on its own, so whoever sends it means it."""
    pair = tokens_of(alice.email)

    answer = post(
        "logout", Authorization=f"Bearer {pair['access_token']}", Origin="https://evil.example"
    )

    assert answer.status_code == 204
    assert refresh(pair["refresh_token"]).status_code == 401


def test_lying_bearer_beside_a_cookie_is_403(alice: User) -> None:
    """A bearer that is none would leave the decision to the cookie."""
    client = signed_in(alice.email)

    answer = post(
        "logout_all", client=client, Authorization="Bearer x", Origin="https://evil.example"
    )

    assert answer.status_code == 403
    assert me(client=client).status_code == 200


def test_pages_are_guarded_too(alice: User) -> None:
    """The admin's forms as well as the API."""
    answer = log_in(alice.email)
    client = Client(headers={"Cookie": f"{COOKIE}={answer.cookies[COOKIE].value}"})

    answer = client.post("/admin/login/", headers={"Origin": "https://evil.example"})

    assert answer.status_code == 403

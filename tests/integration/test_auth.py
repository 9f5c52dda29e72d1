"""Signing in and out of a running server."""

import httpx
import pytest

from tests.integration.conftest import EMAIL, PASSWORD, Connect

pytestmark = [pytest.mark.integration, pytest.mark.xdist_group("integration")]


def test_a_wrong_password_is_refused(anonymous: httpx.Client) -> None:
    """Signing in with another password is a 401."""
    answer = anonymous.post("/api/auth/login", json={"email": EMAIL, "password": f"not {PASSWORD}"})

    assert answer.status_code == 401


def test_the_cookie_says_who_i_am(browser: httpx.Client) -> None:
    """After signing in with a browser, the cookie alone is enough."""
    answer = browser.get("/api/users/me")

    assert answer.status_code == 200
    assert answer.json()["email"] == EMAIL


def test_signing_out_ends_the_session(browser: httpx.Client) -> None:
    """Signing out is a 204, and the same cookie a 401 afterwards."""
    cookies = dict(browser.cookies)

    signed_out = browser.post("/api/auth/logout")
    browser.cookies.update(cookies)

    assert signed_out.status_code == 204
    assert browser.get("/api/users/me").status_code == 401


def test_the_token_says_who_i_am(client: httpx.Client) -> None:
    """An access token is enough without any cookie."""
    assert client.get("/api/users/me").json()["email"] == EMAIL


def test_a_refresh_gives_new_tokens(connect: Connect, tokens: dict[str, str]) -> None:
    """A refresh token is exchanged for a pair that works."""
    answer = connect().post(
        "/api/auth/token_refresh", json={"refresh_token": tokens["refresh_token"]}
    )

    pair = answer.json()
    headers = {"Authorization": f"Bearer {pair['access_token']}"}
    assert answer.status_code == 200
    assert pair["refresh_token"] != tokens["refresh_token"]
    assert connect().get("/api/users/me", headers=headers).status_code == 200


def test_a_used_refresh_token_makes_nothing_new(connect: Connect, tokens: dict[str, str]) -> None:
    """A second use is refused, or, moments after the first, repeats its successor."""
    client, body = connect(), {"refresh_token": tokens["refresh_token"]}
    first = client.post("/api/auth/token_refresh", json=body).json()

    second = client.post("/api/auth/token_refresh", json=body)

    assert second.status_code == 401 or second.json()["refresh_token"] == first["refresh_token"]


def test_a_made_up_refresh_token_is_refused(anonymous: httpx.Client) -> None:
    """A refresh token that nobody issued is a 401."""
    answer = anonymous.post("/api/auth/token_refresh", json={"refresh_token": "x" * 43})

    assert answer.status_code == 401

"""What a client says to the accounts API."""

from typing import Any

from django.test import Client

from tests.factories import PASSWORD

COOKIE = "exobrain_session"


def post(path: str, body: Any = None, *, client: Client | None = None, **headers: str) -> Any:
    """The answer to a JSON body."""
    return (client or Client()).post(
        f"/api/auth/{path}",
        body if body is not None else {},
        content_type="application/json",
        headers=headers,
    )


def log_in(
    email: str, password: str = PASSWORD, *, client: Client | None = None, **how: Any
) -> Any:
    """The answer to a sign-in."""
    return post("login", {"email": email, "password": password, **how}, client=client)


def tokens_of(email: str, *, client: Client | None = None) -> dict[str, Any]:
    """A fresh pair of tokens."""
    pair: dict[str, Any] = log_in(
        email, client=client, session_mode="web", issuance_policy="tokens"
    ).json()
    return pair


def refresh(refresh_token: str) -> Any:
    """The answer to a refresh."""
    return post("token_refresh", {"refresh_token": refresh_token})


def signed_in(email: str) -> Client:
    """A browser with a session."""
    client = Client()
    log_in(email, client=client)
    return client


def me(*, client: Client | None = None, token: str | None = None) -> Any:
    """The answer to "who am I"."""
    headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
    return (client or Client()).get("/api/users/me", headers=headers)

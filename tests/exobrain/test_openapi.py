"""The API's document tells everything a client must be ready for."""

from typing import Any

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def document(client: Client) -> dict[str, Any]:
    """What /openapi.json says."""
    found: dict[str, Any] = client.get("/openapi.json").json()
    return found


def _statuses(document: dict[str, Any], method: str, path: str) -> list[str]:
    return sorted(document["paths"][path][method]["responses"])


@pytest.mark.parametrize(
    ("method", "path", "statuses"),
    [
        ("post", "/api/auth/login", ["200", "401", "403", "422", "429"]),
        ("post", "/api/auth/logout", ["204", "403"]),
        ("get", "/api/users/me", ["200", "401"]),
        ("patch", "/api/users/me/configs", ["200", "400", "401", "403", "422"]),
        ("get", "/api/journal", ["200", "401", "422"]),
        ("get", "/api/journal/{reference}", ["200", "401", "404"]),
        ("post", "/api/chat/message", ["200", "401", "403", "422", "429"]),
        ("get", "/api/chat/stream/{stream_id}", ["200", "401", "404"]),
    ],
)
def test_an_operation_tells_its_answers(
    document: dict[str, Any], method: str, path: str, statuses: list[str]
) -> None:
    """The good one and each of the refusals."""
    assert _statuses(document, method, path) == statuses


def test_a_stream_is_said_to_be_one(document: dict[str, Any]) -> None:
    """Its content type is that of server-sent events."""
    answers = document["paths"]["/api/chat/stream/{stream_id}"]["get"]["responses"]

    assert list(answers["200"]["content"]) == ["text/event-stream"]


def test_an_operation_names_its_credentials(document: dict[str, Any]) -> None:
    """A token or a session; nothing where nobody has to be known."""
    assert document["paths"]["/api/users/me"]["get"]["security"] == [
        {"bearer": []},
        {"session": []},
    ]
    assert "security" not in document["paths"]["/api/auth/login"]["post"]


def test_every_reference_leads_somewhere(client: Client, document: dict[str, Any]) -> None:
    """No shape is named that is not described."""
    text = client.get("/openapi.json").content.decode()
    named = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}

    assert named
    assert named <= set(document["components"]["schemas"])


def test_closed_registration_is_not_told(client: Client, config: Any) -> None:
    """It is in the document while it is open."""
    closed = client.get("/openapi.json").json()["paths"]
    config(accounts_allow_signup=True)

    assert "/api/auth/signup" not in closed
    assert "/api/auth/signup" in client.get("/openapi.json").json()["paths"]

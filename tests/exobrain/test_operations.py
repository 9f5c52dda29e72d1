"""What answers everybody: health, readiness, unknown addresses, documentation."""

from typing import Any

import pytest
from django.test import Client
from redis.exceptions import ConnectionError as RedisConnectionError

from exobrain import health
from orchestrator.errors import OrchestratorUnavailable

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _orchestrator(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is one."""
    monkeypatch.setitem(health.WANTED, "orchestrator", lambda: None)


def test_healthz_is_compact_json(client: Client) -> None:
    """The contract's bytes."""
    answer = client.get("/healthz")

    assert (answer.status_code, answer.content) == (200, b'{"status":"ok"}')


def test_readyz_names_what_it_checked(client: Client) -> None:
    """Every dependency is ok."""
    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert set(answer.json()["checks"]) == {"postgresql", "redis", "orchestrator", "memory_indexes"}
    assert set(answer.json()["checks"].values()) == {"ok"}


def test_readyz_names_the_one_that_is_down(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """503, and the other dependencies are still told apart."""

    def refuse() -> None:
        raise RedisConnectionError("refused")

    monkeypatch.setitem(health.CHECKS, "redis", refuse)

    answer = client.get("/readyz")

    assert answer.status_code == 503
    states = answer.json()["checks"]
    assert (states["postgresql"], states["redis"], states["orchestrator"]) == ("ok", "down", "ok")


def test_readyz_bears_the_loss_of_the_orchestrator(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is named, and the server is ready all the same: people can chat and read."""

    def refuse() -> None:
        raise OrchestratorUnavailable

    monkeypatch.setitem(health.WANTED, "orchestrator", refuse)

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json()["checks"]["orchestrator"] == "down"


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "path",
    [
        "/api",
        "/api/",
        "/api/nothing",
        "/api/auth",
        "/api/users/me/",
        "/api/x%0a",
        "/api/knowledge/page/x/name",
    ],
)
def test_an_unknown_address_of_the_api_is_json(path: str, method: str) -> None:
    """404 in the contract's words, whatever is asked of it; no page's form is wanted for it."""
    answer = Client(enforce_csrf_checks=True).generic(method, path)

    assert (answer.status_code, answer.content) == (404, b'{"detail":"Not Found"}')


def test_a_wrong_method_is_json(client: Client) -> None:
    """405 in the contract's words, with the methods that are right."""
    answer = client.delete("/api/users/me")

    assert (answer.status_code, answer.content) == (405, b'{"detail":"Method Not Allowed"}')
    assert answer["Allow"] == "GET, PATCH"


@pytest.mark.parametrize("path", ["/docs", "/openapi.json"])
def test_the_documentation_is_for_local(client: Client, config: Any, path: str) -> None:
    """There in local, absent elsewhere."""
    there = client.get(path).status_code
    config(app_env="cluster")

    assert (there, client.get(path).status_code) == (200, 404)


@pytest.mark.parametrize(
    ("given", "kept"), [("abc-123", True), ("x" * 65, False), ("with space", False), ("", False)]
)
def test_a_request_id_goes_out_as_it_came_in(client: Client, given: str, kept: bool) -> None:
    """A sound id is echoed, anything else is replaced."""
    answer = client.get("/healthz", headers={"x-request-id": given})

    assert (answer["x-request-id"] == given) is kept
    assert answer["x-request-id"]

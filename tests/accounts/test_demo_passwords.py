"""Demo passwords, which everybody knows, work on the server's own machine only."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.services import DEMO_PASSWORDS
from exobrain.lib.config import ROOT
from tests.factories import PASSWORD, UserFactory

HERE, ELSEWHERE = "127.0.0.1", "192.0.2.1"


@pytest.fixture
def demo(db: None) -> User:
    """A user as `seed_mock_data` makes them."""
    return UserFactory(email="demo@example.org", password="password123")


def log_in(user: User, *, address: str, password: str = "password123") -> Any:
    """The answer to a sign-in from that address."""
    body = {"email": user.email, "password": password, "session_mode": "api"}
    return Client(REMOTE_ADDR=address).post(
        "/api/auth/login", body, content_type="application/json"
    )


def test_they_are_those_that_are_seeded() -> None:
    """The list names the passwords of the demo users."""
    users = json.loads((ROOT / "mock_data" / "users.json").read_text())

    assert {user["password"] for user in users} == DEMO_PASSWORDS


@pytest.mark.parametrize("address", [HERE, "::1"])
def test_they_work_on_this_machine(demo: User, address: str) -> None:
    """On a developer's machine one signs in with them."""
    assert log_in(demo, address=address).status_code == 200


def test_from_elsewhere_they_are_refused(demo: User) -> None:
    """The answer is that of a wrong password, and says what to do."""
    answer = log_in(demo, address=ELSEWHERE)

    assert answer.status_code == 401
    assert "EXOBRAIN_ALLOW_DEMO_LOGIN" in answer.json()["detail"]


def test_from_elsewhere_the_page_says_so(demo: User) -> None:
    """A person reads the reason in the form."""
    fields = {"email": demo.email, "password": "password123"}

    answer = Client(REMOTE_ADDR=ELSEWHERE).post("/login", fields)

    assert b"EXOBRAIN_ALLOW_DEMO_LOGIN" in answer.content


def test_outside_local_they_are_refused_everywhere(demo: User, config: Callable[..., Any]) -> None:
    """A deployment sees its proxy's address, which may be this machine's."""
    config(app_env="cluster")

    assert log_in(demo, address=HERE).status_code == 401


@pytest.mark.parametrize("app_env", ["local", "cluster"])
def test_they_can_be_allowed(demo: User, config: Callable[..., Any], app_env: str) -> None:
    """An operator who shows the product around says so."""
    config(exobrain_allow_demo_login=True, app_env=app_env)

    assert log_in(demo, address=ELSEWHERE).status_code == 200


def test_other_passwords_work_from_everywhere(alice: User) -> None:
    """Nobody else is shut out."""
    assert log_in(alice, address=ELSEWHERE, password=PASSWORD).status_code == 200

"""The cast, and the clients they use.

Alice owns what a test is about, Bob has an account of his own with data of his own, and
Charlie is a stranger who must see nothing.
"""

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.core.cache import caches
from django.db.models.signals import post_migrate
from django.dispatch import receiver
from django.test import Client

from accounts.models import User
from journal import stores
from tests.factories import PASSWORD, UserFactory


@receiver(post_migrate, sender=apps.get_app_config("accounts"))
def _seed_again(**_event: Any) -> None:
    """A test that commits empties every table afterwards; what a migration put there comes back."""
    import_module("accounts.migrations.0002_seed_configs").seed(apps, None)


@pytest.fixture
def alice(db: None) -> User:
    """The owner."""
    return UserFactory(email="alice@example.org", display_name="Alice")


@pytest.fixture
def bob(db: None) -> User:
    """Another user, with an account of his own."""
    return UserFactory(email="bob@example.org", display_name="Bob")


@pytest.fixture
def charlie(db: None) -> User:
    """The stranger."""
    return UserFactory(email="charlie@example.org", display_name="Charlie")


@pytest.fixture
def as_user() -> Callable[[User], Client]:
    """Signs a user in with a session and returns their client."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def bearer() -> Callable[[User], dict[str, str]]:
    """The header of a user's access token, got through the API."""

    def header(user: User) -> dict[str, str]:
        answer = Client().post(
            "/api/auth/login",
            {"email": user.email, "password": PASSWORD, "session_mode": "api"},
            content_type="application/json",
        )
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}

    return header


@pytest.fixture
def config(settings: Any) -> Callable[..., None]:
    """Changes settings of `exobrain.config` for one test."""

    def change(**values: Any) -> None:
        settings.EXOBRAIN = settings.EXOBRAIN.model_copy(update=values)

    return change


@pytest.fixture(autouse=True)
def _empty_redis() -> Iterator[None]:
    """Each test starts with an empty Redis database of its own, and nothing kept beside it."""
    caches["default"].client.get_client().flushdb()  # type: ignore[attr-defined]
    stores.forget()
    yield

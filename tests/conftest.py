"""The cast, and the clients they use.

Alice owns what a test is about, Bob has an account of his own with data of his own, and
Charlie is a stranger who must see nothing.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client, TransactionTestCase
from hypothesis import HealthCheck, settings

from accounts.models import User
from accounts.services.provider import forget_loaded
from chat.agent import ChatModel
from chat.services import generation
from exobrain.lib.threads import close_connections
from journal import stores
from tests import emptying
from tests.factories import PASSWORD, UserFactory
from tests.live import Caller, LiveServer, end_other_connections
from tests.mock_model import rewind

# How fast examples are generated tells of the machine's load, not of the code.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """A test that commits leaves the tables as the migrations made them."""
    with django_db_blocker.unblock():
        emptying.remember()
    TransactionTestCase._fixture_teardown = lambda _case: emptying.restore()  # type: ignore[attr-defined]


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
    """Changes settings of `exobrain.lib.config` for one test."""

    def change(**values: Any) -> None:
        settings.EXOBRAIN = settings.EXOBRAIN.model_copy(update=values)

    return change


@pytest.fixture(autouse=True)
def _empty_redis() -> None:
    """Each test starts with an empty Redis database of its own, and nothing kept beside it."""
    caches["default"].client.get_client().flushdb()  # type: ignore[attr-defined]
    stores.clear_local()
    forget_loaded()


@pytest.fixture(autouse=True)
def _first_mock_answer() -> None:
    """The mock begins with its first answer."""
    rewind()


@pytest.fixture
def redis_keys() -> Callable[[], set[bytes]]:
    """Lists the keys in the test's Redis database."""
    client = caches["default"].client.get_client()  # type: ignore[attr-defined]
    return lambda: set(client.keys())


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Callable[[ChatModel], ChatModel]:
    """Makes a model of the test's own answer all questions."""

    def answer_with(model: ChatModel) -> ChatModel:
        monkeypatch.setattr(generation, "chat_model", lambda *_: model)
        return model

    return answer_with


@pytest.fixture(scope="session")
def _serving(django_db_setup: None, django_db_blocker: Any) -> Iterator[LiveServer]:
    """One server for all tests of a worker."""
    with django_db_blocker.unblock():
        server = LiveServer()
        yield server
        server.stop()
        close_connections()
        end_other_connections()


@pytest.fixture
def live(transactional_db: None, _serving: LiveServer) -> Iterator[LiveServer]:
    """The product, served in this process; see `tests.live`."""
    yield _serving
    _serving.rest()


@pytest.fixture
def caller(live: LiveServer) -> Iterator[Callable[..., Caller]]:
    """A client of the live server for a user, or for nobody."""
    callers: list[Caller] = []

    def call_as(user: User | None = None) -> Caller:
        callers.append(Caller(live, user))
        return callers[-1]

    yield call_as
    for each in callers:
        each.close()

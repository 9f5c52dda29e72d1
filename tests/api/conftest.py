"""What tests of the API share."""

from collections.abc import Callable

import pytest
from django.core.cache import caches

from chat.agent import ChatModel, mock
from chat.services import generation


@pytest.fixture
def redis_keys() -> Callable[[], set[bytes]]:
    """Lists the keys in the test's Redis database."""
    client = caches["default"].client.get_client()  # type: ignore[attr-defined]
    return lambda: set(client.keys())


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Callable[[ChatModel], ChatModel]:
    """Makes a model of the test's own answer all questions."""

    def answer_with(model: ChatModel) -> ChatModel:
        monkeypatch.setattr(generation, "chat_model", lambda: model)
        return model

    return answer_with


@pytest.fixture(autouse=True)
def _first_mock_answer() -> None:
    """The mock begins with its first answer."""
    mock.rewind()

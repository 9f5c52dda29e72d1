"""What tests of the API share."""

from collections.abc import Callable

import pytest
from django.core.cache import caches


@pytest.fixture
def redis_keys() -> Callable[[], set[bytes]]:
    """Lists the keys in the test's Redis database."""
    client = caches["default"].client.get_client()  # type: ignore[attr-defined]
    return lambda: set(client.keys())

"""Sessions in Redis, through django-redis; the key holds the session id's hash, not the id.

Django's cache store treats every error as "no such session", which would sign everybody out
while Redis is away. Here an outage raises `Unavailable` instead, and the cookie stays good.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.sessions.backends.cache import SessionStore as CacheSessionStore
from django.core.cache.backends.base import BaseCache
from django_redis.exceptions import ConnectionInterrupted
from redis import RedisError

from exobrain.lib.errors import Unavailable


class SessionStore(CacheSessionStore):
    """One signed-in browser."""

    cache_key_prefix = ""
    _cache: BaseCache  # set by Django's constructor

    def load(self) -> dict[str, Any]:
        """The session's data, or nothing when it has ended."""
        with _outage_explained():
            data: dict[str, Any] | None = self._cache.get(self.cache_key)
        if data is not None:
            return data
        self._session_key = None
        return {}

    def save(self, must_create: bool = False) -> None:
        """The data is in Redis until the session expires."""
        with _outage_explained():
            super().save(must_create)

    def exists(self, session_key: str) -> bool:
        """True while Redis holds this session."""
        with _outage_explained():
            return super().exists(session_key)

    def delete(self, session_key: str | None = None) -> None:
        """Redis does not hold this session any more."""
        with _outage_explained():
            super().delete(session_key)


@contextmanager
def _outage_explained() -> Iterator[None]:
    try:
        yield
    # django-redis wraps some errors and hands on others bare.
    except (ConnectionInterrupted, RedisError) as error:
        raise Unavailable("The session store is not available; try again.") from error


def make_key(key: str, key_prefix: str, _version: int) -> str:
    """Where a session is kept: `{prefix}:session:{hash}`."""
    return f"{key_prefix}:session:{hashlib.sha256(key.encode()).hexdigest()}"

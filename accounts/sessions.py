"""Sessions in Redis, through django-redis; the key holds the session id's hash, not the id.

Django's cache store treats every error as "no such session", which would sign everybody out
while Redis is away. Here an outage raises `Unavailable` instead, and the cookie stays good.
"""

import hashlib
from typing import Any

from django.contrib.sessions.backends.cache import SessionStore as CacheSessionStore
from django_redis.exceptions import ConnectionInterrupted

from exobrain.lib.errors import Unavailable


class SessionStore(CacheSessionStore):
    """One signed-in browser."""

    cache_key_prefix = ""

    def load(self) -> dict[str, Any]:
        """The session's data, or a fresh one; raises Unavailable while Redis is away."""
        try:
            data = self._cache.get(self.cache_key) if self.session_key else None
        except ConnectionInterrupted as error:
            raise Unavailable("The session store is not available; try again.") from error
        if data is not None:
            return data
        self._session_key = None
        return {}


def make_key(key: str, key_prefix: str, _version: int) -> str:
    """Where a session is kept: `{prefix}:session:{hash}`."""
    return f"{key_prefix}:session:{hashlib.sha256(key.encode()).hexdigest()}"

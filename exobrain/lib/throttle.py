"""How rate limits work: shared by all processes, over a window that moves with the clock.

Which limits there are is decided where they are used (`accounts/services.py`,
`chat/services/visitors.py`); the amounts are settings.

Talks to Redis through `limits`. While Redis is away each process counts for itself, so an
outage loosens a limit and never refuses anybody. Raises nothing of its own.
"""

import hashlib
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

import structlog
from django.conf import settings
from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import MovingWindowRateLimiter
from redis import ConnectionPool, RedisError

log = structlog.get_logger(__name__)

Result = TypeVar("Result")

CONNECT_SECONDS = 1.0
ANSWER_SECONDS = 2.0
KEY_PREFIX = "exobrain:limits"


@dataclass(frozen=True, slots=True)
class Limit:
    """So many events of one kind in so many seconds."""

    name: str
    amount: int
    seconds: int

    @property
    def item(self) -> RateLimitItemPerSecond:
        """The limit as the library words it."""
        return RateLimitItemPerSecond(self.amount, self.seconds, namespace=self.name)


def hit(limit: Limit, *who: str) -> bool:
    """Count an event; False, and not counted, when the limit is used up."""
    key = _key(who)
    return _ask(lambda limiter: limiter.hit(limit.item, key))


def wait_seconds(limit: Limit, *who: str) -> int:
    """How long until another event is allowed; 0 when one is allowed now."""
    key = _key(who)
    window = _ask(lambda limiter: limiter.get_window_stats(limit.item, key))
    return 0 if window.remaining > 0 else max(1, math.ceil(window.reset_time - time.time()))


def clear(limit: Limit, *who: str) -> None:
    """Forget the events counted for `who`."""
    key = _key(who)
    _ask(lambda limiter: limiter.clear(limit.item, key))


def _key(who: tuple[str, ...]) -> str:
    """A hash: Redis learns no address and no e-mail, and no part can imitate another."""
    return hashlib.sha256("\0".join(who).encode(errors="replace")).hexdigest()[:32]


def _ask(question: Callable[[MovingWindowRateLimiter], Result]) -> Result:
    try:
        return question(_shared(settings.REDIS_URL))
    except RedisError as error:
        log.warning("throttle_counts_alone", error=type(error).__name__)
        return question(_own())


@cache
def _shared(url: str) -> MovingWindowRateLimiter:
    pool = ConnectionPool.from_url(
        url, socket_connect_timeout=CONNECT_SECONDS, socket_timeout=ANSWER_SECONDS
    )
    return MovingWindowRateLimiter(
        RedisStorage("redis://", connection_pool=pool, key_prefix=KEY_PREFIX)
    )


@cache
def _own() -> MovingWindowRateLimiter:
    return MovingWindowRateLimiter(MemoryStorage())

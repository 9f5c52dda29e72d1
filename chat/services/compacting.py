"""Removes what was forgotten from Redis's append-only file, too.

With `appendonly`, as the embedded Valkey has it, every value that was ever set stays in a file
until that is rewritten, which by default happens when it has grown to 64 MB.
"""

from datetime import timedelta

import structlog
from django.core.cache import cache
from django_redis import get_redis_connection
from redis.exceptions import RedisError

from exobrain.lib import clock

log = structlog.get_logger(__name__)

WANTED = "chat:compaction-wanted"
SETTLE = timedelta(seconds=10)  # streams are deleted a moment after the messages


def want_compaction() -> None:
    """A worker will rewrite the file, once the streams that are forgotten are deleted."""
    cache.set(WANTED, clock.now(), timeout=None)


def compact() -> None:
    """When it was asked for, the file is being rewritten to hold what Redis holds now."""
    wanted_at = cache.get(WANTED)
    if wanted_at is None or clock.now() < wanted_at + SETTLE or not cache.delete(WANTED):
        return
    redis = get_redis_connection("default")
    try:
        if redis.info("persistence")["aof_enabled"]:
            redis.bgrewriteaof()
    except RedisError as error:  # one began before and is not over; or we may not
        log.warning("log_not_compacted", error=type(error).__name__)
        want_compaction()

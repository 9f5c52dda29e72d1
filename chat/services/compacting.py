"""What is forgotten leaves Redis's own file, too.

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
SETTLE = timedelta(seconds=10)  # logs of streams are gone a moment after what they told of


def want_compaction() -> None:
    """The file will be rewritten by a worker, when what has to go has gone."""
    cache.set(WANTED, clock.now(), timeout=None)


def compact() -> None:
    """If somebody wanted it, the file will in a moment hold what Redis holds and nothing else."""
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

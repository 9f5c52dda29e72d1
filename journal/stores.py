"""A cache of JSON answers, for a short while: in this process, and in Redis for all of them.

Talks to Redis. An error there counts as a miss and is never raised; it is logged now and then,
and for a second afterwards nobody waits for Redis again. A key names the user's revision and the
shape of the answers, so an entry is never wrong, only unused; nothing is ever invalidated.
"""

import hashlib
import json
import random
import threading
from collections import OrderedDict
from functools import cache
from time import monotonic
from uuid import UUID

import structlog
from django.conf import settings
from pydantic import TypeAdapter
from redis import ConnectionError as RedisConnectionError
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from journal.types import JournalEntry, JournalMessage

log = structlog.get_logger(__name__)

TIMEOUT_SECONDS = 0.25  # PostgreSQL has answered long before that
PAUSE_SECONDS = 1.0  # after an error, before Redis is asked again
LOG_EVERY_SECONDS = 30.0
MAX_ANSWER_BYTES = 1_000_000  # a larger one is not kept
MAX_LOCAL_BYTES = 16_000_000  # of one process
LOCAL_SECONDS = 5.0
ENTRY_BYTES = 300  # what an entry costs besides its key and its answer
JSON_ENDS = (b"[]", b"{}", b'""')  # first and last byte of a whole JSON answer


def shape_of(*types: type) -> str:
    """Eight hex digits that change when a field of these types, or within them, does."""
    schemas = [TypeAdapter(each).json_schema() for each in types]
    return hashlib.sha256(json.dumps(schemas).encode()).hexdigest()[:8]


SHAPE = shape_of(JournalEntry, JournalMessage)


def cache_key(*, user_id: UUID, revision: int, rest: str) -> str:
    """Where an answer for this user, as of this revision, is kept."""
    return f"{_user_prefix(user_id)}{SHAPE}:r{revision}:journal:{rest}"


def _user_prefix(user_id: UUID) -> str:
    prefix = settings.EXOBRAIN.assistant_journal_cache_key_prefix.strip(":")
    return f"{prefix}:user:{user_id}:"


def read(key: str) -> bytes | None:
    """The answer that is cached there, or None."""
    if (answer := _local.get(key)) is not None:
        return answer
    found = _shared(settings.REDIS_URL).get(key)
    if found is None or found[:1] + found[-1:] not in JSON_ENDS:
        return None
    _local.put(key, found)
    return found


def write(key: str, answer: bytes, *, ttl_seconds: int) -> None:
    """The answer is cached for `ttl_seconds` and a random jitter, unless it is too large."""
    if len(answer) > MAX_ANSWER_BYTES:
        return
    _local.put(key, answer)
    jitter = settings.EXOBRAIN.assistant_journal_cache_jitter_max_seconds
    seconds = ttl_seconds + random.randint(0, jitter)  # noqa: S311  spreads load, guards nothing
    _shared(settings.REDIS_URL).put(key, answer, seconds=seconds)


def delete_user(*, user_id: UUID) -> bool:
    """Nothing of this user is cached, in this process and in Redis; False when Redis is away.

    Walks through all keys of Redis, so it is for what happens seldom. Other processes keep what
    they have for LOCAL_SECONDS, under a revision that nobody asks for.
    """
    _local.clear()
    return _shared(settings.REDIS_URL).delete_prefix(_user_prefix(user_id))


def clear_local() -> None:
    """This process caches nothing any more."""
    _local.clear()


class LocalCache:
    """The answers this process used last (LRU); a read from Redis costs a hundred times as much."""

    def __init__(self, *, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.bytes = 0
        self.entries: OrderedDict[str, tuple[bytes, float]] = OrderedDict()
        self.lock = threading.Lock()

    def get(self, key: str) -> bytes | None:
        """The answer cached there, while its time lasts."""
        with self.lock:
            answer, until = self.entries.get(key, (b"", 0.0))
            if monotonic() >= until:
                return None
            self.entries.move_to_end(key)
            return answer

    def put(self, key: str, answer: bytes) -> None:
        """The answer is cached; those unused for longest make room."""
        with self.lock:
            self._drop(key)
            self.entries[key] = (answer, monotonic() + LOCAL_SECONDS)
            self.bytes += len(key) + len(answer) + ENTRY_BYTES
            while self.bytes > self.max_bytes:
                self._drop(next(iter(self.entries)))

    def clear(self) -> None:
        """Nothing is cached."""
        with self.lock:
            self.entries.clear()
            self.bytes = 0

    def _drop(self, key: str) -> None:
        if key in self.entries:
            answer, _ = self.entries.pop(key)
            self.bytes -= len(key) + len(answer) + ENTRY_BYTES


class RedisCache:
    """The answers in Redis; an error is a miss."""

    def __init__(self, url: str) -> None:
        self.breaker = CircuitBreaker()
        self.redis = Redis.from_url(
            url,
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
            # Once, at once: for a connection that died with the last Redis. Never after a timeout.
            retry=Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
        )

    def get(self, key: str) -> bytes | None:
        """The answer cached there, if Redis says so."""
        if not self.breaker.allows():
            return None
        try:
            answer: bytes | None = self.redis.get(key)  # type: ignore[assignment]
        except (RedisError, OSError) as error:
            self.breaker.failed(error)
            return None
        self.breaker.succeeded()
        return answer

    def put(self, key: str, answer: bytes, *, seconds: int) -> None:
        """The answer is cached, if Redis takes it."""
        if not self.breaker.allows():
            return
        try:
            self.redis.set(key, answer, ex=max(1, seconds))
        except (RedisError, OSError) as error:
            self.breaker.failed(error)
            return
        self.breaker.succeeded()

    def delete_prefix(self, prefix: str) -> bool:
        """No key that begins like this is left; False when Redis could not be asked."""
        try:
            for found in self.redis.scan_iter(match=f"{prefix}*", count=1000):
                self.redis.unlink(found)
        except (RedisError, OSError) as error:
            self.breaker.failed(error)
            return False
        return True


class CircuitBreaker:
    """After an error, lets one caller through each PAUSE_SECONDS until one succeeds."""

    def __init__(self) -> None:
        self.is_open = False
        self.retry_at = 0.0
        self.log_at = 0.0
        self.lock = threading.Lock()

    def allows(self) -> bool:
        """Is Redis worth asking? While it is away, for one caller each PAUSE_SECONDS."""
        if not self.is_open:
            return True
        with self.lock:
            now = monotonic()
            if now < self.retry_at:
                return False
            self.retry_at = now + PAUSE_SECONDS
            return True

    def succeeded(self) -> None:
        """Everybody may ask again."""
        self.is_open = False

    def failed(self, error: Exception) -> None:
        """Nobody asks for a while; one line in the log, at most every LOG_EVERY_SECONDS."""
        with self.lock:
            now = monotonic()
            self.is_open = True
            self.retry_at = now + PAUSE_SECONDS
            if now < self.log_at:
                return
            self.log_at = now + LOG_EVERY_SECONDS
        log.warning("journal_cache_unavailable", error=type(error).__name__)


_local = LocalCache(max_bytes=MAX_LOCAL_BYTES)


@cache
def _shared(url: str) -> RedisCache:
    return RedisCache(url)

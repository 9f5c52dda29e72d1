"""Ready answers, kept for a short while: in this process, and in Redis for all of them.

Talks to Redis. An error there counts as a miss and is never raised; it is logged now and then,
and for a second afterwards nobody waits for Redis again. A key names the user's revision, so
an entry is never wrong, only unused; nothing is ever invalidated.
"""

import random
import threading
from collections import OrderedDict
from functools import cache
from time import monotonic
from uuid import UUID

import structlog
from django.conf import settings
from redis import ConnectionError as RedisConnectionError
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

log = structlog.get_logger(__name__)

TIMEOUT_SECONDS = 0.25  # PostgreSQL has answered long before that
PAUSE_SECONDS = 1.0  # after an error, before Redis is asked again
LOG_EVERY_SECONDS = 30.0
MAX_ANSWER_BYTES = 1_000_000  # a larger one is not kept
MAX_LOCAL_BYTES = 16_000_000  # of one process
LOCAL_SECONDS = 5.0
ENTRY_BYTES = 300  # what an entry costs besides its text
ENDS = (b"[]", b"{}", b'""')  # of a whole JSON answer


def key(*, user_id: UUID, revision: int, rest: str) -> str:
    """Where an answer for this user, as of this revision, is kept."""
    return f"{_prefix(user_id)}r{revision}:journal:{rest}"


def _prefix(user_id: UUID) -> str:
    prefix = settings.EXOBRAIN.assistant_journal_cache_key_prefix.strip(":")
    return f"{prefix}:v1:user:{user_id}:"


def read(at: str) -> bytes | None:
    """The answer kept there, or None."""
    if (answer := _local.get(at)) is not None:
        return answer
    found = _shared(settings.REDIS_URL).get(at)
    if found is None or found[:1] + found[-1:] not in ENDS:
        return None
    _local.put(at, found)
    return found


def write(at: str, answer: bytes, *, ttl_seconds: int) -> None:
    """The answer is kept for its time and a random rest, unless it is too large."""
    if len(answer) > MAX_ANSWER_BYTES:
        return
    _local.put(at, answer)
    most = settings.EXOBRAIN.assistant_journal_cache_jitter_max_seconds
    seconds = ttl_seconds + random.randint(0, most)  # noqa: S311  spreads load, guards nothing
    _shared(settings.REDIS_URL).put(at, answer, seconds=seconds)


def forget_user(*, user_id: UUID) -> bool:
    """Nothing of this user is kept, in this process and in Redis; False when Redis is away.

    Walks through all keys of Redis, so it is for what happens seldom. Other processes keep what
    they have for LOCAL_SECONDS, under a revision that nobody asks for.
    """
    _local.clear()
    return _shared(settings.REDIS_URL).drop(_prefix(user_id))


def forget() -> None:
    """This process keeps nothing any more."""
    _local.clear()


class LocalAnswers:
    """The answers this process used last; a read from Redis costs a hundred times as much."""

    def __init__(self, *, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.bytes = 0
        self.entries: OrderedDict[str, tuple[bytes, float]] = OrderedDict()
        self.lock = threading.Lock()

    def get(self, at: str) -> bytes | None:
        """The answer kept there, while its time lasts."""
        with self.lock:
            answer, until = self.entries.get(at, (b"", 0.0))
            if monotonic() >= until:
                return None
            self.entries.move_to_end(at)
            return answer

    def put(self, at: str, answer: bytes) -> None:
        """The answer is kept; those unused for longest make room."""
        with self.lock:
            self._drop(at)
            self.entries[at] = (answer, monotonic() + LOCAL_SECONDS)
            self.bytes += _size(at, answer)
            while self.bytes > self.max_bytes:
                self._drop(next(iter(self.entries)))

    def clear(self) -> None:
        """Nothing is kept."""
        with self.lock:
            self.entries.clear()
            self.bytes = 0

    def _drop(self, at: str) -> None:
        if at in self.entries:
            self.bytes -= _size(at, self.entries.pop(at)[0])


def _size(at: str, answer: bytes) -> int:
    return len(at) + len(answer) + ENTRY_BYTES


class SharedAnswers:
    """The answers in Redis; an error is a miss."""

    def __init__(self, url: str) -> None:
        self.breaker = Breaker()
        self.redis = Redis.from_url(
            url,
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
            # Once, at once: for a connection that died with the last Redis. Never after a timeout.
            retry=Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
        )

    def get(self, at: str) -> bytes | None:
        """The answer kept there, if Redis says so."""
        if not self.breaker.allows():
            return None
        try:
            answer: bytes | None = self.redis.get(at)  # type: ignore[assignment]
        except (RedisError, OSError) as error:
            self.breaker.failed(error)
            return None
        self.breaker.succeeded()
        return answer

    def put(self, at: str, answer: bytes, *, seconds: int) -> None:
        """The answer is kept, if Redis takes it."""
        if not self.breaker.allows():
            return
        try:
            self.redis.set(at, answer, ex=max(1, seconds))
        except (RedisError, OSError) as error:
            self.breaker.failed(error)
            return
        self.breaker.succeeded()

    def drop(self, prefix: str) -> bool:
        """No key that begins like this is left, if Redis does as it is told."""
        try:
            for found in self.redis.scan_iter(match=f"{prefix}*", count=1000):
                self.redis.unlink(found)
        except (RedisError, OSError) as error:
            self.breaker.failed(error)
            return False
        return True


class Breaker:
    """After an error, lets one caller through each PAUSE_SECONDS until one succeeds."""

    def __init__(self) -> None:
        self.is_open = False
        self.retry_at = 0.0
        self.log_at = 0.0
        self.lock = threading.Lock()

    def allows(self) -> bool:
        """True when Redis is worth asking; while it is away, that is one caller's task."""
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


_local = LocalAnswers(max_bytes=MAX_LOCAL_BYTES)


@cache
def _shared(url: str) -> SharedAnswers:
    return SharedAnswers(url)

"""When Django's database connections are checked and closed in threads of our own.

A request of Django's begins and ends with signals that do this; work outside of one has
`on_live_connection`, which the threads of `exobrain.lib.threads` call for everything they do.
"""

import functools
import threading
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import structlog
from django.db import InterfaceError, OperationalError, connection, connections
from psycopg.errors import DeadlockDetected, SerializationFailure

from exobrain.lib.retries import Backoff

log = structlog.get_logger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

# PostgreSQL did not answer, whatever was asked.
DatabaseUnavailable = (OperationalError, InterfaceError)

CONFLICT_ATTEMPTS = 4
CONFLICT_BACKOFF = Backoff(base_seconds=0.05, has_jitter=True)
IDLE_CHECK_SECONDS = 1.0  # a connection unused for longer is checked before it is used

_outages = 0  # seen by any thread of this process
_thread = threading.local()  # last_used: seconds; outages: how many it has heard of


def with_second_attempt(work: Callable[[], T]) -> T:
    """What `work` returns, tried once more on a new connection if the old one had died.

    For work that may be done twice: the first try may have been committed unheard.
    """
    try:
        return on_live_connection(work)
    except DatabaseUnavailable:
        return on_live_connection(work)


def is_conflict(error: BaseException) -> bool:
    """True when PostgreSQL ended a transaction because of another one: the same may succeed now.

    Django's class for a deadlock is the one that it has for a server that does not answer.
    """
    return isinstance(error.__cause__, (DeadlockDetected, SerializationFailure))


def retry_conflicts(work: Callable[P, T]) -> Callable[P, T]:
    """The same function, tried again when another transaction was in its way.

    For work whose effect is one transaction of its own. Within a caller's transaction it is not
    tried again, because PostgreSQL has given up the whole of that.
    """

    @functools.wraps(work)
    def attempt(*args: P.args, **kwargs: P.kwargs) -> T:
        for number in range(1, CONFLICT_ATTEMPTS):
            try:
                return work(*args, **kwargs)
            except OperationalError as error:
                if connection.in_atomic_block or not is_conflict(error):
                    raise
                log.info("transaction_conflict", work=work.__name__, attempt=number)
            time.sleep(CONFLICT_BACKOFF.seconds(number))
        return work(*args, **kwargs)

    return attempt


def on_live_connection(work: Callable[[], T]) -> T:
    """What `work` returns or raises, on a connection that works as far as can be told cheaply.

    A connection is checked when it failed or was idle; and when one dies, every thread connects
    anew before its next work. Without that each would notice a restart of PostgreSQL for itself,
    at the cost of one failure each.
    """
    global _outages
    is_outdated = getattr(_thread, "outages", 0) != _outages
    was_idle = time.monotonic() - getattr(_thread, "last_used", 0.0) > IDLE_CHECK_SECONDS
    for each in connections.all(initialized_only=True):
        if is_outdated:
            each.close()
        elif was_idle or each.errors_occurred:
            each.close_if_unusable_or_obsolete()
    _thread.outages = _outages
    try:
        return work()
    except DatabaseUnavailable as error:
        if is_conflict(error):  # the connection is as good as before
            raise
        _outages += 1
        _thread.outages = _outages
        for each in connections.all(initialized_only=True):
            each.close()
        raise
    finally:
        _thread.last_used = time.monotonic()

"""When Django's database connections are checked and closed in threads of our own.

A request of Django's begins and ends with signals that do this; work outside of one has
`on_live_connection`, which the threads of `exobrain.lib.threads` call for everything they do.
"""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connections

T = TypeVar("T")

# PostgreSQL did not answer, whatever was asked.
DatabaseUnavailable = (OperationalError, InterfaceError)

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


def on_live_connection(work: Callable[[], T]) -> T:
    """What `work` returns or raises, on a connection that works as far as can be told cheaply.

    A connection is checked when it failed or was idle; and when one dies, every thread connects
    anew before its next work. Without that each would notice a restart of PostgreSQL for itself,
    at the cost of one failure each.
    """
    global _outages
    is_outdated = getattr(_thread, "outages", 0) != _outages
    was_idle = time.monotonic() - getattr(_thread, "last_used", 0.0) > IDLE_CHECK_SECONDS
    for connection in connections.all(initialized_only=True):
        if is_outdated:
            connection.close()
        elif was_idle or connection.errors_occurred:
            connection.close_if_unusable_or_obsolete()
    _thread.outages = _outages
    try:
        return work()
    except DatabaseUnavailable:
        _outages += 1
        _thread.outages = _outages
        for connection in connections.all(initialized_only=True):
            connection.close()
        raise
    finally:
        _thread.last_used = time.monotonic()

"""Database work for coroutines: a few lasting threads, each with a lasting connection.

`sync_to_async` would queue everything on one thread, or start one for each request.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from django.db import connections

Args = ParamSpec("Args")
Result = TypeVar("Result")

THREADS = 4
IDLE_CHECK_SECONDS = 1.0  # a connection unused for longer is checked before it is used

_state = threading.local()
_pool = ThreadPoolExecutor(THREADS, thread_name_prefix="stream")


async def in_thread(
    work: Callable[Args, Result], *args: Args.args, **kwargs: Args.kwargs
) -> Result:
    """What `work` returns or raises, from a thread that has a database connection."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_pool, _run, partial(work, *args, **kwargs))


def _run(work: Callable[[], Result]) -> Result:
    refresh_connections(idle_seconds=time.monotonic() - getattr(_state, "last_used", 0.0))
    try:
        return work()
    finally:
        _state.last_used = time.monotonic()


def refresh_connections(*, idle_seconds: float) -> None:
    """Close a connection of this thread that failed or that may have died while it was idle."""
    for connection in connections.all(initialized_only=True):
        if idle_seconds > IDLE_CHECK_SECONDS or connection.errors_occurred:
            connection.close_if_unusable_or_obsolete()


def close_connections() -> None:
    """The threads hold no connection any more; the next piece of work opens one."""
    everybody = threading.Barrier(THREADS)

    def close() -> None:
        everybody.wait()
        connections.close_all()

    for future in [_pool.submit(close) for _ in range(THREADS)]:
        future.result()

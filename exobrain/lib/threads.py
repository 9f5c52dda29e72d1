"""Database work for coroutines: a few lasting threads, each with a lasting connection.

`sync_to_async` would queue everything on one thread, or start one for each request.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from typing import ParamSpec, TypeVar

from django.db import connection as default_connection
from django.db import connections

Args = ParamSpec("Args")
Result = TypeVar("Result")

THREADS = 4
SLOW_THREADS = 2  # for what computes: it must not keep stored answers waiting
SIDE_THREADS = 4  # for parts of one piece of work
IDLE_CHECK_SECONDS = 1.0  # a connection unused for longer is checked before it is used

_state = threading.local()
_pool = ThreadPoolExecutor(THREADS, thread_name_prefix="stream")
_slow_pool = ThreadPoolExecutor(SLOW_THREADS, thread_name_prefix="slow")
_side_pool = ThreadPoolExecutor(SIDE_THREADS, thread_name_prefix="side")


async def in_thread(
    work: Callable[Args, Result], *args: Args.args, **kwargs: Args.kwargs
) -> Result:
    """What `work` returns or raises, from a thread that has a database connection."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_pool, _run, partial(work, *args, **kwargs))


async def in_slow_thread(
    work: Callable[Args, Result], *args: Args.args, **kwargs: Args.kwargs
) -> Result:
    """As `in_thread`, for work that may take tens of milliseconds and that may wait."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_slow_pool, _run, partial(work, *args, **kwargs))


def side_by_side(
    work: Mapping[str, Callable[[], Result]], *, seconds: float
) -> dict[str, Future[Result]]:
    """The parts that have ended in time, by their names; the others run on to their own end.

    Inside a transaction they run one after the other on its connection, for nobody else would
    see what it has written.
    """
    if default_connection.in_atomic_block:
        return _one_by_one(work, seconds=seconds)
    futures = {name: _side_pool.submit(_run, part) for name, part in work.items()}
    done, late = wait(futures.values(), timeout=seconds)
    for future in late:
        future.cancel()
    return {name: future for name, future in futures.items() if future in done}


def _one_by_one(
    work: Mapping[str, Callable[[], Result]], *, seconds: float
) -> dict[str, Future[Result]]:
    deadline = time.monotonic() + seconds
    futures: dict[str, Future[Result]] = {}
    for name, part in work.items():
        if time.monotonic() > deadline:
            break
        futures[name] = Future()
        try:
            futures[name].set_result(part())
        except Exception as error:  # noqa: BLE001  the caller gets it from the future
            futures[name].set_exception(error)
    return futures


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
    for pool, count in ((_pool, THREADS), (_slow_pool, SLOW_THREADS), (_side_pool, SIDE_THREADS)):
        _close_connections(pool, count)


def _close_connections(pool: ThreadPoolExecutor, count: int) -> None:
    everybody = threading.Barrier(count)

    def close() -> None:
        everybody.wait()
        connections.close_all()

    for future in [pool.submit(close) for _ in range(count)]:
        future.result()

"""Coroutines that outlive the request that started them.

A server binds its event loop once; without one (management commands, tests, runserver) a
daemon thread with a loop of its own is started on first use.
"""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from contextvars import Context
from typing import Any

import structlog

log = structlog.get_logger(__name__)

_loop: asyncio.AbstractEventLoop | None = None
_lock = threading.Lock()
_running: set[Future[Any]] = set()  # strong references: a forgotten task may be collected


def bind(loop: asyncio.AbstractEventLoop | None) -> None:
    """From now on `spawn` runs coroutines on `loop`; None returns to a thread of our own."""
    global _loop
    _loop = loop


def spawn(work: Coroutine[Any, Any, Any]) -> Future[Any]:
    """Start `work` apart from the caller; it runs to its end, and a failure is logged."""
    global _loop
    with _lock:
        if _loop is None or _loop.is_closed():
            _loop = asyncio.new_event_loop()
            threading.Thread(target=_loop.run_forever, name="background", daemon=True).start()
        loop = _loop
    # In a context of its own: what it starts outlives the request, and must not log its id.
    future = Context().run(asyncio.run_coroutine_threadsafe, work, loop)
    _running.add(future)
    future.add_done_callback(_forget_and_log)
    return future


def running() -> list[Future[Any]]:
    """What has been spawned and has not ended."""
    return list(_running)


def _forget_and_log(future: Future[Any]) -> None:
    _running.discard(future)
    if not future.cancelled() and (error := future.exception()):
        log.error("background_work_failed", error=type(error).__name__, exc_info=error)

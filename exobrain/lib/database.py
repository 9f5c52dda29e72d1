"""Django's database connections in threads of our own, outside any request."""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any, TypeVar

from django.db import InterfaceError, OperationalError, connections

T = TypeVar("T")

# PostgreSQL did not answer, whatever was asked.
DatabaseUnavailable = (OperationalError, InterfaceError)

_outages = 0  # seen by any thread of this process
_seen = threading.local()


def with_second_attempt(work: Callable[[], T]) -> T:
    """What `work` returns, tried once more on a new connection if the old one had died.

    For work that may be done twice: the first try may have been committed unheard.
    """
    try:
        return on_live_connection(work)
    except DatabaseUnavailable:
        return on_live_connection(work)


def on_live_connection(work: Callable[[], T]) -> T:
    """What `work` returns; when the connection dies, every thread connects anew before its next.

    Without that a restart of PostgreSQL would be noticed by each thread for itself, at the cost
    of one failure each.
    """
    global _outages
    if getattr(_seen, "outages", 0) != _outages:
        _close()
    try:
        return work()
    except DatabaseUnavailable:
        _outages += 1
        _close()
        raise


def _close() -> None:
    _seen.outages = _outages
    for connection in connections.all(initialized_only=True):
        connection.close()


class DatabaseThreads(Executor):
    """Threads that use the database: each has a connection, and closes it when it ends.

    They are daemons: work that does not end cannot keep the process from ending.
    """

    def __init__(self, size: int, *, name: str) -> None:
        self._work: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = (
            queue.SimpleQueue()
        )
        self._threads = [
            threading.Thread(target=self._run, name=f"{name}-{number}", daemon=True)
            for number in range(size)
        ]
        for thread in self._threads:
            thread.start()

    def submit(  # type: ignore[override]  # what it is given is always positional here
        self, fn: Callable[..., T], /, *args: Any
    ) -> Future[T]:
        """The promise of what `fn` returns."""
        future: Future[T] = Future()
        self._work.put((future, lambda: fn(*args)))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """No thread takes more work; with `wait`, each has ended."""
        for _ in self._threads:
            self._work.put(None)
        if wait:
            for thread in self._threads:
                thread.join()

    def _run(self) -> None:
        while (item := self._work.get()) is not None:
            _fulfil(*item)
            del item  # what it holds must not live until the next one comes
        connections.close_all()


def _fulfil(future: Future[T], work: Callable[[], T]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(work())
    except BaseException as error:  # noqa: BLE001  it belongs to whoever waits
        future.set_exception(error)

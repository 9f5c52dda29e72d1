"""The thread pools of a process: a few lasting threads each, with a lasting database connection.

`sync_to_async` would queue everything on one thread, or start one for each request. Each kind of
work has a pool of its own, so that none of them waits for another kind.
"""

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future, wait
from functools import partial
from typing import ParamSpec, TypeVar

import structlog
from django.db import connection as default_connection
from django.db import connections

from exobrain.lib.database import on_live_connection

Args = ParamSpec("Args")
Result = TypeVar("Result")

log = structlog.get_logger(__name__)


class ThreadPool(Executor):
    """Threads that use the database, by the rule of `on_live_connection`.

    They start with the first work, so that a process may fork before, and close their connections
    at `shutdown`. They are daemons: work that does not end cannot keep the process from ending.
    """

    def __init__(self, size: int, *, name: str) -> None:
        self.size = size
        self.name = name
        self._work: queue.SimpleQueue[Callable[[], object] | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._starting = threading.Lock()

    def put(self, work: Callable[[], object]) -> None:
        """The work is done as soon as a thread is free; what it raises is logged."""
        self._enqueue(partial(on_live_connection, work))

    def submit(
        self, fn: Callable[Args, Result], /, *args: Args.args, **kwargs: Args.kwargs
    ) -> Future[Result]:
        """The promise of what `fn` returns."""
        future: Future[Result] = Future()

        def fulfil() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(on_live_connection(partial(fn, *args, **kwargs)))
            except BaseException as error:  # noqa: BLE001  it is raised where the result is awaited
                future.set_exception(error)

        self._enqueue(fulfil)
        return future

    async def run(
        self, work: Callable[Args, Result], *args: Args.args, **kwargs: Args.kwargs
    ) -> Result:
        """What `work` returns or raises."""
        return await asyncio.wrap_future(self.submit(work, *args, **kwargs))

    def close_connections(self) -> None:
        """No thread has a connection any more; its next work opens one."""
        if not self._threads:
            return
        everybody = threading.Barrier(self.size)

        def close() -> None:
            everybody.wait()  # so that no thread takes this twice
            connections.close_all()

        wait([self.submit(close) for _ in range(self.size)])

    def shutdown(
        self, wait: bool = True, *, cancel_futures: bool = False, seconds: float | None = None
    ) -> None:
        """No thread takes more work; with `wait` each has ended, or had so many seconds for it."""
        for _ in self._threads:
            self._work.put(None)
        if wait:
            for thread in self._threads:
                thread.join(seconds)

    def _enqueue(self, work: Callable[[], object]) -> None:
        if not self._threads:
            with self._starting:
                if not self._threads:
                    self._threads = [
                        threading.Thread(
                            target=self._live, name=f"{self.name}-{number}", daemon=True
                        )
                        for number in range(self.size)
                    ]
                    for thread in self._threads:
                        thread.start()
        self._work.put(work)

    def _live(self) -> None:
        while (work := self._work.get()) is not None:
            try:
                work()
            except Exception:  # the next work is not to suffer for it
                log.exception("thread_work_failed", pool=self.name)
            del work  # what it holds must not live until the next one comes
        connections.close_all()


STREAMS = ThreadPool(4, name="stream")  # what a stream reads and writes: some milliseconds
COMPUTING = ThreadPool(2, name="compute")  # what takes tens of milliseconds, and may wait
RETRIEVERS = ThreadPool(4, name="retriever")  # parts of one recall
CALLS = ThreadPool(2, name="call")  # what waits for another server
POOLS = (STREAMS, COMPUTING, RETRIEVERS, CALLS)


async def in_thread(
    work: Callable[Args, Result], *args: Args.args, **kwargs: Args.kwargs
) -> Result:
    """What `work` returns or raises, from a thread that has a database connection."""
    return await STREAMS.run(work, *args, **kwargs)


async def in_slow_thread(
    work: Callable[Args, Result], *args: Args.args, **kwargs: Args.kwargs
) -> Result:
    """As `in_thread`, for work that may take tens of milliseconds and that may wait."""
    return await COMPUTING.run(work, *args, **kwargs)


def side_by_side(
    work: Mapping[str, Callable[[], Result]], *, seconds: float
) -> dict[str, Future[Result]]:
    """The parts that have ended in time, by their names; the others run on to their own end.

    Inside a transaction they run one after the other on its connection, for nobody else would
    see what it has written.
    """
    if not default_connection.in_atomic_block:
        futures = {name: RETRIEVERS.submit(part) for name, part in work.items()}
        done, late = wait(futures.values(), timeout=seconds)
        for future in late:
            future.cancel()
        return {name: future for name, future in futures.items() if future in done}
    deadline = time.monotonic() + seconds
    ended: dict[str, Future[Result]] = {}
    for name, part in work.items():
        if time.monotonic() > deadline:
            break
        ended[name] = Future()
        try:
            ended[name].set_result(part())
        except Exception as error:  # noqa: BLE001  the caller gets it from the future
            ended[name].set_exception(error)
    return ended


def close_connections() -> None:
    """No thread of the pools above has a connection any more; the next work opens one."""
    for pool in POOLS:
        pool.close_connections()

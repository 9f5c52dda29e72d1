"""Threads for what waits for the orchestrator, so that nobody who reads a stream waits with it."""

import asyncio
from collections.abc import Callable
from functools import cache, partial
from typing import ParamSpec, TypeVar

from django.db import connections

from exobrain.lib.database import DatabaseThreads, with_second_attempt

Args = ParamSpec("Args")
Result = TypeVar("Result")

THREADS = 2


@cache
def update_threads() -> DatabaseThreads:
    """The threads of this process."""
    return DatabaseThreads(THREADS, name="updates")


async def in_thread(
    work: Callable[Args, Result], *args: Args.args, **kwargs: Args.kwargs
) -> Result:
    """What `work`, which may be done twice, returns or raises.

    Costs a new database connection each time, some milliseconds; there is little to do here.
    """

    def run() -> Result:
        try:
            return with_second_attempt(partial(work, *args, **kwargs))
        finally:
            connections.close_all()

    return await asyncio.get_running_loop().run_in_executor(update_threads(), run)
